//! Window functions, choices, collations.

use crate::columns::{c, sure};
use crate::sheet::Sheet;
use manybase_sql::expr::{Aggregate, Collation, Frame, FrameUnit, Over, Window, WindowFunction};
use manybase_sql::{Expr, Function, Order, Select, Value};
use rust_decimal::Decimal;

fn ordered() -> Over {
    Over::default()
        .partition_by(c("name"))
        .order_by(c("n"), Order::Desc)
}

fn window(function: WindowFunction, over: Over) -> Expr {
    Window { function, over }.into()
}

#[test]
fn windows() {
    use WindowFunction as W;
    let mut sheet = Sheet::default();
    for function in [
        W::RowNumber,
        W::Rank,
        W::DenseRank,
        W::PercentRank,
        W::CumeDist,
        W::Ntile(4),
        W::Lag(c("price"), 1),
        W::Lead(1i64.into(), 2),
        W::First(c("name")),
        W::Last(c("name")),
        W::Nth(c("name"), 3),
    ] {
        let title = format!("{function:?}");
        let title = title.split('(').next().unwrap().to_lowercase();
        sheet.item(&title, window(function.clone(), ordered()));
        sheet.item(&format!("{title} of all rows"), window(function, Over::default()));
    }
    for name in ["n", "big", "u", "f32", "price", "amount", "done", "id"] {
        for function in [Aggregate::Sum, Aggregate::Avg, Aggregate::Min, Aggregate::Count] {
            let sums =
                !matches!(name, "done" | "id") || matches!(function, Aggregate::Min | Aggregate::Count);
            if sums {
                sheet.item(
                    &format!("{function:?} of {name}"),
                    window(W::Aggregate(c(name).aggregate(function)), ordered()),
                );
            }
        }
    }
    let counted = || W::Aggregate(Expr::count_all());
    for (title, unit, from, to) in [
        ("running", FrameUnit::Rows, None, Some(0)),
        ("the last three", FrameUnit::Rows, Some(-2), Some(0)),
        ("those behind", FrameUnit::Rows, Some(1), None),
        ("range", FrameUnit::Range, None, Some(0)),
        ("range with a distance", FrameUnit::Range, Some(-1), Some(0)),
        ("groups", FrameUnit::Groups, Some(-1), Some(1)),
        ("backwards", FrameUnit::Rows, Some(1), Some(0)),
    ] {
        let frame = Some(Frame { unit, from, to });
        sheet.item(title, window(counted(), Over { frame, ..ordered() }));
    }
    let frame = Some(Frame {
        unit: FrameUnit::Rows,
        from: None,
        to: Some(0),
    });
    sheet.item("a frame for a rank", window(W::Rank, Over { frame, ..ordered() }));
    sheet.item(
        "of some rows",
        window(W::Aggregate(Expr::count_all().only_if(c("done"))), ordered()),
    );
    sheet.item(
        "a value in the window",
        window(W::RowNumber, Over::default().partition_by(c("n").rem(2i64))),
    );
    sheet.item("in an operator", window(W::RowNumber, Over::default()).add(1i64));
    sheet.item(
        "of an aggregate",
        window(
            W::Rank,
            Over::default().order_by(c("n").aggregate(Aggregate::Sum), Order::Asc),
        ),
    );
    sheet.item("of no aggregate", window(W::Aggregate(c("n")), ordered()));
    sheet.filter("in WHERE", window(W::RowNumber, Over::default()).le(3i64));
    sheet.add("in ORDER BY", |dialect| {
        let numbered = window(W::RowNumber, ordered());
        Select::from("t")
            .column("n")
            .order_by(numbered, Order::Desc)
            .render(dialect)
    });
    sheet.check("window");
}

