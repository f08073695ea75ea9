//! Rows of a query in vectors, as they come.

use super::{Query, RowStream};
use crate::Sources;
use futures_core::Stream;
use manybase_db::Executor;
use manybase_driver::Result;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

impl<S: Sources, O: Send + 'static> Query<S, O> {
    /// Gives the rows in vectors of `rows`, the last of which may be shorter. Otherwise as [`Query::stream`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person::insert_many(["Ann", "Bob", "Cid"].map(|name| Person { id: 0, name: name.into() }), &db).await?;
    /// let mut people = Person::query().batch(2, &db);
    /// let mut sizes = Vec::new();
    /// while let Some(batch) = people.next().await {
    ///     sizes.push(batch?.len());
    /// }
    /// assert_eq!(sizes, [2, 1]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn batch<'a>(self, rows: usize, on: &'a dyn Executor) -> BatchStream<'a, O> {
        let size = rows.max(1);
        BatchStream {
            stream: self.stream(on),
            size,
            batch: Vec::new(),
        }
    }
}

/// Rows of a query in vectors; [`Query::batch`] makes it.
///
/// ```
/// use manybase_record::{BatchStream, prelude::*};
/// # #[derive(Model)] struct Person { #[model(key)] id: i64, name: String }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Person>(&db).await?;
/// # for id in 1..=5 { Person { id, name: "Ann".into() }.insert(&db).await?; }
/// let mut batches: BatchStream<'_, Rec<Person>> = Person::query().batch(3, &db);
/// let first = batches.next().await.expect("there are five people")?;
/// assert_eq!(first.len(), 3);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before the first batch is asked for"]
pub struct BatchStream<'a, O> {
    stream: RowStream<'a, O>,
    size: usize,
    batch: Vec<O>,
}

impl<O> Unpin for BatchStream<'_, O> {}

impl<O: Send> BatchStream<'_, O> {
    /// The next vector; `None` behind the last, or behind an error.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # for id in 1..=5 { Person { id, name: "Ann".into() }.insert(&db).await?; }
    /// let mut batches = Person::query().batch(3, &db);
    /// let mut sizes = Vec::new();
    /// while let Some(batch) = batches.next().await {
    ///     sizes.push(batch?.len());
    /// }
    /// assert_eq!(sizes, [3, 2]);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next(&mut self) -> Option<Result<Vec<O>>> {
        poll_fn(|task| Pin::new(&mut *self).poll_next(task)).await
    }

    /// As [`RowStream::close`].
    ///
    /// # Errors
    /// Those of the database.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # for id in 1..=5 { Person { id, name: "Ann".into() }.insert(&db).await?; }
    /// let mut batches = Person::query().batch(3, &db);
    /// assert!(batches.next().await.is_some());
    /// batches.close().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn close(self) -> Result<()> {
        self.stream.close().await
    }
}

impl<O: Send> Stream for BatchStream<'_, O> {
    type Item = Result<Vec<O>>;

    fn poll_next(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<Vec<O>>>> {
        let this = self.get_mut();
        loop {
            match Pin::new(&mut this.stream).poll_next(task) {
                Poll::Ready(Some(Ok(row))) => this.batch.push(row),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) if this.batch.is_empty() => return Poll::Ready(None),
                Poll::Ready(None) => break,
                Poll::Pending => return Poll::Pending,
            }
            if this.batch.len() == this.size {
                break;
            }
        }
        Poll::Ready(Some(Ok(std::mem::take(&mut this.batch))))
    }
}

impl<O> std::fmt::Debug for BatchStream<'_, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BatchStream")
            .field("rows", &self.size)
            .finish_non_exhaustive()
    }
}
