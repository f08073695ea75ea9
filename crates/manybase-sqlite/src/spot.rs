//! What runs on the caller's thread: what is short.
//!
//! A hop to the connection's own thread and back takes longer than most statements by key. So a statement that is
//! likely to be short runs where the caller is. Should it turn out otherwise, it stops and starts again on the
//! connection's own thread, so that nobody's runtime is held up: when it would have to wait for a lock, after some ten
//! thousand steps of SQLite's machine, after some thousand cells.
//!
//! - **Reads** can stop at any point, as long as their sink can forget the rows that it has, or has none yet.
//! - **Writes** are taken on when the caller says that they are bounded. Outside of a transaction they can stop
//!   until the first row comes back: SQLite undoes them. Inside one it would undo the transaction, so they are
//!   taken on only if their text has been seen to be short, on the connection's own thread.
//! - **What waits for the disk** stays away: a commit in WAL mode with `synchronous` NORMAL does not wait, all others
//!   do. The log is moved into the file on the connection's own thread, see [`crate::log`].
//!
//! The caller can't be cancelled in between, because it does not wait.

use crate::core::Core;
use crate::error;
use crate::watch::Reason;
use manybase_driver::{Access, Error, Result, Sink, Statement};

/// A read that may start again elsewhere gives up after so many cells: they take less than a millisecond, as long as
/// turning them into a document for whoever asked. A thread apart would take half of that again, because all that is
/// made of the rows is made on one processor and used on another.
const CELLS: usize = 5_000;

impl Core {
    /// Whether a statement is worth a try, as far as that is known before it is prepared.
    pub(crate) fn fits_the_spot(&self, statement: &Statement) -> bool {
        match statement.access {
            Access::Read => !self.habits.is_long(&statement.sql),
            Access::Write => self.takes_write(statement),
        }
    }

    fn takes_write(&self, statement: &Statement) -> bool {
        statement.access == Access::Write
            && statement.bounded
            && match self.raw.is_autocommit() {
                true => self.commits_quickly && !self.habits.is_long(&statement.sql),
                false => self.habits.is_short(&statement.sql),
            }
    }

    /// A statement has been prepared: whether it goes on where it is, and how many cells it may have to start again
    /// elsewhere. `None` for one that can't start again once a row is there.
    pub(crate) fn cell_limit(
        &self,
        statement: &Statement,
        writes: bool,
        sink: &mut dyn Sink,
    ) -> Result<Option<usize>> {
        if !self.on_the_spot {
            return Ok(None);
        }
        if !writes {
            return Ok(sink.restart().then_some(CELLS));
        }
        if !self.takes_write(statement) {
            return Err(self.not_here());
        }
        if !self.raw.is_autocommit() {
            self.watch.stays();
        }
        Ok(None)
    }

    /// The first row goes into a sink that does not forget.
    pub(crate) fn stays(&self) {
        if self.on_the_spot {
            self.watch.stays();
        }
    }

    pub(crate) fn not_here(&self) -> Error {
        self.watch.give_up();
        error::stopped(Reason::NotOnTheSpot)
    }

    /// Takes note of how long a statement was, where that does not matter: on the connection's own thread.
    pub(crate) fn note(&mut self, statement: &Statement, cells: usize) {
        if !self.on_the_spot && statement.cache {
            let short = cells <= CELLS && self.watch.is_short();
            self.habits.note(&statement.sql, short);
        }
    }
}
