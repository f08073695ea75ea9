//! What somebody can look at, and do about a saga that does not get on. Nothing here needs a definition.

mod skip;

use super::Sagas;
use crate::instance::{Instance, Op, given_up};
use crate::tables::{BarrierRow, SagaRow, StepRow};
use crate::{SagaDetails, SagaFilter, SagaId, SagaState, SagaSummary};
use chrono::TimeDelta;
use manybase_db::{Error, ErrorKind, Result};
use manybase_record::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

/// Tries against a runner that writes all the time.
const TRIES: usize = 20;
/// Sagas that are removed at a time.
const PAGE: u64 = 500;

impl Sagas {
    /// Sagas, the newest first.
    ///
    /// ```
    /// use manybase_saga::{Saga, SagaFilter, SagaState, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// # sagas.register(Saga::<u64>::new("ship", 1).call("label", async |_cx| Ok(())))?;
    /// let id = sagas.start("ship", &7u64).await?;
    /// let running = sagas.list(&SagaFilter::new().state(SagaState::Running)).await?;
    /// assert_eq!((running[0].id, running[0].step.as_deref()), (id, Some("label")));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the log's database.
    pub async fn list(&self, filter: &SagaFilter) -> Result<Vec<SagaSummary>> {
        let rows = self.0.log.list(filter).await?;
        Ok(rows.into_iter().map(|row| self.summary(row)).collect())
    }

    /// A saga with its steps.
    ///
    /// ```
    /// use manybase_saga::{Saga, Sagas, StepState};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// # sagas.register(Saga::<u64>::new("ship", 1).call("label", async |_cx| Ok(())))?;
    /// let id = sagas.start("ship", &7u64).await?;
    /// sagas.run(id).await?;
    /// assert_eq!(sagas.show(id).await?.steps[0].state, StepState::Done);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; those of the log's database.
    pub async fn show(&self, id: SagaId) -> Result<SagaDetails> {
        let instance = self.0.log.load(id).await?;
        let blocked = self.blocked(&instance.saga);
        SagaDetails::of(instance, blocked)
    }

    /// Makes a stuck saga go on, the way it went, with all its attempts before it; and one that waits for its next
    /// attempt not wait any longer.
    ///
    /// ```
    /// use manybase_saga::{Retry, Saga, SagaState, Sagas, StepError};
    /// use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// let repaired = Arc::new(AtomicBool::new(false));
    /// let ready = repaired.clone();
    /// sagas.register(
    ///     Saga::<u64>::new("pay", 1)
    ///         .call("charge", async |_cx| Ok(()))
    ///         .pivot()
    ///         .call("book", async move |_cx| match ready.load(Ordering::Relaxed) {
    ///             true => Ok(()),
    ///             false => Err(StepError::fatal("the books are closed")),
    ///         }),
    /// )?;
    /// let id = sagas.start("pay", &7u64).await?;
    /// sagas.run(id).await?;
    /// assert_eq!(sagas.show(id).await?.summary.state, SagaState::Stuck);
    ///
    /// repaired.store(true, Ordering::Relaxed);
    /// sagas.resume(id).await?;
    /// assert!(sagas.run(id).await?.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Transaction`] when it is over, or being run; [`ErrorKind::NotFound`]; those of the log's database.
    pub async fn resume(&self, id: SagaId) -> Result<()> {
        let now = self.0.log.clock.now();
        self.change(id, |instance| {
            let saga = &mut instance.saga;
            match saga.state {
                SagaState::Stuck => {
                    saga.state = match saga.compensating {
                        true => SagaState::Compensating,
                        false => SagaState::Running,
                    };
                    (saga.attempt, saga.since) = (0, None);
                    instance.rest(Some(now));
                }
                state if state.is_over() => return Err(over(id, state)),
                _ if saga.lease_until.is_some_and(|until| until > now) => {
                    let busy = format!("saga {id} is being run");
                    return Err(Error::new(ErrorKind::Transaction, busy)
                        .with_help("wait until it is over, or undo it with `abort`"));
                }
                // A lease that has run out stays: it tells that an attempt was cut off.
                _ => saga.next_attempt_at = Some(now),
            }
            Ok(Vec::new())
        })
        .await
    }

