//! Transactions, savepoints, and what goes wrong with them.

use crate::support::*;
use manybase_driver::{ConnectOptions, ErrorKind, IsolationLevel, Result, Statement, TransactionOptions};
use std::time::{Duration, Instant};

fn insert(a: i64) -> Statement {
    Statement::write("INSERT INTO t VALUES (?)", vec![a.into()])
}

const READ_ONLY: TransactionOptions = TransactionOptions {
    isolation: None,
    read_only: true,
};

#[tokio::test]
async fn savepoints_nest() -> Result<()> {
    let pool = memory();
    script(&pool, "CREATE TABLE t (a)").await;
    let mut session = writer(&pool).await;
    session.begin(TransactionOptions::default()).await?;
    session.execute(insert(1)).await?;
    session.savepoint(1).await?;
    session.execute(insert(2)).await?;
    session.savepoint(2).await?;
    session.execute(insert(3)).await?;
    session.rollback_to(2).await?;
    session.release(1).await?;
    session.savepoint(1).await?;
    session.execute(insert(4)).await?;
    session.rollback_to(1).await?;
    session.commit().await?;
    assert_eq!(number(&mut session, "SELECT SUM(a) FROM t").await, 3);
    session.rollback().await?;
    Ok(())
}

#[tokio::test]
async fn every_isolation_level_is_served() -> Result<()> {
    let (_directory, pool) = file();
    for isolation in [
        IsolationLevel::ReadUncommitted,
        IsolationLevel::ReadCommitted,
        IsolationLevel::RepeatableRead,
        IsolationLevel::Serializable,
    ] {
        let mut session = writer(&pool).await;
        let options = TransactionOptions {
            isolation: Some(isolation),
            read_only: false,
        };
        session.begin(options).await?;
        session.commit().await?;
    }
    Ok(())
}

#[tokio::test]
async fn read_only_holds_and_ends() -> Result<()> {
    let (_directory, in_file) = file();
    for pool in [memory(), in_file] {
        script(&pool, "CREATE TABLE t (a)").await;
        let mut session = writer(&pool).await;
        session.begin(READ_ONLY).await?;
        let error = session.execute(insert(1)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReadOnly);
        let error = session.script("SELECT 1; DROP TABLE t".into()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReadOnly);
        session
            .execute(Statement::read("EXPLAIN DELETE FROM t", vec![]))
            .await?;
        assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 0);
        session.commit().await?;
        session.execute(insert(1)).await?;
        // Also when it is left behind.
        session.begin(READ_ONLY).await?;
        drop(session);
        writer(&pool).await.execute(insert(2)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn readers_do_not_write() -> Result<()> {
    let (_directory, pool) = file();
    script(&pool, "CREATE TABLE t (a)").await;
    let mut session = reader(&pool).await;
    for sql in [
        "INSERT INTO t VALUES (1)",
        "CREATE TABLE u (a)",
        "PRAGMA user_version = 3",
        "BEGIN IMMEDIATE",
        // Analyzes all tables, and SQLite takes it for a statement that only reads.
        "PRAGMA optimize(0x10002)",
        "pragma optimize(0x10002)",
    ] {
        assert_eq!(
            fails(&mut session, sql).await.kind(),
            ErrorKind::ReadOnly,
            "{sql}"
        );
    }
    let error = session
        .script("PRAGMA optimize(0x10002)".into())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly);
    // Not even if it is talked into it.
    session.script("PRAGMA query_only = 0".into()).await?;
    assert_eq!(
        session.execute(insert(1)).await.unwrap_err().kind(),
        ErrorKind::ReadOnly
    );
    session.begin(TransactionOptions::default()).await?;
    assert_eq!(
        session.execute(insert(1)).await.unwrap_err().kind(),
        ErrorKind::ReadOnly
    );
    session.rollback().await?;
    Ok(())
}

#[tokio::test]
async fn a_reader_in_a_transaction_sees_one_snapshot() -> Result<()> {
    let (_directory, pool) = file();
    script(&pool, "CREATE TABLE t (a)").await;
    let mut session = reader(&pool).await;
    session.begin(TransactionOptions::default()).await?;
    let count = "SELECT COUNT(*) FROM t";
    assert_eq!(number(&mut session, count).await, 0);
    writer(&pool).await.execute(insert(1)).await?;
    assert_eq!(number(&mut session, count).await, 0);
    session.commit().await?;
    assert_eq!(number(&mut session, count).await, 1);
    Ok(())
}

#[tokio::test]
async fn misuse() -> Result<()> {
    let pool = memory();
    script(&pool, "CREATE TABLE t (a)").await;
    let mut session = writer(&pool).await;
    assert_eq!(session.commit().await.unwrap_err().kind(), ErrorKind::Transaction);
    assert_eq!(
        session.savepoint(1).await.unwrap_err().kind(),
        ErrorKind::Transaction
    );
    session.rollback().await?;
    session.begin(Default::default()).await?;
    assert_eq!(
        session.begin(Default::default()).await.unwrap_err().kind(),
        ErrorKind::Transaction
    );
    assert_eq!(
        session.release(5).await.unwrap_err().kind(),
        ErrorKind::Transaction
    );
    session.rollback().await?;
    // Text that leaves a transaction open would hand it to the next user of the pool.
    for text in ["BEGIN", "SAVEPOINT x", "BEGIN; INSERT INTO t VALUES (1)"] {
        let error = session.script(text.into()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transaction, "{text}");
    }
    session
        .script("BEGIN; INSERT INTO t VALUES (1); COMMIT".into())
        .await?;
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 1);
    Ok(())
}

