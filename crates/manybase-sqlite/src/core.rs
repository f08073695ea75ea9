//! A connection where its thread has it: statements run here, one after another.

use crate::bind;
use crate::error;
use crate::keyword;
use crate::row::{Names, SqliteRow};
use crate::transaction::Open;
use crate::watch::{Reason, Watch};
use manybase_driver::{Done, Error, ErrorKind, Flow, Result, Sink, Statement};
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, CachedStatement, Connection};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) struct Core {
    pub(crate) raw: Connection,
    pub(crate) watch: Arc<Watch>,
    /// The file's name, for messages.
    pub(crate) place: Arc<str>,
    /// Set by SQLite when a row has been inserted into a table with row numbers.
    inserted: Arc<AtomicBool>,
    /// It never writes.
    pub(crate) reader: bool,
    pub(crate) foreign_keys: bool,
    /// The transaction that was asked for, whether or not SQLite still has it.
    pub(crate) open: Option<Open>,
}

/// A statement from the connection's cache, or for once.
enum Prepared<'c> {
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
        place: Arc<str>,
        inserted: Arc<AtomicBool>,
        reader: bool,
        foreign_keys: bool,
    ) -> Self {
        Self {
            raw,
            watch,
            place,
            inserted,
            reader,
            foreign_keys,
            open: None,
        }
    }

    pub(crate) fn fail(&self, error: rusqlite::Error) -> Error {
        error::failed(error, self.watch.reason(), &self.place)
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
        let result = self.pull(statement, sink);
        self.settle(result)
    }

    /// As [`Core::query`], on the caller's thread: gives up with `false`, before anything reached the sink, where
    /// it would take long or have to wait.
    pub(crate) fn query_on_the_spot(&mut self, statement: &Statement, sink: &mut dyn Sink) -> Result<bool> {
        match self.query(statement, sink) {
            Ok(()) => Ok(true),
            Err(_) if self.watch.reason() == Some(Reason::NotOnTheSpot) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn pull(&self, statement: &Statement, sink: &mut dyn Sink) -> Result<()> {
        let mut prepared = self.prepare(statement)?;
        let writes = !prepared.readonly();
        let mut rows = prepared.raw_query();
        let mut columns = None;
        let mut wants = Ok(Flow::Continue);
        while let Some(row) = rows.next().map_err(|error| self.fail(error))? {
            let count = match columns {
                Some(count) => count,
                None => {
                    // Only now, because the first step may prepare anew for a schema that has changed.
                    self.watch.flows();
                    let names = Names(row.as_ref());
                    wants = sink.columns(&names).map(|()| Flow::Continue);
                    *columns.insert(names.0.column_count())
                }
            };
            if matches!(wants, Ok(Flow::Continue)) {
                wants = sink.row(&SqliteRow::new(row, count));
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
        let result = self.run(statement);
        self.settle(result)
    }

    fn run(&self, statement: &Statement) -> Result<Done> {
        let mut prepared = self.prepare(statement)?;
        let before = self.raw.total_changes();
        self.inserted.store(false, Ordering::Relaxed);
        self.exhaust(&mut prepared)?;
        drop(prepared);
        // SQLite keeps the number of changes of the last statement that made some.
        let affected = match self.raw.total_changes() == before {
            true => 0,
            false => self.raw.changes(),
        };
        // It tells only the last of many rows' numbers.
        let told = affected == 1 && self.inserted.load(Ordering::Relaxed) && keyword::inserts(&statement.sql);
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
        self.begin_statement()?;
        let mut batch = Batch::new(&self.raw, sql);
        while let Some(mut statement) = batch.next().map_err(|error| self.fail(error))? {
            counted(&statement, 0)?;
            self.allowed(&statement)?;
            self.exhaust(&mut statement)?;
            self.begin_statement()?;
        }
        Ok(())
    }

    fn prepare(&self, statement: &Statement) -> Result<Prepared<'_>> {
        whole(&statement.sql)?;
        if keyword::is_empty(&statement.sql) {
            return Err(Error::new(ErrorKind::Statement, "the SQL text is empty"));
        }
        self.begin_statement()?;
        let prepared = match statement.cache {
            true => self.raw.prepare_cached(&statement.sql).map(Prepared::Cached),
            false => self.raw.prepare(&statement.sql).map(Prepared::Once),
        };
        let mut prepared = prepared.map_err(|error| self.fail(error))?;
        counted(&prepared, statement.binds.len())?;
        self.allowed(&prepared)?;
        for (index, value) in statement.binds.iter().enumerate() {
            bind::bind(&mut prepared, index + 1, value, |error| self.fail(error))?;
        }
        Ok(prepared)
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
