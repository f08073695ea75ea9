//! What would be run.

use super::site::{Ground, rows};
use super::survey::Survey;
use super::{Direction, Migrator, Target};
use crate::Line;
use crate::history::{History, Journal, StepState};
use crate::set::StepBody;
use manybase_db::{Error, Result};
use serde::Serialize;

/// A migration that would be run.
///
/// ```
/// # fn look(planned: &manybase_migrate::Planned) {
/// println!("{}", planned.statements.join(";\n"));
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Planned {
    /// Where.
    pub connection: String,
    /// Its name.
    pub migration: String,
    /// Which way.
    pub direction: Direction,
    /// It is one transaction: it happens wholly or not at all.
    pub transaction: bool,
    /// Statements that would be run. A step in Rust is a comment.
    pub statements: Vec<String>,
    /// Those of them that take away tables, columns or rows.
    pub destroys: Vec<String>,
    /// Steps of it that were done before.
    pub done: usize,
}

impl Migrator {
    /// What [`Migrator::up_to`] would run, in order. Nothing is written and no lock is taken.
    ///
    /// ```
    /// use manybase_migrate::{Migrator, Set, Target};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let set = Set::of([("main/20250101000000_a/up.sql", "CREATE TABLE a (b INTEGER)")])?;
    /// let planned = Migrator::new(&db, set).plan(manybase_migrate::Direction::Up, &Target::All).await?;
    /// assert_eq!(planned[0].statements, ["CREATE TABLE a (b INTEGER)"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Migrator::up`], of what can be seen without running it.
    pub async fn plan(&self, direction: Direction, target: &Target) -> Result<Vec<Planned>> {
        let lines = self.checked_lines()?;
        self.check_target(target, &lines)?;
        let mut planned = Vec::new();
        for line in lines {
            let ground = Ground::of(self, line.connection())?;
            let found = self.plan_of(&ground, line, direction, target).await;
            ground.close().await;
            let found = found.map_err(|error| error.with_connection(line.connection().clone()))?;
            planned.extend(found);
        }
        // Across connections by time, as they would be run but for what they require.
        planned.sort_by(|a, b| match direction {
            Direction::Up => a.migration.cmp(&b.migration),
            Direction::Down => b.migration.cmp(&a.migration),
        });
        Ok(planned)
    }

    async fn plan_of(
        &self,
        ground: &Ground,
        line: &Line,
        direction: Direction,
        target: &Target,
    ) -> Result<Vec<Planned>> {
        let mut lease = ground.lease().await?;
        let dialect = lease.dialect();
        let rows = rows(History::all(&mut lease).await?);
        let mut survey = Survey::of(line, &rows, dialect);
        if let Some(problem) = survey.in_the_way(direction) {
            return Err(Error::from(problem));
        }
        let queue = survey.queue(line, direction, target)?;
        let mut planned = Vec::new();
        for migration in queue {
            let script = match direction {
                Direction::Up => migration.up(dialect)?,
                Direction::Down => migration
                    .down(dialect)?
                    .ok_or_else(|| crate::Problem::Irreversible {
                        migration: migration.name().to_owned(),
                    })?,
            };
            let journal = Journal {
                migration: migration.name(),
                direction: direction.word(),
            };
            let done = journal.read(&mut lease).await?;
            let is_done = |at: usize| {
                done.iter()
                    .any(|row| row.step == at && row.state == StepState::Done)
            };
            let (mut statements, mut destroys) = (Vec::new(), Vec::new());
            for (at, step) in script.steps.iter().enumerate().filter(|(at, _)| !is_done(*at)) {
                let _ = at;
                match &step.body {
                    StepBody::Rust => statements.push("-- the migration's step in Rust".to_owned()),
                    StepBody::Sql(statement) => {
                        statements.push(statement.text.clone());
                        if statement.destroys {
                            destroys.push(statement.text.clone());
                        }
                    }
                }
            }
            planned.push(Planned {
                connection: line.connection().to_string(),
                migration: migration.name().to_owned(),
                direction,
                transaction: script.transaction && dialect.capability().transactional_ddl && done.is_empty(),
                statements,
                destroys,
                done: done.iter().filter(|row| row.state == StepState::Done).count(),
            });
        }
        Ok(planned)
    }
}
