//! Reads by key that the server does not know yet: one round trip, and nothing else is different.

use crate::support::*;
use manybase_driver::{Access, Error, ErrorKind, Row, Session, Statement, Value};
use manybase_testkit::{TcpProxy, postgres, require_server};

fn by_key(sql: &str, binds: Vec<Value>) -> Statement {
    Statement::read(sql, binds).bounded()
}

async fn names(session: &mut Session, statement: Statement) -> Result<Vec<String>, Error> {
    let name = |row: &dyn Row| Ok(row.str(0)?.unwrap_or("NULL").to_owned());
    Ok(session.query(statement, Each::new(name)).await?.rows)
}

#[tokio::test]
async fn takes_one_round_trip() {
    let server = require_server!(postgres());
    let database = server.create_database("first").unwrap();
    let proxy = TcpProxy::start(server.addr()).unwrap();
    let pool = pool(&proxy.url(&database.url()), &connect_options());
    let session = &mut pool.acquire(Access::Write).await.unwrap();
    script(
        session,
        "CREATE TABLE t (id int8 PRIMARY KEY, name text); INSERT INTO t VALUES (7, 'Ann')",
    )
    .await;
    let mut before = proxy.turns();
    let mut took = || {
        let now = proxy.turns();
        std::mem::replace(&mut before, now).abs_diff(now)
    };
    let find = |id: i64| by_key("SELECT name FROM t WHERE id = $1", vec![id.into()]);
    assert_eq!(names(session, find(7)).await.unwrap(), ["Ann"]);
    assert_eq!(took(), 1, "at first");
    assert!(names(session, find(8)).await.unwrap().is_empty());
    assert_eq!(took(), 1, "later");
    let usual = Statement::read("SELECT name || '' FROM t WHERE id = $1", vec![7_i64.into()]);
    assert_eq!(names(session, usual).await.unwrap(), ["Ann"]);
    assert_eq!(took(), 2, "of which it is not known how much there is");
}

/// Texts of cells, whatever their types, and what errors say.
async fn outcome(session: &mut Session, statement: Statement) -> Result<Vec<String>, String> {
    let cells = |row: &dyn Row| {
        let cell = |at| match (row.i64(at), row.f64(at), row.bool(at), row.str(at)) {
            (Ok(cell), ..) => format!("{cell:?}"),
            (_, Ok(cell), ..) => format!("{cell:?}"),
            (_, _, Ok(cell), _) => format!("{cell:?}"),
            (.., cell) => format!(
                "{:?} {:?} {:?} {:?}",
                cell.ok(),
                row.uuid(at).ok(),
                row.date(at).ok(),
                row.json(at).is_ok()
            ),
        };
        Ok((0..row.len()).map(cell).collect::<Vec<_>>().join(", "))
    };
    match session.query(statement, Each::new(cells)).await {
        Ok(sink) => Ok(sink.rows),
        Err(error) => Err(format!("{:?} {:?} {error}", error.kind(), error.code())),
    }
}

