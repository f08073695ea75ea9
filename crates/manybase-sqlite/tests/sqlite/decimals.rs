//! Functions and the collation, beside `rust_decimal`.

use crate::support::*;
use manybase_driver::{ErrorKind, Pool, Result, Statement, Value};
use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};
use std::sync::LazyLock;
use tokio::runtime::Runtime;

async fn calculate(pool: &Pool, sql: &str, binds: Vec<Value>) -> Result<Option<String>> {
    text(&mut reader(pool).await, &format!("SELECT {sql}"), binds).await
}

#[tokio::test]
async fn calculations() {
    let pool = memory();
    for (sql, result) in [
        ("MB_ADD('0.1', '0.2')", Some("0.3")),
        ("MB_SUM('1.50')", Some("1.5")),
        ("MB_SUB('1', '1.00')", Some("0")),
        ("MB_MUL(-0.5, '0')", Some("0")),
        ("MB_MUL('1.10', 3)", Some("3.3")),
        ("MB_DIV(1, '3')", Some("0.3333333333333333333333333333")),
        ("MB_DIV(1, '0.00')", None),
        ("MB_REM('7.5', 2)", Some("1.5")),
        ("MB_REM('7.5', 0)", None),
        ("MB_NEG('0')", Some("0")),
        ("MB_NEG('1.5')", Some("-1.5")),
        ("MB_ABS(-2)", Some("2")),
        ("MB_ADD(0.1, 0.2)", Some("0.3")),
        ("MB_ADD(NULL, 1)", None),
        ("MB_ADD(1, NULL)", None),
        ("MB_NEG(NULL)", None),
        ("MB_ROUND('2.5')", Some("3")),
        ("MB_ROUND('-2.5')", Some("-3")),
        ("MB_ROUND('1.005', 2)", Some("1.01")),
        ("MB_ROUND('1.004', 2)", Some("1")),
        ("MB_ROUND('149.9', -2)", Some("100")),
        ("MB_ROUND('-150', -2)", Some("-200")),
        ("MB_ROUND('49', -2)", Some("0")),
        ("MB_ROUND('1.5', -99)", Some("0")),
        ("MB_ROUND('1.5', 99)", Some("1.5")),
        ("MB_ROUND('1.5', NULL)", None),
        ("MB_LOWER('ÄÖÜ ΟΔΟΣ Straße')", Some("äöü οδοσ straße")),
        ("MB_UPPER('éß')", Some("ÉSS")),
        ("MB_UPPER('abc')", Some("ABC")),
        ("MB_LOWER(NULL)", None),
        ("MB_LOWER(5)", Some("5")),
    ] {
        let got = calculate(&pool, sql, vec![]).await.unwrap();
        assert_eq!(got.as_deref(), result, "{sql}");
    }
    let most = "'79228162514264337593543950335'";
    for sql in [
        format!("MB_ADD({most}, 1)"),
        format!("MB_MUL({most}, 2)"),
        format!("MB_SUM(a) FROM (SELECT {most} AS a UNION ALL SELECT '1')"),
        "MB_ADD('x', 1)".to_owned(),
        "MB_ADD(x'00', 1)".to_owned(),
        "MB_ADD(1e300, 1)".to_owned(),
        "MB_ROUND(1, 'x')".to_owned(),
        "MB_LOWER(CAST(x'ff' AS TEXT))".to_owned(),
    ] {
        let error = calculate(&pool, &sql, vec![]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Value, "{sql}: {error}");
    }
}

#[tokio::test]
async fn aggregates() {
    let pool = memory();
    script(&pool, "CREATE TABLE t (g, a); INSERT INTO t VALUES (1, '0.1'), (1, '0.2'), (1, NULL), (2, '5'), (2, '5'), (3, NULL)").await;
    for (sql, result) in [
        ("MB_SUM(a) FROM t", Some("10.3")),
        ("MB_SUM(a) FROM t WHERE g = 2", Some("10")),
        ("MB_SUM(DISTINCT a) FROM t WHERE g = 2", Some("5")),
        ("MB_AVG(a) FROM t WHERE g = 1", Some("0.15")),
        ("MB_SUM(a) FROM t WHERE g = 3", None),
        ("MB_AVG(a) FROM t WHERE g = 3", None),
        ("MB_SUM(a) FROM t WHERE 0", None),
        ("MB_AVG(a) FROM t WHERE 0", None),
        ("MAX(a COLLATE MB_DECIMAL) FROM t", Some("5")),
    ] {
        let got = calculate(&pool, sql, vec![]).await.unwrap();
        assert_eq!(got.as_deref(), result, "{sql}");
    }
}

/// One pool for all cases.
static SHARED: LazyLock<(Runtime, Pool)> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let guard = runtime.enter();
    let pool = memory();
    drop(guard);
    (runtime, pool)
});

fn decimal() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        (any::<i64>(), 0_u32..=28).prop_map(|(number, scale)| Decimal::new(number, scale)),
        (-10_000_i64..10_000, 0_u32..4).prop_map(|(number, scale)| Decimal::new(number, scale)),
        (any::<i128>(), 0_u32..=28)
            .prop_map(|(number, scale)| { Decimal::from_i128_with_scale(number >> 33, scale) }),
    ]
}

/// The one form of a number.
fn form(number: Decimal) -> String {
    if number.is_zero() {
        "0".into()
    } else {
        number.normalize().to_string()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn calculations_are_those_of_rust_decimal(a in decimal(), b in decimal(), places in 0_u32..10) {
        let (runtime, pool) = &*SHARED;
        let quotient = if b.is_zero() { Some(None) } else { a.checked_div(b).map(Some) };
        let rest = if b.is_zero() { Some(None) } else { a.checked_rem(b).map(Some) };
        for (name, expected) in [
            ("MB_ADD", a.checked_add(b).map(Some)),
            ("MB_SUB", a.checked_sub(b).map(Some)),
            ("MB_MUL", a.checked_mul(b).map(Some)),
            ("MB_DIV", quotient),
            ("MB_REM", rest),
        ] {
            let got = runtime.block_on(calculate(pool, &format!("{name}(?, ?)"), vec![a.into(), b.into()]));
            match (got, expected) {
                (Ok(got), Some(expected)) => prop_assert_eq!(got, expected.map(form), "{}", name),
                (Err(error), None) => prop_assert_eq!(error.kind(), ErrorKind::Value),
                (got, expected) => prop_assert!(false, "{name}: {got:?} instead of {expected:?}"),
            }
        }
        let rounded = a.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
        let got = runtime.block_on(calculate(pool, "MB_ROUND(?, ?)", vec![a.into(), i64::from(places).into()]));
        prop_assert_eq!(got.unwrap(), Some(form(rounded)));
    }

    #[test]
    fn the_collation_sorts_numbers(mut numbers in proptest::collection::vec(decimal(), 0..40)) {
        let (runtime, pool) = &*SHARED;
        let list: Vec<String> = numbers.iter().map(|number| form(*number)).collect();
        let list = serde_json::to_string(&list).unwrap();
        let statement = Statement::read(
            "SELECT value FROM json_each(?) ORDER BY value COLLATE MB_DECIMAL",
            vec![list.into()],
        );
        let sorted = runtime.block_on(async {
            rows(&mut reader(pool).await, statement, |row| Ok(row.decimal(0)?.unwrap())).await
        });
        numbers.sort();
        prop_assert_eq!(sorted.unwrap(), numbers);
    }
}
