//! Records whose rows are made when they are about to go.

use super::{LISTS, is_written, statement};
use crate::{Model, Values};
use manybase_db::{Executor, Route};
use manybase_driver::{Access, BulkDone, BulkRows, BulkTarget, Error, Result, RowSource};
use manybase_sql::{Dialect, OnConflict, Value};
use std::ops::Range;
use std::sync::Arc;

/// Whether records can be made into rows late, all with the same columns: with a key that the database is to give
/// (`Some(true)`), or with one of their own. Where something is to be looked at before anything is sent, they can't.
pub(crate) fn together<M: Model>(records: &[M], dialect: &dyn Dialect) -> Option<bool> {
    let meta = M::meta();
    let many = dialect.capability().inserts_together && records.len() >= LISTS && !meta.validated;
    let unset = records.first().filter(|_| many)?.is_key_unset();
    let same = records.iter().all(|record| record.is_key_unset() == unset);
    let written = meta.columns.iter().any(|column| is_written(column.role, unset));
    (same && written).then_some(unset)
}

pub(crate) struct Late<M> {
    records: Vec<M>,
    target: Arc<BulkTarget>,
    /// Positions of the columns that are not written, the last one first.
    unwritten: Vec<usize>,
    /// Positions among the columns that are written, and what goes there whatever the record says.
    instead: Vec<(usize, Value)>,
}

impl<M: Model> Late<M> {
    pub(crate) fn new(
        records: Vec<M>,
        unset: bool,
        on_conflict: Option<OnConflict>,
        dialect: &'static dyn Dialect,
    ) -> Self {
        let meta = M::meta();
        let all = meta.columns.iter().enumerate().rev();
        let unwritten = all.filter(|(_, column)| !is_written(column.role, unset));
        Self {
            records,
            unwritten: unwritten.map(|(at, _)| at).collect(),
            instead: Vec::new(),
            target: Arc::new(BulkTarget {
                table: meta.table.clone(),
                columns: statement(meta, unset).columns,
                on_conflict,
                dialect,
            }),
        }
    }

    /// With the same value in a column of all rows.
    pub(crate) fn instead(&mut self, column: usize, value: Value) {
        let before = self.unwritten.iter().filter(|&&at| at < column).count();
        self.instead.push((column - before, value));
    }
}

/// Sends them.
pub(crate) async fn send<M: Model>(late: Late<M>, on: &dyn Executor, route: Route<'_>) -> Result<BulkDone> {
    let meta = M::meta();
    let named = |error: Error| error.with_model(meta.name);
    let mut lease = on.lease(route, Access::Write).await.map_err(named)?;
    let connection = lease.connection().clone();
    let done = lease.bulk_insert(Box::new(late)).await;
    done.map_err(|error| named(meta.taken(error)).with_connection(connection))
}

impl<M: Model> RowSource for Late<M> {
    fn target(&self) -> &BulkTarget {
        &self.target
    }

    fn len(&self) -> usize {
        self.records.len()
    }

    fn rows(&mut self, part: Range<usize>) -> Result<BulkRows> {
        let records = self.records.get(part).unwrap_or_default();
        let width = self.target.columns.len();
        // The record that is written last has all its columns for a moment.
        let mut values = Values::with_capacity(records.len() * width + self.unwritten.len());
        for (nth, record) in records.iter().enumerate() {
            values.record(record, &self.unwritten)?;
            for (at, value) in &self.instead {
                values.replace(nth * width + at, value.clone());
            }
        }
        BulkRows::new(self.target.clone(), values.finish()?)
    }
}
