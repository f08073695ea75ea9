//! What runs on the caller's thread, and what must not.

use crate::support::*;
use manybase_driver::{ConnectOptions, Flow, Pool, Result, Row, Session, Sink, Statement, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Keeps for each row whether it came on the driver's own thread.
#[derive(Default)]
struct Where {
    far: Vec<bool>,
    restarts: bool,
    restarted: Arc<AtomicU64>,
}

impl Sink for Where {
    fn row(&mut self, _: &dyn Row) -> Result<Flow> {
        let thread = std::thread::current();
        self.far.push(thread.name() == Some("manybase-sqlite"));
        Ok(Flow::Continue)
    }

    fn restart(&mut self) -> bool {
        if self.restarts && !self.far.is_empty() {
            self.restarted.fetch_add(1, Ordering::Relaxed);
            self.far.clear();
        }
        self.restarts
    }
}

/// The rows, each whether it came on the driver's thread, and how often they came anew.
async fn places(session: &mut Session, statement: Statement, restarts: bool) -> Result<(Vec<bool>, u64)> {
    let restarted = Arc::new(AtomicU64::new(0));
    let sink = Where {
        restarts,
        restarted: restarted.clone(),
        ..Where::default()
    };
    let back = session.query(statement, sink).await?;
    Ok((back.far, restarted.load(Ordering::Relaxed)))
}

const NUMBERS: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n";

fn numbers(count: i64) -> Statement {
    Statement::read(NUMBERS, vec![count.into()])
}

fn insert(value: i64) -> Statement {
    Statement::write("INSERT INTO t (a) VALUES (?) RETURNING id", vec![value.into()]).bounded()
}

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a)";
/// Each insert is long: it fills another table.
const TRIGGER: &str = "CREATE TABLE u (a); CREATE TRIGGER more AFTER INSERT ON t BEGIN INSERT INTO u \
    SELECT a.value FROM json_each('[1,2,3,4,5,6,7,8,9,10]') a, json_each('[1,2,3,4,5,6,7,8,9,10]') b, \
    json_each('[1,2,3,4,5,6,7,8,9,10]') c, json_each('[1,2,3,4,5,6,7,8,9,10]') d; END";

async fn far(session: &mut Session, statement: Statement) -> bool {
    let (rows, _) = places(session, statement, false).await.unwrap();
    assert_eq!(rows.len(), 1);
    rows[0]
}

#[tokio::test]
async fn short_reads_stay_here() -> Result<()> {
    let (_directory, in_file) = file();
    for pool in [memory(), in_file] {
        let mut session = reader(&pool).await;
        assert_eq!(
            places(&mut session, numbers(20), true).await?,
            (vec![false; 20], 0)
        );
        // Without a promise that they are few, rows that went elsewhere can't be taken back.
        assert_eq!(
            places(&mut session, numbers(20), false).await?,
            (vec![true; 20], 0)
        );
        assert_eq!(
            places(&mut session, numbers(20).bounded(), false).await?,
            (vec![false; 20], 0)
        );
    }
    Ok(())
}

#[tokio::test]
async fn long_reads_begin_again_on_their_own_thread() -> Result<()> {
    let (_directory, pool) = file();
    let mut session = reader(&pool).await;
    assert_eq!(
        places(&mut session, numbers(5_000), true).await?,
        (vec![true; 5_000], 1)
    );
    // It has been long, so that nothing is tried.
    assert_eq!(
        places(&mut session, numbers(5_000), true).await?,
        (vec![true; 5_000], 0)
    );
    assert_eq!(places(&mut session, numbers(3), true).await?, (vec![true; 3], 0));
    // Now it has been short.
    assert_eq!(places(&mut session, numbers(3), true).await?, (vec![false; 3], 0));
    // Long before the first row.
    let late = "SELECT COUNT(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90000) \
                SELECT i FROM n)";
    assert_eq!(
        places(&mut session, Statement::read(late, vec![]), true).await?,
        (vec![true], 0)
    );
    // A transaction survives it.
    session.begin(Default::default()).await?;
    assert_eq!(
        places(&mut session, numbers(5_001), true).await?.0,
        vec![true; 5_001]
    );
    session.commit().await
}

