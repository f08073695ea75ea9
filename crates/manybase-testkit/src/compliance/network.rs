//! A server that hangs, goes away in the middle, or is not there: seen through a proxy in front of it.

use super::case::{Case, within};
use super::db::Db;
use super::verdict::{Verdict, refused};
use crate::TcpProxy;
use manybase_driver::{
    Access, Address, ConnectOptions, ErrorKind, Pool, PoolOptions, Statement, TestBeforeUse,
};
use std::net::ToSocketAddrs;
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_secs(20);

/// A proxy in front of the server, and a pool that goes through it.
fn through_a_proxy(case: &Case, connect: ConnectOptions, options: PoolOptions) -> Verdict<(TcpProxy, Pool)> {
    let address = Address::parse(case.url())?;
    let server = match (&address.host, address.port) {
        (Some(host), Some(port)) => (host.as_str(), port)
            .to_socket_addrs()
            .ok()
            .and_then(|mut found| found.next()),
        _ => None,
    };
    case.needs(server.is_some(), "network between client and server")?;
    let Some(proxy) = server.and_then(|server| TcpProxy::start(server).ok()) else {
        panic!("the proxy did not start");
    };
    let driver = case.driver_at(&proxy.url(case.url()), &connect)?;
    Ok((proxy, Pool::new(super::case::CONNECTION, driver, options)))
}

fn options() -> PoolOptions {
    PoolOptions {
        max_size: 2,
        test_before_use: TestBeforeUse::Always,
        ..PoolOptions::default()
    }
}

/// The connection breaks in the middle of a statement: a typed error, soon, and the pool dials again.
pub(super) async fn cut_in_the_middle(case: Case) -> Verdict {
    let slow = case.slow_query()?;
    let (proxy, pool) = through_a_proxy(&case, ConnectOptions::default(), options())?;
    for in_transaction in [false, true] {
        let mut db = Db::take(pool.clone(), Access::Write).await?;
        if in_transaction {
            db.session.begin(Default::default()).await?;
        }
        let work = db.session.execute(Statement::read(slow.clone(), vec![]).once());
        let breaking = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            proxy.cut();
        };
        let (result, ()) = within(SOON, "a cut connection", async { tokio::join!(work, breaking) }).await;
        let error = refused(result, &[ErrorKind::ConnectionLost]);
        assert!(error.is_connection_lost() && !error.is_retryable());
        assert!(db.session.is_broken());
        let again = db.session.execute(Statement::read("SELECT 1", vec![])).await;
        refused(again, &[ErrorKind::ConnectionLost]);
        drop(db);
        let mut db = within(SOON, "a new connection", Db::take(pool.clone(), Access::Write)).await?;
        db.assert_usable().await?;
    }
    Ok(())
}

/// Connections that die while nobody has them are found out before somebody gets them.
pub(super) async fn cut_while_idle(case: Case) -> Verdict {
    let (proxy, pool) = through_a_proxy(&case, ConnectOptions::default(), options())?;
    for _ in 0..3 {
        let (mut a, mut b) = (
            Db::take(pool.clone(), Access::Write).await?,
            Db::take(pool.clone(), Access::Read).await?,
        );
        a.assert_usable().await?;
        b.assert_usable().await?;
        drop((a, b));
        proxy.cut();
        within(SOON, "a connection", Db::take(pool.clone(), Access::Write))
            .await?
            .assert_usable()
            .await?;
    }
    Ok(())
}

/// The server takes the question and says nothing: the time limit holds on this side.
pub(super) async fn a_server_that_hangs(case: Case) -> Verdict {
    let limit = Duration::from_millis(600);
    let connect = ConnectOptions {
        statement_timeout: Some(limit),
        connect_timeout: Duration::from_secs(2),
        ..ConnectOptions::default()
    };
    let (proxy, pool) = through_a_proxy(
        &case,
        connect,
        PoolOptions {
            statement_timeout: Some(limit),
            ..options()
        },
    )?;
    let mut db = Db::take(pool.clone(), Access::Write).await?;
    db.assert_usable().await?;
    proxy.black_hole();
    let begun = Instant::now();
    let result = within(
        SOON,
        "a server that hangs",
        db.session.execute(Statement::read("SELECT 1", vec![])),
    )
    .await;
    refused(result, &[ErrorKind::Timeout]);
    assert!(begun.elapsed() < limit * 10, "after {:?}", begun.elapsed());
    drop(db);
    // Dialling has its own limit.
    let result = within(SOON, "dialling a server that hangs", pool.acquire(Access::Write)).await;
    refused(result.map(|_| ()), &[ErrorKind::Connect, ErrorKind::Timeout]);
    proxy.restore();
    within(SOON, "a connection", Db::take(pool, Access::Write))
        .await?
        .assert_usable()
        .await?;
    Ok(())
}

/// Nobody listens: a typed error at once, and the pool works as soon as the server is back.
pub(super) async fn a_server_that_is_down(case: Case) -> Verdict {
    let (proxy, pool) = through_a_proxy(&case, ConnectOptions::default(), options())?;
    proxy.refuse();
    for _ in 0..3 {
        let result = within(SOON, "a server that is down", pool.acquire(Access::Write)).await;
        let error = refused(result.map(|_| ()), &[ErrorKind::Connect]);
        assert_eq!(error.connection(), Some(super::case::CONNECTION));
        let address = Address::parse(case.url())?;
        if let Some(password) = &address.password {
            assert!(!format!("{error} {pool:?}").contains(password.expose()));
        }
    }
    proxy.restore();
    within(SOON, "a connection", Db::take(pool, Access::Write))
        .await?
        .assert_usable()
        .await?;
    Ok(())
}
