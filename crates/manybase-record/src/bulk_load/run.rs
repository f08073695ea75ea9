//! Loading, batch by batch. While the database is busy with one, the next one is made.

use super::batch::{Batch, Batches, Plan};
use super::{BulkLoad, Loaded, Mode};
use crate::Model;
use crate::rec::placed;
use manybase_db::{Executor, Lease};
use manybase_driver::{Access, BulkRows, Error, ErrorKind, Result, Statement};
use manybase_sql::Delete;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

/// The database waits so long for the next batch, which takes less to make of records that are there.
const SOON: Duration = Duration::from_millis(20);

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
    let dialect = lease.dialect();
    if load.mode == Mode::Replace {
        let delete = Delete::from(M::meta().table.clone()).render(dialect)?;
        loaded.deleted = lease
            .execute(Statement::rendered(delete, Access::Write))
            .await?
            .affected;
    }
    let mut batches = Batches::new(&mut load.records, plan, dialect);
    let mut next = batches.next().await?;
    while let Some(batch) = next {
        let is_made = AtomicBool::new(false);
        let sending = async {
            flush(batch, plan, lease, loaded).await?;
            // Where the source is slow, or each batch is to last, the database is not kept waiting for more.
            if load.each_batch || !comes_soon(&is_made).await {
                lease.bulk_end().await?;
            }
            if let Some(progress) = &mut load.progress {
                progress(loaded);
            }
            if load.each_batch {
                lease.commit_nested().await?;
                lease.begin_nested().await?;
            }
            Ok(())
        };
        let making = async {
            let made = batches.next().await;
            is_made.store(true, Ordering::Relaxed);
            made
        };
        next = beside(sending, making).await?;
    }
    lease.bulk_end().await
}

/// What `made` came to, once `sent` is done. Where that fails, there is no waiting for the other.
async fn beside<T>(
    sent: impl Future<Output = Result<()>>,
    made: impl Future<Output = Result<T>>,
) -> Result<T> {
    let (mut sent, mut made) = (pin!(sent), pin!(made));
    let (mut is_sent, mut is_made) = (false, None);
    poll_fn(|task| {
        if !is_sent && let Poll::Ready(result) = sent.as_mut().poll(task) {
            result?;
            is_sent = true;
        }
        if is_made.is_none()
            && let Poll::Ready(result) = made.as_mut().poll(task)
        {
            is_made = Some(result);
            // It may be what the other waits for.
            if !is_sent && let Poll::Ready(result) = sent.as_mut().poll(task) {
                result?;
                is_sent = true;
            }
        }
        match is_made.take_if(|_| is_sent) {
            Some(result) => Poll::Ready(result),
            None => Poll::Pending,
        }
    })
    .await
}

/// Whether the next batch is made before long.
async fn comes_soon(is_made: &AtomicBool) -> bool {
    let mut patience = pin!(tokio::time::sleep(SOON));
    poll_fn(|task| match is_made.load(Ordering::Relaxed) {
        true => Poll::Ready(true),
        false => patience.as_mut().poll(task).map(|()| false),
    })
    .await
}

async fn flush(batch: Batch, plan: &Plan, lease: &mut Lease<'_>, loaded: &mut Loaded) -> Result<()> {
    loaded.replaced += batch.replaced;
    for (number, error) in batch.refused {
        loaded.reject(number, error, plan.max_rejects)?;
    }
    for (rows, numbers) in batch.parts {
        match plan.max_rejects {
            0 => {
                drop(numbers);
                let done = lease.bulk_feed(rows).await?;
                loaded.add(done, plan.ignores);
            }
            _ => send(&rows, &numbers, plan, lease, loaded).await?,
        }
    }
    loaded.read = batch.taken;
    Ok(())
}

/// Sends rows of which some may be refused: those that are refused together go in halves, down to the one that is to blame.
async fn send(
    rows: &BulkRows,
    numbers: &[u64],
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
        lease.begin_nested().await?;
        match lease.bulk_load(rows.part(part.clone())).await {
            Ok(done) => {
                lease.commit_nested().await?;
                loaded.add(done, plan.ignores);
            }
            Err(error) if is_of_a_row(&error) => {
                lease.rollback_nested().await?;
                if part.len() == 1 {
                    let number = numbers.get(part.start).copied().unwrap_or_default();
                    loaded.reject(number, error, plan.max_rejects)?;
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
