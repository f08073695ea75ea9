//! What is done for idle connections in the background: those that are idle for too long or too old are closed, and
//! as many as the options say are kept ready.
//!
//! One task does it for all pools of a runtime. A task for each would have to be started for each, and would outlive a
//! pool that is closed.

use super::PoolOptions;
use super::places::Places;
use std::collections::{BTreeMap, HashMap};
use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::runtime::{Handle, Id};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// The shortest and the longest time between two looks.
const BETWEEN: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(60));
/// The longest time where some are kept ready.
const READY: Duration = Duration::from_secs(1);

static KEEPERS: LazyLock<Mutex<HashMap<Id, Arc<Keeper>>>> = LazyLock::new(Mutex::default);

/// Who looks after the pools of a runtime.
#[derive(Default)]
struct Keeper {
    charges: Mutex<BTreeMap<u64, Charge>>,
    count: AtomicU64,
    /// Somebody is to be looked after earlier than all others.
    earlier: Notify,
    /// The runtime is gone, and its task with it.
    gone: AtomicBool,
}

/// Who is looked after.
struct Charge {
    places: Weak<Places>,
    idle: Option<Duration>,
    between: Duration,
    due: Instant,
}

/// Dropped, there is no more looking after.
pub(super) struct Tended {
    by: Arc<Keeper>,
    number: u64,
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins, with the first connection, and goes on as long as the pool lives and is not closed.
pub(super) fn tend(places: &Arc<Places>, options: &PoolOptions) {
    let mut tended = locked(&places.manager().tended);
    if tended.as_ref().is_some_and(Tended::goes_on) {
        return;
    }
    let min_idle = places.min_idle();
    let between = between(options.idle_timeout, options.max_lifetime, min_idle);
    let (Some(between), Ok(runtime)) = (between, Handle::try_current()) else {
        return;
    };
    let now = Instant::now();
    let charge = Charge {
        places: Arc::downgrade(places),
        idle: options.idle_timeout,
        between,
        due: if min_idle > 0 { now } else { now + between },
    };
    *tended = Some(keeper(&runtime).take_on(charge));
}

/// Ends it.
pub(super) fn leave(places: &Places) {
    drop(locked(&places.manager().tended).take());
}

/// `None` where there is nothing to do.
fn between(idle: Option<Duration>, lifetime: Option<Duration>, min_idle: usize) -> Option<Duration> {
    let quarters = [idle, lifetime].into_iter().flatten().map(|limit| limit / 4);
    let between = quarters.min().map(|quarter| quarter.clamp(BETWEEN.0, BETWEEN.1));
    match min_idle {
        0 => between,
        _ => Some(between.unwrap_or(READY).min(READY)),
    }
}

/// The runtime's, started if it has none.
fn keeper(runtime: &Handle) -> Arc<Keeper> {
    let id = runtime.id();
    let mut keepers = locked(&KEEPERS);
    if let Some(keeper) = keepers.get(&id) {
        return keeper.clone();
    }
    let keeper = Arc::<Keeper>::default();
    keepers.insert(id, keeper.clone());
    drop(keepers);
    let end = End(id, keeper.clone());
    drop(runtime.spawn(async move { end.1.keep().await }));
    keeper
}

/// The end of the task, which is that of its runtime.
struct End(Id, Arc<Keeper>);

impl Drop for End {
    fn drop(&mut self) {
        self.1.gone.store(true, Ordering::Release);
        let mut keepers = locked(&KEEPERS);
        if keepers
            .get(&self.0)
            .is_some_and(|keeper| Arc::ptr_eq(keeper, &self.1))
        {
            keepers.remove(&self.0);
        }
    }
}

impl Tended {
    fn goes_on(&self) -> bool {
        !self.by.gone.load(Ordering::Acquire)
    }
}

impl Drop for Tended {
    fn drop(&mut self) {
        locked(&self.by.charges).remove(&self.number);
    }
}

impl Keeper {
    fn take_on(self: Arc<Self>, charge: Charge) -> Tended {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let mut charges = locked(&self.charges);
        let earlier = charges.values().all(|other| charge.due < other.due);
        charges.insert(number, charge);
        drop(charges);
        if earlier {
            self.earlier.notify_one();
        }
        Tended { by: self, number }
    }

    async fn keep(&self) {
        loop {
            let due = locked(&self.charges).values().map(|charge| charge.due).min();
            let until = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                () = until => {}
                () = self.earlier.notified() => continue,
            }
            // Not under the lock: the last owner of a pool that goes here gives up its charge.
            for (places, idle) in self.due(Instant::now()) {
                places.close_unused(idle);
                places.make_ready();
            }
        }
    }

    /// Whom to look after now.
    fn due(&self, now: Instant) -> Vec<(Arc<Places>, Option<Duration>)> {
        let mut charges = locked(&self.charges);
        let due = charges.values_mut().filter(|charge| charge.due <= now);
        due.filter_map(|charge| {
            charge.due = now + charge.between;
            Some((charge.places.upgrade()?, charge.idle))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_as_often_as_it_must() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(between(None, None, 0), None);
        assert_eq!(between(None, None, 1), seconds(1));
        assert_eq!(between(seconds(600), seconds(8), 0), seconds(2));
        assert_eq!(between(seconds(600), seconds(1_800), 0), seconds(60));
        assert_eq!(between(seconds(600), None, 3), seconds(1));
        assert_eq!(between(Some(Duration::from_millis(1)), None, 0), Some(BETWEEN.0));
    }

    fn charge(due: Instant) -> Charge {
        Charge {
            places: Weak::new(),
            idle: None,
            between: Duration::from_secs(1),
            due,
        }
    }

    #[tokio::test]
    async fn one_for_a_runtime_and_nobody_stays_behind() {
        let mine = keeper(&Handle::current());
        assert!(Arc::ptr_eq(&mine, &keeper(&Handle::current())));
        let due = Instant::now() + Duration::from_secs(60);
        let tended = [due, due].map(|due| mine.clone().take_on(charge(due)));
        assert_eq!(locked(&mine.charges).len(), 2);
        drop(tended);
        assert!(locked(&mine.charges).is_empty());
    }

    #[test]
    fn another_runtime_begins_anew() {
        let runtime = || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
        };
        let first = runtime();
        let tended = {
            let _inside = first.enter();
            keeper(first.handle()).take_on(charge(Instant::now()))
        };
        assert!(tended.goes_on());
        drop(first);
        assert!(!tended.goes_on());
        let second = runtime();
        let _inside = second.enter();
        assert!(!Arc::ptr_eq(&tended.by, &keeper(second.handle())));
    }

    #[tokio::test]
    async fn whoever_is_due_earlier_wakes_it() {
        let mine = keeper(&Handle::current());
        let now = Instant::now();
        let _late = mine.clone().take_on(charge(now + Duration::from_secs(3_600)));
        tokio::time::sleep(Duration::from_millis(10)).await;
        let due = Instant::now() + Duration::from_millis(10);
        let early = mine.clone().take_on(charge(due));
        // It has been looked after once it is due again.
        while locked(&mine.charges)[&early.number].due == due {
            assert!(now.elapsed() < Duration::from_secs(60), "nobody looked");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
