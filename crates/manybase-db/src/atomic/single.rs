//! A transaction that was begun as a branch, because others might have come, and remained alone.
//!
//! There is nothing to agree on, so there is no decision: its own commit decides. Never in one phase: with the binary
//! log on, MariaDB can forget such a commit after it has acknowledged it.

use super::coordinator::{Active, Coordinator};
use super::gtrid::token_of;
use super::in_flight::Part;
use super::rows::rows;
use super::tables::{self, ALONE};
use manybase_driver::{BranchId, Error, ErrorKind, Finish, Pool, Prepared, Result, Session, fault};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long the database is asked what came of a commit whose answer is missing.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(200);

/// Prepares it and commits it.
pub(crate) async fn commit_alone(
    coordinator: Arc<Coordinator>,
    part: Part,
    id: BranchId,
    active: Active,
) -> Result<()> {
    let Part {
        pool, work, wrote, ..
    } = part;
    let mut session = work.into_session();
    let prepared = async {
        if wrote {
            let receipt = tables::insert_receipt(session.dialect()?, id.gtrid(), ALONE)?;
            session.execute(receipt).await?;
        }
        fault::point("prepare-before");
        let prepared = session.prepare(&id).await?;
        fault::point("prepare-after");
        Ok(prepared)
    };
    let prepared: Result<Prepared> = prepared.await;
    let outcome = match prepared {
        Ok(Prepared::ReadOnly) => Ok(()),
        Ok(Prepared::Prepared) => {
            fault::point("commit-before");
            let committed = session.commit_prepared(&id).await;
            fault::point("commit-after");
            match committed {
                Ok(Finish::Finished) => Ok(()),
                // There was nothing to commit.
                Ok(Finish::Gone) if !wrote => Ok(()),
                Ok(_) => ask(&pool, Some(session), &id, None).await,
                Err(error) => ask(&pool, None, &id, Some(error)).await,
            }
        }
        Err(error) => {
            // Prepared or not: without a commit it is rolled back, here or by the recovery.
            if session.is_broken() {
                coordinator.nudge.notify_one();
            } else if let Err(error) = session.rollback().await {
                tracing::debug!(target: "manybase::transaction", connection = &**pool.name(), %error, "could not roll back");
            }
            Err(error)
        }
    };
    drop(active);
    outcome
}

/// Commits it from wherever it is, until it is known what came of it.
async fn ask(pool: &Pool, mut session: Option<Session>, id: &BranchId, lost: Option<Error>) -> Result<()> {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        let asked = async {
            let held = match &mut session {
                Some(session) => session,
                None => session.insert(pool.acquire_aside().await?),
            };
            finish(held, id).await
        };
        match tokio::time::timeout_at(end, asked).await {
            Ok(Ok(Some(true))) => return Ok(()),
            Ok(Ok(Some(false))) => return Err(undone(pool, id, lost)),
            Ok(Ok(None)) => {}
            Ok(Err(_)) | Err(_) => session = None,
        }
        tokio::time::sleep(PAUSE).await;
    }
    let mut unknown = Error::new(
        ErrorKind::OutcomeUnknown,
        format!("the connection was lost in the commit, and the database could not be asked for {PATIENCE:?}"),
    )
    .with_connection(pool.name().clone())
    .with_transaction(id.gtrid())
    .with_help("`manybase tx list` tells whether it is still in doubt; look whether the work is there before doing it again");
    if let Some(lost) = lost {
        unknown = unknown.with_source(lost);
    }
    Err(unknown)
}

/// Whether it is committed. `None` when it is in use.
async fn finish(session: &mut Session, id: &BranchId) -> Result<Option<bool>> {
    match session.commit_prepared(id).await? {
        Finish::Finished => Ok(Some(true)),
        Finish::InUse => {
            if let Some(token) = token_of(id.bqual()) {
                session.release_holder(token).await?;
            }
            Ok(None)
        }
        Finish::Gone => {
            let gtrid = [id.gtrid().to_owned()];
            let select = tables::select_receipts(session.dialect()?, &gtrid)?;
            let receipts = rows(
                session,
                select,
                |row| Ok(row.str(1)?.unwrap_or_default() == ALONE),
            )
            .await?;
            Ok(Some(receipts.contains(&true)))
        }
    }
}

fn undone(pool: &Pool, id: &BranchId, lost: Option<Error>) -> Error {
    let error = match &lost {
        Some(lost) => Error::new(
            lost.kind(),
            format!(
                "{}; it happened in the commit, and everything was rolled back",
                lost.message()
            ),
        ),
        None => Error::new(
            ErrorKind::Serialization,
            "the transaction took so long to commit that a recovery took it for dead and rolled it back",
        )
        .with_help("run it again"),
    };
    let error = error
        .with_connection(pool.name().clone())
        .with_transaction(id.gtrid());
    match lost {
        Some(lost) => error.with_source(lost),
        None => error,
    }
}
