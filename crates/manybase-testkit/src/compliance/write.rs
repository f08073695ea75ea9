//! Inserts, updates and deletes, and what they report.

use super::case::Case;
use super::db::{DECIMAL, TEXT, col};
use super::verdict::{Verdict, refused};
use manybase_driver::ErrorKind;
use manybase_sql::schema::Table;
use manybase_sql::{DataType, Delete, Expr, Function, Insert, Order, Select, Update, Value};
use rust_decimal::Decimal;

const I64: DataType = DataType::I64;

pub(super) fn people(name: &str) -> Table {
    let mut table = Table::new(name.to_owned())
        .auto_key("id")
        .column("name", DataType::Text { length: Some(40) })
        .column("qty", DataType::I32)
        .nullable("price", DECIMAL);
    table.columns[1].default = Some("it's \\ new".into());
    table.columns[2].default = Some(7i64.into());
    table
}

/// The database numbers the rows, and tells the first number.
pub(super) async fn generated_keys(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("auto");
    db.run(&people(&name).create()).await?;
    let insert = Insert::into(name.clone(), ["name"]);
    if db.dialect.capability().insert_returning {
        let one = insert.clone().row(["Ann"]).returning(["id", "name", "qty"]);
        let got = db.rows(&one, &[I64, TEXT, I64]).await?;
        assert_eq!(got, [vec![1i64.into(), "Ann".into(), 7i64.into()]]);
        let three = insert.row(["Bob"]).row(["Cid"]).row(["Dee"]).returning(["id"]);
        assert_eq!(db.column(&three, I64).await?, [2i64, 3, 4].map(Value::I64));
    } else {
        let done = db.run(&insert.clone().row(["Ann"])).await?;
        assert_eq!((done.affected, done.last_insert_id), (1, Some(1)));
        let done = db
            .run(&insert.clone().row(["Bob"]).row(["Cid"]).row(["Dee"]))
            .await?;
        assert_eq!(
            (done.affected, done.last_insert_id),
            (3, Some(2)),
            "the first of three"
        );
        let rendered = insert.row(["Eve"]).returning(["id"]).render(db.dialect);
        assert!(matches!(rendered, Err(manybase_sql::Error::Unsupported { .. })));
        case.without(&db, "INSERT … RETURNING (the last key is told instead)");
    }
    let names = Select::from(name)
        .column("name")
        .order_by(Expr::typed_column("id", I64, false), Order::Asc);
    assert_eq!(
        db.column(&names, TEXT).await?,
        ["Ann", "Bob", "Cid", "Dee"].map(Value::from)
    );
    Ok(())
}

/// A key may be given, and the numbering goes on where it can.
pub(super) async fn a_given_key(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("given");
    db.run(&people(&name).create()).await?;
    let insert = Insert::into(name.clone(), ["id", "name"]).row([500i64.into(), Value::from("Ann")]);
    assert_eq!(db.run(&insert).await?.affected, 1);
    refused(db.run(&insert).await, &[ErrorKind::UniqueViolation]);
    assert_eq!(
        db.cell(&Select::from(name).column("id"), I64).await?,
        Value::I64(500)
    );
    Ok(())
}

