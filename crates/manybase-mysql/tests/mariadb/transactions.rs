//! Transactions that end before they are told to.

use super::{Home, number, refused, run, text};
use manybase_driver::{Access, ErrorKind, IsolationLevel, Statement, TransactionOptions};

fn insert(id: i64) -> Statement {
    Statement::write("INSERT INTO t VALUES (?)", vec![id.into()])
}

async fn home(name: &str) -> Home {
    let home = Home::new(name);
    run(&mut home.session().await, "CREATE TABLE t (id INT PRIMARY KEY)").await;
    home
}

#[tokio::test]
async fn levels_and_read_only() {
    let home = home("levels").await;
    let mut session = home.session().await;
    for (isolation, name) in [
        (None, "REPEATABLE-READ"),
        (Some(IsolationLevel::Serializable), "SERIALIZABLE"),
        (Some(IsolationLevel::ReadUncommitted), "READ-UNCOMMITTED"),
        (Some(IsolationLevel::ReadCommitted), "READ-COMMITTED"),
    ] {
        let options = TransactionOptions {
            isolation,
            read_only: true,
        };
        session.begin(options).await.expect("begins");
        // Only a transaction that has read something is listed with its level.
        number(&mut session, "SELECT COUNT(*) FROM t").await;
        // That list is made anew only ten times a second.
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        let sql = "SELECT REPLACE(trx_isolation_level, ' ', '-') FROM information_schema.innodb_trx \
                   WHERE trx_mysql_thread_id = CONNECTION_ID()";
        assert_eq!(text(&mut session, sql).await.as_deref(), Some(name));
        refused(session.execute(insert(1)).await, ErrorKind::ReadOnly);
        session.rollback().await.expect("rolls back");
    }
    // For one transaction only.
    assert_eq!(
        text(&mut session, "SELECT @@tx_isolation").await.as_deref(),
        Some("REPEATABLE-READ")
    );
    session.execute(insert(1)).await.expect("may write again");
}

#[tokio::test]
async fn a_transaction_in_a_transaction_is_refused() {
    let home = home("nested").await;
    let mut session = home.session().await;
    session.begin(Default::default()).await.expect("begins");
    session.execute(insert(1)).await.expect("inserts");
    let error = refused(session.begin(Default::default()).await, ErrorKind::Transaction);
    assert!(error.help().is_some_and(|help| help.contains("savepoint")));
    session.rollback().await.expect("rolls back");
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(0));
}

/// DDL commits. What comes after it would commit by itself, so it is refused, and so is the lie of a roll-back.
#[tokio::test]
async fn ddl_ends_a_transaction_and_it_is_said() {
    let home = home("ddl").await;
    let mut session = home.session().await;
    session.begin(Default::default()).await.expect("begins");
    session.execute(insert(1)).await.expect("inserts");
    run(&mut session, "CREATE TABLE other (id INT)").await;
    let error = refused(session.execute(insert(2)).await, ErrorKind::Transaction);
    assert!(
        error.message().contains("MariaDB") && error.help().is_some(),
        "{error}"
    );
    refused(session.savepoint(1).await, ErrorKind::Transaction);
    refused(session.rollback().await, ErrorKind::Transaction);
    assert_eq!(number(&mut session, "SELECT SUM(id) FROM t").await, Some(1));
    drop(session);
    // Its work lasts, so a commit is no lie.
    let mut session = home.session().await;
    session.begin(Default::default()).await.expect("begins");
    session.execute(insert(2)).await.expect("inserts");
    run(&mut session, "DROP TABLE other").await;
    session.commit().await.expect("commits");
    // DDL that fails has committed already.
    session.begin(Default::default()).await.expect("begins");
    session.execute(insert(3)).await.expect("inserts");
    let drop_table = Statement::write("DROP TABLE nowhere", vec![]);
    refused(session.execute(drop_table).await, ErrorKind::UnknownTable);
    refused(session.execute(insert(4)).await, ErrorKind::Transaction);
    refused(session.rollback().await, ErrorKind::Transaction);
    assert_eq!(number(&mut session, "SELECT SUM(id) FROM t").await, Some(6));
    // A temporary table is no such DDL.
    session.begin(Default::default()).await.ok();
    drop(session);
    let mut session = home.session().await;
    session.begin(Default::default()).await.expect("begins");
    session.execute(insert(9)).await.expect("inserts");
    run(&mut session, "CREATE TEMPORARY TABLE mine (id INT)").await;
    session.rollback().await.expect("rolls back");
    assert_eq!(number(&mut session, "SELECT SUM(id) FROM t").await, Some(6));
}

#[tokio::test]
async fn a_savepoint_that_is_gone() {
    let home = home("savepoint").await;
    let mut session = home.session().await;
    session.begin(Default::default()).await.expect("begins");
    for refusal in [session.release(3).await, session.rollback_to(3).await] {
        let error = refused(refusal, ErrorKind::Transaction);
        assert!(error.help().is_some_and(|help| help.contains("DDL")), "{error}");
    }
    session.execute(insert(1)).await.expect("the transaction goes on");
    session.commit().await.expect("commits");
}

