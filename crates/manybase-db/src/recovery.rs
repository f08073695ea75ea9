//! What becomes of a transaction over several databases when its owner does not finish it.
//!
//! Such a transaction is prepared on all its databases but one, and decided on that one, its **home**, by the home's
//! own commit. A process that dies after it has prepared leaves **branches in doubt**: they survive everything and
//! hold their locks until somebody finishes them. That is what a recovery does. Any number of programs may recover at
//! once, and any of them may be killed at any point.
//!
//! ```text
//!   list what is prepared ──► whose? ──► young? ──► what did the home decide? ──► finish it ──► so
//!   pg_prepared_xacts          only       then      INSERT an abort; the key        COMMIT or
//!   XA RECOVER                 ours       later     is unique: what stands          ROLLBACK
//!                                                   there is final                  PREPARED
//! ```
//!
//! - **Ours** is a branch whose name begins with the resource id of the database that lists it. The id stands in the
//!   database's table `manybase_resource`.
//! - **Young** ones most likely have an owner that is at work. To take them all the same is safe: an owner that was
//!   taken for dead can't write its decision any more, and rolls back.
//! - **The home** is known from the transaction's name, `mb1.<home>.<coordinator>.<number>`. When no connection leads
//!   there, or the database is down, the branches stay as they are: nobody guesses.
//!
//! # Looking whether it is there
//! Each branch leaves a receipt in `manybase_receipt`, which is a part of it. A recovery reads the commits in
//! `manybase_decision` that nobody has looked at yet, and compares: all receipts there, and the commit is whole. A
//! receipt that is missing while the branch is not in doubt means that somebody has rolled the branch back by hand. The
//! transaction is torn then, which no program can mend: it is an event (`manybase::recovery`, an error), a metric
//! (`manybase_transactions_heuristic_total`), a line in the report, and stays in [`crate::Db::heuristics`] until
//! somebody acknowledges it with [`crate::Db::resolve_transaction`] and force. The same goes for a branch that was committed by hand
//! although the transaction was rolled back, when the recovery meets the transaction.
//!
//! # Deleting what is old
//! A row is deleted only when no branch can ask for it any more, and older than [`RecoverySettings::keep`].
//!
//! - A **commit** is deleted when all its branches were seen to be committed. One whose branch sits in a database that
//!   has been down for a month has not, and stays. Its receipts go first, by its name, and only with it: where they
//!   can't be reached it stays too, because it is what leads to them. So no receipt is missing in a commit that is
//!   still to be looked at, however different the programs' settings and clocks are.
//! - An **abort** stands for its absence: who finds no row writes one. It is kept for an owner that was suspended
//!   before it wrote its commit, and whose commit has to fail.
//! - A **note** that leads from one home to another one is deleted after the decision there. Without it a branch that
//!   comes back late would be aborted by the first home, while the other one says commit.
//! - What is **torn** is never deleted before it is acknowledged.
//!
//! # Metrics
//! `manybase_transactions_recovered_total{verdict}`, `manybase_transactions_in_doubt` (what was left at the last look)
//! and `manybase_transactions_heuristic_total`, by the `metrics` crate.

mod audit;
mod background;
mod choose;
mod doctor;
mod events;
mod finish;
mod groups;
mod homes;
mod in_doubt;
mod lend;
mod participants;
mod pass;
mod prune;
mod record;
mod report;
mod resolve;
mod settings;
mod settle;
mod sightings;
mod survey;

pub use doctor::ConnectionReport;
pub use in_doubt::{InDoubtBranch, InDoubtReport, InDoubtTransaction};
pub use record::{Audited, ParticipantRecord, TransactionRecord};
pub use report::{
    Damage, Heuristic, HeuristicReport, RecoveryReport, Unreachable, Verdict, Waiting, WaitingFor,
};
pub use settings::{RecoveryMode, RecoverySettings};

pub(crate) use background::Background;
pub(crate) use pass::Ground;
pub(crate) use sightings::Sightings;
