//! A connection learns the functions of [`crate::functions`] when it needs them: most never do, and it takes a tenth as
//! long as opening a file.
//!
//! A statement that names one which is not there does not even begin, so it can be run again as if nothing had happened.
//! That holds for statements that read and write rows. All others may run statements of their own in the middle, such as
//! `VACUUM` and `ALTER TABLE`, and learn first.

use crate::core::Core;
use crate::functions;
use manybase_driver::Result;
use rusqlite::{Error, ffi};
use std::cell::Cell;

/// What is known of the functions.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    all: Cell<bool>,
    /// The last statement that failed lacked one.
    lacked: Cell<bool>,
}

impl Core {
    /// Before a statement of which only the beginning has been looked at.
    pub(crate) fn learn_for(&self, text: &str) -> Result<()> {
        match self.learnt.all.get() || is_of_rows(text) {
            true => Ok(()),
            false => self.learn(),
        }
    }

    pub(crate) fn learn(&self) -> Result<()> {
        if !self.learnt.all.replace(true) {
            functions::register(&self.raw).map_err(|error| self.fail(error))?;
        }
        Ok(())
    }

    /// Takes note of why a statement failed.
    pub(crate) fn note_lack(&self, error: &Error) {
        self.learnt.lacked.set(!self.learnt.all.get() && is_lack(error));
    }

    /// Whether a statement that failed is to run again, with what it lacked.
    pub(crate) fn learns_from_failure(&self) -> bool {
        self.learnt.lacked.take() && self.learn().is_ok()
    }
}

/// Of a function that does not exist. SQLite says so when it prepares a statement, which it also does by itself when the
/// schema has changed.
fn is_lack(error: &Error) -> bool {
    let (code, message) = match error {
        Error::SqliteFailure(error, Some(message)) => (error.extended_code, message),
        Error::SqlInputError { error, msg, .. } => (error.extended_code, msg),
        _ => return false,
    };
    code == ffi::SQLITE_ERROR
        && (message.contains("no such function") || message.contains("unknown function"))
}

/// Whether a text reads or writes rows, and does nothing else.
fn is_of_rows(text: &str) -> bool {
    [
        "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "REPLACE", "VALUES",
    ]
    .iter()
    .any(|verb| {
        text.get(..verb.len())
            .is_some_and(|first| first.eq_ignore_ascii_case(verb))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_and_writes_rows() {
        for text in [
            "select 1",
            "WITH a AS (SELECT 1) SELECT * FROM a",
            "Replace into t",
        ] {
            assert!(is_of_rows(text), "{text}");
        }
        for text in [
            "",
            "VACUUM",
            "CREATE INDEX i",
            "EXPLAIN SELECT 1",
            "PRAGMA x",
            "väl",
        ] {
            assert!(!is_of_rows(text), "{text}");
        }
    }

    #[test]
    fn what_says_that_a_function_is_not_there() {
        let raw = rusqlite::Connection::open_in_memory().unwrap();
        let fails = |sql: &str| raw.prepare(sql).unwrap_err();
        assert!(is_lack(&fails("SELECT MB_ADD(1, 2)")));
        assert!(!is_lack(&fails("SELECT a")));
        assert!(!is_lack(&fails("SELECT abs(1, 2)")));
        // As a trigger could say it.
        raw.execute_batch(
            "CREATE TABLE t (a); CREATE TRIGGER u BEFORE INSERT ON t
             BEGIN SELECT RAISE(FAIL, 'no such function: MB_ADD'); END",
        )
        .unwrap();
        assert!(!is_lack(
            &raw.execute("INSERT INTO t VALUES (1)", []).unwrap_err()
        ));
    }
}
