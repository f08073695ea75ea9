//! Local transactions.

use crate::fake::{Fake, run, run_at, to};
use manybase_db::{Access, Error, ErrorKind, Executor, Result, Route, TransactionSettings};
use manybase_driver::{CountSink, IsolationLevel, Statement};
use std::time::Duration;

#[tokio::test]
async fn ok_commits_and_an_error_rolls_back() {
    let fake = Fake::default();
    let db = fake.two().await;
    let value = db
        .transaction(async |tx| run(tx, "x").await.map(|done| done.affected))
        .await;
    assert_eq!(value.unwrap(), 1);
    assert_eq!(fake.log(), ["a: BEGIN", "a: x", "a: COMMIT"]);
    let result: Result<()> = db
        .transaction(async |tx| {
            run(tx, "x").await?;
            Err(Error::new(ErrorKind::NotFound, "mine"))
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(fake.log(), ["a: BEGIN", "a: x", "a: ROLLBACK"]);
    assert_eq!(db.connection("a").unwrap().status().in_use, 0);
}

#[tokio::test]
async fn nothing_is_sent_without_a_statement() {
    let fake = Fake::default();
    let db = fake.two().await;
    db.transaction(async |_| Ok(())).await.unwrap();
    db.begin().await.unwrap().rollback().await.unwrap();
    assert_eq!(fake.log(), [] as [&str; 0]);
    assert_eq!(db.connection("a").unwrap().status().open, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_runs_inside_spawn_and_borrows_what_is_around() {
    let fake = Fake::default();
    let db = fake.two().await;
    let task = tokio::spawn(async move {
        let sql = String::from("x");
        let mut seen = 0;
        db.transaction(async |tx| {
            run(tx, &sql).await?;
            seen += 1;
            tx.transaction(async |inner| run(inner, &sql).await).await
        })
        .await
        .map(|_| seen)
    });
    assert_eq!(task.await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn a_panic_rolls_back() {
    let fake = Fake::default();
    let db = fake.two().await;
    let task = tokio::spawn(async move {
        let result: Result<()> = db
            .transaction(async |tx| {
                run(tx, "x").await?;
                panic!("on purpose")
            })
            .await;
        result
    });
    assert!(task.await.unwrap_err().is_panic());
    fake.wait_for("a: reset").await;
    assert!(!fake.log().contains(&"a: COMMIT".to_owned()));
}

#[tokio::test]
async fn a_dropped_future_rolls_back_wherever_it_was() {
    let fake = Fake::default();
    let db = fake.two().await;
    for sql in ["HANG", "x"] {
        let work = db.transaction(async |tx| {
            run(tx, sql).await?;
            std::future::pending::<Result<()>>().await
        });
        assert!(
            tokio::time::timeout(Duration::from_millis(20), work)
                .await
                .is_err()
        );
        fake.wait_for(if sql == "HANG" { "a: abandoned" } else { "a: reset" })
            .await;
        assert!(!fake.log().contains(&"a: COMMIT".to_owned()));
        run(&db, "y").await.unwrap();
    }
}

#[tokio::test]
async fn begin_commit_rollback_and_drop_by_hand() {
    let fake = Fake::default();
    let db = fake.two().await;
    let tx = db.begin().await.unwrap();
    run(&tx, "x").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(fake.log(), ["a: BEGIN", "a: x", "a: COMMIT"]);
    let tx = db.using("b").begin().await.unwrap();
    run(&tx, "x").await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(fake.log(), ["b: BEGIN", "b: x", "b: ROLLBACK"]);
    let tx = db.begin().await.unwrap();
    run(&tx, "x").await.unwrap();
    drop(tx);
    fake.wait_for("a: reset").await;
}

/// The predecessor ran a statement of a model on B inside a transaction on A silently on A.
#[tokio::test]
async fn a_second_connection_has_its_own_part_and_two_that_cant_prepare_are_refused() {
    let fake = Fake::default();
    let db = fake.two().await;
    let bound = Route {
        bound: Some("b"),
        model: Some("Customer"),
        ..Route::default()
    };
    let tx = db.begin().await.unwrap();
    run(&tx, "x").await.unwrap();
    let mut lease = tx.lease(bound, Access::Read).await.unwrap();
    lease.execute(Statement::read("of b", vec![])).await.unwrap();
    drop(lease);
    let error = run_at(&tx, bound, "z").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.connection(), error.model()),
        (ErrorKind::Unsupported, Some("b"), Some("Customer"))
    );
    assert!(
        error
            .to_string()
            .contains("connections \"a\" and \"b\" can't be written in one transaction"),
        "{error}"
    );
    assert_eq!(&*tx.resolve(bound).unwrap(), "b");
    run(&tx, "y").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        fake.log(),
        [
            "a: BEGIN",
            "a: x",
            "b: BEGIN",
            "b: of b",
            "a: y",
            "b: ROLLBACK",
            "a: COMMIT"
        ]
    );
}

#[tokio::test]
async fn read_only_refuses_to_write_before_anything_is_sent() {
    let fake = Fake::default();
    let db = fake.two().await;
    let settings = TransactionSettings::new()
        .read_only()
        .isolation(IsolationLevel::RepeatableRead);
    db.transaction_with(settings)
        .run(async |tx| {
            assert_eq!(run(tx, "x").await.unwrap_err().kind(), ErrorKind::ReadOnly);
            let mut lease = tx.lease(Route::default(), Access::Read).await?;
            lease
                .query(Statement::read("y", vec![]), CountSink::default())
                .await
        })
        .await
        .unwrap();
    assert_eq!(
        fake.log(),
        ["a: BEGIN READ ONLY REPEATABLE READ", "a: y", "a: COMMIT"]
    );
}

#[tokio::test]
async fn tasks_that_share_it_wait_for_one_another() {
    let fake = Fake::default();
    let db = fake.two().await;
    db.transaction(async |tx| {
        let (one, two) = tokio::join!(run(tx, "SLOW"), run(tx, "x"));
        one.and(two)
    })
    .await
    .unwrap();
    assert_eq!(fake.log(), ["a: BEGIN", "a: SLOW", "a: x", "a: COMMIT"]);
}

#[tokio::test]
async fn a_lease_held_across_the_next_statement_is_an_error_and_no_deadlock() {
    let fake = Fake::default();
    let config = manybase_db::ConnectionConfig::from_url("fake://postgres/a").unwrap();
    let config = config.acquire_timeout(Duration::from_millis(30));
    let db = fake.db().connection("a", config).open().await.unwrap();
    let tx = db.begin().await.unwrap();
    let lease = tx.lease(Route::default(), Access::Write).await.unwrap();
    assert_eq!(run(&tx, "x").await.unwrap_err().kind(), ErrorKind::PoolTimeout);
    drop(lease);
    run(&tx, "x").await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_limit_ends_it() {
    let fake = Fake::default();
    let db = fake.two().await;
    let settings = TransactionSettings::new()
        .timeout(Duration::from_millis(20))
        .retries(3);
    let error = db
        .transaction_with(settings)
        .run(async |tx| run(tx, "HANG").await)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "timeout: the transaction took longer than 20.0ms; raise its `timeout`, or do less in it"
    );
    let endless = TransactionSettings::new().timeout(Duration::MAX);
    db.transaction_with(endless)
        .run(async |tx| run(tx, "x").await)
        .await
        .unwrap();
    let tx = db.transaction_with(settings).begin().await.unwrap();
    tokio::time::sleep(Duration::from_millis(25)).await;
    assert_eq!(run(&tx, "x").await.unwrap_err().kind(), ErrorKind::Timeout);
}

#[cfg_attr(not(debug_assertions), ignore = "found out in debug builds only")]
#[tokio::test]
async fn the_outer_db_inside_its_own_transaction_is_found_out() {
    let fake = Fake::default();
    let db = fake.two().await;
    db.transaction(async |tx| {
        // It has not begun anywhere.
        run(&db, "before").await?;
        run(tx, "x").await?;
        for error in [
            run(&db, "y").await.unwrap_err(),
            run(&db.using("a"), "y").await.unwrap_err(),
            db.transaction(async |other| run(other, "y").await)
                .await
                .unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Transaction);
            assert!(error.to_string().contains("outer Db"), "{error}");
        }
        // Another connection, another task, another registry: all fine.
        run_at(&db, to("b"), "b").await?;
        let other = db.clone();
        tokio::spawn(async move { run(&other, "spawned").await })
            .await
            .unwrap()
    })
    .await
    .unwrap();
    run(&db, "after").await.unwrap();
    assert!(!fake.log().iter().any(|line| line.ends_with(": y")));
}

#[tokio::test]
async fn it_goes_on_when_its_connection_is_removed() {
    let fake = Fake::default();
    let db = fake.two().await;
    let tx = db.using("b").begin().await.unwrap();
    run(&tx, "x").await.unwrap();
    let (removed, ()) = tokio::join!(db.remove("b"), async {
        run(&tx, "y").await.unwrap();
        tx.commit().await.unwrap();
    });
    removed.unwrap();
    assert_eq!(fake.log(), ["b: BEGIN", "b: x", "b: y", "b: COMMIT"]);
}
