//! In a database beside the other, which is dropped afterwards.

use super::{all_here, creation, may_not, unique_name};
use crate::schema::Schema;
use manybase_db::{Access, Db, Error, ErrorKind, Executor, Lease, Result, Route};
use manybase_driver::{Flow, Row, Sink, Statement};
use manybase_schema::Introspect;
use manybase_sql::{Dialect, SqlWriter};

pub(super) const PREFIX: &str = "manybase_scratch_";
/// What is older than this was left behind by a program that was killed.
const FORGOTTEN: u64 = 24 * 60 * 60;

pub(super) async fn normalise(
    schema: &Schema,
    db: &Db,
    connection: &str,
    dialect: &dyn Dialect,
) -> Result<Schema> {
    all_here(schema)?;
    let sql = creation(schema, dialect)?;
    let (db, connection) = (db.clone(), connection.to_owned());
    // To its end, although the caller may go away: the session has to come back to its own database.
    let work = tokio::spawn(async move { work(&db, &connection, &sql).await });
    match work.await {
        Ok(result) => result,
        Err(error) => Err(Error::new(
            ErrorKind::Closed,
            format!("the scratch database was not finished: {error}"),
        )),
    }
}

async fn work(db: &Db, connection: &str, sql: &str) -> Result<Schema> {
    let route = Route {
        using: Some(connection),
        ..Route::default()
    };
    let mut lease = db.lease(route, Access::Write).await?;
    let dialect = lease.dialect();
    let quoted =
        |name: &str| -> Result<String> { Ok(SqlWriter::render(dialect, |w| w.identifier(name))?.sql) };
    for old in texts(&mut lease, LIKE_OURS)
        .await?
        .iter()
        .filter(|name| is_forgotten(name))
    {
        lease
            .script(format!("DROP DATABASE IF EXISTS {}", quoted(old)?))
            .await?;
    }
    let own = texts(&mut lease, "SELECT DATABASE()").await?;
    let own = quoted(own.first().map(String::as_str).unwrap_or_default())?;
    // New tables take over what the database says.
    let says = texts(
        &mut lease,
        "SELECT CONCAT(@@character_set_database, ' COLLATE ', @@collation_database)",
    )
    .await?;
    let says = says
        .first()
        .map(|says| format!(" CHARACTER SET {says}"))
        .unwrap_or_default();
    let name = unique_name();
    let scratch = quoted(&name)?;
    let made = lease.script(format!("CREATE DATABASE {scratch}{says}")).await;
    made.map_err(|error| may_not(error, "GRANT ALL ON `manybase\\_scratch\\_%`.* to the account"))?;
    let filled = match sql.is_empty() {
        true => Ok(()),
        false => lease.script(format!("USE {scratch};\n{sql}USE {own}")).await,
    };
    if filled.is_err() {
        lease.script(format!("USE {own}")).await?;
    }
    drop(lease);
    let found = match filled {
        Ok(()) => Introspect::of(connection).schema(&name).read(db).await,
        Err(error) => Err(error),
    };
    let mut lease = db.lease(route, Access::Write).await?;
    let gone = lease.script(format!("DROP DATABASE {scratch}")).await;
    let mut found = found?;
    gone?;
    found.current_schema = name;
    Ok(Schema::of_database(&found))
}

async fn texts(lease: &mut Lease<'_>, sql: &'static str) -> Result<Vec<String>> {
    Ok(lease
        .query(Statement::read(sql, vec![]).once(), Texts::default())
        .await?
        .0)
}

const LIKE_OURS: &str =
    "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'manybase\\_scratch\\_%'";

fn is_forgotten(name: &str) -> bool {
    let made = name
        .strip_prefix(PREFIX)
        .and_then(|rest| u64::from_str_radix(rest.split('_').next()?, 16).ok());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    made.zip(now.ok())
        .is_some_and(|(made, now)| made + FORGOTTEN < now.as_secs())
}

#[derive(Default)]
struct Texts(Vec<String>);

impl Sink for Texts {
    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        self.0.extend(row.str(0)?.map(str::to_owned));
        Ok(Flow::Continue)
    }

    fn restart(&mut self) -> bool {
        self.0.clear();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_behind() {
        assert!(is_forgotten("manybase_scratch_10_abc"));
        assert!(!is_forgotten(&unique_name()));
        assert!(!is_forgotten("manybase_scratch_"));
        assert!(!is_forgotten("somebody_elses_10_abc"));
    }
}
