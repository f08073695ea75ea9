//! Floor 5 of Manybase: models, queries, records.
//!
//! A query is one type over an untyped tree ([`Query`]), its columns and expressions are typed ([`Col`], [`Ex`]),
//! and its rows are decoded from the driver's buffer straight into the user's struct ([`Cells`]).
//!
//! ```
//! use manybase_record::prelude::*;
//!
//! #[derive(Debug, Model)]
//! struct Person {
//!     #[model(key, auto)]
//!     id: i64,
//!     name: String,
//!     age: Option<i32>,
//! }
//!
//! let adults = Person::filter(|c| c.age.ge(18) & c.name.starts_with("A")).order_by(|c| c.name.asc()).limit(10);
//! assert_eq!(
//!     adults.to_sql(manybase_sql::dialect::postgres())?.sql,
//!     r#"SELECT "id", "name", "age" FROM "person" WHERE "age" >= $1 AND "name" LIKE $2 ESCAPE '!' ORDER BY "name" LIMIT $3"#
//! );
//! # Ok::<(), manybase_driver::Error>(())
//! ```

// The derive macros write `::manybase_record::…` unless told otherwise; this lets them serve inside this crate.
extern crate self as manybase_record;

mod bulk_load;
mod cells;
mod column;
mod column_type;
mod expr;
mod hooks;
mod insert;
mod meta;
mod model;
mod models;
mod order;
mod query;
mod raw;
mod rec;
mod relation;
mod rows;
mod schema;
mod selection;
mod tables;
mod update_many;
mod upsert;
mod validate;

pub use bulk_load::{BulkLoad, Loaded, Rejected};
pub use cells::{Cells, Values};
pub use column::Col;
pub use column_type::{AutoKey, CellResult, ColumnType, Counter, Json, Stamp};
pub use expr::{
    Argument, Arguments, Assignment, Averaged, Case, Clocked, Compared, Cond, Dated, Document, Ex,
    Expression, FullText, IntoCond, JsonPlace, Number, Operand, Summed, Switch, Text, TextColumns, Window,
    Windowed, case, coalesce, count_all, create_full_text_index, cume_dist, dense_rank, drop_full_text_index,
    full_text, function, now, ntile, percent_rank, rank, rolled, row_number,
};
pub use hooks::{HookContext, HookTable, Hooks, Operation, SetChange};
pub use manybase_driver::{FieldError, FieldErrors};
pub use manybase_macros::{DbEnum, DbType, Embedded, FromRow, Model};
pub use manybase_sql::expr::{Collation, DateUnit, JsonStep, TextSearch};
pub use meta::{ColumnMeta, MetaBuilder, ModelMeta, RelationKind, RelationMeta, Role, Through};
pub use model::{Embedded, Key, Model, NoKey};
pub use models::Models;
pub use order::{Assignments, ColumnNames, GroupKeys, OrderKeys};
pub use query::{
    Alias, BatchStream, BuiltQuery, Cursor, JoinSource, Page, PageQuery, Query, RowStream, SoftDelete,
    SqlText, Table, exists, not_exists,
};
pub use raw::{Bind, RawQuery, sql};
pub use rec::Rec;
pub use relation::{
    BelongsTo, Direct, HasMany, HasOne, JoinRelation, Link, LinkTo, Linked, Links, LinksChanged, ManyToMany,
    OnDelete, Rel, RelQuery, Related, RelationField,
};
pub use rows::FromRow;
pub use schema::{create_table, drop_table};
pub use selection::Selection;
pub use tables::{Append, Derived, Entry, Maybe, Nullity, Outer, RowType, Sources, Sure};
pub use update_many::UpdateMany;
pub use upsert::Upsert;
pub use validate::{Rule, Validate};

/// What the derive macros' code needs, besides the traits.
#[doc(hidden)]
pub mod derive {
    pub use crate::relation::AnyRel;
    pub use chrono::{DateTime, Utc};
    pub use manybase_driver::{CellError, Result, Row};
    pub use manybase_sql::schema::{Index, OnDelete as KeyRule};
    pub use manybase_sql::{DataType, Name, TableName, Value};
    pub use std::sync::OnceLock;

    /// The names of a model's columns.
    pub fn column_names<M: crate::Model>() -> Option<Vec<Name>> {
        Some(
            M::meta()
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect(),
        )
    }

    /// Text without a copy.
    ///
    /// # Errors
    /// NULL, another type.
    pub fn text(row: &dyn Row, index: usize) -> crate::CellResult<&str> {
        row.str(index)?.ok_or_else(|| Box::new(CellError::Null))
    }

    /// The error for a value that stands for no variant.
    pub fn no_variant(expected: &'static str) -> Box<CellError> {
        CellError::format(expected, "it stands for none of the variants")
    }
}

/// What a file that works with models wants in scope.
pub mod prelude {
    pub use crate::{
        BelongsTo, DbEnum, DbType, Embedded, Expression, FromRow, HasMany, HasOne, IntoCond, Json,
        ManyToMany, Model, Query, Rec, coalesce, count_all, exists, not_exists, now, sql,
    };
}
