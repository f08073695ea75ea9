//! Two at once: who waits for whom, for how long, and who gives way.

use super::case::{Case, within};
use super::db::{Db, col};
use super::transaction::{I64, PLAIN, SOON, ids, set, with_rows};
use super::verdict::{Verdict, refused};
use manybase_driver::{Access, ConnectOptions, ErrorKind, Pool, PoolOptions, TransactionOptions};
use manybase_sql::{Expr, IsolationLevel, Select, Update, Value};
use std::time::{Duration, Instant};

const LOCK: Duration = Duration::from_secs(1);

/// A pool of its own that does not wait long for locks.
async fn impatient(case: &Case) -> Verdict<Db> {
    let connect = ConnectOptions {
        lock_timeout: Some(LOCK),
        ..ConnectOptions::default()
    };
    let pool = case.pool_with(
        &connect,
        PoolOptions {
            max_size: 2,
            ..PoolOptions::default()
        },
    )?;
    Ok(Db::take(pool, Access::Write).await?)
}

/// Two transactions read what the other changes: one of them has to give way.
pub(super) async fn serializable_transactions(case: Case) -> Verdict {
    case.needs_writers()?;
    let mut a = impatient(&case).await?;
    let name = case.table("skew");
    a.keys(&name, [1, 2]).await?;
    case.needs(
        a.dialect
            .capability()
            .isolation_levels
            .contains(&IsolationLevel::Serializable),
        "serializable transactions of two writers",
    )?;
    let mut b = a.another(Access::Write).await?;
    let options = TransactionOptions {
        isolation: Some(IsolationLevel::Serializable),
        read_only: false,
    };
    for db in [&mut a, &mut b] {
        db.session.begin(options).await?;
        ids(db, &name).await?;
    }
    async fn change(db: &mut Db, update: Update) -> manybase_driver::Result<()> {
        let done = match db.run(&update).await {
            Ok(_) => db.session.commit().await,
            Err(error) => Err(error),
        };
        if done.is_err() {
            db.session.rollback().await?;
        }
        done
    }
    let (set_a, set_b) = (set(&name, 1, 5), set(&name, 2, 5));
    let work = async { tokio::join!(change(&mut a, set_a), change(&mut b, set_b)) };
    let results = within(SOON, "two serializable transactions", work).await;
    let errors = Vec::from_iter([results.0, results.1].into_iter().filter_map(Result::err));
    assert!(
        !errors.is_empty(),
        "both committed, though neither saw the other's change"
    );
    for error in errors {
        assert!(error.is_retryable(), "{:?}: {error}", error.kind());
    }
    a.assert_usable().await?;
    b.assert_usable().await?;
    Ok(())
}

/// Who waits too long for a lock gets an error that can be tried again, and keeps the connection.
pub(super) async fn lock_timeout(case: Case) -> Verdict {
    case.needs_connections()?;
    let (mut holder, name) = with_rows(&case, [1, 2]).await?;
    let mut waiter = impatient(&case).await?;
    holder.session.begin(PLAIN).await?;
    holder.run(&set(&name, 1, 5)).await?;
    let begun = Instant::now();
    let result = match waiter.session.begin(PLAIN).await {
        Ok(()) => waiter.run(&set(&name, 1, 6)).await.map(|_| ()),
        Err(error) => Err(error),
    };
    let error = refused(result, &[ErrorKind::LockTimeout]);
    assert!(error.is_retryable());
    let took = begun.elapsed();
    assert!(
        took >= LOCK / 2 && took < LOCK * 8,
        "after {took:?} with a limit of {LOCK:?}"
    );
    waiter.session.rollback().await?;
    waiter.assert_usable().await?;
    holder.session.commit().await?;
    assert_eq!(
        within(SOON, "the lock", waiter.run(&set(&name, 1, 7)))
            .await?
            .affected,
        1
    );
    let select = Select::from(name)
        .item(col("v", I64))
        .filter(Expr::column("id").eq(1i64));
    assert_eq!(waiter.cell(&select, I64).await?, Value::I64(7));
    Ok(())
}

