//! Many rows at once.

use super::Lease;
use super::work::limited;
use crate::{Access, Result};
use manybase_driver::{BulkDone, BulkRows, RowSource};

impl Lease<'_> {
    /// Takes many rows at once, on the road that the database has for that. In a transaction, or a unit of this lease
    /// ([`Lease::begin_nested`]), all of them or none are there when that ends; alone it is a transaction of its own.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// use manybase_driver::{BulkRows, BulkTarget};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.script("CREATE TABLE t (a INTEGER, b TEXT)".to_owned()).await?;
    /// let target = BulkTarget {
    ///     table: "t".into(),
    ///     columns: vec!["a".into(), "b".into()],
    ///     on_conflict: None,
    ///     dialect: lease.dialect(),
    /// };
    /// let rows = BulkRows::new(target.into(), vec![1.into(), "one".into(), 2.into(), "two".into()])?;
    /// assert_eq!(lease.bulk_load(rows).await?.inserted, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Lease::batch`].
    pub async fn bulk_load(&mut self, rows: BulkRows) -> Result<BulkDone> {
        self.ready(Access::Write)?;
        let deadline = self.held.deadline();
        let result = limited(deadline, self.held.session_mut().bulk_load(rows)).await;
        self.end(result, true)
    }

    /// Takes some of the rows of a load, as [`Lease::bulk_load`] does, but what is wrong with them may be told only by the
    /// next call of this or by [`Lease::bulk_end`]. To be called in a transaction or a unit of this lease.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// use manybase_driver::{BulkRows, BulkTarget};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.script("CREATE TABLE t (a INTEGER)".to_owned()).await?;
    /// let target =
    ///     BulkTarget { table: "t".into(), columns: vec!["a".into()], on_conflict: None, dialect: lease.dialect() };
    /// let rows = BulkRows::new(target.into(), vec![1.into(), 2.into()])?;
    /// lease.begin_nested().await?;
    /// lease.bulk_feed(rows.part(0..1)).await?;
    /// lease.bulk_feed(rows.part(1..2)).await?;
    /// lease.bulk_end().await?;
    /// lease.commit_nested().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Lease::batch`].
    pub async fn bulk_feed(&mut self, rows: BulkRows) -> Result<BulkDone> {
        self.ready(Access::Write)?;
        let deadline = self.held.deadline();
        let result = limited(deadline, self.held.session_mut().bulk_feed(rows)).await;
        self.end(result, true)
    }

    /// The end of what [`Lease::bulk_feed`] has been given.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// // Where nothing has been given, there is nothing to end.
    /// lease.bulk_end().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Lease::batch`].
    pub async fn bulk_end(&mut self) -> Result<()> {
        self.ready(Access::Write)?;
        let deadline = self.held.deadline();
        let result = limited(deadline, self.held.session_mut().bulk_end()).await;
        self.end(result, true)
    }

    /// Takes many rows by the database's `INSERT`, which are made while it is busy with those before; else as
    /// [`Lease::bulk_load`], but those that were there already are not counted.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// use manybase_driver::{BulkRows, BulkTarget};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.script("CREATE TABLE t (a INTEGER)".to_owned()).await?;
    /// let target =
    ///     BulkTarget { table: "t".into(), columns: vec!["a".into()], on_conflict: None, dialect: lease.dialect() };
    /// let rows = BulkRows::new(target.into(), vec![1.into(), 2.into()])?;
    /// assert_eq!(lease.bulk_insert(Box::new(rows)).await?.inserted, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Lease::batch`], and those of the source.
    pub async fn bulk_insert(&mut self, source: Box<dyn RowSource>) -> Result<BulkDone> {
        self.ready(Access::Write)?;
        let deadline = self.held.deadline();
        let result = limited(deadline, self.held.session_mut().bulk_insert(source)).await;
        self.end(result, true)
    }
}
