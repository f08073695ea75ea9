//! What a database says about itself: the queries of its system catalog, in one form for all databases.
//!
//! A [`Catalog`] is text only. The crate `manybase-schema` runs it and makes typed values of the rows.

mod holds;
mod kind;
mod mysql;
mod postgres;
mod sqlite;
mod sqlite_checks;
mod sqlite_text;
mod sqlite_tokens;
mod text;

pub use holds::Holds;
pub use kind::{ColumnKind, NativeType};
pub(crate) use mysql::MySqlCatalog;
pub(crate) use postgres::PostgresCatalog;
pub(crate) use sqlite::SqliteCatalog;
pub use text::{ColumnText, ComparedAs, Compares, ForeignKeyText, IndexText, TableText, TriggerText};

use std::fmt::Debug;

/// The catalog of one database. Each query but the first takes the name of a schema as its only value, and gives the
/// columns that are listed, in that order; rows of one table in the order in which they belong. Lists are JSON arrays.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// let catalog = dialect::sqlite().catalog().expect("SQLite has one");
/// assert!(catalog.columns().contains("pragma_table_xinfo"));
/// ```
pub trait Catalog: Debug + Send + Sync {
    /// The schema that names without one are looked up in: one row, one text. No value to bind.
    fn current_schema(&self) -> &'static str;

    /// Tables and views: name, kind (`table`, `view`, `materialized`, `foreign`, `virtual`), comment, definition, list of
    /// options.
    fn tables(&self) -> &'static str;

    /// Columns: table, name, native type, base type, length, precision, scale, nullable, default, numbered by the database,
    /// generated (0, 1 for virtual, 2 for stored), expression, comment, name of the enum, list of its values, collation,
    /// identity (`always`, `default`), what an update puts in, hidden, domain.
    fn columns(&self) -> &'static str;

    /// Keys and indexes, a row for each column: table, name, kind (`primary`, `unique`, `index`), column, expression,
    /// condition, descending, NULL first, a constraint, method, list of included columns, NULLs are equal, length of the
    /// prefix, collation, operator class.
    fn indexes(&self) -> &'static str;

    /// Foreign keys, a row for each column: table, group, name, column, the other schema, table and column, on update,
    /// on delete, deferrable, deferred.
    fn foreign_keys(&self) -> &'static str;

    /// Check constraints: table, name, expression, kind (`check`, `exclude`), the column that it belongs to. `None` where
    /// they stand in the table's definition alone.
    fn checks(&self) -> Option<&'static str>;

    /// Triggers: table, name, timing, events with commas between them, list of columns, `row` or `statement`, condition,
    /// definition, function, enabled.
    fn triggers(&self) -> &'static str;

    /// Sequences: name, type, first value, step, least, greatest, cycles, cache, the owner's table and column, made by that
    /// column, comment. `None` where there are none.
    fn sequences(&self) -> Option<&'static str> {
        None
    }

    /// Where a sequence is told by itself only: the query for all of these, each with its place in the list instead of its
    /// name. [`Catalog::sequences`] then gives name and comment alone.
    fn sequences_of(&self, _schema: &str, _names: &[&str]) -> Option<String> {
        None
    }

    /// Types of their own: name, kind (`enum`, `domain`), list of values, what it is made of, never NULL, default, list of
    /// checks (each a list of name and expression), comment. `None` where there are none.
    fn types(&self) -> Option<&'static str> {
        None
    }

    /// The check constraints in a table's definition: name and expression.
    fn checks_in(&self, _definition: &str) -> Vec<(Option<String>, String)> {
        Vec::new()
    }

    /// What a table's definition alone tells. `None` where the catalog has all of it.
    fn table_in(&self, _definition: &str) -> Option<TableText> {
        None
    }

    /// What a trigger's definition alone tells. `None` where the catalog has all of it.
    fn trigger_in(&self, _definition: &str) -> Option<TriggerText> {
        None
    }

    /// What an index's definition alone tells. `None` where the catalog has all of it.
    fn index_in(&self, _definition: &str) -> Option<IndexText> {
        None
    }

    /// The query in a view's definition.
    fn query_in(&self, definition: &str) -> String {
        definition.trim().trim_end_matches(';').trim_end().to_owned()
    }

    /// An expression of the catalog as standard SQL would quote its texts.
    fn expression(&self, sql: String) -> String {
        sql
    }

    /// How texts of a column compare.
    fn compares(&self, text: ComparedAs<'_>) -> Compares;

    /// Whether texts of a fixed width are read with the spaces that they are padded with.
    fn pads(&self) -> bool {
        false
    }

    /// What a column's type means.
    fn kind(&self, native: &NativeType<'_>) -> ColumnKind;

    /// What such a column holds, beyond its kind.
    fn holds(&self, native: &NativeType<'_>) -> Holds;

    /// Whether it makes an index for each foreign key that has none.
    fn indexes_foreign_keys(&self) -> bool {
        false
    }

    /// How many seconds a replica is behind: the query, and the column that says it. A query without a row, and NULL,
    /// mean that it can't tell. `None` where a database has no replicas of its own.
    fn replica_lag(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// What whoever changes the structure has to know.
    fn upkeep(&self) -> &'static crate::upkeep::Upkeep {
        &crate::upkeep::Upkeep::NONE
    }

    /// The values of an enum that stand in the type itself.
    fn values(&self, _native: &str) -> Option<Vec<String>> {
        None
    }
}
