//! Futures that are dropped in the middle.

use crate::support::*;
use manybase_driver::{Access, CountSink, Statement, TransactionOptions};
use std::time::Duration;

const SLEEP: &str = "SELECT pg_sleep(30)";

async fn gone(db: &Db, begin: &str) {
    eventually("the statement ends on the server", async || {
        running(&mut db.session().await, begin).await == 0
    })
    .await;
}

#[tokio::test]
async fn a_dropped_query_stops_on_the_server() {
    let db = db!();
    for in_transaction in [false, true] {
        script(
            &mut db.session().await,
            "CREATE TABLE IF NOT EXISTS t (a int PRIMARY KEY)",
        )
        .await;
        {
            let mut session = db.session().await;
            if in_transaction {
                session.begin(TransactionOptions::default()).await.unwrap();
                write(&mut session, "INSERT INTO t VALUES (1)", vec![])
                    .await
                    .unwrap();
            }
            let sleep = session.query(Statement::read(SLEEP, vec![]), CountSink::default());
            assert!(
                tokio::time::timeout(Duration::from_millis(200), sleep)
                    .await
                    .is_err()
            );
            assert!(session.is_broken());
            assert!(session.ping().await.unwrap_err().is_connection_lost());
        }
        gone(&db, SLEEP).await;
        for n in 0..10 {
            let session = &mut db.session().await;
            let found = one(session, "SELECT $1::int4", vec![n.into()], |row| Ok(row.i64(0)?));
            assert_eq!(found.await.unwrap(), Some(i64::from(n)));
            // Its lock and its row are gone with the transaction.
            assert_eq!(number(session, "SELECT count(*) FROM t").await.unwrap(), 0);
        }
        // And so are its locks.
        script(
            &mut db.session().await,
            "BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE NOWAIT; COMMIT",
        )
        .await;
    }
}

#[tokio::test]
async fn a_dropped_future_never_poisons_the_pool() {
    let db = db!();
    script(&mut db.session().await, "CREATE TABLE t (a int)").await;
    // Dropped after ever more time: while it prepares, sends, waits, reads.
    for round in 0..60u64 {
        let limit = Duration::from_micros(round * 60);
        let mut session = db.session().await;
        let work = async {
            match round % 4 {
                0 => drop(
                    session
                        .query(
                            Statement::read("SELECT n FROM generate_series(1, 20000) AS n", vec![]),
                            CountSink::default(),
                        )
                        .await,
                ),
                1 => drop(
                    session
                        .execute(Statement::write(
                            format!("INSERT INTO t VALUES ({round})"),
                            vec![],
                        ))
                        .await,
                ),
                2 => drop(
                    session
                        .batch(
                            vec![Statement::write("INSERT INTO t VALUES (1000)", vec![]); 50],
                            true,
                        )
                        .await,
                ),
                _ => {
                    let _ = session.begin(TransactionOptions::default()).await;
                    let _ = session
                        .execute(Statement::write("INSERT INTO t VALUES (-1)", vec![]))
                        .await;
                    let _ = session.rollback().await;
                }
            }
        };
        let _ = tokio::time::timeout(limit, work).await;
        drop(session);
        let mut session = db.session().await;
        let found = one(&mut session, "SELECT $1::int8", vec![round.into()], |row| {
            Ok(row.u64(0)?)
        })
        .await
        .unwrap();
        assert_eq!(found, Some(round));
        assert_eq!(
            number(&mut session, "SELECT count(*) FROM t WHERE a = -1")
                .await
                .unwrap(),
            0
        );
        // A batch is there as a whole or not at all.
        assert_eq!(
            number(&mut session, "SELECT count(*) % 50 FROM t WHERE a = 1000")
                .await
                .unwrap(),
            0
        );
    }
    assert!(db.pool.status().open <= 4);
}

#[tokio::test]
async fn a_dropped_batch_is_undone() {
    let db = db!();
    script(&mut db.session().await, "CREATE TABLE t (a int)").await;
    {
        let mut session = db.session().await;
        let statements = vec![
            Statement::write("INSERT INTO t VALUES (1)", vec![]),
            Statement::read("SELECT pg_sleep(20) /* in a batch */", vec![]),
            Statement::write("INSERT INTO t VALUES (2)", vec![]),
        ];
        let batch = session.batch(statements, true);
        assert!(
            tokio::time::timeout(Duration::from_millis(200), batch)
                .await
                .is_err()
        );
    }
    gone(&db, "SELECT pg_sleep(20)").await;
    assert_eq!(
        number(&mut db.session().await, "SELECT count(*) FROM t")
            .await
            .unwrap(),
        0
    );
}

#[tokio::test]
async fn a_session_dropped_outside_the_runtime_stops_too() {
    let db = db!();
    let mut session = db.pool.acquire(Access::Write).await.unwrap();
    let sleep = session.execute(Statement::read("SELECT pg_sleep(25)", vec![]));
    assert!(
        tokio::time::timeout(Duration::from_millis(200), sleep)
            .await
            .is_err()
    );
    std::thread::spawn(move || drop(session)).join().unwrap();
    gone(&db, "SELECT pg_sleep(25)").await;
}
