//! What several of these commands show.

use crate::context::Context;
use crate::output::{ErrorView, Mark};
use manybase_db::Verdict;
use manybase_db::recovery::{Damage, Heuristic, Unreachable};
use serde::Serialize;
use std::time::Duration;

/// `commit` or `abort`.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Commit => "commit",
        Verdict::Abort => "abort",
    }
}

/// What was decided, for people.
pub(super) fn decision(verdict: Option<&'static str>, asked: bool) -> String {
    match (verdict, asked) {
        (Some(verdict), _) => verdict,
        (None, true) => "none yet",
        (None, false) => "not known",
    }
    .to_owned()
}

/// With three digits behind the point.
pub(super) fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e3).round() / 1e3
}

/// Something that could not be asked.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct UnreachableView {
    connection: Option<String>,
    transaction: Option<String>,
    error: ErrorView,
}

impl UnreachableView {
    /// Whether what is missing is the decision of a transaction.
    pub(super) fn is_decision(&self) -> bool {
        self.transaction.is_some()
    }

    pub(super) fn all(all: &[Unreachable]) -> Vec<Self> {
        let view = |one: &Unreachable| Self {
            connection: one.connection.as_deref().map(str::to_owned),
            transaction: one.gtrid.as_deref().map(str::to_owned),
            error: ErrorView::of(&one.error),
        };
        all.iter().map(view).collect()
    }

    /// Below the tables.
    pub(super) fn report(all: &[Self], cx: &mut Context<'_>) {
        for one in all {
            let what = match (&one.connection, &one.transaction) {
                (Some(connection), Some(transaction)) => format!("{transaction} on {connection}"),
                (Some(one), None) | (None, Some(one)) => one.clone(),
                (None, None) => "unknown".to_owned(),
            };
            cx.out.gap();
            cx.out.finding(Mark::Bad, &what, &one.error);
        }
    }
}

/// A branch that was finished against the decision.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct HeuristicView {
    transaction: String,
    connection: String,
    branch: String,
    /// `missing`, `committed` or `forced`.
    kind: &'static str,
    what: String,
}

impl HeuristicView {
    pub(super) fn all(all: &[Heuristic]) -> Vec<Self> {
        let view = |one: &Heuristic| Self {
            transaction: one.gtrid.to_string(),
            connection: one.connection.to_string(),
            branch: one.bqual.to_string(),
            kind: match one.what {
                Damage::Missing => "missing",
                Damage::Committed => "committed",
                Damage::Forced => "forced",
                _ => "other",
            },
            what: one.what.to_string(),
        };
        all.iter().map(view).collect()
    }

    pub(super) fn report(all: &[Self], cx: &mut Context<'_>) {
        if all.is_empty() {
            return;
        }
        cx.out.gap();
        let rows = all.iter().map(|one| {
            let torn = cx.out.mark(Mark::Bad, &one.transaction);
            [torn, one.connection.clone(), one.what.clone()]
        });
        let rows: Vec<_> = rows.collect();
        cx.out.table(["TORN", "CONNECTION", "WHAT"], rows);
        cx.out.help(
            "look with `manybase tx show`, put the data right by hand, then have it known as settled with \
             `manybase tx resolve` --force and the decision that stands",
        );
    }
}
