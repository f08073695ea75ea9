//! Throwaway PostgreSQL servers: start, databases, faults.

use std::time::{Duration, Instant};

use manybase_testkit::{
    Postgres, PostgresVersion, Server, ServerError, postgres, postgres_18, require_server,
};
use tokio_postgres::{Client, NoTls};

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn value(client: &Client, sql: &str) -> String {
    let rows = client.simple_query(sql).await.unwrap();
    rows.iter()
        .find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get(0)?.to_owned()),
            _ => None,
        })
        .unwrap()
}

async fn has_database(server: &Server, name: &str) -> bool {
    let client = connect(&server.system_url()).await;
    let sql = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    value(&client, &sql).await == "1"
}

#[tokio::test]
async fn the_shared_server_is_set_up_for_manybase() {
    let server = require_server!(postgres());
    let client = connect(&server.system_url()).await;
    for (setting, expected) in [
        ("wal_level", "logical"),
        ("max_prepared_transactions", "64"),
        ("max_connections", "200"),
        ("fsync", "off"),
        ("synchronous_commit", "on"),
        ("timezone", "UTC"),
        ("server_encoding", "UTF8"),
        ("listen_addresses", "127.0.0.1"),
        ("password_encryption", "scram-sha-256"),
    ] {
        let found = value(&client, &format!("SHOW {setting}")).await;
        assert_eq!(found, expected, "{setting}");
    }
    assert_eq!(postgres().unwrap().pid(), server.pid(), "one per process");
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let server = require_server!(postgres());
    let url = server.system_url().replace(server.password(), "wrong");
    let error = tokio_postgres::connect(&url, NoTls).await.err().unwrap();
    let code = error.as_db_error().unwrap().code().code();
    assert_eq!(code, "28P01");
    assert!(!format!("{server:?}").contains(server.password()));

    let client = connect(&server.system_url()).await;
    let stored = "SELECT rolpassword FROM pg_authid WHERE rolname = 'manybase'";
    let stored = value(&client, stored).await;
    assert!(stored.starts_with("SCRAM-SHA-256$"), "{stored}");
}

#[tokio::test]
async fn databases_are_unique_and_dropped_with_whatever_is_in_them() {
    let server = require_server!(postgres());
    let one = server.create_database("orders").unwrap();
    let two = server.create_database("orders").unwrap();
    assert_ne!(one.name(), two.name());

    // An open connection, a replication slot and a prepared transaction: PostgreSQL alone would refuse.
    let client = connect(&one.url()).await;
    // The slot first: making one waits for every open transaction, and a prepared one stays open.
    let slot = "SELECT pg_create_logical_replication_slot('slot_of_orders', 'pgoutput')";
    client.simple_query(slot).await.unwrap();
    client
        .batch_execute(
            "CREATE TABLE t (id int); BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'it''s'",
        )
        .await
        .unwrap();

    let name = one.name().to_owned();
    assert!(has_database(server, &name).await);
    drop(one);
    assert!(!has_database(server, &name).await);
    assert!(has_database(server, two.name()).await);
}

#[tokio::test]
async fn a_kept_database_stays() {
    let server = require_server!(postgres());
    let database = server.create_database("kept").unwrap();
    let name = database.name().to_owned();
    database.keep();
    assert!(has_database(server, &name).await);
}

#[tokio::test]
async fn committed_and_prepared_data_survive_kill_9() {
    require_server!(Postgres::available());
    for builder in [Postgres::builder(), Postgres::builder().durable()] {
        let server = builder.start().unwrap();
        let database = server.create_database("crash").unwrap();
        let client = connect(&database.url()).await;
        client
            .batch_execute("CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
            .await
            .unwrap();
        client
            .batch_execute("BEGIN; INSERT INTO t VALUES (2); PREPARE TRANSACTION 'decided'")
            .await
            .unwrap();
        let (port, pid) = (server.port(), server.pid());

        server.kill_9().unwrap();
        assert!(!server.is_running());
        assert!(client.simple_query("SELECT 1").await.is_err());
        server.restart().unwrap();

        assert_eq!(server.port(), port);
        assert_ne!(server.pid(), pid);
        let client = connect(&database.url()).await;
        assert_eq!(value(&client, "SELECT count(*) FROM t").await, "1");
        client.batch_execute("COMMIT PREPARED 'decided'").await.unwrap();
        assert_eq!(value(&client, "SELECT count(*) FROM t").await, "2");
    }
}

#[tokio::test]
async fn a_durable_server_syncs_and_lies_on_a_disk() {
    require_server!(Postgres::available());
    let server = Postgres::builder().durable().start().unwrap();
    let client = connect(&server.system_url()).await;
    assert_eq!(value(&client, "SHOW fsync").await, "on");
    assert!(!server.dir().starts_with("/dev/shm"));
}

#[tokio::test]
async fn a_paused_server_hangs_and_goes_on() {
    require_server!(Postgres::available());
    let server = Postgres::start().unwrap();
    let client = connect(&server.system_url()).await;
    value(&client, "SELECT 1").await;

    server.pause().unwrap();
    assert!(server.is_running());
    let query = value(&client, "SELECT 2");
    tokio::pin!(query);
    let hung = tokio::time::timeout(Duration::from_millis(300), &mut query).await;
    assert!(hung.is_err(), "a paused server answered");

    server.resume().unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(10), query).await;
    assert_eq!(answer.unwrap(), "2");
}

