//! Queries of several tables.

use crate::columns::{PRICE, c};
use crate::sheet::Sheet;
use manybase_sql::expr::Aggregate;
use manybase_sql::{
    Body, Cte, DataType, Delete, Expr, Join, JoinKind, Lock, LockStrength, LockWait, Order, OrderBy, Select,
    SelectItem, SetOp, Source, SourceRows, TableName, Update,
};

fn show(sheet: &mut Sheet, title: &str, select: Select) {
    sheet.add(title, |dialect| select.render(dialect));
}

fn of(table: &'static str, name: &'static str) -> Expr {
    c(name).of_table(table)
}

fn joined(kind: JoinKind) -> Select {
    let on = of("t", "big").eq(of("u", "big"));
    with(
        Select::from("t").item(of("t", "n")).item(of("u", "name")),
        kind,
        Source::table("u"),
        Some(on),
    )
}

fn with(mut select: Select, kind: JoinKind, source: Source, on: Option<Expr>) -> Select {
    select.tables_mut().joins.push(Join { kind, source, on });
    select
}

fn derived(body: impl Into<Body>, alias: &'static str) -> Source {
    Source::of(SourceRows::Query(Box::new(body.into()))).alias(alias)
}

#[test]
fn joins() {
    let mut sheet = Sheet::default();
    show(&mut sheet, "inner", joined(JoinKind::Inner));
    show(&mut sheet, "left", joined(JoinKind::Left));
    show(&mut sheet, "right", joined(JoinKind::Right));
    show(&mut sheet, "full", joined(JoinKind::Full));
    let n = || Select::from("t").item(c("n"));
    show(
        &mut sheet,
        "cross",
        with(n(), JoinKind::Cross, Source::table("u"), None),
    );
    show(
        &mut sheet,
        "cross with a condition",
        with(n(), JoinKind::Cross, Source::table("u"), Some(c("n").eq(1i64))),
    );
    show(
        &mut sheet,
        "without a condition",
        with(n(), JoinKind::Left, Source::table("u"), None),
    );
    let clauses = joined(JoinKind::Left)
        .filter(
            of("u", "price")
                .gt(manybase_sql::Value::Decimal("1.50".parse().unwrap()))
                .and(c("n").gt(3i64)),
        )
        .order_by(of("u", "name"), Order::Asc)
        .order_by(of("t", "price"), Order::Desc)
        .limit(3);
    show(
        &mut sheet,
        "all clauses, and columns of no table are the first one's",
        clauses.clone(),
    );
    show(
        &mut sheet,
        "counted",
        Select {
            counted: true,
            ..clauses
        },
    );
    show(
        &mut sheet,
        "grouped",
        Select {
            group_by: vec![of("u", "name")],
            items: vec![
                SelectItem {
                    expr: of("u", "name"),
                    alias: None,
                },
                SelectItem {
                    expr: of("t", "price").aggregate(Aggregate::Sum),
                    alias: Some("total".into()),
                },
            ],
            ..joined(JoinKind::Inner)
        },
    );
    let sum = of("t", "n").add(1i64);
    let by_value = Select {
        items: vec![SelectItem {
            expr: sum.clone(),
            alias: None,
        }],
        distinct: true,
        ..joined(JoinKind::Inner)
    };
    show(
        &mut sheet,
        "ordered by an expression with a value",
        by_value.order_by(sum, Order::Asc),
    );
    let chief = of("t", "small").eq(of("m", "n"));
    let selves = Select::from("t").item(of("t", "name")).item(of("m", "name"));
    show(
        &mut sheet,
        "a table with itself",
        with(
            selves.clone(),
            JoinKind::Left,
            Source::table("t").alias("m"),
            Some(chief.clone()),
        ),
    );
    show(
        &mut sheet,
        "a table with itself, without an alias",
        with(selves.clone(), JoinKind::Inner, Source::table("t"), Some(chief)),
    );
    show(
        &mut sheet,
        "a column of a table that is not there",
        selves.filter(of("x", "n").eq(1i64)),
    );
    let schema = Source::table(TableName::new("u").in_schema("main"));
    show(
        &mut sheet,
        "schema",
        with(
            Select::from("t").item(of("u", "n")),
            JoinKind::Cross,
            schema,
            None,
        ),
    );
    let mut aliased = Select::from("t").item(of("e", "n")).filter(of("e", "n").gt(1i64));
    aliased.tables_mut().main = Some(Source::table("t").alias("e"));
    show(&mut sheet, "one table with an alias", aliased);
    for (title, wait) in [
        ("locked", LockWait::Wait),
        ("locked, skipping", LockWait::SkipLocked),
    ] {
        let lock = Lock {
            strength: LockStrength::Update,
            wait,
        };
        show(&mut sheet, title, joined(JoinKind::Left).lock(lock));
    }
    let top = Select::from("u")
        .item(of("u", "n"))
        .filter(of("u", "big").eq(of("t", "big")))
        .order_by(of("u", "n"), Order::Desc)
        .limit(3);
    let mut lateral = derived(top.clone(), "top");
    lateral.lateral = true;
    let select = || {
        Select::from("t")
            .item(of("t", "n"))
            .item(Expr::qualified("top", "n"))
    };
    show(
        &mut sheet,
        "lateral",
        with(select(), JoinKind::Left, lateral, None),
    );
    show(
        &mut sheet,
        "derived, looking outside",
        with(select(), JoinKind::Left, derived(top, "top"), None),
    );
    sheet.check("joins");
}

