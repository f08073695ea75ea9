//! Statements, batches and scripts, good and bad.

use crate::support::*;
use manybase_driver::{BulkRows, BulkTarget, Done, Error, ErrorKind, Flow, Result, Row, Sink, Statement};

fn done(affected: u64, last_insert_id: Option<i64>) -> Done {
    Done {
        affected,
        last_insert_id,
    }
}

#[tokio::test]
async fn what_a_statement_did() -> Result<()> {
    let pool = memory();
    let mut session = writer(&pool).await;
    let mut run = async |sql: &str| session.execute(Statement::write(sql, vec![])).await.unwrap();
    assert_eq!(
        run("CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE)").await,
        done(0, None)
    );
    assert_eq!(run("INSERT INTO t (a) VALUES (1)").await, done(1, Some(1)));
    assert_eq!(
        run("CREATE TABLE u (id INTEGER PRIMARY KEY, a)").await,
        done(0, None)
    );
    assert_eq!(run("SELECT 1").await, done(0, None));
    // The same row number in another table.
    assert_eq!(run("INSERT INTO u (a) VALUES (1)").await, done(1, Some(1)));
    assert_eq!(run("INSERT INTO t (a) VALUES (2), (3)").await, done(2, None));
    assert_eq!(run("UPDATE t SET a = a WHERE id > 1").await, done(2, None));
    assert_eq!(run("UPDATE t SET a = a WHERE id > 9").await, done(0, None));
    let upsert = "INSERT INTO t (a) VALUES (3) ON CONFLICT (a) DO UPDATE SET a = 4";
    assert_eq!(run(upsert).await, done(1, None));
    assert_eq!(run("INSERT OR IGNORE INTO t (a) VALUES (4)").await, done(0, None));
    assert_eq!(
        run("WITH x(a) AS (SELECT 9) INSERT INTO t (a) SELECT a FROM x").await,
        done(1, Some(4))
    );
    run("CREATE TABLE w (k TEXT PRIMARY KEY) WITHOUT ROWID").await;
    assert_eq!(run("INSERT INTO w VALUES ('a')").await, done(1, None));
    run("CREATE TRIGGER g AFTER UPDATE ON t BEGIN INSERT INTO u (a) VALUES (5); END").await;
    assert_eq!(run("UPDATE t SET a = 77 WHERE id = 1").await, done(1, None));
    assert_eq!(
        run("INSERT INTO t (a) VALUES (70) RETURNING id").await,
        done(1, Some(5))
    );
    assert_eq!(run("CREATE TABLE copy AS SELECT * FROM t").await, done(0, None));
    assert_eq!(run("DELETE FROM t").await, done(5, None));
    assert_eq!(run("DROP TABLE t").await, done(0, None));
    Ok(())
}

#[tokio::test]
async fn bad_texts() {
    let pool = memory();
    let mut session = writer(&pool).await;
    script_in(&mut session, "CREATE TABLE t (a)").await;
    for (sql, kind) in [
        ("SELECT 1; SELECT 2", ErrorKind::Statement),
        ("", ErrorKind::Statement),
        ("  ; -- nothing", ErrorKind::Statement),
        ("SELECT 1 \0 FROM nowhere", ErrorKind::Statement),
        ("SELEC 1", ErrorKind::Syntax),
        ("SELECT 'open", ErrorKind::Syntax),
        ("SELECT (", ErrorKind::Syntax),
        ("SELECT * FROM nowhere", ErrorKind::UnknownTable),
        ("SELECT b FROM t", ErrorKind::UnknownColumn),
        // As SQLite comes, this would be the string 'b'.
        ("SELECT \"b\" FROM t", ErrorKind::UnknownColumn),
        ("INSERT INTO t (b) VALUES (1)", ErrorKind::UnknownColumn),
        ("SELECT ?", ErrorKind::Placeholders),
        ("CREATE TABLE t (a)", ErrorKind::Statement),
        ("SELECT nope(1)", ErrorKind::Statement),
        ("COMMIT", ErrorKind::Transaction),
    ] {
        for cache in [true, false] {
            let mut statement = Statement::write(sql, vec![]);
            statement.cache = cache;
            let error = session.execute(statement).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{sql}: {error}");
        }
    }
    let extra = Statement::read("SELECT 1", vec![1.into()]);
    let error = session.execute(extra).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Placeholders);
    assert_eq!(
        fails(&mut session, "SELECT 1; SELECT 2")
            .await
            .help()
            .map(|help| help.contains("script")),
        Some(true)
    );
    // A semicolon and a comment behind the statement are fine.
    assert_eq!(number(&mut session, "SELECT 1; -- one").await, 1);
}

