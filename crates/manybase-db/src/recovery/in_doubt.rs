//! What is in doubt right now.

use super::pass::Ground;
use super::report::{Unreachable, Verdict};
use super::settle::{Unsettled, verdict};
use super::survey::{Group, group};
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;

/// What is in doubt. From [`crate::Db::in_doubt`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let report = db.in_doubt().await;
/// assert!(report.transactions.is_empty() && report.unreachable.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct InDoubtReport {
    /// The transactions, by name.
    pub transactions: Vec<InDoubtTransaction>,
    /// Connections that could not be asked: there may be more behind them.
    pub unreachable: Vec<Unreachable>,
}

/// A transaction of which branches are prepared and not finished.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// for transaction in db.in_doubt().await.transactions {
///     println!("{} {:?} {:?}", transaction.gtrid, transaction.verdict, transaction.age);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InDoubtTransaction {
    /// Its name.
    pub gtrid: Arc<str>,
    /// The connection to the database that has the decision, or is to have it; `None` when no connection leads there.
    pub home: Option<Arc<str>>,
    /// That database's resource id.
    pub home_resource: Arc<str>,
    /// What was decided. `None` when nothing was yet, or the home can't be asked.
    pub verdict: Option<Verdict>,
    /// How long the oldest branch has been prepared, or has been known to be.
    pub age: Duration,
    /// Whether it is under way in this `Db`, so that there is nothing to recover.
    pub active: bool,
    /// Its branches.
    pub branches: Vec<InDoubtBranch>,
}

/// A branch that is prepared and not finished.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// for branch in db.in_doubt().await.transactions.iter().flat_map(|one| &one.branches) {
///     println!("{} on {}", branch.bqual, branch.connection);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InDoubtBranch {
    /// The connection that lists it.
    pub connection: Arc<str>,
    /// Its name within the transaction.
    pub bqual: Arc<str>,
    /// How long ago it was prepared, where the database tells.
    pub age: Option<Duration>,
}

impl InDoubtBranch {
    pub(super) fn all(group: &Group) -> Vec<Self> {
        let all = group.branches.iter().map(|branch| Self {
            connection: branch.pool.name().clone(),
            bqual: branch.id.bqual().into(),
            age: branch.age,
        });
        all.collect()
    }
}

impl Ground {
    pub(crate) async fn in_doubt(&self) -> InDoubtReport {
        let (survey, homes) = self.survey().await;
        let groups = group(&survey.sites);
        let mut report = InDoubtReport {
            transactions: Vec::with_capacity(groups.len()),
            unreachable: failures(&survey.failed),
        };
        let context = self.context(&homes);
        let looked_up = join_all(groups.iter().map(|group| context.look_up(&group.gtrid))).await;
        for (group, looked_up) in groups.iter().zip(looked_up) {
            let gtrid = &group.gtrid;
            let mut home = homes.database(gtrid.home()).map(|pool| pool.name().clone());
            let mut decided = None;
            match looked_up {
                Ok(Some((pool, row))) => {
                    home = Some(pool.name().clone());
                    decided = verdict(&row);
                }
                Ok(None) => {}
                Err(missing) => report.unreachable.push(Unsettled::unreachable(missing, gtrid)),
            }
            let seen = self.coordinator.sightings.seen(gtrid.as_str());
            report.transactions.push(InDoubtTransaction {
                gtrid: gtrid.text().clone(),
                home,
                home_resource: gtrid.home().clone(),
                verdict: decided,
                age: group.age().unwrap_or_default().max(seen),
                active: self.coordinator.is_active(gtrid.as_str()),
                branches: InDoubtBranch::all(group),
            });
        }
        report
    }
}

pub(super) fn failures(failed: &[(manybase_driver::Pool, crate::Error)]) -> Vec<Unreachable> {
    let failed = failed.iter().map(|(pool, error)| Unreachable {
        connection: Some(pool.name().clone()),
        gtrid: None,
        error: error.clone(),
    });
    failed.collect()
}
