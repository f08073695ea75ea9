//! Inserts that ask for nothing but the row's number.

use crate::support::*;
use manybase_driver::{Error, Numbered, Pool, Result, Session, Statement};
use manybase_sql::TableName;

static T: TableName = TableName::borrowed("t");

fn insert(value: &str) -> Statement {
    let text = "INSERT INTO t (a) VALUES (?)";
    let mut statement = Statement::write(format!("{text} RETURNING id"), vec![value.into()]).bounded();
    statement.numbered = Some(Numbered {
        table: &T,
        column: "id",
        end: text.len(),
    });
    statement
}

/// What comes back, and what is in the table.
async fn told(session: &mut Session, value: &str) -> Result<Vec<Option<i64>>> {
    rows(session, insert(value), |row| row.i64(0).map_err(Error::from)).await
}

async fn kept(session: &mut Session, value: &str) -> Option<i64> {
    let select = Statement::read("SELECT id FROM t WHERE a = ?", vec![value.into()]);
    let found = rows(session, select, |row| row.i64(0).map_err(Error::from))
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    found[0]
}

async fn fresh(pool: &Pool, schema: &str) -> Session {
    script(pool, &format!("DROP TABLE IF EXISTS t; {schema}")).await;
    writer(pool).await
}

#[tokio::test]
async fn the_number_is_that_of_the_table() -> Result<()> {
    let (_directory, in_file) = file();
    for pool in [memory(), in_file] {
        // One after another on the same connection: what is known of the last table must not count for the next.
        for schema in [
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a)",
            "CREATE TABLE t (a, id INTEGER PRIMARY KEY AUTOINCREMENT)",
            // Not the row's number, each for another reason.
            "CREATE TABLE t (id BIGINT PRIMARY KEY DEFAULT (abs(random())), a)",
            "CREATE TABLE t (id INTEGER DEFAULT (abs(random())), a PRIMARY KEY)",
            "CREATE TABLE t (id INTEGER PRIMARY KEY DESC DEFAULT (abs(random())), a)",
            "CREATE TABLE t (id INTEGER NOT NULL DEFAULT (abs(random())), a, PRIMARY KEY (id, a)) WITHOUT ROWID",
            "CREATE TABLE t (id INTEGER DEFAULT (abs(random())) PRIMARY KEY, a) WITHOUT ROWID",
            // And again one that is.
            "CREATE TABLE t (id integer primary key, a)",
        ] {
            let mut session = fresh(&pool, schema).await;
            for value in ["x", "y", "z"] {
                assert_eq!(
                    told(&mut session, value).await?,
                    [kept(&mut session, value).await],
                    "{schema}"
                );
            }
            // In a transaction, and when a trigger numbers rows of its own.
            session.begin(Default::default()).await?;
            session
                .script(
                    "CREATE TABLE IF NOT EXISTS u (id INTEGER PRIMARY KEY, a); \
                     CREATE TRIGGER more AFTER INSERT ON t BEGIN INSERT INTO u VALUES (NULL, 1), (NULL, 2); END"
                        .into(),
                )
                .await?;
            for value in ["v", "w"] {
                assert_eq!(
                    told(&mut session, value).await?,
                    [kept(&mut session, value).await],
                    "{schema}"
                );
            }
            session.commit().await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_row_that_was_kept_out_has_no_number() -> Result<()> {
    let pool = memory();
    let mut session = fresh(&pool, "CREATE TABLE t (id INTEGER PRIMARY KEY, a)").await;
    assert_eq!(told(&mut session, "a").await?, [Some(1)]);
    session
        .script(
            "CREATE TRIGGER no BEFORE INSERT ON t WHEN new.a = 'b' BEGIN SELECT RAISE(IGNORE); END".into(),
        )
        .await?;
    assert_eq!(told(&mut session, "b").await?, []);
    assert_eq!(told(&mut session, "c").await?, [Some(2)]);
    Ok(())
}

#[tokio::test]
async fn errors_are_those_of_the_insert() -> Result<()> {
    let pool = memory();
    let mut session = fresh(&pool, "CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE)").await;
    assert_eq!(told(&mut session, "a").await?, [Some(1)]);
    let error = told(&mut session, "a").await.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    Ok(())
}

/// Somebody else changes the table while this connection keeps its statements.
#[tokio::test]
async fn another_connection_changes_the_table() -> Result<()> {
    let (directory, pool) = file();
    let mut session = fresh(&pool, "CREATE TABLE t (id INTEGER PRIMARY KEY, a)").await;
    assert_eq!(told(&mut session, "a").await?, [Some(1)]);
    let other = self::pool(&directory);
    script(
        &other,
        "DROP TABLE t; CREATE TABLE t (id BIGINT PRIMARY KEY DEFAULT (abs(random())), a)",
    )
    .await;
    for value in ["b", "c"] {
        assert_eq!(
            told(&mut session, value).await?,
            [kept(&mut session, value).await]
        );
    }
    Ok(())
}

fn pool(directory: &tempfile::TempDir) -> Pool {
    crate::support::pool(&format!("sqlite:{}/test.db", directory.path().display()))
}
