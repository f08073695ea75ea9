//! Values in places that do not suit them, and lists.

use crate::support::*;
use manybase_driver::{ErrorKind, Session, Value};
use rust_decimal::Decimal;
use std::sync::Arc;
use uuid::Uuid;

fn list(values: Vec<Value>) -> Value {
    Value::List(Arc::from(values))
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_refused_before_it_is_sent() {
    let db = db!();
    let session = &mut db.session().await;
    for (sql, value, message) in [
        (
            "SELECT 1 WHERE 1::int2 = $1",
            Value::from(40_000),
            "$1: the value is out of the range of smallint",
        ),
        (
            "SELECT 1 WHERE 1 = $1",
            "1".into(),
            "$1: text was given where integer is expected",
        ),
        (
            "SELECT 1 WHERE 1.5 = $1",
            "1".into(),
            "$1: text was given where numeric is expected",
        ),
        (
            "SELECT 1 WHERE true = $1",
            1.into(),
            "$1: integer was given where boolean is expected",
        ),
        (
            "SELECT 1 WHERE 1 = $1",
            1.0.into(),
            "$1: floating-point number was given where integer is expected",
        ),
        (
            "SELECT 1 WHERE 'a'::bytea = $1",
            "a".into(),
            "$1: text was given where bytea is expected",
        ),
        (
            "SELECT 1 WHERE 1 = $1",
            list(vec![1.into()]),
            "$1: list was given where integer is expected",
        ),
        (
            "SELECT 1 WHERE 1 = ANY($1)",
            1.into(),
            "$1: integer was given where integer[] is expected",
        ),
        (
            "SELECT 1 WHERE 1 = ANY($1)",
            list(vec!["a".into()]),
            "$1: text was given where integer is expected",
        ),
        (
            "SELECT $1",
            1.into(),
            "$1: integer was given where text is expected",
        ),
    ] {
        let error = all(session, sql, vec![value], |_| Ok(())).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::Value, message),
            "{sql}"
        );
        assert_eq!(error.sqlstate(), None);
    }
    let error = all(
        session,
        "SELECT $1, $2::int4",
        vec!["a".into(), i64::MAX.into()],
        |_| Ok(()),
    )
    .await
    .unwrap_err();
    assert!(error.message().starts_with("$2: "), "{error}");
    let error = all(session, "SELECT $1", vec![1.into()], |_| Ok(()))
        .await
        .unwrap_err();
    assert!(error.help().unwrap().contains("$1::bigint"), "{error}");
    // Nothing of it reached the server, also in a transaction.
    session.begin(Default::default()).await.unwrap();
    assert!(
        all(session, "SELECT $1::int4", vec![i64::MAX.into()], |_| Ok(()))
            .await
            .is_err()
    );
    assert_eq!(number(session, "SELECT 41 + 1").await.unwrap(), 42);
    session.commit().await.unwrap();
}

#[tokio::test]
async fn placeholders_and_values_are_counted() {
    let db = db!();
    let session = &mut db.session().await;
    for (sql, values) in [
        ("SELECT $1::int4, $2::int4", 1),
        ("SELECT $1::int4, $2::int4", 3),
        ("SELECT 1", 1),
        ("SELECT $1::int4", 0),
    ] {
        let values = vec![Value::from(1); values];
        let error = all(session, sql, values.clone(), |_| Ok(())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Placeholders, "{error}");
        let error = write(session, sql, values).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Placeholders, "{error}");
    }
    let once = manybase_driver::Statement::write("SELECT $1::int4", vec![]).once();
    assert_eq!(
        session.execute(once).await.unwrap_err().kind(),
        ErrorKind::Placeholders
    );
    let many = vec![Value::from(1); 65_536];
    assert_eq!(
        write(session, "SELECT 1", many).await.unwrap_err().kind(),
        ErrorKind::TooManyParameters
    );
    assert_eq!(number(session, "SELECT 42").await.unwrap(), 42);
}

#[tokio::test]
async fn as_many_values_as_the_protocol_takes() {
    let db = db!();
    let session = &mut db.session().await;
    let places: Vec<String> = (1..=65_535).map(|place| format!("(${place}::int4)")).collect();
    let sql = format!("SELECT sum(x) FROM (VALUES {}) AS t (x)", places.join(","));
    let sum = one(session, &sql, vec![Value::from(2); 65_535], |row| Ok(row.i64(0)?))
        .await
        .unwrap();
    assert_eq!(sum, Some(131_070));
}

/// How many of the members the server sees in a list.
async fn count(session: &mut Session, ty: &str, values: Vec<Value>) -> i64 {
    let sql = format!("SELECT count(*) FROM unnest($1::{ty}[]) AS member WHERE member = ANY($1::{ty}[])");
    one(session, &sql, vec![list(values)], |row| Ok(row.i64(0)?.unwrap()))
        .await
        .unwrap()
}

#[tokio::test]
async fn lists_of_every_type() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE DOMAIN short AS varchar(5)",
    )
    .await;
    let uuid = Uuid::new_v4();
    let today = chrono::Utc::now();
    for (ty, one, two) in [
        ("int2", Value::from(1), Value::from(-2)),
        ("int4", 1.into(), i32::MIN.into()),
        ("int8", 1.into(), i64::MAX.into()),
        ("numeric", Decimal::new(15, 1).into(), Decimal::MAX.into()),
        ("numeric", 0.1.into(), 7.into()),
        ("float8", 0.1.into(), f64::MAX.into()),
        ("bool", true.into(), false.into()),
        ("text", "it's \"q\" \\ {,}".into(), "".into()),
        ("varchar", "NULL".into(), "🦀".into()),
        ("mood", "glad".into(), "sad".into()),
        ("short", "a".into(), "b".into()),
        ("uuid", uuid.into(), Uuid::nil().into()),
        ("uuid", uuid.to_string().into(), Uuid::nil().to_string().into()),
        ("date", today.date_naive().into(), "2020-02-29".into()),
        ("timestamptz", today.into(), chrono::DateTime::UNIX_EPOCH.into()),
        ("bytea", vec![0u8, 255].into(), Vec::new().into()),
        (
            "jsonb",
            serde_json::json!({"a": "\"\\"}).into(),
            serde_json::Value::Null.into(),
        ),
        ("inet", "10.0.0.1".into(), "::1".into()),
    ] {
        if ty == "date" {
            // A text among days can't travel with them.
            continue;
        }
        assert_eq!(
            count(session, ty, vec![one.clone(), two.clone(), one.clone()]).await,
            3,
            "{ty}"
        );
        assert_eq!(count(session, ty, vec![one, Value::Null, two]).await, 2, "{ty}");
        assert_eq!(count(session, ty, vec![]).await, 0, "{ty}");
    }
    assert_eq!(
        count(session, "date", vec!["2020-02-29".into(), "infinity".into()]).await,
        2
    );
    let error = all(
        session,
        "SELECT $1::date[]",
        vec![list(vec!["2020-02-29".into(), today.date_naive().into()])],
        |_| Ok(()),
    );
    assert_eq!(
        error.await.unwrap_err().message(),
        "$1: date was given where date is expected"
    );
}

#[tokio::test]
async fn a_long_list_is_one_parameter() {
    let db = db!();
    let session = &mut db.session().await;
    let values: Vec<Value> = (0..100_000).map(Value::from).collect();
    let sql = "SELECT count(*) FROM generate_series(0, 200000) AS n WHERE n = ANY($1)";
    assert_eq!(
        one(session, sql, vec![list(values)], |row| Ok(row.i64(0)?))
            .await
            .unwrap(),
        Some(100_000)
    );
}
