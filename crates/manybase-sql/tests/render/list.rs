//! `IN`, from no value to more than the database has placeholders.

use crate::columns::c;
use crate::sheet::Sheet;
use manybase_sql::{Expr, Value};
use rust_decimal::Decimal;
use uuid::Uuid;

#[test]
fn in_list() {
    let mut sheet = Sheet::default();
    let none: [i64; 0] = [];
    sheet.filter("empty", c("n").in_list(none));
    sheet.filter("not in empty", c("n").not_in_list(none));
    sheet.filter(
        "empty in a chain",
        c("n").in_list(none).and(c("n").not_in_list(none)),
    );
    sheet.filter("one", c("n").in_list([1i64]));
    sheet.filter("short", c("n").in_list([1i64, 2, 3]));
    sheet.filter("not in", c("n").not_in_list([1i64, 2, 3]));
    sheet.filter("with NULL", c("n").not_in_list([Some(1i64), None]));
    sheet.filter("text", c("name").in_list(["a", "b'c"]));
    sheet.filter("whole numbers among decimals", c("price").in_list([1i64, 2]));
    sheet.filter(
        "decimals among whole numbers",
        c("n").in_list([Decimal::new(15, 1)]),
    );
    sheet.filter("numbers that do not fit", c("small").in_list([1i64, 70_000]));
    sheet.filter("a value", Expr::from(1i64).in_list([1i64, 2]));
    sheet.check("list");
}

#[test]
fn long() {
    let mut sheet = Sheet::default();
    let count = 1_200;
    let long = |value: fn(usize) -> Value| (0..count).map(value).collect::<Vec<Value>>();
    sheet.filter("whole numbers", c("n").in_list(long(|i| (i as i64).into())));
    sheet.filter("not in", c("n").not_in_list(long(|i| (i as i64).into())));
    sheet.filter("unsigned", c("u").in_list(long(|i| (u64::MAX - i as u64).into())));
    sheet.filter(
        "decimals",
        c("price").in_list(long(|i| Decimal::new(i as i64, 2).into())),
    );
    sheet.filter(
        "decimals among whole numbers",
        c("n").in_list(long(|i| Decimal::new(i as i64, 2).into())),
    );
    sheet.filter("floating point", c("f").in_list(long(|i| (i as f64).into())));
    sheet.filter("text", c("name").in_list(long(|i| format!("n{i}").into())));
    sheet.filter(
        "text with NUL",
        c("name").in_list(long(|i| format!("n\0{i}").into())),
    );
    sheet.filter("bytes", c("data").in_list(long(|i| vec![i as u8].into())));
    sheet.filter(
        "UUIDs",
        c("id").in_list(long(|i| Uuid::from_u128(i as u128).into())),
    );
    sheet.filter(
        "whole numbers and text",
        c("n").in_list(long(|i| if i == 0 { "a".into() } else { 1i64.into() })),
    );
    sheet.filter("more than placeholders", c("big").in_list(0..70_000i64));
    sheet.filter(
        "texts, more than placeholders",
        c("name").in_list((0..70_000).map(|i| i.to_string())),
    );
    sheet.filter(
        "floating point, more than placeholders",
        c("f").in_list((0..70_000).map(f64::from)),
    );
    sheet.check("list_long");
}

#[test]
fn rows() {
    let mut sheet = Sheet::default();
    let rows = |columns: &[&'static str], rows: Vec<Vec<Value>>| Expr::InRows {
        exprs: columns.iter().map(|name| c(name)).collect(),
        rows,
    };
    sheet.filter("no row", rows(&["n", "name"], vec![]));
    let two = vec![vec![1i64.into(), "a".into()], vec![2i64.into(), "b".into()]];
    sheet.filter("two rows", rows(&["n", "name"], two.clone()));
    sheet.filter("in a chain", c("done").and(rows(&["n", "name"], two.clone())));
    sheet.filter("not", rows(&["n", "name"], two).not());
    let uuid = Uuid::from_u128(7).into();
    let decimal = Value::from(Decimal::new(150, 2));
    sheet.filter(
        "types",
        rows(&["id", "price", "u"], vec![vec![uuid, decimal, u64::MAX.into()]]),
    );
    sheet.filter(
        "rows of another length",
        rows(&["n", "name"], vec![vec![1i64.into()]]),
    );
    sheet.check("rows");
}
