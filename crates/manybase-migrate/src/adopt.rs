//! The first migration of a database that was there before its migrations.

use crate::diff::{Hints, Normalised, diff, diff_normalised};
use crate::generate::{text, way_back};
use crate::history::History;
use crate::operation::Operation;
use crate::replay::{Scratch, dialect_of};
use crate::runner::Ground;
use crate::schema::{ForeignKey, Schema};
use crate::{Draft, Migrator, Plan, Problem, Set, ddl};
use manybase_db::{Error, ErrorKind, Result};
use manybase_schema::{Database, Introspect, TableKind};
use manybase_sql::{Dialect, SqlWriter, TableName};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A migration that makes what a database has.
///
/// ```
/// # fn look(adopted: &manybase_migrate::Adopted) {
/// println!("{}", adopted.up);
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Adopted {
    /// The connection.
    pub connection: Arc<str>,
    /// What makes it.
    pub operations: Vec<Operation>,
    /// The up file.
    pub up: String,
    /// The down file.
    pub down: String,
    /// What is in the database and not in the migration: triggers that call functions, domains, tables of modules.
    pub left_out: Vec<String>,
    dialect: &'static dyn Dialect,
}

impl Adopted {
    /// Writes the migration, and gives its name. [`Migrator::baseline`] has it down as applied.
    ///
    /// ```
    /// # fn write(adopted: &manybase_migrate::Adopted, set: &manybase_migrate::Set) -> manybase_db::Result<()> {
    /// let name = adopted.write(set, "baseline")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Draft::write`].
    pub fn write(&self, set: &Set, words: &str) -> Result<String> {
        let plan = Plan {
            operations: self.operations.clone(),
            ..Plan::default()
        };
        Draft::new(&*self.connection, words)
            .plan(plan)
            .sql(self.up.as_str(), self.down.as_str())
            .write(set, self.dialect)
    }
}

impl Migrator {
    /// The migration that makes what the database of a connection has, in its own words, for a project that begins with
    /// a live database. It is tried in a scratch database, and what comes of it compared with the live one. Nothing is
    /// written; the live database is only read.
    ///
    /// ```
    /// use manybase_migrate::{Migrator, Set, Target};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// use manybase_db::{Access, Executor, Route};
    /// let directory = tempfile::tempdir().expect("a directory");
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.script("CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL)".into()).await?;
    /// # drop(lease);
    /// let adopted = Migrator::new(&db, Set::read(directory.path())?).adopt("main").await?;
    /// assert!(adopted.left_out.is_empty());
    /// adopted.write(&Set::read(directory.path())?, "baseline")?;
    ///
    /// let migrator = Migrator::new(&db, Set::read(directory.path())?);
    /// migrator.baseline(&Target::All).await?;
    /// assert_eq!(migrator.up().await?.count(), 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Problem::NotEmpty`] for a database that has had migrations; [`ErrorKind::Exists`] when there are files for the
    /// connection; [`ErrorKind::Unsupported`] when what was made in the scratch database is not what the live one has;
    /// those of the databases.
    pub async fn adopt(&self, connection: &str) -> Result<Adopted> {
        let connection = self.db().connection(connection)?.name().clone();
        let named = |error: Error| error.with_connection(connection.clone());
        if let Some(line) = self
            .set()
            .line(&connection)
            .filter(|line| !line.migrations().is_empty())
        {
            let what = format!("there are {} migrations for it already", line.migrations().len());
            return Err(named(Error::new(ErrorKind::Exists, what)).with_help(
                "`manybase migrate baseline` without --write has them down as applied; `manybase migrate generate` \
                 writes what they lack",
            ));
        }
        self.has_no_history(&connection).await.map_err(named)?;
        let live = Introspect::of(&*connection).without_own().read(self.db()).await?;
        let dialect = dialect_of(self.db(), &connection).await?;
        let adopted = of(&live, &connection, dialect).map_err(named)?;
        self.same_again(&adopted, &live).await.map_err(named)?;
        Ok(adopted)
    }

    async fn has_no_history(&self, connection: &Arc<str>) -> Result<()> {
        let ground = Ground::of(self, connection)?;
        let rows = match ground.lease().await {
            Ok(mut lease) => History::all(&mut lease).await,
            Err(error) => Err(error),
        };
        ground.close().await;
        match rows?.len() {
            0 => Ok(()),
            applied => Err(Problem::NotEmpty { applied }.into()),
        }
    }

    /// Makes it in a scratch database, and compares.
    async fn same_again(&self, adopted: &Adopted, live: &Database) -> Result<()> {
        let connection = &adopted.connection;
        let kind = crate::set::file_for("up", adopted.dialect);
        let path = format!("{connection}/20000101000000_baseline/{kind}");
        let set = Set::of([(path.as_str(), adopted.up.as_str())])?;
        let scratch = Scratch::open(self, connection).await?;
        let made = async {
            let migrator = self.elsewhere(&scratch.db, connection).with_set(set);
            if !adopted.operations.is_empty() {
                migrator.up().await?;
            }
            Introspect::of(&**connection)
                .without_own()
                .read(&scratch.db)
                .await
        };
        let made = made.await;
        scratch.close().await?;
        let made = made.map_err(|error| {
            let what = format!("what the database has can't be made again in an empty one: {}", error.message());
            Error::new(ErrorKind::Unsupported, what).with_source(error).with_help(
                "write the migration yourself with `manybase migrate new`, from a dump without rows, and have it down as \
                 applied with `manybase migrate baseline`",
            )
        })?;
        let differences = differences(live, &made, &adopted.left_out)?;
        if differences.is_empty() {
            return Ok(());
        }
        let what = format!(
            "what is known of the database does not make the same again: {}",
            differences.join("; ")
        );
        Err(Error::new(ErrorKind::Unsupported, what).with_help(
            "write the migration yourself with `manybase migrate new`, from a dump without rows, and have it down as applied \
             with `manybase migrate baseline`",
        ))
    }
}

