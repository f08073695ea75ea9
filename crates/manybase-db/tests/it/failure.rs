//! What fails a transaction, and what becomes of it.

use crate::fake::{Fake, run, write};
use manybase_db::{Access, ErrorKind, Executor, Result, Route};
use manybase_driver::{CountSink, Statement};

#[tokio::test]
async fn a_failed_statement_fails_the_transaction() {
    let fake = Fake::default();
    let db = fake.two().await;
    let result: Result<()> = db
        .transaction(async |tx| {
            assert!(run(tx, "UNIQUE").await.unwrap_err().is_unique_violation());
            let error = run(tx, "x").await.unwrap_err();
            assert_eq!(
                error.to_string(),
                "transaction misuse on connection \"a\": the transaction failed at: unique violation on connection \
                 \"a\": the database says no (code 7); roll back, or run what may fail in a nested transaction"
            );
            Ok(())
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Transaction);
    assert_eq!(fake.log(), ["a: BEGIN", "a: UNIQUE", "a: ROLLBACK"]);
}

#[tokio::test]
async fn an_error_that_is_not_of_the_database_does_not() {
    let fake = Fake::default();
    let db = fake.two().await;
    db.transaction(async |tx| {
        assert_eq!(
            run(tx, "NOT SENT").await.unwrap_err().kind(),
            ErrorKind::Placeholders
        );
        let mut lease = tx.lease(Route::default(), Access::Write).await?;
        let read = Statement::read("DECODE", vec![]);
        lease.query(read, CountSink::default()).await.unwrap_err();
        lease.execute(write("x")).await
    })
    .await
    .unwrap();
    assert_eq!(fake.log().last().unwrap(), "a: COMMIT");
}

#[tokio::test]
async fn what_may_be_half_done_fails_it_too() {
    let fake = Fake::default();
    let db = fake.two().await;
    let tx = db.begin().await.unwrap();
    let mut lease = tx.lease(Route::default(), Access::Write).await.unwrap();
    lease
        .query(write("DECODE"), CountSink::default())
        .await
        .unwrap_err();
    drop(lease);
    assert_eq!(tx.commit().await.unwrap_err().kind(), ErrorKind::Transaction);
    let tx = db.begin().await.unwrap();
    let mut lease = tx.lease(Route::default(), Access::Write).await.unwrap();
    lease
        .batch(vec![write("x"), write("NOT SENT")], true)
        .await
        .unwrap_err();
    drop(lease);
    assert_eq!(tx.commit().await.unwrap_err().kind(), ErrorKind::Transaction);
}

#[tokio::test]
async fn a_commit_that_fails_rolls_back_and_one_that_is_lost_says_so() {
    let fake = Fake::default();
    let db = fake.two().await;
    fake.fail_next_commit(ErrorKind::ForeignKeyViolation);
    let error = db.transaction(async |tx| run(tx, "x").await).await.unwrap_err();
    assert!(error.is_foreign_key_violation());
    assert_eq!(fake.log(), ["a: BEGIN", "a: x", "a: COMMIT", "a: ROLLBACK"]);
    fake.fail_next_commit(ErrorKind::ConnectionLost);
    let error = db.transaction(async |tx| run(tx, "x").await).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert!(error.to_string().contains("the outcome is not known"), "{error}");
}

#[tokio::test]
async fn a_lost_connection_fails_it_for_good() {
    let fake = Fake::default();
    let db = fake.two().await;
    let tx = db.begin().await.unwrap();
    assert_eq!(
        run(&tx, "LOST").await.unwrap_err().kind(),
        ErrorKind::ConnectionLost
    );
    assert_eq!(run(&tx, "x").await.unwrap_err().kind(), ErrorKind::Transaction);
    assert_eq!(tx.commit().await.unwrap_err().kind(), ErrorKind::Transaction);
    assert_eq!(fake.log(), ["a: BEGIN", "a: LOST"]);
    run(&db, "y").await.unwrap();
}
