//! The commit point: the decision is written, and the home commits it.

use super::coordinator::Active;
use super::fence::{self, Verdict};
use super::in_flight::{Home, Part, Redirect};
use super::tables::{self, Decision};
use manybase_driver::{Error, ErrorKind, Pool, Result, fault};
use std::time::Duration;
use tokio::time::Instant;

/// How long the home is asked what came of a commit whose answer is missing.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(200);

/// Why there is no commit.
pub(crate) enum Undecided {
    /// It is aborted, for good or by there being no decision: the branches are to be rolled back.
    Aborted(Error),
    /// Nobody knows. The branches stay in doubt until the home can be asked.
    Unknown(Error),
}

/// Writes the decision. `Ok` is the commit of the whole.
pub(crate) async fn decide(
    home: Home,
    active: Option<&Active>,
    redirect: Option<Redirect>,
    participants: &str,
) -> Result<(), Undecided> {
    match (home, active) {
        (Home::None, _) => Ok(()),
        (Home::Alone(mut part), _) => part.work.keep().await.map_err(|error| match error.kind() {
            ErrorKind::OutcomeUnknown => Undecided::Unknown(error),
            _ => Undecided::Aborted(error),
        }),
        (Home::Part(part), Some(active)) => {
            if let Some(redirect) = redirect {
                leave_note(redirect, active).await.map_err(Undecided::Aborted)?;
            }
            in_part(part, active, participants).await
        }
        (Home::Apart(pool), Some(active)) => apart(&pool, active, participants).await,
        (_, None) => Err(Undecided::Aborted(Error::driver(
            "a transaction over several databases has no name",
        ))),
    }
}

/// Where the names of the branches lead, it is written down where the decision is. The fence of a recovery that came
/// before it refuses it.
async fn leave_note(redirect: Redirect, active: &Active) -> Result<()> {
    let mut session = redirect.from.acquire_aside().await?;
    fault::point("redirect-before");
    let note = tables::insert_decision(
        session.dialect()?,
        active.gtrid(),
        Decision::Elsewhere,
        Some(&redirect.to),
        "",
    )?;
    session
        .execute(note)
        .await
        .map_err(|error| explained(error, active))?;
    fault::point("redirect-after");
    Ok(())
}

async fn in_part(part: Part, active: &Active, participants: &str) -> Result<(), Undecided> {
    let Part { pool, work, .. } = part;
    let mut session = work.into_session();
    let decided = async {
        fault::point("decision-before");
        let row = tables::insert_decision(
            session.dialect()?,
            active.gtrid(),
            Decision::Commit,
            None,
            participants,
        )?;
        session.execute(row).await?;
        fault::point("decision-after");
        Ok(())
    };
    if let Err(error) = decided.await {
        // No commit was sent, and none is: it is aborted whatever became of the session.
        if !session.is_broken()
            && let Err(error) = session.rollback().await
        {
            tracing::debug!(target: "manybase::transaction", connection = &**pool.name(), %error, "could not roll back");
        }
        return Err(Undecided::Aborted(explained(error, active)));
    }
    fault::point("commit-before");
    let committed = session.commit().await;
    fault::point("commit-after");
    match committed {
        Ok(()) => Ok(()),
        Err(error) if session.is_broken() => {
            // Its locks are in the way of the question.
            drop(session);
            ask(&pool, active, error).await
        }
        Err(error) => {
            if let Err(error) = session.rollback().await {
                tracing::debug!(target: "manybase::transaction", connection = &**pool.name(), %error, "could not roll back");
            }
            Err(Undecided::Aborted(error))
        }
    }
}

/// A transaction of its own, of one statement.
async fn apart(pool: &Pool, active: &Active, participants: &str) -> Result<(), Undecided> {
    let mut session = pool.acquire_aside().await.map_err(Undecided::Aborted)?;
    fault::point("decision-before");
    let written = async {
        let row = tables::insert_decision(
            session.dialect()?,
            active.gtrid(),
            Decision::Commit,
            None,
            participants,
        )?;
        session.execute(row).await
    };
    let written = written.await;
    fault::point("decision-after");
    fault::point("commit-after");
    match written {
        Ok(_) => Ok(()),
        Err(error) if session.is_broken() => {
            drop(session);
            ask(pool, active, error).await
        }
        Err(error) => Err(Undecided::Aborted(explained(error, active))),
    }
}

/// The answer to a commit is missing: the home is asked, and what it says is final.
async fn ask(pool: &Pool, active: &Active, lost: Error) -> Result<(), Undecided> {
    let end = Instant::now() + PATIENCE;
    let error = loop {
        let asked = tokio::time::timeout_at(end, fence::fence(pool, active.gtrid())).await;
        match asked {
            Ok(Ok(Verdict::Commit)) => return Ok(()),
            Ok(Ok(Verdict::Abort)) => return Err(Undecided::Aborted(undone(lost, active))),
            Ok(Ok(Verdict::Elsewhere(_))) => {
                break Error::driver("the decision of a transaction leads away from its home");
            }
            Ok(Err(error)) if Instant::now() + PAUSE >= end => break error,
            Ok(Err(_)) => tokio::time::sleep(PAUSE).await,
            Err(_) => break lost.clone(),
        }
    };
    let message = format!(
        "the connection was lost in the commit, and the database that holds the decision could not be asked for \
         {PATIENCE:?}: {}",
        error.message()
    );
    let unknown = Error::new(ErrorKind::OutcomeUnknown, message)
        .with_connection(pool.name().clone())
        .with_transaction(active.gtrid().text().clone())
        .with_help(
            "it is finished one way or the other, on all databases, as soon as that database can be reached; \
             `manybase tx show` tells how",
        );
    Err(Undecided::Unknown(unknown.with_source(lost)))
}

fn undone(lost: Error, active: &Active) -> Error {
    Error::new(
        lost.kind(),
        format!(
            "{}; it happened in the commit, and everything was rolled back",
            lost.message()
        ),
    )
    .with_connection(lost.connection().unwrap_or_default())
    .with_transaction(active.gtrid().text().clone())
    .with_source(lost)
}

/// The decision that stands there already is the fence of a recovery.
fn explained(error: Error, active: &Active) -> Error {
    if !error.is_unique_violation() {
        return error;
    }
    let mut fenced = Error::new(
        ErrorKind::Serialization,
        "the transaction took so long to commit that a recovery took it for dead and rolled it back",
    )
    .with_transaction(active.gtrid().text().clone())
    .with_help(
        "run it again; raise `min_age` of the recovery if this happens to transactions that are alive",
    );
    if let Some(connection) = error.connection() {
        fenced = fenced.with_connection(connection);
    }
    fenced.with_source(error)
}
