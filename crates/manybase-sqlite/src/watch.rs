//! Who may stop a statement: a dropped future, the clock, a lock that does not come free.
//!
//! Jobs are numbered as they are issued and run in that order. To cancel job *n* is to raise a mark to *n*; a job
//! stops when the mark reaches its own number. So a late cancel can only hit its own job, never the next.

use rusqlite::InterruptHandle;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many steps of SQLite's machine pass between two looks at the clock: some ten microseconds.
pub(crate) const STEPS: i32 = 1_000;

/// A statement that takes no more looks than this is short: it may run on the caller's thread.
pub(crate) const SHORT: u32 = 20;

/// Why a statement was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Cancelled,
    /// The statement's own time limit.
    Timeout(Duration),
    /// Another transaction held its lock for so long.
    Lock(Duration),
    /// It turned out to take long, or to have to wait, on the caller's thread: it starts again on the connection's own.
    NotOnTheSpot,
}

pub(crate) struct Watch {
    state: Mutex<State>,
    handle: InterruptHandle,
}

#[derive(Default)]
struct State {
    statement_timeout: Option<Duration>,
    lock_timeout: Duration,
    issued: u64,
    cancelled: u64,
    /// The running job; 0 for none.
    running: u64,
    deadline: Option<Instant>,
    lock_since: Option<Instant>,
    /// Looks that the statement has taken.
    looks: u32,
    /// It runs on the caller's thread and can still start again elsewhere.
    on_the_spot: bool,
    reason: Option<Reason>,
}

impl State {
    fn is_cancelled(&self) -> bool {
        self.running != 0 && self.running <= self.cancelled
    }

    /// Whether to stop, on grounds that hold wherever the statement is.
    fn over(&self) -> Option<Reason> {
        if self.is_cancelled() {
            return Some(Reason::Cancelled);
        }
        let late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        self.statement_timeout.filter(|_| late).map(Reason::Timeout)
    }
}

impl Watch {
    pub(crate) fn new(
        handle: InterruptHandle,
        statement_timeout: Option<Duration>,
        lock_timeout: Duration,
    ) -> Self {
        let state = State {
            statement_timeout,
            lock_timeout,
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            handle,
        }
    }

    /// Other time limits, from the next statement on.
    pub(crate) fn limit(&self, statement_timeout: Option<Duration>, lock_timeout: Duration) {
        let mut state = self.state();
        state.statement_timeout = statement_timeout;
        state.lock_timeout = lock_timeout;
    }

    /// No invariant spans two fields, so a panic elsewhere leaves nothing half done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a new job.
    pub(crate) fn issue(&self) -> u64 {
        let mut state = self.state();
        state.issued += 1;
        state.issued
    }

    /// A job begins; false when it has been cancelled already.
    pub(crate) fn start(&self, job: u64) -> bool {
        let mut state = self.state();
        state.running = job;
        state.on_the_spot = false;
        state.reason = None;
        state.deadline = None;
        let go = !state.is_cancelled();
        if !go {
            state.running = 0;
        }
        go
    }

    /// A job begins on the caller's thread. Nobody can cancel it, because whoever could is busy with it.
    pub(crate) fn start_on_the_spot(&self) {
        let mut state = self.state();
        state.issued += 1;
        state.running = state.issued;
        state.on_the_spot = true;
        state.reason = None;
        state.deadline = None;
    }

    /// A job is through. Whether it gave up, to start again on the connection's own thread.
    pub(crate) fn finish(&self) -> bool {
        let mut state = self.state();
        state.running = 0;
        state.reason == Some(Reason::NotOnTheSpot)
    }

    /// Stops a job, if it has not finished.
    pub(crate) fn cancel(&self, job: u64) {
        let mut state = self.state();
        state.cancelled = state.cancelled.max(job);
        if state.is_cancelled() {
            // Reaches the few long steps, such as COUNT(*), in which SQLite does not ask for progress. The lock
            // is held, so the job can't finish and make place for the next one in between.
            self.handle.interrupt();
        }
    }

    /// Stops whatever has been issued.
    pub(crate) fn cancel_all(&self) {
        let issued = self.state().issued;
        self.cancel(issued);
    }

