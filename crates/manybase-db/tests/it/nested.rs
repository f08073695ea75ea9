//! Transactions inside transactions.

use crate::fake::{Fake, run, write};
use manybase_db::{Access, Error, ErrorKind, Executor, Result, Route};
use std::time::Duration;

fn mine() -> Error {
    Error::new(ErrorKind::NotFound, "mine")
}

#[tokio::test]
async fn ok_releases_and_an_error_undoes_the_inner_one_only() {
    let fake = Fake::default();
    let db = fake.two().await;
    db.transaction(async |tx| {
        run(tx, "1").await?;
        tx.transaction(async |inner| run(inner, "2").await).await?;
        let failed: Result<()> = tx
            .transaction(async |inner| {
                run(inner, "3").await?;
                inner
                    .transaction(async |innermost| run(innermost, "4").await)
                    .await?;
                Err(mine())
            })
            .await;
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::NotFound);
        run(tx, "5").await
    })
    .await
    .unwrap();
    let sent = [
        "BEGIN",
        "1",
        "SAVEPOINT mb_1",
        "2",
        "RELEASE SAVEPOINT mb_1",
        "SAVEPOINT mb_1",
        "3",
        "SAVEPOINT mb_2",
        "4",
        "RELEASE SAVEPOINT mb_2",
        "ROLLBACK TO SAVEPOINT mb_1",
        "RELEASE SAVEPOINT mb_1",
        "5",
        "COMMIT",
    ];
    assert_eq!(fake.log(), sent.map(|line| format!("a: {line}")));
}

