//! `manybase tx resolve`

use super::recover::Report;
use super::show::Record;
use super::view::verdict;
use crate::arguments::examples;
use crate::confirm::confirm;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::Args;
use manybase_db::Verdict;

/// Finish one transaction by hand
///
/// For what `manybase tx recover` can't finish: because the database that holds the decision is lost, or because
/// somebody knows better. What was decided stands: the opposite is refused without --force, which tears the
/// transaction apart.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase tx resolve mb1.4tq0c2m8k1x7e.9z3vw5b6n2d8a.17 --abort";
    "manybase tx resolve mb1.4tq0c2m8k1x7e.9z3vw5b6n2d8a.17 --commit --force --yes"
))]
pub(crate) struct Resolve {
    /// The transaction's name, from `manybase tx list`
    #[arg(value_name = "GTRID")]
    gtrid: String,
    #[command(flatten)]
    wanted: Wanted,
    /// Do it without, or against, the decision; and have a torn transaction known as settled
    #[arg(long)]
    force: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Wanted {
    /// Commit the branches that are in doubt
    #[arg(long)]
    commit: bool,
    /// Roll the branches back that are in doubt
    #[arg(long)]
    abort: bool,
}

impl Resolve {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db().await?;
        let wanted = if self.wanted.commit {
            Verdict::Commit
        } else {
            Verdict::Abort
        };
        let record = db.transaction_record(&self.gtrid).await?;
        let against = record.verdict.is_some_and(|stands| stands != wanted);
        if !self.yes {
            let record = Record::of(&record);
            record.print(cx);
            confirm(&self.question(&record, wanted, against))?;
        }
        let progress = cx.out.progress("finishing");
        let report = db.resolve_transaction(&self.gtrid, wanted, self.force).await;
        drop(progress);
        let report = Report::of(&report?);
        report.print(cx);
        cx.out.document(&report);
        Ok(report.status())
    }

    fn question(&self, record: &Record, wanted: Verdict, against: bool) -> String {
        let mut on: Vec<_> = record
            .participants
            .iter()
            .filter(|one| one.in_doubt == Some(true))
            .map(|one| one.connection.as_str())
            .collect();
        on.dedup();
        let doing = match wanted {
            Verdict::Commit => "Commit",
            Verdict::Abort => "Roll back",
        };
        let what = match on.as_slice() {
            [] => format!("Nothing of it is in doubt. Have it down as {}?", past(wanted)),
            on => format!("{doing} what is in doubt on {}?", on.join(", ")),
        };
        match (self.force, against) {
            (true, true) => format!("This is against the decision, and tears the transaction apart. {what}"),
            (true, false) => format!("This is done whatever the home says. {what}"),
            (false, _) => what,
        }
    }
}

fn past(wanted: Verdict) -> &'static str {
    match verdict(wanted) {
        "commit" => "committed",
        _ => "rolled back",
    }
}
