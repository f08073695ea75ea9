//! Bound values: lists of any length, as many values as the database takes, placeholders that match.

use super::case::Case;
use super::db::{DECIMAL, Db, TEXT};
use super::verdict::{Verdict, refused};
use chrono::{Days, NaiveDate};
use manybase_driver::{Access, ErrorKind, Statement};
use manybase_sql::{DataType, Expr, Insert, ListBind, Order, Select, Value};
use rust_decimal::Decimal;
use uuid::Uuid;

const I64: DataType = DataType::I64;

/// More than any of the databases takes as placeholders.
const MANY: usize = 70_000;

/// The nth value of a column; different for each n.
type Nth = fn(u64) -> Value;

fn integer(n: u64) -> Value {
    Value::I64(n as i64 * 3 - 60_000)
}

fn text(n: u64) -> Value {
    format!("t{n} ä'\"\\😀").into()
}

fn decimal(n: u64) -> Value {
    // With trailing zeros now and then: 1.50 is 1.5.
    Decimal::new(n as i64 * 25 - 5_000, 2 + (n % 3) as u32).into()
}

fn uuid(n: u64) -> Value {
    Uuid::from_u128(u128::from(n) << 64 | u128::from(n)).into()
}

fn bytes(n: u64) -> Value {
    [&[0, 0xFF][..], &n.to_be_bytes()].concat().into()
}

fn float(n: u64) -> Value {
    (n as f64 * 0.1).into()
}

fn day(n: u64) -> Value {
    NaiveDate::default().checked_add_days(Days::new(n)).into()
}

fn instant(n: u64) -> Value {
    let at = chrono::DateTime::from_timestamp_micros(n as i64 * 1_000_001);
    at.into()
}

/// Ten rows among whose values every other is in the list.
async fn lists(case: Case, data_type: DataType, nth: Nth, sizes: &[usize]) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("lists");
    db.table(&name, &[("id", I64), ("v", data_type)]).await?;
    for id in 0..10u64 {
        let row = Insert::into(name.clone(), ["id", "v"]).row([(id as i64).into(), nth(id)]);
        db.run(&row).await?;
    }
    for size in sizes {
        // The even ones of the first ten, then values that are in no row.
        let wanted = (0..10).filter(|n| n % 2 == 0).chain(10..);
        let list = Vec::from_iter(wanted.take(*size).map(nth));
        let found = [0, 2, 4, 6, 8].into_iter().take(*size).collect::<Vec<i64>>();
        let others = (0..10).filter(|id| !found.contains(id)).collect::<Vec<i64>>();
        let column = || Expr::typed_column("v", data_type, true);
        for (what, condition, ids) in [
            ("IN", column().in_list(list.clone()), &found),
            ("NOT IN", column().not_in_list(list.clone()), &others),
        ] {
            let select = Select::from(name.clone())
                .column("id")
                .filter(condition)
                .order_by(Expr::typed_column("id", I64, false), Order::Asc);
            let rendered = select.render(db.dialect);
            if let Err(error @ manybase_sql::Error::TooManyParameters { .. }) = rendered {
                assert!(
                    *size > db.dialect.capability().max_parameters,
                    "{size} values: {error}"
                );
                case.without(
                    &db,
                    &format!("list of {size} values of {data_type:?} (a typed error says so)"),
                );
                continue;
            }
            let got = db.column(&select, I64).await?;
            let expected = Vec::from_iter(ids.iter().map(|id| Value::I64(*id)));
            assert_eq!(got, expected, "{what} {size} values of {data_type:?}");
        }
    }
    Ok(())
}

const SOME: &[usize] = &[0, 1, 2, 5, 199, 200, 201, 999, 1_000, 1_001, 3_000];

pub(super) async fn lists_of_integers(case: Case) -> Verdict {
    lists(case, I64, integer, &[SOME, &[32_767, 65_536, MANY]].concat()).await
}

pub(super) async fn lists_of_small_integers(case: Case) -> Verdict {
    lists(case, DataType::I16, |n| Value::I64(n as i64), &[1, 5, 300, 1_500]).await
}

pub(super) async fn lists_of_texts(case: Case) -> Verdict {
    lists(case, TEXT, text, &[SOME, &[MANY]].concat()).await
}

pub(super) async fn lists_of_decimals(case: Case) -> Verdict {
    lists(case, DECIMAL, decimal, &[SOME, &[MANY]].concat()).await
}

pub(super) async fn lists_of_uuids(case: Case) -> Verdict {
    lists(case, DataType::Uuid, uuid, &[SOME, &[MANY]].concat()).await
}

pub(super) async fn lists_of_bytes(case: Case) -> Verdict {
    lists(case, DataType::Bytes, bytes, &[SOME, &[MANY]].concat()).await
}

pub(super) async fn lists_of_floats(case: Case) -> Verdict {
    lists(case, DataType::F64, float, SOME).await
}

