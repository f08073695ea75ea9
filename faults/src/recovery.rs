//! Letting the recovery run until nothing is in doubt.

use std::time::{Duration, Instant};

use manybase::{Db, RecoveryReport, RecoverySettings};

use crate::place::{Place, Prepared};
use crate::report::{Finding, Kind};

/// One round of the recovery.
pub(crate) async fn once(db: &Db, min_age: Duration) -> manybase::Result<RecoveryReport> {
    db.recover_with(RecoverySettings::new().min_age(min_age)).await
}

/// One round of the recovery of whatever there is, and whether it told the truth about it. Anything that can't be
/// reached is an error.
pub(crate) async fn checked(place: &Place) -> manybase::Result<Vec<Finding>> {
    let before = place.prepared().await?;
    let report = once(&place.db, Duration::ZERO).await?;
    let after = place.prepared().await?;
    let mut findings: Vec<_> = report
        .heuristic
        .iter()
        .map(|heuristic| Finding::new(Kind::Heuristic, heuristic.to_string()))
        .collect();
    // What was prepared all the time can't have been finished.
    let still = before.iter().filter(|branch| after.contains(branch));
    for Prepared { gtrid, bqual } in still {
        if report
            .committed
            .iter()
            .chain(&report.aborted)
            .any(|done| **done == **gtrid)
        {
            let what = format!("the recovery says that it has finished {gtrid}, and {bqual} is prepared");
            findings.push(Finding::new(Kind::InDoubt, what));
        }
    }
    match report.unreachable.into_iter().next() {
        // What it found is found again.
        Some(unreachable) if findings.is_empty() => Err(unreachable.error),
        _ => Ok(findings),
    }
}

/// What is in doubt, in the library's eyes and in the servers' own.
pub(crate) async fn in_doubt(place: &Place) -> manybase::Result<Vec<String>> {
    let report = place.db.in_doubt().await;
    if let Some(unreachable) = report.unreachable.into_iter().next() {
        return Err(unreachable.error);
    }
    let mut left: Vec<_> = report
        .transactions
        .iter()
        .map(|transaction| format!("{transaction:?}"))
        .collect();
    let prepared = place.prepared().await?;
    left.extend(prepared.iter().map(|branch| format!("{branch:?}")));
    Ok(left)
}

/// What came of recovering for a while.
pub(crate) struct Settled {
    pub(crate) took: Duration,
    pub(crate) findings: Vec<Finding>,
}

/// Recovers until nothing is in doubt, or the time is over.
pub(crate) async fn settle(place: &Place, patience: Duration) -> Settled {
    let begun = Instant::now();
    let mut findings = Vec::new();
    loop {
        match round(place, &mut findings).await {
            Ok(left) if left.is_empty() => break,
            Ok(left) if begun.elapsed() > patience => {
                findings.extend(left.into_iter().map(|text| Finding::new(Kind::InDoubt, text)));
                break;
            }
            Err(error) if begun.elapsed() > patience => {
                findings.push(Finding::new(
                    Kind::InDoubt,
                    format!("the recovery fails: {error}"),
                ));
                break;
            }
            _ => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    Settled {
        took: begun.elapsed(),
        findings,
    }
}

async fn round(place: &Place, findings: &mut Vec<Finding>) -> manybase::Result<Vec<String>> {
    let found = checked(place).await;
    let left = in_doubt(place).await?;
    // What could not be reached may hold what nobody knows of.
    findings.extend(found?);
    Ok(left)
}
