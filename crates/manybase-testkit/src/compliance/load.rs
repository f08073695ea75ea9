//! Many rows on the road that is made for them.

use super::case::{Case, within};
use super::db::{Db, TEXT};
use super::verdict::{Verdict, refused};
use manybase_driver::{
    Access, BulkRows, BulkTarget, Error, ErrorKind, Result, RowSource, TransactionOptions,
};
use manybase_sql::schema::{Column, Table};
use manybase_sql::{ConflictUpdate, ConflictValue, DataType, Expr, OnConflict, Order, Select, Value};
use std::ops::Range;
use std::time::Duration;

const I64: DataType = DataType::I64;

/// A table with a key, a text that must be there, and a number that need not.
async fn table(db: &mut Db, name: &str, key: &[&'static str]) -> Result<()> {
    let mut table = Table::new(name.to_owned());
    for (column, data_type, nullable) in [("id", I64, false), ("t", TEXT, false), ("n", I64, true)] {
        let data_type = match data_type {
            DataType::Text { .. } => DataType::Text { length: Some(40) },
            other => other,
        };
        let mut column = Column::new(column, data_type);
        column.nullable = nullable;
        table.columns.push(column);
    }
    table.primary_key = key.iter().map(|column| (*column).into()).collect();
    db.run(&table.create()).await?;
    Ok(())
}

fn rows(db: &Db, name: &str, conflict: Option<OnConflict>, rows: &[(i64, Value, Value)]) -> Result<BulkRows> {
    let target = BulkTarget {
        table: name.to_owned().into(),
        columns: vec!["id".into(), "t".into(), "n".into()],
        on_conflict: conflict,
        dialect: db.dialect,
    };
    let values = rows
        .iter()
        .flat_map(|(id, t, n)| [(*id).into(), t.clone(), n.clone()]);
    BulkRows::new(target.into(), values.collect())
}

fn row(id: i64) -> (i64, Value, Value) {
    let n = if id % 3 == 0 { Value::Null } else { (id * 2).into() };
    (id, format!("row\t{id}\\").into(), n)
}

async fn content(db: &mut Db, name: &str) -> Result<Vec<Vec<Value>>> {
    let column = |name: &'static str, of| Expr::typed_column(name, of, true);
    let select = Select::from(name.to_owned())
        .item(column("id", I64))
        .item(column("t", TEXT))
        .item(column("n", I64))
        .order_by(column("id", I64), Order::Asc)
        .order_by(column("t", TEXT), Order::Asc);
    db.rows(&select, &[I64, TEXT, I64]).await
}

pub(super) async fn a_load_of_many_rows(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("load");
    table(&mut db, &name, &["id"]).await?;
    let nothing = rows(&db, &name, None, &[])?;
    assert_eq!(db.session.bulk_load(nothing).await?.inserted, 0);
    let all = Vec::from_iter((0..12_345).map(row));
    // In parts of different sizes, down to a single row.
    let load = rows(&db, &name, None, &all)?;
    for part in [0..1, 1..3, 3..10_000, 10_000..99_999] {
        let part = load.part(part);
        let (count, done) = (part.len() as u64, db.session.bulk_load(part).await?);
        assert_eq!((done.inserted, done.found), (count, 0));
    }
    let got = content(&mut db, &name).await?;
    let expected = all.into_iter().map(|(id, t, n)| vec![id.into(), t, n]);
    assert!(expected.eq(got), "what was loaded came back changed");
    db.assert_usable().await?;
    Ok(())
}

/// One row that the table can't take, far into the load: nothing of it is there, and the error tells why.
pub(super) async fn a_load_is_all_or_none(case: Case) -> Verdict {
    use ErrorKind as K;
    let mut db = case.db().await?;
    let name = case.table("whole");
    table(&mut db, &name, &["id"]).await?;
    let first = rows(&db, &name, None, &[row(-1), row(-2)])?;
    db.session.bulk_load(first).await?;
    let long: Value = "x".repeat(41).into();
    let bad = [
        ((-1, "again".into(), Value::Null), &[K::UniqueViolation][..]),
        ((77, "twice".into(), Value::Null), &[K::UniqueViolation]),
        ((900, Value::Null, Value::Null), &[K::NotNullViolation]),
        ((900, long, Value::Null), &[K::Value, K::CheckViolation]),
        (
            (900, "n".into(), "no number".into()),
            &[K::Value, K::CheckViolation, K::Database],
        ),
    ];
    for (bad, kinds) in bad {
        let mut all = Vec::from_iter((0..300).map(row));
        all.insert(200, bad);
        let load = rows(&db, &name, None, &all)?;
        match db.session.bulk_load(load).await {
            Err(error) => {
                refused::<()>(Err(error), kinds);
            }
            // SQLite keeps what its columns do not promise to refuse.
            Ok(_) => {
                case.without(&db, "columns that refuse values of another type or length");
                db.ddl(&format!("DELETE FROM {name} WHERE id >= 0")).await?;
            }
        }
        assert_eq!(db.count(&name).await?, 2);
        assert!(!db.session.in_transaction() && !db.session.is_broken());
    }
    db.assert_usable().await?;
    Ok(())
}

/// Rows that are made when they are about to go, of which one can't be.
struct Made {
    load: BulkRows,
    not: Option<usize>,
}

impl RowSource for Made {
    fn target(&self) -> &BulkTarget {
        self.load.target()
    }

    fn len(&self) -> usize {
        self.load.len()
    }

    fn rows(&mut self, part: Range<usize>) -> Result<BulkRows> {
        match self.not.is_some_and(|not| part.contains(&not)) {
            true => Err(Error::new(ErrorKind::Value, "this row can't be made")),
            false => Ok(self.load.part(part)),
        }
    }
}

/// Inserts whose rows are made on the way, and what is there already; all or none, as with a load.
pub(super) async fn an_insert_of_many_rows(case: Case) -> Verdict {
    use ErrorKind as K;
    let mut db = case.db().await?;
    let name = case.table("made");
    table(&mut db, &name, &["id"]).await?;
    let all = Vec::from_iter((0..4_321).map(row));
    let made = |db: &Db, conflict: Option<OnConflict>, of: &[_], not| -> Result<Box<dyn RowSource>> {
        let load = rows(db, &name, conflict, of)?;
        Ok(Box::new(Made { load, not }))
    };
    let nothing = made(&db, None, &[], None)?;
    assert_eq!(db.session.bulk_insert(nothing).await?.inserted, 0);
    let broken = made(&db, None, &all, Some(4_000))?;
    refused(db.session.bulk_insert(broken).await, &[K::Value]);
    assert_eq!(db.count(&name).await?, 0);
    let whole = made(&db, None, &all, None)?;
    assert_eq!(db.session.bulk_insert(whole).await?.inserted, 4_321);
    let again = made(&db, None, &all[4_000..], None)?;
    refused(db.session.bulk_insert(again).await, &[K::UniqueViolation]);
    // A part of them is there.
    let mut conflict = OnConflict::new(["id"]);
    conflict.update = ConflictUpdate::Set(vec![("t".into(), ConflictValue::Given)]);
    let other = Vec::from_iter((3_000..6_000).map(|id| (id, "other".into(), Value::Null)));
    let other = made(&db, Some(conflict), &other, None)?;
    db.session.bulk_insert(other).await?;
    let expected = all[..3_000].iter().cloned();
    let changed = all[3_000..]
        .iter()
        .map(|(id, _, n)| (*id, "other".into(), n.clone()));
    let added = (4_321..6_000).map(|id| (id, "other".into(), Value::Null));
    let expected = expected.chain(changed).chain(added);
    let expected = expected.map(|(id, t, n)| vec![id.into(), t, n]);
    assert!(
        expected.eq(content(&mut db, &name).await?),
        "what was inserted came back changed"
    );
    db.assert_usable().await?;
    Ok(())
}

pub(super) async fn a_load_in_a_transaction(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("inside");
    table(&mut db, &name, &["id"]).await?;
    let load = |db: &Db, from: i64| rows(db, &name, None, &Vec::from_iter((from..from + 100).map(row)));
    db.session.begin(TransactionOptions::default()).await?;
    let first = load(&db, 0)?;
    db.session.bulk_load(first.clone()).await?;
    assert_eq!(db.count(&name).await?, 100);
    db.session.rollback().await?;
    assert_eq!(
        db.count(&name).await?,
        0,
        "a load committed somebody's transaction"
    );
    if !db.dialect.capability().savepoints {
        case.without(&db, "savepoints");
        return Ok(());
    }
    db.session.begin(TransactionOptions::default()).await?;
    db.session.bulk_load(first).await?;
    db.session.savepoint(1).await?;
    let overlaps = load(&db, 50)?;
    refused(
        db.session.bulk_load(overlaps).await,
        &[ErrorKind::UniqueViolation],
    );
    db.session.rollback_to(1).await?;
    let second = load(&db, 100)?;
    db.session.bulk_load(second).await?;
    db.session.commit().await?;
    assert_eq!(db.count(&name).await?, 200);
    Ok(())
}

pub(super) async fn rows_that_are_there(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("there");
    table(&mut db, &name, &["id"]).await?;
    let all = Vec::from_iter((0..1_500).map(row));
    let first = rows(&db, &name, None, &all[..1_000])?;
    db.session.bulk_load(first).await?;
    // Left as they are.
    let conflict = OnConflict::new(["id"]);
    let other = |id: i64| (id, Value::from("other"), Value::I64(id));
    let again = Vec::from_iter((900..1_200).map(other));
    let load = rows(&db, &name, Some(conflict.clone()), &again)?;
    let done = db.session.bulk_load(load).await?;
    assert_eq!((done.inserted, done.found), (200, 100));
    let got = content(&mut db, &name).await?;
    assert_eq!(got.len(), 1_200);
    assert_eq!(got[950][1], row(950).1);
    assert_eq!(got[1_100][1], "other".into());
    // Updated, one column given and one counted.
    let conflict = conflict
        .set("t", ConflictValue::Given)
        .set("n", ConflictValue::Increased);
    let load = rows(
        &db,
        &name,
        Some(conflict),
        &Vec::from_iter((1_100..1_300).map(other)),
    )?;
    let done = db.session.bulk_load(load).await?;
    assert_eq!((done.inserted, done.found), (100, 100));
    let got = content(&mut db, &name).await?;
    assert_eq!(got[1_150], [1_150.into(), "other".into(), 1_151.into()]);
    assert_eq!(got[1_250], [1_250.into(), "other".into(), 1_250.into()]);
    assert_eq!(got.len(), 1_300);
    Ok(())
}

pub(super) async fn rows_found_by_several_columns(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("several");
    table(&mut db, &name, &["id", "t"]).await?;
    let conflict = || Some(OnConflict::new(["t", "id"]).set("n", ConflictValue::Given));
    let pair = |n: i64| (n / 2, Value::from(format!("t{}", n % 2)), Value::I64(n));
    let load = rows(&db, &name, conflict(), &Vec::from_iter((0..1_201).map(pair)))?;
    let done = db.session.bulk_load(load).await?;
    assert_eq!((done.inserted, done.found), (1_201, 0));
    let newer = |n: i64| (n / 2, Value::from(format!("t{}", n % 2)), Value::I64(-n));
    let load = rows(&db, &name, conflict(), &Vec::from_iter((1_001..1_401).map(newer)))?;
    let done = db.session.bulk_load(load).await?;
    assert_eq!((done.inserted, done.found), (200, 200));
    let got = content(&mut db, &name).await?;
    assert_eq!(got.len(), 1_401);
    assert_eq!(
        (&got[1_000][2], &got[1_001][2]),
        (&1_000.into(), &(-1_001).into())
    );
    Ok(())
}

/// A load that nobody waits for any more: all of it is there or nothing, and the next statement has its own answer.
pub(super) async fn cut_load(case: Case) -> Verdict {
    let name = case.table("cut");
    let mut db = case.db().await?;
    table(&mut db, &name, &["id"]).await?;
    let load = rows(&db, &name, None, &Vec::from_iter((0..20_000).map(row)))?;
    let pool = db.pool.clone();
    drop(db);
    for micros in [0, 100, 1_000, 5_000, 20_000] {
        let mut db = Db::take(pool.clone(), Access::Write).await?;
        let limit = Duration::from_micros(micros);
        let cut = tokio::time::timeout(limit, db.session.bulk_load(load.clone())).await;
        drop(db);
        let mut db = Db::take(pool.clone(), Access::Write).await?;
        db.assert_usable().await?;
        let settled = within(Duration::from_secs(20), "the count", async {
            let mut last = -1;
            loop {
                // It may still be on its way to its end.
                match db.count(&name).await? {
                    now if now == last => return Ok::<i64, Error>(now),
                    now => last = now,
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        });
        let count = settled.await?;
        assert!(
            count == 0 || count == 20_000,
            "{count} rows of a load that was cut"
        );
        if matches!(cut, Ok(Ok(_))) {
            assert_eq!(count, 20_000);
        }
        db.ddl(&format!("DELETE FROM {name}")).await?;
    }
    Ok(())
}
