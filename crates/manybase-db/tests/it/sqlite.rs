//! The same on a real database: SQLite in memory, where all share one connection, and in a file.

mod registry;

use crate::fake::{run, run_at, to, write};
use manybase_db::{
    Access, ConnectionConfig, Db, Error, ErrorKind, Executor, Result, Route, TransactionSettings,
};
use manybase_driver::{FirstSink, Statement};
use std::time::Duration;
use tempfile::TempDir;

const TABLE: &str = "CREATE TABLE t (a INTEGER PRIMARY KEY)";

fn url(directory: &TempDir, file: &str) -> String {
    format!("sqlite://{}", directory.path().join(file).display())
}

/// One in memory, one in a file.
async fn both() -> (TempDir, Vec<Db>) {
    let directory = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for url in ["sqlite::memory:".to_owned(), url(&directory, "x.db")] {
        let db = Db::builder().connect("main", url).open().await.unwrap();
        run(&db, TABLE).await.unwrap();
        all.push(db);
    }
    (directory, all)
}

async fn count(on: &impl Executor, route: Route<'_>) -> Result<i64> {
    let mut lease = on.lease(route, Access::Read).await?;
    let sink = FirstSink::new(|row| Ok(row.i64(0)?.unwrap_or(-1)));
    let statement = Statement::read("SELECT count(*) FROM t", vec![]);
    Ok(lease.query(statement, sink).await?.value.unwrap_or(-1))
}

async fn rows(on: &impl Executor) -> i64 {
    count(on, Route::default()).await.unwrap()
}

#[tokio::test]
async fn commits_rolls_back_and_nests() {
    let (_directory, all) = both().await;
    for db in all {
        db.transaction(async |tx| {
            run(tx, "INSERT INTO t VALUES (1)").await?;
            let failed = tx
                .transaction(async |inner| {
                    run(inner, "INSERT INTO t VALUES (2)").await?;
                    run(inner, "INSERT INTO t VALUES (1)").await
                })
                .await;
            assert!(failed.unwrap_err().is_unique_violation());
            assert_eq!(rows(tx).await, 1);
            run(tx, "INSERT INTO t VALUES (3)").await
        })
        .await
        .unwrap();
        assert_eq!(rows(&db).await, 2);
        let failed: Result<()> = db
            .transaction(async |tx| {
                run(tx, "DELETE FROM t").await?;
                Err(Error::new(ErrorKind::NotFound, "mine"))
            })
            .await;
        failed.unwrap_err();
        assert_eq!(rows(&db).await, 2);
    }
}

#[tokio::test]
async fn a_swallowed_error_does_not_commit_half() {
    let (_directory, all) = both().await;
    for db in all {
        let result = db
            .transaction(async |tx| {
                run(tx, "INSERT INTO t VALUES (1)").await?;
                run(tx, "INSERT INTO t VALUES (1)").await.unwrap_err();
                Ok(())
            })
            .await;
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Transaction);
        assert_eq!(rows(&db).await, 0);
    }
}

/// Whenever the future is dropped, both rows are there or none, and the next user's connection is clean.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_future_dropped_anywhere_leaves_all_or_nothing() {
    let (_directory, all) = both().await;
    for db in all {
        let mut committed = 0;
        let mut cut = 0;
        for step in 0_u64..150 {
            let work = db.transaction(async |tx| {
                run(tx, "INSERT INTO t (a) VALUES (NULL)").await?;
                tx.transaction(async |inner| run(inner, "INSERT INTO t (a) VALUES (NULL)").await)
                    .await
            });
            // Tokio's clock is too coarse: drop it at its nth wait.
            match tokio::time::timeout(Duration::from_secs(10), polls(work, step % 30))
                .await
                .unwrap()
            {
                Some(result) => committed += i64::try_from(result.unwrap().affected).unwrap(),
                None => cut += 1,
            }
            let now = rows(&db).await;
            assert_eq!(now % 2, 0, "half a transaction after step {step}");
            let mut lease = db.lease(Route::default(), Access::Write).await.unwrap();
            assert!(!lease.in_transaction());
            lease
                .execute(write("UPDATE t SET a = a WHERE a < 0"))
                .await
                .unwrap();
        }
        assert!(committed > 0 && cut > 0, "{committed} and {cut}");
    }
}

