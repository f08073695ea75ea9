//! Transactions that get in each other's way.

use super::{Account, accounts, add, balance};
use crate::support::{Kind, On, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, IsolationLevel, Result, TransactionSettings};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Barrier;

on_every_database! {
    ;
    shared: both_succeed_with_retries, one_fails_without_retries, a_lock_that_is_held, many_writers,
}

/// Makes two transactions collide for sure, on the first try of both: on PostgreSQL both read what the other writes
/// (serialization), on MariaDB they lock two rows crosswise (deadlock), on SQLite the second waits for the first.
async fn collide(on: &Arc<On>, retries: u32) -> (Vec<Result<()>>, u32) {
    let tries = Arc::new(AtomicU32::new(0));
    let barrier = Arc::new(Barrier::new(2));
    let mut settings = TransactionSettings::new().retries(retries);
    if on.kind == Kind::Postgres {
        settings = settings.isolation(IsolationLevel::Serializable);
    }
    let mut tasks = Vec::new();
    for (here, there) in [(1, 2), (2, 1)] {
        let (on, tries, barrier) = (on.clone(), tries.clone(), barrier.clone());
        tasks.push(tokio::spawn(async move {
            let first = AtomicU32::new(0);
            let work = on.db.transaction_with(settings).run(async |tx| {
                tries.fetch_add(1, Ordering::Relaxed);
                let seen = if on.kind == Kind::Postgres {
                    balance(tx, there).await?
                } else {
                    100
                };
                add(tx, here, seen / 100).await?;
                if first.fetch_add(1, Ordering::Relaxed) == 0 && on.kind.is_server() {
                    barrier.wait().await;
                }
                if on.kind != Kind::Postgres {
                    add(tx, there, 1).await?;
                }
                Ok(())
            });
            work.await
        }));
    }
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.expect("no panic"));
    }
    (results, tries.load(Ordering::Relaxed))
}

async fn both_succeed_with_retries(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let (results, tries) = collide(&on, 5).await;
    for result in results {
        result?;
    }
    if on.kind.is_server() {
        assert!(tries > 2, "they did not collide");
    }
    let sum = balance(&on.db, 1).await? + balance(&on.db, 2).await?;
    assert_eq!(sum, if on.kind == Kind::Postgres { 202 } else { 204 });
    Ok(())
}

async fn one_fails_without_retries(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let (results, tries) = collide(&on, 0).await;
    assert_eq!(tries, 2);
    let errors: Vec<_> = results.into_iter().filter_map(Result::err).collect();
    match on.kind {
        Kind::Postgres | Kind::MariaDb => {
            assert_eq!(errors.len(), 1, "{errors:?}");
            let kind = on.pick(
                ErrorKind::LockTimeout,
                ErrorKind::Serialization,
                ErrorKind::Deadlock,
            );
            assert_eq!(
                (errors[0].kind(), errors[0].connection()),
                (kind, Some("main")),
                "{errors:?}"
            );
            assert!(errors[0].is_retryable());
        }
        _ => assert!(errors.is_empty(), "{errors:?}"),
    }
    Ok(())
}

async fn a_lock_that_is_held(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    on.again("hasty", |config| {
        config
            .lock_timeout(Some(Duration::from_millis(100)))
            .acquire_timeout(Duration::from_secs(3))
    });
    let tx = on.db.begin().await?;
    add(&tx, 1, 1).await?;
    let hasty = on.db.using("hasty");
    let error = add(&hasty, 1, 10).await.expect_err("locked");
    assert_eq!(
        (error.kind(), error.connection(), error.model()),
        (ErrorKind::LockTimeout, Some("hasty"), Some("Account")),
        "{error}"
    );
    assert!(error.is_retryable());
    // Readers need not wait, and see what was committed.
    assert_eq!(balance(&hasty, 1).await?, 100);
    tx.commit().await?;
    assert_eq!(add(&hasty, 1, 10).await?, 1);
    assert_eq!(balance(&on.db, 1).await?, 111);
    Ok(())
}

async fn many_writers(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let mut tasks = Vec::new();
    for task in 0..8i64 {
        let on = on.clone();
        tasks.push(tokio::spawn(async move {
            for n in 0..15 {
                let (from, to) = (1 + (task + n) % 4, 1 + (task * 3 + n * 2 + 1) % 4);
                let settings = TransactionSettings::new()
                    .retries(50)
                    .isolation(IsolationLevel::Serializable);
                let settings = if on.kind.is_sqlite() {
                    TransactionSettings::new().retries(50)
                } else {
                    settings
                };
                let work = on.db.transaction_with(settings).run(async |tx| {
                    let mut one = Account::find(from).one(tx).await?;
                    one.balance -= 1;
                    one.save(tx).await?;
                    let mut other = Account::find(to).one(tx).await?;
                    other.balance += 1;
                    other.save(tx).await
                });
                work.await?;
            }
            Ok::<(), manybase::Error>(())
        }));
    }
    for task in tasks {
        task.await.expect("no panic")?;
    }
    let sum = Account::query().select(|c| c.balance.sum()).one(&on.db).await?;
    assert_eq!(sum, Some(400));
    Ok(())
}
