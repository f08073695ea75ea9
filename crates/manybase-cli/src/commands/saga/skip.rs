//! `manybase saga skip`

use super::Log;
use super::view::afterwards;
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::Args;
use manybase_saga::SagaId;

/// Take a step for done, because somebody has done it by hand; in a saga that goes back, for undone
///
/// The saga goes on then. What was skipped is not undone later, and a late attempt at the step is refused.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase saga skip 01997f3e-5a52-7c31-9d0b-6f1c2a7be913 mail --reason \"told on the phone\""
))]
pub(crate) struct Skip {
    /// The saga
    id: SagaId,
    /// The step
    step: String,
    /// Why; it is kept with the step
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Skip {
    pub(crate) async fn run(self, cx: &mut Context<'_>, log: &Log) -> Result<Status> {
        log.sagas.skip(self.id, &self.step, &self.reason).await?;
        afterwards(cx, log, self.id, "skipped").await
    }
}
