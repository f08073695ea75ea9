//! Transactions: what lasts, what is undone, what others see, who waits for whom.

use super::case::{Case, within};
use super::db::Db;
use super::verdict::{Verdict, refused};
use manybase_driver::{Access, ErrorKind, TransactionOptions};
use manybase_sql::schema::Table;
use manybase_sql::{DataType, Delete, Expr, Insert, IsolationLevel, Order, Select, Update, Value};
use std::time::Duration;

pub(super) const I64: DataType = DataType::I64;
pub(super) const PLAIN: TransactionOptions = TransactionOptions {
    isolation: None,
    read_only: false,
};
pub(super) const SOON: Duration = Duration::from_secs(20);

pub(super) async fn with_rows(case: &Case, keys: impl IntoIterator<Item = i64>) -> Verdict<(Db, String)> {
    let mut db = case.db().await?;
    let name = case.table("tx");
    db.keys(&name, keys).await?;
    Ok((db, name))
}

fn insert(name: &str, id: i64) -> Insert {
    Insert::into(name.to_owned(), ["id", "v"]).row([id, 0])
}

pub(super) fn set(name: &str, id: i64, v: i64) -> Update {
    Update::table(name.to_owned())
        .set("v", v)
        .filter(Expr::typed_column("id", I64, false).eq(id))
}

pub(super) async fn ids(db: &mut Db, name: &str) -> Verdict<Vec<i64>> {
    let select = Select::from(name.to_owned())
        .column("id")
        .order_by(Expr::typed_column("id", I64, false), Order::Asc);
    let got = db.column(&select, I64).await?;
    Ok(got
        .into_iter()
        .map(|id| {
            if let Value::I64(id) = id {
                id
            } else {
                panic!("{id:?}")
            }
        })
        .collect())
}

pub(super) async fn commit_lasts(case: Case) -> Verdict {
    case.needs_connections()?;
    let (mut db, name) = with_rows(&case, []).await?;
    let mut other = db.another(Access::Read).await?;
    db.session.begin(PLAIN).await?;
    assert!(db.session.in_transaction());
    db.run(&insert(&name, 1)).await?;
    assert_eq!(ids(&mut db, &name).await?, [1], "it sees its own work");
    assert_eq!(ids(&mut other, &name).await?, [0i64; 0], "nobody else does");
    db.session.commit().await?;
    assert!(!db.session.in_transaction());
    assert_eq!(ids(&mut other, &name).await?, [1]);
    Ok(())
}

pub(super) async fn rollback_undoes(case: Case) -> Verdict {
    let (mut db, name) = with_rows(&case, [1]).await?;
    db.session.begin(PLAIN).await?;
    db.run(&insert(&name, 2)).await?;
    db.run(&set(&name, 1, 99)).await?;
    db.run(&Delete::from(name.clone()).filter(Expr::column("id").eq(1i64)))
        .await?;
    db.session.rollback().await?;
    assert_eq!(ids(&mut db, &name).await?, [1]);
    db.session.rollback().await?;
    db.run(&insert(&name, 3)).await?;
    db.session.rollback().await?;
    assert_eq!(
        ids(&mut db, &name).await?,
        [1, 3],
        "without a transaction there is nothing to undo"
    );
    Ok(())
}

pub(super) async fn savepoints_three_deep(case: Case) -> Verdict {
    let (mut db, name) = with_rows(&case, []).await?;
    case.needs(db.dialect.capability().savepoints, "savepoints")?;
    db.session.begin(PLAIN).await?;
    for depth in 1..=3 {
        db.run(&insert(&name, i64::from(depth))).await?;
        db.session.savepoint(depth).await?;
    }
    db.run(&insert(&name, 4)).await?;
    db.session.rollback_to(3).await?;
    assert_eq!(ids(&mut db, &name).await?, [1, 2, 3]);
    db.session.savepoint(3).await?;
    db.run(&insert(&name, 5)).await?;
    db.session.release(3).await?;
    assert_eq!(ids(&mut db, &name).await?, [1, 2, 3, 5]);
    db.session.rollback_to(2).await?;
    assert_eq!(ids(&mut db, &name).await?, [1, 2]);
    db.run(&insert(&name, 6)).await?;
    db.session.release(1).await?;
    db.session.commit().await?;
    assert_eq!(ids(&mut db, &name).await?, [1, 2, 6]);
    Ok(())
}

/// An error inside a savepoint costs the savepoint, not the transaction.
pub(super) async fn savepoint_after_an_error(case: Case) -> Verdict {
    let (mut db, name) = with_rows(&case, []).await?;
    case.needs(db.dialect.capability().savepoints, "savepoints")?;
    db.session.begin(PLAIN).await?;
    db.run(&insert(&name, 1)).await?;
    for _ in 0..3 {
        db.session.savepoint(1).await?;
        db.run(&insert(&name, 2)).await?;
        refused(db.run(&insert(&name, 1)).await, &[ErrorKind::UniqueViolation]);
        db.session.rollback_to(1).await?;
    }
    db.run(&insert(&name, 3)).await?;
    db.session.commit().await?;
    assert_eq!(ids(&mut db, &name).await?, [1, 3]);
    Ok(())
}

