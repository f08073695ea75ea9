//! Sinks get what they want and no more.

use super::case::Case;
use super::db::Db;
use super::value::{EachRow, ValueSink};
use super::verdict::{Verdict, refused};
use manybase_driver::{CountSink, Error, ErrorKind, Flow, Result, Row, Statement};
use manybase_sql::schema::Table;
use manybase_sql::{DataType, Expr, Insert, Order, Select, SelectItem, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const I64: DataType = DataType::I64;

/// Also where there are no rows, a sink hears of the columns, once.
pub(super) async fn columns_have_names(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("names");
    db.keys(&name, []).await?;
    let mut select = Select::from(name.clone()).column("id").column("v");
    select.items.push(SelectItem {
        expr: Expr::column("id"),
        alias: Some("Größe \"x\"".into()),
    });
    for rows in [0, 2] {
        if rows > 0 {
            db.run(&Insert::into(name.clone(), ["id"]).row([1i64]).row([2i64]))
                .await?;
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
    let table = names.iter().fold(Table::new(name.clone()), |table, name| {
        table.column(name.clone(), I64)
    });
    db.run(&table.key("column_0").create()).await?;
    let insert = Insert::into(name.clone(), names.clone());
    db.run(&insert.row(0..100i64).row(100..200i64)).await?;
    let select = names
        .iter()
        .fold(Select::from(name), |select, name| select.column(name.clone()));
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
            Ok(if so_far >= limit {
                Flow::Stop
            } else {
                Flow::Continue
            })
        });
        let statement = db.statement(&Select::from(name.clone()).column("id"))?;
        db.session.query(statement, sink).await?;
        assert_eq!(
            seen.load(Ordering::Relaxed),
            limit.min(2_000),
            "rows pushed after Stop at {limit}"
        );
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
            if seen > at {
                Err(Error::new(ErrorKind::Decode, "the sink refuses"))
            } else {
                Ok(Flow::Continue)
            }
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
