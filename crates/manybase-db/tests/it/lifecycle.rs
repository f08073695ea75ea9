//! Connections that come and go.

use crate::fake::{Fake, run, run_at, to};
use manybase_db::{Access, ConnectionConfig, ErrorKind, Executor, Route};
use std::time::Duration;

#[tokio::test]
async fn connections_are_added_and_removed_at_run_time() {
    let fake = Fake::default();
    let db = fake.two().await;
    let config = ConnectionConfig::from_url("fake://postgres/c")
        .unwrap()
        .max_connections(2);
    db.add("c", config).unwrap();
    assert_eq!(db.connections(), ["a".into(), "b".into(), "c".into()]);
    assert_eq!(db.connection("c").unwrap().pool_options().max_size, 2);
    run_at(&db, to("c"), "x").await.unwrap();
    assert_eq!(
        db.add("c", "fake://postgres/c").unwrap_err().to_string(),
        "configuration error on connection \"c\": there is a connection of this name already; remove it first, or \
         take another name"
    );
    db.remove("c").await.unwrap();
    assert_eq!(
        run_at(&db, to("c"), "x").await.unwrap_err().kind(),
        ErrorKind::UnknownConnection
    );
    assert_eq!(
        db.remove("c").await.unwrap_err().kind(),
        ErrorKind::UnknownConnection
    );
    db.add("c", "fake://postgres/again").unwrap();
    run_at(&db, to("c"), "y").await.unwrap();
    assert_eq!(fake.log(), ["c: x", "again: y"]);
}

#[tokio::test]
async fn bad_additions_name_the_connection() {
    let db = Fake::default().two().await;
    let error = db.add("c", "postgres://ann:hunter2@db:70000/x").unwrap_err();
    assert_eq!((error.kind(), error.connection()), (ErrorKind::Config, Some("c")));
    assert!(!error.to_string().contains("hunter2"), "{error}");
    let error = db.add("c", "fake://elsewhere/c").unwrap_err();
    assert_eq!(
        error.to_string(),
        "configuration error on connection \"c\": no such fake; take postgres"
    );
    assert_eq!(
        db.add("", "fake://postgres/c").unwrap_err().kind(),
        ErrorKind::Config
    );
}

#[tokio::test]
async fn removal_waits_for_statements_under_way() {
    let fake = Fake::default();
    let db = fake.two().await;
    let (statement, removed) = tokio::join!(run_at(&db, to("b"), "SLOW"), async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        db.remove("b").await
    });
    statement.unwrap();
    removed.unwrap();
}

#[tokio::test]
async fn a_closed_db_says_so() {
    let db = Fake::default().two().await;
    run(&db, "x").await.unwrap();
    let other = db.clone();
    db.close().await.unwrap();
    for error in [
        run(&other, "x").await.unwrap_err(),
        run(&db.using("b"), "x").await.unwrap_err(),
        db.transaction(async |tx| run(tx, "x").await).await.unwrap_err(),
        db.add("c", "fake://postgres/c").unwrap_err(),
        db.connection("a").unwrap().ping().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Closed, "{error}");
    }
    db.close().await.unwrap();
}

#[tokio::test]
async fn closing_waits_up_to_a_limit() {
    let db = Fake::default().two().await;
    let lease = db.lease(Route::default(), Access::Write).await.unwrap();
    let error = db.close_within(Duration::from_millis(20)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "timeout: connections still in use after 20.0ms: 1 of \"a\"; they are closed when they come back; end \
         transactions before"
    );
    drop(lease);
    db.close().await.unwrap();
}

#[tokio::test]
async fn an_open_transaction_may_finish_while_closing() {
    let fake = Fake::default();
    let db = fake.two().await;
    let tx = db.begin().await.unwrap();
    run(&tx, "x").await.unwrap();
    let (closed, ()) = tokio::join!(db.close(), async {
        run(&tx, "y").await.unwrap();
        tx.commit().await.unwrap();
    });
    closed.unwrap();
    assert_eq!(fake.log(), ["a: BEGIN", "a: x", "a: y", "a: COMMIT"]);
}

#[tokio::test]
async fn an_exhausted_pool_times_out_and_works_again() {
    let fake = Fake::default();
    let config = ConnectionConfig::from_url("fake://postgres/a").unwrap();
    let config = config
        .max_connections(1)
        .acquire_timeout(Duration::from_millis(20));
    let db = fake.db().connection("a", config).open().await.unwrap();
    let lease = db.lease(Route::default(), Access::Read).await.unwrap();
    let error = run(&db, "x").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.connection()),
        (ErrorKind::PoolTimeout, Some("a"))
    );
    drop(lease);
    run(&db, "x").await.unwrap();
    assert_eq!(db.connection("a").unwrap().status().open, 1);
}

#[tokio::test]
async fn ping_tells_of_each_connection() {
    let fake = Fake::default();
    let db = fake.two().await;
    db.add("z", "fake://postgres/down").unwrap();
    let answers = db.ping().await;
    assert_eq!(answers.len(), 3);
    assert_eq!(answers["a"].as_ref().unwrap().server_version, "1.0-fake");
    let error = answers["z"].as_ref().unwrap_err();
    assert_eq!(
        (error.kind(), error.connection()),
        (ErrorKind::Connect, Some("z"))
    );
}

#[tokio::test]
async fn a_handle_tells_what_there_is() {
    let db = Fake::default()
        .db()
        .connect("s", "fake://sqlite/s")
        .open()
        .await
        .unwrap();
    let handle = db.connection("s").unwrap();
    assert_eq!((&**handle.name(), handle.dialect().name()), ("s", "SQLite"));
    assert!(handle.capabilities().single_writer);
    assert_eq!(handle.address(), "fake:s");
    assert_eq!((handle.status().open, handle.status().max), (0, 11));
    assert_eq!(
        format!("{db:?}"),
        "Db { mode: Standalone, connections: [\"s\"], .. }"
    );
}

#[tokio::test]
async fn a_name_is_given_once() {
    let db = Fake::default()
        .db()
        .connect("a", "fake://postgres/a")
        .connect("a", "fake://postgres/b");
    assert_eq!(
        db.build().unwrap_err().to_string(),
        "configuration error on connection \"a\": it is given twice"
    );
}