#[tokio::test]
async fn a_transaction_that_is_left_is_rolled_back() -> Result<()> {
    let (_directory, pool) = file();
    script(&pool, "CREATE TABLE t (a)").await;
    let mut session = writer(&pool).await;
    session.begin(Default::default()).await?;
    session.execute(insert(1)).await?;
    drop(session);
    let mut session = writer(&pool).await;
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 0);
    session.begin(Default::default()).await?;
    session.execute(insert(1)).await?;
    session.commit().await?;
    Ok(())
}

#[tokio::test]
async fn a_reset_undoes_settings() -> Result<()> {
    let pool = memory();
    let mut session = writer(&pool).await;
    session
        .script("PRAGMA foreign_keys = 0; PRAGMA query_only = 1".into())
        .await?;
    session.begin(READ_ONLY).await?;
    drop(session);
    let mut session = writer(&pool).await;
    assert_eq!(number(&mut session, "PRAGMA foreign_keys").await, 1);
    assert_eq!(number(&mut session, "PRAGMA query_only").await, 0);
    Ok(())
}

#[tokio::test]
async fn two_writers_contend() -> Result<()> {
    let options = ConnectOptions {
        lock_timeout: Some(Duration::from_millis(150)),
        ..ConnectOptions::default()
    };
    let (directory, pool) = file_with("", &options);
    let url = format!("sqlite:{}/test.db", directory.path().display());
    let other = pool_with(&url, &options)?;
    script(&pool, "CREATE TABLE t (a)").await;
    let mut holder = writer(&pool).await;
    holder.begin(Default::default()).await?;
    holder.execute(insert(1)).await?;

    let mut waiter = writer(&other).await;
    let begun = Instant::now();
    let error = waiter.begin(Default::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LockTimeout, "{error}");
    assert!(error.is_retryable());
    let waited = begun.elapsed();
    assert!((150..2_000).contains(&waited.as_millis()), "{waited:?}");

    // The lock comes free in time.
    let waiting = tokio::spawn(async move {
        waiter.begin(Default::default()).await?;
        waiter.execute(insert(2)).await?;
        waiter.commit().await
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    holder.commit().await?;
    waiting.await.unwrap()?;
    assert_eq!(number(&mut holder, "SELECT SUM(a) FROM t").await, 3);
    Ok(())
}
