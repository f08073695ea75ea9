//! Whether a decision is safe in this file.

use crate::config::Place;
use crate::core::Core;
use manybase_driver::{Obstacle, Readiness, Result};

impl Core {
    /// What stands in the way of being the home of a transaction that spans databases.
    pub(crate) fn home_readiness(&self) -> Result<Readiness> {
        if matches!(self.config.place, Place::Memory) {
            return Ok(Readiness::from_iter([Obstacle::hard(
                "it is in memory, and the decision dies with the process",
                "use a file",
            )]));
        }
        self.begin_statement()?;
        let _quiet = self.guard.quiet();
        let look = || -> rusqlite::Result<_> {
            let journal: String = self
                .raw
                .query_row("PRAGMA main.journal_mode", [], |row| row.get(0))?;
            let synchronous: i64 = self
                .raw
                .query_row("PRAGMA main.synchronous", [], |row| row.get(0))?;
            Ok((journal, synchronous, self.raw.is_readonly(rusqlite::MAIN_DB)?))
        };
        let (journal, synchronous, protected) = look().map_err(|error| self.fail(error))?;
        let journal = journal.to_ascii_lowercase();
        let mut obstacles = Vec::new();
        if matches!(&*journal, "off" | "memory") {
            obstacles.push(Obstacle::hard(
                format!("journal_mode is {journal}: a crash in a commit can't be repaired"),
                "set journal_mode=wal or journal_mode=delete",
            ));
        }
        if synchronous == 0 {
            obstacles.push(Obstacle::hard(
                "synchronous is off: a power loss can undo a decision, or break the file",
                "set synchronous=full",
            ));
        }
        if protected {
            obstacles.push(Obstacle::hard(
                "it is open for reading only",
                "open it with mode=rwc, and check that this user may write the file",
            ));
        }
        if synchronous == 1 && journal == "wal" {
            obstacles.push(Obstacle::soft(
                "synchronous is normal: with a write-ahead log a power loss can undo a decision",
                "set synchronous=full",
            ));
        }
        Ok(Readiness::from_iter(obstacles))
    }
}