/// Polls a future so many times, then drops it.
async fn polls<T>(work: impl Future<Output = T>, times: u64) -> Option<T> {
    let mut work = Box::pin(work);
    let mut left = times;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return std::task::Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

#[tokio::test]
async fn a_transaction_that_is_dropped_gives_the_lock_back() {
    let (_directory, all) = both().await;
    for db in all {
        let tx = db.begin().await.unwrap();
        run(&tx, "INSERT INTO t VALUES (1)").await.unwrap();
        drop(tx);
        run(&db, "INSERT INTO t VALUES (2)").await.unwrap();
        assert_eq!(rows(&db).await, 1);
    }
}

/// The predecessor ran a statement of a model on B inside a transaction on A silently on A.
#[tokio::test]
async fn inside_a_transaction_on_a_nothing_of_b_runs_on_a() {
    let directory = tempfile::tempdir().unwrap();
    let builder = Db::builder()
        .connect("a", url(&directory, "a.db"))
        .connect("b", url(&directory, "b.db"));
    let db = builder.default_connection("a").open().await.unwrap();
    for name in ["a", "b"] {
        run_at(&db, to(name), TABLE).await.unwrap();
    }
    run_at(&db, to("b"), "INSERT INTO t VALUES (7)").await.unwrap();
    let bound = Route {
        bound: Some("b"),
        model: Some("Customer"),
        ..Route::default()
    };
    db.transaction(async |tx| {
        run(tx, "INSERT INTO t VALUES (1)").await?;
        run(tx, "INSERT INTO t VALUES (2)").await?;
        // What is there is B's own, and a write is refused: two such files can't commit together.
        assert_eq!(count(tx, bound).await?, 1);
        let error = run_at(tx, bound, "DELETE FROM t").await.unwrap_err();
        assert_eq!(
            (error.kind(), error.connection(), error.model()),
            (ErrorKind::Unsupported, Some("b"), Some("Customer"))
        );
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(rows(&db).await, 2);
    assert_eq!(count(&db, to("b")).await.unwrap(), 1);
}

#[tokio::test]
async fn reads_in_a_transaction_see_its_own_writes_and_a_read_only_one_keeps_nobody_waiting() {
    let directory = tempfile::tempdir().unwrap();
    let db = Db::builder()
        .connect("main", url(&directory, "x.db"))
        .open()
        .await
        .unwrap();
    run(&db, TABLE).await.unwrap();
    let reader = db
        .transaction_with(TransactionSettings::new().read_only())
        .begin()
        .await
        .unwrap();
    assert_eq!(rows(&reader).await, 0);
    db.transaction(async |tx| {
        run(tx, "INSERT INTO t VALUES (1)").await?;
        assert_eq!(rows(tx).await, 1);
        Ok(())
    })
    .await
    .unwrap();
    // Its snapshot is from before.
    assert_eq!(rows(&reader).await, 0);
    assert_eq!(
        run(&reader, "DELETE FROM t").await.unwrap_err().kind(),
        ErrorKind::ReadOnly
    );
    reader.commit().await.unwrap();
    assert_eq!(rows(&db).await, 1);
}

/// Two registries on one file stand for two processes.
#[tokio::test]
async fn a_busy_database_is_tried_again() {
    let directory = tempfile::tempdir().unwrap();
    let config = ConnectionConfig::from_url(&url(&directory, "x.db"))
        .unwrap()
        .lock_timeout(Some(Duration::from_millis(10)));
    let one = Db::builder()
        .connection("main", config.clone())
        .open()
        .await
        .unwrap();
    let two = Db::builder().connection("main", config).open().await.unwrap();
    run(&one, TABLE).await.unwrap();
    let tx = one.begin().await.unwrap();
    run(&tx, "INSERT INTO t VALUES (1)").await.unwrap();
    let error = two
        .transaction(async |tx| run(tx, "INSERT INTO t VALUES (2)").await)
        .await
        .unwrap_err();
    assert!(error.is_retryable(), "{error}");
    let again = two.transaction_with(TransactionSettings::new().retries(20));
    let (again, ()) = tokio::join!(
        again.run(async |tx| run(tx, "INSERT INTO t VALUES (2)").await),
        async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            tx.commit().await.unwrap();
        }
    );
    again.unwrap();
    assert_eq!(rows(&one).await, 2);
}

#[tokio::test]
async fn writers_of_one_registry_wait_for_one_another() {
    let directory = tempfile::tempdir().unwrap();
    let db = Db::builder()
        .connect("main", url(&directory, "x.db"))
        .open()
        .await
        .unwrap();
    run(&db, TABLE).await.unwrap();
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                db.transaction(async |tx| {
                    let before = rows(tx).await;
                    run(tx, "INSERT INTO t (a) VALUES (NULL)").await?;
                    assert_eq!(rows(tx).await, before + 1);
                    Ok(())
                })
                .await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(rows(&db).await, 20);
}

/// Once, `close` came back before the connections' threads had closed their files, and a program that ended then
/// left its data in the write-ahead log.
#[tokio::test]
async fn closing_closes_the_files() {
    for round in 0..20 {
        let directory = tempfile::tempdir().unwrap();
        let db = Db::builder()
            .connect("main", url(&directory, "x.db"))
            .open()
            .await
            .unwrap();
        run(&db, TABLE).await.unwrap();
        run(&db, "INSERT INTO t VALUES (1)").await.unwrap();
        assert_eq!(rows(&db).await, 1);
        match round % 2 {
            0 => db.close().await.unwrap(),
            _ => db.remove("main").await.unwrap(),
        }
        let files: Vec<_> = std::fs::read_dir(directory.path())
            .unwrap()
            .map(|file| file.unwrap().file_name())
            .collect();
        assert_eq!(files, ["x.db"]);
    }
}
