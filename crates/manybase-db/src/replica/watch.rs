//! Replicas that have failed are asked again, and those with a bound for their lag are asked for it.

use super::state::ReplicaState;
use super::{Replica, Replicas, is_down, lag};
use crate::{Access, Error, ErrorKind, Result};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// The first look at one that has failed comes so soon; the next ones after pauses that grow.
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);
/// How often to ask for a lag, at most and at least.
const OFTEN: Duration = Duration::from_millis(100);
const SELDOM: Duration = Duration::from_secs(1);
/// One that takes longer to answer is as good as down.
const PATIENCE: Duration = Duration::from_secs(5);

impl Replicas {
    /// Begins the task, unless it runs or there is nothing that it could run on.
    pub(super) fn watch(self: &Arc<Self>) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        if !self.watching.swap(true, Ordering::AcqRel) {
            drop(runtime.spawn(run(Watching(Arc::downgrade(self)), self.max_lag)));
        }
    }

    /// Asks all of them, or only those that have failed.
    pub(crate) async fn look(self: &Arc<Self>, at_all: bool) {
        let asked = self.all.iter().filter(|replica| at_all || replica.is_down());
        futures_util::future::join_all(asked.map(|replica| replica.look(self.max_lag))).await;
    }
}

impl Replica {
    fn is_down(&self) -> bool {
        self.health.state() == ReplicaState::Down
    }

    async fn look(&self, max_lag: Option<Duration>) {
        let late = || {
            Err(Error::new(
                ErrorKind::Timeout,
                format!("no answer within {PATIENCE:.0?}"),
            ))
        };
        let answer = tokio::time::timeout(PATIENCE, self.ask(max_lag.is_some())).await;
        let replica = &**self.pool.name();
        match answer.unwrap_or_else(|_| late()) {
            // Others keep it so busy that nobody can ask.
            Err(error) if error.kind() == ErrorKind::PoolTimeout => {}
            Err(error) => {
                let error = error.with_connection(self.pool.name().clone());
                if self.health.failed(&error) {
                    tracing::warn!(target: "manybase::replica", replica, %error, "a replica does not answer");
                }
            }
            Ok(lag) => {
                let good = max_lag.is_none_or(|bound| lag.is_some_and(|lag| lag <= bound));
                let state = if good {
                    ReplicaState::Healthy
                } else {
                    ReplicaState::Behind
                };
                if self.health.asked(state, lag) {
                    tracing::info!(target: "manybase::replica", replica, %state, ?lag, "a replica's state has changed");
                }
            }
        }
    }

    /// Connections from before it went down are found out one by one.
    async fn ask(&self, for_lag: bool) -> Result<Option<Duration>> {
        let mut attempts = self.pool.status().open + 1;
        loop {
            let mut session = self.pool.acquire(Access::Read).await?;
            let answer = match for_lag {
                true => lag::measure(&mut session).await,
                false => session.ping().await.map(|()| None),
            };
            attempts -= 1;
            match answer {
                Err(error) if is_down(&error) && attempts > 0 => {}
                answer => return answer,
            }
        }
    }
}

/// Also when the runtime ends, and the task with it.
struct Watching(Weak<Replicas>);

impl Drop for Watching {
    fn drop(&mut self) {
        if let Some(replicas) = self.0.upgrade() {
            replicas.watching.store(false, Ordering::Release);
        }
    }
}

/// Until the replicas are gone or closed; without a bound for the lag only until all of them answer.
async fn run(watching: Watching, max_lag: Option<Duration>) {
    let regular = max_lag.map(|bound| (bound / 2).clamp(OFTEN, SELDOM));
    let mut pause = regular.map_or(FIRST, |_| Duration::ZERO);
    let mut growing = FIRST;
    loop {
        tokio::time::sleep(pause).await;
        let Some(replicas) = watching.0.upgrade() else {
            return;
        };
        if replicas.pools().any(manybase_driver::Pool::is_closed) {
            return;
        }
        replicas.look(regular.is_some()).await;
        let down = || replicas.all.iter().any(Replica::is_down);
        match (regular, down()) {
            (Some(regular), _) => pause = regular,
            (None, true) => {
                pause = growing;
                growing = (growing * 2).min(LONGEST);
            }
            (None, false) => {
                replicas.watching.store(false, Ordering::Release);
                // Somebody may have seen it still running, and left it to it. Two that run for a while do no harm.
                if !down() || replicas.watching.swap(true, Ordering::AcqRel) {
                    return;
                }
                (pause, growing) = (FIRST, FIRST);
            }
        }
    }
}
