//! Files that are there, that are not, and that are something else.

use crate::support::*;
use manybase_driver::{Access, Address, ConnectOptions, DriverFactory, ErrorKind, Result, Statement};
use manybase_sqlite::SqliteFactory;
use std::fs;

async fn refused(url: &str) -> manybase_driver::Error {
    match pool(url).acquire(Access::Read).await {
        Ok(_) => panic!("{url} opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn what_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let error = refused(&format!("sqlite:{path}/missing/a.db")).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().contains("missing does not exist"), "{error}");
    for mode in ["ro", "rw"] {
        let error = refused(&format!("sqlite:{path}/a.db?mode={mode}")).await;
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(error.help().unwrap().contains("rwc"), "{error}");
    }
    assert!(
        fs::read_dir(directory.path()).unwrap().next().is_none(),
        "nothing was created"
    );
    let error = refused(&format!("sqlite:{path}")).await;
    assert!(error.to_string().contains("is a directory"), "{error}");
}

#[tokio::test]
async fn what_is_no_database() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.db");
    fs::write(
        &path,
        "certainly no database, but long enough to be looked at. ".repeat(40),
    )
    .unwrap();
    let error = refused(&format!("sqlite:{}", path.display())).await;
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(
        error.to_string().contains("a.db") && error.help().is_some(),
        "{error}"
    );
}

#[tokio::test]
async fn odd_names_are_names() -> Result<()> {
    let directory = tempfile::tempdir().unwrap();
    for name in ["file:x", "a%20b'\"", "ü#"] {
        let encoded = name.replace('%', "%25").replace('#', "%23");
        let pool = pool(&format!("sqlite:{}/{encoded}", directory.path().display()));
        script(&pool, "CREATE TABLE t (a)").await;
        assert!(directory.path().join(name).exists(), "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn settings_reach_sqlite() -> Result<()> {
    let (_directory, pool) = file();
    let mut session = writer(&pool).await;
    assert_eq!(
        text(&mut session, "PRAGMA journal_mode", vec![])
            .await?
            .as_deref(),
        Some("wal")
    );
    assert_eq!(number(&mut session, "PRAGMA synchronous").await, 1);
    assert_eq!(number(&mut session, "PRAGMA foreign_keys").await, 1);
    assert_eq!(session.server_version()?, rusqlite::version());

    let query = "?journal_mode=DELETE&foreign_keys=off&cache_size=-1234&temp_store=memory&statement_cache=0";
    let (_directory, pool) = file_with(query, &ConnectOptions::default());
    let mut session = writer(&pool).await;
    assert_eq!(
        text(&mut session, "PRAGMA journal_mode", vec![])
            .await?
            .as_deref(),
        Some("delete")
    );
    assert_eq!(number(&mut session, "PRAGMA synchronous").await, 2);
    assert_eq!(number(&mut session, "PRAGMA foreign_keys").await, 0);
    assert_eq!(number(&mut session, "PRAGMA cache_size").await, -1234);
    assert_eq!(number(&mut session, "PRAGMA temp_store").await, 2);

    // Readers, the first one and those that open a file which is open already.
    let query = "?synchronous=off&foreign_keys=off&cache_size=-1234";
    let (_directory, pool) = file_with(query, &ConnectOptions::default());
    let mut readers = Vec::new();
    for _ in 0..3 {
        let mut session = reader(&pool).await;
        for (name, value) in [
            ("synchronous", 0),
            ("foreign_keys", 0),
            ("cache_size", -1234),
            ("query_only", 1),
        ] {
            let found = number(&mut session, &format!("PRAGMA {name}")).await;
            assert_eq!(found, value, "{name}");
        }
        readers.push(session);
    }
    Ok(())
}

#[tokio::test]
async fn read_only_files() -> Result<()> {
    let (directory, pool) = file();
    script(&pool, "CREATE TABLE t (a); INSERT INTO t VALUES (7)").await;
    let url = format!("sqlite:{}/test.db?mode=ro", directory.path().display());
    let protected = self::pool(&url);
    for access in [Access::Read, Access::Write] {
        let mut session = protected.acquire(access).await?;
        assert_eq!(number(&mut session, "SELECT a FROM t").await, 7);
        let error = fails(&mut session, "DELETE FROM t").await;
        assert_eq!(error.kind(), ErrorKind::ReadOnly, "{error}");
        session.begin(Default::default()).await?;
        session.rollback().await?;
    }
    Ok(())
}

fn pool(url: &str) -> manybase_driver::Pool {
    crate::support::pool(url)
}

#[tokio::test]
async fn a_file_that_is_deleted_while_open() -> Result<()> {
    let (directory, pool) = file();
    script(&pool, "CREATE TABLE t (a)").await;
    let mut session = writer(&pool).await;
    fs::remove_file(directory.path().join("test.db")).unwrap();
    let error = session.ping().await.unwrap_err();
    assert!(error.is_connection_lost(), "{error}");
    assert!(error.to_string().contains("test.db"), "{error}");
    drop(session);
    let (directory, pool) = file_with("?journal_mode=delete", &ConnectOptions::default());
    script(&pool, "CREATE TABLE t (a)").await;
    let mut session = writer(&pool).await;
    fs::remove_file(directory.path().join("test.db")).unwrap();
    let error = fails(&mut session, "INSERT INTO t VALUES (1)").await;
    assert!(error.is_connection_lost(), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_damaged_while_open() -> Result<()> {
    let (directory, pool) = file_with("?journal_mode=delete", &ConnectOptions::default());
    script(
        &pool,
        "CREATE TABLE t (a); INSERT INTO t SELECT zeroblob(3000) FROM json_each('[1,2,3,4,5]')",
    )
    .await;
    let path = directory.path().join("test.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let error = match pool.acquire(Access::Read).await {
        Ok(mut session) => session
            .execute(Statement::read("SELECT a FROM t", vec![]))
            .await
            .unwrap_err(),
        Err(error) => error,
    };
    assert!(
        matches!(error.kind(), ErrorKind::Database | ErrorKind::Connect),
        "{error}"
    );
    assert!(error.help().is_some(), "{error}");
    Ok(())
}

#[tokio::test]
async fn closing_waits_for_the_file() -> Result<()> {
    let directory = tempfile::tempdir().unwrap();
    let address = Address::parse(&format!("sqlite:{}/test.db", directory.path().display()))?;
    let driver = SqliteFactory.open(&address, &ConnectOptions::default())?;
    let mut connection = driver.connect(Access::Write).await?;
    connection.script("CREATE TABLE t (a)".into()).await?;
    // Also when the last work was done here, and not on the connection's own thread.
    for value in 0..3_i64 {
        let insert = Statement::write("INSERT INTO t VALUES (?)", vec![value.into()]).bounded();
        connection.execute(insert).await?;
    }
    assert!(directory.path().join("test.db-wal").exists());
    connection.close().await?;
    // The last connection takes the log into the file.
    assert!(!directory.path().join("test.db-wal").exists());
    Ok(())
}
