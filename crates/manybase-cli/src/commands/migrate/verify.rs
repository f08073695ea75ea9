//! `manybase migrate verify`

use super::options::Which;
use super::run;
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::output::{Mark, count};
use crate::status::Status;
use clap::Args;
use manybase_migrate::Verified;
use serde::Serialize;

/// Try the migrations out in a scratch database, and compare
///
/// Files against migrations.sum and history; up, down and up again, without rows and with some; the live database against
/// what its migrations make; rows of it whose foreign key leads nowhere; and, in a program that has them, the models. Live
/// databases are only read. Ends with 1 when something is wrong.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase migrate verify";
    "manybase migrate verify --no-live-rows    where reading every table takes too long";
    "cargo run --bin db -- migrate verify --connection crm"
))]
pub(crate) struct Verify {
    #[command(flatten)]
    which: Which,
    /// Read no row of live databases: foreign keys are not looked at
    #[arg(long)]
    no_live_rows: bool,
}

#[derive(Serialize)]
struct Document {
    fine: bool,
    connections: Vec<Verified>,
}

impl Verify {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let migrator = self.which.migrator(cx).await?;
        let models: Option<Vec<_>> = cx.models_if_any().map(|models| models.iter().collect());
        let watched = run::watched(cx, migrator, "verifying");
        let verified = watched.verify_with(models.as_deref(), !self.no_live_rows).await;
        drop(watched);
        let connections = verified?;
        let mut rows = Vec::new();
        for one in &connections {
            for check in &one.checks {
                let state = match (&check.skipped, check.findings.len()) {
                    (Some(why), _) => cx.out.mark(Mark::Warn, &format!("not looked at: {why}")),
                    (None, 0) => cx.out.mark(Mark::Good, "fine"),
                    (None, found) => cx.out.mark(Mark::Bad, &count(found, "finding", "findings")),
                };
                rows.push([one.connection.clone(), check.check.to_owned(), state]);
            }
        }
        cx.out.table(["CONNECTION", "CHECK", "STATE"], rows);
        for one in &connections {
            for check in &one.checks {
                for finding in &check.findings {
                    let heading = cx.out.heading(Mark::Bad, check.check);
                    cx.out.line(&format!("{heading}: {}: {finding}", one.connection));
                }
                for note in &check.notes {
                    cx.out
                        .note(&format!("{}: {}: {note}", one.connection, check.check));
                }
            }
        }
        let fine = connections.iter().all(Verified::is_fine);
        cx.out.document(&Document { fine, connections });
        Ok(Status::act_if(!fine))
    }
}
