//! Locks of the rows that a query gives.

use super::Query;
use crate::Sources;
use manybase_driver::{Error, ErrorKind};
use manybase_sql::{Lock, LockStrength, LockWait};

impl<S: Sources, O> Query<S, O> {
    /// Locks the rows until the transaction ends: nobody else changes them or locks them meanwhile. It waits for those
    /// who have locked them before.
    ///
    /// It works inside a transaction only, else [`ErrorKind::Transaction`], because the lock would be gone at once.
    /// SQLite has no row locks ([`ErrorKind::Unsupported`]): a transaction that writes locks the whole database there,
    /// so begin it with a write.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Stock { #[model(key, auto)] id: i64, qty: i32 }
    /// # async fn example(db: &manybase_db::Db) -> manybase_driver::Result<()> {
    /// db.transaction(async |tx| {
    ///     let mut stock = Stock::find(7).for_update().one(tx).await?;
    ///     stock.qty -= 1;
    ///     stock.save(tx).await
    /// })
    /// .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn for_update(self) -> Self {
        self.locked(|lock| lock.strength = LockStrength::Update)
    }

    /// Locks the rows until the transaction ends, as [`Query::for_update`], but others may lock them so too: nobody
    /// changes them meanwhile.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Stock { #[model(key, auto)] id: i64, qty: i32 }
    /// let sql = Stock::find(7).for_share().to_sql(manybase_sql::dialect::postgres())?.sql;
    /// assert!(sql.ends_with("FOR SHARE"));
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn for_share(self) -> Self {
        self.locked(|lock| lock.strength = LockStrength::Share)
    }

    /// Leaves rows out that somebody else has locked, and locks the others, for update unless [`Query::for_share`] is
    /// said. So several workers take different rows from one queue.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Job { #[model(key, auto)] id: i64, done: bool }
    /// let next = Job::filter(|c| c.done.eq(false)).order_by(|c| c.id.asc()).limit(1).for_update().skip_locked();
    /// let sql = next.to_sql(manybase_sql::dialect::mysql())?.sql;
    /// assert!(sql.ends_with("LIMIT ? FOR UPDATE SKIP LOCKED"));
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn skip_locked(self) -> Self {
        self.locked(|lock| lock.wait = LockWait::SkipLocked)
    }

    /// Fails with [`ErrorKind::LockTimeout`] at once when somebody else has locked a row, instead of waiting, and locks
    /// them for update unless [`Query::for_share`] is said.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Stock { #[model(key, auto)] id: i64, qty: i32 }
    /// let sql = Stock::find(7).for_update().nowait().to_sql(manybase_sql::dialect::postgres())?.sql;
    /// assert!(sql.ends_with("FOR UPDATE NOWAIT"));
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn nowait(self) -> Self {
        self.locked(|lock| lock.wait = LockWait::NoWait)
    }

    fn locked(mut self, set: impl FnOnce(&mut Lock)) -> Self {
        set(self.select.lock.get_or_insert(Lock::new(LockStrength::Update)));
        self
    }
}

#[cold]
pub(super) fn outside_transaction() -> Error {
    let what = "a lock outside a transaction: it would be released at once";
    Error::new(ErrorKind::Transaction, what)
        .with_help("run the query on a transaction: db.transaction(async |tx| ..)")
}
