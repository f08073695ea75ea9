//! A transaction inside a transaction: a savepoint.

use super::{AsyncFunc, Transaction};
use crate::Result;
use manybase_driver::BoxFuture;

impl Transaction {
    /// Runs a nested transaction: a savepoint. `Ok` keeps its work as part of the outer one, `Err` undoes it, and
    /// the outer one goes on. While it runs, the outer handle is an [`crate::ErrorKind::Transaction`] error.
    ///
    /// ```
    /// use manybase_db::{Db, Error, ErrorKind, Result};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// db.transaction(async |tx| {
    ///     let part: Result<()> = tx
    ///         .transaction(async |_inner| Err(Error::new(ErrorKind::NotFound, "undo this part")))
    ///         .await;
    ///     assert!(part.is_err());
    ///     Ok(())
    /// })
    /// .await
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the closure; [`crate::ErrorKind::Transaction`] when a statement in it has failed and it says `Ok` all
    /// the same; [`crate::ErrorKind::Unsupported`] at its first statement on a database without savepoints.
    pub fn transaction<'a, R, F>(&'a self, work: F) -> BoxFuture<'a, Result<R>>
    where
        F: for<'t> AsyncFunc<&'t Transaction, Result<R>> + Send + 'a,
        for<'t> <F as AsyncFunc<&'t Transaction, Result<R>>>::Fut: Send,
        R: Send + 'a,
    {
        Box::pin(async move {
            let inner = Nested(Transaction {
                shared: self.shared.clone(),
                depth: self.depth + 1,
                tag: self.shared.levels.open(self.depth, self.tag)?,
            });
            match work(&inner.0).await {
                Ok(value) => inner.keep().await.map(|()| value),
                Err(error) => {
                    if let Err(error) = inner.undo().await {
                        tracing::debug!(target: "manybase::transaction", %error, "could not roll back a nested transaction");
                    }
                    Err(error)
                }
            }
        })
    }
}

/// Closes its level, also when its future is dropped. What it did is then undone before the next statement.
struct Nested(Transaction);

impl Nested {
    async fn keep(&self) -> Result<()> {
        let Transaction { shared, depth, tag } = &self.0;
        let owners = shared.levels.check(*depth, *tag)?;
        for branch in shared.branches.hosts() {
            if let Some(work) = branch.work.lock().await.as_mut() {
                work.trim(&owners).await?;
                if work.depth() > *depth {
                    work.keep().await?;
                }
            }
        }
        if let Some(outer) = owners.len().checked_sub(2).and_then(|at| owners.get(at)) {
            shared.waiting.keep(*tag, *outer);
        }
        Ok(())
    }

    async fn undo(&self) -> Result<()> {
        let Transaction { shared, depth, tag } = &self.0;
        let owners = shared.levels.place(*depth, *tag)?;
        let outer = owners.get(..*depth).unwrap_or_default();
        for branch in shared.branches.hosts() {
            if let Some(work) = branch.work.lock().await.as_mut() {
                work.trim(outer).await?;
            }
        }
        Ok(())
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        let Transaction { shared, depth, tag } = &self.0;
        shared.levels.close(*depth, *tag);
        shared.waiting.undo(*tag);
    }
}
