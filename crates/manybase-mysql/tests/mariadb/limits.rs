//! Limits: of time, and of what is written where only reads are allowed.

use super::{Home, number, refused, run};
use manybase_driver::{ConnectOptions, ErrorKind, PoolOptions, Statement};
use std::time::{Duration, Instant};

#[tokio::test]
async fn the_server_stops_what_takes_too_long() {
    let limit = Some(Duration::from_millis(300));
    let home = Home::with(
        "timeout",
        &ConnectOptions {
            statement_timeout: limit,
            ..ConnectOptions::default()
        },
        PoolOptions {
            statement_timeout: limit,
            max_size: 1,
            ..PoolOptions::default()
        },
    );
    let mut session = home.session().await;
    let id = number(&mut session, "SELECT CONNECTION_ID()").await;
    let begun = Instant::now();
    // Not SLEEP, which is interrupted without an error.
    let endless = Statement::read(
        "SELECT SUM(a.seq * b.seq) FROM seq_1_to_1000000 a, seq_1_to_1000000 b",
        vec![],
    );
    let error = refused(session.execute(endless).await, ErrorKind::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert!(
        error
            .help()
            .is_some_and(|help| help.contains("statement_timeout")),
        "{error}"
    );
    assert!(error.code().is_some(), "it is the server's own");
    assert_eq!(number(&mut session, "SELECT CONNECTION_ID()").await, id);
}

#[tokio::test]
async fn the_pool_gives_up_on_a_server_that_hangs() {
    let server = manybase_testkit::mariadb().expect("MariaDB starts");
    let proxy = manybase_testkit::TcpProxy::start(server.addr()).expect("a proxy");
    let home = Home::new("hang");
    let limit = Some(Duration::from_millis(300));
    let pool = super::pool(
        &proxy.url(&home.database.url()),
        &ConnectOptions {
            statement_timeout: limit,
            connect_timeout: Duration::from_millis(500),
            ..ConnectOptions::default()
        },
        PoolOptions {
            statement_timeout: limit,
            ..PoolOptions::default()
        },
    );
    let mut session = pool
        .acquire(manybase_driver::Access::Write)
        .await
        .expect("connects");
    run(&mut session, "CREATE TABLE t (id INT)").await;
    proxy.black_hole();
    let begun = Instant::now();
    refused(
        session.execute(Statement::read("SELECT 1", vec![])).await,
        ErrorKind::Timeout,
    );
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert!(session.is_broken());
    drop(session);
    refused(
        pool.acquire(manybase_driver::Access::Write).await,
        ErrorKind::Connect,
    );
    proxy.restore();
    let mut session = pool
        .acquire(manybase_driver::Access::Write)
        .await
        .expect("connects again");
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(0));
}

#[tokio::test]
async fn a_statement_that_someone_kills() {
    let home = Home::new("killed");
    let (mut victim, mut other) = (home.session().await, home.session().await);
    let id = number(&mut victim, "SELECT CONNECTION_ID()").await.expect("one");
    let slow = Statement::read(
        "SELECT SUM(a.seq * b.seq) FROM seq_1_to_1000000 a, seq_1_to_1000000 b",
        vec![],
    );
    let kill = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        run(&mut other, &format!("KILL QUERY {id}")).await;
    };
    let (killed, ()) = tokio::join!(victim.execute(slow.clone()), kill);
    refused(killed, ErrorKind::Cancelled);
    assert_eq!(number(&mut victim, "SELECT 7").await, Some(7));
    let kill = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        run(&mut other, &format!("KILL {id}")).await;
    };
    let (killed, ()) = tokio::join!(victim.execute(slow), kill);
    refused(killed, ErrorKind::ConnectionLost);
    assert!(victim.is_broken());
    drop(victim);
    assert_eq!(number(&mut home.session().await, "SELECT 7").await, Some(7));
}