#[test]
fn choices() {
    let mut sheet = Sheet::default();
    let call = |function, arguments: Vec<Expr>| Expr::call(function, arguments);
    for function in [Function::Greatest, Function::Least] {
        sheet.item(
            &format!("{function:?}"),
            call(function.clone(), vec![sure("n"), sure("big")]),
        );
        sheet.item(
            &format!("{function:?} with NULL"),
            call(function.clone(), vec![c("n"), c("big"), 7i64.into()]),
        );
        sheet.item(
            &format!("{function:?} of decimals"),
            call(function.clone(), vec![sure("price"), 7i64.into()]),
        );
        sheet.item(
            &format!("{function:?} of decimal and floating point"),
            call(function.clone(), vec![sure("price"), sure("f")]),
        );
        sheet.item(
            &format!("{function:?} of values"),
            call(function, vec![1i64.into(), Decimal::new(15, 1).into()]),
        );
    }
    let some = |expr: Expr| expr.only_if(c("n").gt(0i64));
    sheet.item("count of some", some(Expr::count_all()));
    sheet.item("sum of some", some(c("price").aggregate(Aggregate::Sum)));
    sheet.item("mean of some", some(c("n").aggregate(Aggregate::Avg)));
    sheet.item(
        "count of some values",
        some(Expr::Aggregate {
            function: Aggregate::Count,
            argument: Some(Box::new(c("name"))),
            distinct: true,
        }),
    );
    sheet.item("some of no aggregate", some(c("n")));
    sheet.item("some of a literal", Expr::Literal(-1).mul(c("n")));
    let fold = |expr: Expr| expr.collate(Collation::CaseInsensitive);
    sheet.filter("binary", c("name").collate(Collation::Binary).eq("a"));
    sheet.filter("without case", fold(c("name")).eq("A"));
    sheet.filter("without case on the other side", c("name").lt(fold(c("title"))));
    sheet.filter("without case in a list", fold(c("name")).in_list(["A", "b"]));
    sheet.filter(
        "without case in an empty list",
        fold(c("name")).in_list(Vec::<Value>::new()),
    );
    sheet.filter("without case in a range", fold(c("name")).between("A", "b"));
    sheet.filter(
        "own",
        c("name").collate(Collation::Named("de-x-icu".into())).eq("a"),
    );
    sheet.filter(
        "own with a hostile name",
        c("name").collate(Collation::Named("a\"b".into())).eq("a"),
    );
    sheet.item("of a value", Expr::from("a").collate(Collation::Binary));
    sheet.add("ordered without case", |dialect| {
        Select::from("t")
            .column("n")
            .order_by(fold(c("name")), Order::Asc)
            .render(dialect)
    });
    let returning = |name: &'static str| {
        Expr::call(
            Function::Returning(name.into(), manybase_sql::DataType::F64),
            [c("n"), 2i64.into()],
        )
    };
    sheet.item("a function with a type", returning("power"));
    sheet.item(
        "a function with a type in an operator",
        returning("public.power").rem(2i64),
    );
    sheet.item("a function with a hostile name", returning("power(1,2) --"));
    sheet.check("choice");
}

#[test]
fn rollups() {
    let mut sheet = Sheet::default();
    let rolled = |name| Expr::Rolled(Box::new(c(name)));
    let query = || {
        let mut select = Select::from("t").item(c("name")).item(rolled("name"));
        select = select.item(c("price").aggregate(Aggregate::Sum));
        select.filter = Some(c("n").gt(7i64));
        select.group_by = vec![Expr::Rollup(vec![c("name"), c("done")])];
        select
    };
    sheet.add("rollup", |dialect| query().render(dialect));
    sheet.add("rollup ordered and limited", |dialect| {
        let select = query().order_by(c("price").aggregate(Aggregate::Sum), Order::Desc);
        select.order_by(c("done"), Order::Asc).limit(3).render(dialect)
    });
    sheet.add("rollup with having", |dialect| {
        let mut select = query();
        select.having = Some(Expr::count_all().gt(1i64).and(rolled("done")));
        select.render(dialect)
    });
    sheet.add("rollup beside a key", |dialect| {
        let mut select = query();
        select.group_by.insert(0, c("day"));
        select.render(dialect)
    });
    sheet.add("rollup counted", |dialect| {
        let mut select = query();
        select.counted = true;
        select.render(dialect)
    });
    sheet.add("different groups of a rollup", |dialect| {
        let mut select = query();
        select.distinct = true;
        select.clone().render(dialect)?;
        select.order_by(c("n"), Order::Asc).render(dialect)
    });
    sheet.item("a rollup somewhere else", Expr::Rollup(vec![c("n")]));
    sheet.item("rolled without a rollup", rolled("n"));
    let items = [manybase_sql::SelectItem {
        expr: c("n").add(1i64),
        alias: None,
    }];
    sheet.add("update that gives back", |dialect| {
        manybase_sql::Update::table("t")
            .set("n", 1i64)
            .render_returning(dialect, &items)
    });
    sheet.add("delete that gives back", |dialect| {
        manybase_sql::Delete::from("t")
            .filter(c("n").eq(1i64))
            .render_returning(dialect, &items)
    });
    sheet.check("rollup");
}
