//! The mistake that all of this is there to avoid, for tests of the tests: every database is committed by itself, one
//! after the other.

use super::in_flight::{Part, Role};
use manybase_driver::{Result, fault};

/// Commits part after part.
pub(crate) async fn one_by_one(parts: Vec<Part>) -> Result<()> {
    for mut part in parts {
        fault::point("commit-before");
        match part.role {
            Role::Plain { .. } => part.work.keep().await?,
            Role::Branch(id) => {
                let mut session = part.work.into_session();
                let _prepared = session.prepare(&id).await?;
                let _finished = session.commit_prepared(&id).await?;
            }
        }
        fault::point("commit-after");
    }
    Ok(())
}
