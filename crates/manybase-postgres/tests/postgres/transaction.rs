//! Transactions: what is committed, what is not, and who says so.

use crate::support::*;
use manybase_driver::{ErrorKind, IsolationLevel, Statement, TransactionOptions};
use std::time::Duration;

const TABLE: &str = "CREATE TABLE t (a int PRIMARY KEY, b int)";

#[tokio::test]
async fn commit_keeps_and_rollback_undoes() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, TABLE).await;
    session.begin(TransactionOptions::default()).await.unwrap();
    write(session, "INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    assert_eq!(
        number(&mut db.session().await, "SELECT count(*) FROM t")
            .await
            .unwrap(),
        0
    );
    session.commit().await.unwrap();
    assert_eq!(
        number(&mut db.session().await, "SELECT count(*) FROM t")
            .await
            .unwrap(),
        1
    );
    session.begin(TransactionOptions::default()).await.unwrap();
    write(session, "DELETE FROM t", vec![]).await.unwrap();
    session.rollback().await.unwrap();
    session.rollback().await.unwrap();
    assert_eq!(number(session, "SELECT count(*) FROM t").await.unwrap(), 1);
    assert_eq!(session.commit().await.unwrap_err().kind(), ErrorKind::Transaction);
}

#[tokio::test]
async fn options_reach_the_server() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, TABLE).await;
    for (level, name) in [
        (IsolationLevel::ReadUncommitted, "read uncommitted"),
        (IsolationLevel::ReadCommitted, "read committed"),
        (IsolationLevel::RepeatableRead, "repeatable read"),
        (IsolationLevel::Serializable, "serializable"),
    ] {
        let options = TransactionOptions {
            isolation: Some(level),
            read_only: true,
        };
        session.begin(options).await.unwrap();
        assert_eq!(
            text(session, "SELECT current_setting('transaction_isolation')")
                .await
                .unwrap(),
            name
        );
        let error = write(session, "INSERT INTO t VALUES (1)", vec![])
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReadOnly);
        session.rollback().await.unwrap();
    }
    write(session, "INSERT INTO t VALUES (1)", vec![]).await.unwrap();
}

#[tokio::test]
async fn a_failed_transaction_can_not_be_committed() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, TABLE).await;
    session.begin(TransactionOptions::default()).await.unwrap();
    write(session, "INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    assert!(
        write(session, "INSERT INTO t VALUES (1)", vec![])
            .await
            .unwrap_err()
            .is_unique_violation()
    );
    let error = number(session, "SELECT 1").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.sqlstate()),
        (ErrorKind::Transaction, Some("25P02"))
    );
    let error = session.commit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transaction);
    assert!(error.message().starts_with("nothing was committed"), "{error}");
    session.rollback().await.unwrap();
    assert_eq!(number(session, "SELECT count(*) FROM t").await.unwrap(), 0);
}

#[tokio::test]
async fn a_failure_that_nobody_saw_is_found_at_the_commit() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, TABLE).await;
    session.begin(TransactionOptions::default()).await.unwrap();
    write(session, "INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    // The reader stops long before the row that fails.
    let fails = Statement::read(
        "SELECT 1 / (200000 - n) FROM generate_series(1, 300000) AS n",
        vec![],
    );
    session
        .query(fails, Each::new(|_| Ok(())).limit(1))
        .await
        .unwrap();
    assert_eq!(session.commit().await.unwrap_err().kind(), ErrorKind::Transaction);
    session.rollback().await.unwrap();
    assert_eq!(number(session, "SELECT count(*) FROM t").await.unwrap(), 0);
}

#[tokio::test]
async fn a_commit_can_fail_by_itself() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
    )
    .await;
    session.begin(TransactionOptions::default()).await.unwrap();
    write(session, "INSERT INTO t VALUES (1), (1)", vec![])
        .await
        .unwrap();
    assert!(session.commit().await.unwrap_err().is_unique_violation());
    session.rollback().await.unwrap();
    assert_eq!(number(session, "SELECT count(*) FROM t").await.unwrap(), 0);
}

#[tokio::test]
async fn savepoints_nest() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, TABLE).await;
    session.begin(TransactionOptions::default()).await.unwrap();
    write(session, "INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    session.savepoint(1).await.unwrap();
    write(session, "INSERT INTO t VALUES (2)", vec![]).await.unwrap();
    session.savepoint(2).await.unwrap();
    assert!(write(session, "INSERT INTO t VALUES (2)", vec![]).await.is_err());
    session.rollback_to(2).await.unwrap();
    session.release(1).await.unwrap();
    session.savepoint(1).await.unwrap();
    write(session, "INSERT INTO t VALUES (3)", vec![]).await.unwrap();
    session.rollback_to(1).await.unwrap();
    assert_eq!(
        session.rollback_to(1).await.unwrap_err().kind(),
        ErrorKind::Transaction
    );
    session.rollback().await.unwrap();

    session.begin(TransactionOptions::default()).await.unwrap();
    session.savepoint(1).await.unwrap();
    write(session, "INSERT INTO t VALUES (4)", vec![]).await.unwrap();
    session.release(1).await.unwrap();
    session.commit().await.unwrap();
    assert_eq!(number(session, "SELECT sum(a) FROM t").await.unwrap(), 4);
}

