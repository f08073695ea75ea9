//! Replicas: reads go to them, writes and transactions to the primary.
//!
//! Only a lease for reading outside of a transaction is led to a replica ([`Replicas::session`]). What a replica is good
//! for is known from the last time that somebody used it; one that has failed is asked again in the background
//! ([`watch`]), so that nobody waits for it.

mod lag;
mod standby;
mod state;
mod watch;

pub(crate) use standby::{Lent, Standby, back};
pub use state::{ReplicaPolicy, ReplicaState};

use crate::{Access, Error, ErrorKind, Result};
use manybase_driver::{Pool, Session};
use state::Health;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// The replicas of one connection.
#[derive(Debug)]
pub(crate) struct Replicas {
    all: Vec<Replica>,
    policy: ReplicaPolicy,
    max_lag: Option<Duration>,
    /// Whose turn it is.
    turn: AtomicUsize,
    /// The task in the background runs.
    watching: AtomicBool,
}

#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) pool: Pool,
    pub(crate) health: Health,
}

impl Replicas {
    /// The pools are those of a connection whose database tells its lag, if there is a bound for it.
    pub(crate) fn new(pools: Vec<Pool>, policy: ReplicaPolicy, max_lag: Option<Duration>) -> Arc<Self> {
        let replica = |pool| Replica {
            pool,
            health: Health::default(),
        };
        Arc::new(Self {
            all: pools.into_iter().map(replica).collect(),
            policy,
            max_lag,
            turn: AtomicUsize::new(0),
            watching: AtomicBool::new(false),
        })
    }

    pub(crate) fn all(&self) -> &[Replica] {
        &self.all
    }

    pub(crate) fn pools(&self) -> impl Iterator<Item = &Pool> {
        self.all.iter().map(|replica| &replica.pool)
    }

    /// A session on a good replica that has not been tried, else on the primary. `None` stands for the primary.
    pub(crate) async fn session(
        self: &Arc<Self>,
        primary: &Pool,
        tried: &mut Vec<usize>,
    ) -> Result<(Session, Option<usize>)> {
        if self.max_lag.is_some() {
            self.watch();
        }
        while let Some(at) = self.choose(tried) {
            tried.push(at);
            match self.all[at].pool.acquire(Access::Read).await {
                Ok(session) => {
                    self.all[at].health.answered();
                    return Ok((session, Some(at)));
                }
                Err(error) if is_down(&error) => self.failed(at, &error),
                Err(error) => return Err(error),
            }
        }
        Ok((primary.acquire(Access::Read).await?, None))
    }

    /// By policy, among those that are good.
    fn choose(&self, tried: &[usize]) -> Option<usize> {
        let good = |at: &usize| !tried.contains(at) && self.all[*at].health.is_good(self.max_lag.is_some());
        match self.policy {
            ReplicaPolicy::RoundRobin => {
                let first = self.turn.fetch_add(1, Ordering::Relaxed);
                let count = self.all.len();
                (0..count).map(|step| first.wrapping_add(step) % count).find(good)
            }
            ReplicaPolicy::LeastInUse => {
                let busy = |at: &usize| {
                    let status = self.all[*at].pool.status();
                    status.in_use + status.waiting
                };
                (0..self.all.len()).filter(good).min_by_key(busy)
            }
        }
    }

    /// Nobody is led to it until it has answered again.
    fn failed(self: &Arc<Self>, at: usize, error: &Error) {
        if self.all[at].health.failed(error) {
            let replica = &**self.all[at].pool.name();
            tracing::warn!(target: "manybase::replica", replica, %error, "a replica does not answer");
        }
        self.watch();
    }
}

/// Whether it is the server that is not there, and not the statement that is wrong.
fn is_down(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Connect | ErrorKind::ConnectionLost)
}

/// Replicas that have nothing in common with the primary but the name would be a mistake in the configuration.
pub(crate) fn check(primary: &Pool, replica: &Pool, max_lag: Option<Duration>) -> Result<()> {
    let (here, there) = (primary.driver().dialect(), replica.driver().dialect());
    if here.name() != there.name() {
        let what = format!(
            "a replica is {}, and the primary is {}",
            there.name(),
            here.name()
        );
        return Err(
            Error::config(what).with_help("a replica has the same tables, in the same kind of database")
        );
    }
    if max_lag.is_some() && lag::query(there).is_none() {
        let what = format!("{} does not tell how far a replica is behind", there.name());
        return Err(Error::config(what).with_help("leave `max_replica_lag` out"));
    }
    Ok(())
}
