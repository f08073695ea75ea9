//! The connection itself, without a pool.

use crate::support::*;
use manybase_driver::{Access, Address, Connection, CountSink, DriverFactory, Statement};
use manybase_postgres::PostgresFactory;
use manybase_testkit::{Postgres, postgres, require_server};
use std::time::Duration;

async fn connection(url: &str) -> Box<dyn Connection> {
    let address = Address::parse(url).unwrap();
    let driver = PostgresFactory.open(&address, &connect_options()).unwrap();
    driver.connect(Access::Write).await.unwrap()
}

#[tokio::test]
async fn closing_says_goodbye() {
    let db = db!();
    let connection = connection(&db.database.url()).await;
    let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";
    assert_eq!(number(&mut db.session().await, count).await.unwrap(), 2);
    assert!(!connection.is_closed());
    connection.close().await.unwrap();
    eventually("it is gone", async || {
        number(&mut db.session().await, count).await.unwrap() == 1
    })
    .await;
}

#[tokio::test]
async fn abandoning_an_idle_connection_closes_it() {
    let db = db!();
    connection(&db.database.url()).await.abandon();
    drop(connection(&db.database.url()).await);
    let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";
    eventually("both are gone", async || {
        number(&mut db.session().await, count).await.unwrap() == 1
    })
    .await;
}

#[tokio::test]
async fn reset_is_quiet_and_complete() {
    // Of its own: what others do is in the log of a shared one.
    require_server!(Postgres::available());
    let server = Postgres::start().unwrap();
    let database = server.create_database("reset").unwrap();
    let mut connection = connection(&database.url()).await;
    connection.reset().await.unwrap();
    connection.begin(Default::default()).await.unwrap();
    connection
        .script("DECLARE c CURSOR WITH HOLD FOR SELECT 1; SET LOCAL work_mem = '1MB'".into())
        .await
        .unwrap();
    let bad = Statement::write("SELECT 1 / 0", vec![]);
    assert!(connection.execute(bad).await.is_err());
    connection.reset().await.unwrap();
    let count = Statement::read("SELECT 1 FROM pg_cursors WHERE name = 'c'", vec![]);
    let sink = connection
        .query(count, Box::new(CountSink::default()))
        .await
        .unwrap();
    let sink: Box<dyn std::any::Any> = sink;
    assert_eq!(sink.downcast::<CountSink>().unwrap().0, 0);
    assert!(!server.log().contains("there is no transaction in progress"));
}

#[tokio::test]
async fn a_client_without_a_connection_gives_up() {
    let server = require_server!(postgres());
    let proxy = manybase_testkit::TcpProxy::start(server.addr()).unwrap();
    let connection = connection(&proxy.url(&server.system_url())).await;
    proxy.black_hole();
    // Neither waits for ever for a server that hangs.
    tokio::time::timeout(Duration::from_secs(8), connection.close())
        .await
        .unwrap()
        .unwrap();
}