#[tokio::test]
async fn writes_stay_here_when_nothing_is_waited_for() -> Result<()> {
    for (query, expected) in [
        ("", false),
        ("?synchronous=full", true),
        ("?synchronous=off", false),
        ("?journal_mode=delete", true),
        ("?journal_mode=delete&synchronous=off", false),
    ] {
        let (_directory, pool) = file_with(query, &ConnectOptions::default());
        script(&pool, TABLE).await;
        let mut session = writer(&pool).await;
        assert_eq!(far(&mut session, insert(1)).await, expected, "{query}");
        let mut unbounded = insert(2);
        unbounded.bounded = false;
        assert!(far(&mut session, unbounded).await);
        // In a transaction, first on the thread to see how long it is.
        let in_transaction =
            || Statement::write("INSERT INTO t (a) VALUES (7) RETURNING a", vec![]).bounded();
        session.begin(Default::default()).await?;
        assert!(far(&mut session, in_transaction()).await, "{query}");
        assert!(!far(&mut session, in_transaction()).await, "{query}");
        session.commit().await?;
        assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 4);
    }
    Ok(())
}

#[tokio::test]
async fn a_long_write_happens_once() -> Result<()> {
    let (_directory, pool) = file();
    script(&pool, &format!("{TABLE}; {TRIGGER}")).await;
    let mut session = writer(&pool).await;
    for round in 1..=2 {
        assert!(far(&mut session, insert(round)).await);
        assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, round);
        assert_eq!(
            number(&mut session, "SELECT COUNT(*) FROM u").await,
            round * 10_000
        );
    }
    // Stopping it in a transaction would undo the transaction.
    session.begin(Default::default()).await?;
    for statement in [insert(3), insert(4)] {
        assert!(far(&mut session, statement).await);
    }
    session.commit().await?;
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM u").await, 40_000);
    Ok(())
}

#[tokio::test]
async fn what_says_that_it_reads_does_not_write_here() -> Result<()> {
    let (_directory, pool) = file();
    script(&pool, TABLE).await;
    let mut session = writer(&pool).await;
    let posing = || Statement::read("INSERT INTO t (a) VALUES (1) RETURNING id", vec![]).bounded();
    assert!(far(&mut session, posing()).await);
    session.begin(Default::default()).await?;
    assert!(far(&mut session, posing()).await);
    assert!(far(&mut session, posing()).await);
    session.commit().await?;
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 3);
    Ok(())
}

fn again(directory: &tempfile::TempDir) -> Pool {
    pool(&format!("sqlite:{}/test.db", directory.path().display()))
}

/// On a single thread: whoever waited on it would wait for ever, because the other one could not go on.
#[tokio::test]
async fn locks_are_waited_for_elsewhere() -> Result<()> {
    let (directory, pool) = file();
    script(&pool, TABLE).await;
    let other = again(&directory);
    let mut waiter = writer(&other).await;
    for begins in [false, true] {
        let mut holder = writer(&pool).await;
        holder.begin(Default::default()).await?;
        let free = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(30)).await;
            holder.commit().await
        });
        if begins {
            waiter.begin(Default::default()).await?;
        }
        waiter.execute(insert(1)).await?;
        if begins {
            waiter.commit().await?;
        }
        free.await.unwrap()?;
    }
    // Dropped while it waits, it has not happened.
    let mut holder = writer(&pool).await;
    holder.begin(Default::default()).await?;
    let cut = tokio::time::timeout(Duration::from_millis(20), waiter.execute(insert(9))).await;
    assert!(cut.is_err());
    drop(waiter);
    holder.commit().await?;
    assert_eq!(number(&mut holder, "SELECT COUNT(*) FROM t").await, 2);
    Ok(())
}

/// On a single thread, as above.
#[tokio::test]
async fn a_lock_is_waited_for_elsewhere_when_a_file_is_opened() -> Result<()> {
    let (directory, pool) = file_with("?journal_mode=delete", &ConnectOptions::default());
    script(&pool, TABLE).await;
    let holder = rusqlite::Connection::open(directory.path().join("test.db")).unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let free = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(30)).await;
        holder.execute_batch("COMMIT").unwrap();
    });
    let url = format!(
        "sqlite:{}/test.db?journal_mode=delete",
        directory.path().display()
    );
    let mut session = reader(&crate::support::pool(&url)).await;
    assert!(free.is_finished());
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 0);
    Ok(())
}

