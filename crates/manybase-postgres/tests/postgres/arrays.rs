//! Many rows by `INSERT`, as arrays.

use crate::support::*;
use manybase_driver::{BulkRows, BulkTarget, Error, ErrorKind, Result, RowSource, TransactionOptions, Value};
use manybase_sql::{ConflictUpdate, ConflictValue, OnConflict};
use std::ops::Range;
use std::sync::Arc;

#[tokio::test]
async fn columns_of_every_kind() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE SCHEMA odd; CREATE TYPE odd.\"Mo od\" AS ENUM ('glad', 'sad'); CREATE DOMAIN age AS int CHECK (VALUE >= 0);
         CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, mood odd.\"Mo od\", age age, name varchar(5), code char(3),
             price numeric(6, 2), at timestamptz, doc jsonb, address inet, bits bit(3), raw bytea)",
    )
    .await;
    let columns = [
        "mood", "age", "name", "code", "price", "at", "doc", "address", "bits", "raw",
    ];
    let at = Value::from(chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap());
    let mut values = Vec::new();
    for n in 0..30i64 {
        let odd = n % 2 == 1;
        let some = |value: Value| if odd { Value::Null } else { value };
        values.extend([
            some("glad".into()),
            n.into(),
            format!("n\"{n},").into(),
            some("ab".into()),
            some(Value::Decimal("12.50".parse().unwrap())),
            at.clone(),
            some(Value::Json(Arc::new(serde_json::json!({ "n": n })))),
            some("10.0.0.1".into()),
            some("101".into()),
            some(Value::Bytes(vec![0, 255])),
        ]);
    }
    let done = session
        .bulk_insert(Box::new(rows(&columns, values)))
        .await
        .unwrap();
    assert_eq!(done.inserted, 30);
    assert_eq!(
        text(session, "SELECT t::text FROM t WHERE id = 1").await.unwrap(),
        r#"(1,glad,0,"n""0,","ab ",12.50,"2023-11-14 22:13:20+00","{""n"": 0}",10.0.0.1,101,"\\x00ff")"#
    );
    assert_eq!(
        text(
            session,
            "SELECT concat_ws('|', id, mood, age, name, code) FROM t WHERE id = 30"
        )
        .await
        .unwrap(),
        "30|29|n\"29,"
    );
}

#[tokio::test]
async fn what_can_be_no_list_goes_by_cells() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int[], b timestamptz)").await;
    let list = |n: i64| Value::List(vec![n.into(), (n + 1).into()].into());
    let at = Value::from(chrono::DateTime::from_timestamp(0, 0).unwrap());
    let done = session
        .bulk_insert(Box::new(rows(&["a"], (0..40).map(list).collect())))
        .await
        .unwrap();
    assert_eq!(done.inserted, 40);
    assert_eq!(
        text(session, "SELECT (min(a[2]) || ' ' || max(a[2])) FROM t")
            .await
            .unwrap(),
        "1 40"
    );
    // In one column a time, and a text that the server is to read as one.
    let mixed = (0..40).map(|n| {
        if n % 2 == 0 {
            at.clone()
        } else {
            "2001-02-03 00:00:00+00".into()
        }
    });
    let done = session
        .bulk_insert(Box::new(rows(&["b"], mixed.collect())))
        .await
        .unwrap();
    assert_eq!(done.inserted, 40);
    assert_eq!(
        number(session, "SELECT count(DISTINCT b) FROM t").await.unwrap(),
        2
    );
}

#[tokio::test]
async fn an_insert_is_an_insert() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE TABLE base (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int CHECK (a < 100));
         CREATE VIEW t AS SELECT id, a FROM base WHERE a > 0 WITH CHECK OPTION",
    )
    .await;
    let numbers = |from: i64, to: i64| (from..to).map(Value::from).collect::<Vec<_>>();
    // COPY takes no view.
    assert_eq!(
        session
            .bulk_insert(Box::new(rows(&["a"], numbers(1, 50))))
            .await
            .unwrap()
            .inserted,
        49
    );
    assert!(
        session
            .bulk_insert(Box::new(rows(&["a"], numbers(0, 50))))
            .await
            .is_err()
    );
    let error = session
        .bulk_insert(Box::new(rows(&["a"], numbers(50, 150))))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CheckViolation);
    // COPY would write the numbers that only the database gives.
    let both = (1..50i64)
        .flat_map(|n| [Value::from(n + 1_000), n.into()])
        .collect();
    assert!(
        session
            .bulk_insert(Box::new(rows(&["id", "a"], both)))
            .await
            .is_err()
    );
    assert_eq!(number(session, "SELECT count(*) FROM base").await.unwrap(), 49);
}

#[tokio::test]
async fn in_many_statements_all_or_nothing() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int PRIMARY KEY, b text)").await;
    let values = |numbers: std::ops::Range<i64>| {
        numbers
            .flat_map(|n| [Value::from(n), "x".repeat(200).into()])
            .collect::<Vec<_>>()
    };
    let mut twice = values(0..45_000);
    twice.extend(values(44_999..45_000));
    let error = session
        .bulk_insert(Box::new(rows(&["a", "b"], twice)))
        .await
        .unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(number(session, "SELECT count(*) FROM t").await.unwrap(), 0);
    session.begin(TransactionOptions::default()).await.unwrap();
    assert_eq!(
        session
            .bulk_insert(Box::new(rows(&["a", "b"], values(0..45_000))))
            .await
            .unwrap()
            .inserted,
        45_000
    );
    session.rollback().await.unwrap();
    assert_eq!(
        session
            .bulk_insert(Box::new(rows(&["a", "b"], values(0..45_000))))
            .await
            .unwrap()
            .inserted,
        45_000
    );
    assert_eq!(number(session, "SELECT count(*) FROM t").await.unwrap(), 45_000);
}

