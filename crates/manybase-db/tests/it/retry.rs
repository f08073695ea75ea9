//! Transactions that are tried again.

use crate::fake::{Fake, run};
use manybase_db::{ErrorKind, Result, TransactionSettings};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

#[tokio::test]
async fn after_a_serialization_failure_it_runs_again_in_a_fresh_transaction() {
    let fake = Fake::default();
    let db = fake.two().await;
    let tries = AtomicU32::new(0);
    let value = db
        .transaction_with(TransactionSettings::new().retries(3))
        .run(async |tx| {
            let sql = ["SERIALIZATION", "DEADLOCK", "x"];
            let tried = tries.fetch_add(1, Ordering::Relaxed);
            run(tx, sql[usize::try_from(tried).unwrap()]).await?;
            Ok(tried)
        })
        .await
        .unwrap();
    assert_eq!(value, 2);
    let sent = [
        "BEGIN",
        "SERIALIZATION",
        "ROLLBACK",
        "BEGIN",
        "DEADLOCK",
        "ROLLBACK",
        "BEGIN",
        "x",
        "COMMIT",
    ];
    assert_eq!(fake.log(), sent.map(|line| format!("a: {line}")));
}

#[tokio::test]
async fn a_commit_is_tried_again_too() {
    let fake = Fake::default();
    let db = fake.two().await;
    fake.fail_next_commit(ErrorKind::Serialization);
    let settings = TransactionSettings::new().retries(1);
    db.transaction_with(settings)
        .run(async |tx| run(tx, "x").await)
        .await
        .unwrap();
    let sent = ["BEGIN", "x", "COMMIT", "ROLLBACK", "BEGIN", "x", "COMMIT"];
    assert_eq!(fake.log(), sent.map(|line| format!("a: {line}")));
}

#[tokio::test]
async fn the_last_error_comes_back() {
    let db = Fake::default().two().await;
    let tries = AtomicU32::new(0);
    let result = db
        .transaction_with(TransactionSettings::new().retries(2))
        .run(async |tx| {
            tries.fetch_add(1, Ordering::Relaxed);
            run(tx, "DEADLOCK").await
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Deadlock);
    assert_eq!(tries.into_inner(), 3);
}

#[tokio::test]
async fn other_errors_are_not_tried_again() {
    let db = Fake::default().two().await;
    let tries = AtomicU32::new(0);
    let result = db
        .transaction_with(TransactionSettings::new().retries(5))
        .run(async |tx| {
            tries.fetch_add(1, Ordering::Relaxed);
            run(tx, "UNIQUE").await
        })
        .await;
    assert!(result.unwrap_err().is_unique_violation());
    assert_eq!(tries.into_inner(), 1);
}

#[tokio::test]
async fn a_swallowed_deadlock_is_tried_again() {
    let db = Fake::default().two().await;
    let tries = AtomicU32::new(0);
    db.transaction_with(TransactionSettings::new().retries(1))
        .run(async |tx| {
            if tries.fetch_add(1, Ordering::Relaxed) == 0 {
                let _: Result<_> = run(tx, "DEADLOCK").await;
            }
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(tries.into_inner(), 2);
}

#[tokio::test]
async fn the_limit_covers_all_tries() {
    let db = Fake::default().two().await;
    let begun = std::time::Instant::now();
    let settings = TransactionSettings::new()
        .retries(1_000)
        .timeout(Duration::from_millis(60));
    let result = db
        .transaction_with(settings)
        .run(async |tx| run(tx, "DEADLOCK").await)
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Deadlock);
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn it_runs_inside_spawn_and_takes_owned_values() {
    let db = Fake::default().two().await;
    let sql = String::from("x");
    let task = tokio::spawn(async move {
        let settings = TransactionSettings::new().retries(1);
        db.transaction_with(settings)
            .run(async move |tx| run(tx, &sql).await)
            .await
    });
    task.await.unwrap().unwrap();
}
