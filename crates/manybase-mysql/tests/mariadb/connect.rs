//! Dialling, and what a session is set to.

use super::{Home, number, one, pool, refused, run, text};
use manybase_driver::{
    Access, Address, ConnectOptions, DriverFactory, ErrorKind, NativeCode, PoolOptions, Statement,
};
use manybase_mysql::MysqlFactory;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_session_is_strict_and_in_utc() {
    let home = Home::new("settings");
    let mut session = home.session().await;
    assert_eq!(session.dialect().expect("one").name(), "MariaDB");
    assert!(session.server_version().expect("one").contains("MariaDB"));
    let s = &mut session;
    assert_eq!(text(s, "SELECT @@time_zone").await.as_deref(), Some("+00:00"));
    assert_eq!(
        text(s, "SELECT @@character_set_connection").await.as_deref(),
        Some("utf8mb4")
    );
    assert_eq!(number(s, "SELECT @@autocommit").await, Some(1));
    assert_eq!(number(s, "SELECT @@innodb_lock_wait_timeout").await, Some(30));
    assert_eq!(number(s, "SELECT @@lock_wait_timeout").await, Some(30));
    assert_eq!(
        number(s, "SELECT CAST(@@max_statement_time AS SIGNED)").await,
        Some(300)
    );
    let mode = text(s, "SELECT @@sql_mode").await.expect("a mode");
    for part in [
        "STRICT_ALL_TABLES",
        "NO_ZERO_DATE",
        "NO_ZERO_IN_DATE",
        "NO_AUTO_VALUE_ON_ZERO",
    ] {
        assert!(mode.contains(part), "{mode}");
    }
    for part in ["ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "PIPES_AS_CONCAT"] {
        assert!(!mode.contains(part), "{mode}");
    }
    // A question stays one, although a write would be refused.
    assert_eq!(number(s, "SELECT CAST(1/0 AS SIGNED)").await, None);
}

/// What one user sets is gone for the next, and what we set is there again.
#[tokio::test]
async fn a_reset_brings_the_settings_back() {
    let home = Home::with(
        "reset",
        &ConnectOptions::default(),
        PoolOptions {
            max_size: 1,
            ..PoolOptions::default()
        },
    );
    let mut session = home.session().await;
    let id = number(&mut session, "SELECT CONNECTION_ID()").await;
    run(&mut session, "CREATE TABLE t (id INT PRIMARY KEY)").await;
    session.begin(Default::default()).await.expect("begins");
    run(&mut session, "INSERT INTO t VALUES (1)").await;
    run(&mut session, "SET time_zone = '+05:00', sql_mode = '', @mine = 7").await;
    drop(session);
    let mut session = home.session().await;
    assert_eq!(
        number(&mut session, "SELECT CONNECTION_ID()").await,
        id,
        "the same one"
    );
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(0));
    assert_eq!(number(&mut session, "SELECT @mine").await, None);
    assert_eq!(
        text(&mut session, "SELECT @@time_zone").await.as_deref(),
        Some("+00:00")
    );
    let mode = text(&mut session, "SELECT @@sql_mode").await.expect("a mode");
    assert!(mode.contains("STRICT_ALL_TABLES"));
}

