//! Asking for the decision, wherever it is.

use super::homes::{Homes, Missing};
use super::lend::{LONG, SHORT, lend, within};
use super::report::{Unreachable, Verdict, WaitingFor};
use crate::atomic::Coordinator;
use crate::atomic::fence::{self, fence_on};
use crate::atomic::gtrid::Gtrid;
use crate::atomic::tables::{Decision, DecisionRow};
use crate::{Error, ErrorKind, Result};
use manybase_driver::{Access, Pool};
use std::time::{Duration, Instant};

/// How often a home may lead to another one. The owner writes one note at most.
const HOPS: usize = 4;
/// How often, and for how long, a home that is busy is asked again.
const TRIES: u32 = 5;
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// What a recovery works with.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    pub(super) coordinator: &'c Coordinator,
    pub(super) homes: &'c Homes,
}

/// The decision, for good.
pub(super) struct Settled {
    pub(super) verdict: Verdict,
    /// The connections to the database that has it.
    pub(super) at: Vec<Pool>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Unsettled {
    Waiting(WaitingFor),
    Missing(Missing),
}

impl Unsettled {
    pub(super) fn unreachable(missing: Missing, gtrid: &Gtrid) -> Unreachable {
        Unreachable {
            connection: missing.connection,
            gtrid: Some(gtrid.text().clone()),
            error: missing.error.with_transaction(gtrid.text().clone()),
        }
    }
}

impl Context<'_> {
    /// Puts a decision there, unless there is one, and obeys the one that stands there.
    pub(super) async fn settle(self, gtrid: &Gtrid, wanted: Decision) -> Result<Settled, Unsettled> {
        let mut id = gtrid.home().clone();
        for _ in 0..HOPS {
            let at = self.homes.find(self.coordinator, &id).await;
            let at = at.map_err(Unsettled::Missing)?;
            // All of them. Where one database is a copy of the other, a commit stands only in the one that is meant,
            // and none can come to stand there once this is through.
            let (mut commit, mut next) = (false, None);
            for pool in &at {
                match fence_at(pool, gtrid, wanted).await? {
                    fence::Verdict::Commit => commit = true,
                    fence::Verdict::Abort => {}
                    fence::Verdict::Elsewhere(home) => next = Some(home),
                }
            }
            id = match (commit, next) {
                (true, _) => {
                    return Ok(Settled {
                        verdict: Verdict::Commit,
                        at,
                    });
                }
                (false, None) => {
                    return Ok(Settled {
                        verdict: Verdict::Abort,
                        at,
                    });
                }
                (false, Some(home)) => home.into(),
            };
        }
        Err(Unsettled::Missing(in_a_circle(gtrid)))
    }

    /// Looks what stands there, and changes nothing. With the connection that has it.
    pub(super) async fn look_up(self, gtrid: &Gtrid) -> Result<Option<(Pool, DecisionRow)>, Missing> {
        let mut id = gtrid.home().clone();
        for _ in 0..HOPS {
            let (mut found, mut next) = (None, None);
            for pool in self.homes.find(self.coordinator, &id).await? {
                let read = within(SHORT, pool.name(), async {
                    let mut session = lend(&pool, Access::Read).await?;
                    fence::read(&mut session, gtrid.as_str()).await
                });
                let Some(row) = read.await.map_err(|error| missing(&pool, error))? else {
                    continue;
                };
                match row.decision {
                    Some(Decision::Commit) => return Ok(Some((pool, row))),
                    Some(Decision::Elsewhere) => next = row.home,
                    _ => found = Some((pool, row)),
                }
            }
            id = match next {
                None => return Ok(found),
                Some(home) => home.into(),
            };
        }
        Err(in_a_circle(gtrid))
    }
}

pub(super) fn verdict(row: &DecisionRow) -> Option<Verdict> {
    match row.decision? {
        Decision::Commit => Some(Verdict::Commit),
        Decision::Abort => Some(Verdict::Abort),
        Decision::Elsewhere => None,
    }
}

async fn fence_at(pool: &Pool, gtrid: &Gtrid, wanted: Decision) -> Result<fence::Verdict, Unsettled> {
    let begun = Instant::now();
    let mut tried = 0;
    loop {
        let asked = within(LONG, pool.name(), async {
            let mut session = lend(pool, Access::Write).await?;
            fence_on(&mut session, gtrid, wanted).await
        });
        let error = match asked.await {
            Ok(verdict) => return Ok(verdict),
            Err(error) => error,
        };
        tried += 1;
        let passes = error.is_retryable() || error.is_connection_lost();
        if passes && tried < TRIES && begun.elapsed() < PATIENCE {
            tokio::time::sleep(PAUSE * tried).await;
            continue;
        }
        return Err(match error.kind() {
            // The owner has written its decision and not committed it yet.
            ErrorKind::LockTimeout => Unsettled::Waiting(WaitingFor::Decision(pool.name().clone())),
            _ => Unsettled::Missing(missing(pool, error)),
        });
    }
}

fn missing(pool: &Pool, error: Error) -> Missing {
    Missing {
        connection: Some(pool.name().clone()),
        error,
    }
}

fn in_a_circle(gtrid: &Gtrid) -> Missing {
    let message = format!(
        "the notes about where the decision of {gtrid} is lead in a circle: they were changed by hand"
    );
    let error = Error::new(ErrorKind::Database, message)
        .with_help("`manybase tx resolve --force` decides without them");
    Missing {
        connection: None,
        error,
    }
}
