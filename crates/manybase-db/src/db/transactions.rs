//! Transactions, from the registry and from a view of it.

use crate::transaction::run;
use crate::{AsyncFunc, Db, Result, Scoped, Transaction, TransactionRunner, TransactionSettings};
use manybase_driver::BoxFuture;
use std::sync::Arc;

impl Db {
    /// Runs a closure inside a transaction. `Ok` commits; `Err`, a panic and a dropped future roll back.
    ///
    /// The closure works with the handle that it is given. In debug builds, using the outer `Db` on the connection
    /// that the transaction has begun is an [`crate::ErrorKind::Transaction`] error.
    ///
    /// ```
    /// use manybase_db::{Db, Executor, Route};
    /// use manybase_driver::{Access, Statement};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let made = db
    ///     .transaction(async |tx| {
    ///         let mut lease = tx.lease(Route::default(), Access::Write).await?;
    ///         lease.execute(Statement::write("CREATE TABLE t (a INTEGER)", vec![]).once()).await?;
    ///         Ok(lease.execute(Statement::write("INSERT INTO t VALUES (1)", vec![])).await?.affected)
    ///     })
    ///     .await?;
    /// assert_eq!(made, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the closure and of [`Transaction::commit`].
    pub fn transaction<'a, R, F>(&'a self, work: F) -> BoxFuture<'a, Result<R>>
    where
        F: for<'t> AsyncFunc<&'t Transaction, Result<R>> + Send + 'a,
        for<'t> <F as AsyncFunc<&'t Transaction, Result<R>>>::Fut: Send,
        R: Send + 'a,
    {
        Box::pin(run(self.new_transaction(), work, None))
    }

    /// A transaction with settings, to be run with [`TransactionRunner::run`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// use manybase_db::{Db, TransactionSettings};
    /// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// db.transaction_with(TransactionSettings::new().retries(3)).run(async |_tx| Ok(())).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn transaction_with(&self, settings: TransactionSettings) -> TransactionRunner {
        TransactionRunner::new(self.clone(), None, settings)
    }

    /// A transaction that may work on these connections and no other. Who knows them before can say so: then each
    /// branch begins the way that fits, where otherwise a MySQL or MariaDB connection has to be ready for every
    /// other connection of this `Db`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// use manybase_db::{Access, Db, Executor, Route};
    /// let db = Db::builder()
    ///     .connect("erp", "sqlite::memory:")
    ///     .connect("crm", "sqlite::memory:")
    ///     .open()
    ///     .await?;
    /// let refused = db
    ///     .transaction_on(["erp"])
    ///     .run(async |tx| {
    ///         let crm = Route { using: Some("crm"), ..Route::default() };
    ///         tx.lease(crm, Access::Read).await.map(drop)
    ///     })
    ///     .await;
    /// assert!(refused.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn transaction_on<N: Into<Arc<str>>>(&self, names: impl IntoIterator<Item = N>) -> TransactionRunner {
        self.transaction_with(TransactionSettings::new())
            .only(names.into_iter().map(Into::into).collect())
    }

    /// A transaction to be committed by hand; dropped, it is rolled back.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let tx = db.begin().await?;
    /// tx.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// None at this point: nothing is sent before the first statement.
    pub async fn begin(&self) -> Result<Transaction> {
        Ok(self.new_transaction())
    }

    pub(crate) fn new_transaction(&self) -> Transaction {
        Transaction::new(self.clone(), None, None, TransactionSettings::new())
    }
}

impl Scoped {
    /// As [`Db::transaction`], for models without a connection of their own on this view's connection.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// db.using("main").transaction(async |_tx| Ok(())).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Db::transaction`].
    pub fn transaction<'a, R, F>(&'a self, work: F) -> BoxFuture<'a, Result<R>>
    where
        F: for<'t> AsyncFunc<&'t Transaction, Result<R>> + Send + 'a,
        for<'t> <F as AsyncFunc<&'t Transaction, Result<R>>>::Fut: Send,
        R: Send + 'a,
    {
        Box::pin(run(self.new_transaction(), work, None))
    }

    /// As [`Db::transaction_with`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::TransactionSettings;
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// db.using("main").transaction_with(TransactionSettings::new()).run(async |_tx| Ok(())).await
    /// # }
    /// ```
    pub fn transaction_with(&self, settings: TransactionSettings) -> TransactionRunner {
        TransactionRunner::new(self.db().clone(), Some(self.name().clone()), settings)
    }

    /// As [`Db::begin`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// db.using("main").begin().await?.commit().await
    /// # }
    /// ```
    ///
    /// # Errors
    /// None at this point.
    pub async fn begin(&self) -> Result<Transaction> {
        Ok(self.new_transaction())
    }

    pub(crate) fn new_transaction(&self) -> Transaction {
        Transaction::new(
            self.db().clone(),
            Some(self.name().clone()),
            None,
            TransactionSettings::new(),
        )
    }
}
