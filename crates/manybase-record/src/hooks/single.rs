//! Writes of single records, with their hooks.

use super::{HookContext, Hooks, Operation};
use crate::rec::placed;
use crate::{Assignment, Model, Rec, insert, validate};
use manybase_db::{Executor, Outcome, Transaction, WithoutHooks};
use manybase_driver::{BoxFuture, Error, Result};
use manybase_sql::Expr;
use std::sync::Arc;

/// What changes a record that is there.
#[derive(Debug, Clone)]
pub(crate) enum Changed {
    /// What differs from the row.
    Save,
    /// Brought back.
    Restore,
    /// These columns alone.
    Set(Vec<Assignment>),
}

/// The result of a hook: its error fails the transaction, since a part of what belongs together is missing.
pub(super) async fn hook<M: Model>(
    tx: &Transaction,
    hook: impl Future<Output = Result<()>> + Send,
) -> Result<()> {
    let done = hook.await.map_err(|error| named::<M>(error, tx));
    done.inspect_err(|error| tx.fail(error))
}

/// With the names of model and connection.
pub(super) fn named<M: Model>(error: Error, on: &dyn Executor) -> Error {
    placed(error.with_model(M::meta().name), on, M::route(None))
}

/// Tells the record of the transaction's end, as it is now.
pub(super) fn at_end<M: Hooks>(
    tx: &Transaction,
    record: Arc<M>,
    operation: Operation,
    set_wise: bool,
) -> Result<()> {
    tx.at_end_of(
        M::meta().name,
        Some(operation.as_str()),
        async move |outcome, on| {
            let cx = HookContext::outside(&*on, operation, set_wise);
            let told = match outcome {
                Outcome::Committed => record.after_commit(&cx).await,
                Outcome::RolledBack => record.after_rollback(&cx).await,
            };
            told.map_err(|error| named::<M>(error, &*on))
        },
    )
}

/// The rules, with the hooks around them.
pub(super) async fn validated<M: Hooks>(
    record: &mut M,
    tx: &Transaction,
    cx: &HookContext<'_>,
) -> Result<()> {
    hook::<M>(tx, record.before_validate(cx)).await?;
    validate::record(record).map_err(|error| named::<M>(error, tx))?;
    hook::<M>(tx, record.after_validate(cx)).await
}

pub(super) fn insert<M: Hooks>(record: M, on: &dyn Executor) -> BoxFuture<'_, Result<Rec<M>>> {
    Box::pin(async move {
        let unit = on.unit();
        let result = inserted(record, unit.transaction()).await;
        unit.end(result).await
    })
}

pub(super) async fn inserted<M: Hooks>(mut record: M, tx: &Transaction) -> Result<Rec<M>> {
    let cx = HookContext::inside(tx, Operation::Insert, false);
    validated(&mut record, tx, &cx).await?;
    hook::<M>(tx, record.before_insert(&cx)).await?;
    let mut record = insert::one(record, &WithoutHooks::of(tx)).await?;
    at_end(tx, Arc::new(M::clone(&record)), Operation::Insert, false)?;
    hook::<M>(tx, record.after_insert(&cx)).await?;
    Ok(record)
}

pub(super) fn update<'a, M: Hooks>(
    record: &'a mut Rec<M>,
    changed: Changed,
    on: &'a dyn Executor,
) -> BoxFuture<'a, Result<bool>> {
    Box::pin(async move {
        if matches!(changed, Changed::Save) && !record.is_dirty() {
            return Ok(false);
        }
        let unit = on.unit();
        let result = updated(record, changed, unit.transaction()).await;
        unit.end(result).await
    })
}

async fn updated<M: Hooks>(record: &mut Rec<M>, changed: Changed, tx: &Transaction) -> Result<bool> {
    let operation = match changed {
        Changed::Restore => Operation::Restore,
        Changed::Save | Changed::Set(_) => Operation::Update,
    };
    let cx = HookContext::inside(tx, operation, false);
    let quiet = WithoutHooks::of(tx);
    if matches!(changed, Changed::Save) {
        validated::<M>(record, tx, &cx).await?;
    }
    let before = match changed {
        Changed::Save => Vec::new(),
        _ => insert::encode::<M>(record)?,
    };
    hook::<M>(tx, record.before_update(&cx)).await?;
    let done = match changed {
        Changed::Save => record.save(&quiet).await?,
        Changed::Restore => record.restored(record.differs(&before)?, &quiet).await?,
        Changed::Set(mut set) => {
            let more = record.differs(&before)?.into_iter();
            set.extend(more.map(|(at, value)| Assignment {
                column: M::meta().columns[at].name.clone(),
                value: Expr::Value(value),
            }));
            record.set(set, &quiet).await?
        }
    };
    if done {
        at_end(tx, Arc::new(M::clone(record)), operation, false)?;
        hook::<M>(tx, record.after_update(&cx)).await?;
    }
    Ok(done)
}

pub(super) fn remove<M: Hooks>(
    record: Rec<M>,
    stamp: Option<usize>,
    on: &dyn Executor,
) -> BoxFuture<'_, Result<()>> {
    Box::pin(async move {
        let unit = on.unit();
        let result = removed(record, stamp, unit.transaction()).await;
        unit.end(result).await
    })
}

async fn removed<M: Hooks>(mut record: Rec<M>, stamp: Option<usize>, tx: &Transaction) -> Result<()> {
    let operation = match stamp {
        Some(_) => Operation::SoftDelete,
        None => Operation::Delete,
    };
    let cx = HookContext::inside(tx, operation, false);
    hook::<M>(tx, record.before_delete(&cx)).await?;
    record.remove(&WithoutHooks::of(tx), stamp).await?;
    let record = Arc::new(record.into_inner());
    at_end(tx, record.clone(), operation, false)?;
    hook::<M>(tx, record.after_delete(&cx)).await
}
