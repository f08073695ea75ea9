//! Every type, there and back.

use crate::support::*;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use manybase_driver::{CellError, Error, ErrorKind, Result, Row, Session, Value};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;
use std::sync::Arc;
use uuid::Uuid;

/// Sends a value as a type and reads it back.
async fn back<T: Send + 'static>(
    session: &mut Session,
    ty: &str,
    value: impl Into<Value>,
    make: fn(&dyn Row) -> Result<T>,
) -> Result<T> {
    one(session, &format!("SELECT $1::{ty}"), vec![value.into()], make).await
}

/// A cell's error text.
async fn cell_error<T: Send + 'static>(
    session: &mut Session,
    sql: &str,
    make: fn(&dyn Row) -> Result<T>,
) -> String {
    let error = one(session, sql, vec![], make).await.err().expect(sql);
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    error.message().to_owned()
}

#[tokio::test]
async fn whole_numbers() {
    let db = db!();
    let session = &mut db.session().await;
    for (ty, least, most) in [
        ("smallint", i64::from(i16::MIN), i64::from(i16::MAX)),
        ("integer", i64::from(i32::MIN), i64::from(i32::MAX)),
        ("bigint", i64::MIN, i64::MAX),
        ("oid", 0, i64::from(u32::MAX)),
        ("numeric", i64::MIN, i64::MAX),
    ] {
        for number in [least, most, 0, 7] {
            let found = back(session, ty, number, |row| {
                let decimal = row.decimal(0)?;
                assert_eq!(decimal, row.i64(0)?.map(Decimal::from));
                Ok(row.i64(0)?)
            });
            assert_eq!(found.await.unwrap(), Some(number), "{ty}");
        }
        for number in [least.checked_sub(1), most.checked_add(1)].into_iter().flatten() {
            if ty == "numeric" {
                continue;
            }
            let error = back(session, ty, number, |row| Ok(row.i64(0)?))
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Value);
            assert_eq!(
                error.message(),
                format!("$1: the value is out of the range of {ty}")
            );
        }
    }
    let found = back(session, "numeric(20)", u64::MAX, |row| Ok(row.u64(0)?))
        .await
        .unwrap();
    assert_eq!(found, Some(u64::MAX));
    assert!(
        back(session, "bigint", u64::MAX, |row| Ok(row.u64(0)?))
            .await
            .is_err()
    );
    let message = cell_error(session, "SELECT 18446744073709551616", |row| Ok(row.u64(0)?)).await;
    assert_eq!(message, "it is out of the range of unsigned integer");
    let message = cell_error(session, "SELECT -1", |row| Ok(row.u64(0)?)).await;
    assert_eq!(message, "it is out of the range of unsigned integer");
    let message = cell_error(session, "SELECT 1.5", |row| Ok(row.i64(0)?)).await;
    assert_eq!(message, "it is no integer: it has a fraction");
    assert_eq!(number(session, "SELECT 1.000").await.unwrap(), 1);
    assert_eq!(
        number(session, "SELECT 1000000::numeric").await.unwrap(),
        1_000_000
    );
}

#[tokio::test]
async fn booleans() {
    let db = db!();
    let session = &mut db.session().await;
    for value in [true, false] {
        assert_eq!(
            back(session, "bool", value, |row| Ok(row.bool(0)?))
                .await
                .unwrap(),
            Some(value)
        );
    }
    assert_eq!(
        one(session, "SELECT 1", vec![], |row| Ok(row.bool(0)?))
            .await
            .unwrap(),
        Some(true)
    );
    assert!(
        cell_error(session, "SELECT 2", |row| Ok(row.bool(0)?))
            .await
            .contains("range")
    );
    assert_eq!(
        cell_error(session, "SELECT 'x'", |row| Ok(row.bool(0)?)).await,
        "it is text, not boolean"
    );
}

