//! A migration step by step, with a journal: where the database commits a change of the structure by itself, and where a
//! migration asks for it.
//!
//! A statement on rows is committed together with its row of the journal, so that it happens once. Before any other
//! statement the journal says that it is about to happen, with a hash of the structure before it, and after it that it
//! has. Whoever finds the first without the second looks at the structure: `resume.rs`.

use super::resume::{Next, decide};
use super::site::Ground;
use super::work::Work;
use super::{Direction, Event};
use crate::Problem;
use crate::history::{History, Journal, State, StepState, Stepped, Structure, structure, truth};
use crate::lock::{WORK, take_on};
use crate::set::{Statement, StepBody, Work as Kind, upkeep};
use manybase_db::{Lease, Result};
use manybase_driver::fault;
use manybase_sql::upkeep::SessionLock;

pub(super) async fn run(work: &Work<'_>) -> Result<bool> {
    let mut stepper = Stepper::enter(work).await?;
    let ran = stepper.all().await;
    stepper.leave().await;
    ran
}

struct Stepper<'w> {
    work: &'w Work<'w>,
    ground: &'w Ground,
    journal: Journal<'w>,
    /// The session that all statements go to. Given away only where there is no other.
    lease: Option<Lease<'w>>,
    lock: Option<SessionLock>,
}

impl<'w> Stepper<'w> {
    /// A dead runner's server may still be at its last statement: its session has this lock until it is done.
    async fn enter(work: &'w Work<'w>) -> Result<Self> {
        let ground = work.ground;
        let mut lease = ground.lease().await?;
        let lock = upkeep(lease.dialect()).lock.map(|lock| lock(WORK));
        if let Some(lock) = &lock {
            let connection = &*ground.connection;
            let waiting = || work.migrator.tell(&Event::Waiting { connection });
            take_on(&mut lease, lock, work.migrator.lock_timeout, &waiting).await?;
        }
        Ok(Self {
            work,
            ground,
            journal: Journal {
                migration: work.migration.name(),
                direction: work.direction.word(),
            },
            lease: Some(lease),
            lock,
        })
    }

    async fn leave(mut self) {
        if let (Some(lock), Some(lease)) = (&self.lock, &mut self.lease) {
            // With an error the session goes, and the lock with it.
            let _ = truth(lease, &lock.release).await;
        }
    }

