//! How far it is.

use std::fmt;
use std::sync::Arc;

/// What is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The database is copied.
    Copy,
    /// Tables are read, for row counts and checksums.
    Tables,
    /// Files are read, for their checksums.
    Files,
    /// The files become a database.
    Restore,
    /// The new database takes the place of the one that was there: told before, and in the middle.
    Swap,
}

/// How far it is.
///
/// ```
/// use manybase_driver::backup::{Progress, Step};
/// let progress = Progress { total: Some(4096), ..Progress::of(Step::Copy, 1024) };
/// assert_eq!(progress.table, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is going on.
    pub step: Step,
    /// With which table, or which file.
    pub table: Option<String>,
    /// So much is done: bytes, or for [`Step::Tables`] tables.
    pub done: u64,
    /// Of so much, where that is known.
    pub total: Option<u64>,
}

impl Progress {
    /// So much of a step is done.
    pub fn of(step: Step, done: u64) -> Self {
        Self {
            step,
            table: None,
            done,
            total: None,
        }
    }
}

type Told = dyn Fn(&Progress) + Send + Sync;

/// Who wants to know.
///
/// ```
/// use manybase_driver::backup::{Progress, Reporter, Step};
/// Reporter::default().tell(&Progress::of(Step::Copy, 1024)); // nobody
/// let reporter = Reporter::new(|progress| assert_eq!(progress.done, 7));
/// reporter.tell(&Progress::of(Step::Files, 7));
/// ```
#[derive(Clone, Default)]
pub struct Reporter(Option<Arc<Told>>);

impl Reporter {
    /// Somebody. It is called from any thread, and should be quick.
    pub fn new(told: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(told)))
    }

    /// Tells it.
    pub fn tell(&self, progress: &Progress) {
        if let Some(told) = &self.0 {
            told(progress);
        }
    }
}

impl fmt::Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reporter").finish_non_exhaustive()
    }
}