#[tokio::test]
async fn floating_point_numbers() {
    let db = db!();
    let session = &mut db.session().await;
    for number in [
        0.0,
        -0.0,
        0.1,
        f64::MIN,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        f64::INFINITY,
        f64::NAN,
    ] {
        let found = back(session, "float8", number, |row| Ok(row.f64(0)?))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.to_bits(), number.to_bits());
    }
    for number in [0.1f32, f32::MAX, f32::MIN_POSITIVE, f32::NEG_INFINITY] {
        let found = back(session, "float4", number, |row| Ok(row.f64(0)?))
            .await
            .unwrap();
        assert_eq!(found, Some(f64::from(number)));
        assert_eq!(
            back(session, "float8", number, |row| Ok(row.f64(0)?))
                .await
                .unwrap(),
            found
        );
    }
    assert_eq!(
        back(session, "float4", 0.5f64, |row| Ok(row.f64(0)?))
            .await
            .unwrap(),
        Some(0.5)
    );
    for number in [0.1f64, 1e300] {
        let error = back(session, "float4", number, |row| Ok(row.f64(0)?))
            .await
            .unwrap_err();
        assert_eq!(error.message(), "$1: real can't hold the value exactly");
    }
    // Whole numbers are exact up to 2^53.
    let most = 1i64 << 53;
    assert_eq!(
        back(session, "float8", most, |row| Ok(row.f64(0)?))
            .await
            .unwrap(),
        Some(most as f64)
    );
    assert!(
        back(session, "float8", most + 1, |row| Ok(row.f64(0)?))
            .await
            .is_err()
    );
    assert_eq!(
        back(session, "int8", -most, |row| Ok(row.f64(0)?)).await.unwrap(),
        Some(-most as f64)
    );
    assert!(
        back(session, "int8", most + 1, |row| Ok(row.f64(0)?))
            .await
            .is_err()
    );
    assert_eq!(
        cell_error(session, "SELECT 1.5", |row| Ok(row.f64(0)?)).await,
        "it is numeric, not floating-point number"
    );
    assert_eq!(
        cell_error(session, "SELECT 1.5::float8", |row| Ok(row.i64(0)?)).await,
        "it is float8, not integer"
    );
    let shortest = one(
        session,
        "SELECT ($1::numeric)::text",
        vec![0.1f64.into()],
        |row| Ok(row.str(0)?.map(str::to_owned)),
    );
    assert_eq!(shortest.await.unwrap().as_deref(), Some("0.1"));
}

#[tokio::test]
async fn decimals() {
    let db = db!();
    let session = &mut db.session().await;
    let mut runner = TestRunner::deterministic();
    let any = (-(1i128 << 96) + 1..1i128 << 96, 0u32..=28)
        .prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale));
    let mut numbers = vec![
        Decimal::MIN,
        Decimal::MAX,
        Decimal::ZERO,
        Decimal::new(100, 2),
        Decimal::new(-1, 28),
    ];
    numbers.extend((0..1_000).map(|_| any.new_tree(&mut runner).unwrap().current()));
    for number in numbers {
        // The server's own text is the judge.
        let (found, text) = one(
            session,
            "SELECT $1::numeric, ($1::numeric)::text",
            vec![number.into()],
            |row| Ok((row.decimal(0)?, row.str(1)?.map(str::to_owned))),
        )
        .await
        .unwrap();
        // A decimal has a negative zero, the server has not.
        let expected = if number.is_zero() { number.abs() } else { number };
        assert_eq!(text, Some(expected.to_string()));
        assert_eq!(found.map(|found| found.to_string()), Some(expected.to_string()));
    }
}

