//! Transactions in two phases: prepared now, finished later by whoever comes along.
//!
//! A **branch** is one database's part of a transaction that spans several. Once it is prepared, it survives a
//! lost connection and a killed server, with its locks, until somebody finishes it by its [`BranchId`]:
//!
//! ```text
//!   begin_branch ──► statements ──► prepare ──┬─► Prepared ──► commit_prepared ─┬─► Finished
//!        │                             │      │      │    └──► rollback_prepared┤
//!        │                             │      │      │ any session, any process │
//!        └────────── rollback ◄────────┘      │      └─ in_doubt lists it       ├─► Gone: it is not there
//!                    (an error: nothing       │                                 └─► InUse: try again
//!                     is prepared)            └─► ReadOnly: over, nothing to finish
//! ```
//!
//! What a driver MUST keep to:
//!
//! - [`TwoPhase::prepare`] says [`Prepared::Prepared`] only when the server has the branch for good. A transaction
//!   in which a statement failed is never prepared: it is an error. So it is where the server would do it, unless
//!   [`Connection::rollback_to`](crate::Connection::rollback_to) has undone the failure.
//! - Nothing is committed in one phase behind the back of the protocol.
//! - [`Finish::Gone`] only when the server does not list the branch. A branch that is listed and can't be had is
//!   [`Finish::InUse`].
//! - [`TwoPhase::in_doubt`] lists only what the caller can finish on this connection.
//!
//! # When the answer to `prepare` is missing
//! A future of `prepare` that is dropped, that times out or that loses its connection leaves the branch **maybe in
//! doubt**: the server may have prepared it before it noticed. The [`Session`](crate::Session) is broken then, as
//! after any call that was cut off, and whoever decides must finish the branch from another one:
//! [`rollback_prepared`](TwoPhase::rollback_prepared) until it says [`Finish::Finished`] or [`Finish::Gone`]. The
//! server may still be at it at that time, so **`Gone` alone is no promise**: it can be listed afterwards. It is one
//! once the session that prepared has ended, or once a lock can be had that the branch has held. What was decided has
//! to be written down where the recovery finds it.
//!
//! # Whose session
//! After `prepare` the session has no open transaction. On MySQL and MariaDB it is tied to the branch until that is
//! finished or the connection closes: it refuses everything else, and other sessions get [`Finish::InUse`]. So the
//! session that prepared should finish; one that is dropped instead closes its connection, which sets the branch
//! free. The session that finishes must have no open transaction.
//!
//! **A session that is just ending must have ended before another one finishes its branch.** MariaDB lets go of the
//! branch's name first and of the branch a moment later. Who finishes it in between is told [`Finish::Finished`], and
//! nothing is: the branch is listed no more, its work is not to be seen, and its locks stay, until the server is
//! started again and lists it anew. Measured on MariaDB 10.11 under load, with the finisher right on the heels of a
//! session whose connection was closed or killed: 3 branches of 11,000, and none of 8,000 where it waited until the
//! session had left the list of sessions. The same race gave a `Gone` for a branch that was listed afterwards in 11
//! of 3,400 calls of `prepare` that were cut off, and in none where it waited.
//!
//! So there a branch's name SHOULD say who holds it ([`BranchId::holder`]), and the driver MUST wait for the end of
//! that session before it finishes for another one. Who commits so should still look whether the work is there.

mod branch_id;
mod readiness;

pub use branch_id::BranchId;
pub use readiness::{Obstacle, Readiness};

use crate::{BoxFuture, Error, ErrorKind, Result, TransactionOptions};
use std::time::Duration;

/// What came of preparing a branch.
///
/// ```
/// use manybase_driver::Prepared;
/// assert_ne!(Prepared::Prepared, Prepared::ReadOnly);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a branch that is prepared holds its locks until it is finished"]
pub enum Prepared {
    /// It waits for its end, whatever happens to this connection or to the server.
    Prepared,
    /// It has written nothing, and is over. There is nothing to finish.
    ReadOnly,
}

