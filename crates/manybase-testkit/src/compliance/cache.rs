//! Prepared statements that are kept, and schemas that change under them.

use super::case::Case;
use super::db::TEXT;
use super::value::ValueSink;
use super::verdict::{Verdict, refused};
use manybase_driver::{Access, ErrorKind, Statement};
use manybase_sql::schema::{DropTable, Table};
use manybase_sql::{DataType, Expr, Insert, Select, Value};

const I64: DataType = DataType::I64;

/// A statement whose prepared form is kept, and one whose form is not, are one to their user.
pub(super) async fn cached_statements(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("cached");
    db.keys(&name, 0..10).await?;
    let id = || Expr::typed_column("id", I64, false);
    for round in 0..60i64 {
        let select = Select::from(name.clone())
            .column("id")
            .filter(id().eq(round % 12));
        let statement = db.statement(&select)?;
        let statement = if round % 3 == 0 {
            statement.once()
        } else {
            statement
        };
        let statement = if round % 2 == 0 {
            statement.bounded()
        } else {
            statement
        };
        let rows = db.session.query(statement, ValueSink::new(&[I64])).await?.rows;
        let expected = if round % 12 < 10 {
            vec![vec![Value::I64(round % 12)]]
        } else {
            vec![]
        };
        assert_eq!(rows, expected);
        // More texts than a cache keeps.
        for n in 0..12 {
            let select = Select::from(name.clone()).item(id().add(round * 12 + n)).limit(1);
            let sql = format!("{} -- {}", select.render(db.dialect)?.sql, round * 12 + n);
            let statement = Statement {
                sql: sql.into(),
                ..db.statement(&select)?
            };
            let rows = db.session.query(statement, ValueSink::new(&[I64])).await?.rows;
            assert_eq!(rows.len(), 1);
        }
    }
    Ok(())
}

/// A kept statement does not outlive what it was prepared for: columns come, a table is another one.
pub(super) async fn a_schema_that_changes(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("changes");
    db.keys(&name, [1]).await?;
    let all = Statement::read(format!("SELECT * FROM {name}"), vec![]);
    let read = |types: &[DataType]| ValueSink::new(types);
    for _ in 0..3 {
        let rows = db.session.query(all.clone(), read(&[I64, I64])).await?.rows;
        assert_eq!(rows, [vec![Value::I64(1), Value::Null]]);
    }
    db.ddl(&format!(
        "ALTER TABLE {name} ADD COLUMN more VARCHAR(20) DEFAULT 'new'"
    ))
    .await?;
    for access in [Access::Read, Access::Write] {
        let sink = db
            .session
            .query(
                Statement {
                    access,
                    ..all.clone()
                },
                read(&[I64, I64, TEXT]),
            )
            .await?;
        assert_eq!(sink.rows, [vec![Value::I64(1), Value::Null, "new".into()]]);
        assert_eq!(sink.names, ["id", "v", "more"]);
    }
    db.run(&DropTable {
        table: name.clone().into(),
        if_exists: false,
    })
    .await?;
    refused(
        db.session.query(all.clone(), read(&[])).await.map(|_| ()),
        &[ErrorKind::UnknownTable],
    );
    let table = Table::new(name.clone())
        .column("id", TEXT)
        .column("v", DataType::Bool)
        .nullable("x", DataType::Date);
    db.run(&table.create()).await?;
    let insert = Insert::into(name.clone(), ["id", "v"]);
    let kept = db.statement(&insert.clone().row(["one".into(), Value::Bool(true)]))?;
    db.session.execute(kept).await?;
    for _ in 0..2 {
        let rows = db
            .session
            .query(all.clone(), read(&[TEXT, DataType::Bool, DataType::Date]))
            .await?
            .rows;
        assert_eq!(rows, [vec!["one".into(), true.into(), Value::Null]]);
    }
    // The same text as the insert above, for columns of other types.
    db.run(&DropTable {
        table: name.clone().into(),
        if_exists: false,
    })
    .await?;
    db.table(&name, &[("id", I64), ("v", I64)]).await?;
    let kept = db.statement(&insert.row([7i64, 8]))?;
    db.session.execute(kept).await?;
    assert_eq!(
        db.session.query(all, read(&[I64, I64])).await?.rows,
        [vec![Value::I64(7), Value::I64(8)]]
    );
    Ok(())
}
