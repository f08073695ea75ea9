//! SQLSTATEs to kinds.

use crate::support::*;
use manybase_driver::{ErrorKind, Value};

#[tokio::test]
async fn constraints_are_named() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE TABLE parent (id int PRIMARY KEY);
         CREATE TABLE t (
            id int PRIMARY KEY,
            name text NOT NULL CONSTRAINT t_name_key UNIQUE,
            age int CONSTRAINT t_age_check CHECK (age > 0),
            parent int CONSTRAINT t_parent_fkey REFERENCES parent,
            span int4range CONSTRAINT t_span_excl UNIQUE);
         INSERT INTO parent VALUES (1);
         INSERT INTO t VALUES (1, 'secret', 5, 1)",
    )
    .await;
    let insert = "INSERT INTO t (id, name, age, parent) VALUES ($1, $2, $3, $4)";
    let values =
        |id: i32, name: Value, age: i32, parent: i32| vec![id.into(), name, age.into(), parent.into()];
    for (values, kind, constraint) in [
        (
            values(2, "secret".into(), 5, 1),
            ErrorKind::UniqueViolation,
            "t_name_key",
        ),
        (
            values(1, "other".into(), 5, 1),
            ErrorKind::UniqueViolation,
            "t_pkey",
        ),
        (values(2, Value::Null, 5, 1), ErrorKind::NotNullViolation, "name"),
        (
            values(2, "other".into(), -5, 1),
            ErrorKind::CheckViolation,
            "t_age_check",
        ),
        (
            values(2, "other".into(), 5, 9),
            ErrorKind::ForeignKeyViolation,
            "t_parent_fkey",
        ),
    ] {
        let error = write(session, insert, values).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.constraint()),
            (kind, Some(constraint)),
            "{error}"
        );
        assert!(!error.to_string().contains("secret"), "{error}");
        assert!(
            std::error::Error::source(&error).is_none(),
            "the client's error shows the DETAIL"
        );
        assert_eq!(error.connection(), Some("test"));
    }
    let error = write(session, "DELETE FROM parent", vec![]).await.unwrap_err();
    assert!(error.is_foreign_key_violation());
}

#[tokio::test]
async fn kinds_of_everything_else() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE TABLE t (a int, b varchar(3)); CREATE ROLE nobody_at_all",
    )
    .await;
    for (sql, kind, state) in [
        ("SELECT * FROM nowhere", ErrorKind::UnknownTable, "42P01"),
        ("SELECT nothing FROM t", ErrorKind::UnknownColumn, "42703"),
        ("SELEC 1", ErrorKind::Syntax, "42601"),
        ("SELECT no_such_function(1)", ErrorKind::Statement, "42883"),
        ("SELECT a + 'x'::text FROM t", ErrorKind::Statement, "42883"),
        ("CREATE TABLE t (a int)", ErrorKind::Database, "42P07"),
        ("INSERT INTO t (b) VALUES ('toolong')", ErrorKind::Value, "22001"),
        (
            "INSERT INTO t (a) VALUES (99999999999)",
            ErrorKind::Value,
            "22003",
        ),
        ("SELECT 1 / 0", ErrorKind::Value, "22012"),
        (
            "SELECT pg_read_file('/etc/no-such-file')",
            ErrorKind::Database,
            "58P01",
        ),
        ("ROLLBACK TO SAVEPOINT x", ErrorKind::Transaction, "25P01"),
        ("SELECT 1; SELECT 2", ErrorKind::Syntax, "42601"),
        ("VACUUM (nonsense)", ErrorKind::Syntax, "42601"),
    ] {
        let error = all(session, sql, vec![], |_| Ok(())).await.unwrap_err();
        assert_eq!((error.kind(), error.sqlstate()), (kind, Some(state)), "{error}");
    }
    let error = number(session, "SELECT lenght('x')").await.unwrap_err();
    assert!(
        error.help().unwrap().contains("cast"),
        "the server's hint: {error}"
    );
    script(session, "SET ROLE nobody_at_all").await;
    let error = number(session, "SELECT count(*) FROM t").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    script(session, "RESET ROLE; DROP ROLE nobody_at_all").await;
    assert_eq!(number(session, "SELECT 1").await.unwrap(), 1);
}

#[tokio::test]
async fn raised_by_a_function() {
    let db = db!();
    let session = &mut db.session().await;
    let error = session
        .script(
            "DO $$ BEGIN RAISE EXCEPTION 'not today' USING DETAIL = 'secret', HINT = 'tomorrow'; END $$"
                .into(),
        )
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.message(), error.help()),
        (ErrorKind::Database, "not today", Some("tomorrow"))
    );
    assert!(!format!("{error:?}").contains("secret"));
}
