//! Dialling, and why it fails.

use crate::support::*;
use manybase_driver::{Access, Address, ConnectOptions, DriverFactory, Error, ErrorKind};
use manybase_postgres::PostgresFactory;
use manybase_testkit::{Postgres, TcpProxy, postgres, require_server};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

async fn refused(url: &str) -> Error {
    let options = ConnectOptions {
        connect_timeout: Duration::from_millis(500),
        ..connect_options()
    };
    let driver = PostgresFactory
        .open(&Address::parse(url).unwrap(), &options)
        .unwrap();
    let error = driver.connect(Access::Read).await.err().expect("it must fail");
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(error.help().is_some(), "{error}");
    assert!(error.message().contains(&driver.address()), "{error}");
    error
}

#[tokio::test]
async fn what_the_server_refuses() {
    let server = require_server!(postgres());
    let url = server.system_url();
    let error = refused(&url.replace(server.password(), "wr0ng-secret")).await;
    assert_eq!(error.sqlstate(), Some("28P01"));
    assert!(error.help().unwrap().contains("password"));
    assert!(!error.to_string().contains("wr0ng-secret"), "{error}");
    let error = refused(&url.replace(&format!(":{}@", server.password()), "@")).await;
    assert!(error.help().unwrap().contains("password"), "{error}");
    let error = refused(&server.url("nowhere")).await;
    assert_eq!(error.sqlstate(), Some("3D000"));
    assert!(error.message().contains("nowhere"), "{error}");
    let error = refused(&format!("{url}?sslmode=require")).await;
    assert!(error.to_string().contains("TLS"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_or_hangs() {
    let server = require_server!(postgres());
    let proxy = TcpProxy::start(server.addr()).unwrap();
    let url = proxy.url(&server.system_url());
    proxy.black_hole();
    let begun = Instant::now();
    let error = refused(&url).await;
    assert!(error.message().contains("no answer within 500.0ms"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(3));
    proxy.refuse();
    refused(&url).await;
    refused("postgres://ann@no-such-host.invalid/stock").await;
    refused("postgres://ann@127.0.0.1:1/stock").await;
}

#[tokio::test]
async fn too_many_connections() {
    require_server!(Postgres::available());
    let server = Postgres::builder()
        .setting("max_connections", "4")
        .setting("superuser_reserved_connections", "0")
        .setting("max_wal_senders", "0")
        .start()
        .unwrap();
    let driver = PostgresFactory
        .open(&Address::parse(&server.system_url()).unwrap(), &connect_options())
        .unwrap();
    let mut kept = Vec::new();
    let error = loop {
        match driver.connect(Access::Read).await {
            Ok(connection) => kept.push(connection),
            Err(error) => break error,
        }
        assert!(kept.len() < 10);
    };
    assert_eq!(
        (error.kind(), error.sqlstate()),
        (ErrorKind::Connect, Some("53300"))
    );
    for connection in kept {
        connection.close().await.unwrap();
    }
    // The server gives a place free when its process has ended, some time after the goodbye.
    for _ in 0..500 {
        match driver.connect(Access::Read).await {
            Ok(_) => return,
            Err(error) => assert_eq!(error.sqlstate(), Some("53300"), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no place became free");
}

#[tokio::test]
async fn settings_of_the_session() {
    let server = require_server!(postgres());
    let database = server.create_database("settings").unwrap();
    let options = ConnectOptions {
        statement_timeout: None,
        lock_timeout: Some(Duration::from_secs(7)),
        ..connect_options()
    };
    let url = format!(
        "{}?search_path=%22odd%20%5C%20name%22,public&application_name=it's%20me",
        database.url()
    );
    let pool = pool(&url, &options);
    let session = &mut pool.acquire(Access::Read).await.unwrap();
    for (name, value) in [
        ("search_path", r#""odd \ name",public"#),
        ("application_name", "it's me"),
        ("statement_timeout", "0"),
        ("lock_timeout", "7s"),
        ("TimeZone", "UTC"),
        ("client_encoding", "UTF8"),
        ("idle_in_transaction_session_timeout", "0"),
    ] {
        assert_eq!(
            text(session, &format!("SELECT current_setting('{name}')"))
                .await
                .unwrap(),
            value,
            "{name}"
        );
    }
    script(
        session,
        r#"CREATE SCHEMA "odd \ name"; CREATE TABLE here (a int)"#,
    )
    .await;
    let schema = text(
        session,
        "SELECT schemaname FROM pg_tables WHERE tablename = 'here'",
    )
    .await;
    assert_eq!(schema.unwrap(), r"odd \ name");
    assert!(
        session.server_version().unwrap().starts_with("1"),
        "{}",
        session.server_version().unwrap()
    );
    assert_eq!(session.dialect().unwrap().name(), "PostgreSQL");
}

#[tokio::test]
async fn over_a_unix_socket() {
    require_server!(Postgres::available());
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let path = dir.path().to_str().unwrap();
    let server = Postgres::builder()
        .setting("unix_socket_directories", path)
        .start()
        .unwrap();
    let (user, password, port) = (server.user(), server.password(), server.port());
    // A URL without a host can't have a user: both come as fields in a configuration.
    let mut address = Address::parse(&format!("postgres:///postgres?host={path}")).unwrap();
    address.user = Some(user.to_owned());
    address.password = Some(manybase_driver::Secret::new(password));
    address.port = Some(port);
    let driver = PostgresFactory.open(&address, &connect_options()).unwrap();
    let mut connection = driver.connect(Access::Read).await.unwrap();
    connection.ping().await.unwrap();
    connection.close().await.unwrap();
}

#[test]
fn secrets_are_shown_nowhere() {
    let address = Address::parse("postgres://ann:hunter2@h/d?sslmode=disable").unwrap();
    let driver = PostgresFactory.open(&address, &connect_options()).unwrap();
    assert!(!format!("{driver:?} {} {address:?}", driver.address()).contains("hunter2"));
    assert_eq!(PostgresFactory.schemes(), ["postgres", "postgresql"]);
}
