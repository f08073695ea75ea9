//! The number of a row that was just inserted, without `RETURNING`.
//!
//! For `RETURNING` SQLite makes a table of its own each time, which takes half as long as the insert. Where the column
//! that is asked for **is** the row's own number, the connection knows it anyway. Whether it is, is looked up whenever
//! SQLite has prepared the insert, so that a schema which has changed is seen.

use crate::core::Core;
use crate::row::{Name, Names, SqliteRow};
use manybase_driver::{Done, Error, Numbered, Result, Sink, Statement};
use manybase_sql::{SqlWriter, dialect};
use rusqlite::StatementStatus;
use std::collections::HashSet;

/// A key of one column is the row's own number if its type is spelt so, and no index serves it.
const IS_ROWID: &str = "SELECT (SELECT COUNT(*) FROM pragma_table_info(?1, ?2) WHERE pk > 0) = 1 \
    AND EXISTS (SELECT 1 FROM pragma_table_info(?1, ?2) WHERE pk = 1 AND name = ?3 COLLATE NOCASE \
    AND type = 'INTEGER' COLLATE NOCASE) \
    AND NOT EXISTS (SELECT 1 FROM pragma_index_list(?1, ?2) WHERE origin = 'pk')";

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
        self.cell_limit(statement, !prepared.readonly(), sink)?;
        let done = self.change(&mut prepared)?;
        let anew = prepared.reset_status(StatementStatus::RePrepare) > 0;
        drop(prepared);
        if anew && !self.is_rowid(&numbered) {
            self.no_rowids.0.insert(place(&numbered));
            self.look_up_number(&numbered, &done, sink)?;
        } else {
            give_back(&numbered, done.last_insert_id, sink)?;
        }
        Ok(true)
    }

    /// The table has become another one since the insert was prepared, and the row is in it already.
    #[cold]
    fn look_up_number(&self, numbered: &Numbered, done: &Done, sink: &mut dyn Sink) -> Result<()> {
        let Some(row) = done.last_insert_id else {
            return match done.affected {
                0 => give_back(numbered, None, sink),
                _ => Err(changed(numbered)),
            };
        };
        // Now, because after a failure the insert would run again.
        self.learn()?;
        let columns = |name: &str| {
            let (table, schema) = (&numbered.table.name, numbered.table.schema.as_deref());
            let sql = "SELECT 1 FROM pragma_table_xinfo(?1, ?2) WHERE name = ?3 COLLATE NOCASE";
            let asked = self
                .raw
                .prepare(sql)
                .and_then(|mut known| known.exists((&**table, schema, name)));
            asked.unwrap_or(true)
        };
        // All of them name the row, unless the table has a column of that name.
        let Some(rowid) = ["_rowid_", "rowid", "oid"]
            .into_iter()
            .find(|name| !columns(name))
        else {
            return Err(changed(numbered));
        };
        let sql = SqlWriter::render(dialect::sqlite(), |w| {
            w.push("SELECT ");
            w.identifier(numbered.column)?;
            w.push(" FROM ");
            w.table(numbered.table)?;
            w.push(" WHERE ");
            w.push(rowid);
            w.push(" = ?1");
            Ok(())
        })?;
        self.give_row(&sql.sql, row, sink)
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

    #[cold]
    fn give_row(&self, sql: &str, value: i64, sink: &mut dyn Sink) -> Result<()> {
        let fail = |error| self.fail(error);
        let mut row = self.raw.prepare_cached(sql).map_err(fail)?;
        sink.columns(&Names(&row))?;
        row.raw_bind_parameter(1, value).map_err(fail)?;
        let mut rows = row.raw_query();
        if let Some(row) = rows.next().map_err(fail)? {
            sink.row(&SqliteRow::new(row, 1))?;
        }
        Ok(())
    }
}

/// A trigger may have kept the row out; then there is none to give back either.
fn give_back(numbered: &Numbered, number: Option<i64>, sink: &mut dyn Sink) -> Result<()> {
    sink.columns(&Name(numbered.column))?;
    if let Some(number) = number {
        sink.row(&SqliteRow::new(number, 1))?;
    }
    Ok(())
}

fn changed(numbered: &Numbered) -> Error {
    Error::driver(format!(
        "the table {} has become another one just now: the row is inserted, and its {} can't be told",
        numbered.table, numbered.column
    ))
}
