//! What a database says about itself: the queries of its system catalog, in one form for all databases.
//!
//! A [`Catalog`] is text only. The crate `manybase-schema` runs it and makes typed values of the rows.

mod kind;
mod mysql;
mod postgres;
mod sqlite;
mod sqlite_checks;

pub use kind::{ColumnKind, NativeType};
pub(crate) use mysql::MySqlCatalog;
pub(crate) use postgres::PostgresCatalog;
pub(crate) use sqlite::SqliteCatalog;

use std::fmt::Debug;

/// The catalog of one database. Each query but the first takes the name of a schema as its only value, and gives the
/// columns that are listed, in that order; rows of one table in the order in which they belong.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// let catalog = dialect::sqlite().catalog().expect("SQLite has one");
/// assert!(catalog.columns().contains("pragma_table_xinfo"));
/// ```
pub trait Catalog: Debug + Send + Sync {
    /// The schema that names without one are looked up in: one row, one text. No value to bind.
    fn current_schema(&self) -> &'static str;

    /// Tables and views: name, kind (`table`, `view`, `materialized`, `foreign`, `virtual`), comment, definition.
    fn tables(&self) -> &'static str;

    /// Columns: table, name, native type, base type, length, precision, scale, nullable, default, numbered by the database,
    /// generated (0, 1 for virtual, 2 for stored), expression, comment, name of the enum, its values as a JSON array.
    fn columns(&self) -> &'static str;

    /// Keys and indexes, a row for each column: table, name, kind (`primary`, `unique`, `index`), column, expression,
    /// condition, descending.
    fn indexes(&self) -> &'static str;

    /// Foreign keys, a row for each column: table, group, name, column, the other schema, table and column, on update,
    /// on delete.
    fn foreign_keys(&self) -> &'static str;

    /// Check constraints: table, name, expression. `None` where they stand in the table's definition alone.
    fn checks(&self) -> Option<&'static str>;

    /// The check constraints in a table's definition: name and expression.
    fn checks_in(&self, _definition: &str) -> Vec<(Option<String>, String)> {
        Vec::new()
    }

    /// Whether texts of a fixed width are read with the spaces that they are padded with.
    fn pads(&self) -> bool {
        false
    }

    /// What a column's type means.
    fn kind(&self, native: &NativeType<'_>) -> ColumnKind;

    /// How many seconds a replica is behind: the query, and the column that says it. A query without a row, and NULL,
    /// mean that it can't tell. `None` where a database has no replicas of its own.
    fn replica_lag(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// The values of an enum that stand in the type itself.
    fn values(&self, _native: &str) -> Option<Vec<String>> {
        None
    }
}
