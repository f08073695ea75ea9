//! `manybase doctor`

mod judge;
mod view;

use super::ping::{Seen, look, report_failures};
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::names;
use crate::output::{Mark, Progress};
use crate::status::Status;
use clap::Args;
use judge::{Problem, judge};
use manybase_db::{ConnectionHandle, Db};
use serde::Serialize;
use view::Entry;

/// Find out whether these databases can share a transaction, and what to change
///
/// One database of such a transaction, the home, commits by itself and holds the decision; every other one has to be
/// able to prepare. So at most one connection may be unable to. Ends with 1 when something stands in the way of that,
/// or when a database does not answer. The first line is the mode that a program is in with this configuration, and who
/// says so.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase doctor                                      all connections, in one transaction";
    "manybase doctor --connection erp --connection crm    those that the program brings together";
    "manybase doctor --json"
))]
pub(crate) struct Doctor {
    /// Only this connection; may be given several times
    #[arg(long = "connection", value_name = "CONNECTION")]
    connections: Vec<String>,
}

#[derive(Serialize)]
struct Document {
    /// Whether one transaction can write to all of these.
    fine: bool,
    mode: ModeOf,
    problems: Vec<Problem>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    replicas: Vec<Seen>,
    connections: Vec<Entry>,
}

/// What a program with this configuration is, unless it says something else itself.
#[derive(Serialize)]
struct ModeOf {
    name: &'static str,
    /// `code`, `variable`, `file`, `layer`, `nobody`
    from: &'static str,
    /// The variable, or the place in the file.
    place: String,
}

impl ModeOf {
    fn of(db: &Db) -> Self {
        let source = db.mode_source();
        Self {
            name: db.mode().name(),
            from: source.name(),
            place: source.to_string(),
        }
    }
}

impl Doctor {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db_of(&self.connections).await?;
        let handles = names::chosen(&db, &[])?;
        let mode = ModeOf::of(&db);
        cx.out.line(&format!("mode: {} ({})", mode.name, mode.place));
        cx.out.gap();
        let progress = cx.out.progress("examining");
        let mut reports = db.doctor().await;
        reports.sort_by(|a, b| a.name.cmp(&b.name));
        let problems = judge(&reports, &handles).await;
        drop(progress);

        let progress = cx.out.progress_of("asking", handles.len());
        let replicas = replicas(&handles, &progress).await;
        drop(progress);
        let entries: Vec<_> = reports.iter().map(Entry::of).collect();
        let rows: Vec<_> = entries.iter().map(|entry| entry.row(&cx.out)).collect();
        cx.out
            .table(["CONNECTION", "DATABASE", "AS BRANCH", "AS HOME", "TABLES"], rows);
        let remarks: Vec<_> = entries.iter().flat_map(Entry::remarks).collect();
        if !remarks.is_empty() {
            cx.out.gap();
        }
        cx.out
            .table(["CONNECTION", "ROLE", "IN THE WAY", "WAY OUT"], remarks);
        let shown: Vec<_> = replicas
            .iter()
            .map(|seen| [seen.name.clone(), seen.database(), seen.state(&cx.out)])
            .collect();
        if !shown.is_empty() {
            cx.out.gap();
        }
        cx.out.table(["REPLICA", "DATABASE", "STATE"], shown);
        report_failures(cx, &replicas);
        for problem in &problems {
            cx.out.gap();
            let heading = cx.out.heading(Mark::Bad, &problem.connections.join(", "));
            cx.out.line(&format!("{heading}: {}", problem.what));
            cx.out.help(&problem.help);
        }
        if problems.is_empty() {
            cx.out.gap();
            let fine = match reports.len() {
                1 => "nothing is in the way of transactions here",
                _ => "one transaction can write to all of these",
            };
            let heading = cx.out.heading(Mark::Good, "fine");
            cx.out.line(&format!("{heading}: {fine}"));
        }
        if entries.iter().any(Entry::lacks_tables) && reports.len() > 1 {
            cx.out
                .note("missing tables are made when they are needed, or by `manybase tx setup`");
        }
        let fine = problems.is_empty() && !replicas.iter().any(Seen::is_trouble);
        cx.out.document(&Document {
            fine,
            mode,
            replicas,
            problems,
            connections: entries,
        });
        Ok(Status::act_if(!fine))
    }
}

/// They take no part in transactions, but reads rely on them.
async fn replicas(handles: &[ConnectionHandle], progress: &Progress) -> Vec<Seen> {
    let with: Vec<_> = handles
        .iter()
        .filter(|handle| !handle.replicas().is_empty())
        .cloned()
        .collect();
    let seen = look(&with, progress).await;
    seen.into_iter().flat_map(|seen| seen.replicas).collect()
}