    /// Has a saga undo what it has done. Who runs it just now loses it.
    ///
    /// ```
    /// use manybase_saga::{Outcome, Saga, Sagas};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// # sagas.register(Saga::<u64>::new("ship", 1).call("label", async |_cx| Ok(())))?;
    /// let id = sagas.start("ship", &7u64).await?;
    /// sagas.abort(id, "ordered by mistake").await?;
    /// let error = "aborted by hand: ordered by mistake".to_owned();
    /// assert_eq!(sagas.run(id).await?, Outcome::Compensated { error });
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Transaction`] when it is over, past its pivot, or goes back already and is stuck;
    /// [`ErrorKind::NotFound`]; those of the log's database.
    pub async fn abort(&self, id: SagaId, reason: &str) -> Result<()> {
        let now = self.0.log.clock.now();
        self.change(id, |instance| {
            if instance.saga.state.is_over() {
                return Err(over(id, instance.saga.state));
            }
            if instance.saga.compensating {
                return match instance.saga.state {
                    SagaState::Stuck => Err(refused(
                        format!("saga {id} goes back already, and is stuck"),
                        "have it go on with `resume`, or settle the step with `skip`",
                    )),
                    _ => Ok(Vec::new()),
                };
            }
            if instance.past_pivot() {
                return Err(refused(
                    format!("saga {id} is past its pivot, from which there is no way back"),
                    "have it go on with `resume`, or settle the step with `skip`",
                ));
            }
            let begun = instance.saga.attempt > 0;
            let cut_off = instance.saga.lease_until.is_some();
            let mut changed = Vec::new();
            if let Some(Op::Action(at)) = instance.next()
                && let Some(step) = instance.steps.get_mut(at)
                && begun
            {
                step.unsure |= cut_off;
                step.state = given_up(step.unsure);
                step.attempt = instance.saga.attempt;
                step.updated = now;
                changed.push(at);
            }
            instance.saga.aborted = true;
            instance.turn_back(format!("aborted by hand: {reason}"));
            (instance.saga.attempt, instance.saga.since) = (0, None);
            instance.rest(Some(now));
            if instance.point().is_none() {
                instance.rest(None);
            }
            Ok(changed)
        })
        .await
    }

    /// Removes sagas that have been over for so long, from the log and from the barriers, and says how many. A zombie
    /// that wakes up after its saga was removed is not recognised any more, so give it days.
    ///
    /// ```
    /// use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = manybase_saga::Sagas::new(&db, "main");
    /// let removed = sagas.prune(Duration::from_secs(30 * 24 * 60 * 60)).await?;
    /// assert_eq!(removed, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the databases. What was removed before stays removed.
    pub async fn prune(&self, older_than: Duration) -> Result<u64> {
        let log = &self.0.log;
        log.ready().await?;
        let on = log.on(&log.db);
        let age = TimeDelta::from_std(older_than).unwrap_or(TimeDelta::MAX);
        let Some(before) = log.clock.now().checked_sub_signed(age) else {
            return Ok(0);
        };
        let mut removed = 0;
        loop {
            let over = SagaRow::filter(|c| {
                c.state.in_list([SagaState::Completed, SagaState::Compensated]) & c.updated.lt(before)
            });
            let page = over.limit(PAGE).select(|c| c.id).all(&on).await?;
            if page.is_empty() {
                return Ok(removed);
            }
            let steps = StepRow::filter(|c| c.saga.in_list(page.clone()) & c.connection.is_not_null());
            let places = steps.select(|c| c.connection).distinct().all(&on).await?;
            // Barriers first: a saga whose barriers could not be removed is found again.
            for place in places.into_iter().flatten().collect::<BTreeSet<String>>() {
                // A database that there is no more has nothing to remove, nor has one that no step ever came to.
                if log.db.connection(&place).is_err() {
                    continue;
                }
                let barriers = BarrierRow::filter(|c| c.saga.in_list(page.clone())).using(place);
                match barriers.delete(&log.db).await {
                    Err(error) if error.kind() != ErrorKind::UnknownTable => return Err(error),
                    _ => {}
                }
            }
            StepRow::filter(|c| c.saga.in_list(page.clone()))
                .delete(&on)
                .await?;
            removed += SagaRow::filter(|c| c.id.in_list(page)).delete(&on).await?;
        }
    }

    /// Changes a saga as it is, whoever has it. The closure gives the positions of the steps that it has changed.
    async fn change(
        &self,
        id: SagaId,
        change: impl Fn(&mut Instance) -> Result<Vec<usize>> + Send + Sync,
    ) -> Result<()> {
        let log = &self.0.log;
        log.clock.set(&log.db, &log.connection).await?;
        for _ in 0..TRIES {
            let mut instance = log.load(id).await?;
            let changed =
                change(&mut instance).map_err(|error| error.with_connection(log.connection.clone()))?;
            instance.saga.updated = log.clock.now();
            if log.store(&mut instance, &changed).await? {
                self.0.started.notify_one();
                return Ok(());
            }
        }
        Err(self.busy(id))
    }

    fn busy(&self, id: SagaId) -> Error {
        Error::new(
            ErrorKind::Stale,
            format!("saga {id} is changed all the time by who runs it"),
        )
        .with_connection(self.0.log.connection.clone())
        .with_help("try again, or stop the runners first")
    }

    fn summary(&self, row: SagaRow) -> SagaSummary {
        let blocked = self.blocked(&row);
        SagaSummary::of(row, blocked)
    }

    /// Why this program can't run a saga. A program that runs none has nothing to say.
    fn blocked(&self, saga: &SagaRow) -> Option<String> {
        let lacks = !self.definitions().is_empty()
            && !saga.state.is_over()
            && self.definition(&saga.name, saga.version).is_none();
        lacks.then(|| self.missing(&saga.name, saga.version))
    }
}

fn over(id: SagaId, state: SagaState) -> Error {
    refused(format!("saga {id} is over: {state}"), "start another one")
}

fn refused(what: String, help: &str) -> Error {
    Error::new(ErrorKind::Transaction, what).with_help(help)
}
