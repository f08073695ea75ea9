//! `manybase migrate verify`

use super::options::Which;
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::output::Mark;
use crate::status::Status;
use clap::Args;
use manybase_migrate::Verified;
use serde::Serialize;

/// Try the migrations out in a scratch database, and compare
///
/// Files against migrations.sum and history; up, down and up again; the live database against what its migrations make;
/// and, in a program that has them, the models. Live databases are only read. Ends with 1 when something is wrong.
#[derive(Debug, Args)]
#[command(after_help = examples!("manybase migrate verify"; "cargo run --bin db -- migrate verify --connection crm"))]
pub(crate) struct Verify {
    #[command(flatten)]
    which: Which,
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
        let progress = cx.out.progress("trying the migrations out");
        let verified = migrator.verify(models.as_deref()).await;
        drop(progress);
        let connections = verified?;
        let mut rows = Vec::new();
        for one in &connections {
            for check in &one.checks {
                let state = match (&check.skipped, check.findings.is_empty()) {
                    (Some(why), _) => cx.out.mark(Mark::Warn, &format!("not looked at: {why}")),
                    (None, true) => cx.out.mark(Mark::Good, "fine"),
                    (None, false) => cx.out.mark(Mark::Bad, &check.findings.join("; ")),
                };
                rows.push([one.connection.clone(), check.check.to_owned(), state]);
            }
        }
        cx.out.table(["CONNECTION", "CHECK", "STATE"], rows);
        let fine = connections.iter().all(Verified::is_fine);
        cx.out.document(&Document { fine, connections });
        Ok(Status::act_if(!fine))
    }
}
