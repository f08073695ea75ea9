//! `manybase_migration`: a row for each migration that the database has had.

use super::Rows;
use chrono::{DateTime, Utc};
use manybase_db::{Access, Error, ErrorKind, Lease, Result};
use manybase_driver::{Row, Statement};
use manybase_sql::schema::Table;
use manybase_sql::{DataType, Delete, Expr, Insert, Select, Update};
use serde::Serialize;

/// The table of the history.
pub(crate) const MIGRATION: &str = "manybase_migration";
/// The table of the journal.
pub(crate) const STEP: &str = "manybase_migration_step";

/// How a migration stands in a database.
///
/// ```
/// assert_eq!(serde_json::to_string(&manybase_migrate::State::Applied).unwrap(), "\"applied\"");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// It was begun, and is not finished.
    Applying,
    /// The database has had it.
    Applied,
    /// It was being taken back, and is not gone yet.
    Reverting,
}

impl State {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Applying => "applying",
            Self::Applied => "applied",
            Self::Reverting => "reverting",
        }
    }

    fn of(word: &str) -> Result<Self> {
        [Self::Applying, Self::Applied, Self::Reverting]
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or_else(|| {
                let what = format!("{MIGRATION}.state is {word:?}, which this version does not know");
                Error::new(ErrorKind::Decode, what).with_help("use a newer version of Manybase")
            })
    }
}

/// A row of the history.
///
/// ```
/// # fn look(row: &manybase_migrate::Applied) {
/// println!("{} by {} in {} ms", row.name, row.who, row.millis);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Applied {
    /// The migration's name.
    pub name: String,
    /// Of its statements for this database, up and down.
    pub checksum: String,
    /// How it stands.
    pub state: State,
    /// When it was finished, or begun.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub millis: i64,
    /// What ran it.
    pub tool: String,
    /// Who ran it.
    pub who: String,
}

const COLUMNS: [&str; 7] = ["name", "checksum", "state", "at", "millis", "tool", "who"];

fn text(length: u32) -> DataType {
    DataType::Text { length: Some(length) }
}

fn tables() -> [Table; 2] {
    let migrations = Table::new(MIGRATION)
        .column("name", text(150))
        .column("checksum", text(64))
        .column("state", text(20))
        .column("at", DataType::Timestamp)
        .column("millis", DataType::I64)
        .column("tool", text(100))
        .column("who", text(200))
        .key("name");
    let steps = Table::new(STEP)
        .column("migration", text(150))
        .column("direction", text(4))
        .column("step", DataType::I32)
        .column("checksum", text(64))
        .column("state", text(20))
        .nullable("structure", text(64))
        .nullable("error", DataType::Text { length: None })
        .column("at", DataType::Timestamp)
        .key("migration")
        .key("direction")
        .key("step");
    [migrations, steps]
}

/// The history, on one session.
pub(crate) struct History;

impl History {
    /// Makes the tables unless they are there. Under the lock.
    pub(crate) async fn prepare(lease: &mut Lease<'_>) -> Result<()> {
        for table in tables() {
            // Looking first: who may not create tables can use what somebody else has made.
            let probe = Select::from(table.name.clone()).item(Expr::count_all());
            let probe = probe.filter(Expr::column(table.primary_key[0].clone()).eq(""));
            let probe = Statement::rendered(probe.render(lease.dialect())?, Access::Write).once();
            match lease.execute(probe).await {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::UnknownTable => {
                    let create = table.create_if_not_exists().render(lease.dialect())?;
                    lease
                        .execute(Statement::rendered(create, Access::Write).once())
                        .await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// All rows in the order of their names; none where there is no table. Not in a transaction.
    pub(crate) async fn all(lease: &mut Lease<'_>) -> Result<Vec<Applied>> {
        match Self::select(lease, None).await {
            Err(error) if error.kind() == ErrorKind::UnknownTable => Ok(Vec::new()),
            rows => rows,
        }
    }

    /// The row of one migration.
    pub(crate) async fn one(lease: &mut Lease<'_>, name: &str) -> Result<Option<Applied>> {
        Ok(Self::select(lease, Some(name)).await?.pop())
    }

    async fn select(lease: &mut Lease<'_>, name: Option<&str>) -> Result<Vec<Applied>> {
        let mut select = Select::from(MIGRATION);
        for column in COLUMNS {
            select = select.column(column);
        }
        if let Some(name) = name {
            select = select.filter(Expr::column("name").eq(name));
        }
        let statement = Statement::rendered(select.render(lease.dialect())?, Access::Write).once();
        let mut rows = lease.query(statement, Rows::new(applied)).await?.kept;
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(rows)
    }

    pub(crate) async fn insert(lease: &mut Lease<'_>, row: &Applied) -> Result<()> {
        let insert = Insert::into(MIGRATION, COLUMNS).row::<manybase_sql::Value>([
            row.name.as_str().into(),
            row.checksum.as_str().into(),
            row.state.word().into(),
            row.at.into(),
            row.millis.into(),
            row.tool.as_str().into(),
            row.who.as_str().into(),
        ]);
        let statement = Statement::rendered(insert.render(lease.dialect())?, Access::Write).once();
        lease.execute(statement).await.map(drop)
    }

    /// Puts another row in the place of the one of the same name.
    pub(crate) async fn replace(lease: &mut Lease<'_>, row: &Applied) -> Result<()> {
        let update = Update::table(MIGRATION)
            .set("checksum", row.checksum.as_str())
            .set("state", row.state.word())
            .set("at", manybase_sql::Value::from(row.at))
            .set("millis", row.millis)
            .set("tool", row.tool.as_str())
            .set("who", row.who.as_str())
            .filter(Expr::column("name").eq(row.name.as_str()));
        let statement = Statement::rendered(update.render(lease.dialect())?, Access::Write).once();
        lease.execute(statement).await.map(drop)
    }

    pub(crate) async fn delete(lease: &mut Lease<'_>, name: &str) -> Result<()> {
        let delete = Delete::from(MIGRATION).filter(Expr::column("name").eq(name));
        let statement = Statement::rendered(delete.render(lease.dialect())?, Access::Write).once();
        lease.execute(statement).await.map(drop)
    }
}

fn applied(row: &dyn Row) -> Result<Applied> {
    let text = |index| -> Result<String> { Ok(row.str(index)?.unwrap_or_default().to_owned()) };
    Ok(Applied {
        name: text(0)?,
        checksum: text(1)?,
        state: State::of(&text(2)?)?,
        at: row.timestamp(3)?.unwrap_or_default(),
        millis: row.i64(4)?.unwrap_or_default(),
        tool: text(5)?,
        who: text(6)?,
    })
}
