//! `manybase migrate down`

use super::options::{How, HowFar, Which};
use super::{change, run};
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::Args;
use manybase_migrate::{Direction, Target};

/// Take migrations back, with their down files
///
/// The last one, when nothing else is said. It asks first: what a down file drops is gone.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase migrate down";
    "manybase migrate down --connection crm --steps 3";
    "manybase migrate down --to add_city --dry-run    all that came after it"
))]
pub(crate) struct Down {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    far: HowFar,
    #[command(flatten)]
    how: How,
}

impl Down {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let migrator = self.which.migrator(cx).await?.lock_timeout(self.how.lock_timeout);
        let target = self.far.target(Target::Steps(1));
        let planned = migrator.plan(Direction::Down, &target).await?;
        if self.how.dry_run {
            change::print(cx, &planned);
            return Ok(Status::Fine);
        }
        change::ask(cx, &planned, &self.how, true)?;
        let report = run::watched(cx, migrator, "migrating").down_to(&target).await;
        run::tell(cx, &report, Vec::new(), "there is nothing to take back")
    }
}
