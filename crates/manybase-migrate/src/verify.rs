//! Whether migrations do what they should, tried in a scratch database.

use crate::diff::Hints;
use crate::replay::Scratch;
use crate::schema::Schema;
use crate::{Generate, Line, Migrator, Target};
use manybase_db::{Error, Result};
use manybase_record::ModelMeta;
use serde::Serialize;
use std::sync::Arc;

/// What came of one check.
///
/// ```
/// # fn look(checked: &manybase_migrate::Checked) {
/// println!("{}: {}", checked.check, checked.findings.len());
/// # }
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Checked {
    /// What was looked at.
    pub check: &'static str,
    /// What is wrong; nothing when it is fine.
    pub findings: Vec<String>,
    /// Why it was not looked at.
    pub skipped: Option<String>,
}

/// What came of the checks of one connection.
///
/// ```
/// # fn look(verified: &manybase_migrate::Verified) {
/// println!("{} {}", verified.connection, verified.is_fine());
/// # }
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Verified {
    /// The connection.
    pub connection: String,
    /// The checks.
    pub checks: Vec<Checked>,
}

impl Verified {
    /// Whether nothing is wrong.
    ///
    /// ```
    /// # fn look(verified: &manybase_migrate::Verified) {
    /// assert!(verified.is_fine());
    /// # }
    /// ```
    pub fn is_fine(&self) -> bool {
        self.checks.iter().all(|check| check.findings.is_empty())
    }

    fn add(&mut self, check: &'static str, findings: Vec<String>) {
        self.checks.push(Checked {
            check,
            findings,
            skipped: None,
        });
    }

    fn skip(&mut self, check: &'static str, why: impl Into<String>) {
        self.checks.push(Checked {
            check,
            findings: Vec::new(),
            skipped: Some(why.into()),
        });
    }
}

impl Migrator {
    /// Looks whether the files are what `migrations.sum` and the histories say; whether the migrations run on an empty
    /// database, up, down and up again, and come to the same; whether the live database is what they make; and, with
    /// models, whether it is what the models say. Live databases are only read.
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
        let mut all = Vec::new();
        for line in self.lines()? {
            let mut verified = Verified {
                connection: line.connection().to_string(),
                checks: Vec::new(),
            };
            self.verify_line(line, models, &mut verified).await?;
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
        let scratch = Scratch::open(self, connection).await?;
        let tried = self.try_out(&scratch, line, verified).await;
        scratch.close().await?;
        let Some(history) = tried? else {
            return Ok(());
        };
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
            verified.add("the database is what its migrations make", drift.collect());
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
