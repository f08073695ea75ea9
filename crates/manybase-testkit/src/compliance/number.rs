//! Arithmetic and aggregates of whole numbers, decimals and floating-point numbers.

use super::case::Case;
use super::db::{DECIMAL, col};
use super::verdict::Verdict;
use manybase_sql::{DataType, Expr, Function, Insert, Order, Select, Value};
use rust_decimal::{Decimal, RoundingStrategy};

const I64: DataType = DataType::I64;
const F64: DataType = DataType::F64;

const WHOLE: &[(i64, i64)] = &[
    (7, 2),
    (-7, 2),
    (7, -2),
    (-7, -2),
    (0, 5),
    (6, 3),
    (1, 10),
    (-1, 10),
    (1_000_000_007, 97),
];

async fn compare(
    case: Case,
    data_type: DataType,
    pairs: &[(Value, Value)],
    forms: Vec<(&str, Expr, DataType, Vec<Value>)>,
) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("numbers");
    db.table(&name, &[("id", I64), ("a", data_type), ("b", data_type)])
        .await?;
    for (id, (a, b)) in (0i64..).zip(pairs) {
        db.run(&Insert::into(name.clone(), ["id", "a", "b"]).row([id.into(), a.clone(), b.clone()]))
            .await?;
    }
    let mut wrong = Vec::new();
    for (form, expr, result, expected) in forms {
        let select = Select::from(name.clone())
            .item(expr)
            .order_by(Expr::typed_column("id", I64, false), Order::Asc);
        match db.column(&select, result).await {
            Ok(got) if got == expected => {}
            Ok(got) => wrong.push(format!("{form}: expected {expected:?}, got {got:?}")),
            Err(error) => wrong.push(format!("{form}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{data_type:?}:\n{}", wrong.join("\n"));
    Ok(())
}

fn whole(f: impl Fn(i64, i64) -> i64) -> Vec<Value> {
    WHOLE.iter().map(|(a, b)| Value::I64(f(*a, *b))).collect()
}

/// Whole numbers divide to whole numbers, towards zero; a remainder has the sign of what is divided.
pub(super) async fn whole_numbers(case: Case) -> Verdict {
    let (a, b) = (|| col("a", I64), || col("b", I64));
    let bools = |f: fn(i64, i64) -> bool| Vec::from_iter(WHOLE.iter().map(|(a, b)| Value::Bool(f(*a, *b))));
    let forms = vec![
        ("a + b", a().add(b()), I64, whole(|a, b| a + b)),
        ("a - b", a().sub(b()), I64, whole(|a, b| a - b)),
        ("a * b", a().mul(b()), I64, whole(|a, b| a * b)),
        ("a / b", a().div(b()), I64, whole(|a, b| a / b)),
        ("a % b", a().rem(b()), I64, whole(|a, b| a % b)),
        ("a / 2", a().div(2i64), I64, whole(|a, _| a / 2)),
        ("a % -3", a().rem(-3i64), I64, whole(|a, _| a % -3)),
        ("-a", a().neg(), I64, whole(|a, _| -a)),
        ("- -a", a().neg().neg(), I64, whole(|a, _| a)),
        ("a - -b", a().sub(b().neg()), I64, whole(|a, b| a + b)),
        (
            "a - (b - 1)",
            a().sub(b().sub(1i64)),
            I64,
            whole(|a, b| a - (b - 1)),
        ),
        (
            "(a + b) * 2",
            a().add(b()).mul(2i64),
            I64,
            whole(|a, b| (a + b) * 2),
        ),
        (
            "abs(a)",
            Expr::call(Function::Abs, [a()]),
            I64,
            whole(|a, _| a.abs()),
        ),
        ("a < b", a().lt(b()), DataType::Bool, bools(|a, b| a < b)),
        ("a <= b", a().le(b()), DataType::Bool, bools(|a, b| a <= b)),
        ("a > b", a().gt(b()), DataType::Bool, bools(|a, b| a > b)),
        ("a >= b", a().ge(b()), DataType::Bool, bools(|a, b| a >= b)),
        ("a <> b", a().ne(b()), DataType::Bool, bools(|a, b| a != b)),
    ];
    let pairs = Vec::from_iter(WHOLE.iter().map(|(a, b)| (Value::I64(*a), Value::I64(*b))));
    compare(case, I64, &pairs, forms).await
}

const DECIMALS: &[(&str, &str)] = &[
    ("9.5", "10"),
    ("0.1", "0.2"),
    ("-1.005", "1.005"),
    ("100.00", "100"),
    ("0", "-0.5"),
    ("1234567890.12345", "0.00001"),
    ("-2.5", "-10"),
];

/// Decimals calculate exactly and compare by number, not by text.
pub(super) async fn decimals(case: Case) -> Verdict {
    let pairs = Vec::from_iter(
        DECIMALS
            .iter()
            .filter_map(|(a, b)| Some((a.parse::<Decimal>().ok()?, b.parse::<Decimal>().ok()?))),
    );
    let numbers = |f: fn(Decimal, Decimal) -> Decimal| {
        Vec::from_iter(pairs.iter().map(|(a, b)| Value::from(f(*a, *b))))
    };
    let bools =
        |f: fn(Decimal, Decimal) -> bool| Vec::from_iter(pairs.iter().map(|(a, b)| Value::from(f(*a, *b))));
    let (a, b) = (|| col("a", DECIMAL), || col("b", DECIMAL));
    let half = || Decimal::new(50, 2);
    let forms = vec![
        ("a + b", a().add(b()), DECIMAL, numbers(|a, b| a + b)),
        ("a - b", a().sub(b()), DECIMAL, numbers(|a, b| a - b)),
        ("a * b", a().mul(b()), DECIMAL, numbers(|a, b| a * b)),
        (
            "a + 0.50",
            a().add(half()),
            DECIMAL,
            numbers(|a, _| a + Decimal::new(5, 1)),
        ),
        (
            "0.50 * a",
            Expr::from(half()).mul(a()),
            DECIMAL,
            numbers(|a, _| a * Decimal::new(5, 1)),
        ),
        ("-a", a().neg(), DECIMAL, numbers(|a, _| -a)),
        (
            "abs(a)",
            Expr::call(Function::Abs, [a()]),
            DECIMAL,
            numbers(|a, _| a.abs()),
        ),
        ("a < b", a().lt(b()), DataType::Bool, bools(|a, b| a < b)),
        ("a >= b", a().ge(b()), DataType::Bool, bools(|a, b| a >= b)),
        ("a = b", a().eq(b()), DataType::Bool, bools(|a, b| a == b)),
        ("a <> b", a().ne(b()), DataType::Bool, bools(|a, b| a != b)),
        (
            "a > 9",
            a().gt(Decimal::from(9)),
            DataType::Bool,
            bools(|a, _| a > Decimal::from(9)),
        ),
        (
            "a > 9 (whole)",
            a().gt(9i64),
            DataType::Bool,
            bools(|a, _| a > Decimal::from(9)),
        ),
        (
            "a = 100.000",
            a().eq(Decimal::new(100_000, 3)),
            DataType::Bool,
            bools(|a, _| a == Decimal::from(100)),
        ),
        (
            "100 = a (whole)",
            Expr::from(100i64).eq(a()),
            DataType::Bool,
            bools(|a, _| a == Decimal::from(100)),
        ),
        (
            "a + b = 0.3",
            a().add(b()).eq(Decimal::new(3, 1)),
            DataType::Bool,
            bools(|a, b| a + b == Decimal::new(3, 1)),
        ),
    ];
    let values = Vec::from_iter(pairs.iter().map(|(a, b)| (Value::from(*a), Value::from(*b))));
    compare(case, DECIMAL, &values, forms).await
}

/// Half goes away from zero.
pub(super) async fn rounding(case: Case) -> Verdict {
    let texts = [
        "2.5", "-2.5", "0.5", "1.005", "-1.005", "1.2345", "1.2355", "99.995", "0",
    ];
    let decimals = Vec::from_iter(texts.iter().filter_map(|text| text.parse::<Decimal>().ok()));
    let rounded = |digits: u32| {
        let round = |d: &Decimal| d.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
        Vec::from_iter(decimals.iter().map(|d| Value::from(round(d))))
    };
    let round = |digits: i64| Expr::call(Function::Round, [col("a", DECIMAL), digits.into()]);
    let alone = Expr::call(Function::Round, [col("a", DECIMAL)]);
    let forms = vec![
        ("round(a, 2)", round(2), DECIMAL, rounded(2)),
        ("round(a, 3)", round(3), DECIMAL, rounded(3)),
        ("round(a, 0)", round(0), DECIMAL, rounded(0)),
        ("round(a)", alone, DECIMAL, rounded(0)),
    ];
    let pairs = Vec::from_iter(decimals.iter().map(|d| (Value::from(*d), Value::Null)));
    compare(case, DECIMAL, &pairs, forms).await
}

pub(super) async fn floats(case: Case) -> Verdict {
    let pairs = [(1.5, 0.25), (-7.5, 2.0), (1e10, 3.0), (0.0, 4.0)];
    let numbers = |f: fn(f64, f64) -> f64| Vec::from_iter(pairs.iter().map(|(a, b)| Value::from(f(*a, *b))));
    let (a, b) = (|| col("a", F64), || col("b", F64));
    let less = Vec::from_iter(pairs.iter().map(|(a, b)| Value::Bool(a < b)));
    let forms = vec![
        ("a + b", a().add(b()), F64, numbers(|a, b| a + b)),
        ("a * b", a().mul(b()), F64, numbers(|a, b| a * b)),
        ("a / b", a().div(b()), F64, numbers(|a, b| a / b)),
        ("a / 2", a().div(2.0), F64, numbers(|a, _| a / 2.0)),
        ("-a", a().neg(), F64, numbers(|a, _| -a)),
        (
            "abs(a)",
            Expr::call(Function::Abs, [a()]),
            F64,
            numbers(|a, _| a.abs()),
        ),
        ("a < b", a().lt(b()), DataType::Bool, less),
    ];
    compare(case, F64, &pairs.map(|(a, b)| (a.into(), b.into())), forms).await
}

/// Decimals that differ in their last digit only are not equal: nothing goes through floating-point numbers.
pub(super) async fn decimals_of_many_digits(case: Case) -> Verdict {
    let texts = [
        "1234567890123456789.12345678",
        "1234567890123456789.12345679",
        "1234567890123456789.1234568",
        "-0.0000000000000000000000001",
        "0.0000000000000000000000001",
    ];
    let numbers = Vec::from_iter(texts.iter().filter_map(|text| text.parse::<Decimal>().ok()));
    let mut db = case.db().await?;
    let name = case.table("digits");
    db.table(&name, &[("id", I64), ("a", DECIMAL)]).await?;
    for (id, number) in (0i64..).zip(&numbers) {
        let row = Insert::into(name.clone(), ["id", "a"]).row([id.into(), Value::from(*number)]);
        db.run(&row).await?;
    }
    let a = || col("a", DECIMAL);
    let mut wrong = Vec::new();
    for number in &numbers {
        let number = *number;
        let list = [number, Decimal::from(77)];
        let many = || (100..1_300).map(Decimal::from).chain([number]);
        type Oracle = fn(Decimal, Decimal) -> bool;
        let forms: [(&str, Expr, Oracle); 10] = [
            ("=", a().eq(number), |a, b| a == b),
            ("<>", a().ne(number), |a, b| a != b),
            ("<", a().lt(number), |a, b| a < b),
            (">=", a().ge(number), |a, b| a >= b),
            ("= on the right", Expr::from(number).eq(a()), |a, b| a == b),
            ("IN", a().in_list(list), |a, b| a == b),
            ("NOT IN", a().not_in_list(list), |a, b| a != b),
            ("IN many", a().in_list(many()), |a, b| a == b),
            ("BETWEEN", a().between(number, number), |a, b| a == b),
            ("a - number = 0", a().sub(number).eq(0i64), |a, b| a == b),
        ];
        for (form, condition, oracle) in forms {
            let select = Select::from(name.clone())
                .column("id")
                .filter(condition)
                .order_by(Expr::typed_column("id", I64, false), Order::Asc);
            let ids = (0i64..).zip(&numbers).filter(|(_, a)| oracle(**a, number));
            let expected = Vec::from_iter(ids.map(|(id, _)| Value::I64(id)));
            match db.column(&select, I64).await {
                Ok(got) if got == expected => {}
                Ok(got) => wrong.push(format!("{form} {number}: expected {expected:?}, got {got:?}")),
                Err(error) => wrong.push(format!("{form} {number}: {error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
