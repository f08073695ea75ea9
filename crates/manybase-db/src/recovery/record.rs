//! What became of one transaction.

use super::audit::{Look, heuristic, is_full, look, page};
use super::groups::{contradicting, receipts};
use super::homes::Homes;
use super::in_doubt::{InDoubtBranch, failures};
use super::participants::{Participant, parse};
use super::pass::Ground;
use super::report::{Damage, Heuristic, HeuristicReport, RecoveryReport, Unreachable, Verdict};
use super::settle::{Unsettled, verdict};
use super::survey::{Group, group};
use crate::atomic::gtrid::Gtrid;
use crate::atomic::tables::{ALONE, Checked, Decision, DecisionRow};
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use manybase_driver::Pool;
use std::sync::Arc;

/// What is known of a transaction over several databases. From [`crate::Db::transaction_record`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let record = db.transaction_record("mb1.0000000000000.0000000000000.1").await?;
/// assert_eq!(record.verdict, None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TransactionRecord {
    /// Its name.
    pub gtrid: Arc<str>,
    /// The connection to the database that has the decision, or is to have it; `None` when no connection leads there.
    pub home: Option<Arc<str>>,
    /// The resource id of the database that is asked first.
    pub home_resource: Arc<str>,
    /// What was decided. `None` when nothing is known: it is under way, was rolled back without anybody having been
    /// in doubt, or so long ago that the decision has been deleted. See `unreachable` too.
    pub verdict: Option<Verdict>,
    /// When, by the clock of the one who decided.
    pub decided: Option<DateTime<Utc>>,
    /// Whether the branches of a commit have been looked at.
    pub audited: Audited,
    /// Whether it is under way in this `Db`.
    pub active: bool,
    /// The branches of a commit, and of others those that are in doubt.
    pub participants: Vec<ParticipantRecord>,
    /// Where it is torn.
    pub heuristics: Vec<Heuristic>,
    /// What could not be asked.
    pub unreachable: Vec<Unreachable>,
}

/// Whether the branches of a commit have been looked at.
///
/// ```
/// use manybase_db::recovery::Audited;
/// assert_ne!(Audited::NotYet, Audited::Whole);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Audited {
    /// Not yet, or not all of them could be asked.
    NotYet,
    /// All are there, or there is nothing to look at.
    Whole,
    /// It is torn, and nobody has acknowledged it.
    Damaged,
}

/// A branch of a transaction.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let record = db.transaction_record("mb1.0000000000000.0000000000000.1").await?;
/// for branch in record.participants {
///     println!("{}: receipt {:?}, in doubt {:?}", branch.connection, branch.receipt, branch.in_doubt);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParticipantRecord {
    /// The connection.
    pub connection: Arc<str>,
    /// Its name within the transaction.
    pub bqual: Arc<str>,
    /// Whether its receipt is there, which proves that it was committed. `None` when its database can't be asked.
    pub receipt: Option<bool>,
    /// Whether it is in doubt. `None` when its database can't be asked.
    pub in_doubt: Option<bool>,
}

impl Ground {
    pub(crate) async fn record(&self, gtrid: &Gtrid) -> TransactionRecord {
        let (survey, homes) = self.survey().await;
        let branches = group(&survey.sites)
            .into_iter()
            .find(|group| group.gtrid == *gtrid);
        let mut record = TransactionRecord {
            gtrid: gtrid.text().clone(),
            home: homes.database(gtrid.home()).map(|pool| pool.name().clone()),
            home_resource: gtrid.home().clone(),
            verdict: None,
            decided: None,
            audited: Audited::NotYet,
            active: self.coordinator.is_active(gtrid.as_str()),
            participants: Vec::new(),
            heuristics: Vec::new(),
            unreachable: failures(&survey.failed),
        };
        let row = match self.context(&homes).look_up(gtrid).await {
            Ok(found) => found.map(|(pool, row)| {
                record.home = Some(pool.name().clone());
                (pool, row)
            }),
            Err(missing) => {
                record.unreachable.push(Unsettled::unreachable(missing, gtrid));
                None
            }
        };
        if let Some((_, row)) = &row {
            record.verdict = verdict(row);
            record.decided = row.made;
            record.audited = audited(row);
        }
        let receipts = record.receipts(&homes, gtrid).await;
        // It had one branch, whose own commit was the decision.
        if receipts
            .iter()
            .flat_map(|(_, bquals)| bquals)
            .any(|bqual| **bqual == *ALONE)
        {
            record.verdict = Some(Verdict::Commit);
            record.audited = Audited::Whole;
        }
        record.participants = participants(
            &homes,
            row.as_ref().map(|(_, row)| row),
            branches.as_ref(),
            &receipts,
        );
        if let Some((home, row)) = row
            && record.audited == Audited::Damaged
        {
            let mut report = RecoveryReport::default();
            record.heuristics = damage(&homes, &home, &row, gtrid, &mut report).await;
        }
        record
    }