#[tokio::test]
async fn nothing_is_sent_for_a_nested_one_without_a_statement() {
    let fake = Fake::default();
    let db = fake.two().await;
    db.transaction(async |tx| {
        tx.transaction(async |_| Ok(())).await?;
        let _: Result<()> = tx.transaction(async |_| Err(mine())).await;
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(fake.log(), [] as [&str; 0]);
}

#[tokio::test]
async fn a_failed_statement_fails_the_innermost_only() {
    let fake = Fake::default();
    let db = fake.two().await;
    db.transaction(async |tx| {
        let swallowed = tx
            .transaction(async |inner| {
                run(inner, "UNIQUE").await.unwrap_err();
                assert_eq!(run(inner, "x").await.unwrap_err().kind(), ErrorKind::Transaction);
                Ok(())
            })
            .await;
        assert_eq!(swallowed.unwrap_err().kind(), ErrorKind::Transaction);
        run(tx, "y").await
    })
    .await
    .unwrap();
    assert_eq!(fake.log().last().unwrap(), "a: COMMIT");
}

#[tokio::test]
async fn a_deadlock_fails_the_whole() {
    let fake = Fake::default();
    let db = fake.two().await;
    let error = db
        .transaction(async |tx| {
            let inner = tx.transaction(async |inner| run(inner, "DEADLOCK").await).await;
            assert_eq!(inner.unwrap_err().kind(), ErrorKind::Deadlock);
            run(tx, "x").await
        })
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transaction);
    // MySQL has no savepoint left by then, so none is rolled back to.
    assert_eq!(
        fake.log(),
        ["a: BEGIN", "a: SAVEPOINT mb_1", "a: DEADLOCK", "a: ROLLBACK"]
    );
}

#[tokio::test]
async fn the_outer_handle_waits_outside() {
    let fake = Fake::default();
    let db = fake.two().await;
    db.transaction(async |tx| {
        tx.transaction(async |inner| {
            run(inner, "x").await?;
            let error = run(tx, "y").await.unwrap_err();
            assert_eq!(
                error.to_string(),
                "transaction misuse on connection \"a\": a nested transaction is open, and the outer one was used; \
                 use the handle that the nested closure is given, or wait until it is over"
            );
            let second: Result<()> = tx.transaction(async |_| Ok(())).await;
            assert_eq!(second.unwrap_err().kind(), ErrorKind::Transaction);
            Ok(())
        })
        .await?;
        run(tx, "z").await
    })
    .await
    .unwrap();
    assert!(!fake.log().contains(&"a: y".to_owned()));
}

#[tokio::test]
async fn a_nested_future_that_is_dropped_is_undone_before_the_next_statement() {
    let fake = Fake::default();
    let db = fake.two().await;
    db.transaction(async |tx| {
        let inner = tx.transaction(async |inner| {
            run(inner, "x").await?;
            std::future::pending::<Result<()>>().await
        });
        assert!(
            tokio::time::timeout(Duration::from_millis(10), inner)
                .await
                .is_err()
        );
        // A new one at the same depth is told from the one that is gone.
        tx.transaction(async |inner| run(inner, "y").await).await
    })
    .await
    .unwrap();
    let sent = [
        "BEGIN",
        "SAVEPOINT mb_1",
        "x",
        "ROLLBACK TO SAVEPOINT mb_1",
        "RELEASE SAVEPOINT mb_1",
        "SAVEPOINT mb_1",
        "y",
        "RELEASE SAVEPOINT mb_1",
        "COMMIT",
    ];
    assert_eq!(fake.log(), sent.map(|line| format!("a: {line}")));
}

#[tokio::test]
async fn a_dropped_one_is_undone_before_the_commit_too() {
    let fake = Fake::default();
    let db = fake.two().await;
    db.transaction(async |tx| {
        run(tx, "1").await?;
        let inner = tx.transaction(async |inner| {
            run(inner, "x").await?;
            std::future::pending::<Result<()>>().await
        });
        assert!(
            tokio::time::timeout(Duration::from_millis(10), inner)
                .await
                .is_err()
        );
        Ok(())
    })
    .await
    .unwrap();
    let log = fake.log();
    assert_eq!(
        log[log.len() - 3..],
        [
            "a: ROLLBACK TO SAVEPOINT mb_1",
            "a: RELEASE SAVEPOINT mb_1",
            "a: COMMIT"
        ]
    );
}

#[tokio::test]
async fn a_statement_cut_off_in_the_middle_fails_the_whole() {
    let fake = Fake::default();
    let db = fake.two().await;
    let tx = db.begin().await.unwrap();
    let inner = tx.transaction(async |inner| run(inner, "HANG").await);
    assert!(
        tokio::time::timeout(Duration::from_millis(10), inner)
            .await
            .is_err()
    );
    let error = run(&tx, "x").await.unwrap_err();
    assert!(error.to_string().contains("cut off in the middle"), "{error}");
    assert_eq!(tx.commit().await.unwrap_err().kind(), ErrorKind::Transaction);
    fake.wait_for("a: abandoned").await;
}

#[tokio::test]
async fn a_unit_that_nobody_ended_is_undone() {
    let fake = Fake::default();
    let db = fake.two().await;
    let tx = db.begin().await.unwrap();
    let mut lease = tx.lease(Route::default(), Access::Write).await.unwrap();
    lease.begin_nested().await.unwrap();
    lease.execute(write("x")).await.unwrap();
    drop(lease);
    tx.commit().await.unwrap();
    let sent = [
        "BEGIN",
        "SAVEPOINT mb_1",
        "x",
        "ROLLBACK TO SAVEPOINT mb_1",
        "RELEASE SAVEPOINT mb_1",
        "COMMIT",
    ];
    assert_eq!(fake.log(), sent.map(|line| format!("a: {line}")));
}

#[tokio::test]
async fn a_lease_can_not_commit_what_it_did_not_begin() {
    let db = Fake::default().two().await;
    let tx = db.begin().await.unwrap();
    let mut lease = tx.lease(Route::default(), Access::Write).await.unwrap();
    assert!(lease.in_transaction());
    assert_eq!(
        lease.commit_nested().await.unwrap_err().kind(),
        ErrorKind::Transaction
    );
    assert_eq!(
        lease.rollback_nested().await.unwrap_err().kind(),
        ErrorKind::Transaction
    );
}

#[tokio::test]
async fn without_savepoints_it_is_refused() {
    let fake = Fake::default();
    let db = fake.db().connect("m", "fake://matrixone/m").open().await.unwrap();
    let tx = db.begin().await.unwrap();
    let error = tx
        .transaction(async |inner| run(inner, "x").await)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "unsupported on connection \"m\": MatrixOne has no savepoints, which a nested transaction needs; \
         use the outer transaction, or a second one after it"
    );
    // A unit of the library's own goes without, and undoing it undoes everything.
    let mut lease = tx.lease(Route::default(), Access::Write).await.unwrap();
    lease.begin_nested().await.unwrap();
    lease.execute(write("y")).await.unwrap();
    lease.commit_nested().await.unwrap();
    lease.begin_nested().await.unwrap();
    lease.rollback_nested().await.unwrap();
    drop(lease);
    let error = tx.commit().await.unwrap_err();
    assert!(
        error.to_string().contains("MatrixOne has no savepoints"),
        "{error}"
    );
    assert_eq!(fake.log(), ["m: BEGIN", "m: y", "m: ROLLBACK"]);
}
