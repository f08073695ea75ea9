//! Whether migrations do what they should, tried in a scratch database; and whether the rows of the live one are as its
//! keys say.

mod fill;
mod kept;
mod loss;
mod orphans;
mod report;

pub use orphans::Orphans;
pub use report::{Checked, Verified};

use crate::diff::Hints;
use crate::replay::Scratch;
use crate::runner::Ground;
use crate::schema::Schema;
use crate::{Event, Generate, Line, Migrator, Target};
use manybase_db::{Error, Result};
use manybase_record::ModelMeta;
use std::sync::Arc;

/// How many rows each table has.
pub(crate) async fn rows_in(
    scratch: &Scratch,
    connection: &str,
) -> Result<std::collections::BTreeMap<String, i64>> {
    kept::rows_of(scratch, connection, None)
        .await
        .map(|(counts, _)| counts)
}

const REFERENCES: &str = "rows of the database refer to rows";

impl Migrator {
    /// Looks whether the files are what `migrations.sum` and the histories say; whether the migrations run on an empty
    /// database, up, down and up again, and come to the same; whether rows come through them; whether the live database is
    /// what they make, and no row in it refers to nothing; and, with models, whether it is what the models say. Live
    /// databases are only read.
    ///
    /// For the rows, tables of the scratch database are given some before each migration. A migration after which a table
    /// has fewer, although none of its statements deletes from it or drops it by name, is a finding; so is one that leaves
    /// rows whose reference leads nowhere.
    ///
    /// ```
    /// use manybase_migrate::{Migrator, Set};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let set = Set::of([
    ///     ("main/20250101000000_a/up.sql", "CREATE TABLE a (b INTEGER)"),
    ///     ("main/20250101000000_a/down.sql", "DROP TABLE a"),
    /// ])?;
    /// let verified = Migrator::new(&db, set).verify(None).await?;
    /// assert!(verified[0].is_fine());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the databases. What is wrong with the migrations is in the answer.
    pub async fn verify(&self, models: Option<&[&ModelMeta]>) -> Result<Vec<Verified>> {
        self.verify_with(models, true).await
    }

    /// As [`Migrator::verify`]; with `live_rows` false no table of a live database is read, however large it is: foreign
    /// keys are not looked at there.
    ///
    /// ```
    /// # async fn look(migrator: &manybase_migrate::Migrator) -> manybase_db::Result<()> {
    /// let verified = migrator.verify_with(None, false).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Migrator::verify`].
    pub async fn verify_with(&self, models: Option<&[&ModelMeta]>, live_rows: bool) -> Result<Vec<Verified>> {
        let mut all = Vec::new();
        for line in self.lines()? {
            let mut verified = Verified {
                connection: line.connection().to_string(),
                checks: Vec::new(),
            };
            self.verify_line(line, models, &mut verified).await?;
            match live_rows {
                true => self.verify_references(line, &mut verified).await?,
                false => verified.skip(REFERENCES, "rows of live databases are left unread"),
            }
            all.push(verified);
        }
        Ok(all)
    }

    async fn verify_line(
        &self,
        line: &Line,
        models: Option<&[&ModelMeta]>,
        verified: &mut Verified,
    ) -> Result<()> {
        let connection = line.connection();
        let status = self.clone().only(connection.clone()).status().await?;
        let problems = status.iter().flat_map(|status| &status.problems);
        let problems: Vec<String> = problems.map(ToString::to_string).collect();
        let good = problems.is_empty();
        verified.add("files and history", problems);
        if !good {
            verified.skip("up, down, up", "the files or the history are not right");
            return Ok(());
        }
        self.checking(connection, "up, down, up");
        let scratch = Scratch::open(self, connection).await?;
        let tried = self.try_out(&scratch, line, verified).await;
        scratch.close().await?;
        let Some(history) = tried? else {
            return Ok(());
        };
        let entries = status.iter().flat_map(|status| &status.migrations);
        let applied: Vec<&str> = entries
            .filter(|entry| entry.standing == crate::Standing::Applied)
            .map(|entry| entry.name.as_str())
            .collect();
        Box::pin(self.verify_rows(line, &applied, verified)).await?;
        self.checking(connection, "the database is what its migrations make");
        if status.iter().any(|status| status.pending() > 0) {
            verified.skip(
                "the database is what its migrations make",
                "migrations are to be applied",
            );
        } else {
            let drift = self.drift(connection, &history, &[]).await?;
            let drift = drift
                .into_iter()
                .map(|what| format!("in the database only: {what}"));
            let full_texts = crate::full_text::find(self.db(), connection).await?;
            let notes = crate::full_text::left_alone(&full_texts, &[])?;
            verified.add_with("the database is what its migrations make", drift.collect(), notes);
        }
        match models {
            None => verified.skip("the models", "this program has none"),
            Some(models) => {
                let wanted = Generate::for_connection(connection.clone()).hints(Hints::default());
                let findings = match self.generate(models, &wanted).await {
                    Ok(generated) => generated.operations.iter().map(ToString::to_string).collect(),
                    Err(error) => vec![Error::from(error).message().to_owned()],
                };
                verified.add("the models", findings);
            }
        }
        Ok(())
    }