/// What came of finishing a branch. To finish twice is fine.
///
/// ```
/// use manybase_driver::Finish;
/// assert!(Finish::Finished.is_over() && Finish::Gone.is_over() && !Finish::InUse.is_over());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a branch that is in use has to be finished later"]
pub enum Finish {
    /// It was prepared, and has now been finished as asked.
    Finished,
    /// No such branch is prepared: it was finished before, this way **or the other**, it had written nothing, or it
    /// never came to be.
    Gone,
    /// Another session has it at the moment: the one that prepared it, or another that finishes it. Try again.
    InUse,
}

impl Finish {
    /// Whether there is nothing left to do.
    ///
    /// ```
    /// assert!(manybase_driver::Finish::Gone.is_over());
    /// ```
    pub fn is_over(self) -> bool {
        self != Self::InUse
    }
}

/// A branch that is prepared and not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InDoubt {
    /// Its id.
    pub id: BranchId,
    /// How long ago it was prepared, where the database tells.
    pub age: Option<Duration>,
}

/// What a [`Connection`](crate::Connection) can do whose database has two phases. See the [module's page](self).
pub trait TwoPhase: Send {
    /// Whether a branch begins as any transaction does. Then any open transaction can be prepared, and a branch
    /// that is not prepared can be committed by [`Connection::commit`](crate::Connection::commit), as the home of
    /// a transaction is. Else the id is there from the beginning, and `commit` of a branch is an error.
    fn begins_plainly(&self) -> bool;

    /// Begins a branch.
    fn begin_branch(&mut self, id: BranchId, options: TransactionOptions) -> BoxFuture<'_, Result<()>>;

    /// Whether the open transaction has written anything, functions in queries included, as far as the server tells.
    /// `true` where it does not.
    fn has_written(&mut self) -> BoxFuture<'_, Result<bool>> {
        Box::pin(async { Ok(true) })
    }

    /// Prepares the open branch. After an error from the server it is not prepared, and has to be rolled back.
    fn prepare(&mut self, id: BranchId) -> BoxFuture<'_, Result<Prepared>>;

    /// Commits a prepared branch, whoever prepared it.
    fn commit_prepared(&mut self, id: BranchId) -> BoxFuture<'_, Result<Finish>>;

    /// Undoes a prepared branch, whoever prepared it.
    fn rollback_prepared(&mut self, id: BranchId) -> BoxFuture<'_, Result<Finish>>;

    /// The prepared branches whose `gtrid` begins so. What is not ours is left out.
    fn in_doubt(&mut self, prefix: String) -> BoxFuture<'_, Result<Vec<InDoubt>>>;

    /// What stands in the way of a branch here.
    fn readiness(&mut self) -> BoxFuture<'_, Result<Readiness>>;

    /// What this session is called on the server, where a prepared branch stays tied to the session that prepared
    /// it: for [`TwoPhase::release_holder`].
    fn session_token(&self) -> Option<u64> {
        None
    }

    /// Ends the session of that token, so that another one can have the branch that is tied to it. Only one of the
    /// same user that has been idle for at least two seconds; whether there was one. A session that is gone is none.
    fn release_holder(&mut self, token: u64) -> BoxFuture<'_, Result<bool>> {
        let _ = token;
        Box::pin(async { Ok(false) })
    }
}

/// What to do with a database that can't be a branch.
const BE_THE_HOME: &str = "it can take part as the home of the transaction, which commits by itself and holds the \
                           decision; there can be one such database in a transaction";

pub(crate) fn unsupported(database: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("{database} can't prepare a transaction and finish it later"),
    )
    .with_help(BE_THE_HOME)
}

pub(crate) fn not_ready(database: &str) -> Readiness {
    let what = format!("{database} can't prepare a transaction and finish it later");
    Readiness::from_iter([Obstacle::hard(what, BE_THE_HOME)])
}
