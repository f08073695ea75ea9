//! A server that goes away.

use super::{number, pool, refused, run};
use manybase_driver::{Access, ConnectOptions, ErrorKind, PoolOptions, Statement};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_and_comes_back() {
    let server = manybase_testkit::Mariadb::start().expect("MariaDB starts");
    let database = server.create_database("outage").expect("a database");
    let connect = ConnectOptions {
        connect_timeout: Duration::from_secs(2),
        ..ConnectOptions::default()
    };
    let pool = pool(&database.url(), &connect, PoolOptions::default());
    let mut session = pool.acquire(Access::Write).await.expect("connects");
    let mut idle = pool.acquire(Access::Write).await.expect("connects");
    run(&mut session, "CREATE TABLE t (id INT PRIMARY KEY)").await;
    run(&mut idle, "DO 1").await;
    run(&mut session, "INSERT INTO t VALUES (1)").await;
    session.begin(Default::default()).await.expect("begins");
    run(&mut session, "INSERT INTO t VALUES (2)").await;
    let slow = session.execute(Statement::read("SELECT SLEEP(30)", vec![]));
    let kill = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        tokio::task::block_in_place(|| server.kill_9().expect("killed"));
    };
    let (lost, ()) = tokio::join!(slow, kill);
    refused(lost, ErrorKind::ConnectionLost);
    refused(session.commit().await, ErrorKind::ConnectionLost);
    drop(session);
    refused(
        idle.execute(Statement::read("SELECT 1", vec![])).await,
        ErrorKind::ConnectionLost,
    );
    drop(idle);
    let error = refused(pool.acquire(Access::Write).await, ErrorKind::Connect);
    assert!(error.message().contains("127.0.0.1"), "{error}");
    tokio::task::block_in_place(|| server.restart().expect("restarts"));
    let mut session = pool.acquire(Access::Write).await.expect("connects again");
    assert_eq!(number(&mut session, "SELECT SUM(id) FROM t").await, Some(1));
    drop(session);
    drop(pool);
}

#[tokio::test]
async fn a_connection_that_is_cut_while_idle_is_found_out() {
    let server = manybase_testkit::mariadb().expect("MariaDB starts");
    let proxy = manybase_testkit::TcpProxy::start(server.addr()).expect("a proxy");
    let home = super::Home::new("cut");
    let options = PoolOptions {
        test_before_use: manybase_driver::TestBeforeUse::Always,
        ..PoolOptions::default()
    };
    let pool = pool(
        &proxy.url(&home.database.url()),
        &ConnectOptions::default(),
        options,
    );
    let id = number(
        &mut pool.acquire(Access::Read).await.expect("connects"),
        "SELECT CONNECTION_ID()",
    )
    .await;
    proxy.cut();
    proxy.restore();
    let mut session = pool.acquire(Access::Read).await.expect("another");
    assert_ne!(number(&mut session, "SELECT CONNECTION_ID()").await, id);
}
