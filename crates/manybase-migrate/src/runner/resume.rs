//! Whether a statement has happened that was running when its process died.
//!
//! Nobody else changes the structure meanwhile: the lock sees to it, as far as migrations go. So when the structure is
//! what it was before the statement, it has not happened, and else it has. That holds for what the catalog tells of, and
//! for statements that happen wholly or not at all. Of all others nothing is claimed; nor when something has changed that
//! the statement has nothing to do with, because then there was somebody else.

use super::Event;
use super::work::Work;
use crate::Problem;
use crate::history::{StepState, Stepped, structure, truth};
use crate::set::{Statement, Work as Kind, upkeep};
use manybase_db::{Lease, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Run,
    Done,
}

pub(super) async fn decide(
    work: &Work<'_>,
    lease: &mut Lease<'_>,
    at: usize,
    statement: &Statement,
    row: &Stepped,
) -> Result<Next> {
    if let Some(leftover) = upkeep(lease.dialect())
        .leftover
        .and_then(|leftover| leftover(&statement.text))
        && truth(lease, &leftover.probe).await?
    {
        tracing::info!(target: "manybase::migrate", what = leftover.what, "taking away what was left half done");
        lease.script(leftover.tidy).await?;
        return Ok(found(work, at, Next::Run));
    }
    let unsure = || {
        Err(Problem::Unsure {
            migration: work.migration.name().to_owned(),
            step: at + 1,
            line: work.script.steps[at].line,
        }
        .into())
    };
    match (statement.work, row.state) {
        // Their row of the journal comes with them: there would be one that says so.
        (Kind::Rows | Kind::Session | Kind::Again, _) | (Kind::Structure { again: true, .. }, _) => {
            Ok(Next::Run)
        }
        // The database has refused it, and has done nothing of it.
        (Kind::Structure { whole: true, .. }, StepState::Failed) => Ok(Next::Run),
        (Kind::Structure { whole, .. }, _) => {
            let about = statement.about();
            let (now, before) = (structure(lease, about.as_deref()).await?, row.structure.as_ref());
            match (now.as_ref(), before) {
                (Some(now), Some(before)) if now.is(before) => Ok(found(work, at, Next::Run)),
                // What has happened is what the file said then.
                (Some(_), Some(_)) if whole && row.checksum != work.script.steps[at].hash => {
                    Err(Problem::DoneEdited {
                        migration: work.migration.name().to_owned(),
                        step: at + 1,
                    }
                    .into())
                }
                // What is seen may be somebody else's work.
                (Some(now), Some(before)) if whole && now.differs_elsewhere(before) => {
                    Err(Problem::Meanwhile {
                        migration: work.migration.name().to_owned(),
                        step: at + 1,
                        line: work.script.steps[at].line,
                    }
                    .into())
                }
                (Some(_), Some(_)) if whole => Ok(found(work, at, Next::Done)),
                _ => unsure(),
            }
        }
        _ => unsure(),
    }
}

fn found(work: &Work<'_>, at: usize, next: Next) -> Next {
    work.migrator.tell(&Event::Found {
        connection: &work.ground.connection,
        migration: work.migration.name(),
        step: at + 1,
        happened: next == Next::Done,
    });
    next
}
