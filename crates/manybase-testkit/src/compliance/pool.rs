//! The pool over this driver: full, closed, idle, old, and used by many at once.

use super::case::{CONNECTION, Case, within};
use super::db::Db;
use super::verdict::{Verdict, refused};
use manybase_driver::{Access, ConnectOptions, ErrorKind, Pool, PoolOptions, Statement, TestBeforeUse};
use manybase_sql::DataType;
use std::time::{Duration, Instant};

pub(super) const SOON: Duration = Duration::from_secs(15);

pub(super) fn options(max_size: usize) -> PoolOptions {
    PoolOptions {
        max_size,
        acquire_timeout: Duration::from_millis(200),
        ..PoolOptions::default()
    }
}

pub(super) fn patient() -> ConnectOptions {
    ConnectOptions::default()
}

/// All are taken: an error after the time limit that names the connection. Then one comes back.
pub(super) async fn exhausted(case: Case) -> Verdict {
    let pool = case.pool_with(&patient(), options(1))?;
    let taken = pool.acquire(Access::Write).await?;
    for _ in 0..2 {
        let error = refused(
            pool.acquire(Access::Write).await.map(|_| ()),
            &[ErrorKind::PoolTimeout],
        );
        assert_eq!(error.connection(), Some(CONNECTION));
        assert!(error.help().is_some(), "it does not say what to do: {error}");
    }
    drop(taken);
    Db::take(pool, Access::Write).await?.assert_usable().await?;
    Ok(())
}

