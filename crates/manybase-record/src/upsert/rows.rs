//! What goes to the database.

use super::same::{Same, last_of_each, same};
use super::{Upsert, no_key_yet};
use crate::insert::{Late, encode, together, written};
use crate::{FieldErrors, Model, Role, validate};
use chrono::{DateTime, Utc};
use foldhash::fast::RandomState;
use manybase_driver::Result;
use manybase_sql::{Dialect, OnConflict, Value};
use std::collections::HashMap;

impl<M: Model> Upsert<M> {
    /// As [`Upsert::rows`], where rows can be made late: then only the keys are looked at before.
    pub(super) fn late(
        mut self,
        now: DateTime<Utc>,
        dialect: &'static dyn Dialect,
    ) -> Result<std::result::Result<Prepared, Late<M>>> {
        let meta = M::meta();
        let by = self.found_by(meta)?;
        let by_key = by
            .iter()
            .any(|&at| matches!(meta.columns[at].role, Role::AutoKey { .. }));
        if by_key && self.records.iter().any(Model::is_key_unset) {
            return Err(no_key_yet(meta));
        }
        self.records.iter_mut().for_each(|record| record.stamp(now, None));
        // Keys that the library makes are there now.
        let Some(unset) = together(&self.records, dialect) else {
            return self.rows(now).map(Ok);
        };
        let (conflict, stamped) = (self.conflict(meta, &by)?, self.stamped(meta));
        last_of_each(&mut self.records, &by)?;
        let mut late = Late::new(self.records, unset, Some(conflict), dialect);
        for at in stamped {
            late.instead(at, meta.time(at, now));
        }
        Ok(Err(late))
    }

    pub(super) fn rows(self, now: DateTime<Utc>) -> Result<Prepared> {
        let meta = M::meta();
        let by = self.found_by(meta)?;
        let conflict = self.conflict(meta, &by)?;
        let stamped = self.stamped(meta);
        let by_key = by
            .iter()
            .any(|&at| matches!(meta.columns[at].role, Role::AutoKey { .. }));
        let mut last: HashMap<Same, usize, RandomState> =
            HashMap::with_capacity_and_hasher(self.records.len(), RandomState::default());
        let mut all = Vec::with_capacity(self.records.len());
        let mut wrong = FieldErrors::default();
        for (nth, mut record) in self.records.into_iter().enumerate() {
            let unset = record.is_key_unset();
            if unset && by_key {
                return Err(no_key_yet(meta));
            }
            record.stamp(now, None);
            // A key that the library makes is there now.
            let unset = record.is_key_unset();
            let mut values = encode(&record)?;
            validate::collect(&record, &values, Some(nth), &mut wrong);
            for &at in &stamped {
                values[at] = meta.time(at, now);
            }
            if let Some(key) = same(by.iter().map(|&at| &values[at]))
                && let Some(before) = last.insert(key, all.len())
            {
                all[before] = None;
            }
            all.push(Some((unset, values)));
        }
        wrong.into_result()?;
        let mut rows = [Vec::new(), Vec::new()];
        for (unset, values) in all.into_iter().flatten() {
            rows[usize::from(unset)].push(written(meta, values, unset));
        }
        Ok(Prepared { conflict, rows })
    }
}

/// The rows, those with a key first, then those whose key the database is to give.
pub(super) struct Prepared {
    pub(super) conflict: OnConflict,
    pub(super) rows: [Vec<Vec<Value>>; 2],
}
