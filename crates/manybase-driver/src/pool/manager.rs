//! What deadpool asks of us: make a connection, and judge one that comes back.

use super::polite::{Census, Polite};
use super::{PoolOptions, TestBeforeUse};
use crate::{Access, Driver, Error, Result};
use deadpool::managed::{self, Metrics, RecycleError, RecycleResult};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A ping or a reset that takes longer than this means that the connection is of no use.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

pub(super) struct Manager {
    name: Arc<str>,
    driver: Arc<dyn Driver>,
    access: Access,
    test_before_use: TestBeforeUse,
    max_lifetime: Option<Duration>,
    census: Arc<Census>,
    /// Somebody closes what is idle for too long.
    tended: AtomicBool,
}

pub(super) struct Slot {
    pub(super) connection: Polite,
    /// It was left in the middle of something, and [`Connection::reset`] has yet to run.
    pub(super) dirty: bool,
    used: Instant,
}

impl Manager {
    pub(super) fn new(
        name: Arc<str>,
        driver: Arc<dyn Driver>,
        access: Access,
        options: &PoolOptions,
        census: Arc<Census>,
    ) -> Self {
        Self {
            name,
            driver,
            access,
            test_before_use: options.test_before_use,
            max_lifetime: options.max_lifetime,
            census,
            tended: AtomicBool::new(false),
        }
    }
}

impl managed::Manager for Manager {
    type Type = Slot;
    type Error = Error;

    async fn create(&self) -> Result<Slot> {
        let begun = Instant::now();
        let connection = Polite::new(self.driver.connect(self.access).await?, &self.census);
        tracing::debug!(target: "manybase::pool", connection = &*self.name, took = ?begun.elapsed(), "connected");
        Ok(Slot {
            connection,
            dirty: false,
            used: Instant::now(),
        })
    }

    async fn recycle(&self, slot: &mut Slot, metrics: &Metrics) -> RecycleResult<Error> {
        let idle = std::mem::replace(&mut slot.used, Instant::now()).elapsed();
        if slot.connection.is_closed() {
            return Err(RecycleError::message("it is closed"));
        }
        if self
            .max_lifetime
            .is_some_and(|limit| metrics.created.elapsed() > limit)
        {
            return Err(RecycleError::message("it is too old"));
        }
        if slot.dirty {
            within(slot.connection.reset())
                .await
                .map_err(RecycleError::Backend)?;
            slot.dirty = false;
        }
        let test = match self.test_before_use {
            TestBeforeUse::Always => true,
            TestBeforeUse::IdleFor(limit) => idle >= limit,
            TestBeforeUse::Never => false,
        };
        if test {
            within(slot.connection.ping())
                .await
                .map_err(RecycleError::Backend)?;
        }
        Ok(())
    }
}

/// Runs something that should take no time.
pub(super) async fn within(work: crate::BoxFuture<'_, Result<()>>) -> Result<()> {
    match tokio::time::timeout(SIGN_OF_LIFE, work).await {
        Ok(result) => result,
        Err(_) => Err(Error::new(crate::ErrorKind::Timeout, "no sign of life")),
    }
}

/// Closes idle connections in the background, from the first connection on and as long as the pool lives.
pub(super) fn close_idle(pool: &managed::Pool<Manager>, limit: Option<Duration>) {
    let tended = &pool.manager().tended;
    if tended.load(Ordering::Relaxed) || tended.swap(true, Ordering::Relaxed) {
        return;
    }
    let (Some(limit), Ok(runtime)) = (limit, tokio::runtime::Handle::try_current()) else {
        return;
    };
    let weak = pool.weak();
    runtime.spawn(async move {
        loop {
            tokio::time::sleep((limit / 4).max(Duration::from_millis(50))).await;
            let Some(pool) = weak.upgrade() else { return };
            if pool.is_closed() {
                return;
            }
            pool.retain(|_, metrics| metrics.last_used() < limit);
        }
    });
}