    async fn lease(&mut self) -> Result<&mut Lease<'w>> {
        match &mut self.lease {
            Some(lease) => Ok(lease),
            none => Ok(none.insert(self.ground.lease().await?)),
        }
    }

    async fn all(&mut self) -> Result<bool> {
        let (work, journal) = (self.work, self.journal);
        let up = work.direction == Direction::Up;
        let lease = self.lease().await?;
        let row = History::one(lease, work.migration.name()).await?;
        match (row.map(|row| row.state), up) {
            (None, true) => {
                work.refuse(lease, 0).await?;
                journal.clear(lease).await?;
                History::insert(lease, &work.row(State::Applying)).await?;
            }
            (Some(State::Applied), false) => {
                work.refuse(lease, 0).await?;
                journal.clear(lease).await?;
                History::replace(lease, &work.row(State::Reverting)).await?;
            }
            (Some(State::Applying), true) | (Some(State::Reverting), false) => {}
            // Somebody else was faster.
            (Some(State::Applied), true) | (None, false) => return Ok(false),
            (Some(state), _) => {
                return Err(Problem::Unfinished {
                    migration: work.migration.name().to_owned(),
                    reverting: state == State::Reverting,
                    done: 0,
                }
                .into());
            }
        }
        let rows = journal.read(lease).await?;
        let switch = upkeep(lease.dialect())
            .foreign_keys
            .filter(|_| work.script.foreign_keys_off);
        if let Some(switch) = switch {
            lease.script(switch.off.to_owned()).await?;
        }
        self.check_done(&rows)?;
        fault::point("migrate-journal-begun");
        for at in 0..work.script.steps.len() {
            self.one(at, rows.iter().find(|row| row.step == at)).await?;
        }
        let lease = self.lease().await?;
        if let Some(switch) = switch {
            lease.script(switch.on.to_owned()).await?;
        }
        lease.begin_nested().await?;
        let finished = async {
            match up {
                true => History::replace(lease, &work.row(State::Applied)).await?,
                false => History::delete(lease, work.migration.name()).await?,
            }
            journal.clear(lease).await
        };
        let finished = finished.await;
        end(lease, finished).await?;
        fault::point("migrate-finished");
        Ok(true)
    }

    /// What is done must still be what the file says.
    fn check_done(&self, rows: &[Stepped]) -> Result<()> {
        let steps = &self.work.script.steps;
        let other = rows.iter().find(|row| {
            row.state == StepState::Done && steps.get(row.step).is_none_or(|step| step.hash != row.checksum)
        });
        match other {
            None => Ok(()),
            Some(row) => Err(Problem::DoneEdited {
                migration: self.work.migration.name().to_owned(),
                step: row.step + 1,
            }
            .into()),
        }
    }

    async fn one(&mut self, at: usize, row: Option<&Stepped>) -> Result<()> {
        let work = self.work;
        // Of the first step it was asked before the journal was begun.
        if at > 0 && row.is_none() {
            work.refuse(self.lease().await?, at).await?;
        }
        let step = &work.script.steps[at];
        if let StepBody::Sql(statement) = &step.body {
            let done = row.is_some_and(|row| row.state == StepState::Done);
            if done && statement.work != Kind::Session {
                return Ok(());
            }
            if let Some(row) = row.filter(|_| !done) {
                let lease = self.lease().await?;
                let next = decide(work, lease, at, statement, row).await?;
                if next == Next::Done {
                    return self.put(at, StepState::Done, None, None).await;
                }
            }
            work.step(at);
            fault::point("migrate-step-before");
            let ran = self.sql(at, statement).await;
            fault::point("migrate-step-after");
            return match ran {
                Ok(()) => Ok(()),
                Err(error) => {
                    // Of a connection that broke in the middle nobody knows.
                    if error.code().is_some()
                        && !error.is_connection_lost()
                        && let Err(error) = self.put(at, StepState::Failed, None, Some(error.message())).await
                    {
                        tracing::debug!(target: "manybase::migrate", %error, "could not write the journal");
                    }
                    Err(work.at(at, &error))
                }
            };
        }
        match row.map(|row| row.state) {
            Some(StepState::Done) => Ok(()),
            _ => {
                work.step(at);
                self.rust(at).await.map_err(|error| work.at(at, &error))
            }
        }
    }

    async fn sql(&mut self, at: usize, statement: &Statement) -> Result<()> {
        let text = statement.text.clone();
        match statement.work {
            Kind::Rows => {
                let (done, journal) = (self.stepped(at, StepState::Done, None), self.journal);
                let lease = self.lease().await?;
                lease.begin_nested().await?;
                let ran = async {
                    lease.script(text).await?;
                    fault::point("migrate-rows-written");
                    journal.put(lease, &done, None).await
                };
                let ran = ran.await;
                end(lease, ran).await
            }
            Kind::Session => {
                self.lease().await?.script(text).await?;
                self.put(at, StepState::Done, None, None).await
            }
            _ => {
                let before = match statement.work {
                    Kind::Structure { .. } => {
                        structure(self.lease().await?, statement.about().as_deref()).await?
                    }
                    _ => None,
                };
                self.put(at, StepState::Running, before, None).await?;
                fault::point("migrate-step-running");
                self.lease().await?.script(text).await?;
                fault::point("migrate-step-happened");
                self.put(at, StepState::Done, None, None).await
            }
        }
    }

    /// In a transaction with its row of the journal.
    async fn rust(&mut self, at: usize) -> Result<()> {
        if self.lock.is_none() {
            // The only connection that can write, perhaps.
            self.lease = None;
        }
        let (work, journal, done) = (self.work, self.journal, self.stepped(at, StepState::Done, None));
        let tx = work.begin().await?;
        fault::point("migrate-rust-before");
        let ran = async {
            work.run_rust(&tx).await?;
            let mut lease = work.lease_in(&tx).await?;
            journal.put(&mut lease, &done, None).await
        };
        match ran.await {
            Ok(()) => {
                fault::point("migrate-rust-written");
                tx.commit().await?;
                fault::point("migrate-rust-after");
                Ok(())
            }
            Err(error) => {
                if let Err(error) = tx.rollback().await {
                    tracing::debug!(target: "manybase::migrate", %error, "could not roll back");
                }
                Err(error)
            }
        }
    }

    fn stepped(&self, at: usize, state: StepState, structure: Option<Structure>) -> Stepped {
        Stepped {
            step: at,
            checksum: self.work.script.steps[at].hash.clone(),
            state,
            structure,
        }
    }

    async fn put(
        &mut self,
        at: usize,
        state: StepState,
        structure: Option<Structure>,
        error: Option<&str>,
    ) -> Result<()> {
        let (row, journal) = (self.stepped(at, state, structure), self.journal);
        journal.put(self.lease().await?, &row, error).await
    }
}

/// Commits the unit, or takes it back.
async fn end(lease: &mut Lease<'_>, ran: Result<()>) -> Result<()> {
    match ran {
        Ok(()) => lease.commit_nested().await,
        Err(error) => {
            if let Err(error) = lease.rollback_nested().await {
                tracing::debug!(target: "manybase::migrate", %error, "could not roll back");
            }
            Err(error)
        }
    }
}
