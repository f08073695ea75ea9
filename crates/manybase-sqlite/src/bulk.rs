//! Many rows: one statement, prepared once, in one transaction.

use crate::bind;
use crate::core::Core;
use manybase_driver::{Access, BulkDone, BulkRows, Result, RowSource, Statement, TransactionOptions, Value};
use manybase_sql::SqlWriter;

/// How many rows go in between two looks whether the job has been cancelled.
const LOOK: usize = 256;

impl Core {
    pub(crate) fn bulk_load(&mut self, rows: &BulkRows) -> Result<BulkDone> {
        match rows.is_empty() {
            true => Ok(BulkDone::default()),
            false => self.together(|core| core.fill(rows)),
        }
    }

    /// As [`Core::bulk_load`], without looking what is there, and with rows that are made a few at a time.
    pub(crate) fn bulk_insert(&mut self, source: &mut dyn RowSource) -> Result<BulkDone> {
        match source.is_empty() {
            true => Ok(BulkDone::default()),
            false => self.together(|core| core.insert_each(source)),
        }
    }

    /// In a transaction of its own, unless one is open.
    fn together(&mut self, work: impl FnOnce(&Self) -> Result<BulkDone>) -> Result<BulkDone> {
        self.learn()?;
        let own = self.open.is_none();
        if own {
            self.begin(TransactionOptions::default())?;
        } else {
            self.still_open()?;
        }
        let result = work(self);
        if !own {
            return self.settle(result);
        }
        let result = result.and_then(|done| self.commit().map(|()| done));
        if result.is_err() {
            // The first error says more than one about the rollback could.
            drop(self.undo());
        }
        result
    }

    fn fill(&self, rows: &BulkRows) -> Result<BulkDone> {
        let insert = statement(rows.insert_one()?);
        let mut insert = self.prepare_text(&insert.sql, &insert)?;
        let keys = rows.keys();
        let is_there = match &keys {
            Some(keys) => Some(statement(is_there(rows, keys)?)),
            None => None,
        };
        let mut is_there = match &is_there {
            Some(is_there) => Some(self.prepare_text(&is_there.sql, is_there)?),
            None => None,
        };
        let (mut found, mut inserted) = (0, 0);
        for (nth, row) in rows.rows().enumerate() {
            if nth % LOOK == 0 {
                self.begin_statement()?;
            }
            if let (Some(is_there), Some(keys)) = (&mut is_there, &keys) {
                for (place, key) in keys.iter().enumerate() {
                    bind::bind(is_there, place + 1, &row[*key], |error| self.fail(error))?;
                }
                let mut answer = is_there.raw_query();
                let one = answer.next().map_err(|error| self.fail(error))?;
                found += u64::from(one.is_some());
            }
            inserted += self.insert(&mut insert, row)?;
        }
        Ok(match keys {
            // A trigger may have kept some out.
            None => BulkDone {
                inserted,
                ..BulkDone::default()
            },
            Some(_) => rows.done(found),
        })
    }

    /// Runs an insert for one row, and tells whether it went in: a trigger may keep it out.
    fn insert(&self, insert: &mut rusqlite::Statement<'_>, row: &[Value]) -> Result<u64> {
        for (place, value) in row.iter().enumerate() {
            bind::bind(insert, place + 1, value, |error| self.fail(error))?;
        }
        self.exhaust(insert)?;
        Ok(self.raw.changes())
    }

    fn insert_each(&self, source: &mut dyn RowSource) -> Result<BulkDone> {
        let length = source.len();
        let part = |begin: usize| begin..length.min(begin + LOOK);
        let mut rows = source.rows(part(0))?;
        let insert = statement(rows.insert_one()?);
        let mut insert = self.prepare_text(&insert.sql, &insert)?;
        let (mut begin, mut inserted) = (0, 0);
        loop {
            self.begin_statement()?;
            for row in rows.rows() {
                inserted += self.insert(&mut insert, row)?;
            }
            begin += LOOK;
            if begin >= length {
                return Ok(BulkDone { inserted, found: 0 });
            }
            rows = source.rows(part(begin))?;
        }
    }
}

fn statement(rendered: manybase_sql::Rendered) -> Statement {
    Statement::rendered(rendered, Access::Write)
}

/// Whether there is a row with the keys of this one. NULL is equal to nothing.
fn is_there(rows: &BulkRows, keys: &[usize]) -> Result<manybase_sql::Rendered> {
    let target = rows.target();
    Ok(SqlWriter::render(target.dialect, |w| {
        w.push("SELECT 1 FROM ");
        w.table(&target.table)?;
        for (nth, key) in keys.iter().enumerate() {
            w.push(if nth == 0 { " WHERE " } else { " AND " });
            w.identifier(&target.columns[*key])?;
            w.push(" = ");
            w.bind(Value::Null);
        }
        Ok(())
    })?)
}