/// A level that can be asked for works; another is refused or served by a stricter one.
pub(super) async fn isolation_levels(case: Case) -> Verdict {
    let (mut db, name) = with_rows(&case, [1]).await?;
    let can = db.dialect.capability().isolation_levels;
    let all = [
        IsolationLevel::ReadUncommitted,
        IsolationLevel::ReadCommitted,
        IsolationLevel::RepeatableRead,
        IsolationLevel::Serializable,
    ];
    for isolation in all {
        for read_only in [false, true] {
            let options = TransactionOptions {
                isolation: Some(isolation),
                read_only,
            };
            match db.session.begin(options).await {
                Ok(()) => {
                    assert_eq!(ids(&mut db, &name).await?, [1]);
                    db.session.commit().await?;
                }
                Err(error) => {
                    assert!(!can.contains(&isolation), "{isolation:?}: {error}");
                    refused(Err::<(), _>(error), &[ErrorKind::Unsupported]);
                    case.without(&db, &format!("isolation level {isolation:?}"));
                }
            }
            assert!(!db.session.in_transaction());
        }
    }
    Ok(())
}

/// What a second look inside one transaction sees of a commit in between.
pub(super) async fn what_a_transaction_sees(case: Case) -> Verdict {
    case.needs_connections()?;
    let (mut writer, name) = with_rows(&case, []).await?;
    let single = writer.dialect.capability().single_writer;
    let can = writer.dialect.capability().isolation_levels;
    let mut key = 0;
    let asked = [
        IsolationLevel::ReadCommitted,
        IsolationLevel::RepeatableRead,
        IsolationLevel::Serializable,
    ];
    let levels = asked
        .iter()
        .filter(|level| can.contains(level))
        .map(|level| Some(*level));
    // A database without levels gives each reader one snapshot.
    let levels = if can.is_empty() {
        vec![None]
    } else {
        levels.collect()
    };
    for isolation in levels {
        let mut reader = writer.another(Access::Read).await?;
        reader
            .session
            .begin(TransactionOptions {
                isolation,
                read_only: single,
            })
            .await?;
        let before = ids(&mut reader, &name).await?;
        key += 1;
        if isolation == Some(IsolationLevel::Serializable) {
            // A reader may hold the writer up; it is enough that it works.
            reader.session.commit().await?;
            continue;
        }
        writer.run(&insert(&name, key)).await?;
        let after = ids(&mut reader, &name).await?;
        reader.session.commit().await?;
        let sees = isolation == Some(IsolationLevel::ReadCommitted);
        assert_eq!(
            after.contains(&key),
            sees,
            "{isolation:?}: {before:?}, then {after:?}"
        );
        assert!(
            ids(&mut reader, &name).await?.contains(&key),
            "after the transaction"
        );
    }
    Ok(())
}

/// A transaction that nobody finishes is rolled back, and its locks are free.
pub(super) async fn a_dropped_session_rolls_back(case: Case) -> Verdict {
    let pool = case.pool(1)?;
    let name = case.table("dropped");
    Db::take(pool.clone(), Access::Write)
        .await?
        .keys(&name, [1])
        .await?;
    for round in 0..20i64 {
        let mut db = Db::take(pool.clone(), Access::Write).await?;
        db.session.begin(PLAIN).await?;
        db.run(&set(&name, 1, 1)).await?;
        db.run(&insert(&name, 2 + round % 2)).await?;
        drop(db);
        let mut db = within(
            SOON,
            "a connection after a dropped transaction",
            Db::take(pool.clone(), Access::Write),
        )
        .await?;
        assert!(!db.session.in_transaction());
        assert_eq!(ids(&mut db, &name).await?, [1]);
        assert_eq!(
            within(SOON, "the row's lock", db.run(&set(&name, 1, 2)))
                .await?
                .affected,
            1
        );
    }
    Ok(())
}

pub(super) async fn ddl_in_a_transaction(case: Case) -> Verdict {
    let mut db = case.db().await?;
    case.needs(
        db.dialect.capability().transactional_ddl,
        "DDL inside transactions",
    )?;
    let name = case.table("ddl");
    let table = || {
        Table::new(name.clone())
            .column("id", I64)
            .column("v", I64)
            .key("id")
            .create()
    };
    db.session.begin(PLAIN).await?;
    db.run(&table()).await?;
    db.run(&insert(&name, 1)).await?;
    db.session.rollback().await?;
    refused(db.count(&name).await, &[ErrorKind::UnknownTable]);
    db.session.begin(PLAIN).await?;
    db.run(&table()).await?;
    db.session.commit().await?;
    assert_eq!(db.count(&name).await?, 0);
    Ok(())
}

/// A transaction in which a statement failed: a commit that says yes has kept what was done before, one that
/// says no has kept nothing.
pub(super) async fn commit_after_an_error(case: Case) -> Verdict {
    let (mut db, name) = with_rows(&case, [1]).await?;
    for key in 2..5 {
        db.session.begin(PLAIN).await?;
        db.run(&insert(&name, key)).await?;
        refused(db.run(&insert(&name, 1)).await, &[ErrorKind::UniqueViolation]);
        let committed = db.session.commit().await;
        if committed.is_err() {
            db.session.rollback().await?;
        }
        assert_eq!(
            ids(&mut db, &name).await?.contains(&key),
            committed.is_ok(),
            "{committed:?}"
        );
        assert!(!db.session.in_transaction());
    }
    db.run(&insert(&name, 9)).await?;
    Ok(())
}
