//! Cells convert without loss or not at all; sinks get what they want and no more.

use super::case::Case;
use super::db::{DECIMAL, Db, TEXT};
use super::value::{EachRow, ValueSink};
use super::verdict::{Verdict, refused};
use manybase_driver::{CellError, CountSink, Error, ErrorKind, FirstSink, Flow, Result, Row, Statement};
use manybase_sql::schema::Table;
use manybase_sql::{DataType, Expr, Insert, Order, Select, SelectItem, Value};
use rust_decimal::Decimal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const I64: DataType = DataType::I64;

/// What a getter made of a cell, as text, or the error.
type Got = std::result::Result<String, Box<CellError>>;
type Getter = (&'static str, fn(&dyn Row) -> Got);

macro_rules! getters {
    ($($name:ident)*) => {
        &[$((stringify!($name), |row| row.$name(0).map(|value| format!("{value:?}")))),*]
    };
}

const GETTERS: &[Getter] =
    getters![bool i64 u64 f64 decimal str bytes date time date_time timestamp uuid json];

/// Stores a value in a column and reads it through each getter.
async fn through_each_getter(case: &Case, data_type: DataType, value: Value) -> Verdict<Vec<(&'static str, Got)>> {
    let mut db = case.db().await?;
    let name = case.table("getters");
    db.table(&name, &[("id", I64), ("v", data_type)]).await?;
    db.run(&Insert::into(name.clone(), ["id", "v"]).row([1i64.into(), value])).await?;
    let statement = db.statement(&Select::from(name).column("v"))?;
    let sink = FirstSink::new(|row: &dyn Row| {
        assert!(!row.is_null(0) && !row.is_empty());
        Ok(Vec::from_iter(GETTERS.iter().map(|(name, get)| (*name, get(row)))))
    });
    Ok(db.session.query(statement, sink).await?.value.unwrap_or_default())
}

/// `right`: what these getters give. All others but the `free` ones must refuse.
async fn check(
    case: &Case,
    data_type: DataType,
    value: impl Into<Value>,
    right: &[(&str, &str)],
    free: &[&str],
) -> Verdict {
    let value = value.into();
    for (getter, got) in through_each_getter(case, data_type, value.clone()).await? {
        if let Some((_, expected)) = right.iter().find(|(name, _)| *name == getter) {
            let got = got.unwrap_or_else(|error| panic!("{data_type:?} {value:?} as {getter}: {error}"));
            assert_eq!(got, *expected, "{data_type:?} {value:?} as {getter}");
        } else if !free.contains(&getter) {
            match got {
                Ok(got) => panic!("{data_type:?} {value:?} as {getter} gave {got}"),
                Err(error) => {
                    let known = matches!(*error, CellError::Type { .. } | CellError::Range { .. } | CellError::Format { .. });
                    assert!(known, "{data_type:?} {value:?} as {getter}: {error:?}");
                }
            }
        }
    }
    Ok(())
}

pub(super) async fn whole_numbers_convert_without_loss(case: Case) -> Verdict {
    let all = [("i64", "Some(7)"), ("u64", "Some(7)"), ("f64", "Some(7.0)"), ("decimal", "Some(7)")];
    for data_type in [DataType::I16, DataType::I32, I64] {
        check(&case, data_type, 7i64, &all, &[]).await?;
    }
    let one = [("bool", "Some(true)"), ("i64", "Some(1)"), ("u64", "Some(1)"), ("f64", "Some(1.0)"), ("decimal", "Some(1)")];
    check(&case, DataType::I32, 1i64, &one, &[]).await?;
    check(&case, I64, -1i64, &[("i64", "Some(-1)"), ("f64", "Some(-1.0)"), ("decimal", "Some(-1)")], &[]).await?;
    let beyond = (1i64 << 53) + 1;
    let right = [("i64", "Some(9007199254740993)"), ("u64", "Some(9007199254740993)"), ("decimal", "Some(9007199254740993)")];
    check(&case, I64, beyond, &right, &[]).await
}

pub(super) async fn decimals_convert_without_loss(case: Case) -> Verdict {
    let free = ["str", "f64", "json", "bytes"];
    let precision = Some((10, 2));
    for data_type in [DECIMAL, DataType::Decimal { precision }] {
        let value = Decimal::new(150, 2);
        for (getter, got) in through_each_getter(&case, data_type, value.into()).await? {
            match getter {
                "decimal" => assert!(got.as_ref().is_ok_and(|got| got.starts_with("Some(1.5")), "{got:?}"),
                getter if free.contains(&getter) => {}
                getter => assert!(got.is_err(), "{data_type:?} 1.5 as {getter} gave {got:?}"),
            }
        }
        let free = ["str", "f64", "json", "bytes", "decimal"];
        check(&case, data_type, Decimal::new(200, 2), &[("i64", "Some(2)"), ("u64", "Some(2)")], &free).await?;
    }
    Ok(())
}

pub(super) async fn floats_are_no_whole_numbers(case: Case) -> Verdict {
    check(&case, DataType::F64, 1.5, &[("f64", "Some(1.5)")], &[]).await?;
    check(&case, DataType::F64, 2.0, &[("f64", "Some(2.0)")], &[]).await
}

/// Text is no number, even where it looks like one; only what is kept as text may be read as text.
pub(super) async fn text_is_no_number(case: Case) -> Verdict {
    let free = ["json", "bytes"];
    check(&case, TEXT, "abc", &[("str", "Some(\"abc\")")], &free).await?;
    let free = ["json", "bytes", "decimal"];
    check(&case, TEXT, "12", &[("str", "Some(\"12\")")], &free).await
}

pub(super) async fn bytes_are_no_text(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("utf8");
    db.table(&name, &[("id", I64), ("v", DataType::Bytes)]).await?;
    let invalid = Value::Bytes(vec![b'a', 0xFF, 0xFE, 0xC3]);
    db.run(&Insert::into(name.clone(), ["id", "v"]).row([1i64.into(), invalid.clone()])).await?;
    let statement = db.statement(&Select::from(name.clone()).column("v"))?;
    let sink = FirstSink::new(|row: &dyn Row| Ok((row.str(0).map(|_| ()), row.json(0).map(|_| ()), row.i64(0))));
    let Some((text, json, number)) = db.session.query(statement, sink).await?.value else {
        panic!("no row came");
    };
    for got in [text, json, number.map(|_| ())] {
        assert!(matches!(got.map_err(|error| *error), Err(CellError::Utf8 | CellError::Type { .. })));
    }
    assert_eq!(db.cell(&Select::from(name).column("v"), DataType::Bytes).await?, invalid);
    Ok(())
}

pub(super) async fn dates_are_no_times(case: Case) -> Verdict {
    let Some(day) = chrono::NaiveDate::from_ymd_opt(2026, 2, 28) else { return Ok(()) };
    let free = ["str", "json", "bytes", "date_time", "timestamp"];
    check(&case, DataType::Date, day, &[("date", "Some(2026-02-28)")], &free).await?;
    let uuid = uuid::Uuid::new_v4();
    let free = ["str", "json", "bytes"];
    check(&case, DataType::Uuid, uuid, &[("uuid", &format!("Some({uuid})"))], &free).await
}

/// Also where there are no rows, a sink hears of the columns, once.
pub(super) async fn columns_have_names(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("names");
    db.keys(&name, []).await?;
    let mut select = Select::from(name.clone()).column("id").column("v");
    select.items.push(SelectItem { expr: Expr::column("id"), alias: Some("Größe \"x\"".into()) });
    for rows in [0, 2] {
        if rows > 0 {
            db.run(&Insert::into(name.clone(), ["id"]).row([1i64]).row([2i64])).await?;
        }
        let statement = db.statement(&select)?;
        let sink = db.session.query(statement, ValueSink::new(&[I64; 3])).await?;
        assert_eq!((sink.columns_told, sink.rows.len()), (1, rows));
        assert_eq!(sink.names, ["id", "v", "Größe \"x\""]);
    }
    Ok(())
}

pub(super) async fn a_hundred_columns(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("wide");
    let names = Vec::from_iter((0..100).map(|i| format!("column_{i}")));
    let table = names.iter().fold(Table::new(name.clone()), |table, name| table.column(name.clone(), I64));
    db.run(&table.key("column_0").create()).await?;
    let insert = Insert::into(name.clone(), names.clone());
    db.run(&insert.row(0..100i64).row(100..200i64)).await?;
    let select = names.iter().fold(Select::from(name), |select, name| select.column(name.clone()));
    let select = select.order_by(Expr::typed_column("column_0", I64, false), Order::Asc);
    let rows = db.rows(&select, &[I64; 100]).await?;
    let expected = [0..100i64, 100..200].map(|row| Vec::from_iter(row.map(Value::I64)));
    assert_eq!(rows, expected);
    Ok(())
}

/// A sink that has enough gets no further row, and the next statement is right.
pub(super) async fn a_sink_stops(case: Case) -> Verdict {
    let (mut db, name) = keyed(&case, 2_000).await?;
    for limit in [1u64, 2, 77, 2_000, 5_000] {
        let seen = Arc::new(AtomicU64::new(0));
        let counter = seen.clone();
        let sink = EachRow(move |_: &dyn Row| {
            let so_far = counter.fetch_add(1, Ordering::Relaxed) + 1;
            Ok(if so_far >= limit { Flow::Stop } else { Flow::Continue })
        });
        let statement = db.statement(&Select::from(name.clone()).column("id"))?;
        db.session.query(statement, sink).await?;
        assert_eq!(seen.load(Ordering::Relaxed), limit.min(2_000), "rows pushed after Stop at {limit}");
        db.assert_usable().await?;
        assert_eq!(db.count(&name).await?, 2_000);
    }
    Ok(())
}

/// The error of a sink comes out as it is, and the connection is as good as before.
pub(super) async fn a_sink_fails(case: Case) -> Verdict {
    let (mut db, name) = keyed(&case, 500).await?;
    for at in [0u64, 1, 100] {
        let mut seen = 0u64;
        let sink = EachRow(move |_: &dyn Row| {
            seen += 1;
            if seen > at { Err(Error::new(ErrorKind::Decode, "the sink refuses")) } else { Ok(Flow::Continue) }
        });
        let statement = db.statement(&Select::from(name.clone()).column("id"))?;
        let result = db.session.query(statement, sink).await;
        let error = refused(result.map(|_| ()), &[ErrorKind::Decode]);
        assert_eq!(error.message(), "the sink refuses");
        assert!(!db.session.is_broken());
        db.assert_usable().await?;
    }
    let bad_columns = FailingColumns;
    let statement = db.statement(&Select::from(name.clone()).column("id"))?;
    let result = db.session.query(statement, bad_columns).await;
    refused(result.map(|_| ()), &[ErrorKind::Decode]);
    assert_eq!(db.count(&name).await?, 500);
    Ok(())
}

struct FailingColumns;

impl manybase_driver::Sink for FailingColumns {
    fn columns(&mut self, _: &dyn manybase_driver::Columns) -> Result<()> {
        Err(Error::new(ErrorKind::Decode, "not these columns"))
    }

    fn row(&mut self, _: &dyn Row) -> Result<Flow> {
        panic!("a row after the columns were refused")
    }
}

/// A query that returns no columns at all, and an execute of one that has rows.
pub(super) async fn rows_that_nobody_wants(case: Case) -> Verdict {
    let (mut db, name) = keyed(&case, 10).await?;
    let select = db.statement(&Select::from(name.clone()).column("id"))?;
    db.session.execute(select).await?;
    db.assert_usable().await?;
    let insert = db.statement(&Insert::into(name.clone(), ["id"]).row([99i64]))?;
    let sink = db.session.query(insert, CountSink::default()).await?;
    assert_eq!(sink.0, 0, "an insert has no rows");
    assert_eq!(db.count(&name).await?, 11);
    let none = Statement::read(format!("SELECT 1 FROM {name} WHERE 1 = 0"), vec![]);
    assert_eq!(db.session.query(none, CountSink::default()).await?.0, 0);
    Ok(())
}

async fn keyed(case: &Case, rows: i64) -> Verdict<(Db, String)> {
    let mut db = case.db().await?;
    let name = case.table("keyed");
    db.keys(&name, 0..rows).await?;
    Ok((db, name))
}
