//! Asking for the decision of a transaction, in a way that makes it final.

use super::gtrid::Gtrid;
use super::rows::rows;
use super::tables::{self, Decision, DecisionRow};
use manybase_driver::{Error, ErrorKind, Pool, Result, Session, fault};

/// What was decided, at this home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Commit,
    Abort,
    /// The home with this resource id knows.
    Elsewhere(String),
}

/// Puts an abort in the place of the decision, unless there is one, and reads what stands there.
///
/// After it nobody can decide otherwise: the key is unique, so that an owner who was taken for dead finds its own
/// decision refused, and while its commit is under way this waits for it.
pub(crate) async fn fence(pool: &Pool, gtrid: &Gtrid) -> Result<Verdict> {
    let mut session = pool.acquire_aside().await?;
    fence_on(&mut session, gtrid, Decision::Abort).await
}

/// As [`fence`], with what to put there.
pub(crate) async fn fence_on(session: &mut Session, gtrid: &Gtrid, what: Decision) -> Result<Verdict> {
    let dialect = session.dialect()?;
    fault::point("recover-fence-before");
    if !fault::mutant("no-fence") {
        session
            .execute(tables::insert_fence(dialect, gtrid, what)?)
            .await?;
    }
    fault::point("recover-fence-after");
    match read(session, gtrid.as_str()).await? {
        Some(row) => verdict(&row),
        None if fault::mutant("no-fence") => Ok(Verdict::Abort),
        None => Err(Error::new(
            ErrorKind::Database,
            format!("the decision of {gtrid} is not there after it was written"),
        )),
    }
}

/// The decision, where there is one.
pub(crate) async fn read(session: &mut Session, gtrid: &str) -> Result<Option<DecisionRow>> {
    let select = tables::select_decision(session.dialect()?, gtrid)?;
    Ok(rows(session, select, DecisionRow::read).await?.into_iter().next())
}

pub(crate) fn verdict(row: &DecisionRow) -> Result<Verdict> {
    match (row.decision, &row.home) {
        (Some(Decision::Commit), _) => Ok(Verdict::Commit),
        (Some(Decision::Abort), _) => Ok(Verdict::Abort),
        (Some(Decision::Elsewhere), Some(home)) => Ok(Verdict::Elsewhere(home.clone())),
        _ => Err(Error::new(
            ErrorKind::Database,
            format!(
                "the decision of {} can't be read: it was changed by hand",
                row.gtrid
            ),
        )
        .with_help("`manybase tx show` tells what there is, and `manybase tx resolve` decides it")),
    }
}