#[tokio::test]
async fn a_paused_server_can_be_stopped_killed_and_dropped() {
    require_server!(Postgres::available());
    let server = Postgres::start().unwrap();
    server.pause().unwrap();
    server.stop().unwrap();
    server.restart().unwrap();
    server.pause().unwrap();
    server.kill_9().unwrap();
    server.restart().unwrap();
    let _client = connect(&server.system_url()).await;
    server.pause().unwrap();
    let (pid, dir) = (server.pid().unwrap(), server.dir().to_owned());
    let begun = Instant::now();
    drop(server);
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    assert!(!dir.exists());
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn settings_and_arguments_reach_the_server() {
    require_server!(Postgres::available());
    let server = Postgres::builder()
        .setting("max_connections", "17")
        .setting("application_name", "with a blank")
        .arg("-c")
        .arg("work_mem=1MB")
        .init_arg("--data-checksums")
        .start()
        .unwrap();
    let client = connect(&server.system_url()).await;
    assert_eq!(value(&client, "SHOW max_connections").await, "17");
    assert_eq!(value(&client, "SHOW work_mem").await, "1MB");
    assert_eq!(value(&client, "SHOW data_checksums").await, "on");
}

#[test]
fn a_server_that_can_not_start_says_why() {
    require_server!(Postgres::available());
    let error = Postgres::builder().setting("no_such_setting", "1").start();
    let error = error.unwrap_err();
    assert!(matches!(error, ServerError::NotStarted { .. }));
    assert!(error.to_string().contains("no_such_setting"), "{error}");
}

#[tokio::test]
async fn two_servers_run_side_by_side() {
    require_server!(Postgres::available());
    let threads = [(); 2].map(|()| std::thread::spawn(Postgres::start));
    let [one, two] = threads.map(|thread| thread.join().unwrap().unwrap());
    assert_ne!(one.port(), two.port());
    assert_ne!(one.dir(), two.dir());
    assert_ne!(one.password(), two.password());
    for server in [&one, &two] {
        let client = connect(&server.system_url()).await;
        assert_eq!(value(&client, "SHOW port").await, server.port().to_string());
    }
}

#[tokio::test]
async fn postgres_18_starts() {
    let server = require_server!(postgres_18());
    let database = server.create_database("v18").unwrap();
    let client = connect(&database.url()).await;
    assert!(value(&client, "SHOW server_version").await.starts_with("18."));
    assert_eq!(value(&client, "SHOW wal_level").await, "logical");
    assert_eq!(value(&client, "SELECT lower('ÄÖ')").await, "äö");
}

#[test]
#[expect(clippy::print_stdout, reason = "the measurements are for people")]
fn measures_starts() {
    for version in [PostgresVersion::Installed, PostgresVersion::V18] {
        let builder = Postgres::builder().version(version);
        if let Err(skipped) = builder.available() {
            skipped.report();
            continue;
        }
        let server = builder.clone().start().unwrap();
        let begun = Instant::now();
        let database = server.create_database("t").unwrap();
        let created = begun.elapsed();
        drop(database);
        let dropped = begun.elapsed() - created;
        let begun = Instant::now();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        drop(runtime.block_on(connect(&server.system_url())));
        let connected = begun.elapsed();
        let started = server.started_in();
        let name = server.name().to_owned();
        let begun = Instant::now();
        server.stop().unwrap();
        let stopped = begun.elapsed();
        server.restart().unwrap();
        let restarted = begun.elapsed() - stopped;
        let begun = Instant::now();
        drop(server);
        let ended = begun.elapsed();
        println!(
            "{name}: start {started:?}, connect {connected:?}, create database {created:?}, \
             drop it {dropped:?}, stop {stopped:?}, restart {restarted:?}, drop server {ended:?}"
        );
        assert!(started < Duration::from_secs(20));
    }
}
