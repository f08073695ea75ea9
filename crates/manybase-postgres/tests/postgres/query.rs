//! Running statements: caching, stopping, stale plans.

use crate::support::*;
use manybase_driver::{CountSink, Error, ErrorKind, FirstSink, Statement, Value};
use std::time::Instant;

#[tokio::test]
async fn a_hundred_columns() {
    let db = db!();
    let session = &mut db.session().await;
    let columns: Vec<String> = (0..100).map(|n| format!("{n} AS c{n}")).collect();
    let sql = format!("SELECT {}", columns.join(", "));
    let sink = Each::new(|row| Ok((0..row.len()).map(|n| row.i64(n).unwrap().unwrap()).sum::<i64>()));
    let sink = session.query(Statement::read(sql, vec![]), sink).await.unwrap();
    assert_eq!(sink.rows, [4_950]);
    assert_eq!(sink.names.unwrap()[99], "c99");
}

#[tokio::test]
async fn columns_are_told_without_rows_too() {
    let db = db!();
    let session = &mut db.session().await;
    let none = Statement::read("SELECT 1 AS one, 2 AS two WHERE false", vec![]);
    let sink = session.query(none, Each::new(|_| Ok(()))).await.unwrap();
    assert_eq!(sink.names.unwrap(), ["one", "two"]);
    assert!(sink.rows.is_empty());
    for sql in ["CREATE TABLE t (a int)", "", "INSERT INTO t VALUES (1)"] {
        let sink = session
            .query(Statement::write(sql, vec![]), Each::new(|_| Ok(())))
            .await
            .unwrap();
        assert!(sink.names.unwrap().is_empty());
    }
    assert_eq!(number(session, "SELECT count(*) FROM t").await.unwrap(), 1);
}

#[tokio::test]
async fn affected_rows() {
    let db = db!();
    let session = &mut db.session().await;
    assert_eq!(write(session, "CREATE TABLE t (a int)", vec![]).await.unwrap(), 0);
    assert_eq!(
        write(session, "INSERT INTO t SELECT generate_series(1, 5)", vec![])
            .await
            .unwrap(),
        5
    );
    // Matched, not only changed.
    assert_eq!(
        write(session, "UPDATE t SET a = a WHERE a > $1", vec![2.into()])
            .await
            .unwrap(),
        3
    );
    assert_eq!(
        write(session, "DELETE FROM t WHERE a = 9", vec![]).await.unwrap(),
        0
    );
    let done = session
        .execute(Statement::read("SELECT * FROM t", vec![]))
        .await
        .unwrap();
    assert_eq!((done.affected, done.last_insert_id), (0, None));
    let done = session
        .execute(Statement::write("DELETE FROM t RETURNING a", vec![]).once())
        .await
        .unwrap();
    assert_eq!(done.affected, 5);
}

#[tokio::test]
async fn stopping_early_leaves_the_next_answer_right() {
    let db = db!();
    let session = &mut db.session().await;
    let million = || Statement::read("SELECT n FROM generate_series(1, 1000000) AS n", vec![]);
    for round in 0..3 {
        let sink = session
            .query(million(), Each::new(|row| Ok(row.i64(0)?)).limit(3))
            .await
            .unwrap();
        assert_eq!(sink.rows, [Some(1), Some(2), Some(3)]);
        assert_eq!(
            one(session, "SELECT $1::int4", vec![round.into()], |row| Ok(
                row.i64(0)?
            ))
            .await
            .unwrap(),
            Some(i64::from(round))
        );
    }
    let begun = Instant::now();
    assert_eq!(
        session.query(million(), CountSink::default()).await.unwrap().0,
        1_000_000
    );
    let all = begun.elapsed();
    let error = session
        .query(
            million(),
            FirstSink::new(|_| Err::<(), _>(Error::new(ErrorKind::Decode, "enough"))),
        )
        .await
        .err()
        .unwrap();
    assert_eq!(error.message(), "enough");
    assert_eq!(number(session, "SELECT 7").await.unwrap(), 7, "{all:?}");
    session.ping().await.unwrap();
}

