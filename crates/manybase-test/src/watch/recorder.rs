//! What is written down of one `Db`.

use super::driver::WatchedDriver;
use crate::fixtures::Names;
use manybase_db::{AtEnd, Db, Outcome};
use manybase_driver::{BranchId, Driver, Error, ErrorKind, Result};
use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A hook, or what [`manybase_db::Transaction::at_end`] was given, that has run at the end of a transaction. From
/// [`captured_hooks`].
///
/// ```
/// # fn check(hook: &manybase_test::CapturedHook) {
/// assert_eq!(hook.what, "Order");
/// assert_eq!(hook.operation, Some("insert"));
/// assert!(hook.error.is_none());
/// # }
/// ```
///
/// [`captured_hooks`]: crate::captured_hooks
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CapturedHook {
    /// The model, or the type of the closure.
    pub what: &'static str,
    /// For a model's hook, what was done with the record: `insert`, `update`, …
    pub operation: Option<&'static str>,
    /// How its transaction ended.
    pub outcome: Outcome,
    /// What went wrong in it.
    pub error: Option<String>,
}

/// A statement, and the driver that it went to.
pub(crate) type Seen = (usize, Arc<str>);

#[derive(Default)]
pub(crate) struct Recorder {
    /// How many count at the moment: what nobody counts is not written down.
    counting: AtomicUsize,
    statements: Mutex<Vec<Seen>>,
    hooks: Mutex<Vec<CapturedHook>>,
    /// The rows of the fixtures.
    pub(crate) names: Mutex<Names>,
    prepared: Mutex<Vec<(Arc<dyn Driver>, BranchId)>>,
}

impl Recorder {
    pub(super) fn saw(&self, driver: usize, text: &Arc<str>) {
        if self.counting.load(Ordering::Acquire) > 0 {
            lock(&self.statements).push((driver, text.clone()));
        }
    }

    pub(super) fn ended(&self, end: &AtEnd<'_>) {
        lock(&self.hooks).push(CapturedHook {
            what: end.what,
            operation: end.operation,
            outcome: end.outcome,
            error: end.error.map(ToString::to_string),
        });
    }

    pub(super) fn prepares(&self, driver: &Arc<dyn Driver>, id: &BranchId) {
        lock(&self.prepared).push((driver.clone(), id.clone()));
    }

    /// The branches that were prepared, finished or not.
    pub(crate) fn take_prepared(&self) -> Vec<(Arc<dyn Driver>, BranchId)> {
        std::mem::take(&mut lock(&self.prepared))
    }

    pub(crate) fn hooks(&self) -> Vec<CapturedHook> {
        lock(&self.hooks).clone()
    }

    /// Begins to count; what is seen from now on is behind this number.
    pub(crate) fn begin(&self) -> usize {
        let statements = lock(&self.statements);
        self.counting.fetch_add(1, Ordering::AcqRel);
        statements.len()
    }

    /// Ends what [`Recorder::begin`] began.
    pub(crate) fn end(&self, from: usize) -> Vec<Seen> {
        let mut statements = lock(&self.statements);
        let seen = statements.get(from..).unwrap_or_default().to_vec();
        if self.counting.fetch_sub(1, Ordering::AcqRel) == 1 {
            statements.clear();
        }
        seen
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The names of connections by driver.
pub(crate) type Connections = HashMap<usize, Arc<str>>;

/// The recorder of a `Db`, and the names of its connections.
pub(crate) fn recorder(db: &Db) -> Result<(Arc<Recorder>, Connections)> {
    let mut found = None;
    let mut names = HashMap::new();
    for name in db.connections() {
        let handle = db.connection(&name)?;
        let driver: &dyn Any = &**handle.driver();
        if let Some(driver) = driver.downcast_ref::<WatchedDriver>() {
            names.insert(driver.id(), name);
            found.get_or_insert_with(|| driver.recorder().clone());
        }
    }
    match found {
        Some(recorder) => Ok((recorder, names)),
        None => Err(
            Error::new(ErrorKind::Config, "nobody watches what is sent by this Db").with_help(
                "take the one that #[manybase::test] gives, or make it with `testing::watched(Db::builder()…)`",
            ),
        ),
    }
}