#[tokio::test]
async fn decimals_from_the_servers_text() {
    let db = db!();
    let session = &mut db.session().await;
    let mut runner = TestRunner::deterministic();
    let any = "-?(0|[1-9][0-9]{0,14})(\\.[0-9]{1,13})?";
    let any = proptest::string::string_regex(any).unwrap();
    for _ in 0..500 {
        let text = any.new_tree(&mut runner).unwrap().current();
        let found = back(session, "numeric", "x", |row| Ok(row.decimal(0)?)).await;
        assert!(found.is_err(), "a text is no number");
        let sql = format!("SELECT '{text}'::numeric, '{text}'::numeric::text");
        let (found, shown) = one(session, &sql, vec![], |row| {
            Ok((row.decimal(0)?, row.str(1)?.map(str::to_owned)))
        })
        .await
        .unwrap();
        assert_eq!(found.map(|found| found.to_string()), shown);
    }
    for special in ["NaN", "Infinity", "-Infinity"] {
        let sql = format!("SELECT '{special}'::numeric");
        assert!(
            cell_error(session, &sql, |row| Ok(row.decimal(0)?))
                .await
                .starts_with("it is no decimal")
        );
        assert!(
            cell_error(session, &sql, |row| Ok(row.i64(0)?))
                .await
                .starts_with("it is no integer")
        );
    }
    for wide in [
        "79228162514264337593543950336",
        "1e-29",
        "1e100",
        "1e30000",
        "12345678901234567890123456789.5",
    ] {
        let sql = format!("SELECT '{wide}'::numeric");
        assert_eq!(
            cell_error(session, &sql, |row| Ok(row.decimal(0)?)).await,
            "it is out of the range of decimal"
        );
    }
    let long = "SELECT 1.5::numeric(60, 40), 12345678901234567890::numeric(60, 30)";
    let found = one(session, long, vec![], |row| {
        Ok((row.decimal(0)?, row.decimal(1)?))
    })
    .await
    .unwrap();
    assert_eq!(
        found,
        (
            Some(Decimal::new(15, 1)),
            Some(Decimal::from(12_345_678_901_234_567_890u64))
        )
    );
}

#[tokio::test]
async fn decimals_where_other_numbers_are_expected() {
    let db = db!();
    let session = &mut db.session().await;
    let whole = back(session, "int4", Decimal::new(700, 2), |row| Ok(row.i64(0)?))
        .await
        .unwrap();
    assert_eq!(whole, Some(7));
    assert!(
        back(session, "int4", Decimal::new(701, 2), |row| Ok(row.i64(0)?))
            .await
            .is_err()
    );
    assert!(
        back(session, "int2", Decimal::from(40_000), |row| Ok(row.i64(0)?))
            .await
            .is_err()
    );
    let float = back(session, "float8", Decimal::new(1, 1), |row| Ok(row.f64(0)?))
        .await
        .unwrap();
    assert_eq!(float, Some(0.1));
    assert!(
        back(session, "float8", Decimal::MAX, |row| Ok(row.f64(0)?))
            .await
            .is_err()
    );
    assert!(
        back(session, "float4", Decimal::new(123_456_789, 2), |row| Ok(
            row.f64(0)?
        ))
        .await
        .is_err()
    );
}

#[tokio::test]
async fn texts() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE DOMAIN short AS varchar(5)",
    )
    .await;
    for text in [
        "",
        "it's \"quoted\" \\ % _ $1",
        "Zürich 🦀 日本",
        "\u{1}\u{7f}\r\n\t",
    ] {
        for ty in ["text", "varchar", "varchar(100)"] {
            let found = back(session, ty, text, |row| Ok(row.str(0)?.map(str::to_owned)))
                .await
                .unwrap();
            assert_eq!(found.as_deref(), Some(text), "{ty}");
        }
    }
    for (ty, text) in [
        ("mood", "sad"),
        ("short", "abc"),
        ("name", "abc"),
        ("bpchar", "abc"),
        ("char(5)", "abc  "),
        ("\"char\"", "x"),
    ] {
        let found = back(session, ty, text, |row| Ok(row.str(0)?.map(str::to_owned)))
            .await
            .unwrap();
        assert_eq!(found.as_deref(), Some(text), "{ty}");
    }
    assert_eq!(text(session, "SELECT 'unknown'").await.unwrap(), "unknown");
    assert_eq!(text(session, "SELECT ''::\"char\"").await.unwrap(), "");
    let error = back(session, "mood", "secret", |row| Ok(row.str(0)?.is_some()))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    assert!(!error.to_string().contains("secret"), "{error}");
    let error = back(session, "text", "a\0b", |row| Ok(row.str(0)?.is_some()))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (
            ErrorKind::Value,
            "$1: the text contains a NUL character, which PostgreSQL can't keep"
        )
    );
    assert_eq!(
        cell_error(session, "SELECT 1", |row| Ok(row.str(0)?.is_some())).await,
        "it is int4, not text"
    );
    assert_eq!(
        cell_error(session, "SELECT '\\xff'::bytea", |row| Ok(row.str(0)?.is_some())).await,
        "it is bytea, not text"
    );
}

