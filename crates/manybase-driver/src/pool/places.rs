//! The connections of one kind, and who may have one: a stack of idle ones, and as many permits as there may be
//! connections.
//!
//! Taking one that is fit for use waits for nothing and asks the clock once; everything else is for those who have to
//! wait anyway.

use super::manager::{Manager, Slot};
use super::tend;
use crate::{Error, Result};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, SemaphorePermit};

pub(super) struct Places {
    manager: Manager,
    permits: Semaphore,
    max: usize,
    /// So many are kept ready.
    min_idle: usize,
    stock: Mutex<Stock>,
    waiting: AtomicUsize,
    /// Connections are being made ready.
    making: AtomicBool,
}

#[derive(Default)]
struct Stock {
    /// The last one used is on top, so that those that are not needed grow old.
    // Boxed, because one moves with every use.
    #[allow(clippy::vec_box)]
    idle: Vec<Box<Slot>>,
    /// Open connections, those that somebody has included.
    open: usize,
    closed: bool,
}

/// A connection that somebody has. Dropped, it goes back.
pub(super) struct Taken {
    /// `None` only while it is being dropped.
    slot: Option<Box<Slot>>,
    places: Arc<Places>,
}

/// Why there is none.
pub(super) enum Refusal {
    Closed,
    /// All were in use for the whole time.
    Wait,
    Dial(Error),
}

/// What [`Places`] count.
pub(super) struct Count {
    pub(super) max: usize,
    pub(super) open: usize,
    pub(super) idle: usize,
    pub(super) waiting: usize,
}

impl Places {
    pub(super) fn new(manager: Manager, max: usize, min_idle: usize) -> Arc<Self> {
        let max = max.max(1);
        Arc::new(Self {
            manager,
            permits: Semaphore::new(max),
            max,
            min_idle,
            stock: Mutex::default(),
            waiting: AtomicUsize::new(0),
            making: AtomicBool::new(false),
        })
    }

    pub(super) fn manager(&self) -> &Manager {
        &self.manager
    }

    /// Nothing that runs under the lock can panic half way.
    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An idle connection that is fit for use as it is, if there is one and nobody waits.
    pub(super) fn take_now(self: &Arc<Self>) -> Option<Taken> {
        let permit = self.permits.try_acquire().ok()?;
        let mut slot = self.stock().idle.pop()?;
        if !self.manager.is_fit(&mut slot, Instant::now()) {
            // Whoever takes the time finds it there.
            self.give_back(slot);
            return None;
        }
        Some(self.taken(slot, permit))
    }

    /// A connection, dialled if need be.
    pub(super) async fn take(self: &Arc<Self>, patience: Duration) -> Result<Taken, Refusal> {
        let permit = self.wait(patience).await?;
        loop {
            let idle = self.stock().idle.pop();
            let Some(slot) = idle else { break };
            // What turns out to be of no use is closed.
            let mut slot = Unready::new(self, slot);
            if self.manager.make_fit(slot.get()).await {
                return Ok(self.taken(slot.ready(), permit));
            }
        }
        let slot = self.manager.create().await.map_err(Refusal::Dial)?;
        self.stock().open += 1;
        Ok(self.taken(Box::new(slot), permit))
    }

