//! Servers that go away, hang and come back.

use crate::support::*;
use manybase_driver::{Access, CountSink, ErrorKind, Statement};
use manybase_testkit::{Postgres, TcpProxy, postgres, require_server};
use std::time::{Duration, Instant};

fn sleep() -> Statement {
    Statement::read("SELECT pg_sleep(30)", vec![])
}

#[tokio::test]
async fn kill_9_in_the_middle_of_a_query() {
    require_server!(Postgres::available());
    let server = Postgres::start().unwrap();
    let db = open(connect_options(), &server);
    let mut session = db.session().await;
    script(&mut session, "CREATE TABLE t (a int); INSERT INTO t VALUES (1)").await;
    let kill = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.kill_9().unwrap();
    };
    let (result, ()) = tokio::join!(session.query(sleep(), CountSink::default()), kill);
    let error = result.err().unwrap();
    assert!(error.is_connection_lost(), "{error}");
    assert!(session.is_broken());
    drop(session);
    assert_eq!(
        db.pool.acquire(Access::Read).await.unwrap_err().kind(),
        ErrorKind::Connect
    );
    server.restart().unwrap();
    assert_eq!(
        number(&mut db.session().await, "SELECT count(*) FROM t")
            .await
            .unwrap(),
        1
    );
}

#[tokio::test]
async fn an_administrators_shutdown_is_told() {
    let db = db!();
    let (mut one, mut two) = (db.session().await, db.session().await);
    let pid = number(&mut one, "SELECT pg_backend_pid()").await.unwrap();
    let end = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        number(&mut two, &format!("SELECT pg_terminate_backend({pid})::int"))
            .await
            .unwrap();
    };
    let (result, ()) = tokio::join!(one.query(sleep(), CountSink::default()), end);
    let error = result.err().unwrap();
    assert_eq!(
        (error.kind(), error.sqlstate()),
        (ErrorKind::ConnectionLost, Some("57P01"))
    );
    drop(one);

    // While it is idle: the pool notices without asking.
    let pid = {
        let mut three = db.session().await;
        number(&mut three, "SELECT pg_backend_pid()").await.unwrap()
    };
    number(&mut two, &format!("SELECT pg_terminate_backend({pid})::int"))
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_ne!(
        number(&mut db.session().await, "SELECT pg_backend_pid()")
            .await
            .unwrap(),
        pid
    );

    // While somebody has it: the reason is known.
    let mut four = db.session().await;
    let pid = number(&mut four, "SELECT pg_backend_pid()").await.unwrap();
    number(&mut two, &format!("SELECT pg_terminate_backend({pid})::int"))
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let error = number(&mut four, "SELECT 1").await.unwrap_err();
    assert!(error.is_connection_lost());
    assert!(error.message().contains("administrator"), "{error}");
}

#[tokio::test]
async fn a_connection_that_is_cut() {
    let server = require_server!(postgres());
    let database = server.create_database("cut").unwrap();
    let proxy = TcpProxy::start(server.addr()).unwrap();
    let pool = pool(&proxy.url(&database.url()), &connect_options());
    let mut session = pool.acquire(Access::Write).await.unwrap();
    script(&mut session, "CREATE TABLE t (a int)").await;
    session.begin(Default::default()).await.unwrap();
    write(&mut session, "INSERT INTO t VALUES (1)", vec![])
        .await
        .unwrap();
    let cut = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        proxy.cut();
    };
    let (result, ()) = tokio::join!(session.execute(sleep()), cut);
    assert!(result.unwrap_err().is_connection_lost());
    assert!(session.commit().await.unwrap_err().is_connection_lost());
    drop(session);
    proxy.restore();
    let mut session = pool.acquire(Access::Write).await.unwrap();
    assert_eq!(number(&mut session, "SELECT count(*) FROM t").await.unwrap(), 0);
}

#[tokio::test]
async fn a_server_that_hangs_ends_in_a_timeout() {
    let server = require_server!(postgres());
    let database = server.create_database("hang").unwrap();
    let proxy = TcpProxy::start(server.addr()).unwrap();
    let mut options = connect_options();
    options.statement_timeout = Some(Duration::from_millis(300));
    options.connect_timeout = Duration::from_millis(500);
    let pool = pool(&proxy.url(&database.url()), &options);
    let mut session = pool.acquire(Access::Write).await.unwrap();
    assert_eq!(number(&mut session, "SELECT 1").await.unwrap(), 1);
    proxy.black_hole();
    let begun = Instant::now();
    let error = number(&mut session, "SELECT 2").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(begun.elapsed() < Duration::from_secs(2));
    drop(session);
    assert_eq!(
        pool.acquire(Access::Read).await.unwrap_err().kind(),
        ErrorKind::Connect
    );
    proxy.restore();
    let mut session = pool.acquire(Access::Read).await.unwrap();
    assert_eq!(number(&mut session, "SELECT 3").await.unwrap(), 3);
    assert_eq!(pool.status().open, 1);
}

#[tokio::test]
async fn a_server_that_is_stopped_and_goes_on() {
    require_server!(Postgres::available());
    let server = Postgres::start().unwrap();
    let mut options = connect_options();
    options.statement_timeout = Some(Duration::from_millis(500));
    let db = open(options, &server);
    let mut session = db.session().await;
    assert_eq!(number(&mut session, "SELECT 1").await.unwrap(), 1);
    server.pause().unwrap();
    assert_eq!(
        number(&mut session, "SELECT 2").await.unwrap_err().kind(),
        ErrorKind::Timeout
    );
    drop(session);
    server.resume().unwrap();
    assert_eq!(number(&mut db.session().await, "SELECT 3").await.unwrap(), 3);
}
