//! What only a person can decide.

use super::Migrator;
use super::site::{Ground, Site};
use super::work::Work;
use crate::history::{History, Journal, State, StepState, Stepped};
use crate::{Line, Problem};
use manybase_db::{Error, Result};

/// What to put right.
///
/// ```
/// use manybase_migrate::{Repair, StepVerdict};
/// let repair = Repair::Step(StepVerdict::Done);
/// assert_ne!(repair, Repair::Step(StepVerdict::Again));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repair {
    /// The files of this migration are right, although the database has had it with other statements.
    Accept(String),
    /// The database's history forgets this migration, whose files are gone for good. Nothing else of it is touched.
    Forget(String),
    /// About the statement that was running when its process died.
    Step(StepVerdict),
}

/// What came of a statement that was running when its process died.
///
/// ```
/// use manybase_migrate::StepVerdict;
/// assert_ne!(StepVerdict::Done, StepVerdict::Again);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepVerdict {
    /// It has happened.
    Done,
    /// It is to be run again.
    Again,
}

impl Migrator {
    /// Puts something right in the history of the one chosen connection, and says what.
    ///
    /// ```
    /// use manybase_migrate::{Migrator, Repair, Set};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let set = |sql| Set::of([("main/20250101000000_a/up.sql", sql)]);
    /// Migrator::new(&db, set("CREATE TABLE a (b INTEGER)")?).up().await?;
    /// let migrator = Migrator::new(&db, set("CREATE TABLE a (b INTEGER) -- of things")?);
    /// assert!(migrator.up().await.is_err());
    /// migrator.repair(&Repair::Accept("20250101000000_a".into())).await?;
    /// assert!(migrator.up().await.is_ok());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Problem::Unknown`] when there is nothing like it to be put right; those of the database.
    pub async fn repair(&self, what: &Repair) -> Result<String> {
        let lines = self.lines()?;
        self.check_target(&super::Target::Steps(1), &lines)?;
        let Some(line) = lines.first() else {
            return Err(Problem::Unknown {
                migration: String::new(),
            }
            .into());
        };
        let ground = Ground::of(self, line.connection())?;
        let repaired = self.repair_on(&ground, line, what).await;
        ground.close().await;
        repaired.map_err(|error| error.with_connection(line.connection().clone()))
    }

    async fn repair_on(&self, ground: &Ground, line: &Line, what: &Repair) -> Result<String> {
        let (site, lock) = Site::enter(self, ground, line).await?;
        let repaired = self.repair_at(&site, what).await;
        site.leave(lock).await;
        repaired
    }

    async fn repair_at(&self, site: &Site<'_>, what: &Repair) -> Result<String> {
        let unknown = |name: &str| {
            Error::from(Problem::Unknown {
                migration: name.to_owned(),
            })
        };
        let mut lease = site.ground.lease().await?;
        match what {
            Repair::Accept(name) => {
                let migration = site.line.find(name)?;
                let row = site.rows.get(migration.name()).ok_or_else(|| unknown(name))?;
                let mut row = row.clone();
                row.checksum = migration.checksum(site.dialect);
                History::replace(&mut lease, &row).await?;
                Ok(format!("the history takes {} as its files are now", row.name))
            }
            Repair::Forget(name) => {
                let row = site.rows.get(name).ok_or_else(|| unknown(name))?;
                if site
                    .line
                    .migrations()
                    .iter()
                    .any(|migration| migration.name() == row.name)
                {
                    return Err(Error::config(format!("the files of {name} are here")).with_help(
                        "`manybase migrate down` takes it back; to have it run again, remove its row by hand",
                    ));
                }
                lease.begin_nested().await?;
                History::delete(&mut lease, name).await?;
                for direction in ["up", "down"] {
                    let migration = name;
                    Journal { migration, direction }.clear(&mut lease).await?;
                }
                lease.commit_nested().await?;
                Ok(format!("the history has forgotten {name}"))
            }
            Repair::Step(verdict) => {
                let unfinished = site.rows.values().find(|row| row.state != State::Applied);
                let row = unfinished.ok_or_else(|| {
                    Error::config("no migration was begun and not finished")
                        .with_help("there is nothing to put right")
                })?;
                let journal = Journal {
                    migration: &row.name,
                    direction: if row.state == State::Reverting {
                        "down"
                    } else {
                        "up"
                    },
                };
                let steps = journal.read(&mut lease).await?;
                let open = steps
                    .iter()
                    .find(|step| step.state != StepState::Done)
                    .ok_or_else(|| {
                        Error::config(format!("no statement of {} is open", row.name))
                            .with_help("`manybase migrate up` goes on where it stopped")
                    })?;
                match verdict {
                    StepVerdict::Again => journal.forget(&mut lease, open.step).await?,
                    StepVerdict::Done => {
                        let done = Stepped {
                            state: StepState::Done,
                            ..open.clone()
                        };
                        journal.put(&mut lease, &done, None).await?;
                    }
                }
                let what = match verdict {
                    StepVerdict::Again => "will be run again",
                    StepVerdict::Done => "counts as done",
                };
                Ok(format!("statement {} of {} {what}", open.step + 1, row.name))
            }
        }
    }
}

impl Work<'_> {
    /// The row of a migration that is not run.
    pub(super) fn row_without_run(
        migrator: &Migrator,
        migration: &crate::Migration,
        dialect: &dyn manybase_sql::Dialect,
    ) -> crate::Applied {
        crate::Applied {
            name: migration.name().to_owned(),
            checksum: migration.checksum(dialect),
            state: State::Applied,
            at: chrono::Utc::now(),
            millis: 0,
            tool: migrator.tool.clone(),
            who: migrator.who.clone(),
        }
    }
}