#[tokio::test]
async fn a_write_is_awaited_to_its_end() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE TABLE parent (id int PRIMARY KEY);
         CREATE TABLE child (id int, parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
    )
    .await;
    // The first row comes, then the commit fails.
    let insert = Statement::write("INSERT INTO child VALUES (1, 99), (2, 99) RETURNING id", vec![]);
    let error = session
        .query(insert, Each::new(|row| Ok(row.i64(0)?)).limit(1))
        .await
        .err()
        .unwrap();
    assert!(error.is_foreign_key_violation(), "{error}");
    // And what has come to its end is there for others at once.
    for id in 0..50 {
        let insert = Statement::write("INSERT INTO parent VALUES ($1) RETURNING id", vec![id.into()]);
        session
            .query(insert, FirstSink::new(|row| Ok(row.i64(0)?)))
            .await
            .unwrap();
        let other = &mut db.session().await;
        assert_eq!(
            number(other, "SELECT count(*) FROM parent").await.unwrap(),
            i64::from(id) + 1
        );
    }
}

#[tokio::test]
async fn statements_are_prepared_once() {
    let db = db!();
    let session = &mut db.session().await;
    for n in 0..10 {
        one(session, "SELECT $1::int4 + 1", vec![n.into()], |row| {
            Ok(row.i64(0)?)
        })
        .await
        .unwrap();
        session
            .execute(Statement::write("SELECT $1::int4 + 2", vec![n.into()]).once())
            .await
            .unwrap();
    }
    let prepared = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int4 +%'";
    assert_eq!(number(session, prepared).await.unwrap(), 1);
    // The cache has an end: the oldest are forgotten, here and on the server.
    for n in 0..400 {
        number(session, &format!("SELECT {n}")).await.unwrap();
    }
    let prepared = number(session, "SELECT count(*) FROM pg_prepared_statements")
        .await
        .unwrap();
    assert!((256..270).contains(&prepared), "{prepared}");
}

#[tokio::test]
async fn a_table_that_changes_is_no_trouble() {
    let db = db!();
    let session = &mut db.session().await;
    script(session, "CREATE TABLE t (a int); INSERT INTO t VALUES (1)").await;
    let width = async |session: &mut _| one(session, "SELECT * FROM t", vec![], |row| Ok(row.len())).await;
    assert_eq!(width(session).await.unwrap(), 1);
    let other = &mut db.session().await;
    script(other, "ALTER TABLE t ADD b int").await;
    assert_eq!(width(session).await.unwrap(), 2);
    script(other, "ALTER TABLE t ALTER a TYPE text, ADD c int").await;
    assert_eq!(text(session, "SELECT * FROM t").await.unwrap(), "1");
    // Inside a transaction the error can't be hidden, but the next transaction prepares anew.
    session.begin(Default::default()).await.unwrap();
    script(&mut db.session().await, "ALTER TABLE t ADD d int").await;
    let error = width(session).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    session.rollback().await.unwrap();
    assert_eq!(width(session).await.unwrap(), 4);
    // The session's own changes are seen at once.
    session.begin(Default::default()).await.unwrap();
    script(session, "ALTER TABLE t DROP d, DROP c").await;
    assert_eq!(width(session).await.unwrap(), 2);
    session.rollback().await.unwrap();
    assert_eq!(width(session).await.unwrap(), 4);
    // Also where nobody wants the rows.
    script(&mut db.session().await, "ALTER TABLE t ADD e int").await;
    session
        .execute(Statement::read("SELECT * FROM t", vec![]))
        .await
        .unwrap();
}

