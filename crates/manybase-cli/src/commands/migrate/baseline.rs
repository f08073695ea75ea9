//! `manybase migrate baseline`

use super::options::{HowFar, Which};
use super::run;
use crate::arguments::examples;
use crate::confirm::confirm;
use crate::context::Context;
use crate::failure::Result;
use crate::output::count;
use crate::status::Status;
use clap::Args;
use manybase_migrate::{Direction, Target};

/// Have it on record that migrations were applied, without running them
///
/// For a database that came to its tables in another way. Refused when its history is not empty.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase migrate baseline --connection legacy";
    "manybase migrate baseline --connection legacy --to first_release"
))]
pub(crate) struct Baseline {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    far: HowFar,
    /// Only say which
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl Baseline {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let migrator = self.which.migrator(cx).await?;
        let target = self.far.target(Target::All);
        let planned = migrator.plan(Direction::Up, &target).await?;
        if self.dry_run {
            for one in &planned {
                cx.out.line(&format!("{}: {}", one.connection, one.migration));
            }
            let names: Vec<_> = planned.iter().map(|one| &one.migration).collect();
            cx.out.document(&serde_json::json!({ "planned": names }));
            return Ok(Status::Fine);
        }
        if !self.yes && !planned.is_empty() {
            let what = count(planned.len(), "migration", "migrations");
            confirm(&format!("Have {what} down as applied, without running them?"))?;
        }
        let report = migrator.baseline(&target).await?;
        run::tell(cx, &report, Vec::new(), "there are no migrations")
    }
}
