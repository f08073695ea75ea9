//! The trap of `mysql_async`, shown on it and then on ours.

use super::{Home, number, refused};
use manybase_driver::{Access, Address, ConnectOptions, CountSink, DriverFactory, ErrorKind, Statement};
use manybase_mysql::MysqlFactory;
use mysql_async::prelude::Queryable;
use std::time::Duration;

const SLOW: &str = "SELECT 41 + SLEEP(0.5)";

/// If this fails, `mysql_async` has mended it, and the guard may go.
#[tokio::test]
async fn mysql_async_answers_with_the_answer_before() {
    let home = Home::new("trap");
    let opts = mysql_async::Opts::from_url(&home.database.url()).expect("a good URL");
    let mut conn = mysql_async::Conn::new(opts).await.expect("connects");
    let cut = tokio::time::timeout(Duration::from_millis(100), conn.query_first::<i64, _>(SLOW)).await;
    assert!(cut.is_err());
    let answer: Option<i64> = conn.query_first("SELECT 7").await.expect("an answer");
    assert_eq!(answer, Some(41), "not 7");
}

#[tokio::test]
async fn ours_answers_nothing_any_more() {
    let home = Home::new("safe");
    let address = Address::parse(&home.database.url()).expect("a good URL");
    let driver = MysqlFactory
        .open(&address, &ConnectOptions::default())
        .expect("opens");
    let mut connection = driver.connect(Access::Write).await.expect("connects");
    let slow = connection.query(Statement::read(SLOW, vec![]), Box::new(CountSink::default()));
    assert!(
        tokio::time::timeout(Duration::from_millis(100), slow)
            .await
            .is_err()
    );
    assert!(connection.is_closed());
    let next = connection.query(
        Statement::read("SELECT 7", vec![]),
        Box::new(CountSink::default()),
    );
    let error = refused(next.await.map(drop), ErrorKind::ConnectionLost);
    assert!(error.message().contains("cut off"), "{error}");
    refused(connection.ping().await, ErrorKind::ConnectionLost);
    refused(connection.reset().await, ErrorKind::ConnectionLost);
    connection.abandon();
    // And the pool gives another one.
    let mut session = home.session().await;
    let slow = session.execute(Statement::read(SLOW, vec![]));
    assert!(
        tokio::time::timeout(Duration::from_millis(100), slow)
            .await
            .is_err()
    );
    assert!(session.is_broken());
    drop(session);
    assert_eq!(number(&mut home.session().await, "SELECT 7").await, Some(7));
}
