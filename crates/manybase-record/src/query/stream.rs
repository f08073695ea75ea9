//! Rows one by one, as fast as they are taken.

use super::Query;
use crate::rec::placed;
use crate::rows::Rows;
use crate::{ModelMeta, Sources};
use futures_core::Stream;
use manybase_db::Executor;
use manybase_driver::{BoxFuture, Columns, Dialect, Error, ErrorKind, Flow, Result, Row, Sink};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// Rows that wait to be taken, at most; as many again are with the one who takes them.
const ROOM: usize = 64;

/// A reader on another thread is woken for many rows at once, unless they come slowly.
const SLOW: Duration = Duration::from_millis(1);

impl<S: Sources, O: Send + 'static> Query<S, O> {
    /// Gives the rows one by one, as they are asked for: of a result of any size about a hundred rows are in memory. A
    /// reader that takes its time holds the database back.
    ///
    /// It is one statement, and a connection is in use until its end, until it is dropped or until
    /// [`RowStream::close`]; the statement timeout counts on servers from its first row to its last, the reader's work
    /// included. In a transaction the other statements wait for it meanwhile: read with [`Query::page`] where each row
    /// is to be written in the same transaction.
    ///
    /// A stream that is dropped half-way has its statement stopped, and its connection does not go to the next user
    /// before it is clean. In a transaction, [`RowStream::close`] it: a transaction whose stream is dropped half-way can
    /// only be rolled back, because a part of the answer is still on its way.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person::insert_many(["Ann", "Bob"].map(|name| Person { id: 0, name: name.into() }), &db).await?;
    /// let mut people = Person::query().order_by(|c| c.name.asc()).stream(&db);
    /// let mut names = Vec::new();
    /// while let Some(person) = people.next().await {
    ///     names.push(person?.name.clone());
    /// }
    /// assert_eq!(names, ["Ann", "Bob"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream<'a>(self, on: &'a dyn Executor) -> RowStream<'a, O> {
        let shared = Arc::new(Shared::default());
        let into = shared.clone();
        RowStream {
            taken: VecDeque::new(),
            shared,
            work: Some(Box::pin(async move { self.pour(on, into).await })),
            failed: None,
        }
    }

    async fn pour(&self, on: &dyn Executor, into: Arc<Shared<O>>) -> Result<()> {
        let meta = self.meta;
        if !self.includes.is_empty() {
            let error = no_includes(meta);
            return Err(placed(error, on, self.route()));
        }
        if self.hooked && on.runs_hooks() {
            let error = unheard(meta);
            return Err(placed(error, on, self.route()));
        }
        let rows = self.rows(on);
        let statement = |dialect: &'static dyn Dialect| {
            let mut statement = self.statement(dialect)?;
            // On the caller's thread nobody would take rows while they come.
            statement.bounded = false;
            Ok(statement)
        };
        let feed = Feed {
            rows,
            shared: into,
            woken: Instant::now(),
        };
        self.push(on, feed, &statement).await.map(drop)
    }
}

#[cold]
fn no_includes(meta: &ModelMeta) -> Error {
    let what = "a stream with include: relations are loaded for many records at once";
    Error::new(ErrorKind::Statement, what)
        .with_help("read page by page, which loads them: query.page(500).after(..)")
        .with_model(meta.name)
}

#[cold]
fn unheard(meta: &ModelMeta) -> Error {
    let what = "a stream of records that have hooks: it can't wait for them";
    Error::new(ErrorKind::Statement, what)
        .with_help(
            "read page by page, or run it on `without_hooks()` of the Db or transaction, or select columns",
        )
        .with_model(meta.name)
}

/// Rows of a query, one by one; [`Query::stream`] makes it. It is a [`Stream`], and has a `next` of its own for code
/// without the combinators of another crate.
///
/// ```
/// use manybase_record::{RowStream, prelude::*};
/// # #[derive(Model)] struct Person { #[model(key)] id: i64, name: String }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Person>(&db).await?;
/// # for id in 1..=5 { Person { id, name: "Ann".into() }.insert(&db).await?; }
/// let mut people: RowStream<'_, Rec<Person>> = Person::query().stream(&db);
/// let first = people.next().await.expect("there are five")?;
/// assert_eq!(first.name, "Ann");
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before the first row is asked for"]
pub struct RowStream<'a, O> {
    taken: VecDeque<O>,
    shared: Arc<Shared<O>>,
    /// Until the statement has come to its end.
    work: Option<BoxFuture<'a, Result<()>>>,
    failed: Option<Error>,
}

/// Nothing in it is pinned in place.
impl<O> Unpin for RowStream<'_, O> {}

