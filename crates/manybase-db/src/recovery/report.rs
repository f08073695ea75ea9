//! What came of a recovery.

use crate::Error;
use std::fmt;
use std::sync::Arc;

/// How a transaction ended on all its databases.
///
/// ```
/// assert_eq!(manybase_db::Verdict::Commit.to_string(), "commit");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Everything lasts.
    Commit,
    /// Nothing of it is there.
    Abort,
}

impl Verdict {
    pub(super) fn is_commit(self) -> bool {
        self == Self::Commit
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Commit => "commit",
            Self::Abort => "abort",
        })
    }
}

/// What came of a recovery. Everything in it is named by the transaction's global name (`gtrid`).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let report = db.recover().await?;
/// assert!(report.is_clean() && report.committed.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RecoveryReport {
    /// Transactions that had been committed, and of which branches were waiting for it.
    pub committed: Vec<Arc<str>>,
    /// Transactions that had not been committed, and whose branches were rolled back.
    pub aborted: Vec<Arc<str>>,
    /// Transactions that are left for later.
    pub waiting: Vec<Waiting>,
    /// Connections and transactions with which nothing could be done.
    pub unreachable: Vec<Unreachable>,
    /// Branches that somebody finished by hand, against the decision. Each is reported once, by whoever finds it
    /// first; [`crate::Db::heuristics`] lists all.
    pub heuristic: Vec<Heuristic>,
    /// Commits that were looked at and found to be whole on all databases.
    pub checked: u64,
    /// Decisions and receipts that were deleted.
    pub pruned: u64,
}

impl RecoveryReport {
    /// Whether nothing is left to do, as far as it could be seen.
    ///
    /// ```
    /// assert!(manybase_db::RecoveryReport::default().is_clean());
    /// ```
    pub fn is_clean(&self) -> bool {
        self.waiting.is_empty() && self.unreachable.is_empty() && self.heuristic.is_empty()
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.committed.extend(other.committed);
        self.aborted.extend(other.aborted);
        self.waiting.extend(other.waiting);
        self.unreachable.extend(other.unreachable);
        self.heuristic.extend(other.heuristic);
        self.checked += other.checked;
        self.pruned += other.pruned;
    }

    /// Adds a connection that could not be asked, unless it stands there already.
    pub(super) fn out_of_reach(&mut self, connection: &Arc<str>, error: Error) {
        let known = |one: &Unreachable| one.gtrid.is_none() && one.connection.as_ref() == Some(connection);
        if !self.unreachable.iter().any(known) {
            self.unreachable.push(Unreachable {
                connection: Some(connection.clone()),
                gtrid: None,
                error,
            });
        }
    }
}

/// A transaction that is left for later.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// for waiting in db.recover().await?.waiting {
///     println!("{}: {}", waiting.gtrid, waiting.why);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// Its name.
    pub gtrid: Arc<str>,
    /// Why.
    pub why: WaitingFor,
}

/// Why a transaction is left for later.
///
/// ```
/// assert_eq!(manybase_db::recovery::WaitingFor::Age.to_string(), "it is young: its owner may be at work");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitingFor {
    /// It is younger than `min_age`.
    Age,
    /// Its owner is about to write the decision on this connection, and holds the lock.
    Decision(Arc<str>),
    /// Another session has its branch on this connection.
    Branch(Arc<str>),
}

impl fmt::Display for WaitingFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Age => f.write_str("it is young: its owner may be at work"),
            Self::Decision(connection) => {
                write!(f, "its decision is being written on connection {connection:?}")
            }
            Self::Branch(connection) => {
                write!(f, "another session has its branch on connection {connection:?}")
            }
        }
    }
}

/// Something with which nothing could be done. It is tried again next time.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// for unreachable in db.recover().await?.unreachable {
///     println!("{:?}: {}", unreachable.connection, unreachable.error);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unreachable {
    /// The connection, where it is known which.
    pub connection: Option<Arc<str>>,
    /// The transaction that waits for it; `None` when the connection as a whole could not be asked.
    pub gtrid: Option<Arc<str>>,
    /// Why, and the way out.
    pub error: Error,
}

/// A branch that somebody finished by hand, against the decision: the transaction is torn there.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// for torn in db.heuristics().await.heuristics {
///     println!("{} on {}: {}", torn.gtrid, torn.connection, torn.what);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Heuristic {
    /// The transaction.
    pub gtrid: Arc<str>,
    /// The connection on which it is torn.
    pub connection: Arc<str>,
    /// The branch there.
    pub bqual: Arc<str>,
    /// How.
    pub what: Damage,
}

impl fmt::Display for Heuristic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "transaction {} on connection {:?}: {}",
            self.gtrid, self.connection, self.what
        )
    }
}

/// Branches that were finished against the decision, and not acknowledged since. From [`crate::Db::heuristics`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let report = db.heuristics().await;
/// assert!(report.heuristics.is_empty() && report.unreachable.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct HeuristicReport {
    /// What is known.
    pub heuristics: Vec<Heuristic>,
    /// Connections that could not be asked.
    pub unreachable: Vec<Unreachable>,
}

/// How a branch was finished against the decision.
///
/// ```
/// use manybase_db::recovery::Damage;
/// assert_eq!(Damage::Missing.to_string(), "committed, but rolled back here");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// The transaction was committed, and this branch is neither there nor in doubt.
    Missing,
    /// The transaction was aborted, and this branch was committed.
    Committed,
    /// It was told to be finished so, with force.
    Forced,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "committed, but rolled back here",
            Self::Committed => "rolled back, but committed here",
            Self::Forced => "finished by force against the decision",
        })
    }
}