#[test]
fn subqueries() {
    let mut sheet = Sheet::default();
    let inner = || Select::from("u").item(of("u", "n"));
    let outer = || Select::from("t").item(c("name"));
    show(
        &mut sheet,
        "in",
        outer().filter(c("n").in_query(inner().filter(of("u", "big").gt(5i64)))),
    );
    show(
        &mut sheet,
        "in, limited",
        outer().filter(c("n").in_query(inner().limit(3)).and(c("big").gt(1i64))),
    );
    show(
        &mut sheet,
        "in, with two columns",
        outer().filter(c("n").in_query(inner().item(c("name")))),
    );
    let linked = || Select::from("u").filter(of("u", "big").eq(of("t", "big")));
    show(
        &mut sheet,
        "exists, and values in order",
        outer()
            .filter(c("n").gt(7i64))
            .filter(Expr::exists(linked().filter(of("u", "n").eq(8i64))))
            .filter(c("n").lt(9i64)),
    );
    show(
        &mut sheet,
        "not exists",
        outer().filter(Expr::exists(linked()).not().or(c("n").eq(1i64))),
    );
    let total = Select::from("u")
        .item(of("u", "price").aggregate(Aggregate::Sum))
        .filter(of("u", "big").eq(of("t", "big")));
    show(
        &mut sheet,
        "scalar, selected",
        outer().item(Expr::Subquery(Box::new(total.clone()))),
    );
    show(
        &mut sheet,
        "scalar, compared",
        outer().filter(c("price").lt(Expr::Subquery(Box::new(total.clone())))),
    );
    show(
        &mut sheet,
        "scalar, ordered by",
        outer().order_by(Expr::Subquery(Box::new(total.clone())), Order::Desc),
    );
    show(
        &mut sheet,
        "scalar of many rows",
        outer().item(Expr::Subquery(Box::new(inner()))),
    );
    show(
        &mut sheet,
        "the same table without an alias",
        outer().filter(Expr::exists(Select::from("t"))),
    );
    let mut other = Select::from("t")
        .item(of("o", "n"))
        .filter(of("o", "big").eq(of("t", "big")));
    other.tables_mut().main = Some(Source::table("t").alias("o"));
    show(
        &mut sheet,
        "the same table with an alias",
        outer().filter(c("n").in_query(other.clone())),
    );
    let deep = linked().filter(Expr::exists(
        Select::from("v").filter(of("v", "n").eq(of("t", "n"))),
    ));
    show(&mut sheet, "two deep", outer().filter(Expr::exists(deep)));
    let delete = Delete::from("t").filter(Expr::exists(linked()));
    sheet.add("delete", |dialect| delete.render(dialect));
    let own = Delete::from("t").filter(c("n").in_query(other));
    sheet.add("delete, reading its own table", |dialect| own.render(dialect));
    let update = Update::table("t")
        .set("price", Expr::Subquery(Box::new(total)))
        .filter(c("n").eq(3i64));
    sheet.add("update", |dialect| update.render(dialect));
    let reading = Update::table("t")
        .set(
            "n",
            Expr::Subquery(Box::new(
                inner().filter(of("u", "big").eq(of("t", "big"))).limit(1),
            )),
        )
        .set("big", 1i64);
    sheet.add("update of a column that a subquery reads", |dialect| {
        reading.render(dialect)
    });
    sheet.check("subqueries");
}

