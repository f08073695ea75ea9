//! `manybase migrate lint`

use super::options::Which;
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::output::Mark;
use crate::status::Status;
use clap::Args;
use manybase_migrate::Linted;
use manybase_migrate::lint::Severity;
use serde::Serialize;

/// Show what somebody should think about before migrations are applied
///
/// What takes something away, what fails where there are rows, what keeps others waiting. Ends with 1 when there is more
/// than information.
#[derive(Debug, Args)]
#[command(after_help = examples!("manybase migrate lint"; "manybase migrate lint --all --json"))]
pub(crate) struct Lint {
    #[command(flatten)]
    which: Which,
    /// Look at every migration, not only at those that are to be applied
    #[arg(long)]
    all: bool,
}

#[derive(Serialize)]
struct Document {
    fine: bool,
    migrations: Vec<Linted>,
}

impl Lint {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let migrations = self.which.migrator(cx).await?.lint(self.all).await?;
        let mut fine = true;
        for linted in &migrations {
            cx.out.gap();
            cx.out
                .title(&format!("{}: {}", linted.connection, linted.migration));
            for finding in &linted.findings {
                fine &= finding.severity == Severity::Info;
                let mark = match finding.severity {
                    Severity::Info => Mark::Good,
                    Severity::Warning => Mark::Warn,
                    Severity::Error => Mark::Bad,
                };
                let heading = cx.out.heading(mark, finding.code);
                cx.out
                    .line(&format!("{heading}: {}: {}", finding.place, finding.message));
                cx.out.help(&finding.way_out);
            }
        }
        if migrations.is_empty() {
            cx.out.line("nothing to think about");
        }
        cx.out.document(&Document { fine, migrations });
        Ok(Status::act_if(!fine))
    }
}