#[tokio::test]
async fn an_atomic_batch_takes_effect_together_or_not_at_all() {
    let home = home("batch").await;
    let mut session = home.session().await;
    let done = session
        .batch(vec![insert(1), insert(2)], true)
        .await
        .expect("runs");
    assert_eq!(done.iter().map(|done| done.affected).collect::<Vec<_>>(), [1, 1]);
    refused(
        session.batch(vec![insert(3), insert(1), insert(4)], true).await,
        ErrorKind::UniqueViolation,
    );
    assert_eq!(number(&mut session, "SELECT SUM(id) FROM t").await, Some(3));
    refused(
        session.batch(vec![insert(3), insert(1), insert(4)], false).await,
        ErrorKind::UniqueViolation,
    );
    assert_eq!(number(&mut session, "SELECT SUM(id) FROM t").await, Some(6));
    assert!(session.batch(vec![], true).await.expect("runs").is_empty());
    // It can't be atomic with DDL in it, and says so.
    let ddl = |sql: &str| Statement::write(sql, vec![]);
    for batch in [
        vec![insert(5), ddl("CREATE TABLE a (id INT)"), insert(6)],
        vec![insert(7), ddl("CREATE TABLE b (id INT)")],
    ] {
        let error = refused(session.batch(batch, true).await, ErrorKind::Transaction);
        assert!(error.message().contains("DDL"), "{error}");
    }
    assert_eq!(number(&mut session, "SELECT SUM(id) FROM t").await, Some(18));
    // The session is as it should be.
    session.begin(Default::default()).await.expect("begins");
    session.execute(insert(8)).await.expect("inserts");
    drop(session);
    let mut session = home.pool.acquire(Access::Read).await.expect("a connection");
    assert_eq!(number(&mut session, "SELECT SUM(id) FROM t").await, Some(18));
}

/// After a deadlock the server has rolled back; what comes next must not commit by itself.
#[tokio::test]
async fn nothing_goes_on_after_a_deadlock() {
    let home = home("deadlock").await;
    let (mut a, mut b) = (home.session().await, home.session().await);
    for id in [1, 2] {
        a.execute(insert(id)).await.expect("inserts");
    }
    let lock = |id: i64| Statement::write("UPDATE t SET id = id WHERE id = ?", vec![id.into()]);
    a.begin(Default::default()).await.expect("begins");
    b.begin(Default::default()).await.expect("begins");
    // The one that has written less is the victim.
    for id in 10..20 {
        a.execute(insert(id)).await.expect("inserts");
    }
    a.execute(lock(1)).await.expect("locks");
    b.execute(insert(30)).await.expect("inserts");
    b.execute(lock(2)).await.expect("locks");
    let (from_a, from_b) = tokio::join!(a.execute(lock(2)), b.execute(lock(1)));
    from_a.expect("goes on");
    let error = refused(from_b, ErrorKind::Deadlock);
    assert!(error.is_retryable());
    let error = refused(b.execute(insert(31)).await, ErrorKind::Transaction);
    assert!(error.message().contains("rolled"), "{error}");
    refused(b.commit().await, ErrorKind::Transaction);
    a.rollback().await.expect("rolls back");
    assert_eq!(number(&mut a, "SELECT SUM(id) FROM t").await, Some(3));
}

/// Unlike a deadlock, a lock that takes too long undoes its statement alone.
#[tokio::test]
async fn a_transaction_goes_on_after_a_lock_timeout() {
    let home = Home::with(
        "lock_timeout",
        &manybase_driver::ConnectOptions {
            lock_timeout: Some(std::time::Duration::from_millis(200)),
            ..Default::default()
        },
        Default::default(),
    );
    let (mut a, mut b) = (home.session().await, home.session().await);
    run(&mut a, "CREATE TABLE t (id INT PRIMARY KEY)").await;
    a.begin(Default::default()).await.expect("begins");
    a.execute(insert(1)).await.expect("inserts");
    b.begin(Default::default()).await.expect("begins");
    b.execute(insert(2)).await.expect("inserts");
    let begun = std::time::Instant::now();
    refused(b.execute(insert(1)).await, ErrorKind::LockTimeout);
    assert!(begun.elapsed() < std::time::Duration::from_secs(4));
    b.execute(insert(3)).await.expect("goes on");
    b.commit().await.expect("commits");
    // DDL waits no longer for the table.
    let alter = Statement::write("ALTER TABLE t ADD v INT", vec![]);
    refused(b.execute(alter).await, ErrorKind::LockTimeout);
    a.rollback().await.expect("rolls back");
    assert_eq!(number(&mut a, "SELECT SUM(id) FROM t").await, Some(5));
}

/// The pool knows nothing of a BEGIN that a user sends, so the driver sees to it that nobody inherits it.
#[tokio::test]
async fn a_transaction_by_hand_is_inherited_by_nobody() {
    let home = home("by_hand").await;
    let mut session = home.session().await;
    run(&mut session, "BEGIN").await;
    session.execute(insert(1)).await.expect("inserts");
    session.execute(insert(1)).await.expect_err("twice");
    drop(session);
    let mut session = home.session().await;
    assert_eq!(number(&mut session, "SELECT @@in_transaction").await, Some(0));
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(0));
    run(&mut session, "BEGIN").await;
    session.execute(insert(2)).await.expect("inserts");
    run(&mut session, "COMMIT").await;
    let id = number(&mut session, "SELECT CONNECTION_ID()").await;
    drop(session);
    assert_eq!(
        number(&mut home.session().await, "SELECT CONNECTION_ID()").await,
        id,
        "it is clean"
    );
}
