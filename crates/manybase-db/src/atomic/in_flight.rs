//! A transaction between its preparation and its end.

use super::coordinator::{Active, Coordinator};
use crate::lease::Work;
use crate::transaction::Ack;
use manybase_driver::{BranchId, Pool, Session};
use std::sync::Arc;

/// How a transaction is open on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// As any transaction. It can be the home, and be prepared too where the database begins branches so.
    Plain { can_prepare: bool },
    /// As a branch, whose name is known from the start. It can't be the home.
    Branch(BranchId),
}

impl Role {
    /// Whether it can only be the home.
    pub(crate) fn is_one_phase(&self) -> bool {
        *self == Self::Plain { can_prepare: false }
    }
}

/// The transaction's part on one connection, at its end.
pub(crate) struct Part {
    pub(crate) pool: Pool,
    pub(crate) work: Work,
    pub(crate) role: Role,
    /// Whether a statement that writes was sent. A function called in a query may write too: the database knows.
    pub(crate) wrote: bool,
}

/// Where the decision is written.
pub(crate) enum Home {
    /// There is nothing to decide.
    None,
    /// One writer: its commit is the decision.
    Alone(Part),
    /// In this part, at its end.
    Part(Part),
    /// By a session of its own: no part can hold it.
    Apart(Pool),
}

/// A branch that has been prepared.
pub(crate) struct PreparedBranch {
    pub(crate) pool: Pool,
    pub(crate) id: BranchId,
    /// The session that prepared it, which is the one to finish it. `None` once it is lost.
    pub(crate) session: Option<Session>,
}

/// Everything is prepared, and nothing decided.
pub(crate) struct InFlight {
    pub(crate) coordinator: Arc<Coordinator>,
    pub(crate) home: Home,
    pub(crate) branches: Vec<PreparedBranch>,
    /// `None` where nothing has a name, because nothing was prepared.
    pub(crate) active: Option<Active>,
    /// The home that the names of the branches lead to, where it is another one than `home`.
    pub(crate) redirect: Option<Redirect>,
    /// Who takes part, as it is kept with the decision.
    pub(crate) participants: String,
    pub(crate) ack: Ack,
}

impl InFlight {
    /// Its name, where it has one and something hangs on it.
    pub(crate) fn gtrid(&self) -> Option<Arc<str>> {
        let active = self.active.as_ref().filter(|_| !self.branches.is_empty());
        active.map(|active| active.gtrid().text().clone())
    }
}

/// At the home that the names of the branches lead to, a note about where the decision is.
pub(crate) struct Redirect {
    pub(crate) from: Pool,
    pub(crate) to: Arc<str>,
}
