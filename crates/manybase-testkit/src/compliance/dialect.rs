//! Clauses and functions mean the same on every database: order, limits, groups, conditions, dates.

use super::case::Case;
use super::db::{DECIMAL, Db, TEXT, col};
use super::verdict::Verdict;
use manybase_sql::expr::Aggregate;
use manybase_sql::{DataType, Expr, Function, Insert, Order, OrderBy, Select, Value};
use rust_decimal::Decimal;

const I64: DataType = DataType::I64;

/// id, n (with NULLs and repeats), t (text), d (decimal).
pub(super) async fn sample(case: &Case) -> Verdict<(Db, String)> {
    let mut db = case.db().await?;
    let name = case.table("sample");
    db.table(&name, &[("id", I64), ("n", I64), ("t", TEXT), ("d", DECIMAL)])
        .await?;
    type Line = (i64, Option<i64>, Option<&'static str>, Option<Decimal>);
    let rows: [Line; 6] = [
        (1, Some(10), Some("b"), Some(Decimal::new(95, 1))),
        (2, None, Some("B"), Some(Decimal::new(1000, 2))),
        (3, Some(-5), None, Some(Decimal::new(-105, 1))),
        (4, Some(10), Some("a"), None),
        (5, None, Some("ä"), Some(Decimal::new(95, 1))),
        (6, Some(7), Some("b "), Some(Decimal::new(2, 0))),
    ];
    let insert = rows.into_iter().fold(
        Insert::into(name.clone(), ["id", "n", "t", "d"]),
        |insert, row| {
            insert.row([
                row.0.into(),
                Value::from(row.1),
                row.2.map(str::to_owned).into(),
                row.3.into(),
            ])
        },
    );
    db.run(&insert).await?;
    Ok((db, name))
}

pub(super) fn id() -> Expr {
    Expr::typed_column("id", I64, false)
}

pub(super) fn ids(wanted: &[i64]) -> Vec<Value> {
    wanted.iter().map(|id| Value::I64(*id)).collect()
}

pub(super) async fn null_is_least_in_order(case: Case) -> Verdict {
    let (mut db, name) = sample(&case).await?;
    let forms: [(Order, Option<bool>, &[i64]); 6] = [
        (Order::Asc, None, &[2, 5, 3, 6, 1, 4]),
        (Order::Desc, None, &[1, 4, 6, 3, 2, 5]),
        (Order::Asc, Some(true), &[2, 5, 3, 6, 1, 4]),
        (Order::Asc, Some(false), &[3, 6, 1, 4, 2, 5]),
        (Order::Desc, Some(true), &[2, 5, 1, 4, 6, 3]),
        (Order::Desc, Some(false), &[1, 4, 6, 3, 2, 5]),
    ];
    for (order, nulls_first, expected) in forms {
        let mut select = Select::from(name.clone()).column("id");
        select.order_by.push(OrderBy {
            expr: col("n", I64),
            order,
            nulls_first,
        });
        let select = select.order_by(id(), Order::Asc);
        assert_eq!(
            db.column(&select, I64).await?,
            ids(expected),
            "{order:?}, nulls first {nulls_first:?}"
        );
    }
    Ok(())
}

pub(super) async fn order_of_decimals_is_by_number(case: Case) -> Verdict {
    let (mut db, name) = sample(&case).await?;
    let select = Select::from(name.clone())
        .column("id")
        .order_by(col("d", DECIMAL), Order::Asc);
    let select = select.order_by(id(), Order::Desc);
    assert_eq!(db.column(&select, I64).await?, ids(&[4, 3, 6, 5, 1, 2]));
    let by_expression = Select::from(name)
        .column("id")
        .filter(col("d", DECIMAL).is_not_null());
    let by_expression = by_expression
        .order_by(col("d", DECIMAL).neg(), Order::Asc)
        .order_by(id(), Order::Asc);
    assert_eq!(db.column(&by_expression, I64).await?, ids(&[2, 1, 5, 6, 3]));
    Ok(())
}

pub(super) async fn limit_and_offset(case: Case) -> Verdict {
    let (mut db, name) = sample(&case).await?;
    let forms: [(Option<u64>, Option<u64>, &[i64]); 9] = [
        (None, None, &[1, 2, 3, 4, 5, 6]),
        (Some(2), None, &[1, 2]),
        (Some(0), None, &[]),
        (None, Some(4), &[5, 6]),
        (None, Some(0), &[1, 2, 3, 4, 5, 6]),
        (Some(2), Some(3), &[4, 5]),
        (Some(100), Some(5), &[6]),
        (Some(u64::MAX), Some(99), &[]),
        (Some(u64::MAX), None, &[1, 2, 3, 4, 5, 6]),
    ];
    for (limit, offset, expected) in forms {
        let select = Select::from(name.clone()).column("id").order_by(id(), Order::Asc);
        let select = Select {
            limit,
            offset,
            ..select
        };
        assert_eq!(
            db.column(&select, I64).await?,
            ids(expected),
            "limit {limit:?} offset {offset:?}"
        );
        let counted = Select {
            counted: true,
            ..select
        };
        assert_eq!(
            db.cell(&counted, I64).await?,
            Value::I64(expected.len() as i64),
            "counted"
        );
    }
    Ok(())
}

pub(super) async fn distinct_rows(case: Case) -> Verdict {
    let (mut db, name) = sample(&case).await?;
    let select = Select {
        distinct: true,
        ..Select::from(name.clone())
    };
    let numbers = select
        .clone()
        .item(col("n", I64))
        .order_by(col("n", I64), Order::Asc);
    let expected = [Value::Null, Value::I64(-5), Value::I64(7), Value::I64(10)];
    assert_eq!(db.column(&numbers, I64).await?, expected);
    let texts = select.clone().item(col("t", TEXT));
    assert_eq!(
        db.column(&texts, TEXT).await?.len(),
        6,
        "texts that differ in case or spaces are not the same"
    );
    let decimals = Select {
        counted: true,
        ..select.item(col("d", DECIMAL))
    };
    assert_eq!(db.cell(&decimals, I64).await?, Value::I64(5));
    Ok(())
}

pub(super) async fn groups_and_having(case: Case) -> Verdict {
    let (mut db, name) = sample(&case).await?;
    let select = Select::from(name.clone())
        .item(col("n", I64))
        .item(Expr::count_all())
        .item(id().aggregate(Aggregate::Max))
        .order_by(Expr::count_all(), Order::Desc)
        .order_by(col("n", I64), Order::Asc);
    let having = Some(
        Expr::count_all()
            .ge(2i64)
            .or(col("n", I64).aggregate(Aggregate::Min).eq(7i64)),
    );
    let select = Select {
        group_by: vec![col("n", I64)],
        having,
        ..select
    };
    let expected = [
        [None, Some(2), Some(5)],
        [Some(10), Some(2), Some(4)],
        [Some(7), Some(1), Some(6)],
    ];
    let expected = expected.map(|row| row.map(|n: Option<i64>| Value::from(n)).to_vec());
    assert_eq!(db.rows(&select, &[I64; 3]).await?, expected);

    let grouped = Select::from(name)
        .item(col("d", DECIMAL))
        .item(Expr::count_all())
        .order_by(col("d", DECIMAL), Order::Asc);
    let grouped = Select {
        group_by: vec![col("d", DECIMAL)],
        ..grouped
    };
    let counts = db.rows(&grouped, &[DECIMAL, I64]).await?;
    assert_eq!(
        Vec::from_iter(counts.iter().map(|row| row[1].clone())),
        ids(&[1, 1, 1, 2, 1])
    );
    Ok(())
}

pub(super) async fn case_and_coalesce(case: Case) -> Verdict {
    let (mut db, name) = sample(&case).await?;
    let sized = |otherwise: Option<Expr>| Expr::Case {
        branches: vec![
            (col("n", I64).gt(8i64), "big".into()),
            (col("n", I64).lt(0i64), "small".into()),
        ],
        otherwise: otherwise.map(Box::new),
    };
    let select = Select::from(name.clone())
        .item(sized(None))
        .order_by(id(), Order::Asc);
    let with_else = select.clone().item(sized(Some("other".into())));
    let with_else = with_else.item(Expr::call(
        Function::Coalesce,
        [col("n", I64), col("id", I64), 0i64.into()],
    ));
    let got = db.rows(&with_else, &[TEXT, TEXT, I64]).await?;
    let row = |a: Option<&str>, b: &str, c: i64| vec![a.map(str::to_owned).into(), b.into(), c.into()];
    let expected = [
        row(Some("big"), "big", 10),
        row(None, "other", 2),
        row(Some("small"), "small", -5),
        row(Some("big"), "big", 10),
        row(None, "other", 5),
        row(None, "other", 7),
    ];
    assert_eq!(got, expected);
    let numbers = Expr::Case {
        branches: vec![(col("t", TEXT).is_null(), Decimal::new(15, 1).into())],
        otherwise: Some(Box::new(col("d", DECIMAL))),
    };
    let select = Select::from(name)
        .item(numbers)
        .filter(id().in_list([1i64, 3]))
        .order_by(id(), Order::Asc);
    assert_eq!(
        db.column(&select, DECIMAL).await?,
        [Decimal::new(95, 1), Decimal::new(15, 1)].map(Value::from)
    );
    Ok(())
}

/// Between includes both ends, for every type that has an order.
pub(super) async fn between_includes_both_ends(case: Case) -> Verdict {
    let (mut db, name) = sample(&case).await?;
    let decimal = |n: i64, scale| Expr::from(Decimal::new(n, scale));
    let forms: [(&str, Expr, &[i64]); 7] = [
        ("n", col("n", I64).between(-5i64, 7i64), &[3, 6]),
        ("n, upside down", col("n", I64).between(7i64, -5i64), &[]),
        ("NOT n", col("n", I64).between(-5i64, 7i64).not(), &[1, 4]),
        (
            "d",
            col("d", DECIMAL).between(decimal(2, 0), decimal(95, 1)),
            &[1, 5, 6],
        ),
        (
            "d, with zeros",
            col("d", DECIMAL).between(decimal(950, 2), decimal(1_000_000, 5)),
            &[1, 2, 5],
        ),
        (
            "a value between columns",
            Expr::from(8i64).between(id(), col("n", I64)),
            &[1, 4],
        ),
        (
            "two at once",
            id().between(2i64, 5i64)
                .and(col("t", TEXT).eq("a").or(id().between(3i64, 3i64))),
            &[3, 4],
        ),
    ];
    for (form, condition, expected) in forms {
        let select = Select::from(name.clone())
            .column("id")
            .filter(condition)
            .order_by(id(), Order::Asc);
        assert_eq!(db.column(&select, I64).await?, ids(expected), "{form}");
    }
    Ok(())
}