async fn script_in(session: &mut manybase_driver::Session, sql: &str) {
    session.script(sql.to_owned()).await.unwrap();
}

#[tokio::test]
async fn scripts() {
    let pool = memory();
    let mut session = writer(&pool).await;
    script_in(
        &mut session,
        "-- a schema\nCREATE TABLE t (a); INSERT INTO t VALUES (1);\nSELECT * FROM t; PRAGMA user_version = 7;",
    )
    .await;
    assert_eq!(number(&mut session, "PRAGMA user_version").await, 7);
    let mut fails = async |sql: &str| session.script(sql.to_owned()).await.unwrap_err().kind();
    assert_eq!(fails("SELECT ?").await, ErrorKind::Placeholders);
    assert_eq!(fails("INSERT INTO t VALUES (2); SELEC").await, ErrorKind::Syntax);
    assert_eq!(fails("SELECT 1; \0").await, ErrorKind::Statement);
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 2);
}

#[tokio::test]
async fn a_schema_change_reaches_prepared_statements() -> Result<()> {
    let pool = memory();
    let mut session = writer(&pool).await;
    script_in(&mut session, "CREATE TABLE t (a); INSERT INTO t VALUES (1)").await;
    let all = Statement::read("SELECT * FROM t", vec![]);
    for (change, width) in [
        ("SELECT 1", 1),
        ("ALTER TABLE t ADD b", 2),
        ("ALTER TABLE t DROP b", 1),
    ] {
        script_in(&mut session, change).await;
        let found = session.query(all.clone(), Each::new(|row| Ok(row.len()))).await?;
        assert_eq!(found.made, [width]);
        assert_eq!(found.columns.unwrap().len(), width);
    }
    Ok(())
}

/// Wants one row, or fails at it.
struct Picky {
    seen: u32,
    fails: bool,
}

impl Sink for Picky {
    fn row(&mut self, _: &dyn Row) -> Result<Flow> {
        self.seen += 1;
        match self.fails {
            true => Err(Error::new(ErrorKind::Decode, "picky")),
            false => Ok(Flow::Stop),
        }
    }
}

#[tokio::test]
async fn sinks_that_stop() -> Result<()> {
    let pool = memory();
    let mut session = writer(&pool).await;
    script_in(&mut session, "CREATE TABLE t (a)").await;
    let insert = Statement::write("INSERT INTO t VALUES (1), (2), (3) RETURNING a", vec![]);
    let sink = session
        .query(
            insert.clone(),
            Picky {
                seen: 0,
                fails: false,
            },
        )
        .await?;
    assert_eq!(sink.seen, 1);
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 3);

    let error = session
        .query(insert, Picky { seen: 0, fails: true })
        .await
        .err()
        .unwrap();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Decode, "picky"));
    // The statement had done its work by the time of its first row.
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 6);

    let read = Statement::read("SELECT a FROM t", vec![]).bounded();
    let sink = session
        .query(
            read,
            Picky {
                seen: 0,
                fails: false,
            },
        )
        .await?;
    assert_eq!(sink.seen, 1);
    // A read that was stopped holds no lock.
    script_in(&mut session, "DROP TABLE t").await;
    Ok(())
}

