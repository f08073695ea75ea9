//! A connection where its thread has it: statements run here, one after another.

use crate::attach::Attached;
use crate::bind;
use crate::company::Present;
use crate::config::Config;
use crate::error;
use crate::guard::Guard;
use crate::habits::Habits;
use crate::keyword;
use crate::learn::Learnt;
use crate::log::Log;
use crate::numbered::NoRowids;
use crate::row::{Names, SqliteRow};
use crate::seen::Seen;
use crate::transaction::Open;
use crate::watch::{Reason, Watch};
use manybase_driver::{CountSink, Done, Error, ErrorKind, Flow, Result, Sink, Statement};
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, CachedStatement, Connection, ErrorCode};
use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) struct Core {
    pub(crate) raw: Connection,
    /// Of a file in WAL mode. Behind the connection, which it outlives.
    pub(crate) present: Option<Present>,
    pub(crate) watch: Arc<Watch>,
    /// Set by SQLite when a row has been inserted into a table with row numbers.
    inserted: Arc<AtomicBool>,
    /// It never writes.
    pub(crate) reader: bool,
    pub(crate) config: Arc<Config>,
    /// It has run nothing yet. Its first statement is not kept: for one that is, SQLite takes each bit of memory from the
    /// system, which takes a fifth longer, and many a connection runs no other.
    is_new: Cell<bool>,
    /// The transaction that was asked for, whether or not SQLite still has it.
    pub(crate) open: Option<Open>,
    /// The running job is on the caller's thread, not on the connection's own.
    pub(crate) on_the_spot: bool,
    /// A commit does not wait for the disk.
    pub(crate) commits_quickly: bool,
    pub(crate) log: Log,
    pub(crate) habits: Habits,
    pub(crate) no_rowids: NoRowids,
    pub(crate) learnt: Learnt,
    seen: Seen,
    /// Other files, in the order in which they were attached.
    pub(crate) attached: Vec<Attached>,
    /// Asked by SQLite as long as there are any.
    pub(crate) guard: Arc<Guard>,
}

/// A statement from the connection's cache, or for once.
pub(crate) enum Prepared<'c> {
    Cached(CachedStatement<'c>),
    Once(rusqlite::Statement<'c>),
}

impl<'c> Deref for Prepared<'c> {
    type Target = rusqlite::Statement<'c>;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Cached(statement) => statement,
            Self::Once(statement) => statement,
        }
    }
}

impl DerefMut for Prepared<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Self::Cached(statement) => statement,
            Self::Once(statement) => statement,
        }
    }
}

impl Core {
    pub(crate) fn new(
        raw: Connection,
        watch: Arc<Watch>,
        inserted: Arc<AtomicBool>,
        reader: bool,
        config: Arc<Config>,
        commits_quickly: bool,
        log: Log,
    ) -> Self {
        Self {
            raw,
            present: None,
            watch,
            inserted,
            reader,
            config,
            is_new: Cell::new(true),
            open: None,
            on_the_spot: false,
            commits_quickly,
            log,
            habits: Habits::default(),
            no_rowids: NoRowids::default(),
            learnt: Learnt::default(),
            seen: Seen::default(),
            attached: Vec::new(),
            guard: Arc::new(Guard::new()),
        }
    }

    pub(crate) fn fail(&self, error: rusqlite::Error) -> Error {
        self.note_lack(&error);
        if !self.attached.is_empty()
            && error.sqlite_error_code() == Some(ErrorCode::AuthorizationForStatementDenied)
            && let Some(denied) = self.guard.denied()
        {
            return denied;
        }
        error::failed(error, self.watch.reason(), &self.config.place)
    }

    /// A statement of the running job begins.
    pub(crate) fn begin_statement(&self) -> Result<()> {
        match self.watch.clock() {
            true => Ok(()),
            false => Err(error::stopped(Reason::Cancelled)),
        }
    }

    /// Runs a statement and pushes its rows into the sink.
    pub(crate) fn query(&mut self, statement: &Statement, sink: &mut dyn Sink) -> Result<()> {
        self.still_open()?;
        let mut cells = 0;
        let mut result = self.query_once(statement, sink, &mut cells);
        if result.is_err() && self.learns_from_failure() && cells == 0 {
            result = self.query_once(statement, sink, &mut cells);
        }
        self.note(statement, cells);
        self.settle(result)
    }

    fn query_once(&mut self, statement: &Statement, sink: &mut dyn Sink, cells: &mut usize) -> Result<()> {
        match self.insert_numbered(statement, sink) {
            Ok(false) => self.pull(statement, sink, cells),
            done => done.map(|_| ()),
        }
    }

    fn pull(&self, statement: &Statement, sink: &mut dyn Sink, cells: &mut usize) -> Result<()> {
        let mut prepared = self.prepare(statement)?;
        let writes = !prepared.readonly();
        let limit = self.cell_limit(statement, writes, sink)?;
        let mut rows = prepared.raw_query();
        let mut columns = None;
        let mut wants = Ok(Flow::Continue);
        while let Some(row) = rows.next().map_err(|error| self.fail(error))? {
            let width = match columns {
                Some(width) => width,
                None => {
                    if limit.is_none() {
                        self.stays();
                    }
                    // Only now, because the first step may prepare anew for a schema that has changed.
                    let names = Names(row.as_ref());
                    wants = sink.columns(&names).map(|()| Flow::Continue);
                    *columns.insert(names.0.column_count())
                }
            };
            *cells += width;
            if limit.is_some_and(|limit| *cells > limit) {
                return Err(self.not_here());
            }
            if matches!(wants, Ok(Flow::Continue)) {
                wants = sink.row(&SqliteRow::new(row, width));
                if matches!(wants, Ok(Flow::Pause)) {
                    self.pause(sink)?;
                    wants = Ok(Flow::Continue);
                }
            }
            // What writes has written all by its first row, and only its end makes that last.
            if !writes && !matches!(wants, Ok(Flow::Continue)) {
                break;
            }
        }
        drop(rows);
        if columns.is_none() {
            wants = sink.columns(&Names(&prepared)).map(|()| Flow::Continue);
        }
        wants.map(|_| ())
    }

