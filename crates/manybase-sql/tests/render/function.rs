//! Functions of one row and of many.

use crate::columns::{ALL, c};
use crate::sheet::Sheet;
use manybase_sql::expr::Aggregate;
use manybase_sql::{Expr, Function, Value};
use rust_decimal::Decimal;

fn call<const N: usize>(function: Function, arguments: [Expr; N]) -> Expr {
    Expr::call(function, arguments)
}

#[test]
fn of_one_row() {
    use Function as F;
    let mut sheet = Sheet::default();
    sheet.item("lower", call(F::Lower, [c("name")]));
    sheet.item("lower of a value", call(F::Lower, ["A".into()]));
    sheet.item("upper", call(F::Upper, [c("name")]));
    sheet.item("length", call(F::Length, [c("name")]));
    sheet.item("length of a value", call(F::Length, ["abc".into()]));
    sheet.item("trim", call(F::Trim, [c("name")]));
    sheet.item(
        "substring",
        call(F::Substring, [c("name"), 2i64.into(), 3i64.into()]),
    );
    sheet.item("replace", call(F::Replace, [c("name"), "a".into(), "b".into()]));
    sheet.item("coalesce", call(F::Coalesce, [c("n"), 0i64.into()]));
    sheet.item("coalesce, value first", call(F::Coalesce, [0i64.into(), c("n")]));
    sheet.item(
        "coalesce of values",
        call(F::Coalesce, [Value::Null.into(), 1i64.into()]),
    );
    sheet.item("coalesce of one", call(F::Coalesce, [c("n")]));
    sheet.item(
        "coalesce of one in an operator",
        call(F::Coalesce, [c("n").add(1i64)]).mul(2i64),
    );
    sheet.item(
        "coalesce of decimal and whole number",
        call(F::Coalesce, [c("price"), 0i64.into()]),
    );
    sheet.item(
        "coalesce of whole number and decimal",
        call(F::Coalesce, [c("n"), Decimal::new(15, 1).into()]),
    );
    sheet.filter(
        "coalesce of decimals compared",
        call(F::Coalesce, [c("price"), 10i64.into()]).gt(5i64),
    );
    sheet.item("nullif", call(F::NullIf, [c("n"), 0i64.into()]));
    sheet.item("nullif of a decimal", call(F::NullIf, [c("price"), 0i64.into()]));
    sheet.item("abs", call(F::Abs, [c("n")]));
    sheet.item("abs of a decimal", call(F::Abs, [c("price")]));
    sheet.item("abs of a value", call(F::Abs, [(-5i64).into()]));
    for name in ["n", "u", "f", "price"] {
        sheet.item(&format!("round {name}"), call(F::Round, [c(name)]));
        sheet.item(
            &format!("round {name} to 1"),
            call(F::Round, [c(name), 1i64.into()]),
        );
        sheet.item(
            &format!("round {name} to -1"),
            call(F::Round, [c(name), (-1i64).into()]),
        );
    }
    sheet.item("round a value", call(F::Round, [1.25f64.into(), 1i64.into()]));
    sheet.item(
        "round an unknown type",
        call(F::Round, [Expr::column("f"), 1i64.into()]),
    );
    sheet.item(
        "round in an operator",
        call(F::Round, [c("n").add(1i64)]).mul(2i64),
    );
    sheet.item("now", call(F::Now, []));
    for name in ["day", "moment", "instant"] {
        sheet.item(&format!("year of {name}"), call(F::Year, [c(name)]));
    }
    sheet.item("month", call(F::Month, [c("instant")]));
    sheet.item("day", call(F::Day, [c("day")]));
    let day = chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    sheet.item("year of a value", call(F::Year, [day.into()]));
    sheet.filter("year compared", call(F::Year, [c("day")]).eq(2024i64));
    sheet.item("named", call(F::Named("sign".into()), [c("n")]));
    sheet.item(
        "hostile name",
        call(F::Named("sign(1); DROP TABLE t; --".into()), [c("n")]),
    );
    sheet.item("too few arguments", call(F::Lower, []));
    sheet.item("too many arguments", call(F::Now, [1i64.into()]));
    sheet.check("function");
}

#[test]
fn of_many_rows() {
    use Aggregate::{Avg, Count, Max, Min, Sum};
    let mut sheet = Sheet::default();
    sheet.item("count", Expr::count_all());
    for (name, of) in ALL {
        for function in [Count, Sum, Avg, Min, Max] {
            let sums = of.is_numeric() || matches!(function, Count | Min | Max);
            let ordered = !matches!(*name, "doc" | "data") || function == Count;
            if sums && ordered {
                sheet.item(&format!("{function:?} of {name}"), c(name).aggregate(function));
            }
        }
    }
    let distinct = |name, function| Expr::Aggregate {
        function,
        argument: Some(Box::new(c(name))),
        distinct: true,
    };
    for function in [Count, Sum, Avg, Min] {
        sheet.item(&format!("{function:?} of distinct n"), distinct("n", function));
        sheet.item(
            &format!("{function:?} of distinct price"),
            distinct("price", function),
        );
    }
    sheet.item("of an expression", c("n").mul(c("price")).aggregate(Sum));
    sheet.item(
        "of coalesced decimals",
        call(Function::Coalesce, [c("price"), 0i64.into()]).aggregate(Sum),
    );
    sheet.item("of a value", Expr::from(1i64).aggregate(Count));
    sheet.item("of NULL", Expr::from(Value::Null).aggregate(Sum));
    let nothing = |function, distinct| Expr::Aggregate {
        function,
        argument: None,
        distinct,
    };
    sheet.item("sum of nothing", nothing(Sum, false));
    sheet.item("count of distinct nothing", nothing(Count, true));
    sheet.check("aggregate");
}