#[tokio::test]
async fn citext_is_text() {
    let db = db!();
    let session = &mut db.session().await;
    if session
        .script("CREATE EXTENSION citext".to_owned())
        .await
        .is_err()
    {
        return manybase_testkit::skip(manybase_testkit::Skipped::new(
            "citext",
            "postgresql-contrib is missing",
        ));
    }
    let found = one(
        session,
        "SELECT $1::citext, $1::citext = 'ABC'",
        vec!["abc".into()],
        |row| Ok((row.str(0)?.map(str::to_owned), row.bool(1)?)),
    );
    assert_eq!(found.await.unwrap(), (Some("abc".to_owned()), Some(true)));
}

#[tokio::test]
async fn bytes() {
    let db = db!();
    let session = &mut db.session().await;
    let every: Vec<u8> = (0..=255).collect();
    for bytes in [vec![], vec![0], every] {
        let found = back(session, "bytea", bytes.clone(), |row| {
            Ok(row.bytes(0)?.map(<[u8]>::to_vec))
        })
        .await
        .unwrap();
        assert_eq!(found, Some(bytes));
    }
    assert_eq!(
        cell_error(session, "SELECT 'x'", |row| Ok(row.bytes(0)?.is_some())).await,
        "it is text, not bytes"
    );
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

#[tokio::test]
async fn days() {
    let db = db!();
    let session = &mut db.session().await;
    for date in [
        day(2000, 1, 1),
        day(1999, 12, 31),
        day(2024, 2, 29),
        day(1, 1, 1),
        day(0, 12, 31),
        day(-4712, 1, 1),
        NaiveDate::MAX,
    ] {
        assert_eq!(
            back(session, "date", date, |row| Ok(row.date(0)?)).await.unwrap(),
            Some(date)
        );
    }
    assert_eq!(
        back(session, "date", NaiveDate::MIN, |row| Ok(row.date(0)?))
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::Value
    );
    let mut runner = TestRunner::deterministic();
    for _ in 0..300 {
        let days = (-2_000_000i32..3_000_000)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let sql = format!(
            "SELECT DATE '2000-01-01' + {days}, to_char(DATE '2000-01-01' + {days}, 'YYYY-MM-DD BC')"
        );
        let (found, shown) = one(session, &sql, vec![], |row| {
            Ok((row.date(0)?, row.str(1)?.map(str::to_owned)))
        })
        .await
        .unwrap();
        let found = found.unwrap();
        use chrono::Datelike;
        let (year, era) = if found.year() > 0 {
            (found.year(), "AD")
        } else {
            (1 - found.year(), "BC")
        };
        assert_eq!(
            shown.unwrap(),
            format!("{year:04}-{} {era}", found.format("%m-%d"))
        );
        assert_eq!(
            back(session, "date", found, |row| Ok(row.date(0)?))
                .await
                .unwrap(),
            Some(found)
        );
    }
    for infinite in ["infinity", "-infinity"] {
        let sql = format!("SELECT '{infinite}'::date");
        assert_eq!(
            cell_error(session, &sql, |row| Ok(row.date(0)?)).await,
            "it is no date: it is infinite"
        );
    }
    let message = cell_error(session, "SELECT DATE '5874897-12-31'", |row| Ok(row.date(0)?)).await;
    assert_eq!(message, "it is out of the range of date");
    assert_eq!(
        cell_error(session, "SELECT now()", |row| Ok(row.date(0)?)).await,
        "it is timestamptz, not date"
    );
}

#[tokio::test]
async fn times() {
    let db = db!();
    let session = &mut db.session().await;
    for time in [
        NaiveTime::MIN,
        NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap(),
        NaiveTime::from_hms_opt(12, 0, 1).unwrap(),
    ] {
        assert_eq!(
            back(session, "time", time, |row| Ok(row.time(0)?)).await.unwrap(),
            Some(time)
        );
    }
    assert!(
        cell_error(session, "SELECT TIME '24:00'", |row| Ok(row.time(0)?))
            .await
            .contains("range")
    );
    assert_eq!(
        cell_error(session, "SELECT TIMETZ '12:00+2'", |row| Ok(row.time(0)?)).await,
        "it is timetz, not time"
    );
    let leap = NaiveTime::from_hms_milli_opt(23, 59, 59, 1_500).unwrap();
    assert_eq!(
        back(session, "time", leap, |row| Ok(row.time(0)?))
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::Value
    );
}

#[tokio::test]
async fn instants() {
    let db = db!();
    let session = &mut db.session().await;
    let last = NaiveDate::MAX.and_hms_micro_opt(23, 59, 59, 999_999).unwrap();
    for at in [
        day(2000, 1, 1).and_hms_opt(0, 0, 0).unwrap(),
        day(1999, 12, 31).and_hms_micro_opt(23, 59, 59, 999_999).unwrap(),
        day(-4712, 1, 1).and_hms_opt(0, 0, 0).unwrap(),
        last,
    ] {
        let found = back(session, "timestamp", at, |row| {
            Ok((row.date_time(0)?, row.timestamp(0)?))
        })
        .await
        .unwrap();
        assert_eq!(found, (Some(at), Some(at.and_utc())));
        let found = back(session, "timestamptz", at.and_utc(), |row| Ok(row.timestamp(0)?))
            .await
            .unwrap();
        assert_eq!(found, Some(at.and_utc()));
        let found = back(session, "timestamp", at.and_utc(), |row| Ok(row.date_time(0)?))
            .await
            .unwrap();
        assert_eq!(found, Some(at));
    }
    let error = back(session, "timestamptz", last, |row| Ok(row.timestamp(0)?))
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "$1: date and time was given where timestamptz is expected"
    );
    assert!(error.help().is_some());
    assert_eq!(
        cell_error(session, "SELECT now()", |row| Ok(row.date_time(0)?)).await,
        "it is timestamptz, not date and time"
    );
    for (ty, infinite) in [("timestamp", "infinity"), ("timestamptz", "-infinity")] {
        let sql = format!("SELECT '{infinite}'::{ty}");
        assert_eq!(
            cell_error(session, &sql, |row| Ok(row.timestamp(0)?)).await,
            "it is no timestamp: it is infinite"
        );
    }
    let message = cell_error(session, "SELECT TIMESTAMP '294276-12-31'", |row| {
        Ok(row.timestamp(0)?)
    })
    .await;
    assert_eq!(message, "it is out of the range of timestamp");
    // Whatever the server's own zone, the session's is UTC.
    assert_eq!(
        text(session, "SELECT TIMESTAMPTZ '2020-01-01 12:00+02'::text")
            .await
            .unwrap(),
        "2020-01-01 10:00:00+00"
    );
    let now: DateTime<Utc> = one(session, "SELECT now()", vec![], |row| {
        Ok(row.timestamp(0)?.unwrap())
    })
    .await
    .unwrap();
    assert!((Utc::now() - now).num_seconds().abs() < 5);
    let early: NaiveDateTime = NaiveDateTime::MIN;
    assert_eq!(
        back(session, "timestamp", early, |row| Ok(row.date_time(0)?))
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::Value
    );
}

