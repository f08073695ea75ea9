//! Clauses of a query.

use crate::columns::{c, sure};
use crate::sheet::Sheet;
use manybase_sql::expr::Aggregate;
use manybase_sql::{
    Expr, LimitPer, Lock, LockStrength, LockWait, Order, OrderBy, Select, SelectItem, TableName,
};

fn show(sheet: &mut Sheet, title: &str, select: Select) {
    sheet.add(title, |dialect| select.render(dialect));
}

fn n() -> Select {
    Select::from("t").item(c("n"))
}

#[test]
fn clauses() {
    let mut sheet = Sheet::default();
    show(&mut sheet, "columns", n().item(c("name")));
    show(&mut sheet, "nothing", Select::from("t"));
    let mut alias = n();
    alias.items.push(SelectItem {
        expr: c("name"),
        alias: Some("the \"name\"".into()),
    });
    show(&mut sheet, "alias", alias);
    let mut schema = n();
    schema.from = TableName::new("t").in_schema("main");
    show(&mut sheet, "schema", schema);
    show(
        &mut sheet,
        "distinct",
        Select {
            distinct: true,
            ..n()
        },
    );
    show(
        &mut sheet,
        "two filters",
        n().filter(c("n").gt(1i64)).filter(c("done").or(c("n").eq(2i64))),
    );
    show(&mut sheet, "limit", n().limit(10));
    show(
        &mut sheet,
        "offset",
        Select {
            offset: Some(5),
            ..n()
        },
    );
    show(
        &mut sheet,
        "limit and offset",
        Select {
            offset: Some(5),
            ..n().limit(10)
        },
    );
    show(&mut sheet, "limit beyond everything", n().limit(u64::MAX));
    let grouped = Select {
        group_by: vec![c("name")],
        having: Some(c("n").aggregate(Aggregate::Sum).gt(10i64)),
        ..Select::from("t")
            .item(c("name"))
            .item(c("n").aggregate(Aggregate::Sum))
    };
    show(&mut sheet, "group by", grouped.clone());
    show(
        &mut sheet,
        "group by, ordered by a sum",
        grouped.order_by(c("n").aggregate(Aggregate::Sum), Order::Desc),
    );
    let bound = Select {
        group_by: vec![c("n").add(1i64)],
        ..Select::from("t").item(c("n").add(1i64)).item(Expr::count_all())
    };
    show(&mut sheet, "group by an expression with a value", bound.clone());
    show(
        &mut sheet,
        "and ordered by it",
        bound.order_by(c("n").add(1i64), Order::Desc),
    );
    sheet.check("select");
}

#[test]
fn order() {
    let mut sheet = Sheet::default();
    for name in ["n", "price"] {
        for order in [Order::Asc, Order::Desc] {
            show(
                &mut sheet,
                &format!("{name} {order:?}, never NULL"),
                n().order_by(sure(name), order),
            );
            for nulls_first in [None, Some(true), Some(false)] {
                let mut select = n();
                select.order_by.push(OrderBy {
                    expr: c(name),
                    order,
                    nulls_first,
                });
                show(
                    &mut sheet,
                    &format!("{name} {order:?}, NULL first: {nulls_first:?}"),
                    select,
                );
            }
        }
    }
    show(
        &mut sheet,
        "two keys",
        n().order_by(sure("n"), Order::Asc)
            .order_by(sure("name"), Order::Desc),
    );
    show(
        &mut sheet,
        "an expression",
        n().order_by(c("n").mul(2i64), Order::Asc),
    );
    show(
        &mut sheet,
        "distinct",
        Select {
            distinct: true,
            ..n().order_by(c("n"), Order::Desc)
        },
    );
    let sum = || c("price").add(1i64);
    let bound = Select {
        distinct: true,
        ..Select::from("t").item(sum()).order_by(sum(), Order::Desc)
    };
    show(&mut sheet, "distinct expression with a value", bound.clone());
    let mut named = bound;
    named.items[0].alias = Some("more".into());
    show(&mut sheet, "distinct expression with a value and a name", named);
    show(
        &mut sheet,
        "a condition",
        n().order_by(c("n").eq(5i64), Order::Desc),
    );
    sheet.check("select_order");
}