impl<O: Send> RowStream<'_, O> {
    /// The next row; `None` behind the last, or behind an error.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # for id in 1..=5 { Person { id, name: "Ann".into() }.insert(&db).await?; }
    /// let mut people = Person::query().stream(&db);
    /// let mut sum = 0;
    /// while let Some(person) = people.next().await {
    ///     sum += person?.id;
    /// }
    /// assert_eq!(sum, 15);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next(&mut self) -> Option<Result<O>> {
        poll_fn(|task| Pin::new(&mut *self).poll_next(task)).await
    }

    /// Ends it before its last row, and leaves the connection clean: in a transaction the next statement may follow.
    ///
    /// # Errors
    /// Those of the database.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// # async fn example(tx: &manybase_db::Transaction) -> manybase_driver::Result<()> {
    /// let mut people = Person::query().stream(tx);
    /// let first = people.next().await;
    /// people.close().await?;
    /// let people = Person::query().count(tx).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn close(mut self) -> Result<()> {
        self.shared.close();
        match self.work.take() {
            Some(work) => work.await,
            None => self.failed.take().map_or(Ok(()), Err),
        }
    }
}

impl<O: Send> Stream for RowStream<'_, O> {
    type Item = Result<O>;

    fn poll_next(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<O>>> {
        let this = self.get_mut();
        loop {
            if let Some(row) = this.taken.pop_front() {
                return Poll::Ready(Some(Ok(row)));
            }
            if this.shared.take(&mut this.taken, task) {
                continue;
            }
            let Some(work) = &mut this.work else {
                return Poll::Ready(this.failed.take().map(Err));
            };
            match work.as_mut().poll(task) {
                Poll::Ready(result) => {
                    this.work = None;
                    this.failed = result.err();
                    this.shared.close();
                }
                // On a server's connection rows come while it is polled.
                Poll::Pending if this.shared.is_empty() => return Poll::Pending,
                Poll::Pending => {}
            }
        }
    }
}

impl<O> Drop for RowStream<'_, O> {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl<O> std::fmt::Debug for RowStream<'_, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowStream")
            .field("running", &self.work.is_some())
            .finish_non_exhaustive()
    }
}

/// Between the sink, which may be on a thread of the driver's, and the reader.
struct Shared<O>(Mutex<State<O>>);

struct State<O> {
    rows: VecDeque<O>,
    /// Nobody wants more.
    closed: bool,
    /// Waits for room.
    sink: Option<Waker>,
    /// Waits for rows.
    reader: Option<Waker>,
}

impl<O> Default for Shared<O> {
    fn default() -> Self {
        Self(Mutex::new(State {
            rows: VecDeque::new(),
            closed: false,
            sink: None,
            reader: None,
        }))
    }
}

impl<O> Shared<O> {
    /// Nothing is left half done between two of its fields.
    fn state(&self) -> MutexGuard<'_, State<O>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_empty(&self) -> bool {
        self.state().rows.is_empty()
    }

    fn close(&self) {
        let sink = {
            let mut state = self.state();
            state.closed = true;
            state.sink.take()
        };
        if let Some(sink) = sink {
            sink.wake();
        }
    }

    /// Takes all rows that are there; without any, the task is woken when there are some.
    fn take(&self, rows: &mut VecDeque<O>, task: &Context<'_>) -> bool {
        let mut state = self.state();
        if state.rows.is_empty() {
            state.reader = Some(task.waker().clone());
            return false;
        }
        std::mem::swap(&mut state.rows, rows);
        let sink = state.sink.take();
        drop(state);
        if let Some(sink) = sink {
            sink.wake();
        }
        true
    }
}

/// The sink of a stream.
struct Feed<O> {
    rows: Rows<O>,
    shared: Arc<Shared<O>>,
    /// When the reader was last told.
    woken: Instant,
}

impl<O: Send + 'static> Sink for Feed<O> {
    fn columns(&mut self, columns: &dyn Columns) -> Result<()> {
        self.rows.columns(columns)
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        let row = self.rows.decoded(row)?;
        let mut state = self.shared.state();
        if state.closed {
            return Ok(Flow::Stop);
        }
        state.rows.push_back(row);
        let full = state.rows.len() >= ROOM;
        if state.reader.is_some() && (state.rows.len() >= ROOM / 2 || self.woken.elapsed() > SLOW) {
            let reader = state.reader.take();
            drop(state);
            self.woken = Instant::now();
            if let Some(reader) = reader {
                reader.wake();
            }
        }
        Ok(if full { Flow::Pause } else { Flow::Continue })
    }

    fn poll_ready(&mut self, task: &mut Context<'_>) -> Poll<()> {
        let mut state = self.shared.state();
        if state.closed || state.rows.len() < ROOM {
            return Poll::Ready(());
        }
        state.sink = Some(task.waker().clone());
        Poll::Pending
    }
}
