//! Many rows, several statements at once, schemas that change.

use super::case::Case;
use super::db::{Db, TEXT};
use super::value::EachRow;
use super::verdict::{Verdict, refused};
use manybase_driver::{ErrorKind, Flow, Row, Statement, TransactionOptions};
use manybase_sql::{DataType, Expr, Insert, Order, Select, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const I64: DataType = DataType::I64;
const ROWS: i64 = 100_000;

fn insert(name: &str, id: i64) -> Insert {
    Insert::into(name.to_owned(), ["id"]).row([id])
}

/// 100,000 rows in and out; a sink that stops early leaves nothing behind for the next statement.
pub(super) async fn a_hundred_thousand_rows(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("large");
    db.keys(&name, []).await?;
    let ids = Vec::from_iter(0..ROWS);
    let chunks = ids.chunks(10_000).map(|chunk| {
        let insert = Insert::into(name.clone(), ["id"]);
        chunk.iter().fold(insert, |insert, id| insert.row([*id]))
    });
    let statements = chunks
        .map(|insert| db.statement(&insert))
        .collect::<manybase_driver::Result<Vec<_>>>()?;
    let done = db.session.batch(statements, true).await?;
    assert_eq!(
        done.iter().map(|done| done.affected).collect::<Vec<_>>(),
        [10_000; 10]
    );

    let ordered = Select::from(name.clone())
        .column("id")
        .order_by(Expr::typed_column("id", I64, false), Order::Asc);
    let mut next = 0;
    let statement = db.statement(&ordered)?;
    let sink = EachRow(move |row: &dyn Row| {
        assert_eq!(row.i64(0)?, Some(next), "rows in order, each once");
        next += 1;
        Ok(if next == ROWS { Flow::Stop } else { Flow::Continue })
    });
    db.session.query(statement, sink).await?;

    for (limit, again) in [(1u64, true), (10, false), (54_321, true)] {
        let seen = Arc::new(AtomicU64::new(0));
        let counter = seen.clone();
        let statement = db.statement(&ordered)?;
        let statement = if again { statement } else { statement.once() };
        let sink = EachRow(move |_: &dyn Row| {
            Ok(if counter.fetch_add(1, Ordering::Relaxed) + 1 == limit {
                Flow::Stop
            } else {
                Flow::Continue
            })
        });
        db.session.query(statement, sink).await?;
        assert_eq!(seen.load(Ordering::Relaxed), limit);
        assert_eq!(db.count(&name).await?, ROWS);
    }
    Ok(())
}

/// Statements run in order, and each tells what it did.
pub(super) async fn a_batch_in_order(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("batch");
    db.keys(&name, []).await?;
    for atomic in [true, false] {
        let sql = [
            format!("INSERT INTO {name} (id, v) VALUES (1, 1), (2, 1)"),
            format!("UPDATE {name} SET v = v + 10"),
            format!("UPDATE {name} SET v = v * 2 WHERE id = 2"),
            format!("SELECT id FROM {name}"),
            format!("DELETE FROM {name} WHERE v = 22"),
        ];
        let statements = sql.map(|sql| Statement::write(sql, vec![]));
        let done = db.session.batch(statements.into(), atomic).await?;
        let affected = Vec::from_iter(done.iter().map(|done| done.affected));
        assert_eq!(affected.len(), 5);
        assert_eq!((affected[0], affected[1], affected[2], affected[4]), (2, 2, 1, 1));
        let rows = db
            .rows(&Select::from(name.clone()).column("id").column("v"), &[I64, I64])
            .await?;
        assert_eq!(rows, [vec![Value::I64(1), Value::I64(11)]]);
        db.ddl(&format!("DELETE FROM {name}")).await?;
    }
    Ok(())
}

/// A failure in the middle: an atomic batch undoes all, another keeps what was before it; neither goes on.
pub(super) async fn a_batch_that_fails(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("fails");
    db.keys(&name, [3]).await?;
    let statements = |db: &Db| {
        [1, 2, 3, 4]
            .into_iter()
            .map(|id| db.statement(&insert(&name, id)))
            .collect::<manybase_driver::Result<Vec<_>>>()
    };
    for repeat in 0..2 {
        let batch = statements(&db)?;
        refused(db.session.batch(batch, true).await, &[ErrorKind::UniqueViolation]);
        assert_eq!(db.count(&name).await?, 1, "an atomic batch, time {repeat}");
        assert!(!db.session.in_transaction() && !db.session.is_broken());
    }
    let batch = statements(&db)?;
    refused(
        db.session.batch(batch, false).await,
        &[ErrorKind::UniqueViolation],
    );
    let select = Select::from(name.clone())
        .column("id")
        .order_by(Expr::typed_column("id", I64, false), Order::Asc);
    assert_eq!(
        db.column(&select, I64).await?,
        [1i64, 2, 3].map(Value::I64),
        "it stops at the first that fails"
    );
    // It is over: what comes next is committed by itself.
    db.run(&insert(&name, 9)).await?;
    db.session.rollback().await?;
    assert_eq!(db.count(&name).await?, 4);
    Ok(())
}

/// Inside a transaction a batch is a part of it.
pub(super) async fn a_batch_in_a_transaction(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("inside");
    db.keys(&name, []).await?;
    for atomic in [true, false] {
        db.session.begin(TransactionOptions::default()).await?;
        let statements = vec![db.statement(&insert(&name, 1))?, db.statement(&insert(&name, 2))?];
        db.session.batch(statements, atomic).await?;
        assert!(db.session.in_transaction());
        assert_eq!(db.count(&name).await?, 2);
        db.session.rollback().await?;
        assert_eq!(
            db.count(&name).await?,
            0,
            "a batch committed somebody's transaction"
        );
    }
    Ok(())
}

/// Many statements of one text with different values: a pipeline, where there is one.
pub(super) async fn a_long_batch(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("pipeline");
    db.keys(&name, []).await?;
    let statements = (0..2_000)
        .map(|id| db.statement(&insert(&name, id)))
        .collect::<manybase_driver::Result<Vec<_>>>()?;
    let done = db.session.batch(statements, true).await?;
    assert!(done.len() == 2_000 && done.iter().all(|done| done.affected == 1));
    assert_eq!(db.count(&name).await?, 2_000);
    Ok(())
}

pub(super) async fn scripts(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("script");
    let sql = format!(
        "-- a remark; with a semicolon\nCREATE TABLE {name} (id INT NOT NULL PRIMARY KEY, t VARCHAR(40));\n\
         INSERT INTO {name} (id, t) VALUES (1, 'a;b'), (2, 'it''s');\nSELECT id FROM {name};\n\
         UPDATE {name} SET t = 'x' WHERE id = 2;\n"
    );
    db.session.script(sql).await?;
    let select = Select::from(name.clone())
        .column("t")
        .order_by(Expr::column("id"), Order::Asc);
    assert_eq!(db.column(&select, TEXT).await?, ["a;b", "x"].map(Value::from));
    let fails = format!("INSERT INTO {name} (id) VALUES (1); INSERT INTO {name} (id) VALUES (5)");
    refused(db.session.script(fails).await, &[ErrorKind::UniqueViolation]);
    assert_eq!(
        db.count(&name).await?,
        2,
        "a script stops at the first that fails"
    );
    db.assert_usable().await?;
    Ok(())
}
