//! Futures that are dropped in the middle.

use crate::support::*;
use manybase_driver::{Access, CountSink, Session, Statement, TransactionOptions};
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

#[tokio::test]
async fn what_nobody_wants_to_read_ends_on_the_server() {
    const MANY: &str = "SELECT n, repeat('x', 100) FROM generate_series(1, 300000) AS n";
    let db = db!();
    for round in 0..3 {
        let mut session = db.session().await;
        let first = Each::new(|row| Ok(row.i64(0)?)).limit(1);
        let first = session.query(Statement::read(MANY, vec![]), first).await.unwrap();
        assert_eq!(first.rows, [Some(1)]);
        match round {
            // Nobody asks this session for anything, and yet its statement does not stay open.
            0 => gone(&db, MANY).await,
            // What comes next has its own answer.
            1 => assert_eq!(number(&mut session, "SELECT 7").await.unwrap(), 7),
            // It says goodbye in the middle.
            _ => drop(db.pool.acquire(Access::Write).await.unwrap()),
        }
        drop(session);
        assert_eq!(number(&mut db.session().await, "SELECT 8").await.unwrap(), 8);
    }
    db.pool.close();
    let db = Db {
        pool: pool(&db.database.url(), &connect_options()),
        database: db.database,
    };
    let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";
    eventually("all have said goodbye", async || {
        number(&mut db.session().await, count).await.unwrap() == 1
    })
    .await;
}

#[tokio::test]
async fn sessions_may_move_between_tasks_and_threads() {
    async fn sum(mut session: Session, n: i64) -> Session {
        let sql = "SELECT $1::int8 + count(*) FROM generate_series(1, 50)";
        let sum = one(&mut session, sql, vec![n.into()], |row| Ok(row.i64(0)?));
        assert_eq!(sum.await.unwrap(), Some(n + 50));
        session
    }

    let db = db!();
    let mut tasks = Vec::new();
    for task in 0..4i64 {
        let mut session = db.session().await;
        tasks.push(tokio::spawn(async move {
            for n in (0..50i64).map(|n| task * 1_000 + n) {
                // Each in a task of its own: a ring for the one before must not be lost.
                session = tokio::spawn(sum(session, n)).await.unwrap();
                // And in a thread of its own, while the socket is looked after in this one.
                let elsewhere = move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                    runtime.unwrap().block_on(sum(session, n))
                };
                session = tokio::task::spawn_blocking(elsewhere).await.unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}
