//! The write-ahead log, and moving it into the file.
//!
//! SQLite would do that in the middle of whichever commit finds the log long, and wait for the disk meanwhile. Commits
//! may run on the caller's thread, which must not wait. So it is done on the connection's own, between two jobs.

use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Pages after which SQLite would move the log by itself.
const PAGES: u32 = 1_000;

/// Whether a connection's log has grown long.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log(Arc<AtomicBool>);

impl Log {
    /// Watches the log, from so many pages on. 0 never moves it, as with SQLite's own setting.
    pub(crate) fn watch(&self, raw: &mut Connection, pages: Option<u32>) -> rusqlite::Result<()> {
        let full = self.0.clone();
        let limit = match pages.unwrap_or(PAGES) {
            0 => i32::MAX,
            pages => i32::try_from(pages).unwrap_or(i32::MAX),
        };
        raw.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            if pages >= limit {
                full.store(true, Ordering::Relaxed);
            }
            Ok(())
        }))
    }

    pub(crate) fn is_full(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// As much of it as no reader is still looking at. What fails is tried again after the next commit.
    pub(crate) fn move_into_file(&self, raw: &Connection) {
        self.0.store(false, Ordering::Relaxed);
        let moved = raw
            .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")
            .and_then(|mut checkpoint| checkpoint.query_row([], |_| Ok(())));
        if let Err(error) = moved {
            tracing::debug!(target: "manybase::sqlite", %error, "the write-ahead log stays as it is");
        }
    }
}
