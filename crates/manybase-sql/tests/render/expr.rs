//! The other nodes: columns, values, ranges, patterns, CASE, conversions.

use crate::columns::{ALL, c, sure};
use crate::sheet::Sheet;
use chrono::{DateTime, NaiveDate};
use manybase_sql::expr::ColumnRef;
use manybase_sql::{DataType, Expr, Function, LikePattern, Value};
use rust_decimal::Decimal;
use uuid::Uuid;

pub(crate) fn values() -> Vec<Value> {
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    let moment = day.and_hms_micro_opt(23, 59, 58, 123_456).unwrap();
    vec![
        Value::Null,
        true.into(),
        (-5i64).into(),
        u64::MAX.into(),
        1.5f32.into(),
        (-0.25f64).into(),
        Decimal::new(-150, 2).into(),
        "it's".into(),
        vec![0u8, 0xAB].into(),
        day.into(),
        moment.time().into(),
        moment.into(),
        DateTime::from_timestamp_micros(1_700_000_000_123_456)
            .unwrap()
            .into(),
        Uuid::from_u128(7).into(),
        serde_json::json!({"a": "it's"}).into(),
    ]
}

#[test]
fn atoms() {
    let mut sheet = Sheet::default();
    sheet.item("column", c("n"));
    let of_table = ColumnRef {
        table: Some("t".into()),
        name: "n".into(),
        data_type: None,
        nullable: true,
    };
    sheet.item("column of a table", Expr::Column(of_table));
    for value in values() {
        sheet.item(&format!("value: {}", value.kind()), Expr::Value(value.clone()));
    }
    sheet.filter("value as condition", Expr::from(true));
    sheet.filter("invalid", Expr::Invalid("it could not be built".into()));
    sheet.check("atom");
}

#[test]
fn ranges_and_nulls() {
    let mut sheet = Sheet::default();
    sheet.filter("between", c("n").between(1i64, 9i64));
    sheet.filter("between decimals", c("price").between(Decimal::ONE, Decimal::TEN));
    sheet.filter("decimal between whole numbers", c("price").between(1i64, 10i64));
    sheet.filter(
        "whole number between decimals",
        c("n").between(Decimal::ONE, Decimal::TEN),
    );
    sheet.filter(
        "decimal between floating point",
        c("price").between(0.5f64, 1.5f64),
    );
    sheet.filter(
        "value between columns",
        Expr::from(5i64).between(c("n"), c("big")),
    );
    sheet.filter("values only", Expr::from(5i64).between(1i64, 9i64));
    sheet.filter("is null", c("n").is_null());
    sheet.filter("is not null", c("n").is_not_null());
    sheet.filter("value is null", Expr::from(5i64).is_null());
    sheet.filter("null is null", Expr::from(Value::Null).is_not_null());
    sheet.check("range_null");
}

#[test]
fn patterns() {
    let mut sheet = Sheet::default();
    for hostile in [
        "plain",
        "50%",
        "a_b",
        r"back\slash",
        "it's",
        "bang!",
        "g*l?o[b]^",
        "\"`-- /*",
        "😀",
        "n\0l",
    ] {
        sheet.filter(
            &format!("contains {hostile:?}"),
            c("name").like(LikePattern::contains(hostile)),
        );
    }
    sheet.filter("starts with", c("name").like(LikePattern::starts_with("a")));
    sheet.filter("ends with", c("name").like(LikePattern::ends_with("a")));
    sheet.filter("parsed", c("name").like(LikePattern::parse(r"a_\%%")));
    sheet.filter("empty", c("name").like(LikePattern::parse("")));
    sheet.filter("either case", c("name").ilike(LikePattern::contains("Änn%")));
    sheet.filter(
        "either case, exactly",
        c("name").ilike(LikePattern::exactly("Ann")),
    );
    sheet.filter("padded text", c("code").like(LikePattern::ends_with("a")));
    sheet.filter(
        "of an expression",
        c("name").concat(c("title")).like(LikePattern::contains("a")),
    );
    sheet.filter(
        "of an expression, either case",
        c("name").concat("x").ilike(LikePattern::contains("a")),
    );
    sheet.filter("of a value", Expr::from("abc").like(LikePattern::contains("a")));
    sheet.filter(
        "of a value, either case",
        Expr::from("abc").ilike(LikePattern::contains("a")),
    );
    sheet.filter("not", c("name").like(LikePattern::contains("a")).not());
    sheet.filter("is null", c("name").like(LikePattern::contains("a")).is_null());
    sheet.check("pattern");
}

fn case(results: [Expr; 2], otherwise: Option<Expr>) -> Expr {
    let [first, second] = results;
    Expr::Case {
        branches: vec![(sure("n").gt(1i64), first), (sure("done"), second)],
        otherwise: otherwise.map(Box::new),
    }
}

#[test]
fn cases() {
    let mut sheet = Sheet::default();
    sheet.item(
        "whole numbers",
        case([1i64.into(), 2i64.into()], Some(3i64.into())),
    );
    sheet.item("without ELSE", case([1i64.into(), 2i64.into()], None));
    sheet.item("text", case(["a".into(), "b".into()], Some(c("name"))));
    sheet.item(
        "decimal and whole number",
        case([c("price"), c("n")], Some(0i64.into())),
    );
    sheet.item(
        "value as condition",
        Expr::Case {
            branches: vec![(true.into(), c("n"))],
            otherwise: None,
        },
    );
    sheet.filter("compared", case([c("n"), 2i64.into()], None).eq(1i64));
    sheet.filter(
        "decimals compared",
        case([c("price"), 0i64.into()], None).gt(1i64),
    );
    sheet.filter("negative", case([c("n"), 2i64.into()], None).neg().is_null());
    sheet.item(
        "no branch",
        Expr::Case {
            branches: vec![],
            otherwise: None,
        },
    );
    sheet.check("case");
}

#[test]
fn casts() {
    let mut sheet = Sheet::default();
    for (_, to) in ALL {
        sheet.item(&format!("value to {to:?}"), Expr::from("1").cast(*to));
    }
    for to in [
        DataType::I64,
        DataType::F64,
        DataType::Bool,
        DataType::Text { length: None },
    ] {
        for name in ["n", "u", "f", "price", "done", "name"] {
            sheet.item(&format!("{name} to {to:?}"), c(name).cast(to));
        }
    }
    sheet.item(
        "whole number to decimal",
        c("n").cast(DataType::Decimal {
            precision: Some((12, 3)),
        }),
    );
    sheet.item("value of the type", Expr::from(1i64).cast(DataType::I64));
    sheet.item("value of another type", Expr::from(1.5f64).cast(DataType::I64));
    sheet.item("NULL", Expr::from(Value::Null).cast(DataType::I64));
    sheet.filter("compared", c("n").cast(DataType::F64).gt(1.5f64));
    sheet.item(
        "of a function",
        Expr::call(Function::Length, [c("name")]).cast(DataType::F64),
    );
    sheet.check("cast");
}
