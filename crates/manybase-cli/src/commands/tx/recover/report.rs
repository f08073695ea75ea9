//! What came of a recovery.

use crate::commands::tx::view::{HeuristicView, UnreachableView};
use crate::context::Context;
use crate::output::{Mark, count};
use crate::status::Status;
use manybase_db::recovery::{RecoveryReport, WaitingFor};
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Report {
    committed: Vec<String>,
    aborted: Vec<String>,
    waiting: Vec<WaitingView>,
    torn: Vec<HeuristicView>,
    unreachable: Vec<UnreachableView>,
    /// Commits that were found to be whole.
    checked: u64,
    /// Rows that were deleted.
    pruned: u64,
    /// Whether nothing is left to do.
    clean: bool,
}

#[derive(Debug, PartialEq, Serialize)]
struct WaitingView {
    transaction: String,
    /// `age`, `decision` or `branch`.
    reason: &'static str,
    connection: Option<String>,
    #[serde(skip)]
    text: String,
}

impl Report {
    pub(crate) fn of(report: &RecoveryReport) -> Self {
        let names = |names: &[Arc<str>]| names.iter().map(|name| name.to_string()).collect();
        let waiting = report.waiting.iter().map(|one| {
            let (reason, connection) = match &one.why {
                WaitingFor::Age => ("age", None),
                WaitingFor::Decision(connection) => ("decision", Some(connection)),
                WaitingFor::Branch(connection) => ("branch", Some(connection)),
                _ => ("other", None),
            };
            WaitingView {
                transaction: one.gtrid.to_string(),
                reason,
                connection: connection.map(|name| name.to_string()),
                text: one.why.to_string(),
            }
        });
        Self {
            committed: names(&report.committed),
            aborted: names(&report.aborted),
            waiting: waiting.collect(),
            torn: HeuristicView::all(&report.heuristic),
            unreachable: UnreachableView::all(&report.unreachable),
            checked: report.checked,
            pruned: report.pruned,
            clean: report.is_clean(),
        }
    }

    /// Whether nothing was done and nothing is left.
    pub(crate) fn is_idle(&self) -> bool {
        self.clean && self.committed.is_empty() && self.aborted.is_empty() && self.pruned == 0
    }

    pub(crate) fn status(&self) -> Status {
        Status::act_if(!self.clean)
    }

    pub(crate) fn print(&self, cx: &mut Context<'_>) {
        let out = &cx.out;
        let committed = self.committed.iter();
        let committed =
            committed.map(|name| [out.mark(Mark::Good, "committed"), name.clone(), String::new()]);
        let aborted = self.aborted.iter();
        let aborted = aborted.map(|name| [out.mark(Mark::Good, "rolled back"), name.clone(), String::new()]);
        let waiting = self.waiting.iter();
        let waiting = waiting.map(|one| {
            [
                out.mark(Mark::Warn, "waiting"),
                one.transaction.clone(),
                one.text.clone(),
            ]
        });
        let rows: Vec<_> = committed.chain(aborted).chain(waiting).collect();
        cx.out.table(["OUTCOME", "TRANSACTION", "WHY"], rows);
        HeuristicView::report(&self.torn, cx);
        UnreachableView::report(&self.unreachable, cx);
        cx.out.line(&self.sum());
        if !self.waiting.is_empty() {
            cx.out
                .note("what is waiting is finished by the next `manybase tx recover`");
        }
    }

    fn sum(&self) -> String {
        let left = self.waiting.len();
        let done = [
            (self.committed.len(), "committed"),
            (self.aborted.len(), "rolled back"),
            (left, "waiting"),
            (self.torn.len(), "torn"),
        ];
        let done: Vec<_> = done
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{number} {what}"))
            .collect();
        let mut sum = match done.as_slice() {
            [] if self.unreachable.is_empty() => "nothing was in doubt".to_owned(),
            [] => "nothing could be finished".to_owned(),
            done => done.join(", "),
        };
        if self.checked > 0 {
            let commits = usize::try_from(self.checked).unwrap_or(usize::MAX);
            sum.push_str(&format!("; {} found whole", count(commits, "commit", "commits")));
        }
        if self.pruned > 0 {
            let rows = usize::try_from(self.pruned).unwrap_or(usize::MAX);
            sum.push_str(&format!("; {} deleted", count(rows, "old row", "old rows")));
        }
        sum
    }
}
