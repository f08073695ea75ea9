//! NULL: in cells, in logic, in groups.

use super::case::Case;
use super::db::{DECIMAL, TEXT, col};
use super::verdict::Verdict;
use manybase_driver::{CellError, Error, Flow, Row};
use manybase_sql::expr::Aggregate;
use manybase_sql::schema::Table;
use manybase_sql::{DataType, Expr, Function, Insert, Order, Select, Value};

const BOOL: DataType = DataType::Bool;
const I64: DataType = DataType::I64;

/// Whatever the getter: no value and no error.
pub(super) async fn every_getter(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("nulls");
    let types = [
        BOOL,
        I64,
        DataType::F64,
        DECIMAL,
        TEXT,
        DataType::Bytes,
        DataType::Date,
        DataType::Timestamp,
    ];
    let mut table = Table::new(name.clone()).column("id", I64).key("id");
    let names = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"];
    for (column, data_type) in names.into_iter().zip(types) {
        table = table.nullable(column, data_type);
    }
    db.run(&table.create()).await?;
    db.run(&Insert::into(name.clone(), ["id"]).row([1i64])).await?;
    let select = names.into_iter().fold(Select::from(name), Select::column);
    let statement = db.statement(&select)?;
    let sink = super::value::EachRow(|row: &dyn Row| {
        assert_eq!(row.len(), 8);
        for i in 0..8 {
            assert!(row.is_null(i), "cell {i}");
            let all_none = row.bool(i)?.is_none()
                && row.i64(i)?.is_none()
                && row.u64(i)?.is_none()
                && row.f64(i)?.is_none()
                && row.decimal(i)?.is_none()
                && row.str(i)?.is_none()
                && row.bytes(i)?.is_none()
                && row.date(i)?.is_none()
                && row.time(i)?.is_none()
                && row.date_time(i)?.is_none()
                && row.timestamp(i)?.is_none()
                && row.uuid(i)?.is_none()
                && row.json(i)?.is_none();
            assert!(all_none, "cell {i} is NULL and yet a value");
        }
        assert!(row.is_null(8), "a cell beyond the last counts as NULL");
        assert_eq!(row.i64(8), Err(Box::new(CellError::Missing)));
        assert_eq!(row.str(800), Err(Box::new(CellError::Missing)));
        Ok::<_, Error>(Flow::Continue)
    });
    db.session.query(statement, sink).await?;
    Ok(())
}

