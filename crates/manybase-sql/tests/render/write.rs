//! `INSERT`, `UPDATE`, `DELETE`.

use crate::columns::c;
use crate::sheet::Sheet;
use manybase_sql::{
    ConflictUpdate, ConflictValue, DataType, Delete, Expr, Insert, OnConflict, TableName, Update, UpdateRows,
    Value,
};
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
fn insert_or_update() {
    let mut sheet = Sheet::default();
    let mut show = |title: &str, conflict: OnConflict| {
        let insert = Insert::into("t", ["n", "name"]).row([Value::from(1i64), "a".into()]);
        let insert = insert.on_conflict(conflict);
        sheet.add(title, |dialect| insert.render(dialect));
    };
    show("nothing", OnConflict::new(["n"]));
    show("nothing, two keys", OnConflict::new(["n", "name"]));
    show("given", OnConflict::new(["n"]).set("name", ConflictValue::Given));
    show(
        "given and increased",
        OnConflict::new(["n", "small"])
            .set("name", ConflictValue::Given)
            .set("version", ConflictValue::Increased),
    );
    show(
        "hostile names",
        OnConflict::new(["a\"b`c"]).set("x\"y`z", ConflictValue::Given),
    );
    let none: [&'static str; 0] = [];
    show("no keys", OnConflict::new(none));
    let empty = OnConflict {
        update: ConflictUpdate::Set(Vec::new()),
        ..OnConflict::new(["n"])
    };
    show("no columns to update", empty);
    let increased = OnConflict::new(["n"]).set("big", ConflictValue::Increased);
    let schema = Insert::into(TableName::new("t").in_schema("main"), ["n", "big"]);
    let schema = schema.row([1i64, 1]).row([2, 1]).on_conflict(increased);
    sheet.add("schema, several rows", |dialect| schema.render(dialect));
    let returning = Insert::into("t", ["n"]).row([1i64]);
    let returning = returning.on_conflict(OnConflict::new(["n"]).set("n", ConflictValue::Given));
    let returning = returning.returning(["n"]);
    sheet.add("returning", |dialect| returning.render(dialect));
    let nothing: [i64; 0] = [];
    let defaults = Insert::into("t", none)
        .row(nothing)
        .on_conflict(OnConflict::new(["n"]));
    sheet.add("no columns", |dialect| defaults.render(dialect));
    sheet.check("insert_or_update");
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

#[test]
fn update_of_rows() {
    let mut sheet = Sheet::default();
    let mut show = |title: &str, update: UpdateRows| sheet.add(title, |dialect| update.render(dialect));
    let price = DataType::Decimal {
        precision: Some((8, 2)),
    };
    let name = DataType::Text { length: Some(10) };
    let by_key = || UpdateRows::table("t", [("n", DataType::I64)], [("price", price), ("name", name)]);
    let row = |n: i64, name: &str| [n.into(), Decimal::new(n, 1).into(), Value::from(name)];
    show("one row", by_key().row(row(1, "a")));
    show("several rows", by_key().row(row(1, "a")).row(row(2, "b")));
    let mut counted = by_key().row(row(1, "a")).row(row(2, "b"));
    counted.also = vec![("big".into(), c("big").add(1i64)), ("done".into(), true.into())];
    show("and what is the same for all", counted);
    let two = [("n", DataType::I64), ("big", DataType::I64)];
    let pairs = || UpdateRows::table("t", two, [("small", DataType::I16)]);
    let three = pairs().row([1i64, 2, 3]).row([4, 5, 6]).row([7, 8, 9]);
    show("by two columns", three);
    let hostile = UpdateRows::table("a\"b`c", [("k\"`", DataType::I64)], [("v\"`", DataType::Bytes)]);
    show("hostile names", hostile.row([Value::from(1i64), Value::Null]));
    let mut only_also =
        UpdateRows::table("t", [("n", DataType::I64)], [("big", DataType::I64); 0]).row([1i64]);
    only_also.also = vec![("big".into(), 0i64.into())];
    show("only what is the same for all", only_also);
    show("no rows", by_key());
    show("a short row", by_key().row([1i64, 2]));
    show(
        "no key",
        UpdateRows::table("t", [("n", DataType::I64); 0], two).row([1i64, 2]),
    );
    show(
        "nothing to set",
        UpdateRows::table("t", two, [("n", DataType::I64); 0]).row([1i64, 2]),
    );
    sheet.check("update_of_rows");
}
