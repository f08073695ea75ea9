//! Steps in a transaction.

use super::{Attempt, Outcome, caught, failed};
use crate::barrier::{Barrier, Entry, refused};
use crate::definition::func::OnFn;
use crate::instance::{End, Instance, Op, Then};
use crate::tables::BarrierOp;
use crate::{Data, StepError, StepState};
use manybase_db::{Error, ErrorKind, Transaction, TransactionSettings};
use manybase_driver::fault;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What the transaction did, to be believed when it has committed.
enum Did {
    Ended(End),
    Logged(Box<Instance>, Then),
}

/// Why the transaction must not commit.
enum Stop {
    Failed(StepError),
    Lost,
}

impl<E: Into<StepError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What is run, of one step.
#[derive(Clone, Copy)]
pub(super) struct Works<'a> {
    pub(super) connection: &'a Arc<str>,
    pub(super) action: &'a OnFn,
    pub(super) compensation: Option<&'a OnFn>,
}

impl Attempt<'_> {
    /// Effect and barrier in one transaction, within the step's time.
    pub(super) async fn in_transaction(&self, works: Works<'_>) -> Outcome {
        if let Err(error) = self.log.known.barrier(&self.log.db, works.connection).await {
            return Outcome::Ended(failed(&error.into(), false));
        }
        let (stop, worked) = (Mutex::new(None), AtomicBool::new(false));
        let result = self
            .log
            .db
            .using(works.connection.clone())
            .transaction_with(TransactionSettings::new().timeout(self.step.limits.timeout))
            .run(async |tx| {
                let did = match self.op {
                    Op::Action(_) => self.act(tx, works).await,
                    Op::Compensation(_) => self.compensate(tx, works).await,
                };
                match did {
                    Ok(did) => {
                        worked.store(true, Ordering::Release);
                        Ok(did)
                    }
                    Err(why) => {
                        *stop.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
                        Err(Error::new(ErrorKind::Cancelled, "the step failed"))
                    }
                }
            })
            .await;
        if result.is_ok() {
            fault::point(match self.op {
                Op::Action(_) => "saga-effect-committed",
                Op::Compensation(_) => "saga-compensation-committed",
            });
        }
        let why = stop.into_inner().unwrap_or_else(PoisonError::into_inner);
        match (result, why) {
            (Ok(Did::Ended(end)), _) => Outcome::Ended(end),
            (Ok(Did::Logged(instance, then)), _) => Outcome::Logged(instance, then),
            (Err(_), Some(Stop::Lost)) => Outcome::Lost,
            (Err(_), Some(Stop::Failed(error))) => Outcome::Ended(failed(&error, false)),
            (Err(error), None) => {
                let unsure = worked.into_inner() && may_have_committed(&error);
                Outcome::Ended(failed(&error.into(), unsure))
            }
        }
    }

    async fn act(&self, tx: &Transaction, works: Works<'_>) -> Result<Did, Stop> {
        let barrier = self.barrier(tx, works);
        let data = match barrier.action().await? {
            Entry::Made => {
                fault::point("saga-effect-before");
                let data = caught((works.action)(self.core(Data::default())?, tx)).await?;
                barrier.keep(BarrierOp::Action, &data).await?;
                fault::point("saga-effect-after");
                data
            }
            // An earlier attempt has committed, and nobody has heard of it.
            Entry::Done(data) => data,
            Entry::Null => return Err(refused(&self.step.name).into()),
        };
        self.log(tx, works, End::Done(data)).await
    }

    async fn compensate(&self, tx: &Transaction, works: Works<'_>) -> Result<Did, Stop> {
        let barrier = self.barrier(tx, works);
        let row = self.instance.steps.get(self.op.position());
        let given_up = row.is_some_and(|row| row.state == StepState::Unsure);
        let stays = given_up && (self.step.pivot || works.compensation.is_none());
        let end = match (barrier.rule_out().await?, works.compensation) {
            (Entry::Made | Entry::Null, _) => End::RuledOut,
            // The attempt of which nobody knew has gone well after all.
            (Entry::Done(data), _) if stays => End::Happened(data),
            (Entry::Done(_), None) => End::Done(Data::default()),
            (Entry::Done(data), Some(work)) => match barrier.compensation().await? {
                Entry::Made => {
                    fault::point("saga-compensation-before");
                    let data = caught(work(self.core(data)?, tx)).await?;
                    barrier.keep(BarrierOp::Compensation, &data).await?;
                    fault::point("saga-compensation-after");
                    End::Done(data)
                }
                Entry::Done(data) => End::Done(data),
                Entry::Null => End::Done(Data::default()),
            },
        };
        self.log(tx, works, end).await
    }

    fn barrier<'t>(&'t self, tx: &'t Transaction, works: Works<'t>) -> Barrier<'t> {
        Barrier {
            tx,
            connection: works.connection,
            saga: self.instance.saga.id,
            step: &self.step.name,
            now: self.log.clock.now(),
        }
    }

    /// In the log's own database, effect and log are one transaction.
    async fn log(&self, tx: &Transaction, works: Works<'_>, end: End) -> Result<Did, Stop> {
        if works.connection != &self.log.connection {
            return Ok(Did::Ended(end));
        }
        let mut instance = self.instance.clone();
        let then = (self.judge)(&mut instance, end);
        if !self.log.write(tx, &instance, &[self.op.position()]).await? {
            return Err(Stop::Lost);
        }
        instance.saga.token += 1;
        Ok(Did::Logged(Box::new(instance), then))
    }
}

/// Whether a commit that gave this error may have taken effect. These are answers of the database that it has not.
fn may_have_committed(error: &Error) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::Serialization
            | ErrorKind::Deadlock
            | ErrorKind::LockTimeout
            | ErrorKind::UniqueViolation
            | ErrorKind::ForeignKeyViolation
            | ErrorKind::NotNullViolation
            | ErrorKind::CheckViolation
            | ErrorKind::Transaction
    )
}
