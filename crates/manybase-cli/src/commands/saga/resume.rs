//! `manybase saga resume`

use super::Log;
use super::view::afterwards;
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::Args;
use manybase_saga::SagaId;

/// Make a stuck saga go on the way it went, or one that waits try again at once
#[derive(Debug, Args)]
#[command(after_help = examples!("manybase saga resume 01997f3e-5a52-7c31-9d0b-6f1c2a7be913"))]
pub(crate) struct Resume {
    /// The saga
    id: SagaId,
}

impl Resume {
    pub(crate) async fn run(self, cx: &mut Context<'_>, log: &Log) -> Result<Status> {
        log.sagas.resume(self.id).await?;
        afterwards(cx, log, self.id, "resumed").await
    }
}
