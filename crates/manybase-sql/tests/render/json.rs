//! Documents, days and instants, texts put together.

use crate::columns::{ALL, c};
use crate::sheet::Sheet;
use manybase_sql::expr::{DatePart, DateUnit, JoinText, Json, JsonAsked, JsonStep};
use manybase_sql::{DataType, Expr, Function, Order, OrderBy, Value};
use serde_json::json;

#[test]
fn documents() {
    let mut sheet = Sheet::default();
    let at = |path: Vec<JsonStep>, asked| -> Expr {
        Json {
            document: c("doc"),
            path,
            asked,
        }
        .into()
    };
    let asked = || {
        [
            JsonAsked::Document,
            JsonAsked::Text,
            JsonAsked::Whole,
            JsonAsked::Float,
            JsonAsked::Bool,
            JsonAsked::Kind,
            JsonAsked::Length,
        ]
    };
    for asked in asked() {
        sheet.item(
            &format!("{asked:?}"),
            at(vec!["a".into(), "b c".into()], asked.clone()),
        );
        sheet.item(&format!("{asked:?} of the whole"), at(Vec::new(), asked));
    }
    sheet.item("an index", at(vec!["a".into(), 2.into()], JsonAsked::Text));
    sheet.item(
        "the first",
        at(vec!["a".into(), 0.into(), 0.into()], JsonAsked::Document),
    );
    sheet.item("a negative index", at(vec![(-1).into()], JsonAsked::Document));
    sheet.item("a quote", at(vec!["it's".into()], JsonAsked::Kind));
    sheet.item("a quotation mark", at(vec!["a\"b".into()], JsonAsked::Kind));
    sheet.item("NUL", at(vec!["a\0b".into()], JsonAsked::Kind));
    sheet.filter("compared", at(vec!["a".into()], JsonAsked::Text).eq("x"));
    sheet.item(
        "of a value",
        Json {
            document: Expr::Value(Value::from(json!({"a": 1}))),
            path: vec!["a".into()],
            asked: JsonAsked::Document,
        }
        .into(),
    );
    for part in [
        json!({"a": 1, "b": {"c": "x"}}),
        json!(["x", true, null, [1.5]]),
        json!("x"),
        json!({}),
    ] {
        sheet.filter(
            &format!("contains {part}"),
            at(Vec::new(), JsonAsked::Contains(part.clone())),
        );
        sheet.filter(
            &format!("contains {part} at a place"),
            at(vec!["k".into()], JsonAsked::Contains(part)),
        );
    }
    sheet.check("json");
}

#[test]
fn days_and_instants() {
    let mut sheet = Sheet::default();
    let units = [
        DateUnit::Year,
        DateUnit::Month,
        DateUnit::Week,
        DateUnit::Day,
        DateUnit::Hour,
        DateUnit::Minute,
        DateUnit::Second,
    ];
    for part in [
        DatePart::Quarter,
        DatePart::Week,
        DatePart::YearDay,
        DatePart::Weekday,
        DatePart::Hour,
        DatePart::Minute,
        DatePart::Second,
    ] {
        for column in ["day", "instant"] {
            sheet.item(
                &format!("{part:?} of {column}"),
                Expr::call(Function::Part(part), [c(column)]),
            );
        }
    }
    sheet.item(
        "hour of a time",
        Expr::call(Function::Part(DatePart::Hour), [c("at")]),
    );
    for unit in units {
        for column in ["day", "moment", "instant"] {
            sheet.item(
                &format!("{column} cut to {unit:?}"),
                Expr::call(Function::Truncate(unit), [c(column)]),
            );
            sheet.item(
                &format!("{column} moved by {unit:?}"),
                Expr::call(Function::Shift(unit), [c(column), 3i64.into()]),
            );
        }
    }
    let day = chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    sheet.item(
        "a value cut",
        Expr::call(Function::Truncate(DateUnit::Month), [day.into()]),
    );
    sheet.item(
        "moved by an expression",
        Expr::call(Function::Shift(DateUnit::Day), [day.into(), c("n").neg()]),
    );
    sheet.item(
        "something else moved",
        Expr::call(Function::Shift(DateUnit::Day), [c("n"), 1i64.into()]),
    );
    sheet.item(
        "unknown moved",
        Expr::call(Function::Shift(DateUnit::Day), [Expr::column("x"), 1i64.into()]),
    );
    sheet.item(
        "moved by nothing",
        Expr::call(Function::Shift(DateUnit::Day), [c("day")]),
    );
    for unit in [DateUnit::Day, DateUnit::Second] {
        sheet.item(
            &format!("{unit:?} between days"),
            Expr::call(Function::Between(unit), [c("day"), day.into()]),
        );
        sheet.item(
            &format!("{unit:?} between instants"),
            Expr::call(Function::Between(unit), [c("instant"), c("instant")]),
        );
    }
    for name in ["n", "f", "price"] {
        sheet.item(
            &format!("floor of {name}"),
            Expr::call(Function::Floor, [c(name)]),
        );
        sheet.item(&format!("ceil of {name}"), Expr::call(Function::Ceil, [c(name)]));
    }
    sheet.item("floor of a value", Expr::call(Function::Floor, [1.5f64.into()]));
    let join = |separator: &str, order_by: Vec<OrderBy>| -> Expr {
        JoinText {
            text: c("name"),
            separator: separator.into(),
            order_by,
        }
        .into()
    };
    let key = |name, order| OrderBy {
        expr: c(name),
        order,
        nulls_first: None,
    };
    sheet.item(
        "texts together",
        join(", ", vec![key("price", Order::Desc), key("n", Order::Asc)]),
    );
    sheet.item("texts together without an order", join("'\\", Vec::new()));
    sheet.item(
        "texts of some rows",
        join(",", vec![key("n", Order::Asc)]).only_if(c("done")),
    );
    sheet.item("a separator with NUL", join("\0", Vec::new()));
    for (name, from) in ALL {
        if matches!(
            from,
            DataType::Date | DataType::Time | DataType::DateTime | DataType::Timestamp
        ) {
            for (other, to) in ALL {
                if matches!(
                    to,
                    DataType::Date | DataType::Time | DataType::DateTime | DataType::Timestamp
                ) {
                    sheet.item(&format!("{name} as {other}"), c(name).cast(*to));
                }
            }
        }
    }
    sheet.check("moment");
}
