//! Running one saga.

use super::Sagas;
use crate::attempt::{Attempt, Outcome as Attempted};
use crate::definition::Definition;
use crate::instance::{End, Failure, Instance, Op, Rules, Then};
use crate::tables::SagaRow;
use crate::{Outcome, Retry, SagaId, SagaState};
use chrono::{DateTime, Utc};
use manybase_db::{Error, ErrorKind, Result};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The first pause between two looks at a saga that somebody else has; the longest is [`super::SagaSettings::poll`].
const LOOK: Duration = Duration::from_millis(10);

/// Why a runner has put a saga down.
#[derive(Debug)]
pub(super) enum Put {
    /// It is over, or stuck.
    Over(Box<Instance>),
    /// Nothing is due before this time.
    Until(DateTime<Utc>),
    /// Somebody else has it, or is to take it.
    Aside,
    /// This program can't run it.
    Unfit(Error),
}

/// Whether the runner wants to stop.
pub(super) type Stop = watch::Receiver<bool>;

impl Sagas {
    /// Runs a saga to its end, and says how it ended. It waits for pauses between attempts, and for another process
    /// that has the saga, for as long as it takes; dropped, it leaves the saga to others, who take it over when the
    /// time of the attempt that was cut off has passed.
    ///
    /// ```
    /// use manybase_saga::{Outcome, Saga, Sagas, StepError};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let sagas = Sagas::new(&db, "main");
    /// sagas.register(
    ///     Saga::<u64>::new("order", 1)
    ///         .step("reserve", "main", async |_cx, _tx| Ok(()))
    ///         .compensate(async |_cx, _tx| Ok(()))
    ///         .call("charge", async |_cx| Err(StepError::fatal("declined"))),
    /// )?;
    /// let id = sagas.start("order", &7u64).await?;
    /// match sagas.run(id).await? {
    ///     Outcome::Compensated { error } => assert_eq!(error, "declined"),
    ///     other => panic!("{other:?}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Config`] when the saga's version is not registered, or has other steps
    /// than the saga began with; those of the log's database, after which the saga goes on as if the process had died.
    /// Errors of the saga's steps are none here: see [`Outcome`].
    pub async fn run(&self, id: SagaId) -> Result<Outcome> {
        // Never told to stop.
        let (_keep, stop) = watch::channel(false);
        let mut look = LOOK;
        loop {
            let wake = match self.take_up(id, &stop).await? {
                Put::Over(instance) => return Outcome::of(&instance),
                Put::Until(due) => {
                    look = LOOK;
                    // Not for the whole time: somebody may have it go on by hand.
                    self.time_until(due).min(self.0.settings.poll)
                }
                Put::Unfit(error) => return Err(error),
                Put::Aside => {
                    look = (look * 2).min(self.0.settings.poll);
                    look
                }
            };
            tokio::time::sleep(wake).await;
        }
    }

    /// Takes a saga and runs it as far as it goes now.
    pub(super) async fn take_up(&self, id: SagaId, stop: &Stop) -> Result<Put> {
        let log = &self.0.log;
        log.ready().await?;
        let instance = log.load(id).await?;
        if !instance.saga.state.is_live() {
            return Ok(Put::Over(Box::new(instance)));
        }
        let definition = self.fitting(&instance)?;
        let due = instance.saga.next_attempt_at.unwrap_or(DateTime::<Utc>::MIN_UTC);
        if due > log.clock.now() {
            return Ok(match instance.saga.lease_until {
                Some(_) => Put::Aside,
                None => Put::Until(due),
            });
        }
        let lease = definition.timeout(instance.saga.step.as_deref()) + self.0.settings.grace;
        match log.claim(instance.saga, lease).await? {
            Some(saga) => self.carry_on(saga, definition, stop).await,
            None => Ok(Put::Aside),
        }
    }

