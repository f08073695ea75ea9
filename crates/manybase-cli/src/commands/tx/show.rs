//! `manybase tx show`

use super::view::{HeuristicView, UnreachableView, decision, verdict};
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use manybase_db::Verdict;
use manybase_db::recovery::{Audited, ParticipantRecord, TransactionRecord};
use serde::Serialize;

/// Show what became of one transaction
///
/// Changes nothing. Ends with 1 when it is in doubt or torn, or when a database does not answer.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase tx show mb1.4tq0c2m8k1x7e.9z3vw5b6n2d8a.17";
    "manybase tx show mb1.4tq0c2m8k1x7e.9z3vw5b6n2d8a.17 --json"
))]
pub(crate) struct Show {
    /// The transaction's name: from `manybase tx list`, or from an error of kind OutcomeUnknown
    #[arg(value_name = "GTRID")]
    gtrid: String,
}

/// What is known of a transaction.
#[derive(Serialize)]
pub(super) struct Record {
    transaction: String,
    /// `commit`, `abort`, or nothing is known.
    verdict: Option<&'static str>,
    decided_at: Option<String>,
    home: Option<String>,
    home_resource: String,
    /// `not_yet`, `whole` or `damaged`.
    audited: &'static str,
    pub(super) participants: Vec<Participant>,
    torn: Vec<HeuristicView>,
    unreachable: Vec<UnreachableView>,
}

#[derive(Serialize)]
pub(super) struct Participant {
    pub(super) connection: String,
    branch: String,
    receipt: Option<bool>,
    pub(super) in_doubt: Option<bool>,
}

impl Show {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db().await?;
        let progress = cx.out.progress("asking the databases");
        let found = db.transaction_record(&self.gtrid).await;
        drop(progress);
        let found = found?;
        let record = Record::of(&found);
        record.print(cx);
        if let Some(next) = record.next(found.verdict) {
            cx.out.gap();
            cx.out.help(&next);
        }
        cx.out.document(&record);
        Ok(Status::act_if(!record.is_settled()))
    }
}

impl Record {
    pub(super) fn of(found: &TransactionRecord) -> Self {
        Self {
            transaction: found.gtrid.to_string(),
            verdict: found.verdict.map(verdict),
            decided_at: found.decided.map(moment),
            home: found.home.as_deref().map(str::to_owned),
            home_resource: found.home_resource.to_string(),
            audited: match found.audited {
                Audited::Whole => "whole",
                Audited::Damaged => "damaged",
                _ => "not_yet",
            },
            participants: found.participants.iter().map(Participant::of).collect(),
            torn: HeuristicView::all(&found.heuristics),
            unreachable: UnreachableView::all(&found.unreachable),
        }
    }

    pub(super) fn print(&self, cx: &mut Context<'_>) {
        cx.out.title(&self.transaction);
        let asked = !self.unreachable.iter().any(UnreachableView::is_decision);
        let decision = match self.verdict {
            None if asked && !self.in_doubt() => {
                "nothing is known: it was rolled back, or it is so long ago that the decision was deleted"
                    .to_owned()
            }
            verdict => decision(verdict, asked),
        };
        let home = match &self.home {
            Some(home) => format!("{home} (database {})", self.home_resource),
            None => format!("no connection leads to the database {}", self.home_resource),
        };
        let mut facts = vec![["decision".to_owned(), decision], ["home".to_owned(), home]];
        if let Some(decided) = &self.decided_at {
            facts.push(["decided".to_owned(), decided.clone()]);
        }
        cx.out.facts(facts);
        if !self.participants.is_empty() {
            cx.out.gap();
        }
        let told = |known: Option<bool>, yes: &str| match known {
            Some(true) => yes.to_owned(),
            Some(false) => "no".to_owned(),
            None => "not known".to_owned(),
        };
        let rows = self.participants.iter().map(|one| {
            [
                one.connection.clone(),
                one.branch.clone(),
                told(one.in_doubt, "yes"),
                told(one.receipt, "yes"),
            ]
        });
        let rows = rows.collect();
        cx.out
            .table(["CONNECTION", "BRANCH", "IN DOUBT", "COMMITTED"], rows);
        HeuristicView::report(&self.torn, cx);
        UnreachableView::report(&self.unreachable, cx);
    }

    pub(super) fn in_doubt(&self) -> bool {
        self.participants.iter().any(|one| one.in_doubt == Some(true))
    }

    fn is_settled(&self) -> bool {
        !self.in_doubt() && self.torn.is_empty() && self.unreachable.is_empty()
    }

    /// The command to run next.
    fn next(&self, decided: Option<Verdict>) -> Option<String> {
        if !self.in_doubt() {
            return None;
        }
        Some(match decided {
            Some(_) => "`manybase tx recover` finishes what is in doubt as it was decided".to_owned(),
            None => format!(
                "`manybase tx recover` rolls back what nobody has decided to commit; if the home is lost for good, \
                 decide by hand: `manybase tx resolve {} --abort --force`",
                self.transaction
            ),
        })
    }
}

impl Participant {
    fn of(one: &ParticipantRecord) -> Self {
        Self {
            connection: one.connection.to_string(),
            branch: one.bqual.to_string(),
            receipt: one.receipt,
            in_doubt: one.in_doubt,
        }
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
