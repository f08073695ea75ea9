//! Writes of many rows at once, with their hooks.

use super::single::{self, at_end, hook, named};
use super::{HookContext, Hooks, Operation, SetChange};
use crate::{Assignment, Model, Query, Rec, Upsert, insert, validate};
use chrono::{SubsecRound, Utc};
use manybase_db::{Executor, Transaction, WithoutHooks};
use manybase_driver::{BoxFuture, Error, ErrorKind, FieldErrors, Result};
use std::sync::Arc;

/// What is done with all rows of a query.
#[derive(Debug, Clone)]
pub(crate) enum SetWise {
    Update(Vec<Assignment>),
    Delete,
    HardDelete,
    Restore,
}

pub(super) fn insert_many<M: Hooks>(records: Vec<M>, on: &dyn Executor) -> BoxFuture<'_, Result<u64>> {
    Box::pin(async move {
        if records.is_empty() {
            return Ok(0);
        }
        let unit = on.unit();
        let result = inserted(records, unit.transaction()).await;
        unit.end(result).await
    })
}

async fn inserted<M: Hooks>(mut records: Vec<M>, tx: &Transaction) -> Result<u64> {
    let cx = HookContext::inside(tx, Operation::Insert, true);
    validated(&mut records, tx, &cx).await?;
    hook::<M>(tx, M::before_insert_many(&mut records, &cx)).await?;
    let quiet = WithoutHooks::of(tx);
    let now = Utc::now().trunc_subsecs(6);
    for record in &mut records {
        record.stamp(now, None);
    }
    let inserted = if records.iter().any(Model::is_key_unset) {
        // Hooks are told the keys, and only one record at a time has one that is known on every database.
        let mut kept = Vec::with_capacity(records.len());
        for record in records {
            kept.push(insert::one(record, &quiet).await?.into_inner());
        }
        records = kept;
        records.len() as u64
    } else {
        insert::many(records.clone(), &quiet).await?
    };
    let told: Vec<_> = records.iter().cloned().map(Arc::new).collect();
    for record in told {
        at_end(tx, record, Operation::Insert, true)?;
    }
    hook::<M>(tx, M::after_insert_many(&mut records, &cx)).await?;
    Ok(inserted)
}

async fn validated<M: Hooks>(records: &mut [M], tx: &Transaction, cx: &HookContext<'_>) -> Result<()> {
    let mut errors = FieldErrors::default();
    for (at, record) in records.iter_mut().enumerate() {
        hook::<M>(tx, record.before_validate(cx)).await?;
        validate::collect(record, &insert::encode(record)?, Some(at), &mut errors);
    }
    errors.into_result().map_err(|error| named::<M>(error, tx))?;
    for record in records {
        hook::<M>(tx, record.after_validate(cx)).await?;
    }
    Ok(())
}

pub(super) fn upsert<M: Hooks>(mut upsert: Upsert<M>, on: &dyn Executor) -> BoxFuture<'_, Result<u64>> {
    Box::pin(async move {
        let unit = on.unit();
        let tx = unit.transaction();
        let result = async {
            let cx = HookContext::inside(tx, Operation::Upsert, true);
            validated(upsert.records_mut(), tx, &cx).await?;
            hook::<M>(tx, M::before_upsert(upsert.records_mut(), &cx)).await?;
            let mut records = upsert.records_mut().to_vec();
            let rows = upsert.exec(&WithoutHooks::of(tx)).await?;
            for record in &records {
                at_end(tx, Arc::new(record.clone()), Operation::Upsert, true)?;
            }
            hook::<M>(tx, M::after_upsert(&mut records, &cx)).await?;
            Ok(rows)
        }
        .await;
        unit.end(result).await
    })
}

pub(super) fn upsert_one<M: Hooks>(mut record: M, on: &dyn Executor) -> BoxFuture<'_, Result<Rec<M>>> {
    Box::pin(async move {
        let unit = on.unit();
        let tx = unit.transaction();
        let result = async {
            // It is known to be new.
            if record.is_key_unset() {
                return single::inserted(record, tx).await;
            }
            let cx = HookContext::inside(tx, Operation::Upsert, false);
            single::validated(&mut record, tx, &cx).await?;
            hook::<M>(tx, M::before_upsert(std::slice::from_mut(&mut record), &cx)).await?;
            let mut record = record.insert_or_update(&WithoutHooks::of(tx)).await?;
            at_end(tx, Arc::new(M::clone(&record)), Operation::Upsert, false)?;
            hook::<M>(tx, M::after_upsert(std::slice::from_mut(&mut *record), &cx)).await?;
            Ok(record)
        }
        .await;
        unit.end(result).await
    })
}

pub(super) fn change<M: Hooks>(
    query: Query<M>,
    set_wise: SetWise,
    on: &dyn Executor,
) -> BoxFuture<'_, Result<u64>> {
    Box::pin(async move {
        let unit = on.unit();
        let result = changed(query, set_wise, unit.transaction()).await;
        unit.end(result).await
    })
}

async fn changed<M: Hooks>(query: Query<M>, mut set_wise: SetWise, tx: &Transaction) -> Result<u64> {
    let quiet = WithoutHooks::of(tx);
    let operation = match set_wise {
        SetWise::Update(_) => Operation::Update,
        SetWise::Restore => Operation::Restore,
        SetWise::Delete if M::meta().soft_delete.is_some() => Operation::SoftDelete,
        SetWise::Delete | SetWise::HardDelete => Operation::Delete,
    };
    let cx = HookContext::inside(tx, operation, true);
    let (query, assignments) = query.prepared(&mut set_wise, &quiet)?;
    let mut change = SetChange::new(query, assignments, operation);
    let deletes = matches!(operation, Operation::Delete | Operation::SoftDelete);
    if deletes {
        hook::<M>(tx, M::before_delete_set(&mut change, &cx)).await?;
    } else {
        hook::<M>(tx, M::before_update_set(&mut change, &cx)).await?;
    }
    if operation == Operation::Delete && !change.assignments.is_empty() {
        let error = Error::new(
            ErrorKind::Statement,
            "a hook sets columns of rows that are removed",
        );
        return Err(named::<M>(error, tx));
    }
    let rows = change
        .query
        .clone()
        .run_prepared(&set_wise, change.assignments.clone(), &quiet)
        .await?;
    if deletes {
        hook::<M>(tx, M::after_delete_set(&change, rows, &cx)).await?;
    } else {
        hook::<M>(tx, M::after_update_set(&change, rows, &cx)).await?;
    }
    Ok(rows)
}
