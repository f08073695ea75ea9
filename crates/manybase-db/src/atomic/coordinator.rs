//! What a `Db` knows about transactions over several databases.

use super::gtrid::{Gtrid, random_id};
use super::resource::Resource;
use crate::recovery::Sightings;
use manybase_driver::Pool;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// How long a database is asked what it can do, when the answer would only be good to know.
const PATIENCE: Duration = Duration::from_secs(2);

/// One for each `Db`.
pub(crate) struct Coordinator {
    /// Made for the first transaction that needs it, because it asks the system for random bits.
    id: OnceLock<Arc<str>>,
    next: AtomicU64,
    /// Those under way here, which no recovery of this `Db` needs to look after.
    active: Mutex<BTreeSet<Arc<str>>>,
    resources: Mutex<HashMap<Arc<str>, Known>>,
    /// Whether a connection's database can prepare, for those that were asked nothing else.
    able: Mutex<HashMap<Arc<str>, bool>>,
    /// Held while somebody asks a connection's database for the first time.
    learning: Mutex<HashMap<Arc<str>, Arc<tokio::sync::Mutex<()>>>>,
    promised: Mutex<HashMap<Arc<str>, Arc<str>>>,
    /// The generation of the connections all of which are known to be able to prepare. There can be many of them, one
    /// for each tenant, and nobody wants to go through them with each transaction.
    all_able: AtomicU64,
    /// Wakes the recovery in the background.
    pub(crate) nudge: Arc<tokio::sync::Notify>,
    /// Since when the recovery has known what it has found.
    pub(crate) sightings: Sightings,
}

/// What is known of a connection's database. The pool tells whether the connection is still the same.
struct Known {
    pool: Pool,
    resource: Arc<Resource>,
}

impl Coordinator {
    pub(crate) fn new() -> Self {
        Self {
            id: OnceLock::new(),
            next: AtomicU64::new(1),
            active: Mutex::default(),
            resources: Mutex::default(),
            able: Mutex::default(),
            learning: Mutex::default(),
            promised: Mutex::default(),
            all_able: AtomicU64::new(0),
            nudge: Arc::default(),
            sightings: Sightings::default(),
        }
    }

    /// A new transaction, known as under way until the guard is dropped.
    pub(crate) fn begin(self: &Arc<Self>, home: &Arc<str>) -> Active {
        let gtrid = Gtrid::new(home, self.id.get_or_init(random_id), self.number());
        lock(&self.active).insert(gtrid.text().clone());
        Active {
            gtrid,
            coordinator: self.clone(),
        }
    }

    /// A number that this `Db` uses once.
    pub(crate) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether the transaction was begun here.
    pub(crate) fn is_own(&self, gtrid: &Gtrid) -> bool {
        let own = self.id.get().map(|id| &**id);
        own.is_some() && gtrid.coordinator() == own
    }

    pub(crate) fn is_active(&self, gtrid: &str) -> bool {
        lock(&self.active).contains(gtrid)
    }

    pub(crate) fn known(&self, pool: &Pool) -> Option<Arc<Resource>> {
        let resources = lock(&self.resources);
        let known = resources.get(pool.name())?;
        Arc::ptr_eq(known.pool.driver(), pool.driver()).then(|| known.resource.clone())
    }

    /// The id that a database gets from this `Db` if it has none: the same each time, because a transaction that
    /// has made the tables may be rolled back after the id has been put to use.
    pub(crate) fn promised(&self, pool: &Pool) -> Arc<str> {
        lock(&self.promised)
            .entry(pool.name().clone())
            .or_insert_with(random_id)
            .clone()
    }

    /// The lock of those who ask a connection's database for the first time.
    pub(crate) fn learning(&self, pool: &Pool) -> Arc<tokio::sync::Mutex<()>> {
        lock(&self.learning)
            .entry(pool.name().clone())
            .or_default()
            .clone()
    }

    pub(crate) fn learn(&self, pool: &Pool, resource: Arc<Resource>) {
        let known = Known {
            pool: pool.clone(),
            resource,
        };
        lock(&self.resources).insert(pool.name().clone(), known);
    }

    /// Whether a connection's database can prepare a branch. Asked once; one that does not answer is taken at its
    /// dialect's word.
    pub(crate) async fn can_prepare(&self, pool: &Pool) -> bool {
        if !pool.dialect().capability().two_phase_commit {
            return false;
        }
        if let Some(known) = self.known(pool) {
            return known.branch.is_ready();
        }
        if let Some(able) = lock(&self.able).get(pool.name()) {
            return *able;
        }
        let asked = tokio::time::timeout(PATIENCE, async { pool.acquire_aside().await?.readiness().await });
        let able = match asked.await {
            Ok(Ok(readiness)) => readiness.is_ready(),
            Ok(Err(_)) | Err(_) => true,
        };
        lock(&self.able).insert(pool.name().clone(), able);
        able
    }

    pub(crate) fn all_can_prepare(&self, generation: u64) -> bool {
        self.all_able.load(Ordering::Acquire) == generation
    }

    pub(crate) fn remember_all_can_prepare(&self, generation: u64) {
        self.all_able.store(generation, Ordering::Release);
    }

    /// Forgets a connection: what stands in the way there may have been removed.
    pub(crate) fn forget(&self, name: &str) {
        lock(&self.resources).remove(name);
        lock(&self.able).remove(name);
        lock(&self.promised).remove(name);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A transaction under way.
pub(crate) struct Active {
    gtrid: Gtrid,
    coordinator: Arc<Coordinator>,
}

impl Active {
    pub(crate) fn gtrid(&self) -> &Gtrid {
        &self.gtrid
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        lock(&self.coordinator.active).remove(self.gtrid.text());
    }
}