/// Somebody who waits gets the lock when it is free.
pub(super) async fn waiting_for_a_lock(case: Case) -> Verdict {
    case.needs_connections()?;
    let (mut holder, name) = with_rows(&case, [1]).await?;
    let mut waiter = Db::take(case.pool(1)?, Access::Write).await?;
    holder.session.begin(PLAIN).await?;
    holder.run(&set(&name, 1, 5)).await?;
    let release = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        holder.session.commit().await
    };
    let update = Update::table(name.clone()).set("v", col("v", I64).add(1i64));
    let wait = async { within(SOON, "the lock", waiter.run(&update)).await };
    let (released, waited) = tokio::join!(release, wait);
    released?;
    assert_eq!(waited?.affected, 1);
    let select = Select::from(name).item(col("v", I64));
    assert_eq!(
        waiter.cell(&select, I64).await?,
        Value::I64(6),
        "on top of the other's change"
    );
    Ok(())
}

/// Two wait for each other: one is told so, and the other goes on.
pub(super) async fn deadlock(case: Case) -> Verdict {
    case.needs_connections()?;
    let (mut a, name) = with_rows(&case, [1, 2]).await?;
    case.needs(a.dialect.capability().row_locks, "row locks")?;
    let mut b = a.another(Access::Write).await?;
    for (db, id) in [(&mut a, 1), (&mut b, 2)] {
        db.session.begin(PLAIN).await?;
        db.run(&set(&name, id, 1)).await?;
    }
    async fn cross(db: &mut Db, update: Update) -> manybase_driver::Result<()> {
        match db.run(&update).await {
            Ok(_) => db.session.commit().await,
            Err(error) => {
                db.session.rollback().await?;
                Err(error)
            }
        }
    }
    let (to_a, to_b) = (set(&name, 2, 2), set(&name, 1, 2));
    let work = async { tokio::join!(cross(&mut a, to_a), cross(&mut b, to_b)) };
    let (first, second) = within(SOON, "a deadlock", work).await;
    let errors = Vec::from_iter([first, second].into_iter().filter_map(Result::err));
    assert_eq!(errors.len(), 1, "one of two has to give way: {errors:?}");
    let error = refused(Err::<(), _>(errors[0].clone()), &[ErrorKind::Deadlock]);
    assert!(error.is_retryable());
    assert_eq!(ids(&mut a, &name).await?, [1, 2]);
    assert_eq!(ids(&mut b, &name).await?, [1, 2]);
    Ok(())
}

/// Writers that come all at once all get through, one after another where there is one writer only.
pub(super) async fn many_writers(case: Case) -> Verdict {
    case.needs_connections()?;
    let (mut db, name) = with_rows(&case, [1]).await?;
    db.run(&set(&name, 1, 0)).await?;
    drop(db);
    // Two pools, as two programs would have.
    let pools: [Pool; 2] = [case.pool(2)?, case.pool(2)?];
    let tasks = Vec::from_iter((0..40usize).map(|n| {
        let (pool, name) = (pools[n % 2].clone(), name.clone());
        tokio::spawn(async move {
            let mut db = Db::take(pool, Access::Write).await?;
            db.session.begin(PLAIN).await?;
            let update = Update::table(name).set("v", col("v", I64).add(1i64));
            let done = db.run(&update).await?;
            db.session.commit().await?;
            Ok::<_, manybase_driver::Error>(done.affected)
        })
    }));
    for task in tasks {
        match task.await {
            Ok(affected) => assert_eq!(affected?, 1),
            Err(error) => panic!("a writer panicked: {error}"),
        }
    }
    let mut db = Db::take(pools[0].clone(), Access::Read).await?;
    let select = Select::from(name).item(col("v", I64));
    assert_eq!(db.cell(&select, I64).await?, Value::I64(40));
    Ok(())
}
