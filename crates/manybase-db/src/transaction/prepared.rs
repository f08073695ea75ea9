//! A transaction whose parts are all prepared, and which waits for the decision.

use super::after::{Outcome, Told};
use crate::atomic::InFlight;
use crate::{ErrorKind, Result};
use std::fmt;

/// A transaction that is ready to commit on every database, and waits for the word. From
/// [`crate::Transaction::prepare`].
///
/// Its locks are held until it is committed or rolled back. Dropped, it is rolled back; if the process dies, the
/// recovery rolls it back.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// use manybase_db::{Access, Db, Executor, Route};
/// # use manybase_driver::Statement;
/// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let tx = db.begin().await?;
/// let mut lease = tx.lease(Route::default(), Access::Write).await?;
/// lease.script("CREATE TABLE t (a INTEGER)".to_owned()).await?;
/// drop(lease);
/// let prepared = tx.prepare().await?;
/// // Here something else could still say no.
/// prepared.commit().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a transaction that is dropped is rolled back"]
pub struct PreparedTransaction {
    in_flight: Option<InFlight>,
    gtrid: Option<std::sync::Arc<str>>,
    /// Those who wait for the end. Dropped, they are told of a rollback.
    told: Option<Told>,
}

impl PreparedTransaction {
    pub(super) fn new(in_flight: InFlight, told: Told) -> Self {
        Self {
            gtrid: in_flight.gtrid(),
            in_flight: Some(in_flight),
            told: Some(told),
        }
    }

    /// Its name, as `manybase tx` and the databases know it. `None` for one that needs none, because it has written
    /// on one database only.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let prepared = db.begin().await?.prepare().await?;
    /// assert_eq!(prepared.gtrid(), None);
    /// prepared.rollback().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn gtrid(&self) -> Option<&str> {
        self.gtrid.as_deref()
    }

    /// Decides for commit, and finishes.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// db.begin().await?.prepare().await?.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`crate::Transaction::commit`].
    pub async fn commit(mut self) -> Result<()> {
        let (Some(in_flight), Some(told)) = (self.in_flight.take(), self.told.take()) else {
            return Ok(());
        };
        let done = tokio::spawn(async move {
            match in_flight.commit().await {
                Ok(()) => told.tell(Outcome::Committed).await,
                Err(error) if error.kind() == ErrorKind::OutcomeUnknown => {
                    told.drop_untold();
                    Err(error)
                }
                Err(error) => {
                    told.tell(Outcome::RolledBack).await.ok();
                    Err(error)
                }
            }
        });
        done.await
            .unwrap_or_else(|error| Err(super::finish::cut_off(&error)))
    }

    /// Undoes it on every database, and waits until it is undone.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// db.begin().await?.prepare().await?.rollback().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn rollback(mut self) {
        if let Some(in_flight) = self.in_flight.take() {
            in_flight.roll_back().await;
        }
        if let Some(told) = self.told.take() {
            // Their errors are logged.
            told.tell(Outcome::RolledBack).await.ok();
        }
    }
}

impl Drop for PreparedTransaction {
    fn drop(&mut self) {
        // Without a runtime the recovery does it.
        if let Some(in_flight) = self.in_flight.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(in_flight.roll_back());
        }
    }
}

impl fmt::Debug for PreparedTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedTransaction")
            .field("gtrid", &self.gtrid)
            .finish_non_exhaustive()
    }
}
