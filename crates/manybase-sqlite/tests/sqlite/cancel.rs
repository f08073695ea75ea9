//! Futures dropped in the middle, and clocks.

use crate::support::*;
use manybase_driver::{
    Access, ConnectOptions, CountSink, ErrorKind, Flow, Pool, Result, Row, Sink, Statement,
};
use std::time::{Duration, Instant};

const ENDLESS: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";
const ENDLESS_WRITE: &str =
    "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";

/// Runs something for a moment and drops it.
async fn cut_off<T>(work: impl Future<Output = Result<T>>) {
    let cut = tokio::time::timeout(Duration::from_millis(30), work).await;
    assert!(cut.is_err(), "it ended by itself");
}

async fn alive(pool: &Pool, access: Access, answer: i64) {
    let begun = Instant::now();
    let mut session = pool.acquire(access).await.unwrap();
    for n in 0..20 {
        assert_eq!(
            number(&mut session, &format!("SELECT {answer} + {n}")).await,
            answer + n
        );
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn the_next_statement_gets_its_own_answer() {
    let (_directory, in_file) = file();
    for pool in [memory(), in_file] {
        script(&pool, "CREATE TABLE t (a)").await;
        for (access, sql) in [
            (Access::Read, ENDLESS),
            (Access::Write, ENDLESS),
            (Access::Write, ENDLESS_WRITE),
        ] {
            for bounded in [false, true] {
                let mut statement = Statement::read(sql, vec![]);
                statement.bounded = bounded;
                let mut session = pool.acquire(access).await.unwrap();
                cut_off(session.query(statement, CountSink::default())).await;
                // It is of no use to whoever dropped the future, and fine for the next one.
                assert!(session.ping().await.unwrap_err().is_connection_lost());
                drop(session);
                alive(&pool, access, 41).await;
            }
        }
        assert_eq!(
            number(&mut writer(&pool).await, "SELECT COUNT(*) FROM t").await,
            0
        );
    }
}

#[tokio::test]
async fn a_write_in_a_transaction_is_rolled_back() -> Result<()> {
    let (_directory, pool) = file();
    script(&pool, "CREATE TABLE t (a)").await;
    let mut session = writer(&pool).await;
    session.begin(Default::default()).await?;
    session
        .execute(Statement::write("INSERT INTO t VALUES (0)", vec![]))
        .await?;
    cut_off(session.execute(Statement::write(ENDLESS_WRITE, vec![]))).await;
    drop(session);
    let mut session = writer(&pool).await;
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 0);
    session.begin(Default::default()).await?;
    session.commit().await
}

#[tokio::test]
async fn a_batch_is_cut_off_as_a_whole() -> Result<()> {
    let (_directory, pool) = file();
    script(&pool, "CREATE TABLE t (a)").await;
    let one = Statement::write("INSERT INTO t VALUES (0)", vec![]);
    let endless = Statement::write(ENDLESS_WRITE, vec![]);
    let mut session = writer(&pool).await;
    cut_off(session.batch(vec![one.clone(), endless, one], true)).await;
    drop(session);
    assert_eq!(
        number(&mut writer(&pool).await, "SELECT COUNT(*) FROM t").await,
        0
    );
    Ok(())
}

#[tokio::test]
async fn a_database_in_memory_survives() -> Result<()> {
    let pool = memory();
    script(&pool, "CREATE TABLE t (a); INSERT INTO t VALUES (42)").await;
    for _ in 0..5 {
        let mut session = writer(&pool).await;
        session.begin(Default::default()).await?;
        cut_off(session.execute(Statement::write(ENDLESS_WRITE, vec![]))).await;
        drop(session);
    }
    assert_eq!(number(&mut writer(&pool).await, "SELECT a FROM t").await, 42);
    Ok(())
}

#[tokio::test]
async fn waiting_for_a_lock_can_be_dropped() -> Result<()> {
    let (directory, pool) = file();
    let other = self::pool(&directory);
    script(&pool, "CREATE TABLE t (a)").await;
    let mut holder = writer(&pool).await;
    holder.begin(Default::default()).await?;
    let mut session = writer(&other).await;
    cut_off(session.begin(Default::default())).await;
    drop(session);
    // The lock timeout is 30 s: only a wait that stopped lets the next one in at once.
    alive(&other, Access::Write, 1).await;
    holder.rollback().await?;
    let mut session = writer(&other).await;
    session.begin(Default::default()).await?;
    session.commit().await
}

fn pool(directory: &tempfile::TempDir) -> Pool {
    crate::support::pool(&format!("sqlite:{}/test.db", directory.path().display()))
}

#[tokio::test]
async fn statements_time_out() -> Result<()> {
    let options = ConnectOptions {
        statement_timeout: Some(Duration::from_millis(80)),
        ..ConnectOptions::default()
    };
    let (_directory, pool) = file_with("", &options);
    script(&pool, "CREATE TABLE t (a)").await;
    let mut session = writer(&pool).await;
    for sql in [ENDLESS, ENDLESS_WRITE] {
        let begun = Instant::now();
        let error = fails(&mut session, sql).await;
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert!(begun.elapsed() < Duration::from_secs(2));
        // The session is as good as before.
        assert_eq!(number(&mut session, "SELECT 1").await, 1);
    }
    assert_eq!(
        session.script(ENDLESS.into()).await.unwrap_err().kind(),
        ErrorKind::Timeout
    );
    let statement = Statement::read(ENDLESS, vec![]).bounded();
    let error = session
        .query(statement, CountSink::default())
        .await
        .err()
        .unwrap();
    assert_eq!(error.kind(), ErrorKind::Timeout);

    // SQLite ends the transaction of a write that is stopped; nothing may be written behind it.
    session.begin(Default::default()).await?;
    session
        .execute(Statement::write("INSERT INTO t VALUES (1)", vec![]))
        .await?;
    assert_eq!(
        fails(&mut session, ENDLESS_WRITE).await.kind(),
        ErrorKind::Timeout
    );
    let next = fails(&mut session, "INSERT INTO t VALUES (2)").await;
    assert_eq!(next.kind(), ErrorKind::Transaction, "{next}");
    assert_eq!(session.commit().await.unwrap_err().kind(), ErrorKind::Transaction);
    session.rollback().await?;
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_drops_at_random_moments() {
    let (_directory, pool) = file();
    script(&pool, "CREATE TABLE t (a)").await;
    for round in 0..300_u64 {
        let mut session = writer(&pool).await;
        let work = async {
            session.begin(Default::default()).await?;
            for n in 0..5_i64 {
                session
                    .execute(Statement::write("INSERT INTO t VALUES (?)", vec![n.into()]))
                    .await?;
            }
            session.commit().await
        };
        let _ = tokio::time::timeout(Duration::from_micros(round * 13 % 1_500), work).await;
        drop(session);
        let mut session = pool.acquire(Access::Write).await.unwrap();
        assert_eq!(
            number(&mut session, &format!("SELECT {round}")).await,
            i64::try_from(round).unwrap()
        );
        assert_eq!(
            number(&mut session, "SELECT COUNT(*) % 5 FROM t").await,
            0,
            "half a transaction"
        );
    }
}

struct Panics;

impl Sink for Panics {
    fn row(&mut self, _: &dyn Row) -> Result<Flow> {
        panic!("a bug in a sink")
    }
}

#[tokio::test]
async fn a_panic_costs_one_connection() {
    let (_directory, pool) = file();
    let mut session = reader(&pool).await;
    let read = Statement::read("SELECT 1", vec![]);
    let error = session.query(read.clone(), Panics).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost);
    drop(session);
    alive(&pool, Access::Read, 7).await;
    // On the spot, it is the caller's own panic.
    let mut session = reader(&pool).await;
    let panicked = tokio::spawn(async move { session.query(read.bounded(), Panics).await.map(|_| ()) });
    assert!(panicked.await.unwrap_err().is_panic());
    alive(&pool, Access::Read, 8).await;
}