pub(super) async fn lists_of_days(case: Case) -> Verdict {
    lists(case, DataType::Date, day, &[0, 1, 5, 300, 1_500, MANY]).await
}

pub(super) async fn lists_of_instants(case: Case) -> Verdict {
    lists(case, DataType::Timestamp, instant, &[0, 1, 5, 300, 1_500]).await
}

pub(super) async fn lists_of_booleans(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("bools");
    db.table(&name, &[("id", I64), ("v", DataType::Bool)]).await?;
    let insert = Insert::into(name.clone(), ["id", "v"]);
    db.run(
        &insert
            .row([1i64.into(), Value::Bool(true)])
            .row([2i64.into(), Value::Bool(false)]),
    )
    .await?;
    for size in [1, 2_000] {
        let list = vec![true; size];
        let condition = Expr::typed_column("v", DataType::Bool, true).in_list(list);
        let select = Select::from(name.clone()).column("id").filter(condition);
        assert_eq!(db.column(&select, I64).await?, [Value::I64(1)]);
    }
    Ok(())
}

/// A column whose type nobody told, as in raw conditions.
pub(super) async fn lists_for_a_column_of_unknown_type(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("unknown");
    db.table(&name, &[("id", I64), ("v", TEXT)]).await?;
    db.run(&Insert::into(name.clone(), ["id", "v"]).row([7i64.into(), Value::from("seven")]))
        .await?;
    for size in [3, 3_000] {
        let ids = Expr::column("id").in_list(5..5 + size);
        let texts = Expr::column("v").in_list((0..size).map(|n| format!("x{n}")).chain(["seven".into()]));
        let select = Select::from(name.clone()).column("id").filter(ids).filter(texts);
        assert_eq!(db.column(&select, I64).await?, [Value::I64(7)], "{size}");
    }
    Ok(())
}

/// As many values as the database takes go through; one more is a typed error that sends nothing.
pub(super) async fn as_many_values_as_the_limit(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("limit");
    db.table(&name, &[("id", I64), ("v", I64)]).await?;
    let limit = db.dialect.capability().max_parameters as i64;
    let rows =
        |count: i64| (0..count).fold(Insert::into(name.clone(), ["id"]), |insert, id| insert.row([id]));
    let done = db.run(&rows(limit)).await?;
    assert_eq!(done.affected, limit as u64);
    assert_eq!(db.count(&name).await?, limit);
    refused(db.run(&rows(limit + 1)).await, &[ErrorKind::TooManyParameters]);
    db.assert_usable().await?;
    Ok(())
}

fn question(db: &Db, name: &str, count: usize) -> String {
    let mut sql = format!("SELECT id FROM {name} WHERE 1 = 1");
    for n in 1..=count {
        sql.push_str(" AND id <> ");
        db.dialect.placeholder(&mut sql, n);
    }
    sql
}

/// Too few values, too many, none: a typed error each time, before and after a right one.
pub(super) async fn placeholders_and_values_must_match(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("match");
    db.keys(&name, [1, 2, 3]).await?;
    for cache in [true, false] {
        for (placeholders, values) in [(2, 2), (2, 1), (2, 0), (2, 3), (0, 1), (1, 0), (2, 2)] {
            let binds = Vec::from_iter((1..=values).map(Value::I64));
            let statement = Statement::read(question(&db, &name, placeholders), binds);
            let statement = if cache { statement } else { statement.once() };
            let as_write = Statement {
                access: Access::Write,
                ..statement.clone()
            };
            let result = db.session.execute(statement).await;
            if placeholders == values as usize {
                result?;
            } else {
                refused(result, &[ErrorKind::Placeholders]);
                refused(
                    db.session.batch(vec![as_write], false).await,
                    &[ErrorKind::Placeholders],
                );
            }
            assert!(
                !db.session.is_broken(),
                "{placeholders} placeholders, {values} values"
            );
            db.assert_usable().await?;
        }
    }
    Ok(())
}

/// How lists are bound must not cost more placeholders than there are: the capability tells the truth.
pub(super) async fn a_long_list_beside_other_values(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("beside");
    db.keys(&name, 0..20).await?;
    let capability = db.dialect.capability();
    let size = if capability.list_bind == ListBind::Placeholders {
        1_000
    } else {
        MANY as i64
    };
    let id = || Expr::typed_column("id", I64, false);
    let select = Select::from(name)
        .item(id().add(100i64))
        .filter(id().gt(3i64))
        .filter(id().in_list((0..size).map(|n| n * 2)))
        .filter(id().not_in_list([6i64, 8]))
        .filter(id().lt(15i64))
        .order_by(id(), Order::Desc)
        .limit(3);
    assert_eq!(db.column(&select, I64).await?, [114i64, 112, 110].map(Value::I64));
    Ok(())
}
