//! Tables that come and go, and references between them.

use super::case::Case;
use super::verdict::{Verdict, refused};
use super::write::people;
use manybase_driver::ErrorKind;
use manybase_sql::schema::{DropTable, OnDelete, Table};
use manybase_sql::{DataType, Delete, Expr, Insert, Order, Select, Value};

const I64: DataType = DataType::I64;

pub(super) async fn references(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let (parent, child) = (case.table("parent"), case.table("child"));
    db.keys(&parent, [1, 2, 3]).await?;
    let mut columns = ["strict", "cascade", "clear"].into_iter();
    let mut table = Table::new(child.clone()).column("id", I64).key("id");
    for on_delete in [OnDelete::Restrict, OnDelete::Cascade, OnDelete::SetNull] {
        let Some(column) = columns.next() else { break };
        table = table
            .nullable(column, I64)
            .foreign_key([column], parent.clone(), ["id"], on_delete);
    }
    db.run(&table.create()).await?;
    let insert = Insert::into(child.clone(), ["id", "strict", "cascade", "clear"]);
    let insert = insert
        .row([Some(1i64), Some(1), None, None])
        .row([Some(2), None, Some(2), None]);
    db.run(&insert.row([Some(3), None, None, Some(3)])).await?;
    let remove = |key: i64| Delete::from(parent.clone()).filter(Expr::column("id").eq(key));
    refused(db.run(&remove(1)).await, &[ErrorKind::ForeignKeyViolation]);
    assert_eq!(
        db.run(&remove(2)).await?.affected,
        1,
        "what cascades is not counted"
    );
    assert_eq!(db.run(&remove(3)).await?.affected, 1);
    let select = Select::from(child.clone())
        .column("id")
        .column("clear")
        .order_by(Expr::column("id"), Order::Asc);
    let got = db.rows(&select, &[I64, I64]).await?;
    assert_eq!(
        got,
        [vec![1i64.into(), Value::Null], vec![3i64.into(), Value::Null]]
    );
    Ok(())
}

pub(super) async fn tables_come_and_go(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("here");
    let table = || people(&name);
    db.run(&table().create_if_not_exists()).await?;
    db.run(&table().create_if_not_exists()).await?;
    assert!(db.run(&table().create()).await.is_err());
    let drop = |if_exists| DropTable {
        table: name.clone().into(),
        if_exists,
    };
    db.run(&drop(false)).await?;
    db.run(&drop(true)).await?;
    refused(db.run(&drop(false)).await, &[ErrorKind::UnknownTable]);
    refused(db.count(&name).await, &[ErrorKind::UnknownTable]);
    Ok(())
}
