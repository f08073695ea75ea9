//! From the catalog's rows to typed values.

mod assemble;
mod rows;

use crate::Database;
use assemble::assemble;
use manybase_db::{Access, Error, ErrorKind, Executor, Lease, Result, Route};
use manybase_driver::Statement;
use manybase_sql::catalog::Catalog;
use rows::{Taken, Texts};

/// What to look at.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// use manybase_schema::Introspect;
/// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let found = Introspect::of("main").schema("main").read(&db).await?;
/// assert_eq!(found.current_schema, "main");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is looked at until `read`"]
pub struct Introspect {
    connection: Option<String>,
    schemas: Vec<String>,
}

impl Introspect {
    /// The database of this connection.
    ///
    /// ```
    /// let introspect = manybase_schema::Introspect::of("legacy");
    /// # let _ = introspect;
    /// ```
    pub fn of(connection: impl Into<String>) -> Self {
        Self {
            connection: Some(connection.into()),
            schemas: Vec::new(),
        }
    }

    /// One schema, on MariaDB and MySQL one database; may be said several times. Without any the current one.
    ///
    /// ```
    /// let introspect = manybase_schema::Introspect::of("legacy").schema("sales").schema("hr");
    /// # let _ = introspect;
    /// ```
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.schemas.push(name.into());
        self
    }

    /// Asks the database.
    ///
    /// # Errors
    /// Those of the database; [`ErrorKind::Unsupported`] where its catalog is not known;
    /// [`ErrorKind::NotFound`] when the connection is in no schema and none was said.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let found = manybase_schema::Introspect::default().read(&db).await?;
    /// assert_eq!(found.connection, "main");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn read(&self, on: &dyn Executor) -> Result<Database> {
        let route = Route {
            using: self.connection.as_deref(),
            ..Route::default()
        };
        let mut lease = on.lease(route, Access::Read).await?;
        let connection = lease.connection().clone();
        let named = |error: Error| error.with_connection(connection.clone());
        let product = lease.dialect().name();
        let Some(catalog) = lease.dialect().catalog() else {
            let what = format!("what {product} says about its tables is not known here");
            return Err(named(Error::new(ErrorKind::Unsupported, what))
                .with_help("SQLite, PostgreSQL, MariaDB and MySQL can be looked at"));
        };
        let current = ask(&mut lease, catalog.current_schema(), None, 1).await?;
        let current = current.into_iter().next().and_then(|mut row| row.text());
        let mut schemas = self.schemas.clone();
        if schemas.is_empty() {
            schemas.push(current.clone().ok_or_else(|| {
                named(Error::new(ErrorKind::NotFound, "the connection is in no schema"))
                    .with_help("say which, or give the address a database")
            })?);
        }
        schemas.sort_unstable();
        schemas.dedup();
        let mut tables = Vec::new();
        for schema in &schemas {
            let rows = everything(&mut lease, catalog, schema).await?;
            tables.extend(assemble(schema, rows, catalog));
        }
        assemble::resolve(&mut tables);
        Ok(Database {
            connection: connection.to_string(),
            product: product.to_owned(),
            current_schema: current.unwrap_or_default(),
            tables,
        })
    }
}

/// The rows of one schema.
pub(crate) struct Everything {
    tables: Vec<Texts>,
    columns: Vec<Texts>,
    indexes: Vec<Texts>,
    foreign_keys: Vec<Texts>,
    checks: Vec<Texts>,
}

async fn everything(lease: &mut Lease<'_>, catalog: &dyn Catalog, schema: &str) -> Result<Everything> {
    Ok(Everything {
        tables: ask(lease, catalog.tables(), Some(schema), 4).await?,
        columns: ask(lease, catalog.columns(), Some(schema), 15).await?,
        indexes: ask(lease, catalog.indexes(), Some(schema), 7).await?,
        foreign_keys: ask(lease, catalog.foreign_keys(), Some(schema), 9).await?,
        checks: match catalog.checks() {
            Some(checks) => ask(lease, checks, Some(schema), 3).await?,
            None => Vec::new(),
        },
    })
}

async fn ask(
    lease: &mut Lease<'_>,
    sql: &'static str,
    schema: Option<&str>,
    columns: usize,
) -> Result<Vec<Texts>> {
    let binds = schema
        .map(|schema| schema.to_owned().into())
        .into_iter()
        .collect();
    let statement = Statement::read(sql, binds).once();
    Ok(lease.query(statement, Taken::new(columns)).await?.rows)
}
