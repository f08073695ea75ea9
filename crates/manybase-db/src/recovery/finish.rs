//! Finishing branches, once the decision is known.

use super::lend::{LONG, lend, within};
use super::report::{RecoveryReport, Unreachable, Verdict, Waiting, WaitingFor};
use super::survey::{Found, Group};
use crate::atomic::gtrid::token_of;
use crate::{Error, Result};
use futures_util::future::join_all;
use manybase_driver::{Access, Finish, fault};
use std::time::Duration;
use tokio::time::Instant;

/// How long a branch that another session has is waited for, before and after that session is ended.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(100);
/// How often a branch is tried again after an error.
const TRIES: u32 = 3;

/// What came of one branch.
enum Outcome {
    /// It is over; whether it was finished by us.
    Over {
        by_us: bool,
    },
    /// Another session still has it.
    InUse,
    Failed(Error),
}

/// What came of all branches of a transaction.
#[derive(Default)]
pub(super) struct Finished {
    /// Whether any branch was finished by us, and not by somebody else in the meantime.
    pub(super) by_us: bool,
    /// Whether all are over.
    pub(super) over: bool,
}

/// Finishes the branches of a transaction, all at once. What can't be finished goes into the report.
pub(super) async fn finish(group: &Group, verdict: Verdict, report: &mut RecoveryReport) -> Finished {
    let outcomes = join_all(group.branches.iter().map(|branch| async move {
        let outcome = finish_branch(branch, verdict).await;
        (branch, outcome)
    }));
    let mut finished = Finished {
        by_us: false,
        over: true,
    };
    for (branch, outcome) in outcomes.await {
        let connection = branch.pool.name();
        match outcome {
            Outcome::Over { by_us } => finished.by_us |= by_us,
            Outcome::InUse => {
                finished.over = false;
                report.waiting.push(Waiting {
                    gtrid: group.gtrid.text().clone(),
                    why: WaitingFor::Branch(connection.clone()),
                });
            }
            Outcome::Failed(error) => {
                finished.over = false;
                report.unreachable.push(Unreachable {
                    connection: Some(connection.clone()),
                    gtrid: Some(group.gtrid.text().clone()),
                    error: error.with_transaction(group.gtrid.text().clone()),
                });
            }
        }
    }
    finished
}

async fn finish_branch(branch: &Found, verdict: Verdict) -> Outcome {
    let mut end = Instant::now() + PATIENCE;
    let mut token = token_of(branch.id.bqual());
    let mut failed = 0;
    loop {
        match finish_once(branch, verdict).await {
            Ok(Finish::Finished) => return Outcome::Over { by_us: true },
            Ok(Finish::Gone) => return Outcome::Over { by_us: false },
            Ok(Finish::InUse) if Instant::now() < end => {}
            // Its owner has lost its process or its network, and the server has not noticed.
            Ok(Finish::InUse) => match token.take() {
                Some(token) => {
                    match release(branch, token).await {
                        Ok(true) => tracing::info!(
                            target: "manybase::recovery",
                            connection = &**branch.pool.name(),
                            branch = %branch.id,
                            "ended an idle session that held a branch in doubt"
                        ),
                        Ok(false) => {}
                        Err(error) => return Outcome::Failed(error),
                    }
                    end = Instant::now() + PATIENCE;
                }
                None => return Outcome::InUse,
            },
            Err(error) => {
                failed += 1;
                let passes = error.is_retryable() || error.is_connection_lost();
                if !passes || failed >= TRIES {
                    return Outcome::Failed(error);
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn finish_once(branch: &Found, verdict: Verdict) -> Result<Finish> {
    within(LONG, branch.pool.name(), async {
        let mut session = lend(&branch.pool, Access::Write).await?;
        fault::point("recover-finish-before");
        let finished = match verdict {
            Verdict::Commit => session.commit_prepared(&branch.id).await,
            Verdict::Abort => session.rollback_prepared(&branch.id).await,
        };
        fault::point("recover-finish-after");
        finished
    })
    .await
}

async fn release(branch: &Found, token: u64) -> Result<bool> {
    within(LONG, branch.pool.name(), async {
        lend(&branch.pool, Access::Write)
            .await?
            .release_holder(token)
            .await
    })
    .await
}
