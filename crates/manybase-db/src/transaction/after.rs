//! What waits for the end of a transaction.

use super::Transaction;
use super::finish::Ending;
use super::shared::Shared;
use crate::db::EndWatch;
use crate::{AtEnd, Error, ErrorKind, Executor, Result};
use futures_util::FutureExt;
use manybase_driver::BoxFuture;
use std::any::Any;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a transaction has ended, or the nested one in which something was done.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// use manybase_db::{Db, Outcome};
/// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let tx = db.begin().await?;
/// tx.at_end(async |outcome, _db| {
///     assert_eq!(outcome, Outcome::RolledBack);
///     Ok(())
/// })?;
/// tx.rollback().await
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is kept, on every database.
    Committed,
    /// It is undone.
    RolledBack,
}

/// Outside of the transaction that is over, with its scope.
type Outside = Arc<dyn Executor>;
type Call = Box<dyn FnOnce(Outcome, Outside) -> BoxFuture<'static, Result<()>> + Send>;

struct Entry {
    /// The level in which it was said; the outer one's once that is kept.
    tag: u64,
    undone: bool,
    /// For who watches: the model or the closure's type, and what was done.
    what: &'static str,
    operation: Option<&'static str>,
    call: Call,
}

#[derive(Default)]
pub(super) struct Waiting(Mutex<Vec<Entry>>);

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// A nested transaction was kept: what waits in it waits for the outer one.
    pub(super) fn keep(&self, tag: u64, outer: u64) {
        for entry in self.lock().iter_mut().filter(|entry| entry.tag == tag) {
            entry.tag = outer;
        }
    }

    /// A nested transaction is over without having been kept.
    pub(super) fn undo(&self, tag: u64) {
        for entry in self.lock().iter_mut().filter(|entry| entry.tag == tag) {
            entry.undone = true;
        }
    }
}

impl Transaction {
    /// Runs something when the whole transaction has come to its end, outside of it: once it is committed on every
    /// database or rolled back. What is said in a nested transaction that is undone is told so, at the end of the
    /// outermost one. It gets a handle to work on databases with.
    ///
    /// It is run in the order in which it was said, in a task of its own: a caller who goes away does not stop it. When
    /// the transaction is dropped, it is run in the background. It is **not** run when the outcome is not known
    /// ([`ErrorKind::OutcomeUnknown`]) or the process dies: what must happen goes into the transaction, as a row.
    ///
    /// After a commit, an error or a panic in it comes back from the commit as [`ErrorKind::AfterCommit`], when all
    /// others have run. After a rollback it is only logged.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// use manybase_db::{Db, Outcome};
    /// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let (sender, mut letters) = tokio::sync::mpsc::unbounded_channel();
    /// db.transaction(async |tx| {
    ///     let sender = sender.clone();
    ///     tx.at_end(async move |outcome, _db| {
    ///         if outcome == Outcome::Committed {
    ///             sender.send("welcome").ok();
    ///         }
    ///         Ok(())
    ///     })
    /// })
    /// .await?;
    /// assert_eq!(letters.recv().await, Some("welcome"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Transaction`] when the transaction or the nested one is over.
    pub fn at_end<F, Fut>(&self, work: F) -> Result<()>
    where
        F: FnOnce(Outcome, Arc<dyn Executor>) -> Fut + Send + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        self.at_end_of(std::any::type_name::<F>(), None, work)
    }

    /// As [`Transaction::at_end`], for a hook of this model.
    ///
    /// # Errors
    /// As [`Transaction::at_end`].
    #[doc(hidden)]
    pub fn at_end_of<F, Fut>(
        &self,
        what: &'static str,
        operation: Option<&'static str>,
        work: F,
    ) -> Result<()>
    where
        F: FnOnce(Outcome, Arc<dyn Executor>) -> Fut + Send + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        self.shared.levels.place(self.depth, self.tag)?;
        self.shared.waiting.lock().push(Entry {
            tag: self.tag,
            undone: false,
            what,
            operation,
            call: Box::new(|outcome, outside| Box::pin(work(outcome, outside))),
        });
        Ok(())
    }

    /// Ends it, and tells what waits for that.
    pub(super) async fn finish(self, ending: Ending) -> Result<()> {
        if self.shared.waiting.is_empty() {
            return self.shared.finish(ending).await;
        }
        let shared = self.shared;
        // In a task of its own, so that a caller who goes away does not leave anybody untold.
        let told = tokio::spawn(async move {
            let result = shared.finish(ending).await;
            let told = shared.told();
            match (&result, ending) {
                (Err(error), Ending::Commit) if error.kind() == ErrorKind::OutcomeUnknown => {
                    told.drop_untold();
                    result
                }
                (Ok(()), Ending::Commit) => told.tell(Outcome::Committed).await,
                _ => {
                    told.tell(Outcome::RolledBack).await.ok();
                    result
                }
            }
        });
        told.await
            .unwrap_or_else(|error| Err(super::finish::cut_off(&error)))
    }
}

