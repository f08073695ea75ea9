//! Tasks, panics, dropped futures.

use super::{Account, accounts, add, balance, mine};
use crate::support::{On, on_every_database};
use manybase::Result;
use manybase::TransactionSettings;
use manybase::prelude::*;
use std::sync::Arc;
use std::time::Duration;

on_every_database! {
    tasks_that_share_one,
    inside_spawn,
    panics,
    dropped_in_the_middle;
    shared: nobody_sees_half,
}

async fn tasks_that_share_one(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    on.db
        .transaction(async |tx| {
            let all = tokio::join!(
                add(tx, 1, 1),
                add(tx, 1, 10),
                balance(tx, 2),
                add(tx, 1, 100),
                Account::query().all(tx)
            );
            assert_eq!(all.2?, 100);
            assert_eq!(all.4?.len(), 4);
            Ok(all.0? + all.1? + all.3?)
        })
        .await?;
    assert_eq!(balance(&on.db, 1).await?, 211);
    Ok(())
}

async fn inside_spawn(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let mut tasks = Vec::new();
    for n in 0..20 {
        let on = on.clone();
        tasks.push(tokio::spawn(async move {
            let label = format!("{n}");
            let settings = TransactionSettings::new().retries(20);
            let result = on
                .db
                .transaction_with(settings)
                .run(async |tx| {
                    add(tx, 1, 1).await?;
                    tx.transaction(async |inner| add(inner, 2, 1).await).await?;
                    if label.parse::<i32>().expect("a number") % 2 == 1 {
                        Err(mine())
                    } else {
                        Ok(())
                    }
                })
                .await;
            result.is_ok()
        }));
    }
    let mut done = 0;
    for task in tasks {
        done += i64::from(task.await.expect("no panic"));
    }
    assert_eq!(done, 10);
    assert_eq!((balance(&on.db, 1).await?, balance(&on.db, 2).await?), (110, 110));
    Ok(())
}

async fn panics(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    for nested in [false, true] {
        let other = on.clone();
        let task = tokio::spawn(async move {
            let result: Result<()> = other
                .db
                .transaction(async |tx| {
                    add(tx, 1, 1).await?;
                    if nested {
                        tx.transaction(async |inner| -> Result<()> {
                            add(inner, 1, 1).await?;
                            panic!("on purpose")
                        })
                        .await?;
                    }
                    panic!("on purpose")
                })
                .await;
            result
        });
        assert!(task.await.expect_err("a panic").is_panic());
        on.works().await;
        assert_eq!(balance(&on.db, 1).await?, 100);
        assert_eq!(add(&on.db, 2, 1).await?, 1);
    }
    Ok(())
}

async fn dropped_in_the_middle(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let slow = on.slow();
    for point in 0..4 {
        let work = on.db.transaction(async |tx| {
            add(tx, 1, 1).await?;
            match point {
                0 => std::future::pending().await,
                1 => sql(slow).reads().scalar::<i64>(tx).await.map(drop)?,
                2 => {
                    tx.transaction(async |inner| -> Result<()> {
                        add(inner, 1, 1).await?;
                        std::future::pending().await
                    })
                    .await?
                }
                _ => {
                    // Only the nested one is dropped, and the outer one goes on without its work.
                    let inner = tx.transaction(async |inner| -> Result<()> {
                        add(inner, 1, 1_000).await?;
                        std::future::pending().await
                    });
                    assert!(
                        tokio::time::timeout(Duration::from_millis(100), inner)
                            .await
                            .is_err()
                    );
                    add(tx, 1, 10).await?;
                }
            }
            Ok(())
        });
        let ended =
            tokio::time::timeout(Duration::from_millis(if point == 3 { 20_000 } else { 100 }), work).await;
        assert_eq!(ended.is_ok(), point == 3, "{point} {ended:?}");
        on.works().await;
        let wanted = if point == 3 { 111 } else { 100 };
        assert_eq!(balance(&on.db, 1).await?, wanted, "{point}");
        // No lock is left.
        assert_eq!(
            tokio::time::timeout(Duration::from_secs(10), add(&on.db, 1, 0))
                .await
                .expect("no lock")?,
            1
        );
    }
    Ok(())
}

async fn nobody_sees_half(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let db = &on.db;
    let writer = async {
        for n in 0..40 {
            let result: Result<()> = db
                .transaction(async |tx| {
                    add(tx, 1, -1).await?;
                    tokio::task::yield_now().await;
                    add(tx, 2, 1).await?;
                    if n % 4 == 3 { Err(mine()) } else { Ok(()) }
                })
                .await;
            assert_eq!(result.is_err(), n % 4 == 3);
        }
        Ok::<(), manybase::Error>(())
    };
    let reader = async {
        for _ in 0..80 {
            let sum = Account::query().select(|c| c.balance.sum()).one(db).await?;
            assert_eq!(sum, Some(400));
            tokio::task::yield_now().await;
        }
        Ok::<(), manybase::Error>(())
    };
    let (written, read) = tokio::join!(writer, reader);
    written.and(read)?;
    assert_eq!((balance(db, 1).await?, balance(db, 2).await?), (70, 130));
    Ok(())
}
