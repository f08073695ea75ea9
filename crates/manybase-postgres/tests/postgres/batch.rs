//! Many statements in one call.

use crate::support::*;
use manybase_driver::{ErrorKind, Session, Statement, TransactionOptions, Value};

const TABLE: &str = "CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, a int UNIQUE, mood mood DEFAULT 'glad')";

fn insert(a: impl Into<Value>) -> Statement {
    Statement::write("INSERT INTO t (a) VALUES ($1)", vec![a.into()])
}

async fn rows(session: &mut Session) -> i64 {
    number(session, "SELECT count(*) FROM t").await.unwrap()
}

#[tokio::test]
async fn in_order_and_counted() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, TABLE).await;
    for atomic in [true, false] {
        let mut statements: Vec<_> = (0..5_000).map(insert).collect();
        statements.push(Statement::write(
            "UPDATE t SET a = a + 10000 WHERE a < $1",
            vec![100.into()],
        ));
        statements.push(Statement::write("DELETE FROM t WHERE a >= 10000", vec![]).once());
        statements.push(Statement::read("SELECT * FROM t", vec![]));
        let done = session.batch(statements, atomic).await.unwrap();
        let affected: Vec<_> = done.iter().map(|done| done.affected).collect();
        assert_eq!(affected.len(), 5_003);
        assert!(affected[..5_000].iter().all(|affected| *affected == 1));
        assert_eq!(affected[5_000..], [100, 100, 0]);
        // Identities tell the order.
        let sorted =
            "SELECT count(*) FROM (SELECT a > lag(a) OVER (ORDER BY id) AS up FROM t) AS s WHERE NOT up";
        assert_eq!(number(session, sorted).await.unwrap(), 0);
        assert_eq!(rows(session).await, 4_900);
        script(session, "TRUNCATE t").await;
    }
    assert!(session.batch(vec![], true).await.unwrap().is_empty());
}

#[tokio::test]
async fn atomic_is_all_or_nothing() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, TABLE).await;
    for size in [10, 3_000] {
        for place in [0, size / 2, size - 1] {
            let mut statements: Vec<_> = (0..size).map(insert).collect();
            statements[place as usize] =
                Statement::write("INSERT INTO t (a) VALUES ($1 / 0)", vec![1.into()]);
            let error = session.batch(statements, true).await.unwrap_err();
            assert_eq!(error.sqlstate(), Some("22012"), "{error}");
            assert_eq!(rows(session).await, 0);

            let mut statements: Vec<_> = (0..size).map(insert).collect();
            statements[place as usize] = insert(i64::MAX);
            let error = session.batch(statements, true).await.unwrap_err();
            assert_eq!((error.kind(), error.sqlstate()), (ErrorKind::Value, None));
            assert_eq!(rows(session).await, 0);
        }
    }
    // The session is not left in a transaction.
    session.batch((0..10).map(insert).collect(), true).await.unwrap();
    assert_eq!(rows(&mut db.session().await).await, 10);
}

#[tokio::test]
async fn without_atomic_what_came_before_the_failure_stays() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, TABLE).await;
    let mut statements: Vec<_> = (0..10).map(insert).collect();
    statements[5] = insert(0);
    let error = session.batch(statements, false).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(number(session, "SELECT max(a) FROM t").await.unwrap(), 4);
}

#[tokio::test]
async fn in_a_transaction_the_rest_is_refused() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, TABLE).await;
    session.begin(TransactionOptions::default()).await.unwrap();
    session.batch((0..10).map(insert).collect(), true).await.unwrap();
    session.savepoint(1).await.unwrap();
    let error = session
        .batch(vec![insert(20), insert(5), insert(21)], true)
        .await
        .unwrap_err();
    assert!(
        error.is_unique_violation(),
        "the first failure, not the refusals behind it: {error}"
    );
    session.rollback_to(1).await.unwrap();
    // What never went out makes nothing fail; what was before it counts.
    let error = session
        .batch(vec![insert(30), insert(i64::MIN), insert(31)], false)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    session.commit().await.unwrap();
    assert_eq!(rows(session).await, 11);
}