#[tokio::test]
async fn a_bounded_read_that_is_not_falls_back_to_the_thread() -> Result<()> {
    let pool = memory();
    let mut session = reader(&pool).await;
    let long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) \
                SELECT MAX(i), COUNT(*) FROM n";
    let statement = Statement::read(long, vec![]).bounded();
    let found = session.query(statement, Each::new(|row| Ok(row.i64(0)?))).await?;
    assert_eq!(found.made, [Some(200_000)]);
    // A write that is mislabelled gets there as well.
    let statement = Statement::read("CREATE TABLE t (a)", vec![]).bounded();
    session.query(statement, Each::new(|row| Ok(row.len()))).await?;
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 0);
    Ok(())
}

#[tokio::test]
async fn batches() -> Result<()> {
    let pool = memory();
    let mut session = writer(&pool).await;
    script_in(&mut session, "CREATE TABLE t (a UNIQUE)").await;
    let insert = |a: i64| Statement::write("INSERT INTO t VALUES (?)", vec![a.into()]);
    let all = session.batch(vec![insert(1), insert(2)], true).await?;
    assert_eq!(all, [done(1, Some(1)), done(1, Some(2))]);
    for (atomic, left) in [(true, 2), (false, 3)] {
        let bad = vec![insert(3), insert(1), insert(4)];
        let error = session.batch(bad, atomic).await.unwrap_err();
        assert!(error.is_unique_violation());
        assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, left);
    }
    assert_eq!(session.batch(vec![], true).await?, []);
    // Inside a transaction it is part of that.
    session.begin(Default::default()).await?;
    session.batch(vec![insert(10), insert(11)], true).await?;
    session.rollback().await?;
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 3);
    Ok(())
}

#[tokio::test]
async fn rows_that_a_trigger_keeps_out_are_not_counted() -> Result<()> {
    let pool = memory();
    script(
        &pool,
        "CREATE TABLE t (a INTEGER UNIQUE, b TEXT); CREATE TABLE log (a);
         CREATE TRIGGER odd BEFORE INSERT ON t WHEN new.a % 2 BEGIN SELECT RAISE(IGNORE); END;
         CREATE TRIGGER logged AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a), (new.a); END",
    )
    .await;
    let mut session = writer(&pool).await;
    let target = BulkTarget {
        table: "t".into(),
        columns: vec!["a".into(), "b".into()],
        on_conflict: None,
        dialect: manybase_sql::dialect::sqlite(),
    };
    let values = (0..100_i64).flat_map(|a| [a.into(), "x".into()]).collect();
    let rows = BulkRows::new(target.into(), values)?;
    assert_eq!(session.bulk_load(rows.clone()).await?.inserted, 50);
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, 50);
    let error = session.bulk_load(rows).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UniqueViolation, "{error}");
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM log").await, 100);
    Ok(())
}

/// SQLite looks at a bound limit when it plans, and plans anew whenever one is bound: the dialect writes it into the text.
#[test]
fn a_limit_is_planned_once() -> rusqlite::Result<()> {
    let raw = rusqlite::Connection::open_in_memory()?;
    raw.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)")?;
    let planned_anew = |sql: &str, values: usize| -> rusqlite::Result<i32> {
        let mut statement = raw.prepare(sql)?;
        for round in 0..5 {
            for index in 1..=values {
                statement.raw_bind_parameter(index, round % 2 + 1)?;
            }
            let mut rows = statement.raw_query();
            while rows.next()?.is_some() {}
        }
        Ok(statement.get_status(rusqlite::StatementStatus::RePrepare))
    };
    assert_eq!(planned_anew("SELECT id FROM t WHERE id > ? LIMIT ?", 2)?, 5);
    let mut select = manybase_sql::Select::from("t");
    select.limit = Some(2);
    select.offset = Some(1);
    let rendered = select.render_columns(manybase_sql::dialect::sqlite(), "id");
    let rendered = rendered.expect("a plain query");
    assert_eq!(rendered.sql, r#"SELECT id FROM "t" LIMIT 2 OFFSET ?"#);
    assert_eq!(planned_anew(&rendered.sql, 1)?, 0);
    Ok(())
}
