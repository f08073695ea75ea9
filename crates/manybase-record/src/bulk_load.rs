//! Records by the thousand, on the road that each database has for that.

mod batch;
mod report;
mod run;

pub use report::{Loaded, Rejected};

use crate::{ColumnNames, Model, Upsert};
use futures_core::Stream;
use manybase_db::Executor;
use manybase_driver::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// What becomes of the rows that are in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Append,
    Upsert,
    Replace,
}

type Progress<'a> = Box<dyn FnMut(&Loaded) + Send + 'a>;

/// Records to load; [`Model::bulk_load`] and [`Model::bulk_load_all`] make it, and nothing is read or sent before
/// [`BulkLoad::exec`].
///
/// They go by `COPY` on PostgreSQL, by `LOAD DATA LOCAL` from memory on MySQL and MariaDB (by inserts of several rows
/// where the server does not allow it), and by one prepared statement on SQLite; what is loaded is the same as if it were
/// inserted. All of it takes effect together, unless [`BulkLoad::commit_each_batch`] is said. While one
/// batch of records is written, the stream is asked for the next; there are never more in memory.
///
/// Times of creation and change are set and keys are made as in every insert. Keys that the database gives are not
/// known afterwards.
///
/// The stream must not read from the transaction that the records go into: its connection is in use.
///
/// ```
/// use manybase_record::prelude::*;
///
/// #[derive(Model)]
/// struct Reading {
///     #[model(key)]
///     id: i64,
///     value: f64,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Reading>(&db).await?;
/// let readings = (0..25_000).map(|id| Reading { id, value: id as f64 / 10.0 });
/// let loaded = Reading::bulk_load_all(readings).exec(&db).await?;
/// assert_eq!(loaded.inserted, 25_000);
/// let newer = (24_000..26_000).map(|id| Reading { id, value: 0.5 });
/// let loaded = Reading::bulk_load_all(newer).upsert().exec(&db).await?;
/// assert_eq!((loaded.inserted, loaded.updated), (1_000, 1_000));
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before exec"]
pub struct BulkLoad<'a, M> {
    records: Pin<Box<dyn Stream<Item = Result<M>> + Send + 'a>>,
    mode: Mode,
    upsert: Upsert<M>,
    each_batch: bool,
    batch: Option<usize>,
    max_rejects: u64,
    progress: Option<Progress<'a>>,
    using: Option<Arc<str>>,
}

impl<'a, M: Model> BulkLoad<'a, M> {
    pub(crate) fn new(records: impl Stream<Item = Result<M>> + Send + 'a) -> Self {
        Self {
            records: Box::pin(records),
            mode: Mode::Append,
            upsert: Upsert::new(Vec::new()),
            each_batch: false,
            batch: None,
            max_rejects: 0,
            progress: None,
            using: None,
        }
    }

    pub(crate) fn of_all<I>(records: I) -> Self
    where
        I: IntoIterator<Item = M>,
        I::IntoIter: Send + 'a,
    {
        Self::new(All(records.into_iter()))
    }

    /// Updates rows that are there already, found by the model's key: all columns but the key and `created_at`. See
    /// [`Upsert`], which does the same for fewer records. Of several records with the same key the last one counts.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Price { #[model(key)] article: String, cents: i64 }
    /// # async fn example(db: &manybase_db::Db, list: Vec<Price>) -> manybase_driver::Result<()> {
    /// let loaded = Price::bulk_load_all(list).upsert().exec(db).await?;
    /// println!("{} new, {} changed", loaded.inserted, loaded.updated);
    /// # Ok(())
    /// # }
    /// ```
    pub fn upsert(mut self) -> Self {
        self.mode = Mode::Upsert;
        self
    }

