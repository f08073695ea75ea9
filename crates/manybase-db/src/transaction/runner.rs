//! A transaction with settings, tried again where that helps.

use super::{AsyncFunc, Transaction, TransactionSettings, run};
use crate::lease::Deadline;
use crate::{Db, Error, ErrorKind, Result};
use manybase_driver::BoxFuture;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The wait before the second try; it doubles with each, up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_secs(1);

/// A transaction that is yet to run, with its settings. From [`Db::transaction_with`].
///
/// ```
/// use manybase_db::{Db, TransactionSettings};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let settings = TransactionSettings::new().retries(3);
/// let answer = db.transaction_with(settings).run(async |_tx| Ok(42)).await?;
/// assert_eq!(answer, 42);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "it does nothing until `run` or `begin`"]
pub struct TransactionRunner {
    db: Db,
    scope: Option<Arc<str>>,
    only: Option<Arc<[Arc<str>]>>,
    settings: TransactionSettings,
}

impl TransactionRunner {
    pub(crate) fn new(db: Db, scope: Option<Arc<str>>, settings: TransactionSettings) -> Self {
        Self {
            db,
            scope,
            only: None,
            settings,
        }
    }

    pub(crate) fn only(mut self, only: Arc<[Arc<str>]>) -> Self {
        self.only = Some(only);
        self
    }

    /// With other settings.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// use manybase_db::{Db, TransactionSettings};
    /// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let runner = db.transaction_on(["main"]).settings(TransactionSettings::new().retries(3));
    /// runner.run(async |_tx| Ok(())).await
    /// # }
    /// ```
    pub fn settings(mut self, settings: TransactionSettings) -> Self {
        self.settings = settings;
        self
    }

    fn transaction(&self) -> Transaction {
        Transaction::new(
            self.db.clone(),
            self.scope.clone(),
            self.only.clone(),
            self.settings,
        )
    }

    /// A transaction to be committed by hand. There are no retries.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// use manybase_db::{Db, TransactionSettings};
    /// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let tx = db.transaction_with(TransactionSettings::new().read_only()).begin().await?;
    /// tx.rollback().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// None at this point: nothing is sent before the first statement.
    pub async fn begin(self) -> Result<Transaction> {
        Ok(self.transaction())
    }

    /// Runs a closure inside a transaction: `Ok` commits, `Err` rolls back. After an error that
    /// [`Error::is_retryable`], also of the commit, it waits a moment and runs the closure again in a fresh
    /// transaction, as often as the settings say.
    ///
    /// What the closure does **outside** of the transaction is not undone and happens again with each try: mails,
    /// files, other databases. Each try gets a clone of the closure, so that it may not change what is around it;
    /// closures that borrow are always `Clone`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// use manybase_db::{Db, Error, ErrorKind, TransactionSettings};
    /// use std::sync::atomic::{AtomicU32, Ordering};
    ///
    /// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let tries = AtomicU32::new(0);
    /// let settings = TransactionSettings::new().retries(2);
    /// let result = db
    ///     .transaction_with(settings)
    ///     .run(async |_tx| match tries.fetch_add(1, Ordering::Relaxed) {
    ///         0 => Err(Error::new(ErrorKind::Serialization, "somebody else was faster")),
    ///         _ => Ok("done"),
    ///     })
    ///     .await?;
    /// assert_eq!((result, tries.into_inner()), ("done", 2));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The last one of the closure or of the commit; [`crate::ErrorKind::Timeout`].
    pub fn run<'a, R, F>(self, work: F) -> BoxFuture<'a, Result<R>>
    where
        F: for<'t> AsyncFunc<&'t Transaction, Result<R>> + Clone + Send + 'a,
        for<'t> <F as AsyncFunc<&'t Transaction, Result<R>>>::Fut: Send,
        R: Send + 'a,
    {
        Box::pin(async move {
            // A limit that is beyond what a clock can tell is none.
            let deadline = self.settings.timeout.and_then(|limit| {
                Some(Deadline {
                    at: Instant::now().checked_add(limit)?,
                    limit,
                })
            });
            for tried in 0..self.settings.retries {
                let tx = self.transaction();
                let error = match run(tx, work.clone(), deadline).await {
                    Err(error) if is_retryable(&error) => error,
                    result => return result,
                };
                let pause = pause(tried);
                if deadline.is_some_and(|deadline| Instant::now() + pause >= deadline.at) {
                    return Err(error);
                }
                tracing::debug!(target: "manybase::transaction", %error, ?pause, "trying again");
                tokio::time::sleep(pause).await;
            }
            let tx = self.transaction();
            run(tx, work, deadline).await
        })
    }
}

/// Also when the closure swallowed the error, and what came back is that the transaction had failed at it.
fn is_retryable(error: &Error) -> bool {
    if error.kind() == ErrorKind::AfterCommit {
        return false;
    }
    let behind = std::error::Error::source(error).and_then(|source| source.downcast_ref::<Error>());
    error.is_retryable() || behind.is_some_and(Error::is_retryable)
}

/// Between a half and the whole of what is due, so that two that collided do not collide again.
fn pause(tried: u32) -> Duration {
    let whole = FIRST.saturating_mul(1 << tried.min(10)).min(LONGEST);
    let random = RandomState::new().build_hasher().finish();
    let share = (random % 1_000) as f64 / 1_000.0;
    whole.mul_f64(0.5 + share / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit() {
        for tried in 0..40 {
            let whole = FIRST.saturating_mul(1 << tried.min(10)).min(LONGEST);
            let pause = pause(tried);
            assert!(pause >= whole / 2 && pause <= whole, "{tried}: {pause:?}");
        }
    }
}