    /// A statement of the running job begins, and its clock. False when the job has been cancelled.
    pub(crate) fn clock(&self) -> bool {
        let mut state = self.state();
        state.deadline = state
            .statement_timeout
            .and_then(|limit| Instant::now().checked_add(limit));
        state.looks = 0;
        state.reason = state.is_cancelled().then_some(Reason::Cancelled);
        state.reason.is_none()
    }

    /// From now on it is too late to start again elsewhere.
    pub(crate) fn stays(&self) {
        self.state().on_the_spot = false;
    }

    /// This is nothing for the caller's thread.
    pub(crate) fn give_up(&self) {
        self.state().reason = Some(Reason::NotOnTheSpot);
    }

    /// Whether the statement has been short so far.
    pub(crate) fn is_short(&self) -> bool {
        self.state().looks <= SHORT
    }

    /// Why the statement was stopped, if it was.
    pub(crate) fn reason(&self) -> Option<Reason> {
        self.state().reason
    }

    /// SQLite asks every [`STEPS`] steps whether to stop.
    pub(crate) fn progress(&self) -> bool {
        let mut state = self.state();
        let mut reason = state.over();
        state.looks = state.looks.saturating_add(1);
        if state.on_the_spot && state.looks > SHORT {
            reason = reason.or(Some(Reason::NotOnTheSpot));
        }
        state.reason = reason.or(state.reason);
        reason.is_some()
    }

    /// SQLite met a lock for the nth time and asks whether to try again.
    pub(crate) fn busy(&self, count: i32) -> bool {
        let mut state = self.state();
        let now = Instant::now();
        let since = match state.lock_since {
            Some(since) if count > 0 => since,
            _ => *state.lock_since.insert(now),
        };
        let waited = now.duration_since(since);
        let limit = state.lock_timeout;
        let reason = match state.over() {
            Some(reason) => Some(reason),
            None if state.on_the_spot => Some(Reason::NotOnTheSpot),
            None if waited >= limit => Some(Reason::Lock(limit)),
            None => None,
        };
        state.reason = reason.or(state.reason);
        drop(state);
        if reason.is_some() {
            return false;
        }
        std::thread::sleep(pause(count).min(limit.saturating_sub(waited)));
        true
    }
}

/// Short at first, because most locks are; never so long that a cancel would be felt.
fn pause(count: i32) -> Duration {
    const MICROS: [u64; 8] = [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];
    let step = usize::try_from(count).unwrap_or(0).min(MICROS.len() - 1);
    Duration::from_micros(MICROS[step])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(statement: Option<Duration>, lock: Duration) -> Watch {
        let raw = rusqlite::Connection::open_in_memory().unwrap();
        Watch::new(raw.get_interrupt_handle(), statement, lock)
    }

    #[test]
    fn a_late_cancel_does_not_reach_the_next_job() {
        let watch = watch(None, Duration::ZERO);
        let (first, second) = (watch.issue(), watch.issue());
        assert!(watch.start(first));
        watch.finish();
        watch.cancel(first);
        assert!(watch.start(second) && watch.clock() && !watch.progress());
        watch.cancel(second);
        assert!(watch.progress());
        assert_eq!(watch.reason(), Some(Reason::Cancelled));
        watch.finish();
        assert!(!watch.start(second), "it must not run once cancelled");
    }

    #[test]
    fn clocks_run_out() {
        let limit = Duration::from_millis(1);
        let locked = watch(None, limit);
        let job = locked.issue();
        assert!(locked.start(job) && locked.clock() && locked.busy(0));
        while locked.busy(1) {}
        assert_eq!(locked.reason(), Some(Reason::Lock(limit)));

        let slow = watch(Some(limit), Duration::from_secs(60));
        let job = slow.issue();
        assert!(slow.start(job) && slow.clock());
        std::thread::sleep(limit);
        assert!(slow.progress() && !slow.busy(0));
        assert_eq!(slow.reason(), Some(Reason::Timeout(limit)));
    }

    #[test]
    fn on_the_spot_nothing_waits() {
        let watch = watch(None, Duration::from_secs(60));
        watch.start_on_the_spot();
        assert!(watch.clock() && !watch.busy(0));
        assert_eq!(watch.reason(), Some(Reason::NotOnTheSpot));
        assert!((0..SHORT).all(|_| !watch.progress()) && watch.is_short());
        assert!(watch.progress() && !watch.is_short());
        watch.stays();
        assert!(!watch.progress() && watch.finish());
        watch.start_on_the_spot();
        assert!(!watch.finish());
    }
}