#[tokio::test]
async fn what_can_not_be_reached_is_told_without_the_secret() {
    let home = Home::new("refused");
    let good = home.database.url();
    let server = manybase_testkit::mariadb().expect("MariaDB starts");
    let other = |change: fn(&mut Address)| {
        let mut address = Address::parse(&good).expect("good");
        change(&mut address);
        address
    };
    let bad_port = other(|address| address.port = Some(1));
    let bad_password = other(|address| {
        address.password = Some(manybase_driver::Secret::new("hunter2"));
    });
    let bad_database = other(|address| address.database = "nowhere".into());
    let bad_user = other(|address| address.user = Some("nobody".into()));
    let no_tls = other(|address| {
        address.params.insert("sslmode".into(), "require".into());
    });
    for (address, code) in [
        (bad_port, None),
        (bad_password, Some(1045)),
        (bad_database, Some(1049)),
        (bad_user, Some(1045)),
        (no_tls, None),
    ] {
        let driver = MysqlFactory
            .open(&address, &ConnectOptions::default())
            .expect("opens");
        let error = refused(driver.connect(Access::Read).await.map(drop), ErrorKind::Connect);
        let found = error.code().map(|code| match code {
            NativeCode::Both(code, _) => *code,
            code => panic!("{code:?}"),
        });
        assert_eq!(found, code, "{error}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("127.0.0.1"), "{shown}");
        assert!(
            !shown.contains("hunter2") && !shown.contains(server.password()),
            "{shown}"
        );
        assert!(error.help().is_some());
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let connect = ConnectOptions {
        connect_timeout: Duration::from_millis(300),
        ..ConnectOptions::default()
    };
    let pool = pool(
        &format!("mysql://u:p@127.0.0.1:{port}/d"),
        &connect,
        PoolOptions::default(),
    );
    let begun = Instant::now();
    let error = refused(pool.acquire(Access::Read).await, ErrorKind::Connect);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert!(error.message().contains("no answer"), "{error}");
}

#[tokio::test]
async fn a_unix_socket_is_another_way_in() {
    let home = Home::new("socket");
    let server = manybase_testkit::mariadb().expect("MariaDB starts");
    let path = server.dir().join("socket");
    let url = format!("{}?socket={}", home.database.url(), path.display());
    let pool = pool(&url, &ConnectOptions::default(), PoolOptions::default());
    let mut session = pool.acquire(Access::Read).await.expect("connects");
    let host = text(
        &mut session,
        "SELECT host FROM information_schema.processlist WHERE id = CONNECTION_ID()",
    );
    assert_eq!(host.await.as_deref(), Some("localhost"));
}

/// The address asks for TLS where it is to be had and says MySQL; the server has none, which takes no second dial, and is
/// MariaDB. Only the first of all drivers has to find that out, and every session is set to what the server is.
#[tokio::test]
async fn what_is_learnt_of_a_server_is_known_to_all_drivers() {
    learn("learnt", ConnectOptions::default(), Some(300)).await;
}

/// Without a limit MariaDB takes all of MySQL's settings, and is set up once more, by then being strict.
#[tokio::test]
async fn a_server_that_was_taken_for_another_is_set_up_again() {
    let options = ConnectOptions {
        statement_timeout: None,
        ..ConnectOptions::default()
    };
    learn("taken", options, Some(0)).await;
}

async fn learn(name: &str, options: ConnectOptions, limit: Option<i64>) {
    let home = Home::new(name);
    let server = manybase_testkit::mariadb().expect("MariaDB starts");
    let proxy = manybase_testkit::TcpProxy::start(server.addr()).expect("a proxy");
    let url = proxy.url(&home.database.url());
    let (_, rest) = url.split_once("://").expect("a scheme");
    let mut sent = Vec::new();
    for dialled in [1, 2, 3] {
        let pool = pool(&format!("mysql://{rest}"), &options, PoolOptions::default());
        let mut session = pool.acquire(Access::Read).await.expect("connects");
        assert_eq!(proxy.connections(), dialled);
        assert_eq!(session.dialect().expect("one").name(), "MariaDB");
        let s = &mut session;
        let set = number(s, "SELECT CAST(@@max_statement_time AS SIGNED)").await;
        assert_eq!(set, limit);
        let mode = text(s, "SELECT @@sql_mode").await.expect("a mode");
        assert!(mode.contains("STRICT_ALL_TABLES"), "{mode}");
        assert!(!mode.contains("ONLY_FULL_GROUP_BY"), "{mode}");
        assert!(s.server_version().expect("one").contains("MariaDB"));
        let status = "SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM information_schema.SESSION_STATUS \
                      WHERE VARIABLE_NAME = 'QUESTIONS'";
        sent.push(number(s, status).await);
    }
    assert!(sent[1] < sent[0] && sent[1] == sent[2], "{sent:?}");
}

/// What was learnt of a server is not all that its next session may do.
#[tokio::test]
async fn a_limit_that_is_raised_holds_for_the_next_session() {
    let home = Home::new("raised");
    let mut session = home.session().await;
    let limit = number(&mut session, "SELECT @@global.max_allowed_packet").await;
    let limit = limit.expect("a number");
    let set = |limit: i64| format!("SET GLOBAL max_allowed_packet = {limit}");
    session.script(set(limit * 2)).await.expect("may");
    let other = pool(
        &home.database.url(),
        &ConnectOptions::default(),
        PoolOptions::default(),
    );
    let mut next = other.acquire(Access::Read).await.expect("connects");
    let length = crate::rows(
        &mut next,
        "SELECT LENGTH(?)",
        vec!["x".repeat(limit as usize + 1).into()],
        |row| Ok(row.i64(0)?),
    )
    .await;
    session.script(set(limit)).await.expect("may");
    assert_eq!(length.expect("runs"), [Some(limit + 1)]);
}

/// The server of the test kit has no certificate, so one is started that has.
#[tokio::test]
async fn tls_in_all_its_modes() {
    let dir = tempfile_dir();
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"])
        .args([
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(dir.join("key.pem"))
        .arg("-out")
        .arg(dir.join("cert.pem"))
        .output();
    if !made.is_ok_and(|made| made.status.success()) {
        manybase_testkit::Skipped::new("TLS", "openssl can't make a certificate here").report();
        return;
    }
    make_readable(&dir);
    let server = manybase_testkit::Mariadb::builder()
        .setting("ssl-cert", dir.join("cert.pem").display().to_string())
        .setting("ssl-key", dir.join("key.pem").display().to_string())
        .start()
        .expect("MariaDB starts");
    let url = server.url("mysql");
    let by_name = url.replace("127.0.0.1", "localhost");
    let roots = dir.join("cert.pem").display().to_string();
    for (url, cipher) in [
        (url.clone(), true),
        (format!("{url}?sslmode=disable"), false),
        (format!("{url}?sslmode=require"), true),
        (format!("{by_name}?sslmode=verify-full&sslrootcert={roots}"), true),
    ] {
        let pool = pool(&url, &ConnectOptions::default(), PoolOptions::default());
        let mut session = pool.acquire(Access::Read).await.expect("connects");
        let found = one(&mut session, "SHOW STATUS LIKE 'Ssl_cipher'", |row| {
            Ok(row.str(1)?.map(str::to_owned))
        });
        let found = found.await.expect("a status");
        assert_eq!(found.is_some_and(|name| !name.is_empty()), cipher);
    }
    for url in [
        // Nobody known has signed it.
        format!("{url}?sslmode=verify-full"),
        // It is for another name.
        format!("{url}?sslmode=verify-full&sslrootcert={roots}"),
    ] {
        let pool = pool(&url, &ConnectOptions::default(), PoolOptions::default());
        let error = refused(pool.acquire(Access::Read).await, ErrorKind::Connect);
        assert!(error.message().contains("TLS"), "{error}");
    }
    std::fs::remove_dir_all(dir).expect("removed");
}

fn tempfile_dir() -> std::path::PathBuf {
    let dir = std::env::temp_dir().join(format!("manybase-tls-{}", uuid::Uuid::new_v4().simple()));
    std::fs::create_dir(&dir).expect("a directory");
    dir
}

/// The server runs as another user.
fn make_readable(dir: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    for (path, mode) in [
        (dir.to_owned(), 0o755),
        (dir.join("key.pem"), 0o644),
        (dir.join("cert.pem"), 0o644),
    ] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("changed");
    }
}

#[tokio::test]
async fn closing_says_goodbye() {
    let home = Home::new("close");
    let address = Address::parse(&home.database.url()).expect("good");
    let driver = MysqlFactory
        .open(&address, &ConnectOptions::default())
        .expect("opens");
    let connection = driver.connect(Access::Read).await.expect("connects");
    assert!(!connection.is_closed());
    assert!(!connection.recovers());
    connection.close().await.expect("closes");
    let mut connection = driver.connect(Access::Read).await.expect("connects");
    connection.ping().await.expect("lives");
    let done = connection.execute(Statement::read("SELECT 1", vec![])).await;
    assert_eq!(done.expect("runs").affected, 0);
}