    /// All that is torn and was not acknowledged.
    pub(crate) async fn heuristics(&self) -> HeuristicReport {
        let (survey, homes) = self.survey().await;
        let mut all = HeuristicReport {
            heuristics: Vec::new(),
            unreachable: failures(&survey.failed),
        };
        let mut report = RecoveryReport::default();
        for (_, home) in homes.databases() {
            let mut after = None;
            loop {
                let rows = match page(home, Checked::Damaged, None, after.as_ref()).await {
                    Ok(rows) => rows,
                    Err(error) => {
                        report.out_of_reach(home.name(), error);
                        break;
                    }
                };
                for row in &rows {
                    if let Ok(gtrid) = row.gtrid.parse() {
                        all.heuristics
                            .extend(damage(&homes, home, row, &gtrid, &mut report).await);
                    }
                }
                after = rows.last().and_then(|row| Some((row.made?, row.gtrid.clone())));
                if after.is_none() || !is_full(&rows) {
                    break;
                }
            }
        }
        all.unreachable.extend(report.unreachable);
        all
    }
}

impl TransactionRecord {
    /// The receipts of the transaction, with the resource ids of the databases. What can't be asked is remembered.
    async fn receipts(&mut self, homes: &Homes, gtrid: &Gtrid) -> Vec<(Arc<str>, Vec<Arc<str>>)> {
        let databases = homes.databases();
        let asked = databases
            .into_iter()
            .map(|(id, pool)| async move { (id, pool, receipts(pool, gtrid).await) });
        let mut all = Vec::new();
        for (id, pool, answer) in join_all(asked).await {
            match answer {
                Ok(bquals) => all.push((id.clone(), bquals)),
                Err(error) => self.unreachable.push(Unreachable {
                    connection: Some(pool.name().clone()),
                    gtrid: None,
                    error,
                }),
            }
        }
        all
    }
}

/// The branches that the decision names, and those that are in doubt.
fn participants(
    homes: &Homes,
    row: Option<&DecisionRow>,
    group: Option<&Group>,
    receipts: &[(Arc<str>, Vec<Arc<str>>)],
) -> Vec<ParticipantRecord> {
    let in_doubt: Vec<InDoubtBranch> = group.map(InDoubtBranch::all).unwrap_or_default();
    let mut all: Vec<ParticipantRecord> = Vec::new();
    for participant in row.map(|row| parse(&row.participants)).unwrap_or_default() {
        let database = homes.database(participant.resource());
        let asked = receipts.iter().find(|(id, _)| **id == *participant.resource());
        all.push(ParticipantRecord {
            connection: database.map_or(participant.connection, |pool| pool.name().clone()),
            receipt: asked.map(|(_, bquals)| bquals.contains(&participant.bqual)),
            in_doubt: database.map(|_| in_doubt.iter().any(|branch| branch.bqual == participant.bqual)),
            bqual: participant.bqual,
        });
    }
    for branch in in_doubt {
        if !all.iter().any(|known| known.bqual == branch.bqual) {
            all.push(ParticipantRecord {
                connection: branch.connection,
                bqual: branch.bqual,
                receipt: Some(false),
                in_doubt: Some(true),
            });
        }
    }
    all
}

fn audited(row: &DecisionRow) -> Audited {
    match row.checked {
        checked if checked == i64::from(Checked::Whole.code()) => Audited::Whole,
        checked if checked == i64::from(Checked::Damaged.code()) => Audited::Damaged,
        _ => Audited::NotYet,
    }
}

/// Where a transaction is torn that was found to be. What can't be seen any more is told as it was found.
async fn damage(
    homes: &Homes,
    home: &Pool,
    row: &DecisionRow,
    gtrid: &Gtrid,
    report: &mut RecoveryReport,
) -> Vec<Heuristic> {
    if row.decision == Some(Decision::Commit) {
        let looked = look(homes, std::slice::from_ref(row), report).await;
        let missing: Vec<Participant> = match looked.into_iter().next() {
            Some((_, Look::Missing(missing))) => missing,
            _ => parse(&row.participants),
        };
        let missing = missing
            .iter()
            .map(|one| heuristic(homes, &row.gtrid, one, Damage::Missing));
        return missing.collect();
    }
    match contradicting(homes, gtrid).await {
        Ok(found) if !found.is_empty() => found,
        _ => vec![Heuristic {
            gtrid: gtrid.text().clone(),
            connection: home.name().clone(),
            bqual: "".into(),
            what: Damage::Committed,
        }],
    }
}