pub(super) async fn an_insert_without_values(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("defaults");
    db.run(&people(&name).create()).await?;
    let none: [&'static str; 0] = [];
    let insert = Insert {
        rows: 1,
        ..Insert::into(name.clone(), none)
    };
    assert_eq!(db.run(&insert).await?.affected, 1);
    let select = Select::from(name)
        .column("id")
        .column("name")
        .column("qty")
        .column("price");
    let got = db.rows(&select, &[I64, TEXT, I64, DECIMAL]).await?;
    assert_eq!(
        got,
        [vec![1i64.into(), "it's \\ new".into(), 7i64.into(), Value::Null]]
    );
    Ok(())
}

/// Defaults of every type that can have one.
pub(super) async fn defaults(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("given");
    let day = chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap_or_default();
    let at = day.and_hms_micro_opt(1, 2, 3, 450_000).unwrap_or_default();
    let uuid = uuid::Uuid::new_v4();
    let columns: [(&'static str, DataType, Value); 9] = [
        ("b", DataType::Bool, true.into()),
        ("n", I64, i64::MIN.into()),
        ("x", DataType::F64, 0.1.into()),
        (
            "d",
            DataType::Decimal {
                precision: Some((10, 3)),
            },
            Decimal::new(-1250, 3).into(),
        ),
        (
            "t",
            DataType::Text { length: Some(40) },
            "'q' \\n \"d\" ä😀".into(),
        ),
        ("day", DataType::Date, day.into()),
        ("tm", DataType::Time, at.time().into()),
        ("at", DataType::DateTime, at.into()),
        ("u", DataType::Uuid, uuid.into()),
    ];
    let mut table = Table::new(name.clone()).column("id", I64).key("id");
    let mut select = Select::from(name.clone());
    for (column, data_type, default) in &columns {
        table = table.column(*column, *data_type);
        if let Some(column) = table.columns.last_mut() {
            column.default = Some(default.clone().into());
        }
        select = select.column(*column);
    }
    db.run(&table.create()).await?;
    db.run(&Insert::into(name, ["id"]).row([1i64])).await?;
    let got = db
        .rows(&select, &columns.clone().map(|(_, data_type, _)| data_type))
        .await?;
    assert_eq!(got, [columns.map(|(_, _, default)| default).to_vec()]);
    Ok(())
}

/// New values are calculated from the old; rows that match are counted, changed or not.
pub(super) async fn updates(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("updates");
    db.table(&name, &[("id", I64), ("n", I64), ("t", TEXT), ("d", DECIMAL)])
        .await?;
    let row = |id: i64| [id.into(), Value::I64(10), "a".into(), Decimal::new(150, 2).into()];
    let insert = Insert::into(name.clone(), ["id", "n", "t", "d"]);
    assert_eq!(
        db.run(&insert.row(row(1)).row(row(2)).row(row(3)))
            .await?
            .affected,
        3
    );
    let id = || Expr::typed_column("id", I64, false);
    let update = Update::table(name.clone())
        .set("n", col("n", I64).add(id()))
        .set("t", Expr::call(Function::Upper, [col("t", TEXT).concat("ä")]))
        .set("d", col("d", DECIMAL).mul(Decimal::from(2)))
        .filter(id().ge(2i64));
    assert_eq!(db.run(&update).await?.affected, 2);
    let select = Select::from(name.clone())
        .column("n")
        .column("t")
        .column("d")
        .order_by(id(), Order::Asc);
    let rows = db.rows(&select, &[I64, TEXT, DECIMAL]).await?;
    let expected = |n: i64, t: &str, d: i64| vec![n.into(), Value::from(t), Decimal::new(d, 1).into()];
    assert_eq!(
        rows,
        [
            expected(10, "a", 15),
            expected(12, "AÄ", 30),
            expected(13, "AÄ", 30)
        ]
    );

    let same = Update::table(name.clone()).set("n", col("n", I64));
    assert_eq!(
        db.run(&same).await?.affected,
        3,
        "rows that match, though none changes"
    );
    let same = Update::table(name.clone()).set("n", 10i64).filter(id().eq(1i64));
    assert_eq!(db.run(&same).await?.affected, 1);
    let nobody = Update::table(name.clone()).set("n", 1i64).filter(id().eq(99i64));
    assert_eq!(db.run(&nobody).await?.affected, 0);
    let null = Update::table(name.clone())
        .set("t", Value::Null)
        .filter(id().eq(1i64));
    assert_eq!(db.run(&null).await?.affected, 1);
    let nulls = Select::from(name).column("id").filter(col("t", TEXT).is_null());
    assert_eq!(db.column(&nulls, I64).await?, [Value::I64(1)]);
    Ok(())
}

pub(super) async fn updates_returning(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("returning");
    db.keys(&name, [1, 2, 3]).await?;
    let id = Expr::typed_column("id", I64, false);
    let update = Update::table(name)
        .set("v", id.clone().mul(10i64))
        .filter(id.ge(2i64));
    let update = Update {
        returning: vec!["v".into()],
        ..update
    };
    if !db.dialect.capability().update_returning {
        assert!(matches!(
            update.render(db.dialect),
            Err(manybase_sql::Error::Unsupported { .. })
        ));
        return case.needs(false, "UPDATE … RETURNING");
    }
    let mut got = db.column(&update, I64).await?;
    got.sort_by_key(|value| format!("{value:?}"));
    assert_eq!(got, [Value::I64(20), Value::I64(30)]);
    Ok(())
}

pub(super) async fn deletes(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("deletes");
    db.keys(&name, 0..10).await?;
    let id = || Expr::typed_column("id", I64, false);
    assert_eq!(
        db.run(&Delete::from(name.clone()).filter(id().ge(7i64)))
            .await?
            .affected,
        3
    );
    assert_eq!(
        db.run(&Delete::from(name.clone()).filter(id().ge(7i64)))
            .await?
            .affected,
        0
    );
    assert_eq!(
        db.run(&Delete::from(name.clone()).filter(id().in_list([1i64, 2])))
            .await?
            .affected,
        2
    );
    assert_eq!(db.count(&name).await?, 5);
    assert_eq!(db.run(&Delete::from(name.clone())).await?.affected, 5);
    assert_eq!(db.count(&name).await?, 0);
    Ok(())
}
