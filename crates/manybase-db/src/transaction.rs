//! Transactions.

mod after;
mod branches;
mod enlist;
mod finish;
mod levels;
pub(crate) mod misuse;
mod nested;
mod prepared;
mod run;
mod runner;
mod settings;
mod shared;

pub use after::Outcome;
pub use prepared::PreparedTransaction;
pub use run::AsyncFunc;
pub use runner::TransactionRunner;
pub use settings::{Ack, TransactionSettings};

pub(crate) use run::run;

use crate::db::with_model;
use crate::{Db, Executor, Lease, Result, Route, Unit};
use finish::Ending;
use manybase_driver::{Access, BoxFuture, Dialect};
use shared::Shared;
use std::fmt;
use std::sync::Arc;

/// Several statements that take effect together or not at all.
///
/// It begins with the first statement. Dropped before [`Transaction::commit`], it is rolled back, wherever its
/// future is dropped. Several tasks may share it by reference; they wait for one another.
///
/// A statement that the database refuses fails the whole of it, on every database alike: further statements and
/// the commit are then [`crate::ErrorKind::Transaction`] errors. What may fail goes into a nested transaction,
/// [`Transaction::transaction`].
///
/// Each statement runs on the connection that its model belongs to, and the commit is **one for all of them**: all
/// or nothing, also when this process, a server or the network dies in the middle. A recovery finishes what is
/// left, from any process. At most one of the databases that are written may be one that can't prepare its part and
/// finish it later, such as SQLite; more are an [`crate::ErrorKind::Unsupported`] error at the second's first write.
/// Several SQLite files that keep a rollback journal count as one.
///
/// All or nothing is not at the same moment: a reader can see one database's part before the other's.
///
/// ```
/// use manybase_db::{Db, Executor, Route};
/// use manybase_driver::{Access, Statement};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let tx = db.begin().await?;
/// let mut lease = tx.lease(Route::default(), Access::Write).await?;
/// lease.execute(Statement::write("CREATE TABLE t (a INTEGER)", vec![]).once()).await?;
/// drop(lease);
/// tx.commit().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a transaction that is dropped is rolled back"]
pub struct Transaction {
    shared: Arc<Shared>,
    /// 0 for the transaction itself, more for nested ones.
    depth: usize,
    tag: u64,
}

impl Transaction {
    pub(crate) fn new(
        db: Db,
        scope: Option<Arc<str>>,
        only: Option<Arc<[Arc<str>]>>,
        settings: TransactionSettings,
    ) -> Self {
        let (shared, tag) = Shared::new(db, scope, only, settings);
        Self {
            shared: Arc::new(shared),
            depth: 0,
            tag,
        }
    }

    /// Makes the work last.
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
    /// [`crate::ErrorKind::Transaction`] when a statement has failed, after which it is rolled back;
    /// [`crate::ErrorKind::AfterCommit`] when it is committed and something in [`Transaction::at_end`] fails; those of the
    /// databases, after which it is rolled back too; [`crate::ErrorKind::OutcomeUnknown`] when the connection is lost
    /// just then and what came of it can't be found out, which over several databases is when the one with the
    /// decision can't be reached.
    pub async fn commit(self) -> Result<()> {
        self.finish(Ending::Commit).await
    }

    /// Does everything but the last step: what it has done is checked and kept safe on every database, and waits for
    /// [`PreparedTransaction::commit`] or [`PreparedTransaction::rollback`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let prepared = db.begin().await?.prepare().await?;
    /// prepared.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Transaction::commit`]. Everything is rolled back then.
    pub async fn prepare(self) -> Result<PreparedTransaction> {
        let prepared = self.shared.prepare().await?;
        Ok(PreparedTransaction::new(prepared, self.shared.told()))
    }

    /// Undoes the work, and waits until it is undone.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let tx = db.begin().await?;
    /// tx.rollback().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the database. The connection then does not go back to its pool as it is.
    pub async fn rollback(self) -> Result<()> {
        self.finish(Ending::Rollback).await
    }

    /// Runs a future that is known to be inside this transaction: in debug builds, using the outer [`Db`] there, on a
    /// connection that the transaction has begun, is an [`crate::ErrorKind::Transaction`] error, as it is inside of
    /// [`Db::transaction`]. For those who begin a transaction here and end it there, such as a web framework.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let tx = db.begin().await?;
    /// assert_eq!(tx.around(async { 42 }).await, 42);
    /// tx.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn around<T>(&self, work: impl Future<Output = T> + Send) -> T {
        misuse::inside(self, work).await
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn level(&self) -> (usize, u64) {
        (self.depth, self.tag)
    }

    async fn lease_here<'a>(&'a self, route: Route<'a>, access: Access) -> Result<Lease<'a>> {
        let work = self.shared.work(route, access, self.depth, self.tag).await;
        match work {
            Ok(lent) => Ok(Lease::of_transaction(
                lent.work,
                route.model,
                access,
                lent.attached,
            )),
            Err(error) => Err(with_model(error, route.model)),
        }
    }
}

impl Executor for Transaction {
    fn resolve(&self, route: Route<'_>) -> Result<Arc<str>> {
        self.shared.pick(route).map(|pool| pool.name().clone())
    }

    fn dialect(&self, route: Route<'_>) -> Result<&'static dyn Dialect> {
        let pool = self.shared.pick(route)?;
        let attached = self
            .shared
            .branches
            .get(pool.name())
            .and_then(|branch| branch.attached.clone());
        Ok(attached.map_or_else(|| pool.dialect(), |attached| attached.dialect))
    }

    fn lease<'a>(&'a self, route: Route<'a>, access: Access) -> BoxFuture<'a, Result<Lease<'a>>> {
        Box::pin(self.lease_here(route, access))
    }

    fn unit(&self) -> Unit<'_> {
        Unit::open(self)
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("connections", &self.shared.branches.names())
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}
