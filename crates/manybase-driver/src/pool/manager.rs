//! Makes connections, and judges those that come back.

use super::polite::{Census, Polite};
use super::tend::Tended;
use super::{PoolOptions, TestBeforeUse};
use crate::{Access, Driver, Error, Result};
use std::sync::{Arc, Mutex};
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
    /// Who looks after idle connections, once there has been one.
    pub(super) tended: Mutex<Option<Tended>>,
}

pub(super) struct Slot {
    pub(super) connection: Polite,
    /// It was left in the middle of something, and [`Connection::reset`] has yet to run.
    pub(super) dirty: bool,
    made: Instant,
    /// When somebody took it last.
    used: Instant,
}

impl Slot {
    /// How long ago somebody took it last.
    pub(super) fn used_before(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.used)
    }
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
            tended: Mutex::default(),
        }
    }
}

impl Manager {
    pub(super) async fn create(&self) -> Result<Slot> {
        let begun = Instant::now();
        let connection = Polite::new(self.driver.connect(self.access).await?, &self.census);
        let now = Instant::now();
        tracing::debug!(target: "manybase::pool", connection = &*self.name, took = ?now - begun, "connected");
        Ok(Slot {
            connection,
            dirty: false,
            made: now,
            used: now,
        })
    }

    /// Whether a connection can be used as it is. It counts as used then.
    pub(super) fn is_fit(&self, slot: &mut Slot, now: Instant) -> bool {
        let fit = !slot.dirty && !self.is_of_no_use(slot, now) && !self.wants_test(slot, now);
        if fit {
            slot.used = now;
        }
        fit
    }

    /// Brings a connection into order and tries it, as far as either is needed. False for one that is of no use any
    /// more.
    pub(super) async fn make_fit(&self, slot: &mut Slot) -> bool {
        let now = Instant::now();
        if self.is_of_no_use(slot, now) {
            return false;
        }
        let test = self.wants_test(slot, now);
        slot.used = now;
        if slot.dirty {
            if within(slot.connection.reset()).await.is_err() {
                return false;
            }
            slot.dirty = false;
        }
        !test || within(slot.connection.ping()).await.is_ok()
    }

    /// Closed by the server, or too old.
    pub(super) fn is_of_no_use(&self, slot: &Slot, now: Instant) -> bool {
        let old = |limit| now.saturating_duration_since(slot.made) > limit;
        slot.connection.is_closed() || self.max_lifetime.is_some_and(old)
    }

    fn wants_test(&self, slot: &Slot, now: Instant) -> bool {
        match self.test_before_use {
            TestBeforeUse::Always => true,
            TestBeforeUse::IdleFor(limit) => slot.used_before(now) >= limit,
            TestBeforeUse::Never => false,
        }
    }
}

/// Runs something that should take no time.
pub(super) async fn within(work: crate::BoxFuture<'_, Result<()>>) -> Result<()> {
    match tokio::time::timeout(SIGN_OF_LIFE, work).await {
        Ok(result) => result,
        Err(_) => Err(Error::new(crate::ErrorKind::Timeout, "no sign of life")),
    }
}
