//! The part of a transaction on each connection.

use crate::atomic::Role;
use crate::lease::{Attached, Work};
use manybase_driver::{Error, Pool};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// By connection name. One is here from its beginning on.
#[derive(Default)]
pub(super) struct Branches(Mutex<BTreeMap<Arc<str>, Arc<Branch>>>);

/// The part on one connection.
pub(super) struct Branch {
    pub(super) pool: Pool,
    /// `None` after the end. An attached one shares that of its host.
    pub(super) work: Arc<tokio::sync::Mutex<Option<Work>>>,
    pub(super) role: Role,
    /// For a database that is attached to the session of another one.
    pub(super) attached: Option<Attached>,
    /// Why it can only be the home, where something else might have been expected.
    pub(super) reason: Option<Error>,
    open: AtomicBool,
    wrote: AtomicBool,
}

impl Branch {
    pub(super) fn new(pool: Pool, work: Work, role: Role, reason: Option<Error>) -> Self {
        Self {
            pool,
            work: Arc::new(tokio::sync::Mutex::new(Some(work))),
            role,
            attached: None,
            reason,
            open: AtomicBool::new(true),
            wrote: AtomicBool::new(false),
        }
    }

    /// A database that is attached to the host's session.
    pub(super) fn attached(pool: Pool, host: &Self, attached: Attached) -> Self {
        Self {
            pool,
            work: host.work.clone(),
            role: host.role.clone(),
            attached: Some(attached),
            reason: None,
            open: AtomicBool::new(true),
            wrote: AtomicBool::new(false),
        }
    }

    pub(super) fn close(&self) {
        self.open.store(false, Ordering::Release);
    }

    /// Whether a statement that writes was sent, to it or to what is attached to it.
    pub(super) fn wrote(&self) -> bool {
        self.wrote.load(Ordering::Acquire)
    }

    pub(super) fn set_wrote(&self) {
        self.wrote.store(true, Ordering::Release);
    }

    /// Whether both are on one session, and so end together.
    pub(super) fn is_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.work, &other.work)
    }
}

impl Branches {
    pub(super) fn get(&self, name: &str) -> Option<Arc<Branch>> {
        self.lock().get(name).cloned()
    }

    pub(super) fn insert(&self, branch: Branch) -> Arc<Branch> {
        let branch = Arc::new(branch);
        self.lock().insert(branch.pool.name().clone(), branch.clone());
        branch
    }

    /// The pool that the transaction works on already. It may have left the registry since.
    pub(super) fn pool(&self, name: &str) -> Option<Pool> {
        self.lock().get(name).map(|branch| branch.pool.clone())
    }

    pub(super) fn all(&self) -> Vec<Arc<Branch>> {
        self.lock().values().cloned().collect()
    }

    /// Those with a session of their own.
    pub(super) fn hosts(&self) -> Vec<Arc<Branch>> {
        let mut hosts = self.all();
        hosts.retain(|branch| branch.attached.is_none());
        hosts
    }

    /// Whether they are on more than one session.
    pub(super) fn span(&self) -> bool {
        let all = self.lock();
        all.len() > 1 && all.values().filter(|branch| branch.attached.is_none()).count() > 1
    }

    pub(super) fn names(&self) -> Vec<Arc<str>> {
        self.lock().keys().cloned().collect()
    }

    /// Whether the transaction is open on a connection.
    pub(super) fn has_begun(&self, name: &str) -> bool {
        self.lock()
            .get(name)
            .is_some_and(|branch| branch.open.load(Ordering::Acquire))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Arc<Branch>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