fn as_bool(value: Option<bool>) -> Value {
    value.into()
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// AND, OR and NOT with TRUE, FALSE and NULL, as results and as conditions.
pub(super) async fn three_valued_logic(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("logic");
    db.table(&name, &[("id", I64), ("a", BOOL), ("b", BOOL)]).await?;
    let values = [Some(true), Some(false), None];
    let mut pairs = Vec::new();
    let mut insert = Insert::into(name.clone(), ["id", "a", "b"]);
    for a in values {
        for b in values {
            insert = insert.row([(pairs.len() as i64).into(), as_bool(a), as_bool(b)]);
            pairs.push((a, b));
        }
    }
    db.run(&insert).await?;
    let (a, b) = (|| col("a", BOOL), || col("b", BOOL));
    type Oracle = fn(Option<bool>, Option<bool>) -> Option<bool>;
    let forms: [(&str, Expr, Oracle); 9] = [
        ("a AND b", a().and(b()), and),
        ("a OR b", a().or(b()), |a, b| {
            and(a.map(|a| !a), b.map(|b| !b)).map(|v| !v)
        }),
        ("NOT a", a().not(), |a, _| a.map(|a| !a)),
        ("a = b", a().eq(b()), |a, b| Some(a? == b?)),
        ("a <> b", a().ne(b()), |a, b| Some(a? != b?)),
        ("a IS NULL", a().is_null(), |a, _| Some(a.is_none())),
        ("b IS NOT NULL", b().is_not_null(), |_, b| Some(b.is_some())),
        ("NOT (a AND b)", a().and(b()).not(), |a, b| and(a, b).map(|v| !v)),
        ("a = TRUE AND NOT b", a().eq(true).and(b().not()), |a, b| {
            and(a, b.map(|b| !b))
        }),
    ];
    let by_id = |select: Select| select.order_by(Expr::typed_column("id", I64, false), Order::Asc);
    for (form, expr, oracle) in forms {
        let expected = Vec::from_iter(pairs.iter().map(|(a, b)| oracle(*a, *b)));
        let select = by_id(Select::from(name.clone()).item(expr.clone()));
        let got = db.column(&select, BOOL).await?;
        assert_eq!(
            got,
            Vec::from_iter(expected.iter().copied().map(as_bool)),
            "{form} as a result"
        );
        for (what, condition, wanted) in [("", expr.clone(), Some(true)), ("NOT ", expr.not(), Some(false))] {
            let select = by_id(Select::from(name.clone()).column("id").filter(condition));
            let ids = expected.iter().zip(0i64..).filter(|(v, _)| **v == wanted);
            let ids = Vec::from_iter(ids.map(|(_, id)| Value::I64(id)));
            assert_eq!(
                db.column(&select, I64).await?,
                ids,
                "{what}({form}) as a condition"
            );
        }
    }
    Ok(())
}

/// A comparison with NULL is neither true nor false, and so is membership in a list that has a NULL.
pub(super) async fn comparisons_and_lists(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("compare");
    db.table(&name, &[("id", I64), ("n", I64)]).await?;
    let insert = Insert::into(name.clone(), ["id", "n"]);
    db.run(
        &insert
            .row([Some(1i64), Some(10)])
            .row([Some(2), Some(20)])
            .row([Some(3), None]),
    )
    .await?;
    let n = || col("n", I64);
    let long = |extra: Option<i64>| {
        let filler = (100..100 + db.dialect.capability().list_bind_from as i64 + 10).map(Some);
        Vec::from_iter(filler.chain([Some(10), extra]))
    };
    let long_null = long(None);
    let forms: Vec<(&str, Expr, &[i64])> = vec![
        ("n = 10", n().eq(10i64), &[1]),
        ("n <> 10", n().ne(10i64), &[2]),
        ("n = NULL", n().eq(Value::Null), &[]),
        ("n <> NULL", n().ne(Value::Null), &[]),
        ("NOT (n > 10)", n().gt(10i64).not(), &[1]),
        ("n BETWEEN 10 AND NULL", n().between(10i64, Value::Null), &[]),
        ("n IN (10, NULL)", n().in_list([Some(10i64), None]), &[1]),
        ("n NOT IN (10, NULL)", n().not_in_list([Some(10i64), None]), &[]),
        ("n NOT IN (10)", n().not_in_list([10i64]), &[2]),
        ("n IN ()", n().in_list(Vec::<i64>::new()), &[]),
        ("n NOT IN ()", n().not_in_list(Vec::<i64>::new()), &[1, 2, 3]),
        ("n IN (long, NULL)", n().in_list(long_null.clone()), &[1]),
        ("n NOT IN (long, NULL)", n().not_in_list(long_null), &[]),
        ("n NOT IN (long)", n().not_in_list(long(Some(11))), &[2]),
        (
            "COALESCE(n, 5) = 5",
            Expr::call(Function::Coalesce, [n(), 5i64.into()]).eq(5i64),
            &[3],
        ),
        (
            "NULLIF(n, 10) IS NULL",
            Expr::call(Function::NullIf, [n(), 10i64.into()]).is_null(),
            &[1, 3],
        ),
    ];
    for (form, condition, expected) in forms {
        let select = Select::from(name.clone())
            .column("id")
            .filter(condition)
            .order_by(Expr::typed_column("id", I64, false), Order::Asc);
        let got = db.column(&select, I64).await?;
        assert_eq!(
            got,
            Vec::from_iter(expected.iter().map(|id| Value::I64(*id))),
            "{form}"
        );
    }
    Ok(())
}

/// Aggregates pass over NULL; NULLs are one group, one distinct value, and many values of a unique column.
pub(super) async fn groups(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("groups");
    let table = Table::new(name.clone()).column("id", I64).key("id");
    let table = table.nullable("n", I64).nullable("u", I64).unique(["u"]);
    db.run(&table.create()).await?;
    let rows = [
        (1i64, None, None),
        (2, None, None),
        (3, Some(5i64), Some(1i64)),
        (4, Some(5), None),
    ];
    let insert = Insert::into(name.clone(), ["id", "n", "u"]);
    let insert = rows
        .iter()
        .fold(insert, |insert, (id, n, u)| insert.row([Some(*id), *n, *u]));
    db.run(&insert).await?;

    let n = || col("n", I64);
    let count_n = Expr::Aggregate {
        function: Aggregate::Count,
        argument: Some(Box::new(n())),
        distinct: false,
    };
    let count_distinct = Expr::Aggregate {
        function: Aggregate::Count,
        argument: Some(Box::new(n())),
        distinct: true,
    };
    let select = Select::from(name.clone())
        .item(Expr::count_all())
        .item(count_n)
        .item(count_distinct)
        .item(n().aggregate(Aggregate::Sum))
        .item(n().aggregate(Aggregate::Min));
    let got = db.rows(&select, &[I64; 5]).await?;
    assert_eq!(got, [[4i64, 2, 1, 10, 5].map(Value::I64).to_vec()]);

    let nothing = select.filter(Expr::typed_column("id", I64, false).gt(99i64));
    let got = db.rows(&nothing, &[I64; 5]).await?;
    let zero = Value::I64(0);
    assert_eq!(
        got,
        [[zero.clone(), zero.clone(), zero, Value::Null, Value::Null].to_vec()],
        "of no rows"
    );

    let grouped = Select::from(name.clone())
        .item(n())
        .item(Expr::count_all())
        .order_by(n(), Order::Asc);
    let grouped = Select {
        group_by: vec![n()],
        ..grouped
    };
    let expected = [
        vec![Value::Null, Value::I64(2)],
        vec![Value::I64(5), Value::I64(2)],
    ];
    assert_eq!(db.rows(&grouped, &[I64, I64]).await?, expected);

    let distinct = Select {
        distinct: true,
        ..Select::from(name).item(n()).order_by(n(), Order::Desc)
    };
    assert_eq!(db.column(&distinct, I64).await?, [Value::I64(5), Value::Null]);
    Ok(())
}