#[tokio::test]
async fn what_a_statement_defines_the_next_can_use() {
    let db = db!();
    let session = &mut db.session().await;
    let statements = || {
        vec![
            Statement::write(TABLE.split_once(';').unwrap().0, vec![]),
            Statement::write(TABLE.split_once(';').unwrap().1, vec![]).once(),
            insert(1),
            Statement::write("UPDATE t SET mood = $1", vec!["sad".into()]),
        ]
    };
    session.batch(statements(), true).await.unwrap();
    assert_eq!(text(session, "SELECT mood FROM t").await.unwrap(), "sad");
    script(session, "DROP TABLE t; DROP TYPE mood").await;
    // Transactional, also where a later one fails.
    let mut failing = statements();
    failing.push(insert(1));
    let error = session.batch(failing, true).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(
        number(session, "SELECT count(*) FROM pg_type WHERE typname = 'mood'")
            .await
            .unwrap(),
        0
    );
    session.begin(TransactionOptions::default()).await.unwrap();
    session.batch(statements(), false).await.unwrap();
    session.commit().await.unwrap();
    assert_eq!(rows(session).await, 1);
}

#[tokio::test]
async fn the_failure_that_comes_first_is_told() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, TABLE).await;
    let nowhere = || Statement::write("INSERT INTO nowhere VALUES (1)", vec![]);
    let error = session
        .batch(vec![insert(1), insert(1), nowhere()], true)
        .await
        .unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    let error = session
        .batch(vec![insert(1), nowhere(), insert(1)], true)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownTable);
    let too_many = Statement::write("INSERT INTO t (a) VALUES ($1)", vec![1.into(), 2.into()]);
    let error = session.batch(vec![insert(1), too_many], true).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Placeholders);
    assert_eq!(rows(session).await, 0);
}

#[tokio::test]
async fn a_deferred_constraint_fails_the_whole_batch() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
    )
    .await;
    let error = session.batch(vec![insert(1), insert(1)], true).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(rows(session).await, 0);
}

#[tokio::test]
async fn stale_plans_are_made_again() {
    let db = db!();
    let (session, other) = (&mut db.session().await, &mut db.session().await);
    script(session, TABLE).await;
    let statements = || {
        vec![
            insert(1),
            Statement::write("UPDATE t SET a = a RETURNING *", vec![]),
            Statement::write("DELETE FROM t RETURNING *", vec![]),
        ]
    };
    session.batch(statements(), true).await.unwrap();
    for atomic in [true, false] {
        script(other, "ALTER TABLE t ADD x int").await;
        session.batch(statements(), atomic).await.unwrap();
        script(other, "ALTER TABLE t DROP x").await;
        session.batch(statements(), atomic).await.unwrap();
    }
    // The type that a value had to have is out of date too; that does not even touch a transaction.
    for (ty, a) in [
        ("text", Value::from("x")),
        ("int", 3.into()),
        ("uuid", uuid::Uuid::nil().into()),
    ] {
        script(other, &format!("DROP TABLE t; CREATE TABLE t (a {ty})")).await;
        let done = session
            .batch(
                vec![insert(a.clone()), insert(Value::Null), insert(a.clone())],
                true,
            )
            .await
            .unwrap();
        assert_eq!(done.len(), 3, "{ty}");
    }
    session.begin(TransactionOptions::default()).await.unwrap();
    script(other, "DROP TABLE t; CREATE TABLE t (a int)").await;
    let done = session
        .batch(vec![insert(1), insert(Value::Null)], true)
        .await
        .unwrap();
    assert_eq!(done.len(), 2);
    // What the session itself changes is never out of date.
    script(session, "DROP TABLE t; CREATE TABLE t (a text)").await;
    let done = session
        .batch(vec![insert(Value::Null), insert("x")], true)
        .await
        .unwrap();
    assert_eq!(done.len(), 2);
    session.rollback().await.unwrap();
    script(session, "DELETE FROM t").await;
    assert_eq!(rows(session).await, 0);
}

#[tokio::test]
async fn many_different_statements() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, TABLE).await;
    // More than the cache holds, some with types that have to be looked up.
    let statements: Vec<_> = (0..600)
        .map(|n| {
            Statement::write(
                format!("INSERT INTO t (a, mood) VALUES ({n}, $1)"),
                vec!["sad".into()],
            )
        })
        .collect();
    session.batch(statements, true).await.unwrap();
    assert_eq!(rows(session).await, 600);
}
