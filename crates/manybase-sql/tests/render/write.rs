//! `INSERT`, `UPDATE`, `DELETE`.

use crate::columns::c;
use crate::sheet::Sheet;
use manybase_sql::{Delete, Expr, Insert, Update, Value};
use rust_decimal::Decimal;

#[test]
fn insert() {
    let mut sheet = Sheet::default();
    let mut show = |title: &str, insert: Insert| sheet.add(title, |dialect| insert.render(dialect));
    let none: [&'static str; 0] = [];
    let nothing: [i64; 0] = [];
    show(
        "one row",
        Insert::into("t", ["n", "name"]).row([Value::from(1i64), "a".into()]),
    );
    show(
        "several rows",
        Insert::into("t", ["n", "price"])
            .row([1i64, 2])
            .row([3, 4])
            .row([5, 6]),
    );
    show(
        "returning",
        Insert::into("t", ["n"]).row([1i64]).returning(["n", "name"]),
    );
    show("no columns", Insert::into("t", none).row(nothing));
    show(
        "no columns, returning",
        Insert::into("t", none).row(nothing).returning(["n"]),
    );
    show(
        "no columns, two rows",
        Insert::into("t", none).row(nothing).row(nothing),
    );
    show("no rows", Insert::into("t", ["n"]));
    show("short row", Insert::into("t", ["n", "big"]).row([1i64]));
    show(
        "rows that are right together only",
        Insert::into("t", ["n", "big"]).row([1i64]).row([2, 3, 4]),
    );
    show(
        "everything",
        Insert::into("t", ["done", "n"]).row(crate::expr::values().into_iter().take(2)),
    );
    show(
        "too many values",
        (0..33_000i64).fold(Insert::into("t", ["n", "big"]), |insert, i| insert.row([i, i])),
    );
    sheet.check("insert");
}

#[test]
fn update() {
    let mut sheet = Sheet::default();
    let mut show = |title: &str, update: Update| sheet.add(title, |dialect| update.render(dialect));
    show("value", Update::table("t").set("n", 1i64).filter(c("n").eq(2i64)));
    show("NULL", Update::table("t").set("n", Value::Null));
    show("calculated", Update::table("t").set("n", c("n").add(1i64)));
    show(
        "calculated decimal",
        Update::table("t").set("price", c("price").mul(Decimal::new(12, 1))),
    );
    show(
        "several",
        Update::table("t")
            .set("n", 1i64)
            .set("name", "x")
            .filter(c("done").not()),
    );
    show(
        "one column reads another that is set",
        Update::table("t")
            .set("n", c("n").add(1i64))
            .set("big", c("n").mul(2i64))
            .set("small", 1i64),
    );
    show(
        "in a chain",
        Update::table("t")
            .set("small", 1i64)
            .set("n", c("small"))
            .set("big", c("n").add(c("small"))),
    );
    show(
        "exchange",
        Update::table("t").set("n", c("big")).set("big", c("n")),
    );
    let mut returning = Update::table("t").set("n", 1i64);
    returning.returning = vec!["n".into()];
    show("returning", returning);
    show("nothing", Update::table("t"));
    let case = Expr::Case {
        branches: vec![(c("done"), 1i64.into())],
        otherwise: Some(Box::new(c("n"))),
    };
    show("case", Update::table("t").set("n", case));
    sheet.check("update");
}

#[test]
fn delete() {
    let mut sheet = Sheet::default();
    let mut show = |title: &str, delete: Delete| sheet.add(title, |dialect| delete.render(dialect));
    show("filtered", Delete::from("t").filter(c("n").eq(1i64)));
    show("all", Delete::from("t"));
    sheet.check("delete");
}
