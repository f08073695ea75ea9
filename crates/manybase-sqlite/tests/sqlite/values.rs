//! Every value there and back, and everything that is not one.

use crate::support::*;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use manybase_driver::{CellError, ErrorKind, Result, Row, Statement, Value};
use rust_decimal::Decimal;
use std::sync::Arc;
use uuid::Uuid;

/// One bound value, read back.
async fn back<T: Send + 'static>(
    value: impl Into<Value>,
    read: impl Fn(&dyn Row) -> manybase_driver::Cell<T> + Send + 'static,
) -> Option<T> {
    let pool = memory();
    let statement = Statement::read("SELECT ?", vec![value.into()]);
    let made = rows(&mut reader(&pool).await, statement, move |row| Ok(read(row)?)).await;
    made.unwrap().pop().unwrap()
}

#[tokio::test]
async fn there_and_back() {
    assert_eq!(back(true, |row| row.bool(0)).await, Some(true));
    assert_eq!(back(i64::MIN, |row| row.i64(0)).await, Some(i64::MIN));
    assert_eq!(
        back(i64::MAX as u64, |row| row.u64(0)).await,
        Some(i64::MAX as u64)
    );
    assert_eq!(back(0.1_f64, |row| row.f64(0)).await, Some(0.1));
    assert_eq!(back(0.5_f32, |row| row.f64(0)).await, Some(0.5));
    assert_eq!(back(f64::INFINITY, |row| row.f64(0)).await, Some(f64::INFINITY));
    let nasty = "O'Brien \"x\" \0 NUL 😀 ; --";
    assert_eq!(
        back(nasty, |row| Ok(row.str(0)?.map(str::to_owned)))
            .await
            .as_deref(),
        Some(nasty)
    );
    for bytes in [vec![], vec![0, 255, 128]] {
        let read = back(bytes.clone(), |row| Ok(row.bytes(0)?.map(<[u8]>::to_vec))).await;
        assert_eq!(read, Some(bytes));
    }
    let day = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap();
    let time = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap();
    assert_eq!(back(day, |row| row.date(0)).await, Some(day));
    assert_eq!(back(time, |row| row.time(0)).await, Some(time));
    let at = day.and_time(time);
    assert_eq!(back(at, |row| row.date_time(0)).await, Some(at));
    assert_eq!(
        back(at.and_utc(), |row| row.timestamp(0)).await,
        Some(at.and_utc())
    );
    let uuid = Uuid::new_v4();
    assert_eq!(back(uuid, |row| row.uuid(0)).await, Some(uuid));
    assert_eq!(
        back(uuid.as_bytes().to_vec(), |row| row.uuid(0)).await,
        Some(uuid)
    );
    let json = serde_json::json!({"a": [1, "é", null]});
    let read = back(json.clone(), |row| Ok(row.json(0)?.map(str::to_owned))).await;
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&read.unwrap()).unwrap(),
        json
    );
    assert_eq!(back(Value::Null, |row| row.i64(0)).await, None);
}

#[tokio::test]
async fn decimals_have_one_form() {
    for (value, stored) in [
        ("1.50", "1.5"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("100", "100"),
        ("-79228162514264337593543950335", "-79228162514264337593543950335"),
        ("0.0000000000000000000000000001", "0.0000000000000000000000000001"),
    ] {
        let decimal: Decimal = value.parse().unwrap();
        let read = back(decimal, |row| {
            Ok(row.decimal(0)?.zip(row.str(0)?.map(str::to_owned)))
        });
        assert_eq!(read.await, Some((decimal, stored.to_owned())));
    }
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused() {
    let pool = memory();
    let mut session = writer(&pool).await;
    let far = NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap();
    let early: DateTime<Utc> = NaiveDate::from_ymd_opt(-1, 1, 1)
        .unwrap()
        .and_hms_opt(0, 0, 0)
        .unwrap()
        .and_utc();
    for value in [
        Value::U64(u64::MAX),
        Value::F64(f64::NAN),
        Value::F32(f32::NAN),
        Value::Date(far),
        Value::Timestamp(early),
        Value::List(Arc::new([])),
    ] {
        let error = session
            .execute(Statement::read("SELECT ?", vec![value]))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Value, "{error}");
        assert!(!error.to_string().contains("18446744073709551615"), "{error}");
    }
    // The session goes on.
    assert_eq!(number(&mut session, "SELECT 1").await, 1);
}

/// How reading a cell of an SQL expression fails.
async fn cell<T: std::fmt::Debug + Send + 'static>(
    sql: &str,
    read: impl Fn(&dyn Row) -> manybase_driver::Cell<T> + Send + 'static,
) -> CellError {
    let pool = memory();
    let mut session = reader(&pool).await;
    let made = rows(
        &mut session,
        Statement::read(format!("SELECT {sql}"), vec![]),
        move |row| Ok(read(row).map_err(|error| *error)),
    );
    made.await.unwrap().pop().unwrap().unwrap_err()
}

fn wrong(expected: &'static str, found: &str) -> CellError {
    *CellError::wrong_type(expected, found)
}

