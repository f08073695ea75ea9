//! Numbers and booleans.

use super::{back, cell_error};
use crate::support::*;
use manybase_driver::ErrorKind;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;

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
