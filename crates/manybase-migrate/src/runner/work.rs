//! One migration to be run, one way.

use super::rust::StepFn;
use super::site::{Ground, Site, route};
use super::{Direction, Event, Migrator};
use crate::history::{Applied, State, truth};
use crate::set::{Place, StepBody, file_for};
use crate::{Migration, Problem, Script};
use chrono::Utc;
use manybase_db::{Access, Error, Executor, Lease, Result, Transaction};
use std::time::{Duration, Instant};

pub(crate) struct Work<'w> {
    pub(crate) migrator: &'w Migrator,
    pub(crate) ground: &'w Ground,
    pub(crate) migration: &'w Migration,
    pub(crate) direction: Direction,
    pub(crate) script: Script,
    pub(crate) checksum: String,
    rust: Option<StepFn>,
    /// The database takes changes of the structure back with the transaction.
    transactional: bool,
    /// It was begun before.
    begun: bool,
    started: Instant,
}

impl<'w> Work<'w> {
    /// Everything that can be found wrong without touching the database is.
    pub(crate) fn new(
        migrator: &'w Migrator,
        site: &Site<'w>,
        migration: &'w Migration,
        direction: Direction,
    ) -> Result<Self> {
        let named = |error: Error| error.with_connection(site.ground.connection.clone());
        let script = match direction {
            Direction::Up => Some(migration.up(site.dialect).map_err(named)?),
            Direction::Down => migration.down(site.dialect).map_err(named)?,
        };
        let name = || migration.name().to_owned();
        let script = script.ok_or_else(|| named(Problem::Irreversible { migration: name() }.into()))?;
        let joins = migration
            .plan()
            .parents
            .as_ref()
            .is_some_and(|parents| parents.len() > 1);
        if script.steps.is_empty() && !joins {
            return Err(named(
                Problem::File {
                    migration: name(),
                    file: file_for(direction.word(), site.dialect),
                    what: "there is no statement in it".to_owned(),
                }
                .into(),
            ));
        }
        let rust = migrator.steps.get(&(name(), direction)).cloned();
        if script.has_step() && rust.is_none() {
            let direction = direction.word();
            return Err(named(
                Problem::NoStep {
                    migration: name(),
                    direction,
                }
                .into(),
            ));
        }
        let row = site.rows.get(migration.name());
        Ok(Self {
            migrator,
            ground: site.ground,
            migration,
            direction,
            script,
            checksum: migration.checksum(site.dialect),
            rust,
            transactional: site.dialect.capability().transactional_ddl,
            begun: row.is_some_and(|row| row.state != State::Applied),
            started: Instant::now(),
        })
    }

    /// Runs it; false when somebody else has done so meanwhile.
    pub(crate) async fn run(&mut self) -> Result<bool> {
        self.started = Instant::now();
        let steps = self.script.steps.len();
        let (connection, migration) = (&*self.ground.connection, self.migration.name());
        self.migrator.tell(&Event::Begin {
            connection,
            migration,
            direction: self.direction,
            steps,
        });
        // What was begun step by step has a journal to go by.
        let ran = match self.transactional && self.script.transaction && !self.begun {
            true => super::transactional::run(self).await?,
            false => super::stepwise::run(self).await?,
        };
        if ran {
            self.migrator.tell(&Event::Done {
                connection,
                migration,
                direction: self.direction,
                took: self.took(),
            });
        }
        Ok(ran)
    }

    pub(crate) fn took(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn millis(&self) -> i64 {
        i64::try_from(self.took().as_millis()).unwrap_or(i64::MAX)
    }

    pub(crate) fn row(&self, state: State) -> Applied {
        Applied {
            name: self.migration.name().to_owned(),
            checksum: self.checksum.clone(),
            state,
            at: Utc::now(),
            millis: self.millis(),
            tool: self.migrator.tool.clone(),
            who: self.migrator.who.clone(),
        }
    }

    pub(crate) fn step(&self, at: usize) {
        self.migrator.tell(&Event::Step {
            connection: &self.ground.connection,
            migration: self.migration.name(),
            step: at + 1,
            steps: self.script.steps.len(),
            sql: match &self.script.steps[at].body {
                StepBody::Sql(statement) => Some(&statement.text),
                StepBody::Rust => None,
            },
        });
    }

    /// An error when rows stand in the way of a step. Before it, so that nothing of it has happened.
    pub(crate) async fn refuse(&self, lease: &mut Lease<'_>, at: usize) -> Result<()> {
        for guard in self.script.steps.get(at).map_or(&[][..], |step| &step.refusals) {
            let asked = truth(lease, &format!("SELECT {}", guard.condition)).await;
            if asked.map_err(|error| self.named(&format!("refuse-if (line {})", guard.line), &error))? {
                return Err(Problem::Refused {
                    migration: self.migration.name().to_owned(),
                    direction: self.direction.word(),
                    line: guard.line,
                    why: guard.why.clone(),
                }
                .into());
            }
        }
        Ok(())
    }

    pub(crate) async fn begin(&self) -> Result<Transaction> {
        self.ground.db.using(self.ground.connection.clone()).begin().await
    }

    pub(crate) async fn lease_in<'t>(&'t self, tx: &'t Transaction) -> Result<Lease<'t>> {
        tx.lease(route(&self.ground.connection), Access::Write).await
    }

    pub(crate) async fn run_rust(&self, tx: &Transaction) -> Result<()> {
        match &self.rust {
            Some(step) => step(tx).await,
            None => Ok(()),
        }
    }

    /// Says which statement it was, of which file.
    pub(crate) fn at(&self, step: usize, error: &Error) -> Error {
        let Place { line, body, .. } = &self.script.steps[step];
        let what = match body {
            StepBody::Sql(_) => format!("statement {} (line {line})", step + 1),
            StepBody::Rust => format!("its step in Rust (line {line})"),
        };
        self.named(&what, error)
    }

    fn named(&self, what: &str, error: &Error) -> Error {
        let message = format!(
            "{} {}: {what}: {}",
            self.migration.name(),
            self.direction.word(),
            error.message()
        );
        let mut located = Error::new(error.kind(), message)
            .with_connection(self.ground.connection.clone())
            .with_source(error.clone());
        if let Some(code) = error.code() {
            located = located.with_code(code.clone());
        }
        let whole = self.transactional && self.script.transaction && !self.begun;
        let kept = match whole {
            true => "nothing of it was kept; correct it and run this again",
            false => {
                "the statements before it are done and stay; correct it and run this again, it goes on there"
            }
        };
        match error.help() {
            Some(help) => located.with_help(format!("{help}; {kept}")),
            None => located.with_help(kept),
        }
    }
}
