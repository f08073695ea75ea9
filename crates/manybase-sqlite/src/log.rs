//! The write-ahead log, and moving it into the file.
//!
//! SQLite would do that in the middle of whichever commit finds the log long, and wait for the disk meanwhile. Commits
//! may run on the caller's thread, which must not wait. So it is done on the connection's own, between two jobs, and
//! through another connection, so that writing goes on meanwhile.
//!
//! The log begins anew only when all of it is in the file at the moment of a write, which whoever writes without a pause
//! never lets happen. So from four times the length on, writes go to the connection's thread and wait there.

mod beside;

pub(crate) use beside::Beside;

use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Pages after which SQLite would move the log by itself.
const PAGES: u32 = 1_000;
/// So many times as long it is at most, but for what is written at once.
const LONGEST: u32 = 4;

const MOVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// How long a connection's log is, and how long it may get.
#[derive(Debug, Clone)]
pub(crate) struct Log(Arc<State>);

#[derive(Debug)]
struct State {
    /// Pages after which it is moved. `None` if never.
    limit: Option<u32>,
    /// Pages after the last commit.
    pages: AtomicU32,
    /// With so many it is due, and with so many nothing is written before it has been moved.
    full: AtomicU32,
    overfull: AtomicU32,
    due: AtomicBool,
    /// The thread has been told.
    told: AtomicBool,
}

impl Log {
    /// To be moved after so many pages; 0 never moves it, as with SQLite's own setting. `None` is SQLite's own number.
    pub(crate) fn new(pages: Option<u32>) -> Self {
        let log = Self(Arc::new(State {
            limit: Some(pages.unwrap_or(PAGES)).filter(|pages| *pages > 0),
            pages: AtomicU32::new(0),
            full: AtomicU32::new(0),
            overfull: AtomicU32::new(0),
            due: AtomicBool::new(false),
            told: AtomicBool::new(false),
        }));
        log.allow_after(0);
        log
    }

    /// Looks at the log after each commit of this connection.
    pub(crate) fn watch(&self, raw: &mut Connection) -> rusqlite::Result<()> {
        let log = self.clone();
        raw.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            log.note(u32::try_from(pages).unwrap_or(0));
            Ok(())
        }))
    }

    fn note(&self, pages: u32) {
        let state = &*self.0;
        if pages < state.pages.swap(pages, Ordering::Relaxed) {
            // It has begun anew.
            self.allow_after(0);
        }
        if pages >= state.full.load(Ordering::Relaxed) {
            // Once for each so many pages, also if it takes longer to move them than to write them.
            state.full.store(after(pages, state.limit), Ordering::Relaxed);
            state.due.store(true, Ordering::Release);
        }
    }

    /// What counts from now on is what comes behind so many pages.
    fn allow_after(&self, pages: u32) {
        let limit = self.0.limit;
        let longest = limit.map(|limit| limit.saturating_mul(LONGEST));
        self.0.full.store(after(pages, limit), Ordering::Relaxed);
        self.0.overfull.store(after(pages, longest), Ordering::Relaxed);
    }

    /// Whether somebody has to tell the connection's thread that there is something to do.
    pub(crate) fn is_to_tell(&self) -> bool {
        self.0.due.load(Ordering::Acquire) && !self.0.told.swap(true, Ordering::Relaxed)
    }

    /// Whether it is to be moved. Whoever asks does it.
    pub(crate) fn take_due(&self) -> bool {
        self.0.told.store(false, Ordering::Relaxed);
        self.0.due.swap(false, Ordering::AcqRel) || self.is_overfull()
    }

    /// Whether it has become too long for it to be moved while writing goes on.
    pub(crate) fn is_overfull(&self) -> bool {
        self.0.pages.load(Ordering::Relaxed) >= self.0.overfull.load(Ordering::Relaxed)
    }

    /// Moves it while nobody writes through the connection, so that it begins anew with the next write.
    pub(crate) fn move_into_file(&self, raw: &Connection) {
        if !raw.is_autocommit() {
            // Not in the middle of a transaction. It stays too long, so that this is tried again after the next job.
            return;
        }
        run(raw);
        // As much of it as no reader is still looking at: what one holds up is not tried again at each commit.
        self.allow_after(self.0.pages.load(Ordering::Relaxed));
    }
}

fn after(pages: u32, more: Option<u32>) -> u32 {
    more.map_or(u32::MAX, |more| pages.saturating_add(more))
}

/// What fails is tried again later.
fn run(raw: &Connection) {
    let moved = raw
        .prepare_cached(MOVE)
        .and_then(|mut checkpoint| checkpoint.query_row([], |_| Ok(())));
    if let Err(error) = moved {
        tracing::debug!(target: "manybase::sqlite", %error, "the write-ahead log stays as it is");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(log: &Log) -> (bool, bool) {
        (log.is_to_tell(), log.is_overfull())
    }

    #[test]
    fn told_once_for_each_so_many_pages() {
        let log = Log::new(Some(10));
        log.note(9);
        assert_eq!(asked(&log), (false, false));
        log.note(10);
        assert_eq!(asked(&log), (true, false));
        assert_eq!(asked(&log), (false, false));
        assert!(log.take_due() && !log.take_due());
        log.note(19);
        assert!(!log.take_due());
        log.note(25);
        assert!(log.take_due());
        log.note(40);
        assert!(log.is_overfull() && log.take_due() && log.take_due());
    }

    #[test]
    fn begins_anew() {
        let log = Log::new(Some(10));
        log.note(45);
        assert!(log.is_overfull());
        log.note(1);
        assert!(!log.is_overfull() && log.take_due() && !log.take_due());
        log.note(10);
        assert!(log.take_due());
    }

    #[test]
    fn a_reader_that_holds_it_up_costs_no_commit_its_time() {
        let raw = Connection::open_in_memory().unwrap();
        let log = Log::new(Some(10));
        log.note(45);
        log.move_into_file(&raw);
        log.note(46);
        assert!(!log.is_overfull());
        log.note(85);
        assert!(log.is_overfull());
        raw.execute_batch("BEGIN").unwrap();
        log.move_into_file(&raw);
        assert!(log.is_overfull(), "not in a transaction");
    }

    #[test]
    fn never() {
        let log = Log::new(Some(0));
        log.note(u32::MAX - 1);
        assert!(!log.take_due() && !log.is_overfull());
    }
}