#[tokio::test]
async fn uuids() {
    let db = db!();
    let session = &mut db.session().await;
    for uuid in [Uuid::nil(), Uuid::max(), Uuid::new_v4()] {
        for ty in ["uuid", "text"] {
            assert_eq!(
                back(session, ty, uuid, |row| Ok(row.uuid(0)?)).await.unwrap(),
                Some(uuid)
            );
        }
        let found = back(session, "bytea", uuid.as_bytes().to_vec(), |row| Ok(row.uuid(0)?))
            .await
            .unwrap();
        assert_eq!(found, Some(uuid));
        let found = back(session, "uuid", uuid.to_string(), |row| Ok(row.uuid(0)?))
            .await
            .unwrap();
        assert_eq!(found, Some(uuid));
    }
    let error = back(session, "uuid", "secret", |row| Ok(row.uuid(0)?))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Value, "invalid input syntax for type uuid: \"…\"")
    );
    assert_eq!(
        cell_error(session, "SELECT 'secret'", |row| Ok(row.uuid(0)?)).await,
        "it is no UUID: the text has another form"
    );
    assert!(
        cell_error(session, "SELECT '\\x00'::bytea", |row| Ok(row.uuid(0)?))
            .await
            .contains("1 bytes")
    );
    assert_eq!(
        cell_error(session, "SELECT 1", |row| Ok(row.uuid(0)?)).await,
        "it is int4, not UUID"
    );
}