    /// Runs a saga that was taken, as far as it goes now.
    pub(super) async fn carry_on(
        &self,
        saga: SagaRow,
        definition: Arc<Definition>,
        stop: &Stop,
    ) -> Result<Put> {
        let log = &self.0.log;
        // Read after it was taken: nobody changes them any more.
        let steps = log.steps(saga.id).await?;
        let mut instance = Instance { saga, steps };
        instance.taken_over();
        let input = match definition
            .check_same(&instance.steps)
            .and_then(|()| input(&instance))
        {
            Ok(input) => Arc::new(input),
            Err(error) => return Ok(Put::Unfit(error)),
        };
        let grace = self.0.settings.grace;
        let leases = definition.steps.iter().map(|step| step.limits.timeout + grace);
        let leases: Vec<_> = leases.collect();
        loop {
            let next = instance
                .next()
                .map(|op| (op, definition.steps.get(op.position())));
            let Some((op, Some(step))) = next else {
                return self.finish(instance).await;
            };
            let retry = match op {
                Op::Action(_) => step.limits.retry,
                Op::Compensation(_) => step.limits.compensation_retry,
            };
            let judge = |instance: &mut Instance, end: End| {
                tell(instance, op, &end);
                let rules = Rules {
                    now: log.clock.now(),
                    retry,
                    leases: &leases,
                    stopping: *stop.borrow(),
                };
                instance.end(op, end, &rules)
            };
            let attempt = Attempt {
                log,
                instance: &instance,
                op,
                step,
                input: &input,
                judge: &judge,
            };
            let attempted = match deadly(&instance, op, retry) {
                Some(failure) => Attempted::Ended(End::Failed(failure)),
                None => attempt.run().await,
            };
            let then = match attempted {
                Attempted::Lost => return Ok(lost(&instance)),
                Attempted::Logged(logged, then) => {
                    instance = *logged;
                    then
                }
                Attempted::Ended(end) => {
                    let then = judge(&mut instance, end);
                    if !log.store(&mut instance, &[op.position()]).await? {
                        return Ok(lost(&instance));
                    }
                    then
                }
            };
            match then {
                Then::Go => {}
                Then::Wait(due) => return Ok(Put::Until(due)),
                Then::Release => return Ok(Put::Aside),
                Then::Over => return Ok(over(instance)),
            }
        }
    }

    /// Nothing is left to do: a saga without steps, or one whose last step was settled by hand.
    async fn finish(&self, mut instance: Instance) -> Result<Put> {
        instance.point();
        instance.rest(None);
        instance.saga.updated = self.0.log.clock.now();
        match self.0.log.store(&mut instance, &[]).await? {
            true => Ok(over(instance)),
            false => Ok(lost(&instance)),
        }
    }

    /// The definition that a saga began with.
    fn fitting(&self, instance: &Instance) -> Result<Arc<Definition>> {
        let saga = &instance.saga;
        let definition = self.definition(&saga.name, saga.version).ok_or_else(|| {
            Error::config(self.missing(&saga.name, saga.version))
                .with_help("run it with a program that has this version, or register it here")
        })?;
        definition.check_same(&instance.steps)?;
        Ok(definition)
    }

    /// Says what is registered instead.
    pub(super) fn missing(&self, name: &str, version: u32) -> String {
        let all = self.definitions();
        let versions = all.iter().filter(|one| *one.name == *name);
        let versions: Vec<_> = versions.map(|one| one.version.to_string()).collect();
        let there = match versions.as_slice() {
            [] => "no version of it is".to_owned(),
            versions => format!("registered here: {}", versions.join(", ")),
        };
        format!("version {version} of saga {name:?} is not registered in this program; {there}")
    }

    pub(super) fn time_until(&self, due: DateTime<Utc>) -> Duration {
        (due - self.0.log.clock.now()).to_std().unwrap_or_default()
    }
}

fn input(instance: &Instance) -> Result<Value> {
    serde_json::from_str(&instance.saga.input).map_err(|error| {
        let what = format!("the input of saga {} in its log: {error}", instance.saga.id);
        Error::new(ErrorKind::Decode, what)
    })
}

/// A step in which processes die again and again is given up. Not beyond the pivot: there it must be done.
fn deadly(instance: &Instance, op: Op, retry: Retry) -> Option<Failure> {
    let forward_only = matches!(op, Op::Action(_)) && instance.past_pivot();
    if forward_only || !retry.is_deadly(instance.saga.attempt) {
        return None;
    }
    Some(Failure {
        message: "the last attempts at it never came to an end: the processes died, or were paused"
            .to_owned(),
        fatal: true,
        after: None,
        unsure: true,
    })
}

fn over(instance: Instance) -> Put {
    let (saga, state) = (instance.saga.id, instance.saga.state);
    match state {
        SagaState::Stuck => tracing::error!(target: "manybase::saga", %saga, "stuck"),
        _ => tracing::debug!(target: "manybase::saga", %saga, %state, "over"),
    }
    Put::Over(Box::new(instance))
}

fn lost(instance: &Instance) -> Put {
    tracing::warn!(target: "manybase::saga", saga = %instance.saga.id, "somebody else has taken it over");
    Put::Aside
}

fn tell(instance: &Instance, op: Op, end: &End) {
    let saga = instance.saga.id;
    let step = instance.steps.get(op.position()).map(|step| step.step.as_str());
    let (step, attempt) = (step.unwrap_or_default(), instance.saga.attempt);
    let undo = matches!(op, Op::Compensation(_));
    match end {
        End::Failed(Failure {
            message: error,
            fatal,
            ..
        }) => {
            tracing::warn!(target: "manybase::saga", %saga, step, undo, attempt, fatal, error, "attempt failed");
        }
        _ => tracing::debug!(target: "manybase::saga", %saga, step, undo, attempt, "done"),
    }
}
