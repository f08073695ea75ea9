//! Steps outside of the databases.

use super::{Attempt, Outcome, caught, failed};
use crate::definition::func::CallFn;
use crate::instance::{End, Op};
use crate::{Data, StepError};
use manybase_driver::fault;

impl Attempt<'_> {
    pub(super) async fn call(&self, work: &CallFn) -> Outcome {
        let core = match self.core(Data::default()) {
            Ok(core) => core,
            Err(error) => return Outcome::Ended(failed(&error, false)),
        };
        let limit = self.step.limits.timeout;
        let (before, after) = match self.op {
            Op::Action(_) => ("saga-call-before", "saga-call-after"),
            Op::Compensation(_) => ("saga-compensation-before", "saga-compensation-after"),
        };
        fault::point(before);
        let end = match tokio::time::timeout(limit, caught(work(core))).await {
            Ok(Ok(data)) => End::Done(data),
            Ok(Err(error)) => failed(&error, error.is_unsure()),
            Err(_) => failed(
                &StepError::retry(format!("it took longer than {limit:.1?}")),
                true,
            ),
        };
        fault::point(after);
        Outcome::Ended(end)
    }
}