#[tokio::test]
async fn json() {
    let db = db!();
    let session = &mut db.session().await;
    let document: serde_json::Value = serde_json::from_str(
        r#"{"a": [1, 2.5, null, true, "Zürich \"x\" \\ 🦀"], "b": {"c": {}}, "big": 12345678901234567890}"#,
    )
    .unwrap();
    for ty in ["json", "jsonb", "text"] {
        let value = Value::Json(Arc::new(document.clone()));
        let found = back(session, ty, value, |row| {
            assert_eq!(row.json(0)?, row.str(0)?);
            Ok(row.json(0)?.map(str::to_owned))
        });
        let found: serde_json::Value = serde_json::from_str(&found.await.unwrap().unwrap()).unwrap();
        assert_eq!(found, document, "{ty}");
    }
    let found = back(session, "jsonb", r#"{"a": 1}"#, |row| {
        Ok(row.json(0)?.map(str::to_owned))
    })
    .await
    .unwrap();
    assert_eq!(found.as_deref(), Some(r#"{"a": 1}"#));
    let error = back(session, "jsonb", "{secret", |row| Ok(row.json(0)?.is_some()))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    assert!(!error.to_string().contains("secret"), "{error}");
    let nul = Value::Json(Arc::new(serde_json::json!("\0")));
    assert_eq!(
        back(session, "jsonb", nul, |row| Ok(row.json(0)?.is_some()))
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::Value
    );
    assert_eq!(
        cell_error(session, "SELECT 1", |row| Ok(row.json(0)?.is_some())).await,
        "it is int4, not JSON"
    );
}

#[tokio::test]
async fn null_is_none_for_every_getter() {
    let db = db!();
    let session = &mut db.session().await;
    for ty in [
        "bool",
        "int4",
        "numeric",
        "float8",
        "text",
        "bytea",
        "date",
        "time",
        "timestamp",
        "timestamptz",
        "uuid",
        "jsonb",
        "int4[]",
    ] {
        let nothing = back(session, ty, Value::Null, |row| {
            Ok(row.is_null(0)
                && row.bool(0)?.is_none()
                && row.i64(0)?.is_none()
                && row.u64(0)?.is_none()
                && row.f64(0)?.is_none()
                && row.decimal(0)?.is_none()
                && row.str(0)?.is_none()
                && row.bytes(0)?.is_none()
                && row.date(0)?.is_none()
                && row.time(0)?.is_none()
                && row.date_time(0)?.is_none()
                && row.timestamp(0)?.is_none()
                && row.uuid(0)?.is_none()
                && row.json(0)?.is_none())
        });
        assert!(nothing.await.unwrap(), "{ty}");
    }
}

#[tokio::test]
async fn a_cell_beyond_the_last_is_an_error() {
    let db = db!();
    let session = &mut db.session().await;
    one(session, "SELECT 1", vec![], |row| {
        assert_eq!(
            (row.len(), row.is_empty(), row.is_null(0), row.is_null(1)),
            (1, false, false, true)
        );
        assert_eq!(row.i64(1), Err(Box::new(CellError::Missing)));
        assert_eq!(row.str(9), Err(Box::new(CellError::Missing)));
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_type_without_a_getter_is_named() {
    let db = db!();
    let session = &mut db.session().await;
    for (sql, name) in [
        ("SELECT '1 day'::interval", "interval"),
        ("SELECT '::1'::inet", "inet"),
        ("SELECT '{1}'::int4[]", "_int4"),
    ] {
        assert_eq!(
            cell_error(session, sql, |row| Ok(row.str(0)?.is_some())).await,
            format!("it is {name}, not text")
        );
    }
    // As text it can be read, and what is written as text is parsed by the server.
    let found = one(
        session,
        "SELECT ($1::inet)::text, ($2::interval)::text",
        vec!["10.0.0.0/8".into(), "90 min".into()],
        |row| Ok((row.str(0)?.map(str::to_owned), row.str(1)?.map(str::to_owned))),
    );
    assert_eq!(
        found.await.unwrap(),
        (Some("10.0.0.0/8".into()), Some("01:30:00".into()))
    );
}
