//! Transactions that are in doubt, several at once.

use super::choose::Chosen;
use super::events;
use super::finish::finish;
use super::homes::Homes;
use super::lend::{SHORT, lend, within};
use super::report::{Damage, Heuristic, RecoveryReport, Verdict, Waiting, WaitingFor};
use super::settle::{Context, Unsettled};
use super::survey::Group;
use crate::Result;
use crate::atomic::fence;
use crate::atomic::gtrid::Gtrid;
use crate::atomic::rows::rows;
use crate::atomic::tables::{self, ALONE, Checked, Decision};
use futures_util::future::join_all;
use manybase_driver::{Access, Pool};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Transactions that are recovered at once.
const AT_ONCE: usize = 8;

impl Context<'_> {
    /// Recovers those that are due. One that fails stops no other.
    pub(super) async fn recover(self, chosen: &Chosen) -> RecoveryReport {
        let places = Semaphore::new(AT_ONCE);
        let reports = chosen.due.iter().map(|group| async {
            let _place = places.acquire().await;
            self.recover_one(group).await
        });
        let mut all = RecoveryReport::default();
        for report in join_all(reports).await {
            all.merge(report);
        }
        all
    }

    async fn recover_one(self, group: &Group) -> RecoveryReport {
        let mut report = RecoveryReport::default();
        let gtrid = &group.gtrid;
        let settled = match self.settle(gtrid, Decision::Abort).await {
            Ok(settled) => settled,
            Err(Unsettled::Waiting(why)) => {
                let gtrid = gtrid.text().clone();
                report.waiting.push(Waiting { gtrid, why });
                return report;
            }
            Err(Unsettled::Missing(missing)) => {
                report.unreachable.push(Unsettled::unreachable(missing, gtrid));
                return report;
            }
        };
        let finished = finish(group, settled.verdict, &mut report).await;
        if finished.over {
            self.coordinator.sightings.gone(gtrid.as_str());
            if finished.by_us {
                let branches = group.branches.len();
                events::recovered(gtrid, settled.verdict, branches);
                match settled.verdict {
                    Verdict::Commit => report.committed.push(gtrid.text().clone()),
                    Verdict::Abort => report.aborted.push(gtrid.text().clone()),
                }
            }
        }
        if settled.verdict == Verdict::Abort {
            report.heuristic = self.contradictions(gtrid, &settled.at).await;
        }
        report
    }

    /// Branches of a transaction that was aborted which somebody has committed all the same: they left receipts.
    /// Told once, and remembered with the decision.
    async fn contradictions(self, gtrid: &Gtrid, at: &[Pool]) -> Vec<Heuristic> {
        let found = match contradicting(self.homes, gtrid).await {
            Ok(found) if found.is_empty() => return found,
            Ok(found) => found,
            Err(error) => {
                tracing::debug!(target: "manybase::recovery", %gtrid, %error, "could not look for receipts");
                return Vec::new();
            }
        };
        let mut first = false;
        for pool in at {
            match mark_abort(pool, gtrid).await {
                Ok(marked) => first |= marked,
                Err(error) => {
                    tracing::debug!(target: "manybase::recovery", %gtrid, %error, "could not mark it")
                }
            }
        }
        if !first {
            return Vec::new();
        }
        found.iter().for_each(events::heuristic);
        found
    }

    /// Those that have to wait, for the report.
    pub(super) fn too_young(chosen: &Chosen) -> Vec<Waiting> {
        let young = chosen.young.iter().map(|(group, _)| Waiting {
            gtrid: group.gtrid.text().clone(),
            why: WaitingFor::Age,
        });
        young.collect()
    }
}

/// The receipts of a transaction, with the connections on which they are. None of it should be there when it was
/// aborted. One that was its only branch commits without a decision, and is not meant.
pub(super) async fn contradicting(homes: &Homes, gtrid: &Gtrid) -> Result<Vec<Heuristic>> {
    let asked = homes.databases().into_iter().map(|(_, pool)| async move {
        let bquals = receipts(pool, gtrid).await?;
        Ok::<_, crate::Error>((pool, bquals))
    });
    let mut found = Vec::new();
    for asked in join_all(asked).await {
        let (pool, bquals) = asked?;
        let bquals = bquals.into_iter().filter(|bqual| **bqual != *ALONE);
        found.extend(bquals.map(|bqual| Heuristic {
            gtrid: gtrid.text().clone(),
            connection: pool.name().clone(),
            bqual,
            what: Damage::Committed,
        }));
    }
    Ok(found)
}

/// The branches of a transaction that left a receipt in a database.
pub(super) async fn receipts(pool: &Pool, gtrid: &Gtrid) -> Result<Vec<Arc<str>>> {
    within(SHORT, pool.name(), async {
        let mut session = lend(pool, Access::Read).await?;
        let gtrids = [gtrid.as_str().to_owned()];
        let select = tables::select_receipts(session.dialect()?, &gtrids)?;
        rows(&mut session, select, |row| {
            Ok(Arc::from(row.str(1)?.unwrap_or_default()))
        })
        .await
    })
    .await
}

async fn mark_abort(pool: &Pool, gtrid: &Gtrid) -> Result<bool> {
    within(SHORT, pool.name(), async {
        let mut session = lend(pool, Access::Write).await?;
        let row = fence::read(&mut session, gtrid.as_str()).await?;
        if row.is_none_or(|row| row.decision != Some(Decision::Abort)) {
            return Ok(false);
        }
        let gtrids = [gtrid.as_str().to_owned()];
        let mark = tables::mark(session.dialect()?, &gtrids, Checked::Whole, Checked::Damaged)?;
        Ok(session.execute(mark).await?.affected > 0)
    })
    .await
}
