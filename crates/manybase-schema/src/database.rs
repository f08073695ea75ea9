//! A database as a whole.

use crate::{Domain, EnumType, ForeignKey, Sequence, Table};
use serde::Serialize;

/// What is in a database, or in some schemas of it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let found = manybase_schema::Introspect::of("main").read(&db).await?;
/// assert_eq!((found.product.as_str(), found.tables.len()), ("SQLite", 0));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Database {
    /// The connection's name.
    pub connection: String,
    /// The database's, such as `PostgreSQL`.
    pub product: String,
    /// The schema that names without one are looked up in.
    pub current_schema: String,
    /// Tables and views, by schema and name.
    pub tables: Vec<Table>,
    /// By schema and name. Those of numbered columns are among them.
    pub sequences: Vec<Sequence>,
    /// Lists of values that are types of their own.
    pub enums: Vec<EnumType>,
    /// Types with conditions.
    pub domains: Vec<Domain>,
}

impl Database {
    /// A table or view of the current schema, or of another one as `schema.name`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let found = manybase_schema::Introspect::of("main").read(&db).await?;
    /// assert!(found.table("customer").is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn table(&self, name: &str) -> Option<&Table> {
        let here = |table: &&Table| table.schema == self.current_schema && table.name == name;
        let elsewhere =
            |table: &&Table| name.strip_prefix(&table.schema) == Some(&format!(".{}", table.name));
        self.tables
            .iter()
            .find(here)
            .or_else(|| self.tables.iter().find(elsewhere))
    }

    /// The table that a foreign key points to, unless it lies in a schema that was not read.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Executor, Route};
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.script("CREATE TABLE a (id INTEGER PRIMARY KEY, above INT REFERENCES a)".into()).await?;
    /// # drop(lease);
    /// let found = manybase_schema::Introspect::of("main").read(&db).await?;
    /// let key = &found.tables[0].foreign_keys[0];
    /// assert_eq!(found.referenced(key).map(|table| table.name.as_str()), Some("a"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn referenced(&self, key: &ForeignKey) -> Option<&Table> {
        let mut tables = self.tables.iter();
        tables.find(|table| table.schema == key.referenced_schema && table.name == key.referenced_table)
    }
}