#[tokio::test]
async fn transactions_in_the_users_own_sql() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, TABLE).await;
    for sql in ["BEGIN", "COMMIT", "BEGIN", "COMMIT"] {
        write(session, sql, vec![]).await.unwrap();
        assert_eq!(number(session, "SELECT 1").await.unwrap(), 1);
    }
    script(session, "BEGIN; INSERT INTO t VALUES (1)").await;
    session.rollback().await.unwrap();
    assert_eq!(number(session, "SELECT count(*) FROM t").await.unwrap(), 0);
}

#[tokio::test]
async fn the_next_user_gets_a_clean_session() {
    let db = db!();
    let pid = {
        let mut session = db.session().await;
        script(&mut session, TABLE).await;
        session.begin(TransactionOptions::default()).await.unwrap();
        script(
            &mut session,
            "SET search_path = nowhere; SET statement_timeout = 20000; CREATE TEMP TABLE leftover (a int);
             SELECT pg_advisory_lock(7); LISTEN news; INSERT INTO public.t VALUES (1)",
        )
        .await;
        number(&mut session, "SELECT pg_backend_pid()").await.unwrap()
        // Dropped with its transaction open.
    };
    eventually("the connection is back", async || db.pool.status().in_use == 0).await;
    let session = &mut db.session().await;
    assert_eq!(
        number(session, "SELECT pg_backend_pid()").await.unwrap(),
        pid,
        "the same connection"
    );
    assert_eq!(number(session, "SELECT count(*) FROM t").await.unwrap(), 0);
    assert_eq!(
        text(session, "SELECT current_setting('statement_timeout')")
            .await
            .unwrap(),
        "1min"
    );
    assert_eq!(
        text(session, "SELECT current_setting('TimeZone')").await.unwrap(),
        "UTC"
    );
    assert_eq!(
        text(session, "SELECT current_setting('application_name')")
            .await
            .unwrap(),
        "manybase"
    );
    assert_eq!(
        number(
            session,
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        )
        .await
        .unwrap(),
        0
    );
    assert!(number(session, "SELECT count(*) FROM leftover").await.is_err());
}

#[tokio::test]
async fn a_deadlock_is_told_to_one_of_the_two() {
    let db = db!();
    script(
        &mut db.session().await,
        "CREATE TABLE t (a int PRIMARY KEY, b int); INSERT INTO t VALUES (1), (2)",
    )
    .await;
    let (mut one, mut two) = (db.session().await, db.session().await);
    for (session, id) in [(&mut one, 1), (&mut two, 2)] {
        session.begin(TransactionOptions::default()).await.unwrap();
        write(session, "UPDATE t SET b = 1 WHERE a = $1", vec![id.into()])
            .await
            .unwrap();
    }
    let update = "UPDATE t SET b = 2 WHERE a = $1";
    let (first, second) = tokio::join!(write(&mut one, update, vec![2.into()]), async {
        let result = write(&mut two, update, vec![1.into()]).await;
        if result.is_err() {
            two.rollback().await.unwrap();
        }
        result
    });
    let error = first.err().or(second.err()).unwrap();
    assert_eq!(error.kind(), ErrorKind::Deadlock);
    assert!(error.is_retryable());
}

#[tokio::test]
async fn serialization_failures_are_retryable() {
    let db = db!();
    script(
        &mut db.session().await,
        "CREATE TABLE t (a int PRIMARY KEY, b int); INSERT INTO t VALUES (1, 0)",
    )
    .await;
    let (mut one, mut two) = (db.session().await, db.session().await);
    let options = TransactionOptions {
        isolation: Some(IsolationLevel::RepeatableRead),
        read_only: false,
    };
    for session in [&mut one, &mut two] {
        session.begin(options).await.unwrap();
        assert_eq!(number(session, "SELECT b FROM t").await.unwrap(), 0);
    }
    write(&mut one, "UPDATE t SET b = b + 1", vec![]).await.unwrap();
    one.commit().await.unwrap();
    let error = write(&mut two, "UPDATE t SET b = b + 1", vec![])
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.sqlstate()),
        (ErrorKind::Serialization, Some("40001"))
    );
    assert!(error.is_retryable());
}

#[tokio::test]
async fn limits_for_statements_and_locks() {
    let mut options = connect_options();
    options.statement_timeout = Some(Duration::from_millis(400));
    options.lock_timeout = Some(Duration::from_millis(100));
    let db = db!(options);
    let (one, two) = (&mut db.session().await, &mut db.session().await);
    script(one, "CREATE TABLE t (a int); INSERT INTO t VALUES (1)").await;
    let error = number(one, "SELECT 1 FROM pg_sleep(30)").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.sqlstate()),
        (ErrorKind::Timeout, Some("57014"))
    );
    assert!(error.help().unwrap().contains("statement_timeout"));
    assert_eq!(number(one, "SELECT 1").await.unwrap(), 1);
    one.begin(TransactionOptions::default()).await.unwrap();
    write(one, "UPDATE t SET a = 2", vec![]).await.unwrap();
    for sql in ["UPDATE t SET a = 3", "SELECT a FROM t FOR UPDATE NOWAIT"] {
        let error = write(two, sql, vec![]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LockTimeout);
        assert!(error.is_retryable());
    }
    one.rollback().await.unwrap();
    // A cancel from outside is something else.
    let pid = number(one, "SELECT pg_backend_pid()").await.unwrap();
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        number(two, &format!("SELECT pg_cancel_backend({pid})::int"))
            .await
            .unwrap()
    };
    let (slept, _) = tokio::join!(number(one, "SELECT 1 FROM pg_sleep(30)"), cancel);
    assert_eq!(slept.unwrap_err().kind(), ErrorKind::Cancelled);
}