/// What a crash leaves: the file and its log, of which nobody has an index any more.
#[tokio::test]
async fn a_log_that_was_left_behind_is_read() -> Result<()> {
    let (directory, pool) = file_with("?wal_autocheckpoint=0", &ConnectOptions::default());
    script(&pool, TABLE).await;
    let at = |name: &str| directory.path().join(name);
    // A short one is read here, a long one elsewhere.
    for (rows, name) in [(10, "short.db"), (4_000, "long.db")] {
        let mut session = writer(&pool).await;
        let wide = "INSERT INTO t (a) SELECT zeroblob(3000) FROM json_each(?)";
        let list = format!("[{}0]", "0,".repeat(rows - 1));
        session.execute(Statement::write(wide, vec![list.into()])).await?;
        let count = number(&mut session, "SELECT COUNT(*) FROM t").await;
        drop(session);
        std::fs::copy(at("test.db"), at(name)).unwrap();
        std::fs::copy(at("test.db-wal"), at(&format!("{name}-wal"))).unwrap();
        let left = crate::support::pool(&format!("sqlite:{}", at(name).display()));
        for mut session in [reader(&left).await, writer(&left).await] {
            assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, count);
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_is_made_of_a_row_counts() -> Result<()> {
    let (_directory, pool) = file();
    let mut session = reader(&pool).await;
    let wide = |rows: i64, columns: usize| {
        let columns = vec!["1"; columns].join(", ");
        let sql = format!("SELECT {columns} FROM json_each(?)");
        Statement::read(sql, vec![format!("[{}0]", "0,".repeat(rows as usize - 1)).into()])
    };
    // As many cells, and some more of them.
    assert_eq!(
        places(&mut session, wide(1_000, 5), true).await?,
        (vec![false; 1_000], 0)
    );
    assert_eq!(
        places(&mut session, wide(250, 20), true).await?,
        (vec![false; 250], 0)
    );
    assert_eq!(
        places(&mut session, wide(251, 20), true).await?,
        (vec![true; 251], 1)
    );
    Ok(())
}

#[tokio::test]
async fn the_log_is_moved_into_the_file() -> Result<()> {
    let long = |directory: &tempfile::TempDir| {
        let log = directory.path().join("test.db-wal");
        std::fs::metadata(log).map_or(0, |log| log.len() / 4_096)
    };
    let mut pages = Vec::new();
    for limit in ["10", "0"] {
        let query = format!("?wal_autocheckpoint={limit}");
        let (directory, pool) = file_with(&query, &ConnectOptions::default());
        script(&pool, TABLE).await;
        for value in 0..600 {
            let mut session = writer(&pool).await;
            session.execute(insert(value)).await?;
            if value % 50 == 0 {
                session.ping().await?;
            }
        }
        pages.push(long(&directory));
        let mut session = writer(&pool).await;
        assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 600);
        let check = text(&mut session, "PRAGMA integrity_check", vec![]).await?;
        assert_eq!(check.as_deref(), Some("ok"));
    }
    // It begins anew at its start once all of it is in the file; without a limit it only grows.
    assert!(pages[0] < 300 && pages[1] > 600, "{pages:?}");
    Ok(())
}

#[tokio::test]
async fn others_have_their_turn() -> Result<()> {
    let pool = memory();
    script(&pool, TABLE).await;
    let mut session = writer(&pool).await;
    let over = Arc::new(AtomicBool::new(false));
    let turns = tokio::spawn({
        let over = over.clone();
        async move {
            let mut turns = 0;
            while !over.load(Ordering::Relaxed) {
                turns += 1;
                tokio::task::yield_now().await;
            }
            turns
        }
    });
    for value in 0..2_000_i64 {
        let select = Statement::read("SELECT ?", vec![Value::from(value)]);
        assert_eq!(places(&mut session, select, true).await?, (vec![false], 0));
    }
    over.store(true, Ordering::Relaxed);
    let turns = turns.await.unwrap();
    assert!(turns > 3, "{turns} turns within 2,000 statements");
    Ok(())
}
