//! Loading, batch by batch.

use super::{BulkLoad, Loaded, Mode};
use crate::insert::{encode, size, statement, written};
use crate::rec::placed;
use crate::upsert::{Same, no_key_yet, same};
use crate::{Model, ModelMeta, Role, relation, validate};
use chrono::{SubsecRound, Utc};
use foldhash::fast::RandomState;
use manybase_db::{Executor, Lease};
use manybase_driver::{Access, BulkRows, BulkTarget, Dialect, Error, ErrorKind, Result, Statement};
use manybase_sql::{ConflictUpdate, Delete, OnConflict, Value};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::poll_fn;
use std::sync::Arc;

/// Bytes of one batch, roughly.
const BYTES: usize = 4 << 20;

pub(super) async fn run<M: Model>(mut load: BulkLoad<'_, M>, on: &dyn Executor) -> Result<Loaded> {
    let meta = M::meta();
    let using = load.using.clone();
    let route = M::route(using.as_deref());
    let plan = Plan::new(&load).map_err(|error| placed(error.with_model(meta.name), on, route))?;
    let named = |error: Error| error.with_model(meta.name);
    let mut lease = on.lease(route, Access::Write).await.map_err(named)?;
    let connection = lease.connection().clone();
    let named = |error: Error| error.with_model(meta.name).with_connection(connection.clone());
    let capability = lease.dialect().capability();
    if load.max_rejects > 0 && !capability.savepoints {
        let what = format!(
            "{} has no savepoints, so that records can't be left out of a load",
            lease.dialect().name()
        );
        return Err(named(
            Error::new(ErrorKind::Unsupported, what).with_help("leave max_rejects out"),
        ));
    }
    lease.begin_nested().await.map_err(named)?;
    let mut loaded = Loaded::default();
    match all(&mut load, &plan, &mut lease, &mut loaded).await {
        Ok(()) => {
            lease.commit_nested().await.map_err(named)?;
            Ok(loaded)
        }
        Err(error) => {
            // The first error says more than one about the rollback could.
            drop(lease.rollback_nested().await);
            Err(named(error))
        }
    }
}

async fn all<M: Model>(
    load: &mut BulkLoad<'_, M>,
    plan: &Plan,
    lease: &mut Lease<'_>,
    loaded: &mut Loaded,
) -> Result<()> {
    let meta = M::meta();
    let dialect = lease.dialect();
    if load.mode == Mode::Replace {
        let delete = Delete::from(meta.table.clone()).render(dialect)?;
        loaded.deleted = lease
            .execute(Statement::rendered(delete, Access::Write))
            .await?
            .affected;
    }
    let mut pending = [
        Pending::new(plan, false, dialect),
        Pending::new(plan, true, dialect),
    ];
    let now = Utc::now().trunc_subsecs(6);
    let (mut taken, mut begun) = (0, false);
    while let Some(record) = poll_fn(|task| load.records.as_mut().poll_next(task)).await {
        let mut record: M = record?;
        taken += 1;
        record.stamp(now, None);
        let unset = record.is_key_unset();
        if unset && plan.by_auto_key {
            return Err(no_key_yet(meta));
        }
        relation::refuse_fresh(std::slice::from_mut(&mut record), "bulk_load")?;
        match encode(&record).and_then(|values| validate::checked(&record, &values).map(|()| values)) {
            Ok(values) => pending[usize::from(unset)].push(taken, values, plan, now, loaded),
            Err(error) => loaded.reject(taken, error, load.max_rejects)?,
        }
        begun = true;
        let rows: usize = pending.iter().map(|pending| pending.numbers.len()).sum();
        let bytes: usize = pending.iter().map(|pending| pending.bytes).sum();
        if rows >= load.batch || bytes >= BYTES {
            flush(load, plan, lease, &mut pending, loaded, taken).await?;
            begun = false;
            if load.each_batch {
                lease.commit_nested().await?;
                lease.begin_nested().await?;
            }
        }
    }
    if begun {
        flush(load, plan, lease, &mut pending, loaded, taken).await?;
    }
    Ok(())
}

