//! `manybase tx list`

use super::view::{HeuristicView, UnreachableView, decision, seconds, verdict};
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::output::{ago, count};
use crate::status::Status;
use clap::Args;
use manybase_db::recovery::{InDoubtBranch, InDoubtTransaction, Unreachable};
use serde::Serialize;
use std::time::Duration;

/// List the transactions that are in doubt, and those that somebody has torn by hand
///
/// Changes nothing. Ends with 1 when there are any, or when a database does not answer. On databases at work, a
/// transaction that is just being committed may be among them: `manybase tx recover` waits for those.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase tx list";
    "manybase tx list --json"
))]
pub(crate) struct List {}

#[derive(Serialize)]
struct Document {
    in_doubt: Vec<Entry>,
    torn: Vec<HeuristicView>,
    unreachable: Vec<UnreachableView>,
}

#[derive(Serialize)]
struct Entry {
    transaction: String,
    /// `commit`, `abort`, or nothing is known.
    verdict: Option<&'static str>,
    /// Whether the home could be asked: if so, nothing known means that nothing was decided.
    asked: bool,
    home: Option<String>,
    home_resource: String,
    /// Where one of the databases tells.
    age_seconds: Option<f64>,
    branches: Vec<Branch>,
}

#[derive(Serialize)]
struct Branch {
    connection: String,
    branch: String,
    age_seconds: Option<f64>,
}

impl List {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db().await?;
        let progress = cx.out.progress("asking the databases");
        let (found, torn) = tokio::join!(db.in_doubt(), db.heuristics());
        drop(progress);

        let mut unreachable = found.unreachable;
        for one in torn.unreachable {
            let known = unreachable
                .iter()
                .any(|known| known.gtrid.is_none() && known.connection == one.connection);
            if !known {
                unreachable.push(one);
            }
        }
        let document = Document {
            in_doubt: found
                .transactions
                .iter()
                .map(|one| Entry::of(one, &unreachable))
                .collect(),
            torn: HeuristicView::all(&torn.heuristics),
            unreachable: UnreachableView::all(&unreachable),
        };
        let rows = document.in_doubt.iter().map(Entry::row).collect();
        cx.out
            .table(["TRANSACTION", "DECISION", "HOME", "#AGE", "IN DOUBT ON"], rows);
        if document.in_doubt.is_empty() && document.unreachable.is_empty() {
            cx.out.line("nothing is in doubt");
        }
        HeuristicView::report(&document.torn, cx);
        UnreachableView::report(&document.unreachable, cx);
        if !document.in_doubt.is_empty() {
            let transactions = count(document.in_doubt.len(), "transaction", "transactions");
            cx.out.note(&format!(
                "{transactions} in doubt; `manybase tx recover` finishes them"
            ));
        }
        cx.out.document(&document);
        let clean =
            document.in_doubt.is_empty() && document.torn.is_empty() && document.unreachable.is_empty();
        Ok(Status::act_if(!clean))
    }
}

impl Entry {
    fn of(one: &InDoubtTransaction, unreachable: &[Unreachable]) -> Self {
        let branch = |branch: &InDoubtBranch| Branch {
            connection: branch.connection.to_string(),
            branch: branch.bqual.to_string(),
            age_seconds: branch.age.map(seconds),
        };
        Self {
            transaction: one.gtrid.to_string(),
            verdict: one.verdict.map(verdict),
            asked: !unreachable
                .iter()
                .any(|missing| missing.gtrid.as_ref() == Some(&one.gtrid)),
            home: one.home.as_deref().map(str::to_owned),
            home_resource: one.home_resource.to_string(),
            // The transaction's own age counts from when it was seen first, which is now.
            age_seconds: one
                .branches
                .iter()
                .filter_map(|branch| branch.age)
                .max()
                .map(seconds),
            branches: one.branches.iter().map(branch).collect(),
        }
    }

    fn row(&self) -> [String; 5] {
        let mut connections: Vec<_> = self
            .branches
            .iter()
            .map(|branch| branch.connection.as_str())
            .collect();
        connections.dedup();
        let not_known = || "not known".to_owned();
        [
            self.transaction.clone(),
            decision(self.verdict, self.asked),
            self.home.clone().unwrap_or_else(not_known),
            self.age_seconds
                .map_or_else(not_known, |age| ago(Duration::from_secs_f64(age))),
            connections.join(", "),
        ]
    }
}
