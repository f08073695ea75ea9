//! Reads by key that the server does not know yet: one round trip, and nothing else is different.

use super::{Home, Make, number, pool, refused, run};
use manybase_driver::{Access, CountSink, Error, ErrorKind, PoolOptions, Session, Statement, Value};
use manybase_testkit::TcpProxy;

fn by_key(sql: &str, binds: Vec<Value>) -> Statement {
    Statement::read(sql, binds).bounded()
}

async fn names(session: &mut Session, statement: Statement) -> Result<Vec<String>, Error> {
    let make: Make<String> = |row| Ok(row.str(0)?.unwrap_or("NULL").to_owned());
    let rows = Vec::new();
    Ok(session.query(statement, super::All { make, rows }).await?.rows)
}

#[tokio::test]
async fn takes_one_round_trip() {
    let home = Home::new("first");
    let server = manybase_testkit::mariadb().expect("MariaDB starts");
    let proxy = TcpProxy::start(server.addr()).expect("a proxy");
    let url = proxy.url(&home.database.url());
    let pool = pool(&url, &Default::default(), PoolOptions::default());
    let session = &mut pool.acquire(Access::Write).await.expect("connects");
    run(session, "CREATE TABLE t (id BIGINT PRIMARY KEY, name TEXT)").await;
    run(session, "INSERT INTO t VALUES (7, 'Ann')").await;
    let mut before = proxy.turns();
    let mut took = || {
        let now = proxy.turns();
        std::mem::replace(&mut before, now).abs_diff(now)
    };
    let find = |id: i64| by_key("SELECT name FROM t WHERE id = ?", vec![id.into()]);
    assert_eq!(names(session, find(7)).await.expect("runs"), ["Ann"]);
    assert_eq!(took(), 1, "at first");
    assert!(names(session, find(8)).await.expect("runs").is_empty());
    assert_eq!(took(), 1, "later");
    let usual = Statement::read("SELECT CONCAT(name, '') FROM t WHERE id = ?", vec![7_i64.into()]);
    assert_eq!(names(session, usual).await.expect("runs"), ["Ann"]);
    assert_eq!(took(), 2, "of which it is not known how much there is");
}

/// Log-in, and one round trip for settings and read.
#[tokio::test]
async fn a_session_that_begins_with_a_read() {
    let home = Home::new("first_of_all");
    run(
        &mut home.session().await,
        "CREATE TABLE t (id BIGINT PRIMARY KEY)",
    )
    .await;
    let server = manybase_testkit::mariadb().expect("MariaDB starts");
    let proxy = TcpProxy::start(server.addr()).expect("a proxy");
    let url = proxy.url(&home.database.url());
    // One that goes says goodbye.
    let mut kept = Vec::new();
    for sessions in 0..3 {
        let pool = pool(&url, &Default::default(), PoolOptions::default());
        let before = proxy.turns();
        let mut session = pool.acquire(Access::Write).await.expect("connects");
        let find = by_key("SELECT id FROM t WHERE id = ?", vec![7_i64.into()]);
        assert!(names(&mut session, find).await.expect("runs").is_empty());
        let took = proxy.turns() - before;
        // The first of all asks the server what it is.
        assert!(
            if sessions == 0 { took > 2 } else { took == 2 },
            "{sessions}: {took}"
        );
        let mode = super::text(&mut session, "SELECT @@sql_mode").await;
        assert!(mode.expect("a mode").contains("STRICT_ALL_TABLES"));
        kept.push((session, pool));
    }
}

/// What can't be prepared is told as ever, and what was prepared before it is not run in its place.
#[tokio::test]
async fn what_fails_is_told_as_in_the_usual_way() {
    let home = Home::new("first_fails");
    let session = &mut home.session().await;
    run(session, "CREATE TABLE t (id BIGINT PRIMARY KEY, n INT)").await;
    run(session, "INSERT INTO t VALUES (7, 0)").await;
    let fine = by_key("SELECT id FROM t WHERE id = ?", vec![7_i64.into()]);
    for (sql, binds, kind) in [
        ("SELECT nothing FROM t WHERE id = ?", 1, ErrorKind::UnknownColumn),
        ("SELECT id FROM nowhere WHERE id = ?", 1, ErrorKind::UnknownTable),
        ("SELECT id FROM t WHERE id = ? AND", 1, ErrorKind::Syntax),
        (
            "SELECT id FROM t WHERE id = ? OR n = ?",
            1,
            ErrorKind::Placeholders,
        ),
        ("SELECT id FROM t WHERE n = ?", 2, ErrorKind::Placeholders),
        ("SELECT id FROM t WHERE n = 0", 9, ErrorKind::Placeholders),
        // It fails only when it runs.
        (
            "SELECT CAST(? AS SIGNED) * 9223372036854775807 FROM t WHERE id > 0",
            1,
            ErrorKind::Value,
        ),
    ] {
        session
            .query(fine.clone(), CountSink::default())
            .await
            .expect("runs");
        let statement = |bounded: bool| {
            let statement = Statement::read(sql, vec![7_i64.into(); binds]);
            if bounded { statement.bounded() } else { statement }
        };
        let first = refused(session.query(statement(true), CountSink::default()).await, kind);
        let usual = refused(session.query(statement(false), CountSink::default()).await, kind);
        assert_eq!(first.to_string(), usual.to_string());
        assert_eq!(number(session, "SELECT 41 + 1").await, Some(42), "{sql}");
    }
}