#[tokio::test]
async fn cells_of_another_type() {
    assert_eq!(cell("1.0", |row| row.i64(0)).await, wrong("integer", "REAL"));
    assert_eq!(cell("'x'", |row| row.i64(0)).await, wrong("integer", "TEXT"));
    assert_eq!(cell("'007'", |row| row.i64(0)).await, wrong("integer", "TEXT"));
    assert_eq!(cell("'-0'", |row| row.i64(0)).await, wrong("integer", "TEXT"));
    assert_eq!(cell("'true'", |row| row.bool(0)).await, wrong("boolean", "TEXT"));
    assert_eq!(
        cell("1", |row| Ok(row.str(0)?.map(str::to_owned))).await,
        wrong("text", "INTEGER")
    );
    assert_eq!(
        cell("'x'", |row| Ok(row.bytes(0)?.map(<[u8]>::to_vec))).await,
        wrong("bytes", "TEXT")
    );
    assert_eq!(
        cell("x'00'", |row| row.decimal(0)).await,
        wrong("decimal", "BLOB")
    );
    assert_eq!(cell("5", |row| row.date(0)).await, wrong("date", "INTEGER"));
    assert_eq!(
        cell("'1.5'", |row| row.f64(0)).await,
        wrong("floating-point number", "TEXT")
    );
}

#[tokio::test]
async fn cells_out_of_range() {
    for sql in ["9007199254740993", "-9007199254740993"] {
        assert!(matches!(
            cell(sql, |row| row.f64(0)).await,
            CellError::Range { .. }
        ));
    }
    assert!(matches!(
        cell("2", |row| row.bool(0)).await,
        CellError::Range { .. }
    ));
    assert!(matches!(
        cell("-1", |row| row.u64(0)).await,
        CellError::Range { .. }
    ));
    for sql in [
        "'9223372036854775808'",
        "'1000000000000000000000000000000000000000000'",
    ] {
        assert!(matches!(
            cell(sql, |row| row.i64(0)).await,
            CellError::Range { .. }
        ));
    }
    for sql in ["1e300", "9e999", "'123456789012345678901234567890'"] {
        assert!(matches!(
            cell(sql, |row| row.decimal(0)).await,
            CellError::Range { .. }
        ));
    }
}

#[tokio::test]
async fn cells_of_a_wrong_form() {
    assert_eq!(
        cell("CAST(x'ff41' AS TEXT)", |row| Ok(row.str(0)?.map(str::to_owned))).await,
        CellError::Utf8
    );
    assert_eq!(
        cell("CAST(x'ff41' AS TEXT)", |row| row.decimal(0)).await,
        CellError::Utf8
    );
    assert!(matches!(
        cell("'1e5'", |row| row.decimal(0)).await,
        CellError::Format { .. }
    ));
    assert!(matches!(
        cell("'0000-00-00'", |row| row.date(0)).await,
        CellError::Format { .. }
    ));
    assert!(matches!(
        cell("'x'", |row| row.uuid(0)).await,
        CellError::Format { .. }
    ));
    assert!(matches!(
        cell("x'01'", |row| row.uuid(0)).await,
        CellError::Format { .. }
    ));
    assert_eq!(cell("1", |row| row.i64(1)).await, CellError::Missing);
}

#[tokio::test]
async fn wide_and_empty_results() -> Result<()> {
    let pool = memory();
    let mut session = reader(&pool).await;
    let list: Vec<_> = (0..100).map(|n| format!("{n} AS c{n}")).collect();
    let statement = Statement::read(format!("SELECT {}", list.join(", ")), vec![]);
    let wide = session
        .query(
            statement,
            Each::new(|row| {
                assert!(row.is_null(100) && !row.is_null(99));
                (0..row.len())
                    .map(|index| Ok(row.i64(index)?))
                    .collect::<Result<Vec<_>>>()
            }),
        )
        .await?;
    assert_eq!(wide.made[0].len(), 100);
    assert_eq!(wide.made[0][99], Some(99));
    assert_eq!(wide.columns.unwrap()[99], "c99");

    for bounded in [false, true] {
        let mut statement = Statement::read("SELECT 1 AS a, 2 AS b WHERE 0", vec![]);
        statement.bounded = bounded;
        let empty = session.query(statement, Each::new(|row| Ok(row.len()))).await?;
        assert!(empty.made.is_empty());
        assert_eq!(empty.columns.unwrap(), ["a", "b"]);
    }
    Ok(())
}

#[tokio::test]
async fn numeric_columns_of_other_tools() -> Result<()> {
    let pool = memory();
    let mut session = writer(&pool).await;
    session
        .script(
            "CREATE TABLE t (price NUMERIC(10,2)); INSERT INTO t VALUES ('19.99'), ('20.00'), (NULL)".into(),
        )
        .await?;
    let statement = Statement::read("SELECT price FROM t", vec![]);
    let prices = rows(&mut session, statement, |row| Ok(row.decimal(0)?)).await?;
    assert_eq!(prices, [Some("19.99".parse().unwrap()), Some(20.into()), None]);
    Ok(())
}
