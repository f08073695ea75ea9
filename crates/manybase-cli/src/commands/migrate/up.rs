//! `manybase migrate up`

use super::options::{How, HowFar, Which};
use super::{change, options, run};
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::Args;
use manybase_migrate::{Direction, Target};

/// Apply migrations
///
/// On all connections that have any, the earliest first. When a process died in the middle, it goes on where that one
/// stopped. New migrations are written into migrations.sum once they are applied; with --locked they have to be there
/// before, as is right for production.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase migrate up";
    "manybase migrate up --dry-run > changes.sql";
    "manybase migrate up --locked --yes --lock-timeout 10m    in a deployment";
    "manybase migrate up --connection crm --steps 1"
))]
pub(crate) struct Up {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    far: HowFar,
    #[command(flatten)]
    how: How,
    /// Refuse migrations that are not in migrations.sum
    #[arg(long)]
    locked: bool,
}

impl Up {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let set = self.which.set(cx)?;
        let set = if self.locked { set.locked() } else { set };
        let migrator = self
            .which
            .migrator_of(cx, set)
            .await?
            .lock_timeout(self.how.lock_timeout);
        options::note_if_empty(cx, &migrator);
        let target = self.far.target(Target::All);
        let planned = migrator.plan(Direction::Up, &target).await?;
        if self.how.dry_run {
            change::print(cx, &planned);
            return Ok(Status::Fine);
        }
        change::ask(cx, &planned, &self.how, false)?;
        let watched = run::watched(cx, migrator.clone(), "migrating");
        let report = watched.up_to(&target).await;
        drop(watched);
        let left = report.connections.iter().any(|connection| connection.left > 0);
        let mut sealed = Vec::new();
        if !self.locked && report.error.is_none() && !left {
            sealed = migrator.seal()?.iter().map(ToString::to_string).collect();
        }
        run::tell(cx, &report, sealed, "all migrations are applied")
    }
}
