//! From the catalog's rows to typed values.

mod assemble;
mod objects;
mod resolve;
mod rows;

use crate::pattern::wants;
use crate::{Database, Sequence, Table};
use assemble::assemble;
use manybase_db::{Access, Error, ErrorKind, Executor, Lease, Result, Route};
use manybase_driver::Statement;
use manybase_sql::catalog::Catalog;
use rows::{Taken, Texts};

/// So many sequences are asked in one statement.
const AT_ONCE: usize = 100;

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
    only: Vec<String>,
    except: Vec<String>,
    without_own: bool,
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
            ..Self::default()
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

    /// Only tables whose names fit: `*` stands for any letters, `?` for one. May be said several times. With a dot in it,
    /// the pattern is for `schema.table`. Sequences are those of the tables that are left.
    ///
    /// ```
    /// let introspect = manybase_schema::Introspect::of("legacy").only("film*").only("actor");
    /// # let _ = introspect;
    /// ```
    pub fn only(mut self, pattern: impl Into<String>) -> Self {
        self.only.push(pattern.into());
        self
    }

    /// Not these. May be said several times.
    ///
    /// ```
    /// let introspect = manybase_schema::Introspect::of("legacy").except("tmp_*");
    /// # let _ = introspect;
    /// ```
    pub fn except(mut self, pattern: impl Into<String>) -> Self {
        self.except.push(pattern.into());
        self
    }

    /// Leaves out the tables in which Manybase keeps its own books: `manybase_…`.
    ///
    /// ```
    /// let introspect = manybase_schema::Introspect::of("main").without_own();
    /// # let _ = introspect;
    /// ```
    pub fn without_own(mut self) -> Self {
        self.without_own = true;
        self
    }

    /// Asks the database.
    ///
    /// It takes a handful of statements for each schema, however many tables there are; on MariaDB one more for each
    /// hundred sequences.
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
        let mut database = Database {
            connection: connection.to_string(),
            product: product.to_owned(),
            current_schema: current.unwrap_or_default(),
            tables: Vec::new(),
            sequences: Vec::new(),
            enums: Vec::new(),
            domains: Vec::new(),
        };
        for schema in &schemas {
            let rows = everything(&mut lease, catalog, schema).await?;
            database.tables.extend(assemble(schema, rows, catalog));
            let rows = sequences(&mut lease, catalog, schema).await?;
            let read = rows.into_iter().filter_map(|row| objects::sequence(schema, row));
            database.sequences.extend(read);
            if let Some(types) = catalog.types() {
                objects::types(
                    schema,
                    ask(&mut lease, types, Some(schema), 8).await?,
                    &mut database,
                );
            }
        }
        resolve::resolve(&mut database.tables);
        self.narrow(&mut database);
        Ok(database)
    }
}

impl Introspect {
    /// Foreign keys are resolved by then, also those to tables that go.
    fn narrow(&self, database: &mut Database) {
        let all = self.only.is_empty() && self.except.is_empty();
        if all && !self.without_own {
            return;
        }
        let stays =
            |table: &Table| !(self.without_own && table.is_own()) && wants(&self.only, &self.except, table);
        let tables = std::mem::take(&mut database.tables);
        let (stay, go): (Vec<_>, Vec<_>) = tables.into_iter().partition(stays);
        database.tables = stay;
        let among = |tables: &[Table], sequence: &Sequence| {
            let owner = sequence.owner.as_ref();
            let is = |table: &Table| {
                table.schema == sequence.schema && owner.is_some_and(|owner| owner.table == table.name)
            };
            tables.iter().any(is)
        };
        let kept = |sequence: &Sequence| match self.only.is_empty() {
            true => !among(&go, sequence),
            false => among(&database.tables, sequence),
        };
        let sequences = std::mem::take(&mut database.sequences);
        database.sequences = sequences.into_iter().filter(kept).collect();
    }
}

/// The rows of one schema.
pub(crate) struct Everything {
    tables: Vec<Texts>,
    columns: Vec<Texts>,
    indexes: Vec<Texts>,
    foreign_keys: Vec<Texts>,
    checks: Vec<Texts>,
    triggers: Vec<Texts>,
}

async fn everything(lease: &mut Lease<'_>, catalog: &dyn Catalog, schema: &str) -> Result<Everything> {
    Ok(Everything {
        tables: ask(lease, catalog.tables(), Some(schema), 5).await?,
        columns: ask(lease, catalog.columns(), Some(schema), 20).await?,
        indexes: ask(lease, catalog.indexes(), Some(schema), 15).await?,
        foreign_keys: ask(lease, catalog.foreign_keys(), Some(schema), 11).await?,
        checks: match catalog.checks() {
            Some(checks) => ask(lease, checks, Some(schema), 5).await?,
            None => Vec::new(),
        },
        triggers: ask(lease, catalog.triggers(), Some(schema), 10).await?,
    })
}

/// Where each tells of itself only, many are asked at once.
async fn sequences(lease: &mut Lease<'_>, catalog: &dyn Catalog, schema: &str) -> Result<Vec<Texts>> {
    let Some(sql) = catalog.sequences() else {
        return Ok(Vec::new());
    };
    if catalog.sequences_of(schema, &["one"]).is_none() {
        return ask(lease, sql, Some(schema), 12).await;
    }
    let rows = ask(lease, sql, Some(schema), 2).await?;
    let names: Vec<(String, Option<String>)> =
        rows.into_iter().map(|mut row| (row.name(), row.text())).collect();
    let mut found = Vec::new();
    for chunk in names.chunks(AT_ONCE) {
        let asked: Vec<&str> = chunk.iter().map(|(name, _)| name.as_str()).collect();
        let Some(sql) = catalog.sequences_of(schema, &asked) else {
            continue;
        };
        let statement = Statement::read(sql, Vec::new()).once();
        for row in lease.query(statement, Taken::new(12)).await?.rows {
            found.extend(row.named(chunk));
        }
    }
    Ok(found)
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
