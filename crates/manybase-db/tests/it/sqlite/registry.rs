//! Pools, tenants and files.

use super::{TABLE, count, rows, url};
use crate::fake::{run, run_at, to};
use manybase_db::{Access, ConnectionConfig, Db, ErrorKind, Executor, Route};
use std::path::Path;
use std::time::Duration;

#[tokio::test]
async fn an_exhausted_pool_times_out_and_works_again() {
    let config = ConnectionConfig::from_url("sqlite::memory:").unwrap();
    let config = config.acquire_timeout(Duration::from_millis(20));
    let db = Db::builder().connection("main", config).open().await.unwrap();
    run(&db, TABLE).await.unwrap();
    let lease = db.lease(Route::default(), Access::Read).await.unwrap();
    let error = run(&db, "DELETE FROM t").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PoolTimeout);
    drop(lease);
    assert_eq!(rows(&db).await, 0);
}

#[tokio::test]
async fn tenants_come_and_go() {
    let directory = tempfile::tempdir().unwrap();
    let db = Db::builder().open().await.unwrap();
    for round in 0..2 {
        for tenant in 0..5 {
            let name = format!("tenant_{tenant}");
            db.add(name.as_str(), url(&directory, &format!("{tenant}.db")))
                .unwrap();
            run_at(
                &db,
                to(&name),
                "CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY)",
            )
            .await
            .unwrap();
            run_at(&db, to(&name), "INSERT INTO t (a) VALUES (NULL)")
                .await
                .unwrap();
            assert_eq!(count(&db, to(&name)).await.unwrap(), round + 1);
        }
        for name in db.connections() {
            db.remove(&name).await.unwrap();
        }
    }
    db.close().await.unwrap();
}

#[tokio::test]
async fn a_file_beside_the_configuration() {
    let directory = tempfile::tempdir().unwrap();
    let path: &Path = directory.path();
    std::fs::write(
        path.join("manybase.toml"),
        "[connections.erp]\nurl = \"sqlite:erp.db\"\n",
    )
    .unwrap();
    let db = Db::open(path.join("manybase.toml")).await.unwrap();
    run(&db, TABLE).await.unwrap();
    assert!(path.join("erp.db").exists());
    let answer = &db.ping().await["erp"];
    assert!(answer.as_ref().unwrap().server_version.starts_with("3."));
    db.close().await.unwrap();
    assert_eq!(
        run(&db, "DELETE FROM t").await.unwrap_err().kind(),
        ErrorKind::Closed
    );
}

#[tokio::test]
async fn a_wrong_parameter_names_the_file_and_the_key() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("manybase.toml");
    std::fs::write(&path, "[connections.erp]\nurl = \"sqlite:erp.db?sync=off\"\n").unwrap();
    let error = Db::open(&path).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.connection()),
        (ErrorKind::Config, Some("erp"))
    );
    assert!(
        error.message().contains("manybase.toml:2: connections.erp.url: "),
        "{error}"
    );
}
