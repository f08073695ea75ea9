//! What a recovery tells the outside world: events and metrics.

use super::report::{Heuristic, Verdict};
use crate::atomic::gtrid::Gtrid;

/// Counts transactions that a recovery has finished.
const RECOVERED: &str = "manybase_transactions_recovered_total";
/// Transactions in doubt that no owner in this process is at work on, at the last look.
const IN_DOUBT: &str = "manybase_transactions_in_doubt";
/// Counts branches that were finished by hand against the decision.
const HEURISTIC: &str = "manybase_transactions_heuristic_total";

pub(super) fn recovered(gtrid: &Gtrid, verdict: Verdict, branches: usize) {
    metrics::counter!(RECOVERED, "verdict" => if verdict.is_commit() { "commit" } else { "abort" })
        .increment(1);
    tracing::info!(target: "manybase::recovery", %gtrid, %verdict, branches, "recovered a transaction");
}

#[allow(clippy::cast_precision_loss)] // a gauge is a float
pub(super) fn in_doubt(transactions: usize) {
    metrics::gauge!(IN_DOUBT).set(transactions as f64);
}

pub(super) fn heuristic(found: &Heuristic) {
    metrics::counter!(HEURISTIC).increment(1);
    tracing::error!(
        target: "manybase::recovery",
        gtrid = &*found.gtrid,
        connection = &*found.connection,
        branch = &*found.bqual,
        what = %found.what,
        "a transaction is torn: a branch was finished by hand against the decision"
    );
}
