//! What is known of a replica.

use crate::Error;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Which of several good replicas is read from.
///
/// ```
/// # fn main() -> manybase_db::Result<()> {
/// use manybase_db::{ConnectionConfig, ReplicaPolicy};
/// let config = ConnectionConfig::from_url("postgres://db.example/erp")?
///     .replica("postgres://replica1.example/erp")?
///     .replica("postgres://replica2.example/erp")?
///     .replica_policy(ReplicaPolicy::LeastInUse);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplicaPolicy {
    /// One after another.
    #[default]
    RoundRobin,
    /// The one that the fewest connections of this program are in use on.
    LeastInUse,
}

/// What is known of a replica.
///
/// ```
/// assert_eq!(manybase_db::ReplicaState::Healthy.to_string(), "healthy");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplicaState {
    /// Nobody has asked it yet.
    Unknown,
    /// Reads go to it.
    Healthy,
    /// It answers, and is further behind the primary than it may be, or can't tell how far.
    Behind,
    /// It does not answer.
    Down,
}

impl std::fmt::Display for ReplicaState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unknown => "unknown",
            Self::Healthy => "healthy",
            Self::Behind => "behind",
            Self::Down => "down",
        })
    }
}

/// The state, and why.
#[derive(Debug, Default)]
pub(crate) struct Health {
    state: AtomicU8,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    lag: Option<Duration>,
    error: Option<Error>,
}

impl Health {
    pub(crate) fn state(&self) -> ReplicaState {
        match self.state.load(Ordering::Acquire) {
            1 => ReplicaState::Healthy,
            2 => ReplicaState::Behind,
            3 => ReplicaState::Down,
            _ => ReplicaState::Unknown,
        }
    }

    /// Whether reads may go there. With a bound for its lag it must have been asked for it.
    pub(super) fn is_good(&self, bounded: bool) -> bool {
        match self.state() {
            ReplicaState::Healthy => true,
            ReplicaState::Unknown => !bounded,
            ReplicaState::Behind | ReplicaState::Down => false,
        }
    }

    /// Somebody has got a connection to one that nobody knew.
    pub(super) fn answered(&self) {
        let (unknown, healthy) = (ReplicaState::Unknown as u8, ReplicaState::Healthy as u8);
        let _ = self
            .state
            .compare_exchange(unknown, healthy, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Whether that is new.
    pub(super) fn failed(&self, error: &Error) -> bool {
        self.seen().error = Some(error.clone());
        self.state.swap(ReplicaState::Down as u8, Ordering::AcqRel) != ReplicaState::Down as u8
    }

    /// What it said when it was asked. Whether the state is new.
    pub(super) fn asked(&self, state: ReplicaState, lag: Option<Duration>) -> bool {
        *self.seen() = Seen { lag, error: None };
        self.state.swap(state as u8, Ordering::AcqRel) != state as u8
    }

    pub(crate) fn lag(&self) -> Option<Duration> {
        self.seen().lag
    }

    pub(crate) fn error(&self) -> Option<Error> {
        self.seen().error.clone()
    }

    /// Nothing is left half done between its fields.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
