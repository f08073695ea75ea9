//! How things stand, without touching anything.

use super::Migrator;
use super::site::{Ground, rows};
use super::survey::Survey;
use crate::history::{Applied, History, Journal, State, StepState};
use crate::{Line, Problem};
use manybase_db::Result;
use serde::Serialize;

/// How the migrations of one connection stand.
///
/// ```
/// # fn look(status: &manybase_migrate::Status) {
/// println!("{}: {} to be applied", status.connection, status.pending());
/// # }
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// Its name.
    pub connection: String,
    /// Its migrations, in order; those without files at the end.
    pub migrations: Vec<Entry>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// How one migration stands.
///
/// ```
/// # fn look(entry: &manybase_migrate::Entry) {
/// println!("{} {:?}", entry.name, entry.standing);
/// # }
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// Of one that is not finished: steps that are done, and how many there are.
    pub steps: Option<(usize, usize)>,
    /// What the history says of it.
    pub applied: Option<Applied>,
}

/// How a migration stands.
///
/// ```
/// assert_eq!(serde_json::to_string(&manybase_migrate::Standing::Pending).unwrap(), "\"pending\"");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Standing {
    /// The database has had it.
    Applied,
    /// It is to be applied.
    Pending,
    /// It was begun, either way, and is not finished.
    Unfinished,
    /// The database has had it, and its files are gone.
    Missing,
}

impl Status {
    /// How many are to be applied or finished.
    ///
    /// ```
    /// # fn look(status: &manybase_migrate::Status) {
    /// assert!(status.pending() == 0);
    /// # }
    /// ```
    pub fn pending(&self) -> usize {
        let open = |entry: &&Entry| matches!(entry.standing, Standing::Pending | Standing::Unfinished);
        self.migrations.iter().filter(open).count()
    }
}

impl Migrator {
    /// How the migrations stand on each connection. Nothing is written, not even the tables of the history.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let set = manybase_migrate::Set::of([("main/20250101000000_a/up.sql", "CREATE TABLE a (b INTEGER)")])?;
    /// let status = manybase_migrate::Migrator::new(&db, set).status().await?;
    /// assert_eq!(status[0].pending(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the databases. What is wrong with the migrations is in the answer.
    pub async fn status(&self) -> Result<Vec<Status>> {
        let mut all = Vec::new();
        for line in self.lines()? {
            let ground = Ground::of(self, line.connection())?;
            let status = self.status_of(&ground, line).await;
            ground.close().await;
            all.push(status?);
        }
        Ok(all)
    }

    async fn status_of(&self, ground: &Ground, line: &Line) -> Result<Status> {
        let mut lease = ground.lease().await?;
        let dialect = lease.dialect();
        let rows = rows(History::all(&mut lease).await?);
        let survey = Survey::of(line, &rows, dialect);
        let mut problems = line.problems(self.set().is_sealed());
        problems.extend(survey.problems);
        let mut migrations = Vec::new();
        for migration in line.migrations() {
            let applied = rows.get(migration.name()).cloned();
            let mut steps = None;
            let standing = match applied.as_ref().map(|row| row.state) {
                Some(State::Applied) => Standing::Applied,
                None if survey.folds.contains(&migration) => Standing::Applied,
                None => Standing::Pending,
                Some(state) => {
                    let reverting = state == State::Reverting;
                    let journal = Journal {
                        migration: migration.name(),
                        direction: if reverting { "down" } else { "up" },
                    };
                    let script = match reverting {
                        true => migration.down(dialect)?,
                        false => Some(migration.up(dialect)?),
                    };
                    let done = journal.read(&mut lease).await?;
                    let done = done.iter().filter(|row| row.state == StepState::Done).count();
                    steps = Some((done, script.map_or(0, |script| script.steps.len())));
                    problems.push(Problem::Unfinished {
                        migration: migration.name().to_owned(),
                        reverting,
                        done,
                    });
                    Standing::Unfinished
                }
            };
            migrations.push(Entry {
                name: migration.name().to_owned(),
                standing,
                steps,
                applied,
            });
        }
        for problem in &problems {
            if let Problem::Missing { migration } = problem {
                migrations.push(Entry {
                    name: migration.clone(),
                    standing: Standing::Missing,
                    steps: None,
                    applied: rows.get(migration).cloned(),
                });
            }
        }
        Ok(Status {
            connection: line.connection().to_string(),
            migrations,
            problems,
        })
    }
}
