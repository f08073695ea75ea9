//! The number of a row that was just inserted, without `RETURNING`.
//!
//! For `RETURNING` SQLite makes a table of its own each time, which takes half as long as the insert. Where the column
//! that is asked for **is** the row's own number, the connection knows it anyway. Whether it is, is looked up whenever
//! SQLite has prepared the insert, so that a schema which has changed is seen.

use crate::core::Core;
use crate::row::{Names, SqliteRow};
use manybase_driver::{Error, Numbered, Result, Sink, Statement};
use rusqlite::StatementStatus;
use std::collections::HashSet;

/// A key of one column is the row's own number if its type is spelt so, and no index serves it.
const IS_ROWID: &str = "SELECT (SELECT COUNT(*) FROM pragma_table_info(?1, ?2) WHERE pk > 0) = 1 \
    AND EXISTS (SELECT 1 FROM pragma_table_info(?1, ?2) WHERE pk = 1 AND name = ?3 COLLATE NOCASE \
    AND type = 'INTEGER' COLLATE NOCASE) \
    AND NOT EXISTS (SELECT 1 FROM pragma_index_list(?1, ?2) WHERE origin = 'pk')";

/// A row of one column.
const ROW: &str = "SELECT ?1";

/// Columns that are not the row's own number: there is no use in trying again.
#[derive(Debug, Default)]
pub(crate) struct NoRowids(HashSet<(usize, usize)>);

/// Both live as long as the program, so that their places tell them apart.
fn place(numbered: &Numbered) -> (usize, usize) {
    (
        std::ptr::from_ref(numbered.table).addr(),
        numbered.column.as_ptr().addr(),
    )
}

impl Core {
    /// Runs the insert if its number can be told without `RETURNING`. `false` if not; then nothing has happened.
    pub(crate) fn insert_numbered(&mut self, statement: &Statement, sink: &mut dyn Sink) -> Result<bool> {
        let Some(numbered) = statement.numbered else {
            return Ok(false);
        };
        // While files are attached, the table's name may stand for another one.
        let Some(sql) = statement
            .sql
            .get(..numbered.end)
            .filter(|_| self.attached.is_empty())
        else {
            return Ok(false);
        };
        if self.no_rowids.0.contains(&place(&numbered)) {
            return Ok(false);
        }
        let mut prepared = self.prepare_text(sql, statement)?;
        if prepared.get_status(StatementStatus::Run) == 0 && !self.is_rowid(&numbered) {
            drop(prepared);
            self.no_rowids.0.insert(place(&numbered));
            return Ok(false);
        }
        self.row_limit(statement, !prepared.readonly(), sink)?;
        let number = self.change(&mut prepared)?.last_insert_id;
        let anew = prepared.reset_status(StatementStatus::RePrepare) > 0;
        drop(prepared);
        if anew && number.is_some() && !self.is_rowid(&numbered) {
            let what = format!(
                "the table {} was changed just then: the row is inserted, and its {} is not known",
                numbered.table, numbered.column
            );
            return Err(Error::driver(what));
        }
        self.give_back(number, sink)?;
        Ok(true)
    }

    /// What can't be found out counts as no.
    fn is_rowid(&self, numbered: &Numbered) -> bool {
        let table = numbered.table;
        let asked = self.raw.prepare_cached(IS_ROWID).and_then(|mut statement| {
            let values = (&*table.name, table.schema.as_deref(), numbered.column);
            statement.query_row(values, |row| row.get(0))
        });
        asked.unwrap_or(false)
    }

    /// A trigger may have kept the row out; then there is none to give back either.
    fn give_back(&self, number: Option<i64>, sink: &mut dyn Sink) -> Result<()> {
        let mut row = self.raw.prepare_cached(ROW).map_err(|error| self.fail(error))?;
        sink.columns(&Names(&row))?;
        let Some(number) = number else { return Ok(()) };
        row.raw_bind_parameter(1, number)
            .map_err(|error| self.fail(error))?;
        let mut rows = row.raw_query();
        if let Some(row) = rows.next().map_err(|error| self.fail(error))? {
            sink.row(&SqliteRow::new(row, 1))?;
        }
        Ok(())
    }
}
