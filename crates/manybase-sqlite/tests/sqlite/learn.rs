//! Functions of ours in the schema, on connections that have never heard of them.

use crate::support::*;
use manybase_driver::{Access, ConnectOptions, CountSink, Error, Numbered, Pool, Result, Session, Statement};
use manybase_sql::TableName;

static T: TableName = TableName::borrowed("t");

const SCHEMA: &str = "CREATE TABLE t (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL CHECK (MB_LOWER(name) <> 'nobody'),
        folded TEXT AS (MB_LOWER(name)) VIRTUAL,
        amount DECIMAL_TEXT NOT NULL DEFAULT '1.5' COLLATE MB_DECIMAL
    );
    CREATE UNIQUE INDEX t_folded ON t (MB_LOWER(name));
    CREATE TABLE log (what TEXT);
    CREATE TRIGGER logged AFTER INSERT ON t BEGIN
        INSERT INTO log VALUES (MB_UPPER(new.name));
    END;
    CREATE VIEW doubled AS SELECT id, MB_MUL(amount, '2') AS twice FROM t;
    INSERT INTO t (name) VALUES ('Ärger');";

fn insert(name: &str) -> Statement {
    let text = "INSERT INTO t (name) VALUES (?)";
    let mut statement = Statement::write(format!("{text} RETURNING id"), vec![name.into()]).bounded();
    statement.numbered = Some(Numbered {
        table: &T,
        column: "id",
        end: text.len(),
    });
    statement
}

async fn inserted(session: &mut Session, name: &str) -> Result<Vec<Option<i64>>> {
    rows(session, insert(name), |row| row.i64(0).map_err(Error::from)).await
}

/// Another pool for the same file.
fn again(directory: &tempfile::TempDir) -> Pool {
    pool(&format!("sqlite:{}/test.db", directory.path().display()))
}

#[tokio::test]
async fn the_first_statement_finds_them() -> Result<()> {
    let (directory, made) = file_with("", &ConnectOptions::default());
    script(&made, SCHEMA).await;
    for (sql, expected) in [
        ("SELECT folded FROM t", "ärger"),
        ("SELECT twice FROM doubled", "3"),
        ("SELECT name FROM t WHERE MB_LOWER(name) = 'ärger'", "Ärger"),
        (
            "WITH a AS (SELECT mb_add(amount, 1) AS b FROM t) SELECT b FROM a",
            "2.5",
        ),
        ("SELECT MB_SUM(amount) OVER () FROM t", "1.5"),
        ("PRAGMA integrity_check", "ok"),
    ] {
        let pool = again(&directory);
        let mut session = reader(&pool).await;
        let found = text(&mut session, sql, vec![]).await;
        assert_eq!(found?.as_deref(), Some(expected), "{sql}");
    }
    let pool = again(&directory);
    let mut session = reader(&pool).await;
    let plan = "EXPLAIN QUERY PLAN SELECT 1 FROM t WHERE MB_LOWER(name) = 'x'";
    let plan = rows(&mut session, Statement::read(plan, vec![]), |row| {
        Ok(row.str(3)?.map(str::to_owned))
    });
    let plan = plan.await?.pop().flatten().unwrap_or_default();
    assert!(plan.contains("t_folded"), "{plan}");

    let mut session = writer(&again(&directory)).await;
    assert_eq!(inserted(&mut session, "b").await?, [Some(2)]);
    assert!(inserted(&mut session, "B").await.is_err(), "the index folds");
    let mut session = writer(&again(&directory)).await;
    let nobody = Statement::write("INSERT INTO t (name) VALUES ('NOBODY')", vec![]);
    assert!(session.execute(nobody).await.is_err(), "the check folds");
    let mut session = writer(&again(&directory)).await;
    let update = Statement::write("UPDATE t SET name = 'C' WHERE id = 2", vec![]).bounded();
    assert_eq!(session.execute(update).await?.affected, 1);
    for all in ["VACUUM", "REINDEX", "ALTER TABLE t RENAME COLUMN name TO called"] {
        let mut session = writer(&again(&directory)).await;
        session.execute(Statement::write(all, vec![])).await?;
    }
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM log").await, 2);
    Ok(())
}

#[tokio::test]
async fn a_schema_that_changes_under_a_prepared_statement() -> Result<()> {
    for in_transaction in [false, true] {
        let (directory, pool) = file_with("", &ConnectOptions::default());
        let mut other = writer(&again(&directory)).await;
        let plain = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)";
        other.script(plain.to_owned()).await?;
        let mut session = writer(&pool).await;
        let select = || Statement::read("SELECT name FROM t", vec![]);
        assert_eq!(inserted(&mut session, "a").await?, [Some(1)]);
        session.query(select(), CountSink::default()).await?;

        other
            .script(
                "CREATE TABLE log (what TEXT);
                 CREATE TRIGGER logged AFTER INSERT ON t BEGIN
                     INSERT INTO log VALUES (MB_UPPER(new.name));
                 END"
                .to_owned(),
            )
            .await?;
        if in_transaction {
            session
                .begin(manybase_driver::TransactionOptions::default())
                .await?;
        }
        assert_eq!(inserted(&mut session, "b").await?, [Some(2)]);
        assert_eq!(session.query(select(), CountSink::default()).await?.0, 2);
        if in_transaction {
            session.commit().await?;
        }
        let mut reader = pool.acquire(Access::Read).await?;
        let logged = text(&mut reader, "SELECT what FROM log", vec![]).await?;
        assert_eq!(logged.as_deref(), Some("B"));
        assert_eq!(number(&mut reader, "SELECT COUNT(*) FROM log").await, 1);
    }
    Ok(())
}

#[tokio::test]
async fn what_nobody_has_is_an_error() -> Result<()> {
    let pool = memory();
    let mut session = writer(&pool).await;
    for _ in 0..2 {
        let error = fails(&mut session, "SELECT MB_NONE(1)").await;
        assert!(error.to_string().contains("MB_NONE"), "{error}");
    }
    Ok(())
}
