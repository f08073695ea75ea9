//! `manybase migrate redo`

use super::options::{How, Which};
use super::{change, run};
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::Args;
use manybase_migrate::{Direction, Target};

/// Take the last migration back and apply it again
///
/// For while it is being written. Rows that its down file takes away do not come back.
#[derive(Debug, Args)]
#[command(after_help = examples!("manybase migrate redo"; "manybase migrate redo --steps 2 --connection crm"))]
pub(crate) struct Redo {
    #[command(flatten)]
    which: Which,
    /// So many migrations
    #[arg(long, value_name = "N", default_value_t = 1)]
    steps: usize,
    #[command(flatten)]
    how: How,
}

impl Redo {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let migrator = self.which.migrator(cx).await?.lock_timeout(self.how.lock_timeout);
        let target = Target::Steps(self.steps);
        let planned = migrator.plan(Direction::Down, &target).await?;
        if self.how.dry_run {
            change::print(cx, &planned);
            return Ok(Status::Fine);
        }
        change::ask(cx, &planned, &self.how, true)?;
        let report = run::watched(cx, migrator, "migrating").redo(self.steps).await;
        run::tell(cx, &report, Vec::new(), "there is nothing to do again")
    }
}
