//! Throwaway MariaDB servers: start, databases, faults.

use std::time::{Duration, Instant};

use manybase_testkit::{Mariadb, Server, ServerError, mariadb, require_server};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts};

async fn connect(url: &str) -> Conn {
    Conn::new(Opts::from_url(url).unwrap()).await.unwrap()
}

async fn value(conn: &mut Conn, sql: &str) -> String {
    conn.query_first(sql).await.unwrap().unwrap()
}

async fn has_database(server: &Server, name: &str) -> bool {
    let mut conn = connect(&server.system_url()).await;
    let sql = format!("SELECT count(*) FROM information_schema.schemata WHERE schema_name = '{name}'");
    value(&mut conn, &sql).await == "1"
}

#[tokio::test]
async fn the_shared_server_is_set_up_for_manybase() {
    let server = require_server!(mariadb());
    let mut conn = connect(&server.system_url()).await;
    for (variable, expected) in [
        ("log_bin", "1"),
        ("binlog_format", "ROW"),
        ("server_id", "1"),
        ("local_infile", "1"),
        ("character_set_server", "utf8mb4"),
        ("time_zone", "+00:00"),
        ("innodb_flush_log_at_trx_commit", "2"),
    ] {
        let found = value(&mut conn, &format!("SELECT @@global.{variable}")).await;
        assert_eq!(found, expected, "{variable}");
    }
    let users = "SELECT group_concat(user) FROM mysql.global_priv";
    let users = value(&mut conn, users).await;
    assert!(!users.contains("root"), "{users}");
    assert_eq!(mariadb().unwrap().pid(), server.pid(), "one per process");
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let server = require_server!(mariadb());
    let url = server.system_url().replace(server.password(), "wrong");
    let error = Conn::new(Opts::from_url(&url).unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("1045"), "{error}");
}

#[tokio::test]
async fn databases_are_unique_and_dropped_despite_open_transactions() {
    let server = require_server!(mariadb());
    let one = server.create_database("orders").unwrap();
    let two = server.create_database("orders").unwrap();
    assert_ne!(one.name(), two.name());
    let mut conn = connect(&one.url()).await;
    conn.query_drop("CREATE TABLE t (id int)").await.unwrap();
    conn.query_drop("BEGIN").await.unwrap();
    conn.query_drop("INSERT INTO t VALUES (1)").await.unwrap();

    let name = one.name().to_owned();
    assert!(has_database(server, &name).await);
    drop(one);
    assert!(!has_database(server, &name).await);
    assert!(has_database(server, two.name()).await);
}

#[tokio::test]
async fn a_prepared_xa_transaction_does_not_hold_up_the_test() {
    require_server!(Mariadb::available());
    let server = Mariadb::start().unwrap();
    let database = server.create_database("xa").unwrap();
    let name = database.name().to_owned();
    let mut conn = connect(&database.url()).await;
    for sql in [
        "CREATE TABLE t (id int)",
        "XA START 'x'",
        "INSERT INTO t VALUES (1)",
        "XA END 'x'",
        "XA PREPARE 'x'",
    ] {
        conn.query_drop(sql).await.unwrap();
    }
    let begun = Instant::now();
    drop(database);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    // MariaDB does not tell whose tables a prepared transaction holds, so only its owner can end it.
    assert!(has_database(&server, &name).await);
}

#[tokio::test]
async fn committed_and_prepared_data_survive_kill_9() {
    require_server!(Mariadb::available());
    for builder in [Mariadb::builder(), Mariadb::builder().durable()] {
        let server = builder.start().unwrap();
        let database = server.create_database("crash").unwrap();
        let mut conn = connect(&database.url()).await;
        for sql in [
            "CREATE TABLE t (id int)",
            "INSERT INTO t VALUES (1)",
            "XA START 'decided'",
            "INSERT INTO t VALUES (2)",
            "XA END 'decided'",
            "XA PREPARE 'decided'",
        ] {
            conn.query_drop(sql).await.unwrap();
        }
        let (port, pid) = (server.port(), server.pid());

        server.kill_9().unwrap();
        assert!(!server.is_running());
        assert!(conn.query_drop("SELECT 1").await.is_err());
        server.restart().unwrap();

        assert_eq!(server.port(), port);
        assert_ne!(server.pid(), pid);
        let mut conn = connect(&database.url()).await;
        assert_eq!(value(&mut conn, "SELECT count(*) FROM t").await, "1");
        conn.query_drop("XA COMMIT 'decided'").await.unwrap();
        assert_eq!(value(&mut conn, "SELECT count(*) FROM t").await, "2");
    }
}

