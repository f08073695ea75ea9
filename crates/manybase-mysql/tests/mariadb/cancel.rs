//! Futures that are dropped in the middle.

use super::{Home, number, run};
use manybase_driver::{CountSink, PoolOptions, Session, Statement};
use std::time::{Duration, Instant};

/// Runs something for a moment and drops it.
async fn cut<F: Future>(work: F) {
    assert!(
        tokio::time::timeout(Duration::from_millis(150), work)
            .await
            .is_err(),
        "too fast"
    );
}

/// Waits until the server runs nothing any more in this database.
async fn quiet(session: &mut Session) {
    let begun = Instant::now();
    let sql = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID() \
               AND command <> 'Sleep'";
    while number(session, sql).await != Some(0) {
        assert!(begun.elapsed() < Duration::from_secs(5), "it still runs");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn small() -> PoolOptions {
    PoolOptions {
        max_size: 2,
        ..PoolOptions::default()
    }
}

#[tokio::test]
async fn a_slow_statement_is_stopped_and_its_transaction_undone() {
    let home = Home::with("cancel", &Default::default(), small());
    let mut watcher = home.session().await;
    run(&mut watcher, "CREATE TABLE t (id INT PRIMARY KEY)").await;
    for in_transaction in [false, true] {
        let mut session = home.session().await;
        if in_transaction {
            session.begin(Default::default()).await.expect("begins");
            run(&mut session, "INSERT INTO t VALUES (1)").await;
        }
        cut(session.query(Statement::read("SELECT SLEEP(30)", vec![]), CountSink::default())).await;
        assert!(session.is_broken());
        drop(session);
        let begun = Instant::now();
        let mut session = home.session().await;
        assert_eq!(number(&mut session, "SELECT 7").await, Some(7));
        quiet(&mut watcher).await;
        // The lock is free and the row is gone.
        run(&mut session, "INSERT INTO t VALUES (1)").await;
        run(&mut session, "DELETE FROM t").await;
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}

/// In the middle of the rows, of a script, of a batch.
#[tokio::test]
async fn whatever_is_cut_off_the_next_answer_is_right() {
    let home = Home::with("cancel_all", &Default::default(), small());
    let mut watcher = home.session().await;
    run(&mut watcher, "CREATE TABLE t (id INT PRIMARY KEY)").await;
    for round in 0..4 {
        let mut session = home.session().await;
        match round {
            0 => {
                let rows = "SELECT seq, SLEEP(0.02) FROM seq_1_to_100000";
                cut(session.query(Statement::read(rows, vec![]), CountSink::default())).await;
            }
            1 => {
                cut(session
                    .script("INSERT INTO t VALUES (1); SELECT SLEEP(30); INSERT INTO t VALUES (2)".into()))
                .await
            }
            2 => {
                let batch = [
                    "INSERT INTO t VALUES (3)",
                    "DO SLEEP(30)",
                    "INSERT INTO t VALUES (4)",
                ];
                let batch = batch.map(|sql| Statement::write(sql, vec![])).to_vec();
                cut(session.batch(batch, true)).await;
            }
            _ => {
                // A large answer that nobody reads.
                let large = Statement::read("SELECT seq, REPEAT('x', 1000) FROM seq_1_to_1000000", vec![]);
                cut(session.query(large, CountSink::default())).await;
            }
        }
        drop(session);
        for _ in 0..4 {
            assert_eq!(number(&mut home.session().await, "SELECT 7").await, Some(7));
        }
        quiet(&mut watcher).await;
    }
    assert_eq!(
        number(&mut watcher, "SELECT SUM(id) FROM t").await,
        Some(1),
        "only what had been committed"
    );
}

/// Thousands of futures, dropped after a random number of polls.
#[tokio::test]
async fn random_cuts() {
    let home = Home::with(
        "cancel_random",
        &Default::default(),
        PoolOptions {
            max_size: 3,
            ..PoolOptions::default()
        },
    );
    for round in 0..400i64 {
        let mut session = home.session().await;
        let asked = [round, round + 1];
        for value in asked {
            // Now and then to its end.
            let mut polls = match (round * 7 + value) % 5 {
                4 => u64::MAX,
                few => few.unsigned_abs(),
            };
            let statement = Statement::read("SELECT ?", vec![value.into()]);
            let sink =
                manybase_driver::FirstSink::new(|row| row.i64(0).map_err(manybase_driver::Error::from));
            let mut work = std::pin::pin!(session.query(statement, sink));
            let answer = std::future::poll_fn(|context| match work.as_mut().poll(context) {
                std::task::Poll::Ready(answer) => std::task::Poll::Ready(Some(answer)),
                std::task::Poll::Pending if polls == 0 => std::task::Poll::Ready(None),
                std::task::Poll::Pending => {
                    polls -= 1;
                    std::task::Poll::Pending
                }
            });
            match answer.await {
                Some(Ok(sink)) => assert_eq!(sink.value, Some(Some(value))),
                Some(Err(error)) => assert!(error.is_connection_lost(), "{error}"),
                None => {}
            }
        }
    }
}