    async fn wait(&self, patience: Duration) -> Result<SemaphorePermit<'_>, Refusal> {
        if let Ok(permit) = self.permits.try_acquire() {
            return Ok(permit);
        }
        let _counted = Waiting::new(&self.waiting);
        match tokio::time::timeout(patience, self.permits.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Refusal::Closed),
            Err(_) => Err(Refusal::Wait),
        }
    }

    fn taken(self: &Arc<Self>, slot: Box<Slot>, permit: SemaphorePermit<'_>) -> Taken {
        permit.forget();
        Taken {
            slot: Some(slot),
            places: self.clone(),
        }
    }

    fn give_back(&self, slot: Box<Slot>) {
        let mut stock = self.stock();
        if stock.closed {
            stock.open -= 1;
            drop(stock);
            drop(slot);
        } else {
            stock.idle.push(slot);
        }
    }

    fn is_gone(&self) {
        self.stock().open -= 1;
    }

    /// How many are kept ready.
    pub(super) fn min_idle(&self) -> usize {
        self.min_idle
    }

    /// Closes idle connections that are of no use any more, and those that nobody has used for so long, but for as many
    /// as are kept ready.
    pub(super) fn close_unused(&self, limit: Option<Duration>) {
        let now = Instant::now();
        let mut stock = self.stock();
        let mut left = stock.idle.len();
        // The oldest are at the bottom.
        let unused = stock
            .idle
            .extract_if(.., |slot| {
                let unused = limit.is_some_and(|limit| slot.used_before(now) >= limit);
                let goes = self.manager.is_of_no_use(slot, now) || (unused && left > self.min_idle);
                left -= usize::from(goes);
                goes
            })
            .collect::<Vec<_>>();
        stock.open -= unused.len();
        drop(stock);
        drop(unused);
    }

    /// Dials in the background until there are as many idle ones as are kept ready, or as many open ones as there may be.
    pub(super) fn make_ready(self: &Arc<Self>) {
        if self.min_idle == 0 || self.is_closed() || self.making.swap(true, Ordering::Acquire) {
            return;
        }
        let making = Making(self.clone());
        tokio::spawn(async move {
            if let Err(error) = making.0.dial_ready().await {
                tracing::debug!(target: "manybase::pool", %error, "could not keep connections ready");
            }
        });
    }

    async fn dial_ready(&self) -> Result<()> {
        while !self.is_closed() {
            // As if for somebody: whoever dials holds one, so that there are never too many.
            let Ok(permit) = self.permits.try_acquire() else {
                break;
            };
            let idle = self.stock().idle.len();
            let taken = self.max.saturating_sub(self.permits.available_permits());
            if idle >= self.min_idle || idle + taken > self.max {
                break;
            }
            let slot = self.manager.create().await?;
            self.stock().open += 1;
            self.give_back(Box::new(slot));
            drop(permit);
        }
        Ok(())
    }

    /// Closes what is idle now and the rest when it comes back. Whoever waits is refused.
    pub(super) fn close(&self) {
        self.permits.close();
        tend::leave(self);
        let mut stock = self.stock();
        stock.closed = true;
        let idle = std::mem::take(&mut stock.idle);
        stock.open -= idle.len();
        drop(stock);
        drop(idle);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.permits.is_closed()
    }

    pub(super) fn count(&self) -> Count {
        let stock = self.stock();
        Count {
            max: if stock.closed { 0 } else { self.max },
            open: stock.open,
            idle: stock.idle.len(),
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }
}

impl Taken {
    const PRESENT: &str = "it is taken out only by value";

    pub(super) fn slot(&self) -> &Slot {
        self.slot.as_ref().expect(Self::PRESENT)
    }

    pub(super) fn slot_mut(&mut self) -> &mut Slot {
        self.slot.as_mut().expect(Self::PRESENT)
    }

    /// Takes the connection out for good: another one may be dialled in its place.
    pub(super) fn into_slot(mut self) -> Box<Slot> {
        let slot = self.slot.take().expect(Self::PRESENT);
        self.places.is_gone();
        slot
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.places.give_back(slot);
        }
        self.places.permits.add_permits(1);
    }
}

/// A connection that may turn out to be of no use, or whose taker goes away before that is known.
struct Unready<'p> {
    slot: Option<Box<Slot>>,
    places: &'p Places,
}

impl<'p> Unready<'p> {
    fn new(places: &'p Places, slot: Box<Slot>) -> Self {
        Self {
            slot: Some(slot),
            places,
        }
    }

    fn get(&mut self) -> &mut Slot {
        self.slot.as_mut().expect(Taken::PRESENT)
    }

    fn ready(mut self) -> Box<Slot> {
        self.slot.take().expect(Taken::PRESENT)
    }
}

impl Drop for Unready<'_> {
    fn drop(&mut self) {
        if self.slot.take().is_some() {
            self.places.is_gone();
        }
    }
}

/// While connections are being made ready.
struct Making(Arc<Places>);

impl Drop for Making {
    fn drop(&mut self) {
        self.0.making.store(false, Ordering::Release);
    }
}

/// Counts somebody who waits.
struct Waiting<'p>(&'p AtomicUsize);

impl<'p> Waiting<'p> {
    fn new(count: &'p AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
