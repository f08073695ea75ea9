//! What a crash has left in doubt is brought to its end, now and in front of the user.
//!
//! A program needs none of this: a `Db` with several connections recovers in the background, and at its start.

use crate::failure::{Failure, Result};
use crate::page::Page;
use manybase::{Db, InDoubtTransaction, RecoveryReport, RecoverySettings, Verdict};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a server may take to see that a client of its is gone.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(200);

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// So many were in doubt.
    pub(crate) in_doubt: usize,
    pub(crate) committed: Vec<Arc<str>>,
    pub(crate) rolled_back: Vec<Arc<str>>,
    /// Commits that were found to be whole on all their databases.
    pub(crate) whole: u64,
}

impl Settled {
    fn of(&self, gtrid: &Arc<str>) -> &'static str {
        match (self.committed.contains(gtrid), self.rolled_back.contains(gtrid)) {
            (true, _) => "committed",
            (_, true) => "rolled back",
            // By another program, or by the server when it saw that its client was gone.
            _ => "finished already",
        }
    }
}

/// Lists what is in doubt, finishes it, and shows what became of it.
///
/// # Errors
/// When something stays in doubt, or somebody has finished a part by hand.
pub(crate) async fn settle(db: &Db, page: &mut Page) -> Result<Settled> {
    let begun = Instant::now();
    let in_doubt = db.in_doubt().await.transactions;
    let mut settled = Settled::default();
    loop {
        // Our own process has none under way, so nothing is too young.
        let at_once = RecoverySettings::new().min_age(Duration::ZERO);
        let report = db.recover_with(at_once).await?;
        let obstacle = obstacle(&report);
        settled.committed.extend(report.committed);
        settled.rolled_back.extend(report.aborted);
        settled.whole += report.checked;
        match obstacle {
            None => break,
            Some(obstacle) if obstacle.is_final || begun.elapsed() >= PATIENCE => {
                return Err(Failure::new(obstacle.what).with_way_out(obstacle.way_out));
            }
            Some(_) => tokio::time::sleep(PAUSE).await,
        }
    }
    // One whose last statement was still on its way may have come in after the list.
    settled.in_doubt = in_doubt
        .len()
        .max(settled.committed.len() + settled.rolled_back.len());
    if !in_doubt.is_empty() {
        page.table(
            [
                "transaction",
                "prepared on",
                "decided on",
                "decision",
                "became of it",
            ],
            in_doubt.iter().map(|one| {
                [
                    one.gtrid.to_string(),
                    prepared_on(one),
                    one.home.as_deref().unwrap_or("?").to_owned(),
                    decision(one).to_owned(),
                    settled.of(&one.gtrid).to_owned(),
                ]
            }),
        );
    }
    page.took(
        "recovery",
        &format!(
            "recovery: {} in doubt, {} of them committed and {} rolled back; {} other commits found whole;",
            settled.in_doubt,
            settled.committed.len(),
            settled.rolled_back.len(),
            settled.whole
        ),
        begun,
    );
    Ok(settled)
}

fn prepared_on(one: &InDoubtTransaction) -> String {
    let names: Vec<_> = one.branches.iter().map(|branch| &*branch.connection).collect();
    names.join(", ")
}

fn decision(one: &InDoubtTransaction) -> &'static str {
    match one.verdict {
        Some(Verdict::Commit) => "commit",
        Some(Verdict::Abort) => "abort",
        None => "none",
    }
}

struct Obstacle {
    what: String,
    way_out: &'static str,
    /// Waiting does not help.
    is_final: bool,
}

/// The first thing that is left to do.
fn obstacle(report: &RecoveryReport) -> Option<Obstacle> {
    if let Some(torn) = report.heuristic.first() {
        return Some(Obstacle {
            what: torn.to_string(),
            way_out: "somebody has finished it by hand: mend the data, then `manybase tx resolve`",
            is_final: true,
        });
    }
    let what = match (report.waiting.first(), report.unreachable.first()) {
        (Some(waiting), _) => format!("transaction {} is still in doubt: {}", waiting.gtrid, waiting.why),
        (None, Some(unreachable)) => format!("something may still be in doubt: {}", unreachable.error),
        (None, None) => return None,
    };
    Some(Obstacle {
        what,
        way_out: "look whether all servers run and no other program is at work, and start again",
        is_final: false,
    })
}