#[test]
fn counted() {
    let mut sheet = Sheet::default();
    let counted = |select: Select| Select {
        counted: true,
        ..select
    };
    show(&mut sheet, "all", counted(n()));
    show(&mut sheet, "filtered", counted(n().filter(c("n").gt(1i64))));
    show(
        &mut sheet,
        "order does not matter",
        counted(n().order_by(c("n"), Order::Desc)),
    );
    show(
        &mut sheet,
        "limited",
        counted(Select {
            offset: Some(1),
            ..n().limit(3).order_by(c("n"), Order::Asc)
        }),
    );
    show(&mut sheet, "same name twice", counted(n().item(c("n")).limit(3)));
    show(
        &mut sheet,
        "distinct, same name twice",
        counted(Select {
            distinct: true,
            ..n().item(c("n")).item(1i64.into())
        }),
    );
    let groups = Select {
        group_by: vec![c("name")],
        having: Some(Expr::count_all().gt(1i64)),
        ..n()
    };
    let groups = Select {
        items: vec![SelectItem {
            expr: c("name"),
            alias: None,
        }],
        ..groups
    };
    show(&mut sheet, "groups", counted(groups));
    show(
        &mut sheet,
        "an aggregate is one row",
        counted(Select::from("t").item(Expr::count_all())),
    );
    show(&mut sheet, "nothing", counted(Select::from("t")));
    sheet.check("select_counted");
}

#[test]
fn locks() {
    let mut sheet = Sheet::default();
    for strength in [LockStrength::Update, LockStrength::Share] {
        for wait in [LockWait::Wait, LockWait::SkipLocked, LockWait::NoWait] {
            let lock = Lock { strength, wait };
            show(&mut sheet, &format!("{strength:?}, {wait:?}"), n().lock(lock));
        }
    }
    let lock = Lock::new(LockStrength::Update);
    let first = n().filter(c("n").gt(1i64)).order_by(c("n"), Order::Asc).limit(3);
    show(&mut sheet, "filter, order and limit", first.lock(lock));
    let distinct = Select {
        distinct: true,
        ..n()
    };
    show(&mut sheet, "distinct", distinct.lock(lock));
    let grouped = Select {
        group_by: vec![c("n")],
        ..n()
    };
    show(&mut sheet, "groups", grouped.lock(lock));
    let aggregate = Select::from("t").item(Expr::count_all());
    show(&mut sheet, "aggregate", aggregate.lock(lock));
    let counted = Select { counted: true, ..n() };
    show(&mut sheet, "counted", counted.lock(lock));
    sheet.check("select_lock");
}

#[test]
fn limit_per_group() {
    let mut sheet = Sheet::default();
    let per = |limit: Option<u64>, offset: Option<u64>| Select {
        limit_per: Some(LimitPer {
            groups: vec![c("big")],
            limit,
            offset,
        }),
        ..n().item(c("price"))
    };
    show(&mut sheet, "limit", per(Some(3), None));
    show(&mut sheet, "limit and offset", per(Some(3), Some(2)));
    show(&mut sheet, "offset", per(None, Some(2)));
    show(
        &mut sheet,
        "beyond everything",
        per(Some(u64::MAX), Some(u64::MAX)),
    );
    let mut ordered = per(Some(3), None).filter(c("n").gt(1i64));
    ordered = ordered.order_by(c("name"), Order::Desc);
    ordered = ordered.order_by(c("price"), Order::Asc);
    ordered = ordered.order_by(c("n").add(7i64), Order::Asc);
    show(&mut sheet, "order", ordered.order_by(sure("big"), Order::Asc));
    let mut two = per(Some(1), None);
    two.from = TableName::new("t").in_schema("main");
    if let Some(per) = &mut two.limit_per {
        per.groups.push(c("small"));
    }
    show(&mut sheet, "two columns, a schema", two);
    let with = |change: fn(&mut Select)| {
        let mut select = per(Some(3), None);
        change(&mut select);
        select
    };
    show(
        &mut sheet,
        "expressions",
        per(Some(3), None).item(Expr::count_all()),
    );
    show(&mut sheet, "distinct", with(|select| select.distinct = true));
    show(&mut sheet, "counted", with(|select| select.counted = true));
    show(&mut sheet, "a limit of all", per(Some(3), None).limit(1));
    show(
        &mut sheet,
        "a lock",
        per(Some(3), None).lock(Lock::new(LockStrength::Update)),
    );
    sheet.check("limit_per_group");
}
