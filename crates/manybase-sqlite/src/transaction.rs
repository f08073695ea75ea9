//! Transactions, and batches that are one.

use crate::core::Core;
use manybase_driver::{Done, Error, ErrorKind, Result, Statement, TransactionOptions};

/// A transaction that was begun through the driver.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open {
    pub(crate) read_only: bool,
}

fn misuse(message: &str) -> Error {
    Error::new(ErrorKind::Transaction, message)
}

impl Core {
    /// SQLite rolls a whole transaction back when a write is stopped, the disk is full or the file can't be read.
    /// What follows would then be outside any transaction, and last at once.
    pub(crate) fn still_open(&self) -> Result<()> {
        if self.open.is_some() && self.raw.is_autocommit() {
            return Err(
                misuse("SQLite has rolled the transaction back after an earlier error")
                    .with_help("roll it back here too, and run it again"),
            );
        }
        Ok(())
    }

    /// After each job: text such as `BEGIN` must not leave a transaction behind of which the pool does not know.
    pub(crate) fn settle<T>(&mut self, result: Result<T>) -> Result<T> {
        if self.open.is_some() || self.raw.is_autocommit() {
            return result;
        }
        self.undo()?;
        result.and(Err(misuse(
            "the text left a transaction open, which has been rolled back",
        )
        .with_help("use begin and commit of the session")))
    }

    /// Begins. All isolation levels are the same here: one writer at a time and a snapshot for each reader are
    /// serializable.
    pub(crate) fn begin(&mut self, options: TransactionOptions) -> Result<()> {
        if self.open.is_some() {
            return Err(misuse("a transaction is open already").with_help("use a savepoint"));
        }
        let read_only = self.reader || options.read_only;
        // A transaction that begins with a read and writes later fails at once, whatever the lock timeout, when
        // another one has written in between.
        self.control(if read_only {
            "BEGIN DEFERRED"
        } else {
            "BEGIN IMMEDIATE"
        })?;
        self.open = Some(Open {
            read_only: options.read_only,
        });
        Ok(())
    }

    pub(crate) fn commit(&mut self) -> Result<()> {
        if self.open.is_none() {
            return Err(misuse("there is no transaction to commit"));
        }
        self.still_open()?;
        self.control("COMMIT")?;
        self.open = None;
        Ok(())
    }

    /// Rolls back what is open, if anything is.
    pub(crate) fn undo(&mut self) -> Result<()> {
        self.open = None;
        if self.raw.is_autocommit() {
            return Ok(());
        }
        // Not through `control`: it must also run for a job that has been cancelled.
        let done = self
            .raw
            .prepare_cached("ROLLBACK")
            .and_then(|mut rollback| rollback.raw_execute());
        done.map(|_| ()).map_err(|error| self.fail(error))
    }

    pub(crate) fn savepoint(&mut self, verb: &str, depth: u32) -> Result<()> {
        if self.open.is_none() {
            return Err(misuse("savepoints are set inside a transaction"));
        }
        self.still_open()?;
        self.control(&format!("{verb} mb_{depth}"))
    }

    fn control(&self, sql: &str) -> Result<()> {
        self.begin_statement()?;
        let mut statement = self.raw.prepare_cached(sql).map_err(|error| self.fail(error))?;
        self.exhaust(&mut statement)
    }

    /// Runs statements in order, stops at the first that fails.
    pub(crate) fn batch(&mut self, statements: &[Statement], atomic: bool) -> Result<Vec<Done>> {
        let all = |core: &mut Self| {
            statements
                .iter()
                .map(|statement| core.execute(statement))
                .collect()
        };
        if !atomic || self.open.is_some() {
            return all(self);
        }
        self.begin(TransactionOptions::default())?;
        let result: Result<Vec<Done>> = all(self);
        let result = result.and_then(|done| self.commit().map(|()| done));
        if result.is_err() {
            // The first error says more than one about the rollback could.
            drop(self.undo());
        }
        result
    }

    /// Back to how it was after dialling.
    pub(crate) fn reset(&mut self) -> Result<()> {
        self.undo()?;
        self.detach_all()?;
        self.restore("foreign_keys", self.config.foreign_keys)?;
        self.restore("query_only", self.reader)
    }

    /// Setting it makes SQLite prepare all statements anew, so it looks first.
    fn restore(&self, name: &str, wanted: bool) -> Result<()> {
        let restore = || -> rusqlite::Result<()> {
            let now: bool = self
                .raw
                .prepare_cached(&format!("PRAGMA {name}"))?
                .query_row([], |row| row.get(0))?;
            match now == wanted {
                true => Ok(()),
                false => self
                    .raw
                    .execute_batch(&format!("PRAGMA {name} = {}", u8::from(wanted))),
            }
        };
        restore().map_err(|error| self.fail(error))
    }

    /// Whether it works at all, and on the file that has its name.
    pub(crate) fn ping(&self) -> Result<()> {
        self.control("SELECT 1")?;
        #[cfg(unix)]
        {
            let mut moved = 0;
            // In memory there is no file to ask about.
            let asked = self.raw.file_control(
                Some(rusqlite::MAIN_DB),
                rusqlite::FileControl::HasMoved(&mut moved),
            );
            if asked.is_ok() && moved != 0 {
                let message = format!("the file {} has been deleted or moved", self.config.place);
                return Err(Error::new(ErrorKind::ConnectionLost, message));
            }
        }
        Ok(())
    }
}