#[tokio::test]
async fn a_durable_server_flushes_and_lies_on_a_disk() {
    require_server!(Mariadb::available());
    let server = Mariadb::builder().durable().start().unwrap();
    let mut conn = connect(&server.system_url()).await;
    let flush = "SELECT @@global.innodb_flush_log_at_trx_commit";
    assert_eq!(value(&mut conn, flush).await, "1");
    assert!(!server.dir().starts_with("/dev/shm"));
}

#[tokio::test]
async fn a_paused_server_hangs_and_goes_on() {
    require_server!(Mariadb::available());
    let server = Mariadb::start().unwrap();
    let mut conn = connect(&server.system_url()).await;

    server.pause().unwrap();
    let query = value(&mut conn, "SELECT 2");
    tokio::pin!(query);
    let hung = tokio::time::timeout(Duration::from_millis(300), &mut query).await;
    assert!(hung.is_err(), "a paused server answered");

    server.resume().unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(10), query).await;
    assert_eq!(answer.unwrap(), "2");
}

#[test]
fn a_paused_server_is_dropped() {
    require_server!(Mariadb::available());
    let server = Mariadb::start().unwrap();
    server.pause().unwrap();
    let dir = server.dir().to_owned();
    drop(server);
    assert!(!dir.exists());
}

#[tokio::test]
async fn settings_reach_the_server_and_restart_keeps_users() {
    require_server!(Mariadb::available());
    let server = Mariadb::builder()
        .setting("server-id", "7")
        .arg("--innodb-lock-wait-timeout=3")
        .start()
        .unwrap();
    server.restart().unwrap();
    let mut conn = connect(&server.system_url()).await;
    assert_eq!(value(&mut conn, "SELECT @@server_id").await, "7");
    let timeout = "SELECT @@innodb_lock_wait_timeout";
    assert_eq!(value(&mut conn, timeout).await, "3");
}

#[test]
fn a_server_that_can_not_start_says_why() {
    require_server!(Mariadb::available());
    let error = Mariadb::builder().setting("no-such-variable", "1").start();
    let error = error.unwrap_err();
    assert!(matches!(error, ServerError::NotStarted { .. }));
    assert!(error.to_string().contains("no-such-variable"), "{error}");
}

#[tokio::test]
async fn two_servers_run_side_by_side() {
    require_server!(Mariadb::available());
    let threads = [(); 2].map(|()| std::thread::spawn(Mariadb::start));
    let [one, two] = threads.map(|thread| thread.join().unwrap().unwrap());
    assert_ne!(one.port(), two.port());
    for server in [&one, &two] {
        let mut conn = connect(&server.system_url()).await;
        let port = value(&mut conn, "SELECT @@port").await;
        assert_eq!(port, server.port().to_string());
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the measurements are for people")]
fn measures_a_start() {
    require_server!(Mariadb::available());
    let server = Mariadb::start().unwrap();
    let begun = Instant::now();
    let database = server.create_database("t").unwrap();
    let created = begun.elapsed();
    drop(database);
    let dropped = begun.elapsed() - created;
    let (name, started) = (server.name().to_owned(), server.started_in());
    let begun = Instant::now();
    server.stop().unwrap();
    let stopped = begun.elapsed();
    server.restart().unwrap();
    let restarted = begun.elapsed() - stopped;
    let begun = Instant::now();
    drop(server);
    let ended = begun.elapsed();
    println!(
        "{name}: start {started:?}, create database {created:?}, drop it {dropped:?}, \
         stop {stopped:?}, restart {restarted:?}, drop server {ended:?}"
    );
    assert!(started < Duration::from_secs(20));
}
