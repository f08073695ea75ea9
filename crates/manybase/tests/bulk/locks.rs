//! Locks of rows.

use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, TransactionSettings, create_table};
use std::sync::Arc;
use std::time::Duration;

on_every_database! {
    what_sqlite_says,
    changes_by_a_locked_query;
    servers:
    outside_a_transaction,
    skips_what_is_locked,
    does_not_wait,
    waits,
    shares,
    rows_made_of_others,
    read_only,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Job {
    #[model(key)]
    id: i64,
    done: bool,
}

async fn jobs(on: &On) -> Result<()> {
    create_table::<Job>(&on.db).await?;
    Job::insert_many((1..=5).map(|id| Job { id, done: false }), &on.db).await?;
    Ok(())
}

async fn what_sqlite_says(on: Arc<On>) -> Result<()> {
    jobs(&on).await?;
    if on.kind.is_server() {
        return Ok(());
    }
    let error = fails_with(
        Job::find(1).for_update().one(&on.db).await,
        ErrorKind::Unsupported,
        "Job",
    );
    assert!(error.to_string().contains("begin it with a write"), "{error}");
    let tx = on.db.begin().await?;
    fails_with(
        Job::query().for_share().all(&tx).await,
        ErrorKind::Unsupported,
        "Job",
    );
    // Nothing was sent, so the transaction is good.
    assert_eq!(Job::query().count(&tx).await?, 5);
    tx.commit().await
}

async fn changes_by_a_locked_query(on: Arc<On>) -> Result<()> {
    jobs(&on).await?;
    fails_with(
        Job::query().for_update().delete(&on.db).await,
        ErrorKind::Statement,
        "Job",
    );
    let set = Job::query().nowait().update(&on.db, |c| c.done.set(true)).await;
    fails_with(set, ErrorKind::Statement, "Job");
    Ok(())
}

async fn outside_a_transaction(on: Arc<On>) -> Result<()> {
    jobs(&on).await?;
    for query in [
        Job::find(1).for_update(),
        Job::query().for_share(),
        Job::query().skip_locked(),
    ] {
        fails_with(query.clone().first(&on.db).await, ErrorKind::Transaction, "Job");
        fails_with(
            query.for_each(&on.db, |_| Ok(())).await,
            ErrorKind::Transaction,
            "Job",
        );
    }
    Ok(())
}

async fn skips_what_is_locked(on: Arc<On>) -> Result<()> {
    jobs(&on).await?;
    let next = || {
        Job::filter(|c| c.done.eq(false))
            .order_by(|c| c.id.asc())
            .limit(2)
            .for_update()
            .skip_locked()
    };
    let (one, two, three) = (on.db.begin().await?, on.db.begin().await?, on.db.begin().await?);
    let ids = |jobs: Vec<Rec<Job>>| jobs.iter().map(|job| job.id).collect::<Vec<_>>();
    assert_eq!(ids(next().all(&one).await?), [1, 2]);
    assert_eq!(ids(next().all(&two).await?), [3, 4]);
    assert_eq!(ids(next().all(&three).await?), [5]);
    assert!(next().exists(&three).await?);
    one.rollback().await?;
    two.rollback().await?;
    three.rollback().await?;
    let tx = on.db.begin().await?;
    assert_eq!(ids(next().all(&tx).await?), [1, 2]);
    tx.commit().await
}

async fn does_not_wait(on: Arc<On>) -> Result<()> {
    jobs(&on).await?;
    // The text of a query by key is kept; the lock must not be lost over it, nor stay.
    Job::find(1).one(&on.db).await?;
    let holder = on.db.begin().await?;
    let held = Job::find(1).for_update().one(&holder).await?;
    Job::find(1).one(&on.db).await?;
    let other = on.db.begin().await?;
    fails_with(
        Job::find(1).for_update().nowait().one(&other).await,
        ErrorKind::LockTimeout,
        "Job",
    );
    other.rollback().await?;
    let other = on.db.begin().await?;
    Job::find(2).nowait().one(&other).await?;
    other.commit().await?;
    held.delete(&holder).await?;
    holder.commit().await?;
    let other = on.db.begin().await?;
    assert_eq!(Job::find(1).nowait().one_or_none(&other).await?, None);
    other.commit().await
}

async fn waits(on: Arc<On>) -> Result<()> {
    jobs(&on).await?;
    let holder = on.db.begin().await?;
    let mut held = Job::find(1).for_update().one(&holder).await?;
    let waiting = tokio::spawn({
        let db = on.db.clone();
        async move {
            db.transaction(async |tx| Job::find(1).for_update().one(tx).await)
                .await
        }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    held.done = true;
    held.save(&holder).await?;
    holder.commit().await?;
    assert!(waiting.await.expect("no panic")?.done);
    Ok(())
}

async fn shares(on: Arc<On>) -> Result<()> {
    jobs(&on).await?;
    let (one, two, three) = (on.db.begin().await?, on.db.begin().await?, on.db.begin().await?);
    Job::find(1).for_share().one(&one).await?;
    Job::find(1).nowait().for_share().one(&two).await?;
    let skipped = Job::find(1)
        .for_update()
        .skip_locked()
        .one_or_none(&three)
        .await?;
    assert_eq!(skipped, None);
    fails_with(
        Job::find(1).nowait().one(&three).await,
        ErrorKind::LockTimeout,
        "Job",
    );
    one.rollback().await?;
    two.rollback().await?;
    three.rollback().await
}

async fn rows_made_of_others(on: Arc<On>) -> Result<()> {
    jobs(&on).await?;
    let tx = on.db.begin().await?;
    fails_with(
        Job::query().for_update().count(&tx).await,
        ErrorKind::Statement,
        "Job",
    );
    let distinct = Job::query()
        .for_update()
        .select(|c| c.done)
        .distinct()
        .all(&tx)
        .await;
    fails_with(distinct, ErrorKind::Statement, "Job");
    let groups = Job::query()
        .for_update()
        .group_by(|c| c.done)
        .select(|c| (c.done, count_all()))
        .all(&tx)
        .await;
    fails_with(groups, ErrorKind::Statement, "Job");
    let ids = Job::query()
        .for_update()
        .order_by(|c| c.id.asc())
        .select(|c| c.id)
        .all(&tx)
        .await?;
    assert_eq!(ids, [1, 2, 3, 4, 5]);
    tx.commit().await
}

async fn read_only(on: Arc<On>) -> Result<()> {
    jobs(&on).await?;
    let runner = on.db.transaction_with(TransactionSettings::new().read_only());
    let result = runner
        .run(async |tx| Job::find(1).for_update().one(tx).await)
        .await;
    fails_with(result, ErrorKind::ReadOnly, "Job");
    Ok(())
}
