//! From SQLite's errors to the library's. SQLite's messages name tables and columns and never a bound value.

use crate::watch::Reason;
use manybase_driver::{Error, ErrorKind, NativeCode};
use rusqlite::ffi;
use std::fmt::Display;

/// An error of a statement. `reason` says who stopped it, if it was stopped.
pub(crate) fn failed(error: rusqlite::Error, reason: Option<Reason>, place: &dyn Display) -> Error {
    let (code, message) = match error {
        rusqlite::Error::SqliteFailure(error, message) => (error.extended_code, message),
        rusqlite::Error::SqlInputError { error, msg, .. } => (error.extended_code, Some(msg)),
        rusqlite::Error::MultipleStatement => {
            return Error::new(ErrorKind::Statement, "the text holds more than one statement")
                .with_help("send them one by one, as a batch, or use `script`");
        }
        other => return Error::driver(other.to_string()),
    };
    let message = message.unwrap_or_else(|| ffi::code_to_str(code).to_owned());
    let mut error = match (code & 0xff, reason) {
        (ffi::SQLITE_INTERRUPT | ffi::SQLITE_BUSY, Some(reason)) => stopped(reason),
        _ => database(code, message, place),
    };
    if error.code().is_none() {
        error = error.with_code(NativeCode::Number(code.into()));
    }
    error
}

/// An error of opening a file.
pub(crate) fn refused(error: rusqlite::Error, place: &dyn Display) -> Error {
    let error = failed(error, None, place);
    match error.kind() {
        ErrorKind::Database | ErrorKind::LockTimeout | ErrorKind::ReadOnly => {
            let mut refused = Error::new(ErrorKind::Connect, format!("{place}: {}", error.message()));
            if let Some(code) = error.code() {
                refused = refused.with_code(code.clone());
            }
            match error.help() {
                Some(help) => refused.with_help(help),
                None => refused,
            }
        }
        _ => error,
    }
}

pub(crate) fn stopped(reason: Reason) -> Error {
    match reason {
        Reason::Timeout(limit) => Error::new(ErrorKind::Timeout, format!("it took longer than {limit:.1?}"))
            .with_help("raise `statement_timeout` of this connection if the work needs longer"),
        Reason::Lock(limit) => Error::new(
            ErrorKind::LockTimeout,
            format!("the database was locked for more than {limit:.1?}"),
        )
        .with_help("shorten the other transaction, or raise `lock_timeout` of this connection"),
        Reason::Cancelled | Reason::NotOnTheSpot => {
            Error::new(ErrorKind::Cancelled, "the statement was cancelled")
        }
    }
}

/// A write where only reads are allowed.
pub(crate) fn read_only(transaction: bool) -> Error {
    let what = if transaction { "transaction" } else { "connection" };
    Error::new(
        ErrorKind::ReadOnly,
        format!("the statement would write, and this {what} only reads"),
    )
    .with_help("ask for write access, unless the database was opened with mode=ro or its file is protected")
}

fn database(code: i32, message: String, place: &dyn Display) -> Error {
    let constraint = message.split_once("constraint failed: ").map(|(_, name)| {
        let name = name.strip_prefix("index ").unwrap_or(name);
        name.trim_matches('\'').to_owned()
    });
    let kind = kind(code, &message);
    let mut error = match kind {
        ErrorKind::Connect if !message.contains(&place.to_string()) => {
            Error::new(kind, format!("{place}: {message}"))
        }
        _ => Error::new(kind, message),
    };
    let full_text = kind == ErrorKind::UnknownTable && error.to_string().contains("_full_text_");
    if full_text {
        error = error.with_help(
            "full-text search needs its index: call create_full_text_index once, with the same columns",
        );
    } else if let Some(help) = help(code) {
        error = error.with_help(help);
    }
    if let Some(constraint) = constraint {
        error = error.with_constraint(constraint);
    }
    error
}

fn kind(code: i32, message: &str) -> ErrorKind {
    match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            return ErrorKind::UniqueViolation;
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => return ErrorKind::NotNullViolation,
        ffi::SQLITE_CONSTRAINT_CHECK => return ErrorKind::CheckViolation,
        ffi::SQLITE_CONSTRAINT_DATATYPE => return ErrorKind::Value,
        ffi::SQLITE_BUSY_SNAPSHOT => return ErrorKind::Serialization,
        ffi::SQLITE_READONLY_DBMOVED => return ErrorKind::ConnectionLost,
        _ => {}
    }
    match code & 0xff {
        // RESTRICT reports itself as a trigger, so the message decides.
        ffi::SQLITE_CONSTRAINT if message.starts_with("FOREIGN KEY") => ErrorKind::ForeignKeyViolation,
        ffi::SQLITE_TOOBIG | ffi::SQLITE_MISMATCH | ffi::SQLITE_RANGE => ErrorKind::Value,
        ffi::SQLITE_READONLY => ErrorKind::ReadOnly,
        ffi::SQLITE_PERM | ffi::SQLITE_AUTH => ErrorKind::PermissionDenied,
        ffi::SQLITE_CANTOPEN | ffi::SQLITE_NOTADB => ErrorKind::Connect,
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => ErrorKind::LockTimeout,
        ffi::SQLITE_INTERRUPT => ErrorKind::Cancelled,
        ffi::SQLITE_MISUSE => ErrorKind::Driver,
        // The second is the code of the same errors when somebody changed the schema at that moment.
        ffi::SQLITE_ERROR | ffi::SQLITE_SCHEMA => by_message(message),
        _ => ErrorKind::Database,
    }
}