#[tokio::test]
async fn forgotten_statements_are_prepared_again() {
    let db = db!();
    let session = &mut db.session().await;
    assert_eq!(number(session, "SELECT 1").await.unwrap(), 1);
    for sql in ["DEALLOCATE ALL", "DISCARD ALL"] {
        script(session, sql).await;
        assert_eq!(number(session, "SELECT 1").await.unwrap(), 1);
        script(session, sql).await;
        session
            .execute(Statement::read("SELECT 1", vec![]))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn types_are_found_whatever_the_server_has_forgotten() {
    let db = db!();
    script(
        &mut db.session().await,
        "CREATE TYPE one AS ENUM ('a'); CREATE TYPE two AS ENUM ('b')",
    )
    .await;
    let mut session = db.session().await;
    assert_eq!(text(&mut session, "SELECT 'a'::one").await.unwrap(), "a");
    script(&mut session, "DEALLOCATE ALL").await;
    assert_eq!(text(&mut session, "SELECT 'b'::two").await.unwrap(), "b");
    // Made of others, which the connection has not seen yet.
    script(
        &mut session,
        "CREATE DOMAIN few AS two[] CHECK (cardinality(VALUE) > 0); CREATE DOMAIN more AS few; CREATE TABLE t (m more)",
    )
    .await;
    let list = Value::List([Value::from("b"), Value::Null].into());
    write(&mut session, "INSERT INTO t VALUES ($1)", vec![list])
        .await
        .unwrap();
    assert_eq!(
        number(&mut session, "SELECT cardinality(m) FROM t")
            .await
            .unwrap(),
        2
    );
    // Of one statement, a type and what is made of it.
    let mut other = db.session().await;
    let of = Value::List([Value::from("b")].into());
    let both = write(
        &mut other,
        "INSERT INTO t SELECT $2 WHERE $1 = 'b'::two",
        vec!["b".into(), of],
    );
    both.await.unwrap();
    assert_eq!(number(&mut other, "SELECT count(*) FROM t").await.unwrap(), 2);
    script(&mut other, "DELETE FROM t WHERE cardinality(m) = 1").await;
    drop(other);
    // The same name, and another type.
    assert_eq!(text(&mut session, "SELECT max('a'::one)").await.unwrap(), "a");
    script(&mut session, "DROP TYPE one; CREATE DOMAIN one AS int").await;
    assert_eq!(number(&mut session, "SELECT max('7'::one)").await.unwrap(), 7);
}

/// The server knows no more of them than the connection does, however many there were.
#[tokio::test]
async fn statements_that_are_not_kept_are_forgotten() {
    let db = db!();
    let session = &mut db.session().await;
    for n in 0..300 {
        assert_eq!(number(session, &format!("SELECT {n}")).await.unwrap(), n);
        let once = Statement::read(format!("SELECT {n} WHERE $1"), vec![true.into()]).once();
        session.execute(once).await.unwrap();
    }
    let kept = number(session, "SELECT count(*) FROM pg_prepared_statements")
        .await
        .unwrap();
    assert!((2..=258).contains(&kept), "{kept}");
}

#[tokio::test]
async fn nul_in_a_statement() {
    let db = db!();
    let session = &mut db.session().await;
    let sql = "SELECT 'a\0b'";
    assert_eq!(number(session, sql).await.unwrap_err().kind(), ErrorKind::Syntax);
    assert_eq!(
        session.script(sql.into()).await.unwrap_err().kind(),
        ErrorKind::Syntax
    );
    let once = Statement::write(sql, vec![]).once();
    assert_eq!(session.execute(once).await.unwrap_err().kind(), ErrorKind::Syntax);
    assert_eq!(number(session, "SELECT 1").await.unwrap(), 1);
}

#[tokio::test]
async fn large_values() {
    let db = db!();
    let session = &mut db.session().await;
    let large = "x".repeat(20_000_000);
    let length = one(
        session,
        "SELECT length($1), $1",
        vec![Value::from(large)],
        |row| Ok((row.i64(0)?, row.str(1)?.map(str::len))),
    );
    assert_eq!(length.await.unwrap(), (Some(20_000_000), Some(20_000_000)));
}

#[tokio::test]
async fn copy_ends_in_an_error_and_costs_the_connection() {
    let db = db!();
    script(&mut db.session().await, "CREATE TABLE t (a int)").await;
    for _ in 0..2 {
        let mut session = db.session().await;
        let error = session.script("COPY t FROM STDIN".into()).await.unwrap_err();
        assert!(error.is_connection_lost(), "{error}");
        drop(session);
        let mut session = db.session().await;
        let error = write(&mut session, "COPY t FROM STDIN", vec![])
            .await
            .unwrap_err();
        assert!(error.is_connection_lost(), "{error}");
        drop(session);
        assert_eq!(
            number(&mut db.session().await, "SELECT count(*) FROM t")
                .await
                .unwrap(),
            0
        );
    }
}
