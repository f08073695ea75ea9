//! What a database makes of a schema: it is made in a scratch place, and read back.
//!
//! Texts of types, defaults and expressions can't be compared: `now()` comes back as `CURRENT_TIMESTAMP`, and `a > 1` as
//! `(a > 1)`. What comes back the same is the same.

mod beside;
mod within;

use crate::ddl;
use crate::diff::{Hints, Normalised, diff};
use crate::schema::Schema;
use manybase_db::{Access, Db, Error, ErrorKind, Executor, Mode, Result, Route};
use manybase_schema::Introspect;
use manybase_sql::Dialect;
use manybase_sql::ddl::Scratch;

/// A schema as the database of a connection writes it. It is made in a place of its own there, which is gone afterwards: in
/// memory, in a schema of a transaction that is rolled back, or in a database beside. Another server can be taken with a
/// [`Db`] that leads to it.
///
/// # Errors
/// Those of rendering and of the database; [`ErrorKind::PermissionDenied`] when the account may not make a scratch place.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// use manybase_migrate::{schema::{Schema, Table}, scratch::normalise};
/// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let normalised = normalise(&Schema::of_tables([Table::new("person").auto_key("id")]), &db, "main").await?;
/// assert!(normalised.native.tables[0].columns[0].auto);
/// # Ok(())
/// # }
/// ```
pub async fn normalise(schema: &Schema, db: &Db, connection: &str) -> Result<Normalised> {
    let normalised = Normalised::as_is(schema.clone());
    let on = |error: Error| error.with_connection(connection);
    let ping = db.connection(connection)?;
    ping.ping().await?;
    let dialect = ping.dialect();
    let style = ddl::ddl_of(dialect).map_err(on)?.style();
    let native = match style.scratch {
        Scratch::Address(url) => {
            let scratch = Db::builder().mode(Mode::Test).connect("scratch", url).build()?;
            let native = in_own(&normalised.named, &scratch, dialect).await.map_err(on);
            scratch.close().await?;
            native?
        }
        Scratch::Schema => within::normalise(&normalised.named, db, connection, dialect).await?,
        Scratch::Database => beside::normalise(&normalised.named, db, connection, dialect).await?,
    };
    Ok(Normalised {
        native: native.without_librarys(),
        ..normalised
    })
}

/// All statements that make a schema out of nothing, as one text.
fn creation(schema: &Schema, dialect: &dyn Dialect) -> Result<String> {
    let nothing = Schema::default();
    let operations = diff(&nothing, schema, &Hints::default())?;
    let steps = ddl::render(&operations, &nothing, dialect)?.steps;
    Ok(steps.into_iter().map(|step| step.sql + ";\n").collect())
}

/// In a database that has nothing else.
async fn in_own(schema: &Schema, scratch: &Db, dialect: &dyn Dialect) -> Result<Schema> {
    all_here(schema)?;
    let sql = creation(schema, dialect)?;
    if !sql.is_empty() {
        let mut lease = scratch.lease(Route::default(), Access::Write).await?;
        lease.script(sql).await?;
    }
    let found = Introspect::default().read(scratch).await?;
    Ok(Schema::of_database(&found))
}

/// A table that lies elsewhere would really be made there.
fn all_here(schema: &Schema) -> Result<()> {
    let Some(table) = schema.tables.iter().find(|table| table.name.schema.is_some()) else {
        return Ok(());
    };
    let what = format!(
        "table {} lies in a schema of its own, which a scratch place does not have",
        table.name
    );
    Err(Error::new(ErrorKind::Unsupported, what)
        .with_help("bind its models to a connection of their own, which leads to that schema"))
}

/// A name that nobody else has, with the time in it.
fn unique_name() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = now.map(|now| now.as_secs()).unwrap_or_default();
    format!(
        "{}{seconds:x}_{}",
        beside::PREFIX,
        &uuid::Uuid::new_v4().simple().to_string()[..12]
    )
}

/// What to do where the account may not.
fn may_not(error: Error, grant: &str) -> Error {
    if error.kind() != ErrorKind::PermissionDenied {
        return error;
    }
    error.with_help(format!(
        "to compare types and defaults a scratch place is needed: {grant}, or lead to another server of the same kind with \
         `scratch_url`"
    ))
}