async fn flush<M: Model>(
    load: &mut BulkLoad<'_, M>,
    plan: &Plan,
    lease: &mut Lease<'_>,
    pending: &mut [Pending; 2],
    loaded: &mut Loaded,
    taken: u64,
) -> Result<()> {
    for pending in pending {
        if let Some((rows, numbers)) = pending.take()? {
            send(&rows, &numbers, load.max_rejects, plan, lease, loaded).await?;
        }
    }
    loaded.read = taken;
    if let Some(progress) = &mut load.progress {
        progress(loaded);
    }
    Ok(())
}

/// Sends rows; where some may be refused, those that are refused together go in halves, down to the one that is to
/// blame.
async fn send(
    rows: &BulkRows,
    numbers: &[u64],
    max_rejects: u64,
    plan: &Plan,
    lease: &mut Lease<'_>,
    loaded: &mut Loaded,
) -> Result<()> {
    let whole = 0..rows.len();
    let mut parts = vec![whole];
    while let Some(part) = parts.pop() {
        if part.is_empty() {
            continue;
        }
        if max_rejects > 0 {
            lease.begin_nested().await?;
        }
        match lease.bulk_load(rows.part(part.clone())).await {
            Ok(done) => {
                if max_rejects > 0 {
                    lease.commit_nested().await?;
                }
                loaded.inserted += done.inserted;
                match plan.ignores {
                    true => loaded.ignored += done.found,
                    false => loaded.updated += done.found,
                }
            }
            Err(error) if max_rejects > 0 && is_of_a_row(&error) => {
                lease.rollback_nested().await?;
                if part.len() == 1 {
                    let number = numbers.get(part.start).copied().unwrap_or_default();
                    loaded.reject(number, error, max_rejects)?;
                    continue;
                }
                let middle = part.start + part.len() / 2;
                parts.push(middle..part.end);
                parts.push(part.start..middle);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_of_a_row(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Value
            | ErrorKind::UniqueViolation
            | ErrorKind::ForeignKeyViolation
            | ErrorKind::NotNullViolation
            | ErrorKind::CheckViolation
    )
}

/// What is the same for all records.
struct Plan {
    meta: &'static ModelMeta,
    conflict: Option<OnConflict>,
    /// Positions of the columns that rows are found by.
    by: Vec<usize>,
    /// Positions of the columns that get the time of the update, whatever the record says.
    stamped: Vec<usize>,
    by_auto_key: bool,
    ignores: bool,
}

impl Plan {
    fn new<M: Model>(load: &BulkLoad<'_, M>) -> Result<Self> {
        load.check()?;
        let meta = M::meta();
        let mut plan = Self {
            meta,
            conflict: None,
            by: Vec::new(),
            stamped: Vec::new(),
            by_auto_key: false,
            ignores: false,
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

/// Rows of one batch with the same columns.
struct Pending {
    meta: &'static ModelMeta,
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
            meta: plan.meta,
            unset,
            target: target.into(),
            values: Vec::new(),
            numbers: Vec::new(),
            bytes: 0,
            last: HashMap::default(),
        }
    }

    fn push(
        &mut self,
        number: u64,
        mut values: Vec<Value>,
        plan: &Plan,
        now: chrono::DateTime<Utc>,
        loaded: &mut Loaded,
    ) {
        for &at in &plan.stamped {
            values[at] = self.meta.time(at, now);
        }
        let key = match plan.conflict {
            Some(_) => same(plan.by.iter().map(|&at| &values[at])),
            None => None,
        };
        let row = written(self.meta, values, self.unset);
        self.bytes += row.iter().map(size).sum::<usize>();
        if let Some(key) = key {
            match self.last.entry(key) {
                // The last one counts, in the place of the first.
                Entry::Occupied(before) => {
                    let (before, width) = (*before.get(), self.target.columns.len());
                    let place = self.values.iter_mut().skip(before * width).take(width);
                    place.zip(row).for_each(|(old, new)| *old = new);
                    self.numbers[before] = number;
                    loaded.replaced += 1;
                    return;
                }
                Entry::Vacant(free) => {
                    free.insert(self.numbers.len());
                }
            }
        }
        self.values.extend(row);
        self.numbers.push(number);
    }

    fn take(&mut self) -> Result<Option<(BulkRows, Vec<u64>)>> {
        if self.numbers.is_empty() {
            return Ok(None);
        }
        self.bytes = 0;
        self.last.clear();
        let rows = BulkRows::new(self.target.clone(), std::mem::take(&mut self.values))?;
        Ok(Some((rows, std::mem::take(&mut self.numbers))))
    }
}