impl Shared {
    /// Takes out what waits.
    pub(super) fn told(&self) -> Told {
        let outside: Outside = match &self.scope {
            None => Arc::new(self.db.clone()),
            Some(scope) => Arc::new(self.db.using(scope.clone())),
        };
        Told {
            entries: std::mem::take(&mut *self.waiting.lock()),
            outside,
            watch: self.db.end_watch(),
        }
    }
}

/// Those who are told of an end. Dropped, they are told of a rollback.
pub(super) struct Told {
    entries: Vec<Entry>,
    outside: Outside,
    watch: EndWatch,
}

impl Told {
    pub(super) async fn tell(mut self, outcome: Outcome) -> Result<()> {
        run(
            std::mem::take(&mut self.entries),
            &self.outside,
            &self.watch,
            outcome,
        )
        .await
    }

    pub(super) fn drop_untold(mut self) {
        let untold = std::mem::take(&mut self.entries).len();
        tracing::warn!(target: "manybase::transaction", untold, "the outcome is not known, and so nobody is told of it");
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if self.entries.is_empty() {
            return;
        }
        let (entries, outside) = (std::mem::take(&mut self.entries), self.outside.clone());
        let watch = self.watch.take();
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                drop(runtime.spawn(async move { run(entries, &outside, &watch, Outcome::RolledBack).await }))
            }
            Err(_) => {
                let untold = entries.len();
                tracing::warn!(target: "manybase::transaction", untold, "dropped outside of a runtime, and so nobody is told");
            }
        }
    }
}

async fn run(entries: Vec<Entry>, outside: &Outside, watch: &EndWatch, outcome: Outcome) -> Result<()> {
    let mut failed = None;
    for entry in entries {
        let outcome = match entry.undone {
            true => Outcome::RolledBack,
            false => outcome,
        };
        let (what, operation) = (entry.what, entry.operation);
        let outside = outside.clone();
        let call = AssertUnwindSafe(async move { (entry.call)(outcome, outside).await });
        let result = call.catch_unwind().await.unwrap_or_else(|panic| {
            let text = format!("a panic: {}", text(&*panic));
            Err(Error::new(ErrorKind::AfterCommit, text))
        });
        if let Some(watch) = watch {
            let error = result.as_ref().err();
            watch(&AtEnd {
                what,
                operation,
                outcome,
                error,
            });
        }
        let Err(error) = result else { continue };
        tracing::warn!(target: "manybase::transaction", %error, ?outcome, "failed after the end of the transaction");
        if outcome == Outcome::Committed {
            failed.get_or_insert(error);
        }
    }
    match failed {
        None => Ok(()),
        Some(error) => Err(after_commit(error)),
    }
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

#[cold]
fn after_commit(error: Error) -> Error {
    let told = Error::new(
        ErrorKind::AfterCommit,
        format!("everything is committed; what was to happen after it failed: {error}"),
    )
    .with_help("do not run the transaction again: repeat only what was to happen after it");
    let told = match error.model() {
        Some(model) => told.with_model(model),
        None => told,
    };
    told.with_source(error)
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Waiting").field(&self.lock().len()).finish()
    }
}
