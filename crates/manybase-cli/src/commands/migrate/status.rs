//! `manybase migrate status`

use super::options::Which;
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::output::{ErrorView, Mark, millis};
use crate::status::Status;
use clap::Args;
use manybase_migrate::Standing;
use serde::Serialize;
use std::time::Duration;

/// Show which migrations each database has had
///
/// It writes nothing. Ends with 1 when some are to be applied, or something is wrong.
#[derive(Debug, Args)]
#[command(after_help = examples!("manybase migrate status"; "manybase migrate status --connection crm --json"))]
pub(crate) struct StatusOf {
    #[command(flatten)]
    which: Which,
}

#[derive(Serialize)]
struct Document {
    fine: bool,
    connections: Vec<manybase_migrate::Status>,
}

impl StatusOf {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let migrator = self.which.migrator(cx).await?;
        let connections = migrator.status().await?;
        let mut rows = Vec::new();
        for status in &connections {
            for entry in &status.migrations {
                let state = match (entry.standing, entry.steps) {
                    (Standing::Applied, _) => cx.out.mark(Mark::Good, "applied"),
                    (Standing::Pending, _) => cx.out.mark(Mark::Warn, "pending"),
                    (Standing::Missing, _) => cx.out.mark(Mark::Bad, "missing"),
                    (_, Some((done, of))) => cx.out.mark(Mark::Bad, &format!("{done} of {of} steps")),
                    (_, None) => cx.out.mark(Mark::Bad, "unfinished"),
                };
                let applied = entry.applied.as_ref();
                rows.push([
                    status.connection.clone(),
                    entry.name.clone(),
                    applied
                        .map(|row| row.at.format("%Y-%m-%d %H:%M:%S").to_string())
                        .unwrap_or_default(),
                    applied
                        .map(|row| {
                            millis(Duration::from_millis(
                                u64::try_from(row.millis).unwrap_or_default(),
                            ))
                        })
                        .unwrap_or_default(),
                    applied.map(|row| row.who.clone()).unwrap_or_default(),
                    state,
                ]);
            }
        }
        cx.out
            .table(["CONNECTION", "MIGRATION", "AT", "#TOOK", "BY", "STATE"], rows);
        for status in &connections {
            for problem in &status.problems {
                cx.out.gap();
                let view = ErrorView::of(&problem.clone().into());
                cx.out.finding(Mark::Bad, &status.connection, &view);
            }
        }
        let fine = connections
            .iter()
            .all(|status| status.pending() == 0 && status.problems.is_empty());
        cx.out.document(&Document { fine, connections });
        Ok(Status::act_if(!fine))
    }
}
