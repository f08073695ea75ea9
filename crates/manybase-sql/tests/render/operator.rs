//! Operators with one and two sides, over the types where they differ, and who stands in parentheses.

use crate::columns::{c, sure};
use crate::sheet::Sheet;
use manybase_sql::expr::BinaryOp;
use manybase_sql::{Expr, Value};
use rust_decimal::Decimal;

fn binary(left: Expr, op: BinaryOp, right: impl Into<Expr>) -> Expr {
    Expr::Binary(Box::new((left, right.into())), op)
}

const COMPARE: &[BinaryOp] = &[
    BinaryOp::Eq,
    BinaryOp::Ne,
    BinaryOp::Lt,
    BinaryOp::Le,
    BinaryOp::Gt,
    BinaryOp::Ge,
];
const CALCULATE: &[BinaryOp] = &[
    BinaryOp::Add,
    BinaryOp::Sub,
    BinaryOp::Mul,
    BinaryOp::Div,
    BinaryOp::Rem,
];

#[test]
fn comparison() {
    let mut sheet = Sheet::default();
    for op in COMPARE {
        sheet.filter(&format!("{op:?} of whole numbers"), binary(c("n"), *op, 5i64));
        sheet.filter(
            &format!("{op:?} of decimals"),
            binary(c("price"), *op, Decimal::new(150, 2)),
        );
    }
    let pairs = [
        ("text", c("name"), Value::from("Ann")),
        ("boolean", c("done"), Value::from(true)),
        ("NULL", c("n"), Value::Null),
        (
            "whole number and decimal",
            c("n"),
            Value::from(Decimal::new(15, 1)),
        ),
        ("decimal and whole number", c("price"), Value::from(3i64)),
        ("decimal and floating point", c("price"), Value::from(1.5f64)),
        (
            "floating point and decimal",
            c("f"),
            Value::from(Decimal::new(15, 1)),
        ),
        ("single and double", c("f32"), Value::from(0.1f64)),
        ("single and single", c("f32"), Value::from(0.1f32)),
        (
            "small column and number that does not fit",
            c("small"),
            Value::from(40_000i64),
        ),
        (
            "32 bits and number that does not fit",
            c("n"),
            Value::from(5_000_000_000i64),
        ),
        (
            "64 bits and number that does not fit",
            c("big"),
            Value::from(u64::MAX),
        ),
        ("unsigned", c("u"), Value::from(u64::MAX)),
        ("column of unknown type", Expr::column("n"), Value::from(5i64)),
    ];
    for (title, left, value) in pairs {
        sheet.filter(&format!("Lt of {title}"), binary(left, BinaryOp::Lt, value));
    }
    sheet.filter("two columns, whole and decimal", c("n").lt(c("price")));
    sheet.filter("two columns, decimal and floating point", c("price").lt(c("f")));
    sheet.filter("value on the left", Expr::from(5i64).lt(c("n")));
    sheet.filter("two values", Expr::from(5i64).lt(6i64));
    sheet.filter("two NULLs", Expr::from(Value::Null).eq(Value::Null));
    sheet.check("operator_comparison");
}

#[test]
fn arithmetic() {
    let mut sheet = Sheet::default();
    for op in CALCULATE {
        let title = format!("{op:?}");
        sheet.item(&format!("{title} of whole numbers"), binary(c("n"), *op, 2i64));
        sheet.item(
            &format!("{title} of unsigned numbers"),
            binary(c("u"), *op, c("u")),
        );
        sheet.item(
            &format!("{title} of decimals"),
            binary(c("price"), *op, Decimal::new(15, 1)),
        );
        sheet.item(
            &format!("{title} of decimal and whole number"),
            binary(c("price"), *op, c("n")),
        );
        sheet.item(
            &format!("{title} of whole number and decimal"),
            binary(c("n"), *op, c("price")),
        );
        sheet.item(&format!("{title} of floating point"), binary(c("f"), *op, 2.5f64));
        sheet.item(
            &format!("{title} of decimal and floating point"),
            binary(c("price"), *op, c("f")),
        );
        sheet.item(
            &format!("{title} of two values"),
            binary(Expr::from(7i64), *op, 2i64),
        );
        sheet.item(
            &format!("{title} of two NULLs"),
            binary(Expr::from(Value::Null), *op, Value::Null),
        );
    }
    sheet.item(
        "Div of unknown types",
        binary(Expr::column("n"), BinaryOp::Div, c("big")),
    );
    sheet.item(
        "Div of sums",
        binary(
            c("n").aggregate(manybase_sql::expr::Aggregate::Sum),
            BinaryOp::Div,
            2i64,
        ),
    );
    sheet.item(
        "Div of means",
        binary(
            c("n").aggregate(manybase_sql::expr::Aggregate::Avg),
            BinaryOp::Div,
            2i64,
        ),
    );
    sheet.item("negative", c("n").neg());
    sheet.item("negative of a negative", c("n").neg().neg());
    sheet.item("negative decimal", c("price").neg());
    sheet.item("negative value", Expr::from(-5i64).neg());
    sheet.item("negative NULL", Expr::from(Value::Null).neg());
    sheet.item("minus a negative", c("n").sub(Expr::from(-5i64).neg()));
    sheet.check("operator_arithmetic");
}

