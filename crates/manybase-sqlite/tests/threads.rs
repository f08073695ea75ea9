//! No thread stays behind. Alone in its process, so that the count is its own.
#![cfg(target_os = "linux")]

use manybase_driver::{
    Access, Address, ConnectOptions, CountSink, DriverFactory, Pool, PoolOptions, Statement,
};
use manybase_sqlite::SqliteFactory;
use std::fs;
use std::time::{Duration, Instant};

fn threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .filter(|name| name.trim() == "manybase-sqlite")
        .count()
}

fn open_files() -> usize {
    let files = fs::read_dir("/proc/self/fd").unwrap();
    files
        .filter_map(|file| fs::read_link(file.ok()?.path()).ok())
        .filter(|target| target.to_string_lossy().contains("threads-test.db"))
        .count()
}

async fn settles(what: &str, count: impl Fn() -> usize, expected: usize) {
    let begun = Instant::now();
    while count() != expected {
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{} {what}, not {expected}",
            count()
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn threads_and_files_go_with_their_connections() {
    let directory = tempfile::tempdir().unwrap();
    let address = Address::parse(&format!("sqlite:{}/threads-test.db", directory.path().display())).unwrap();
    let driver = SqliteFactory.open(&address, &ConnectOptions::default()).unwrap();
    for round in 0..3 {
        let pool = Pool::new("test", driver.clone(), PoolOptions::default());
        let mut held = Vec::new();
        for _ in 0..5 {
            held.push(pool.acquire(Access::Read).await.unwrap());
        }
        held.push(pool.acquire(Access::Write).await.unwrap());
        // Whoever makes the file waits for the disk. The others have no need of a thread yet.
        let new = usize::from(round == 0);
        settles("threads", threads, new).await;
        for session in &mut held {
            let short = Statement::read("SELECT 1", vec![]).bounded();
            assert_eq!(session.query(short, CountSink::default()).await.unwrap().0, 1);
        }
        assert_eq!(threads(), new);
        for session in &mut held {
            session.script("SELECT 1".to_owned()).await.unwrap();
        }
        settles("threads", threads, 6).await;
        drop(held);
        settles("threads", threads, 6).await;
        pool.close();
        settles("threads", threads, 0).await;
        settles("files", open_files, 0).await;
    }

    // In the middle of a statement that never ends, without a pool that would reset it.
    let mut connection = driver.connect(Access::Read).await.unwrap();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";
    let work = connection.query(Statement::read(endless, vec![]), Box::new(CountSink::default()));
    assert!(
        tokio::time::timeout(Duration::from_millis(30), work)
            .await
            .is_err()
    );
    connection.abandon();
    settles("threads", threads, 0).await;

    // The one that stays moves the log into the file; the other is closed at once, and needs no thread for it.
    let log = directory.path().join("threads-test.db-wal");
    let (mut stays, goes) = (
        driver.connect(Access::Write).await.unwrap(),
        driver.connect(Access::Read).await.unwrap(),
    );
    let insert = Statement::write("CREATE TABLE t (a)", vec![]);
    stays.execute(insert).await.unwrap();
    settles("threads", threads, 1).await;
    drop(goes);
    assert_eq!(threads(), 1);
    assert!(log.exists());
    stays.close().await.unwrap();
    assert!(!log.exists());
    settles("threads", threads, 0).await;

    // Closed, and dropped while dialling.
    driver
        .connect(Access::Write)
        .await
        .unwrap()
        .close()
        .await
        .unwrap();
    assert_eq!(open_files(), 0);
    drop(tokio::time::timeout(Duration::ZERO, driver.connect(Access::Read)).await);
    settles("threads", threads, 0).await;
    settles("files", open_files, 0).await;
}