/// Somebody who waits gets what the other gives back.
pub(super) async fn waiting(case: Case) -> Verdict {
    let pool = case.pool_with(
        &patient(),
        PoolOptions {
            acquire_timeout: SOON,
            ..options(1)
        },
    )?;
    let taken = pool.acquire(Access::Write).await?;
    let waiter = tokio::spawn({
        let pool = pool.clone();
        async move { Db::take(pool, Access::Write).await?.assert_usable().await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!((pool.status().in_use, pool.status().waiting), (1, 1));
    drop(taken);
    match waiter.await {
        Ok(result) => result?,
        Err(error) => panic!("{error}"),
    }
    Ok(())
}

pub(super) async fn closed(case: Case) -> Verdict {
    let pool = case.pool_with(
        &patient(),
        PoolOptions {
            acquire_timeout: SOON,
            ..options(1)
        },
    )?;
    let mut taken = Db::take(pool.clone(), Access::Write).await?;
    let waiter = tokio::spawn({
        let pool = pool.clone();
        async move { pool.acquire(Access::Write).await.map(|_| ()) }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    pool.close();
    assert!(pool.is_closed());
    match within(SOON, "the one who waits", waiter).await {
        Ok(result) => drop(refused(result, &[ErrorKind::Closed])),
        Err(error) => panic!("{error}"),
    }
    // Those aside have not been asked for before.
    let [read, aside] = [pool.acquire(Access::Read).await, pool.acquire_aside().await];
    for taken in [read, aside] {
        let error = refused(taken.map(|_| ()), &[ErrorKind::Closed]);
        assert_eq!(error.connection(), Some(CONNECTION));
    }
    taken.assert_usable().await?;
    drop(taken);
    assert_eq!(
        pool.status().open,
        0,
        "what comes back to a closed pool is closed"
    );
    Ok(())
}

pub(super) async fn idle_connections_are_closed(case: Case) -> Verdict {
    case.needs_connections()?;
    let idle_timeout = Some(Duration::from_millis(200));
    let pool = case.pool_with(
        &patient(),
        PoolOptions {
            idle_timeout,
            ..options(3)
        },
    )?;
    Db::take(pool.clone(), Access::Write)
        .await?
        .assert_usable()
        .await?;
    assert_eq!(pool.status().open, 1);
    let begun = Instant::now();
    while pool.status().open > 0 {
        assert!(begun.elapsed() < SOON, "still open after {SOON:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Db::take(pool, Access::Write).await?.assert_usable().await?;
    Ok(())
}

/// Whether this is the connection on which [`mark`] ran: a temporary table belongs to one.
async fn is_marked(db: &mut Db, name: &str) -> Verdict<bool> {
    match db.raw(&format!("SELECT id FROM {name}"), &[DataType::I64]).await {
        Ok(_) => Ok(true),
        Err(error) => {
            refused(Err::<(), _>(error), &[ErrorKind::UnknownTable]);
            Ok(false)
        }
    }
}

pub(super) async fn old_connections_are_closed(case: Case) -> Verdict {
    case.needs_connections()?;
    let max_lifetime = Some(Duration::from_millis(500));
    let pool = case.pool_with(
        &patient(),
        PoolOptions {
            max_lifetime,
            ..options(1)
        },
    )?;
    let name = case.table("temporary");
    let begun = Instant::now();
    let mut db = Db::take(pool.clone(), Access::Write).await?;
    db.ddl(&format!("CREATE TEMPORARY TABLE {name} (id INT)")).await?;
    drop(db);
    let mut db = Db::take(pool.clone(), Access::Write).await?;
    let marked = is_marked(&mut db, &name).await?;
    assert!(
        marked || begun.elapsed() > Duration::from_millis(400),
        "a young connection was not used again"
    );
    drop(db);
    tokio::time::sleep(Duration::from_millis(600)).await;
    let mut db = Db::take(pool, Access::Write).await?;
    assert!(
        !is_marked(&mut db, &name).await?,
        "a connection beyond its time was used again"
    );
    Ok(())
}

pub(super) async fn tested_before_use(case: Case) -> Verdict {
    for test_before_use in [
        TestBeforeUse::Always,
        TestBeforeUse::Never,
        TestBeforeUse::IdleFor(Duration::ZERO),
    ] {
        let pool = case.pool_with(
            &patient(),
            PoolOptions {
                test_before_use,
                ..options(1)
            },
        )?;
        for _ in 0..5 {
            let mut db = Db::take(pool.clone(), Access::Write).await?;
            db.session.ping().await?;
            db.assert_usable().await?;
        }
    }
    Ok(())
}

/// 64 tasks share 4 connections, and each gets its own answers.
pub(super) async fn many_tasks(case: Case) -> Verdict {
    let pool = case.pool(4)?;
    let one = case.table("one");
    Db::take(pool.clone(), Access::Write)
        .await?
        .keys(&one, [0])
        .await?;
    let tasks = Vec::from_iter((0..64).map(|n| {
        let (pool, one) = (pool.clone(), one.clone());
        tokio::spawn(async move {
            for round in 0..10 {
                let access = if (n + round) % 4 == 0 {
                    Access::Write
                } else {
                    Access::Read
                };
                Db::take(pool.clone(), access).await?.assert_good(&one).await?;
            }
            Ok::<_, manybase_driver::Error>(())
        })
    }));
    for task in tasks {
        match within(Duration::from_secs(60), "64 tasks", task).await {
            Ok(result) => result?,
            Err(error) => panic!("{error}"),
        }
    }
    let status = pool.status();
    assert!(
        status.open <= status.max && status.in_use == 0 && status.waiting == 0,
        "{status:?}"
    );
    Ok(())
}

/// A statement beyond its time limit is a typed error, and the pool goes on.
pub(super) async fn statement_timeout(case: Case) -> Verdict {
    let slow = case.slow_query()?;
    let limit = Duration::from_millis(700);
    let connect = ConnectOptions {
        statement_timeout: Some(limit),
        ..patient()
    };
    let pool: Pool = case.pool_with(
        &connect,
        PoolOptions {
            statement_timeout: Some(limit),
            acquire_timeout: SOON,
            ..options(1)
        },
    )?;
    let one = case.table("one");
    Db::take(pool.clone(), Access::Write)
        .await?
        .keys(&one, [0])
        .await?;
    for access in [Access::Write, Access::Read] {
        let mut db = Db::take(pool.clone(), access).await?;
        let begun = Instant::now();
        let statement = Statement {
            access,
            ..Statement::read(slow.clone(), vec![]).once()
        };
        let error = refused(db.session.execute(statement).await, &[ErrorKind::Timeout]);
        let took = begun.elapsed();
        assert!(
            took >= limit / 2 && took < limit * 6,
            "after {took:?} with a limit of {limit:?}"
        );
        assert_eq!(error.connection(), Some(CONNECTION));
        if !db.session.is_broken() {
            db.assert_good(&one).await?;
        }
        drop(db);
        let mut db = within(
            SOON,
            "a connection after a timeout",
            Db::take(pool.clone(), access),
        )
        .await?;
        db.assert_good(&one).await?;
    }
    Ok(())
}
