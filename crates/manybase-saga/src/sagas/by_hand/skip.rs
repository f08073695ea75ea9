//! A step that somebody has done, or undone, by hand.

use super::{over, refused};
use crate::barrier::{Barrier, Entry};
use crate::instance::{Instance, Op};
use crate::sagas::Sagas;
use crate::tables::SagaRow;
use crate::{SagaId, SagaState, StepKind, StepState};
use manybase_db::{Error, ErrorKind, Result};
use std::sync::Arc;

impl Sagas {
    /// Takes a step for done, because somebody has done it by hand or it is not needed; in a saga that goes back, takes
    /// it for undone. The saga goes on then. What was skipped is not undone later.
    ///
    /// A late attempt at the step is refused from then on, so that it is not done twice. If such an attempt has gone
    /// well unnoticed, the step counts as done, not as skipped: look at [`Sagas::show`] afterwards.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas, StepError, StepState};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(
    ///     Saga::<u64>::new("pay", 1)
    ///         .call("charge", async |_cx| Ok(()))
    ///         .pivot()
    ///         .call("mail", async |_cx| Err(StepError::fatal("no such mailbox"))),
    /// )?;
    /// let id = sagas.start("pay", &7u64).await?;
    /// sagas.run(id).await?; // stuck
    /// sagas.skip(id, "mail", "told on the phone").await?;
    /// assert!(sagas.run(id).await?.is_completed());
    /// assert_eq!(sagas.show(id).await?.steps[1].state, StepState::Skipped);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a saga or a step that there is not; [`ErrorKind::Transaction`] when there is nothing
    /// to skip; those of the log's database and of the step's, where the late attempt is to be refused.
    pub async fn skip(&self, id: SagaId, step: &str, reason: &str) -> Result<()> {
        let (mut instance, op, before) = self.hold(id, step).await?;
        let settled = self.settle(&instance, op).await;
        let current = instance.next() == Some(op);
        let note = format!("skipped by hand: {reason}");
        if let Ok(entry) = &settled
            && let Some(row) = instance.steps.get_mut(op.position())
        {
            match (op, entry) {
                (Op::Action(_), Entry::Done(data)) => {
                    row.state = StepState::Done;
                    row.data = data.to_text();
                }
                (Op::Action(_), _) => (row.state, row.error) = (StepState::Skipped, Some(note)),
                (Op::Compensation(_), Entry::Done(data)) => {
                    row.state = StepState::Compensated;
                    row.undo_data = data.to_text();
                }
                (Op::Compensation(_), _) => (row.state, row.undo_error) = (StepState::Left, Some(note)),
            }
            row.updated = self.0.log.clock.now();
        }
        // It goes on from here; with another step it is as it was.
        instance.saga.error = before.error;
        instance.saga.state = before.state;
        if settled.is_ok() && current {
            instance.saga.state = match instance.saga.compensating {
                true => SagaState::Compensating,
                false => SagaState::Running,
            };
            instance.saga.error = None;
            instance.saga.attempt = 0;
            instance.saga.since = None;
        }
        let live = instance.saga.state.is_live();
        instance.rest(live.then(|| self.0.log.clock.now()));
        if instance.point().is_none() {
            instance.rest(None);
        }
        if !self.0.log.store(&mut instance, &[op.position()]).await? {
            return Err(self.busy(id));
        }
        self.0.started.notify_one();
        settled.map(|_| ())
    }

    /// Takes the saga from whoever has it. It is stuck meanwhile: if this process dies now, it stays so.
    async fn hold(&self, id: SagaId, step: &str) -> Result<(Instance, Op, SagaRow)> {
        let log = &self.0.log;
        log.clock.set(&log.db, &log.connection).await?;
        for _ in 0..super::TRIES {
            let mut instance = log.load(id).await?;
            let op = which(&instance, step).map_err(|error| error.with_connection(log.connection.clone()))?;
            let before = instance.saga.clone();
            let mut changed = Vec::new();
            if instance.saga.state.is_live() {
                instance.taken_over();
                changed.extend(instance.next().map(Op::position));
            }
            instance.saga.state = SagaState::Stuck;
            instance.saga.error = Some(format!("step {step:?} is being settled by hand"));
            instance.saga.updated = log.clock.now();
            instance.rest(None);
            if log.store(&mut instance, &changed).await? {
                return Ok((instance, op, before));
            }
        }
        Err(self.busy(id))
    }

    /// Has the step's database refuse late attempts, and asks whether there has been one.
    async fn settle(&self, instance: &Instance, op: Op) -> Result<Entry> {
        let log = &self.0.log;
        let Some(row) = instance.steps.get(op.position()) else {
            return Ok(Entry::Null);
        };
        let (StepKind::Transaction, Some(connection)) = (row.kind, row.connection.as_deref()) else {
            return Ok(Entry::Null);
        };
        // A database that there is no more does nothing late.
        if log.db.connection(connection).is_err() {
            return Ok(Entry::Null);
        }
        let (connection, step): (Arc<str>, Arc<str>) = (connection.into(), row.step.as_str().into());
        log.known.barrier(&log.db, &connection).await?;
        let (saga, now) = (row.saga, log.clock.now());
        log.db
            .using(connection.clone())
            .transaction(async |tx| {
                let barrier = Barrier {
                    tx,
                    connection: &connection,
                    saga,
                    step: &step,
                    now,
                };
                match op {
                    Op::Action(_) => barrier.rule_out().await,
                    Op::Compensation(_) => {
                        barrier.rule_out().await?;
                        barrier.leave().await
                    }
                }
            })
            .await
    }
}

/// What of the step is to be skipped.
fn which(instance: &Instance, name: &str) -> Result<Op> {
    let saga = &instance.saga;
    if saga.state.is_over() {
        return Err(over(saga.id, saga.state));
    }
    let Some(at) = instance.steps.iter().position(|step| step.step == name) else {
        let names: Vec<_> = instance.steps.iter().map(|step| step.step.as_str()).collect();
        let none = format!("saga {} has no step {name:?}", saga.id);
        return Err(Error::new(ErrorKind::NotFound, none).with_help(format!("it has: {}", names.join(", "))));
    };
    let state = instance.steps.get(at).map(|step| step.state);
    match (saga.compensating, state) {
        (false, Some(StepState::Pending)) => Ok(Op::Action(at)),
        (true, Some(StepState::Done | StepState::Unsure)) => Ok(Op::Compensation(at)),
        (false, _) => Err(refused(
            format!("step {name:?} of saga {} is done already", saga.id),
            "skip a step that is still to be done, or have the saga undo it with `abort`",
        )),
        (true, _) => Err(refused(
            format!("there is nothing to undo of step {name:?} of saga {}", saga.id),
            "skip a step that is still to be undone",
        )),
    }
}
