//! `manybase saga show`

use super::Log;
use super::view::Details;
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::Args;
use manybase_saga::{SagaId, SagaState};

/// Show one saga with its steps
///
/// Ends with 1 when it is stuck.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase saga show 01997f3e-5a52-7c31-9d0b-6f1c2a7be913";
    "manybase saga show 01997f3e-5a52-7c31-9d0b-6f1c2a7be913 --data --json"
))]
pub(crate) struct Show {
    /// The saga
    id: SagaId,
    /// Show its input and the values of its steps too, which are the users' data
    #[arg(long)]
    data: bool,
}

impl Show {
    pub(crate) async fn run(self, cx: &mut Context<'_>, log: &Log) -> Result<Status> {
        let details = log.sagas.show(self.id).await?;
        let view = Details::of(&details, self.data);
        view.print(cx);
        view.help(cx);
        cx.out.document(&view);
        Ok(Status::act_if(details.summary.state == SagaState::Stuck))
    }
}
