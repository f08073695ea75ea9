//! Batches of records, made of what the stream gives.

use super::{BulkLoad, Mode};
use crate::insert::{encode, size, statement, written};
use crate::upsert::{Same, no_key_yet, same};
use crate::{Model, ModelMeta, Role, relation, validate};
use chrono::{DateTime, SubsecRound, Utc};
use foldhash::fast::RandomState;
use futures_core::Stream;
use manybase_driver::{BulkRows, BulkTarget, Dialect, Error, Result};
use manybase_sql::{ConflictUpdate, OnConflict, Value};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

/// Records of the first batch and of the others. The database has nothing to do before the first one is made.
const RECORDS: (usize, usize) = (1_000, 10_000);
/// Bytes of one batch, roughly.
const BYTES: usize = 4 << 20;
/// After so many records others get a turn: who sends the batch before, above all.
const TURN: u64 = 512;

/// What is the same for all records.
pub(super) struct Plan {
    meta: &'static ModelMeta,
    conflict: Option<OnConflict>,
    /// Positions of the columns that rows are found by.
    by: Vec<usize>,
    /// Positions of the columns that get the time of the update, whatever the record says.
    stamped: Vec<usize>,
    by_auto_key: bool,
    pub(super) ignores: bool,
    now: DateTime<Utc>,
    /// Of the first batch, and of the others.
    records: (usize, usize),
    pub(super) max_rejects: u64,
}

impl Plan {
    pub(super) fn new<M: Model>(load: &BulkLoad<'_, M>) -> Result<Self> {
        load.check()?;
        let meta = M::meta();
        let mut plan = Self {
            meta,
            conflict: None,
            by: Vec::new(),
            stamped: Vec::new(),
            by_auto_key: false,
            ignores: false,
            now: Utc::now().trunc_subsecs(6),
            records: load.batch.map_or(RECORDS, |records| (records, records)),
            max_rejects: load.max_rejects,
        };
        if load.mode == Mode::Upsert {
            plan.by = load.upsert.found_by(meta)?;
            let conflict = load.upsert.conflict(meta, &plan.by)?;
            plan.ignores = conflict.update == ConflictUpdate::Nothing;
            plan.conflict = Some(conflict);
            plan.stamped = load.upsert.stamped(meta);
            let is_auto = |at: &usize| matches!(meta.columns[*at].role, Role::AutoKey { .. });
            plan.by_auto_key = plan.by.iter().any(is_auto);
        }
        Ok(plan)
    }
}

/// Records that go together.
pub(super) struct Batch {
    /// Rows with the same columns, and which records they are.
    pub(super) parts: Vec<(BulkRows, Vec<u64>)>,
    /// Records that a later one has replaced.
    pub(super) replaced: u64,
    /// Records that can't go, and why.
    pub(super) refused: Vec<(u64, Error)>,
    /// How many records there were so far.
    pub(super) taken: u64,
}

/// Makes batches.
pub(super) struct Batches<'l, 's, M> {
    records: &'l mut Pin<Box<dyn Stream<Item = Result<M>> + Send + 's>>,
    plan: &'l Plan,
    pending: [Pending; 2],
    taken: u64,
    /// A stream need not bear being asked again behind its end.
    ended: bool,
}

impl<'l, 's, M: Model> Batches<'l, 's, M> {
    pub(super) fn new(
        records: &'l mut Pin<Box<dyn Stream<Item = Result<M>> + Send + 's>>,
        plan: &'l Plan,
        dialect: &'static dyn Dialect,
    ) -> Self {
        Self {
            records,
            plan,
            pending: [false, true].map(|unset| Pending::new(plan, unset, dialect)),
            taken: 0,
            ended: false,
        }
    }

