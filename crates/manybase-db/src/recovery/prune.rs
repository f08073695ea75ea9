//! Deleting what nobody can need any more. Why it is safe stands at the [module](crate::recovery).

use super::audit::{Cursor, decisions, is_full, page, write};
use super::homes::Homes;
use super::lend::{LONG, lend, within};
use super::participants::parse;
use super::report::RecoveryReport;
use crate::Result;
use crate::atomic::rows::{rows, text};
use crate::atomic::tables::{self, Checked, Decision, DecisionRow};
use chrono::{DateTime, Utc};
use manybase_driver::{Access, Pool, fault};
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

/// Rows that are deleted at once: a lock on many keeps others waiting.
const AT_ONCE: u64 = 500;

/// Deletes what is old at some homes.
pub(super) async fn prune(
    homes: &Homes,
    covered: impl Fn(&str) -> bool,
    keep: Duration,
    report: &mut RecoveryReport,
) {
    let before = chrono::Duration::from_std(keep)
        .ok()
        .and_then(|keep| Utc::now().checked_sub_signed(keep));
    // A time that no calendar has is never.
    let Some(before) = before else { return };
    for (_, home) in homes.databases_at(covered) {
        if let Err(error) = prune_decisions(homes, home, before, report).await {
            report.out_of_reach(home.name(), error);
        }
        match prune_alone(home, before).await {
            Ok(pruned) => report.pruned += pruned,
            Err(error) => report.out_of_reach(home.name(), error),
        }
    }
}

async fn prune_decisions(
    homes: &Homes,
    home: &Pool,
    before: DateTime<Utc>,
    report: &mut RecoveryReport,
) -> Result<()> {
    let mut after: Option<Cursor> = None;
    loop {
        let old = page(home, Checked::Whole, Some(before), after.as_ref()).await?;
        let last = old
            .last()
            .map(|row| (row.made.unwrap_or(before), row.gtrid.clone()));
        after = last.filter(|_| is_full(&old));
        let needless = needless(homes, old, report).await;
        if !needless.is_empty() {
            fault::point("prune-before");
            report.pruned += write(home, |dialect| tables::delete_decisions(dialect, &needless)).await?;
            fault::point("prune-after");
        }
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Which of these nobody needs, once their receipts have been deleted.
async fn needless(homes: &Homes, old: Vec<DecisionRow>, report: &mut RecoveryReport) -> Vec<String> {
    let mut needless = Vec::new();
    let (mut commits, mut notes) = (Vec::new(), BTreeMap::<String, Vec<String>>::new());
    for row in old {
        match (row.decision, row.home) {
            (Some(Decision::Abort), _) => needless.push(row.gtrid),
            (Some(Decision::Commit), _) => commits.push((row.gtrid, parse(&row.participants))),
            (Some(Decision::Elsewhere), Some(home)) => notes.entry(home).or_default().push(row.gtrid),
            // Changed by hand: somebody may want to see it.
            _ => {}
        }
    }

    // The decision is what leads to its receipts, so they go first, and where they can't, it stays.
    let mut receipts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (gtrid, participants) in &commits {
        for participant in participants.iter().filter(|participant| participant.receipt) {
            receipts
                .entry(participant.resource())
                .or_default()
                .push(gtrid.clone());
        }
    }
    let mut kept = HashSet::new();
    for (id, gtrids) in receipts {
        let deleted = match homes.database(id) {
            None => None,
            Some(pool) => match write(pool, |dialect| tables::delete_receipts(dialect, &gtrids)).await {
                Ok(deleted) => Some(deleted),
                Err(error) => {
                    report.out_of_reach(pool.name(), error);
                    None
                }
            },
        };
        match deleted {
            Some(deleted) => report.pruned += deleted,
            None => kept.extend(gtrids),
        }
    }
    needless.extend(
        commits
            .into_iter()
            .map(|(gtrid, _)| gtrid)
            .filter(|gtrid| !kept.contains(gtrid)),
    );

    // A note leads to the decision: without it, whoever comes from here would not find it, and would abort.
    for (id, gtrids) in notes {
        let Some(pool) = homes.database(&id) else { continue };
        match decisions(pool, &gtrids).await {
            Ok(rows) => {
                let needed = rows.iter().filter(|row| row.decision != Some(Decision::Abort));
                let needed: HashSet<_> = needed.map(|row| &*row.gtrid).collect();
                needless.extend(gtrids.iter().filter(|gtrid| !needed.contains(&***gtrid)).cloned());
            }
            Err(error) => report.out_of_reach(pool.name(), error),
        }
    }
    needless
}

/// Receipts that stand for a whole transaction.
async fn prune_alone(home: &Pool, before: DateTime<Utc>) -> Result<u64> {
    let mut pruned = 0;
    loop {
        let old = within(LONG, home.name(), async {
            let mut session = lend(home, Access::Read).await?;
            let select = tables::select_alone(session.dialect()?, before, AT_ONCE)?;
            rows(&mut session, select, text).await
        });
        let old = old.await?;
        if old.is_empty() {
            return Ok(pruned);
        }
        let deleted = write(home, |dialect| tables::delete_receipts(dialect, &old)).await?;
        pruned += deleted;
        // Somebody else is at it.
        if deleted == 0 {
            return Ok(pruned);
        }
    }
}