    /// Runs a statement whose rows nobody wants.
    pub(crate) fn execute(&mut self, statement: &Statement) -> Result<Done> {
        self.still_open()?;
        let mut result = self.run(statement);
        if result.is_err() && self.learns_from_failure() {
            result = self.run(statement);
        }
        self.note(statement, 0);
        self.settle(result)
    }

    fn run(&self, statement: &Statement) -> Result<Done> {
        let mut prepared = self.prepare(statement)?;
        self.cell_limit(statement, !prepared.readonly(), &mut CountSink::default())?;
        let done = self.change(&mut prepared)?;
        drop(prepared);
        Ok(Done {
            last_insert_id: done.last_insert_id.filter(|_| keyword::inserts(&statement.sql)),
            ..done
        })
    }

    /// Runs to the end; the number is that of the row, if the statement is an insert.
    pub(crate) fn change(&self, statement: &mut rusqlite::Statement<'_>) -> Result<Done> {
        let before = self.raw.total_changes();
        self.inserted.store(false, Ordering::Relaxed);
        self.exhaust(statement)?;
        // SQLite keeps the number of changes of the last statement that made some.
        let affected = match self.raw.total_changes() == before {
            true => 0,
            false => self.raw.changes(),
        };
        // It tells only the last of many rows' numbers.
        let told = affected == 1 && self.inserted.load(Ordering::Relaxed);
        Ok(Done {
            affected,
            last_insert_id: told.then(|| self.raw.last_insert_rowid()),
        })
    }

    pub(crate) fn exhaust(&self, statement: &mut rusqlite::Statement<'_>) -> Result<()> {
        let mut rows = statement.raw_query();
        while rows.next().map_err(|error| self.fail(error))?.is_some() {}
        Ok(())
    }

    /// Runs text with any number of statements.
    pub(crate) fn script(&mut self, sql: &str) -> Result<()> {
        self.still_open()?;
        let result = self.run_script(sql);
        self.settle(result)
    }

    fn run_script(&self, sql: &str) -> Result<()> {
        whole(sql)?;
        self.learn()?;
        self.begin_statement()?;
        let mut batch = Batch::new(&self.raw, sql);
        self.guard.forget();
        while let Some(mut statement) = batch.next().map_err(|error| self.fail(error))? {
            counted(&statement, 0)?;
            self.look_up(&statement)?;
            self.allowed(&statement)?;
            self.exhaust(&mut statement)?;
            self.begin_statement()?;
            self.guard.forget();
        }
        Ok(())
    }

    fn prepare(&self, statement: &Statement) -> Result<Prepared<'_>> {
        self.prepare_text(&statement.sql, statement)
    }

    /// A text with the statement's values.
    pub(crate) fn prepare_text(&self, sql: &str, statement: &Statement) -> Result<Prepared<'_>> {
        self.look_at(statement)?;
        self.begin_statement()?;
        if !self.attached.is_empty() {
            self.guard.forget();
        }
        let prepared = match statement.cache && !self.is_new.replace(false) {
            true => self.raw.prepare_cached(sql).map(Prepared::Cached),
            false => self.raw.prepare(sql).map(Prepared::Once),
        };
        let mut prepared = prepared.map_err(|error| self.fail(error))?;
        if !self.attached.is_empty()
            && let Err(error) = self.look_up(&prepared)
        {
            // It would not be judged again.
            if let Prepared::Cached(statement) = prepared {
                statement.discard();
            }
            return Err(error);
        }
        counted(&prepared, statement.binds.len())?;
        self.allowed(&prepared)?;
        for (index, value) in statement.binds.iter().enumerate() {
            bind::bind(&mut prepared, index + 1, value, |error| self.fail(error))?;
        }
        Ok(prepared)
    }

    /// What can be said of a text before SQLite has seen it.
    fn look_at(&self, statement: &Statement) -> Result<()> {
        if self.seen.has(&statement.sql) {
            return Ok(());
        }
        whole(&statement.sql)?;
        let text = keyword::start(&statement.sql);
        if text.is_empty() {
            return Err(Error::new(ErrorKind::Statement, "the SQL text is empty"));
        }
        self.learn_for(text)?;
        if statement.cache {
            self.seen.keep(&statement.sql);
        }
        Ok(())
    }

    /// Readers and read-only transactions don't write. EXPLAIN counts as what it explains, but only tells.
    fn allowed(&self, statement: &rusqlite::Statement<'_>) -> Result<()> {
        let read_only = self.reader || self.open.is_some_and(|open| open.read_only);
        if !read_only || statement.readonly() || statement.is_explain() != 0 {
            return Ok(());
        }
        Err(error::read_only(self.open.is_some_and(|open| open.read_only)))
    }
}

/// SQLite takes a NUL for the end of the text, and would ignore the rest.
fn whole(sql: &str) -> Result<()> {
    match sql.as_bytes().contains(&0) {
        true => Err(Error::new(ErrorKind::Statement, "the SQL text has a NUL in it")),
        false => Ok(()),
    }
}

/// SQLite takes a value that is not bound for NULL.
fn counted(statement: &rusqlite::Statement<'_>, values: usize) -> Result<()> {
    let places = statement.parameter_count();
    if places == values {
        return Ok(());
    }
    let message = format!("the statement has {places} placeholders, and {values} values were given");
    Err(Error::new(ErrorKind::Placeholders, message))
}
