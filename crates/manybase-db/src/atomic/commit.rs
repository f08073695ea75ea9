//! From the end of the work to the end of the transaction.

use super::coordinator::{Active, Coordinator};
use super::decide::{Undecided, decide};
use super::in_flight::{Home, InFlight, Part, PreparedBranch};
use crate::transaction::Ack;
use futures_util::future::join_all;
use manybase_driver::{Finish, Result, fault};
use std::sync::Arc;
use std::time::Duration;

/// How often a branch that somebody else has is asked for again, and how long in between.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

impl InFlight {
    /// Decides for commit and finishes.
    pub(crate) async fn commit(self) -> Result<()> {
        let Self {
            coordinator,
            home,
            branches,
            active,
            redirect,
            participants,
            ack,
        } = self;
        let decided = decide(home, active.as_ref(), redirect, &participants).await;
        let ending = Ending {
            coordinator,
            branches,
            active,
        };
        match (decided, ack) {
            (Ok(()), Ack::All) => ending.finish(true).await,
            (Ok(()), Ack::Decision) => drop(tokio::spawn(ending.finish(true))),
            (Err(Undecided::Aborted(error)), _) => {
                ending.finish(false).await;
                return Err(error);
            }
            (Err(Undecided::Unknown(error)), _) => {
                ending.leave();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Rolls everything back.
    pub(crate) async fn roll_back(self) {
        let home = match self.home {
            Home::Alone(part) | Home::Part(part) => vec![part],
            Home::None | Home::Apart(_) => Vec::new(),
        };
        let ending = Ending {
            coordinator: self.coordinator,
            branches: self.branches,
            active: self.active,
        };
        tokio::join!(roll_back(home), ending.finish(false));
    }
}

/// What is left after the decision.
struct Ending {
    coordinator: Arc<Coordinator>,
    branches: Vec<PreparedBranch>,
    active: Option<Active>,
}

impl Ending {
    /// Finishes the branches, all at once. What can't be finished is left to the recovery.
    async fn finish(self, commit: bool) {
        let over = join_all(self.branches.into_iter().map(|branch| finish(branch, commit))).await;
        drop(self.active);
        if !over.into_iter().all(|over| over) {
            self.coordinator.nudge.notify_one();
        }
    }

    /// Leaves all to the recovery.
    fn leave(self) {
        drop(self.branches);
        drop(self.active);
        self.coordinator.nudge.notify_one();
    }
}

/// Rolls back what is open.
pub(crate) async fn roll_back(parts: Vec<Part>) {
    join_all(parts.into_iter().map(|mut part| async move {
        if let Err(error) = part.work.undo_all().await {
            let connection = &**part.pool.name();
            tracing::debug!(target: "manybase::transaction", connection, %error, "could not roll back");
        }
    }))
    .await;
}

async fn finish(mut branch: PreparedBranch, commit: bool) -> bool {
    for tried in 0..TRIES {
        match finish_once(&mut branch, commit).await {
            Ok(finish) if finish.is_over() => return true,
            Ok(_) => {}
            Err(error) => {
                let connection = &**branch.pool.name();
                tracing::debug!(target: "manybase::transaction", connection, %error, branch = %branch.id, "not finished");
                // The session that prepared it is of no more use; another one does it as well.
                branch.session = None;
                if tried > 1 {
                    break;
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    tracing::warn!(
        target: "manybase::transaction",
        connection = &**branch.pool.name(),
        branch = %branch.id,
        "a branch is left to the recovery"
    );
    false
}

async fn finish_once(branch: &mut PreparedBranch, commit: bool) -> Result<Finish> {
    if branch.session.is_none() {
        branch.session = Some(branch.pool.acquire_aside().await?);
    }
    let Some(session) = &mut branch.session else {
        return Ok(Finish::InUse);
    };
    fault::point("finish-before");
    let finished = match commit {
        true => session.commit_prepared(&branch.id).await,
        false => session.rollback_prepared(&branch.id).await,
    };
    fault::point("finish-after");
    finished
}
