//! The end of a transaction.

use super::shared::Shared;
use crate::atomic::{self, InFlight, Part, Role};
use crate::{Error, ErrorKind, Result};
use manybase_driver::fault;

/// How a transaction ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Commit,
    Rollback,
}

impl Shared {
    /// Ends it on every connection.
    pub(super) async fn finish(&self, ending: Ending) -> Result<()> {
        let result = match ending {
            Ending::Rollback => self.undo().await,
            Ending::Commit => self.commit().await,
        };
        self.tell(match (ending, &result) {
            (_, Err(_)) => "failed",
            (Ending::Commit, Ok(())) => "committed",
            (Ending::Rollback, Ok(())) => "rolled back",
        });
        result
    }

    async fn undo(&self) -> Result<()> {
        let mut parts = self.take().await;
        let undone = futures_util::future::join_all(parts.iter_mut().map(|part| async {
            let undone = part.work.undo_all().await;
            undone.map_err(|error| error.with_connection(part.pool.name().clone()))
        }));
        undone.await.into_iter().collect()
    }

    async fn commit(&self) -> Result<()> {
        let mut parts = self.ready().await?;
        if self.settings.read_only && parts.len() > 1 {
            // There is nothing to keep, and so nothing to agree on.
            atomic::roll_back(parts).await;
            return Ok(());
        }
        #[cfg(feature = "faults")]
        if parts.len() > 1 && fault::mutant("two-plain-commits") {
            return tokio::spawn(atomic::one_by_one(parts))
                .await
                .unwrap_or_else(|error| Err(cut_off(&error)));
        }
        if parts.len() > 1 {
            let in_flight = self.phase_one(parts);
            // In a task of its own, so that a caller who goes away in the middle leaves nothing half done.
            let done = tokio::spawn(async move { in_flight.await?.commit().await });
            return done.await.unwrap_or_else(|error| Err(cut_off(&error)));
        }
        let Some(mut part) = parts.pop() else {
            return Ok(());
        };
        let Role::Branch(id) = part.role.clone() else {
            let kept = part.work.keep().await;
            return kept.map_err(|error| error.with_connection(part.pool.name().clone()));
        };
        let Some(expected) = self.expected().take() else {
            return Err(Error::driver(
                "a branch of a transaction has a name, and the transaction has none",
            ));
        };
        let coordinator = self.db.coordinator().clone();
        let alone = atomic::commit_alone(coordinator, part, id, expected.active);
        tokio::spawn(alone)
            .await
            .unwrap_or_else(|error| Err(cut_off(&error)))
    }

    /// Everything but the decision.
    pub(super) async fn prepare(&self) -> Result<InFlight> {
        let parts = self.ready().await?;
        let in_flight = tokio::spawn(self.phase_one(parts)).await;
        let in_flight = in_flight.unwrap_or_else(|error| Err(cut_off(&error)));
        if in_flight.is_err() {
            self.tell("failed");
        }
        in_flight
    }

    fn phase_one(&self, parts: Vec<Part>) -> impl Future<Output = Result<InFlight>> + Send + use<> {
        let coordinator = self.db.coordinator().clone();
        let expected = self.expected().take();
        let ack = self.settings.ack;
        atomic::prepare(coordinator, parts, expected, ack)
    }

    /// All parts, none of which has failed. After an error all are rolled back.
    async fn ready(&self) -> Result<Vec<Part>> {
        let mut parts = self.take().await;
        if parts.len() > 1 {
            fault::point("work-after");
        }
        let mut result = self.levels.sound();
        for part in &mut parts {
            if result.is_err() {
                break;
            }
            let ready = async {
                part.work.trim(&[self.root]).await?;
                // A part alone is told by its own commit.
                part.work.check()?;
                part.work.focus(None).await
            };
            if let Err(error) = ready.await {
                result = Err(error.with_connection(part.pool.name().clone()));
                break;
            }
        }
        match result {
            Ok(()) => Ok(parts),
            Err(error) => {
                atomic::roll_back(parts).await;
                Err(error)
            }
        }
    }

    /// Takes the parts out, so that a future that is dropped after it leaves nothing behind.
    async fn take(&self) -> Vec<Part> {
        let all = self.branches.all();
        let mut parts = Vec::new();
        for branch in &all {
            branch.close();
            if branch.attached.is_some() {
                continue;
            }
            if let Some(work) = branch.work.lock().await.take() {
                parts.push(Part {
                    pool: branch.pool.clone(),
                    work,
                    role: branch.role.clone(),
                    wrote: all.iter().any(|other| other.wrote() && other.is_with(branch)),
                });
            }
        }
        parts
    }
}

pub(super) fn cut_off(error: &tokio::task::JoinError) -> Error {
    Error::new(
        ErrorKind::OutcomeUnknown,
        format!("the commit was cut off, because the runtime ends or a driver failed: {error}"),
    )
    .with_help("the recovery finishes it, one way or the other, on all databases")
}
