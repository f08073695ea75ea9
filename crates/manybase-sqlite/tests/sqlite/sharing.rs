//! Many at once.

use crate::support::*;
use manybase_driver::{Access, Error, Result, Statement};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_writer_and_eight_readers() -> Result<()> {
    let (_directory, pool) = file();
    script(
        &pool,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a); CREATE TABLE u (a)",
    )
    .await;
    let through = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..8)
        .map(|n| {
            let (pool, through) = (pool.clone(), through.clone());
            tokio::spawn(async move {
                let mut reads = 0;
                while !through.load(Ordering::Relaxed) || reads == 0 {
                    let mut session = pool.acquire(Access::Read).await?;
                    // Both counts are of one snapshot, whichever it is.
                    let sql = "SELECT (SELECT COUNT(*) FROM t), (SELECT COUNT(*) FROM u)";
                    let mut statement = Statement::read(sql, vec![]);
                    statement.bounded = n % 2 == 0;
                    let found = rows(&mut session, statement, |row| Ok((row.i64(0)?, row.i64(1)?))).await?;
                    assert_eq!(found[0].0, found[0].1);
                    reads += 1;
                }
                Ok::<_, Error>(reads)
            })
        })
        .collect();
    for n in 0..200_i64 {
        let mut session = writer(&pool).await;
        session.begin(Default::default()).await?;
        session
            .execute(Statement::write("INSERT INTO t (a) VALUES (?)", vec![n.into()]))
            .await?;
        session
            .execute(Statement::write("INSERT INTO u VALUES (?)", vec![n.into()]))
            .await?;
        session.commit().await?;
    }
    through.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.await.unwrap()? > 0);
    }
    assert_eq!(
        number(&mut reader(&pool).await, "SELECT COUNT(*) FROM t").await,
        200
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_open_a_new_file_at_once() -> Result<()> {
    for _ in 0..10 {
        let (_directory, pool) = file();
        let all: Vec<_> = (0..10)
            .map(|n| {
                let pool = pool.clone();
                let access = if n == 0 { Access::Write } else { Access::Read };
                tokio::spawn(async move {
                    let mut session = pool.acquire(access).await?;
                    assert_eq!(number(&mut session, "SELECT 1").await, 1);
                    // All of them are open at the same time.
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    Ok::<_, Error>(())
                })
            })
            .collect();
        for one in all {
            one.await.unwrap()?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_of_a_database_in_memory_take_turns() -> Result<()> {
    let pool = memory();
    assert_eq!(pool.status().max, 1);
    script(&pool, "CREATE TABLE t (a)").await;
    let all: Vec<_> = (0..20_i64)
        .map(|n| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let insert = Statement::write("INSERT INTO t VALUES (?)", vec![n.into()]);
                writer(&pool).await.execute(insert).await
            })
        })
        .collect();
    for one in all {
        one.await.unwrap()?;
    }
    assert_eq!(
        number(&mut reader(&pool).await, "SELECT SUM(a) FROM t").await,
        190
    );
    Ok(())
}