/// Most errors of a statement's text share one code.
fn by_message(message: &str) -> ErrorKind {
    let starts = |any: &[&str]| any.iter().any(|one| message.starts_with(one));
    let contains = |any: &[&str]| any.iter().any(|one| message.contains(one));
    if starts(&["no such table", "no such view"]) {
        ErrorKind::UnknownTable
    } else if starts(&["no such column"]) || contains(&["has no column named"]) {
        ErrorKind::UnknownColumn
    } else if starts(&["too many SQL variables"]) {
        ErrorKind::TooManyParameters
    } else if contains(&["syntax error", "unrecognized token", "incomplete input"]) {
        ErrorKind::Syntax
    } else if starts(&["MB_", "integer overflow", "malformed JSON", "datatype mismatch"]) {
        ErrorKind::Value
    } else if contains(&["a transaction", "no transaction is active", "no such savepoint"]) {
        ErrorKind::Transaction
    } else if starts(&[
        "no such function",
        "no such collation",
        "ambiguous column",
        "wrong number of",
    ]) || contains(&[
        "already exists",
        "misuse of",
        "values for",
        "do not have the same number",
    ]) {
        ErrorKind::Statement
    } else {
        ErrorKind::Database
    }
}

fn help(code: i32) -> Option<&'static str> {
    Some(match code & 0xff {
        ffi::SQLITE_CANTOPEN => "check that the path exists and that this user may open it",
        ffi::SQLITE_NOTADB => "name a SQLite file, or one that does not exist yet",
        ffi::SQLITE_FULL => "free some disk space, or raise `max_page_count`",
        ffi::SQLITE_CORRUPT => "restore a backup, or try `.recover` of the sqlite3 tool",
        ffi::SQLITE_IOERR => "check the disk and its free space",
        ffi::SQLITE_READONLY if code == ffi::SQLITE_READONLY_DBMOVED => {
            "the file was deleted or moved while it was open: connect again"
        }
        ffi::SQLITE_READONLY => {
            "open the database with mode=rwc, and check that this user may write the file"
        }
        ffi::SQLITE_BUSY if code == ffi::SQLITE_BUSY_SNAPSHOT => "run the transaction again",
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => {
            "shorten the other transaction, or raise `lock_timeout` of this connection"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: i32, message: &str) -> Error {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(message.into()));
        failed(error, None, &"/srv/a.db")
    }

    #[test]
    fn constraints_are_named() {
        let error = of(
            ffi::SQLITE_CONSTRAINT_UNIQUE,
            "UNIQUE constraint failed: t.a, t.b",
        );
        assert!(error.is_unique_violation());
        assert_eq!(error.constraint(), Some("t.a, t.b"));
        assert_eq!(error.code(), Some(&NativeCode::Number(2067)));
        let error = of(
            ffi::SQLITE_CONSTRAINT_UNIQUE,
            "UNIQUE constraint failed: index 'mail'",
        );
        assert_eq!(error.constraint(), Some("mail"));
        let error = of(ffi::SQLITE_CONSTRAINT_TRIGGER, "FOREIGN KEY constraint failed");
        assert!(error.is_foreign_key_violation());
    }

    #[test]
    fn what_can_be_run_again_says_so() {
        for code in [ffi::SQLITE_BUSY, ffi::SQLITE_BUSY_SNAPSHOT, ffi::SQLITE_LOCKED] {
            assert!(of(code, "database is locked").is_retryable());
        }
        assert_eq!(
            of(ffi::SQLITE_BUSY_SNAPSHOT, "x").kind(),
            ErrorKind::Serialization
        );
    }

    #[test]
    fn files_are_named() {
        let error = of(ffi::SQLITE_NOTADB, "file is not a database");
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(error.to_string().contains("/srv/a.db"), "{error}");
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_CORRUPT, ffi::SQLITE_IOERR] {
            let error = of(code, "x");
            assert_eq!(error.kind(), ErrorKind::Database);
            assert!(error.help().is_some());
        }
        assert!(of(ffi::SQLITE_READONLY_DBMOVED, "x").is_connection_lost());
    }
}
