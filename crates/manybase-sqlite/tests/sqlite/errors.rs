//! Constraints and the rest: kinds, names, no values.

use crate::support::*;
use manybase_driver::{ErrorKind, NativeCode, Statement};

const SCHEMA: &str = "
    CREATE TABLE p (id INTEGER PRIMARY KEY);
    CREATE TABLE t (
        id INTEGER PRIMARY KEY,
        mail TEXT UNIQUE,
        name TEXT NOT NULL DEFAULT '',
        age INTEGER CONSTRAINT grown_up CHECK (age >= 18),
        parent INTEGER REFERENCES p (id) ON DELETE RESTRICT
    );
    CREATE TABLE s (n INTEGER) STRICT;
    INSERT INTO p VALUES (1);
    INSERT INTO t (id, mail, parent) VALUES (1, 'secret@example.org', 1);";

#[tokio::test]
async fn constraints() {
    let pool = memory();
    script(&pool, SCHEMA).await;
    let mut session = writer(&pool).await;
    for (sql, kind, constraint) in [
        (
            "INSERT INTO t (mail) VALUES ('secret@example.org')",
            ErrorKind::UniqueViolation,
            Some("t.mail"),
        ),
        (
            "INSERT INTO t (id) VALUES (1)",
            ErrorKind::UniqueViolation,
            Some("t.id"),
        ),
        (
            "INSERT INTO t (name) VALUES (NULL)",
            ErrorKind::NotNullViolation,
            Some("t.name"),
        ),
        (
            "INSERT INTO t (age) VALUES (17)",
            ErrorKind::CheckViolation,
            Some("grown_up"),
        ),
        (
            "INSERT INTO t (parent) VALUES (99)",
            ErrorKind::ForeignKeyViolation,
            None,
        ),
        ("DELETE FROM p", ErrorKind::ForeignKeyViolation, None),
        ("INSERT INTO t (id) VALUES ('secret')", ErrorKind::Value, None),
        ("INSERT INTO s VALUES ('secret')", ErrorKind::Value, None),
        ("SELECT json('{secret')", ErrorKind::Value, None),
        ("SELECT abs(-9223372036854775807 - 1)", ErrorKind::Value, None),
        ("SELECT MB_ADD('secret', 1)", ErrorKind::Value, None),
    ] {
        let error = fails(&mut session, sql).await;
        assert_eq!(error.kind(), kind, "{sql}: {error}");
        assert_eq!(error.constraint(), constraint, "{sql}: {error}");
        assert!(matches!(error.code(), Some(NativeCode::Number(code)) if *code > 0));
        assert!(!error.to_string().contains("secret"), "{error}");
        assert_eq!(error.connection(), Some("test"));
    }
}

#[tokio::test]
async fn bound_values_stay_out() {
    let pool = memory();
    script(&pool, SCHEMA).await;
    let mut session = writer(&pool).await;
    let insert = Statement::write(
        "INSERT INTO t (mail) VALUES (?)",
        vec!["secret@example.org".into()],
    );
    assert!(!format!("{insert:?}").contains("secret"));
    let error = session.execute(insert).await.unwrap_err();
    assert!(
        error.is_unique_violation() && !error.to_string().contains("secret"),
        "{error}"
    );
}

#[tokio::test]
async fn limits() {
    let pool = memory();
    let mut session = writer(&pool).await;
    let many = format!("SELECT 1 IN ({})", vec!["?"; 40_000].join(","));
    let error = session
        .execute(Statement::read(many, vec![1.into(); 40_000]))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyParameters, "{error}");
    assert_eq!(
        fails(&mut session, "SELECT zeroblob(2000000000)").await.kind(),
        ErrorKind::Value
    );
    session
        .script("CREATE TABLE f (a); PRAGMA max_page_count = 10".into())
        .await
        .unwrap();
    let error = fails(&mut session, "INSERT INTO f SELECT zeroblob(100000)").await;
    assert_eq!(error.kind(), ErrorKind::Database);
    assert!(error.help().is_some(), "{error}");
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM f").await, 0);
}

#[tokio::test]
async fn a_full_disk_ends_the_transaction_and_says_so() {
    let pool = memory();
    let mut session = writer(&pool).await;
    session
        .script("CREATE TABLE f (a); PRAGMA max_page_count = 10".into())
        .await
        .unwrap();
    session.begin(Default::default()).await.unwrap();
    session
        .execute(Statement::write("INSERT INTO f VALUES (1)", vec![]))
        .await
        .unwrap();
    let error = fails(&mut session, "INSERT INTO f SELECT zeroblob(100000)").await;
    assert_eq!(error.kind(), ErrorKind::Database, "{error}");
    // Whether SQLite kept the transaction is up to it. What must not happen is a write outside of it.
    match session
        .execute(Statement::write("INSERT INTO f VALUES (2)", vec![]))
        .await
    {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::Transaction, "{error}"),
    }
    session.rollback().await.unwrap();
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM f").await, 0);
}
