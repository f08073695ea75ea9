//! A call that is cut off: nobody gets its answer.

use super::{Home, number, refused};
use manybase_driver::{Access, Address, ConnectOptions, CountSink, DriverFactory, ErrorKind, Statement};
use manybase_mysql::MysqlFactory;
use std::time::Duration;

const SLOW: &str = "SELECT 41 + SLEEP(0.5)";

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
