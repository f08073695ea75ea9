//! The part of a transaction on each connection. In this version there is at most one.

use crate::lease::Work;
use crate::{Error, ErrorKind, Result};
use manybase_driver::Pool;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// By connection name.
#[derive(Default)]
pub(super) struct Branches(Mutex<BTreeMap<Arc<str>, Arc<Branch>>>);

/// The part on one connection.
pub(super) struct Branch {
    pub(super) pool: Pool,
    /// `None` until the first statement, and after the end.
    pub(super) work: Arc<tokio::sync::Mutex<Option<Work>>>,
    begun: AtomicBool,
}

impl Branch {
    pub(super) fn set_begun(&self, begun: bool) {
        self.begun.store(begun, Ordering::Release);
    }
}

impl Branches {
    /// The branch of a connection, made if there is none.
    ///
    /// To run a statement on the connection that happens to be there would put it into the wrong database, so
    /// another connection is an error.
    pub(super) fn enter(&self, pool: Pool, model: Option<&'static str>) -> Result<Arc<Branch>> {
        let mut branches = self.lock();
        if let Some(branch) = branches.get(pool.name()) {
            return Ok(branch.clone());
        }
        if let Some(first) = branches.keys().next() {
            return Err(second(first, pool.name(), model));
        }
        let branch = Arc::new(Branch {
            pool,
            work: Arc::default(),
            begun: AtomicBool::new(false),
        });
        branches.insert(branch.pool.name().clone(), branch.clone());
        Ok(branch)
    }

    /// The pool that the transaction works on already. It may have left the registry since.
    pub(super) fn pool(&self, name: &str) -> Option<Pool> {
        self.lock().get(name).map(|branch| branch.pool.clone())
    }

    pub(super) fn all(&self) -> Vec<Arc<Branch>> {
        self.lock().values().cloned().collect()
    }

    pub(super) fn names(&self) -> Vec<Arc<str>> {
        self.lock().keys().cloned().collect()
    }

    /// Whether the transaction has begun on a connection.
    pub(super) fn has_begun(&self, name: &str) -> bool {
        self.lock()
            .get(name)
            .is_some_and(|branch| branch.begun.load(Ordering::Acquire))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Arc<Branch>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn second(first: &str, second: &Arc<str>, model: Option<&'static str>) -> Error {
    let what = match model {
        Some(model) => format!("model {model}"),
        None => "a statement".to_owned(),
    };
    Error::new(
        ErrorKind::Unsupported,
        format!(
            "the transaction works on connection {first:?}, and {what} goes to {second:?}: atomic commit over \
             several databases is not in this version"
        ),
    )
    .with_connection(second.clone())
    .with_help("use one transaction for each connection, or do the other part before or after this one")
}