    /// Finds rows that are there already by these columns, which together must be unique, and updates them.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Price { #[model(key, auto)] id: i64, article: String, land: String, cents: i64 }
    /// # async fn example(db: &manybase_db::Db, list: Vec<Price>) -> manybase_driver::Result<()> {
    /// Price::bulk_load_all(list).upsert_by(|c| (c.article, c.land)).exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upsert_by<C: ColumnNames>(mut self, columns: impl FnOnce(M::Columns) -> C) -> Self {
        self.upsert = self.upsert.by(columns);
        self.upsert()
    }

    /// Updates only these columns of rows that are there, besides the version and `updated_at`.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Price { #[model(key)] article: String, cents: i64, note: String }
    /// # async fn example(db: &manybase_db::Db, list: Vec<Price>) -> manybase_driver::Result<()> {
    /// Price::bulk_load_all(list).update(|c| c.cents).exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update<C: ColumnNames>(mut self, columns: impl FnOnce(M::Columns) -> C) -> Self {
        self.upsert = self.upsert.update(columns);
        self.upsert()
    }

    /// Leaves rows that are there as they are, and inserts the others.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Country { #[model(key)] code: String, name: String }
    /// # async fn example(db: &manybase_db::Db, list: Vec<Country>) -> manybase_driver::Result<()> {
    /// Country::bulk_load_all(list).or_ignore().exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn or_ignore(mut self) -> Self {
        self.upsert = self.upsert.or_ignore();
        self.upsert()
    }

    /// Deletes all rows that are in the table first, in the same transaction: readers see the old ones or the new ones.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Country { #[model(key)] code: String, name: String }
    /// # async fn example(db: &manybase_db::Db, list: Vec<Country>) -> manybase_driver::Result<()> {
    /// let loaded = Country::bulk_load_all(list).replace().exec(db).await?;
    /// println!("{} rows instead of {}", loaded.inserted, loaded.deleted);
    /// # Ok(())
    /// # }
    /// ```
    pub fn replace(mut self) -> Self {
        self.mode = Mode::Replace;
        self
    }

    /// Makes each batch last by itself, so that what is loaded stays when a later one fails; inside a transaction of the
    /// caller's, that decides. [`Loaded::read`] in the progress tells how far it has got.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Reading { #[model(key)] id: i64, value: f64 }
    /// # async fn example(db: &manybase_db::Db, list: Vec<Reading>) -> manybase_driver::Result<()> {
    /// Reading::bulk_load_all(list).upsert().commit_each_batch().exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn commit_each_batch(mut self) -> Self {
        self.each_batch = true;
        self
    }

    /// Records of one batch; unless said otherwise 10,000, and 1,000 in the first one. One with large values is sent earlier.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Reading { #[model(key)] id: i64, value: f64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Reading>(&db).await?;
    /// let readings = (1..=1_000).map(|id| Reading { id, value: 0.5 });
    /// let mut batches = 0;
    /// Reading::bulk_load_all(readings).batch_rows(400).on_progress(|_| batches += 1).exec(&db).await?;
    /// assert_eq!(batches, 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn batch_rows(mut self, rows: usize) -> Self {
        self.batch = Some(rows.max(1));
        self
    }

    /// Leaves up to so many records out that the database refuses: with a value that does not fit, or against a
    /// constraint. One more is an error. The first ones are told in [`Loaded::reasons`].
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Reading { #[model(key)] id: i64, value: f64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Reading>(&db).await?;
    /// let readings = [1, 2, 2, 3].map(|id| Reading { id, value: 0.5 });
    /// let loaded = Reading::bulk_load_all(readings).max_rejects(10).exec(&db).await?;
    /// assert_eq!((loaded.inserted, loaded.rejected, loaded.reasons[0].row), (3, 1, 3));
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_rejects(mut self, rows: u64) -> Self {
        self.max_rejects = rows;
        self
    }

    /// Is told after each batch how far it has got.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Reading { #[model(key)] id: i64, value: f64 }
    /// # async fn example(db: &manybase_db::Db, list: Vec<Reading>) -> manybase_driver::Result<()> {
    /// Reading::bulk_load_all(list).on_progress(|so_far| println!("{} records", so_far.read)).exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_progress(mut self, told: impl FnMut(&Loaded) + Send + 'a) -> Self {
        self.progress = Some(Box::new(told));
        self
    }

    /// Runs on this connection instead of the model's own.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Reading { #[model(key)] id: i64, value: f64 }
    /// # async fn example(db: &manybase_db::Db, list: Vec<Reading>) -> manybase_driver::Result<()> {
    /// Reading::bulk_load_all(list).using("archive").exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn using(mut self, connection: impl Into<Arc<str>>) -> Self {
        self.using = Some(connection.into());
        self
    }

    /// Loads the records. A load that is dropped half-way is undone, down to its last batch with
    /// [`BulkLoad::commit_each_batch`].
    ///
    /// # Errors
    /// The stream's; those of the database; that of the first record over [`BulkLoad::max_rejects`]; and
    /// [`ErrorKind::Statement`] for what makes no sense, as in [`Upsert::exec`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Reading { #[model(key)] id: i64, value: f64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Reading>(&db).await?;
    /// let readings = (1..=1_000).map(|id| Reading { id, value: 0.5 });
    /// let loaded = Reading::bulk_load_all(readings).exec(&db).await?;
    /// assert_eq!((loaded.read, loaded.inserted), (1_000, 1_000));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn exec(self, on: &dyn Executor) -> Result<Loaded> {
        crate::hooks::none_for::<M>("bulk_load", on)?;
        run::run(self, on).await
    }

    fn check(&self) -> Result<()> {
        let what = match (self.mode, self.each_batch) {
            (Mode::Replace, true) => "a load that replaces what is there, and commits each batch",
            _ => return Ok(()),
        };
        Err(Error::new(ErrorKind::Statement, what).with_help(
            "leave commit_each_batch() out: half of the new rows would be worse than the old ones",
        ))
    }
}

impl<M: Model> std::fmt::Debug for BulkLoad<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BulkLoad")
            .field("model", &M::meta().name)
            .field("mode", &self.mode)
            .field("using", &self.using)
            .finish_non_exhaustive()
    }
}

/// Records that are there already, as a stream.
struct All<I>(I);

/// The iterator is not pinned in place.
impl<I> Unpin for All<I> {}

impl<M, I: Iterator<Item = M>> Stream for All<I> {
    type Item = Result<M>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<M>>> {
        Poll::Ready(self.get_mut().0.next().map(Ok))
    }
}
