//! What who makes a `Db` for tests adds to it: who is told of ends of transactions, and what to do about a connection
//! that is not there.

use super::{Db, DbBuilder};
use crate::Outcome;
use std::fmt;
use std::sync::Arc;

/// Something that waited for the end of a transaction, and what came of it. See [`DbBuilder::watch_ends`].
///
/// ```
/// fn line(end: &manybase_db::AtEnd<'_>) -> String {
///     format!("{} {:?} ({})", end.what, end.outcome, end.operation.unwrap_or("-"))
/// }
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AtEnd<'a> {
    /// The model whose hook it is, else the type of the closure that [`crate::Transaction::at_end`] was given.
    pub what: &'static str,
    /// For a model's hook, what was done with the record.
    pub operation: Option<&'static str>,
    /// How the transaction ended.
    pub outcome: Outcome,
    /// What went wrong in it.
    pub error: Option<&'a manybase_driver::Error>,
}

type Watch = dyn Fn(&AtEnd<'_>) + Send + Sync;

/// Who is told, if anybody.
pub(crate) type EndWatch = Option<Arc<Watch>>;

#[derive(Default, Clone)]
pub(crate) struct Observed {
    ends: EndWatch,
    missing: Option<Arc<str>>,
}

impl Observed {
    /// What to do about a connection that is not there.
    pub(super) fn missing(&self, name: &str, usual: String) -> String {
        match &self.missing {
            None => usual,
            Some(help) => format!("{usual}; {}", help.replace("{name}", name)),
        }
    }
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed")
            .field("ends", &self.ends.is_some())
            .field("missing", &self.missing)
            .finish()
    }
}

impl DbBuilder {
    /// Is told of everything that has run at the end of a transaction, such as the hooks `after_commit`, in order: for
    /// tests that want to know what would have happened.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// use std::sync::{Arc, atomic::{AtomicU32, Ordering}};
    /// let count = Arc::new(AtomicU32::new(0));
    /// let seen = count.clone();
    /// let db = manybase_db::Db::builder()
    ///     .connect("main", "sqlite::memory:")
    ///     .watch_ends(move |_end| { seen.fetch_add(1, Ordering::Relaxed); })
    ///     .build()?;
    /// db.transaction(async |tx| tx.at_end(async |_outcome, _db| Ok(()))).await?;
    /// assert_eq!(count.load(Ordering::Relaxed), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch_ends(mut self, watch: impl Fn(&AtEnd<'_>) + Send + Sync + 'static) -> Self {
        self.observed.ends = Some(Arc::new(watch));
        self
    }

    /// What the error about a connection that is not there says besides; `{name}` stands for the connection.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().when_missing("add {name} to the list").build()?;
    /// assert!(db.connection("hr").unwrap_err().to_string().ends_with("add hr to the list"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn when_missing(mut self, help: impl Into<Arc<str>>) -> Self {
        self.observed.missing = Some(help.into());
        self
    }
}

impl Db {
    /// Who is told of ends.
    pub(crate) fn end_watch(&self) -> EndWatch {
        self.read().observed.ends.clone()
    }
}