fn of(live: &Database, connection: &Arc<str>, dialect: &'static dyn Dialect) -> Result<Adopted> {
    let schema = Schema::of_database(live).without_librarys();
    let nothing = Schema::default();
    let own = |up: String, down: String| {
        let kind = dialect.name().to_lowercase();
        Operation::Raw {
            up: BTreeMap::from([(kind.clone(), up)]),
            down: BTreeMap::from([(kind, down)]),
        }
    };
    let quoted = |name: &str| -> Result<String> {
        let name = TableName::new(name.to_owned());
        Ok(SqlWriter::render(dialect, |w| w.table(&name))?.sql)
    };
    let mut operations = Vec::new();
    for one in &live.enums {
        let values: Vec<String> = one
            .values
            .iter()
            .map(|value| dialect.string_literal(value))
            .collect();
        let name = quoted(&one.name)?;
        operations.push(own(
            format!("CREATE TYPE {name} AS ENUM ({})", values.join(", ")),
            format!("DROP TYPE {name}"),
        ));
    }
    operations.extend(diff(&nothing, &schema, &Hints::default())?);
    let mut left_out = Vec::new();
    for table in &live.tables {
        match table.kind {
            TableKind::Foreign | TableKind::Virtual => {
                left_out.push(format!("{} {}", table.kind.name(), table.name));
            }
            _ => {}
        }
        for trigger in &table.triggers {
            match &trigger.function {
                Some(function) => left_out.push(format!(
                    "trigger {} on {}, which calls {function}",
                    trigger.name, table.name
                )),
                None => operations.push(own(
                    trigger.definition.clone(),
                    format!("DROP TRIGGER {}", quoted(&trigger.name)?),
                )),
            }
        }
    }
    left_out.extend(
        live.domains
            .iter()
            .map(|domain| format!("domain {}", domain.name)),
    );
    let up = ddl::render(&operations, &nothing, dialect)?;
    let mut after = nothing.clone();
    for operation in &operations {
        after.apply(operation)?;
    }
    let mut written = String::new();
    for one in &left_out {
        written.push_str(&format!("-- not in here: {}\n", one.replace('\n', " ")));
    }
    written.push_str(&text(&up, dialect, &[], &[]));
    Ok(Adopted {
        connection: connection.clone(),
        down: way_back(&operations, &nothing, &after, dialect),
        up: written,
        operations,
        left_out,
        dialect,
    })
}

/// Constraints without a name got one when they were made again; that is no difference.
fn forget_given_names(live: &Schema, made: &mut Schema) {
    for table in &live.tables {
        let Some(same) = made.tables.iter_mut().find(|same| same.name == table.name) else {
            continue;
        };
        for check in table.checks.iter().filter(|check| check.name.is_none()) {
            let given = same
                .checks
                .iter_mut()
                .find(|one| one.expression == check.expression);
            if let Some(given) = given {
                given.name = None;
            }
        }
        for key in table.foreign_keys.iter().filter(|key| key.name.is_none()) {
            let alike =
                |one: &&mut ForeignKey| one.columns == key.columns && one.references == key.references;
            if let Some(given) = same.foreign_keys.iter_mut().find(alike) {
                given.name = None;
            }
        }
    }
}

/// What the live database has and the other has not, or the other way round.
fn differences(live: &Database, made: &Database, left_out: &[String]) -> Result<Vec<String>> {
    let native = |database: &Database| Normalised::as_is(Schema::of_database(database).without_librarys());
    let (wanted, mut found) = (native(live), native(made));
    forget_given_names(&wanted.schema, &mut found.schema);
    let mut all: Vec<String> = match diff_normalised(&found, &wanted, &Hints::default()) {
        Ok(operations) => operations.iter().map(ToString::to_string).collect(),
        Err(error) => vec![Error::from(error).message().to_owned()],
    };
    if all.is_empty() && wanted.schema.canonical() != found.schema.canonical() {
        let other = |table: &&crate::schema::Table| {
            let one = Schema::of_tables([(*table).clone()]).canonical();
            let same = found.schema.table(&table.name);
            same.is_none_or(|same| Schema::of_tables([same.clone()]).canonical() != one)
        };
        all.extend(
            wanted
                .schema
                .tables
                .iter()
                .filter(other)
                .map(|table| format!("table {}", table.name)),
        );
        if all.is_empty() {
            all.push("views or sequences".to_owned());
        }
    }
    let beside = |database: &Database| -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for table in &database.tables {
            for trigger in table.triggers.iter().filter(|trigger| trigger.function.is_none()) {
                found.insert(format!("trigger {} on {}", trigger.name, table.name));
            }
            if table.kind.is_view() {
                let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
                found.insert(format!("view {} ({})", table.name, columns.join(", ")));
                found.extend(
                    table
                        .indexes
                        .iter()
                        .map(|index| format!("index {} on {}", index.name, table.name)),
                );
            }
        }
        found.extend(database.enums.iter().map(|one| format!("type {}", one.name)));
        found
    };
    let (wanted, found) = (beside(live), beside(made));
    all.extend(wanted.symmetric_difference(&found).cloned());
    // What is said to be left out is no surprise.
    all.retain(|one| !left_out.iter().any(|left| left == one));
    Ok(all)
}