#[tokio::test]
async fn a_type_that_somebody_else_changes() {
    let db = db!();
    let session = &mut db.session().await;
    let other = &mut db.session().await;
    script(session, "CREATE TABLE t (a text)").await;
    let texts = || rows(&["a"], (0..30).map(|n| n.to_string().into()).collect());
    let numbers = || rows(&["a"], (0..30i64).map(Value::from).collect());
    session.bulk_insert(Box::new(texts())).await.unwrap();
    script(other, "TRUNCATE t; ALTER TABLE t ALTER a TYPE int USING a::int").await;
    session.bulk_insert(Box::new(numbers())).await.unwrap();
    assert_eq!(number(session, "SELECT sum(a) FROM t").await.unwrap(), 435);
}

#[tokio::test]
async fn rows_that_are_there_already() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE TABLE t (a int PRIMARY KEY, b text, n int NOT NULL DEFAULT 1)",
    )
    .await;
    let values = |numbers: std::ops::Range<i64>, text: &str| {
        numbers
            .flat_map(|n| [Value::from(n), text.into()])
            .collect::<Vec<_>>()
    };
    let set = ConflictUpdate::Set(vec![
        ("b".into(), ConflictValue::Given),
        ("n".into(), ConflictValue::Increased),
    ]);
    let summary = "SELECT count(*) FILTER (WHERE b = 'old') || ' ' || count(*) FILTER (WHERE b = 'new') || ' ' || sum(n) FROM t";
    let mut run = async |update: &ConflictUpdate, numbers, text: &str| {
        let all: Vec<Value> = values(numbers, text);
        let mut target = rows(&["a", "b"], all.clone()).target().clone();
        target.on_conflict = Some(OnConflict {
            update: update.clone(),
            ..OnConflict::new(["a"])
        });
        let rows = BulkRows::new(Arc::new(target), all).unwrap();
        session.bulk_insert(Box::new(rows)).await.unwrap();
        crate::support::text(session, summary).await.unwrap()
    };
    assert_eq!(run(&ConflictUpdate::Nothing, 0..60, "old").await, "60 0 60");
    assert_eq!(run(&ConflictUpdate::Nothing, 30..90, "new").await, "60 30 90");
    assert_eq!(run(&set, 0..40, "new").await, "20 70 130");
}

/// Numbers from 0, of which some can't be made, or are no numbers.
struct Numbers {
    target: Arc<BulkTarget>,
    length: usize,
    make: fn(usize) -> Result<Value>,
}

impl Numbers {
    fn new(length: usize, make: fn(usize) -> Result<Value>) -> Box<Self> {
        let target = Arc::new(rows(&["a"], Vec::new()).target().clone());
        Box::new(Self { target, length, make })
    }
}

impl RowSource for Numbers {
    fn target(&self) -> &BulkTarget {
        &self.target
    }

    fn len(&self) -> usize {
        self.length
    }

    fn rows(&mut self, part: Range<usize>) -> Result<BulkRows> {
        let values: Result<Vec<Value>> = part.map(self.make).collect();
        BulkRows::new(self.target.clone(), values?)
    }
}

#[tokio::test]
async fn rows_that_can_not_be_made_or_sent_leave_nothing_behind() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int)").await;
    let fails: fn(usize) -> Result<Value> = |n| match n {
        4_321 => Err(Error::new(ErrorKind::Value, "no such number")),
        n => Ok((n as i64).into()),
    };
    let wide: fn(usize) -> Result<Value> = |n| Ok((n as i64 * 1_000_000).into());
    for inside in [false, true] {
        for (make, what) in [(fails, "no such number"), (wide, "out of the range of integer")] {
            if inside {
                session.begin(TransactionOptions::default()).await.unwrap();
                write(session, "INSERT INTO t VALUES (-1)", vec![]).await.unwrap();
            }
            let error = session.bulk_insert(Numbers::new(5_000, make)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Value);
            assert!(error.message().contains(what), "{error}");
            // What was done before in the transaction is as it was.
            let left = crate::support::number(session, "SELECT count(*) FROM t").await;
            assert_eq!(left.unwrap(), i64::from(inside));
            if inside {
                session.rollback().await.unwrap();
            }
        }
    }
    let done = session
        .bulk_insert(Numbers::new(5_000, |n| Ok((n as i64).into())))
        .await;
    assert_eq!(done.unwrap().inserted, 5_000);
    let done = session.bulk_insert(Numbers::new(0, fails)).await;
    assert_eq!(done.unwrap().inserted, 0);
    let sum = "SELECT sum(a) FROM t";
    assert_eq!(crate::support::number(session, sum).await.unwrap(), 4_999 * 2_500);
}

/// Far behind the first ones stands a value that can't be in a list with them.
#[tokio::test]
async fn forms_that_change_on_the_way() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a timestamptz)").await;
    let make: fn(usize) -> Result<Value> = |n| match n {
        2_500 => Ok("2001-02-03 00:00:00+00".into()),
        n => Ok(chrono::DateTime::from_timestamp(n as i64, 0).unwrap().into()),
    };
    let done = session.bulk_insert(Numbers::new(3_000, make)).await.unwrap();
    assert_eq!(done.inserted, 3_000);
    assert_eq!(
        number(session, "SELECT count(DISTINCT a) FROM t").await.unwrap(),
        3_000
    );
}
