//! `manybase migrate plan`

use super::change;
use super::options::{HowFar, Which};
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::Args;
use manybase_migrate::{Direction, Target};

/// Show what `up` would run, statement by statement
///
/// It takes no lock and writes nothing.
#[derive(Debug, Args)]
#[command(after_help = examples!("manybase migrate plan"; "manybase migrate plan --connection crm --json"))]
pub(crate) struct Plan {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    far: HowFar,
}

impl Plan {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let migrator = self.which.migrator(cx).await?;
        let planned = migrator
            .plan(Direction::Up, &self.far.target(Target::All))
            .await?;
        if planned.is_empty() {
            cx.out.line("all migrations are applied");
        }
        change::print(cx, &planned);
        Ok(Status::Fine)
    }
}