#[test]
fn text() {
    let mut sheet = Sheet::default();
    sheet.item("columns", c("name").concat(c("title")));
    sheet.item("chain", c("name").concat(" ").concat(c("title")));
    sheet.item("column and text", c("name").concat("x"));
    sheet.item("text and column", Expr::from("x").concat(c("name")));
    sheet.item("column and number", c("name").concat(5i64));
    sheet.item("two values", Expr::from("a").concat("b"));
    sheet.check("operator_text");
}

#[test]
fn parentheses() {
    let (a, b, d) = (sure("n"), sure("big"), sure("small"));
    let (p, q, r) = (a.clone().eq(1i64), b.clone().eq(2i64), d.clone().eq(3i64));
    let mut sheet = Sheet::default();
    sheet.item("a - (b - c)", a.clone().sub(b.clone().sub(d.clone())));
    sheet.item("(a - b) - c", a.clone().sub(b.clone()).sub(d.clone()));
    sheet.item("a * (b + c)", a.clone().mul(b.clone().add(d.clone())));
    sheet.item("a / (b / c)", a.clone().div(b.clone().div(d.clone())));
    sheet.item("-(a + b)", a.clone().add(b.clone()).neg());
    sheet.filter("p and q and r", p.clone().and(q.clone()).and(r.clone()));
    sheet.filter("p or q or r", p.clone().or(q.clone()).or(r.clone()));
    sheet.filter("p and (q or r)", p.clone().and(q.clone().or(r.clone())));
    sheet.filter("(p and q) or r", p.clone().and(q.clone()).or(r.clone()));
    sheet.filter("not p", p.clone().not());
    sheet.filter("not not p", p.clone().not().not());
    sheet.filter("not (p and q)", p.clone().and(q.clone()).not());
    sheet.filter("not p and q", p.clone().not().and(q.clone()));
    sheet.filter("not column", sure("done").not());
    sheet.filter("column and not column", sure("done").and(sure("done").not()));
    sheet.filter(
        "(a = b) = (b = c)",
        a.clone().eq(b.clone()).eq(b.clone().eq(d.clone())),
    );
    sheet.filter("(a = 1) = true", p.clone().eq(true));
    sheet.filter(
        "between and between",
        a.clone().between(1i64, 2i64).and(b.clone().between(3i64, 4i64)),
    );
    sheet.filter(
        "between of sums",
        a.clone()
            .add(1i64)
            .between(b.clone().sub(1i64), b.clone().add(1i64)),
    );
    sheet.filter("between of comparisons", p.clone().between(q.clone(), r.clone()));
    sheet.filter("not between", a.clone().between(1i64, 2i64).not());
    sheet.filter("(a + b) is null", a.clone().add(b.clone()).is_null());
    sheet.filter("(p and q) is null", p.clone().and(q).is_null());
    sheet.filter("(a is null) is not null", a.clone().is_null().is_not_null());
    sheet.filter("(a is null) = (b is null)", a.clone().is_null().eq(b.is_null()));
    sheet.filter("(a is null) and p", a.clone().is_null().and(p));
    sheet.filter("(a + 1) in (1, 2)", a.clone().add(1i64).in_list([1i64, 2]));
    sheet.filter("not in, negated", a.not_in_list([1i64]).not());
    sheet.check("operator_parentheses");
}
