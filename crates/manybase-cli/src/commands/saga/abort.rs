//! `manybase saga abort`

use super::Log;
use super::view::afterwards;
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::Args;
use manybase_saga::SagaId;

/// Have a saga undo what it has done
///
/// Refused past its pivot, from which there is no way back.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase saga abort 01997f3e-5a52-7c31-9d0b-6f1c2a7be913 --reason \"ordered by mistake\""
))]
pub(crate) struct Abort {
    /// The saga
    id: SagaId,
    /// Why; it is kept with the saga
    #[arg(long, value_name = "TEXT", default_value = "with the command-line tool")]
    reason: String,
}

impl Abort {
    pub(crate) async fn run(self, cx: &mut Context<'_>, log: &Log) -> Result<Status> {
        log.sagas.abort(self.id, &self.reason).await?;
        afterwards(cx, log, self.id, "it goes back now").await
    }
}
