//! Other files on the same connection, so that one transaction commits all of them or none.
//!
//! SQLite does that through a super-journal beside the main file, which names the journals of all files; its
//! deletion is the commit. **In WAL mode it does not**: each file is committed by itself, and of 198 processes that
//! were killed during a commit of three such files, 14 left one without the others. With rollback journals none of
//! 678 did. Hence only `DELETE`, `TRUNCATE` and `PERSIST`.
//!
//! After a crash, whoever opens one of the files next finds its journal, and in it the path of the super-journal. So
//! every process has to see the files under the same absolute paths, and nobody may tidy away files with `-mj` in
//! their names.

use crate::config::{Config, Place};
use crate::core::Core;
use crate::guard::{MAIN, TEMP};
use crate::open::look;
use manybase_driver::{Error, ErrorKind, Result, fault};
use rusqlite::limits::Limit;
use rusqlite::types::FromSql;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that is attached.
pub(crate) struct Attached {
    pub(crate) schema: String,
    config: Arc<Config>,
}

const ROLLBACK_JOURNALS: &str = "set journal_mode=delete in the addresses of both connections";

fn unsupported(what: String, help: &str) -> Error {
    Error::new(ErrorKind::Unsupported, what).with_help(help)
}

pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Core {
    /// Attaches a file, and in a transaction that writes takes its write lock.
    pub(crate) fn attach(&mut self, schema: &str, other: &Arc<Config>) -> Result<()> {
        self.still_open()?;
        self.begin_statement()?;
        let path = self.attachable(schema, other)?;
        let guard = self.guard.clone();
        let _quiet = guard.quiet();
        self.can_have_others()?;
        if self.attached.is_empty() {
            let guard = self.guard.clone();
            let judge = move |context: rusqlite::hooks::AuthContext<'_>| guard.judge(&context);
            self.raw
                .authorizer(Some(judge))
                .map_err(|error| self.fail(error))?;
            // What was prepared without it was never judged.
            self.raw.flush_prepared_statement_cache();
        }
        self.watch.limit(other.statement_timeout, other.lock_timeout);
        let result = self.attach_file(schema, other, &path);
        self.limit_to_focus();
        if result.is_err() {
            // In a transaction that has touched it already, it stays until that is over.
            drop(self.detach_last(schema));
        }
        result
    }

    /// What can be said before the file is touched.
    fn attachable(&self, schema: &str, other: &Config) -> Result<PathBuf> {
        let taken = [MAIN, TEMP]
            .into_iter()
            .chain(self.attached.iter().map(|one| &*one.schema));
        if schema.is_empty()
            || schema.contains('\0')
            || taken.into_iter().any(|one| one.eq_ignore_ascii_case(schema))
        {
            let what = format!("a database can't be attached as {schema:?}");
            return Err(Error::new(ErrorKind::Identifier, what).with_help("give it a name of its own"));
        }
        let most = self.raw.limit(Limit::SQLITE_LIMIT_ATTACHED).unwrap_or(10);
        if self.attached.len() >= usize::try_from(most).unwrap_or(0) {
            return Err(unsupported(
                format!("SQLite attaches at most {most} databases to a connection"),
                "write to fewer files in one transaction",
            ));
        }
        let Place::File(path) = &other.place else {
            return Err(in_memory());
        };
        if other.mode == crate::config::Mode::Read {
            return Err(read_only(&other.place));
        }
        journal(other.journal_mode.as_deref().unwrap_or("wal"), &other.place)?;
        if other.synchronous() == "off" {
            return Err(synchronous_off(&other.place));
        }
        if other.synchronous() == "extra" && !self.raw.is_autocommit() {
            return Err(unsupported(
                format!(
                    "{} can't get synchronous=extra in an open transaction",
                    other.place
                ),
                "set synchronous=full for this connection",
            ));
        }
        if other.foreign_keys != self.config.foreign_keys {
            return Err(unsupported(
                format!(
                    "foreign keys are on for one of {} and {} and off for the other, and SQLite has one switch for both",
                    self.config.place, other.place
                ),
                "set foreign_keys to the same for both connections",
            ));
        }
        look(path, other.mode)?;
        let configs = std::iter::once(&self.config).chain(self.attached.iter().map(|one| &one.config));
        for one in configs {
            if let Place::File(known) = &one.place
                && is_same(known, path)
            {
                return Err(unsupported(
                    format!("two connections have the same file {}", path.display()),
                    "use one of them for the whole transaction",
                ));
            }
        }
        Ok(path.clone())
    }

    /// Whether this connection's own file can be committed together with others.
    fn can_have_others(&self) -> Result<()> {
        if matches!(self.config.place, Place::Memory) {
            return Err(in_memory());
        }
        if self.reader {
            return Err(read_only(&self.config.place));
        }
        journal(&self.pragma::<String>(MAIN, "journal_mode")?, &self.config.place)?;
        if self.pragma::<i64>(MAIN, "synchronous")? == 0 {
            return Err(synchronous_off(&self.config.place));
        }
        Ok(())
    }

    fn attach_file(&mut self, schema: &str, other: &Arc<Config>, path: &Path) -> Result<()> {
        let Some(text) = path.to_str() else {
            let what = format!("the path {} is no Unicode text", path.display());
            return Err(unsupported(what, "rename the file or its directory"));
        };
        let done = self.raw.execute("ATTACH DATABASE ?1 AS ?2", [text, schema]);
        done.map_err(|error| self.fail(error))?;
        self.attached.push(Attached {
            schema: schema.to_owned(),
            config: other.clone(),
        });
        if self.raw.is_readonly(schema).map_err(|error| self.fail(error))? {
            return Err(read_only(&text));
        }
        let wanted = other.journal_mode.as_deref().unwrap_or("wal");
        let found: String = self.pragma(schema, "journal_mode")?;
        if !found.eq_ignore_ascii_case(wanted) {
            // Another program may have put the file into WAL mode, which can't be left in a transaction.
            journal(&found, &other.place)?;
            self.pragma::<String>(schema, &format!("journal_mode = {wanted}"))?;
        }
        // By itself SQLite gives it FULL, which is all that can be had in a transaction.
        if self.raw.is_autocommit() {
            self.set(schema, "synchronous", other.synchronous())?;
        }
        for (name, value) in &other.pragmas {
            if matches!(*name, "cache_size" | "mmap_size") {
                self.set(schema, name, value)?;
            }
        }
        if self.open.is_some_and(|open| !open.read_only) {
            // Now, as a transaction takes that of the main file when it begins: who reads first and writes later
            // fails at once, whatever the lock timeout, when another has written in between. This writes nothing.
            self.pragma_rows(schema, "incremental_vacuum(1)")?;
        }
        Ok(())
    }

    fn pragma<T: FromSql>(&self, schema: &str, what: &str) -> Result<T> {
        let sql = format!("PRAGMA {}.{what}", quoted(schema));
        let value = self.raw.query_row(&sql, [], |row| row.get(0));
        value.map_err(|error| self.fail(error))
    }

    fn set(&self, schema: &str, name: &str, value: &str) -> Result<()> {
        self.pragma_rows(schema, &format!("{name} = {value}"))
    }

    fn pragma_rows(&self, schema: &str, what: &str) -> Result<()> {
        let sql = format!("PRAGMA {}.{what}", quoted(schema));
        let mut statement = self.raw.prepare(&sql).map_err(|error| self.fail(error))?;
        self.exhaust(&mut statement)
    }

    /// The statements that follow are meant for this file.
    pub(crate) fn focus(&mut self, schema: Option<&str>) -> Result<()> {
        let schema = match schema {
            None => MAIN,
            Some(schema) => match self.attached.iter().find(|one| one.schema == schema) {
                Some(one) => &*one.schema,
                None => {
                    let what = format!("no database is attached as {schema:?}");
                    return Err(unsupported(what, "attach it first"));
                }
            },
        };
        if *self.guard.focus() == *schema {
            return Ok(());
        }
        self.guard.set_focus(schema);
        self.limit_to_focus();
        // What is kept was judged for another file.
        self.raw.flush_prepared_statement_cache();
        Ok(())
    }

    /// Time limits are those of the connection that the statements are meant for.
    fn limit_to_focus(&self) {
        let focus = self.guard.focus();
        let attached = self.attached.iter().find(|one| *one.schema == *focus);
        let config = attached.map_or(&self.config, |one| &one.config);
        self.watch.limit(config.statement_timeout, config.lock_timeout);
    }

    /// Detaches all, outside of a transaction.
    pub(crate) fn detach_all(&mut self) -> Result<()> {
        if self.open.is_some() {
            let error = Error::new(
                ErrorKind::Transaction,
                "the transaction on the attached files is open",
            );
            return Err(error.with_help("commit it or roll it back first"));
        }
        self.focus(None)?;
        while let Some(last) = self.attached.last() {
            let schema = last.schema.clone();
            self.detach_last(&schema)?;
        }
        Ok(())
    }

    /// Detaches what was attached last, if it is this; also for a job that has been cancelled.
    fn detach_last(&mut self, schema: &str) -> Result<()> {
        if self.attached.last().is_none_or(|last| last.schema != schema) {
            return self.unguard();
        }
        let guard = self.guard.clone();
        let _quiet = guard.quiet();
        let done = self.raw.execute("DETACH DATABASE ?1", [schema]);
        done.map_err(|error| self.fail(error))?;
        self.attached.pop();
        self.unguard()
    }

    /// Without other files there is nothing to guard against.
    fn unguard(&mut self) -> Result<()> {
        if !self.attached.is_empty() {
            return Ok(());
        }
        type None = fn(rusqlite::hooks::AuthContext<'_>) -> rusqlite::hooks::Authorization;
        self.raw
            .authorizer(Option::<None>::None)
            .map_err(|error| self.fail(error))
    }

    /// After a statement has been prepared: whether the tables that the authorizer was not told enough about are in
    /// the file that it is meant for.
    pub(crate) fn look_up(&self, statement: &rusqlite::Statement<'_>) -> Result<()> {
        let unsure = self.guard.unsure();
        if unsure.is_empty() || statement.is_explain() != 0 {
            return Ok(());
        }
        let guard = &self.guard;
        let _quiet = guard.quiet();
        let focus = guard.focus();
        for table in unsure {
            // The order in which SQLite looks for a name. One that is nowhere is that of a common table expression.
            let attached = self.attached.iter().map(|one| &*one.schema);
            let mut schemas = [TEMP, MAIN].into_iter().chain(attached);
            let found = schemas.find(|schema| self.raw.table_exists(Some(*schema), &*table).unwrap_or(false));
            let Some(schema) = found.filter(|schema| *schema != TEMP && **schema != *focus) else {
                continue;
            };
            // It may also be a view of this name, or an expression.
            if self.reaches(statement, schema) {
                return Err(guard.refuse(schema, table));
            }
        }
        Ok(())
    }

    /// Whether a statement opens a file at all. When it can't be found out, it does.
    fn reaches(&self, statement: &rusqlite::Statement<'_>, schema: &str) -> bool {
        let is_it = |index: &usize| self.raw.db_name(*index).is_ok_and(|name| name == schema);
        let index = (0..self.attached.len() + 32).find(is_it);
        let (Some(index), Some(sql)) = (index, statement.expanded_sql()) else {
            return true;
        };
        let explain = || -> rusqlite::Result<bool> {
            let mut explain = self.raw.prepare(&format!("EXPLAIN {sql}"))?;
            let mut rows = explain.raw_query();
            while let Some(row) = rows.next()? {
                let opcode: String = row.get(1)?;
                if opcode == "Transaction" && usize::try_from(row.get::<_, i64>(2)?).ok() == Some(index) {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        explain().unwrap_or(true)
    }
}

/// Whether a commit of several files is safe with this journal.
fn journal(mode: &str, place: &Place) -> Result<()> {
    match mode.to_ascii_lowercase().as_str() {
        "wal" if !fault::mutant("wal-pair") => Err(unsupported(
            format!("{place} is in WAL mode, in which a crash can tear a commit of several files apart"),
            ROLLBACK_JOURNALS,
        )),
        "off" | "memory" => Err(unsupported(
            format!("{place} has journal_mode={mode}, with which a crash in a commit can't be repaired"),
            ROLLBACK_JOURNALS,
        )),
        _ => Ok(()),
    }
}

fn in_memory() -> Error {
    unsupported(
        "a database in memory can't be committed together with another".into(),
        "use a file, or end the transaction before the other is written",
    )
}

fn read_only(place: &dyn fmt::Display) -> Error {
    unsupported(
        format!("{place} is open for reading only, and can't be committed together with another file"),
        "open it with mode=rwc and ask for write access, or read it outside of the transaction",
    )
}

fn synchronous_off(place: &Place) -> Error {
    unsupported(
        format!("{place} has synchronous=off, with which SQLite does not commit several files together"),
        "set synchronous=full in the addresses of both connections",
    )
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