#[test]
fn set_operations() {
    let mut sheet = Sheet::default();
    let one = |table: &'static str| Body::from(Select::from(table).item(c("n")));
    for op in [SetOp::Union, SetOp::UnionAll, SetOp::Intersect, SetOp::Except] {
        let both = one("t").with(op, one("u"));
        sheet.add(op.as_sql(), |dialect| both.render(dialect));
    }
    let chain = one("t").with(SetOp::Union, one("u")).with(SetOp::Union, one("v"));
    sheet.add("chain", |dialect| chain.render(dialect));
    let mixed = one("t")
        .with(SetOp::Union, one("u").with(SetOp::Except, one("v")))
        .with(SetOp::Intersect, one("w"));
    sheet.add("mixed", |dialect| mixed.render(dialect));
    let limited = Body::from(Select::from("t").item(c("n")).limit(3)).with(SetOp::UnionAll, one("u"));
    sheet.add("limited member", |dialect| limited.render(dialect));
    let whole = Select {
        items: vec![SelectItem {
            expr: Expr::typed_column("n", DataType::I32, true),
            alias: None,
        }],
        order_by: vec![OrderBy {
            expr: Expr::typed_column("n", DataType::I32, true),
            order: Order::Desc,
            nulls_first: Some(true),
        }]
        .into(),
        limit: Some(5),
        ..Select::from("united")
    };
    let mut whole = whole;
    whole.tables_mut().main = Some(derived(chain, "united"));
    show(&mut sheet, "ordered as a whole", whole.clone());
    show(
        &mut sheet,
        "counted",
        Select {
            counted: true,
            ..whole
        },
    );
    sheet.check("set_operations");
}

#[test]
fn common_table_expressions() {
    let mut sheet = Sheet::default();
    let plain = Cte {
        name: "large".into(),
        columns: vec!["c1".into()],
        body: Select::from("t")
            .item(c("n"))
            .filter(c("price").gt(100i64))
            .into(),
        recursive: false,
    };
    let mut select = Select::from("large")
        .item(Expr::qualified("large", "c1"))
        .filter(Expr::qualified("large", "c1").lt(3i64));
    select.tables_mut().main = Some(Source::of(SourceRows::Cte("large".into())));
    select.tables_mut().with.push(plain.clone());
    show(&mut sheet, "plain", select.clone());
    select.tables_mut().joins.push(Join {
        kind: JoinKind::Inner,
        source: Source::table("u"),
        on: Some(of("u", "n").eq(Expr::qualified("large", "c1"))),
    });
    show(&mut sheet, "joined", select.clone());
    show(
        &mut sheet,
        "counted",
        Select {
            counted: true,
            ..select
        },
    );
    let step = with(
        Select::from("t")
            .item(of("t", "n"))
            .item(of("t", "price").add(Expr::typed_column("c2", PRICE, true).of_table("tree"))),
        JoinKind::Inner,
        Source::of(SourceRows::Cte("tree".into())),
        Some(of("t", "small").eq(Expr::typed_column("c1", DataType::I32, false).of_table("tree"))),
    );
    let start = Select::from("t")
        .item(c("n"))
        .item(c("price"))
        .filter(c("n").eq(1i64));
    let recursive = |body: Body| {
        let mut select = Select::from("tree").item(Expr::qualified("tree", "c1"));
        select.tables_mut().main = Some(Source::of(SourceRows::Cte("tree".into())));
        let columns = vec!["c1".into(), "c2".into()];
        select.tables_mut().with.push(Cte {
            name: "tree".into(),
            columns,
            body,
            recursive: true,
        });
        select
    };
    let tree = Body::from(start.clone()).with(SetOp::UnionAll, step.clone().into());
    show(&mut sheet, "recursive", recursive(tree));
    show(
        &mut sheet,
        "recursive, without a step",
        recursive(start.clone().into()),
    );
    show(
        &mut sheet,
        "recursive, with a limit",
        recursive(Body::from(start).with(SetOp::UnionAll, step.limit(3).into())),
    );
    sheet.check("common_table_expressions");
}
