//! One attempt at an action or a compensation.

mod call;
mod transaction;

use crate::context::Core;
use crate::definition::{Step, Work};
use crate::instance::{End, Failure, Instance, Op, Then};
use crate::log::Log;
use crate::{Data, StepError, StepResult, StepState};
use futures_util::FutureExt;
use serde_json::Value;
use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use transaction::Works;

/// What became of an attempt.
pub(crate) enum Outcome {
    /// It ended so, and the log is to be told.
    Ended(End),
    /// It was done, and the log was told in the same transaction.
    Logged(Box<Instance>, Then),
    /// Somebody else has the saga.
    Lost,
}

/// What an attempt needs to know.
pub(crate) struct Attempt<'a> {
    pub(crate) log: &'a Log,
    pub(crate) instance: &'a Instance,
    pub(crate) op: Op,
    pub(crate) step: &'a Step,
    pub(crate) input: &'a Arc<Value>,
    /// How a runner judges the end; for effects that are logged together with the log's own database.
    pub(crate) judge: &'a (dyn Fn(&mut Instance, End) -> Then + Send + Sync),
}

impl Attempt<'_> {
    pub(crate) async fn run(&self) -> Outcome {
        match (&self.step.work, self.op) {
            (
                Work::On {
                    connection,
                    action,
                    compensation,
                },
                _,
            ) => {
                let compensation = compensation.as_ref();
                self.in_transaction(Works {
                    connection,
                    action,
                    compensation,
                })
                .await
            }
            (Work::Call { action, .. }, Op::Action(_)) => self.call(action).await,
            (Work::Call { compensation, .. }, Op::Compensation(_)) => match compensation {
                Some(compensation) => self.call(compensation).await,
                // Passed over when there is none, so that this does not come.
                None => Outcome::Ended(End::RuledOut),
            },
        }
    }

    /// What the closure is given, with values of this step besides those in the log.
    fn core(&self, more: Data) -> StepResult<Core> {
        let mut data = self.instance.data()?;
        data.take(more);
        let row = self.instance.steps.get(self.op.position());
        Ok(Core {
            saga: self.instance.saga.id,
            step: self.step.name.clone(),
            compensating: matches!(self.op, Op::Compensation(_)),
            attempt: self.instance.saga.attempt,
            certain: row.is_none_or(|row| row.state != StepState::Unsure),
            input: self.input.clone(),
            data,
            puts: Data::default(),
        })
    }
}

fn failed(error: &StepError, unsure: bool) -> End {
    End::Failed(Failure {
        message: error.message().to_owned(),
        fatal: error.is_fatal(),
        after: error.pause(),
        unsure,
    })
}

/// A panic is a mistake in the step, which it would make again.
async fn caught<T>(work: impl Future<Output = StepResult<T>>) -> StepResult<T> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(result) => result,
        Err(panic) => Err(StepError::panicked(said(&*panic))),
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a word")
}