/// Every kind of value in the place of every kind of type.
#[tokio::test]
async fn is_as_in_the_usual_way() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE TYPE mood AS ENUM ('fine', '7'); CREATE DOMAIN small AS int CHECK (VALUE < 100);
         CREATE TABLE t (id int8 PRIMARY KEY, i2 int2, i4 int4, d small, n numeric, f4 float4, f8 float8, b bool, s text,
           c char(5), v varchar(3), u uuid, day date, at timestamptz, j json, jb jsonb, m mood, y bytea, a int[], ip inet);
         INSERT INTO t VALUES (1, 7, 7, 7, 7, 7, 7, true, '7', '7', '7', '00000000-0000-0000-0000-000000000007', '2024-02-03',
           '2024-02-03 04:05:06+00', '7', '7', '7', '\\x37', '{7}', '127.0.0.7')",
    )
    .await;
    let columns = [
        "id", "i2", "i4", "d", "n", "f4", "f8", "b", "s", "c", "v", "u", "day", "at", "m", "y", "a", "ip",
    ];
    let uuid = "00000000-0000-0000-0000-000000000007";
    let values: Vec<Value> = vec![
        Value::Null,
        7_i64.into(),
        (-1_i64).into(),
        40_000_i64.into(),
        i64::MAX.into(),
        true.into(),
        false.into(),
        "7".into(),
        "fine".into(),
        "".into(),
        "o'x\\y".into(),
        "a\0b".into(),
        "2024-02-03".into(),
        "127.0.0.7".into(),
        uuid.into(),
        Value::Uuid(uuid.parse().unwrap()),
        Value::F64(7.0),
        Value::Bytes(b"7".to_vec()),
    ];
    let mut failed = 0;
    for column in columns {
        for (nth, value) in values.iter().enumerate() {
            let of = |filter: &str| {
                format!("SELECT id, i2, n, f8, s, u, day, j, jb, m, b FROM t WHERE {column} = $1 {filter}")
            };
            let usual = outcome(session, Statement::read(of(""), vec![value.clone()])).await;
            let first = outcome(
                session,
                by_key(&of(&format!("AND {nth} = {nth}")), vec![value.clone()]),
            )
            .await;
            assert_eq!(first, usual, "{column} = {value:?}");
            failed += usize::from(usual.is_err());
        }
    }
    // Not all of them fit.
    assert!(
        (50..columns.len() * values.len() - 50).contains(&failed),
        "{failed}"
    );
    let none = number(session, "SELECT count(*) FROM pg_prepared_statements")
        .await
        .unwrap();
    assert!(none < 300, "{none} statements are kept");
}

#[tokio::test]
async fn mistakes_are_told_and_the_connection_goes_on() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (id int8); INSERT INTO t VALUES (0)").await;
    for (sql, binds, kind) in [
        (
            "SELECT * FROM missing WHERE id = $1",
            vec![1_i64.into()],
            ErrorKind::UnknownTable,
        ),
        ("SELECT nothing FROM t", vec![], ErrorKind::UnknownColumn),
        ("SELECT FROM WHERE", vec![], ErrorKind::Syntax),
        ("SELECT 1", vec![1_i64.into()], ErrorKind::Placeholders),
        (
            "SELECT $1::int, $2::int",
            vec![1_i64.into()],
            ErrorKind::Placeholders,
        ),
        ("SELECT '\0'", vec![], ErrorKind::Syntax),
        // Once it runs, it has failed for good.
        ("SELECT 1 / id FROM t", vec![], ErrorKind::Value),
    ] {
        let error = outcome(session, by_key(sql, binds)).await.unwrap_err();
        assert!(error.starts_with(&format!("{kind:?} ")), "{sql}: {error}");
        assert_eq!(number(session, "SELECT 7").await.unwrap(), 7, "after {sql}");
    }
}

#[tokio::test]
async fn runs_once() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE SEQUENCE s; CREATE TYPE mood AS ENUM ('fine')").await;
    let next = by_key("SELECT nextval('s')::text || $1", vec!["!".into()]);
    assert_eq!(names(session, next).await.unwrap(), ["1!"]);
    // Types that are not known have to be asked for, and then the guess was in vain.
    let mood = by_key("SELECT 'fine'::mood, nextval('s')", vec![]);
    assert_eq!(names(session, mood).await.unwrap(), ["fine"]);
    assert_eq!(number(session, "SELECT last_value FROM s").await.unwrap(), 3);
}

/// A guess that fails would end the transaction.
#[tokio::test]
async fn not_in_a_transaction() {
    let db = db!();
    let session = &mut db.session().await;
    session.begin(Default::default()).await.unwrap();
    let wrong = by_key("SELECT 'x' WHERE 1 = $1", vec!["one".into()]);
    assert_eq!(names(session, wrong).await.unwrap_err().kind(), ErrorKind::Value);
    assert_eq!(number(session, "SELECT 7").await.unwrap(), 7);
    session.commit().await.unwrap();
}