    /// Says what is looked at now.
    pub(crate) fn checking(&self, connection: &str, what: &str) {
        self.tell(&Event::Checking { connection, what });
    }

    /// Rows of a connection's database whose foreign key leads nowhere. Each key is searched with one statement; nothing is
    /// written.
    ///
    /// ```
    /// use manybase_migrate::{Migrator, Set};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// use manybase_db::{Access, Executor, Route};
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.script("CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a (id))".into()).await?;
    /// lease.script("PRAGMA foreign_keys = OFF; INSERT INTO b VALUES (7)".into()).await?;
    /// # drop(lease);
    /// let orphans = Migrator::new(&db, Set::default()).orphans("main").await?;
    /// assert_eq!(orphans[0].to_string(), "b (a): 1 row refers to a row of a that is not there: a = 7");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the database.
    pub async fn orphans(&self, connection: &str) -> Result<Vec<Orphans>> {
        let connection = self.db().connection(connection)?.name().clone();
        let ground = Ground::of(self, &connection)?;
        let tell = |what: &str| self.checking(&connection, what);
        let found = orphans::find(&ground.db, &connection, &tell).await;
        ground.close().await;
        found.map_err(|error| error.with_connection(connection.clone()))
    }

    /// Whether rows of the live database refer to what is not there.
    async fn verify_references(&self, line: &Line, verified: &mut Verified) -> Result<()> {
        let found = self.orphans(line.connection()).await?;
        verified.add(REFERENCES, found.iter().map(ToString::to_string).collect());
        Ok(())
    }

    /// Up, down and up again; the schema that they come to, if they run.
    async fn try_out(
        &self,
        scratch: &Scratch,
        line: &Line,
        verified: &mut Verified,
    ) -> Result<Option<Schema>> {
        const CHECK: &str = "up, down, up";
        let connection = line.connection();
        let migrator = self.elsewhere(&scratch.db, connection);
        if let Err(error) = migrator.up().await {
            verified.add(CHECK, vec![error.message().to_owned()]);
            return Ok(None);
        }
        let first = scratch.schema(connection).await?;
        match migrator.down_to(&Target::All).await.into_result() {
            Err(error)
                if matches!(
                    crate::Problem::of(&error),
                    Some(crate::Problem::Irreversible { .. })
                ) =>
            {
                verified.skip(CHECK, error.message());
                return Ok(Some(first));
            }
            Err(error) => {
                verified.add(CHECK, vec![error.message().to_owned()]);
                return Ok(Some(first));
            }
            Ok(_) => {}
        }
        let mut findings = Vec::new();
        let rest = scratch.schema(connection).await?;
        if rest.canonical() != Schema::default().canonical() {
            let tables = rest
                .tables
                .iter()
                .map(|table| format!("table {} is left after all is taken back", table.name));
            let views = rest
                .views
                .iter()
                .map(|view| format!("view {} is left after all is taken back", view.name));
            findings.extend(tables.chain(views));
        }
        match migrator.up().await {
            Err(error) => findings.push(error.message().to_owned()),
            Ok(_) => {
                if scratch.schema(connection).await?.canonical() != first.canonical() {
                    findings.push("the second time it comes to another schema than the first".to_owned());
                }
            }
        }
        verified.add(CHECK, findings);
        Ok(Some(first))
    }

    /// The same migrations on another database.
    pub(crate) fn elsewhere(&self, db: &manybase_db::Db, connection: &Arc<str>) -> Self {
        self.alone_on(db, connection)
    }
}