    /// The next one; `None` when there are no more records.
    pub(super) async fn next(&mut self) -> Result<Option<Batch>> {
        let before = self.taken;
        let (first, others) = self.plan.records;
        let enough = if before == 0 { first } else { others };
        let (mut replaced, mut refused) = (0, Vec::new());
        while !self.ended {
            let Some(record) = poll_fn(|task| self.records.as_mut().poll_next(task)).await else {
                self.ended = true;
                break;
            };
            self.taken += 1;
            match self.take(record?) {
                Ok(again) => replaced += u64::from(again),
                Err(Stop::Record(error)) => refused.push((self.taken, error)),
                Err(Stop::All(error)) => return Err(error),
            }
            let rows: usize = self.pending.iter().map(|pending| pending.numbers.len()).sum();
            let bytes: usize = self.pending.iter().map(|pending| pending.bytes).sum();
            if rows + refused.len() >= enough
                || bytes >= BYTES
                || refused.len() as u64 > self.plan.max_rejects
            {
                break;
            }
            if self.taken.is_multiple_of(TURN) {
                tokio::task::yield_now().await;
            }
        }
        if self.taken == before {
            return Ok(None);
        }
        let mut parts = Vec::new();
        for pending in &mut self.pending {
            parts.extend(pending.take()?);
        }
        Ok(Some(Batch {
            parts,
            replaced,
            refused,
            taken: self.taken,
        }))
    }

    /// Whether the record stands in another one's place.
    fn take(&mut self, mut record: M) -> Result<bool, Stop> {
        let plan = self.plan;
        record.stamp(plan.now, None);
        let unset = record.is_key_unset();
        if unset && plan.by_auto_key {
            return Err(Stop::All(no_key_yet(plan.meta)));
        }
        relation::refuse_fresh(std::slice::from_mut(&mut record), "bulk_load").map_err(Stop::All)?;
        let values = encode(&record).map_err(Stop::Record)?;
        validate::checked(&record, &values).map_err(Stop::Record)?;
        Ok(self.pending[usize::from(unset)].push(self.taken, values, plan))
    }
}

/// Why a record is in no batch.
enum Stop {
    /// It can't go.
    Record(Error),
    /// None can.
    All(Error),
}

/// Rows of one batch with the same columns.
struct Pending {
    unset: bool,
    target: Arc<BulkTarget>,
    values: Vec<Value>,
    /// Which records they are.
    numbers: Vec<u64>,
    bytes: usize,
    /// Where the row of a key stands.
    last: HashMap<Same, usize, RandomState>,
}

impl Pending {
    fn new(plan: &Plan, unset: bool, dialect: &'static dyn Dialect) -> Self {
        let target = BulkTarget {
            table: plan.meta.table.clone(),
            columns: statement(plan.meta, unset).columns,
            on_conflict: plan.conflict.clone(),
            dialect,
        };
        Self {
            unset,
            target: target.into(),
            values: Vec::new(),
            numbers: Vec::new(),
            bytes: 0,
            last: HashMap::default(),
        }
    }

    /// Whether the record stands in another one's place.
    fn push(&mut self, number: u64, mut values: Vec<Value>, plan: &Plan) -> bool {
        for &at in &plan.stamped {
            values[at] = plan.meta.time(at, plan.now);
        }
        let key = match plan.conflict {
            Some(_) => same(plan.by.iter().map(|&at| &values[at])),
            None => None,
        };
        let row = written(plan.meta, values, self.unset);
        self.bytes += row.iter().map(size).sum::<usize>();
        if let Some(key) = key {
            match self.last.entry(key) {
                // The last one counts, in the place of the first.
                Entry::Occupied(before) => {
                    let (before, width) = (*before.get(), self.target.columns.len());
                    let place = self.values.iter_mut().skip(before * width).take(width);
                    place.zip(row).for_each(|(old, new)| *old = new);
                    self.numbers[before] = number;
                    return true;
                }
                Entry::Vacant(free) => {
                    free.insert(self.numbers.len());
                }
            }
        }
        self.values.extend(row);
        self.numbers.push(number);
        false
    }

    fn take(&mut self) -> Result<Option<(BulkRows, Vec<u64>)>> {
        if self.numbers.is_empty() {
            return Ok(None);
        }
        self.bytes = 0;
        self.last.clear();
        let room = self.values.len();
        let values = std::mem::replace(&mut self.values, Vec::with_capacity(room));
        let rows = BulkRows::new(self.target.clone(), values)?;
        Ok(Some((rows, std::mem::take(&mut self.numbers))))
    }
}
