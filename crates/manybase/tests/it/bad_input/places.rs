//! Connections that are not there, or all in use.

use super::{Row, row};
use crate::support::{On, fails, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;
use std::time::Duration;

on_every_database! { an_unknown_connection, a_closed_db, an_exhausted_pool }

#[derive(Debug, Clone, PartialEq, Model)]
#[model(connection = "mian")]
struct Lost {
    #[model(key, auto)]
    id: i64,
}

async fn an_unknown_connection(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    let check = |error: manybase::Error, name: &str, model: Option<&str>| {
        assert_eq!(error.kind(), ErrorKind::UnknownConnection, "{error}");
        assert_eq!(error.model(), model, "{error}");
        assert!(error.message().contains(name), "{error}");
        assert!(error.help().is_some_and(|help| help.contains("main")), "{error}");
    };
    check(
        Lost::query().all(db).await.expect_err("unknown"),
        "mian",
        Some("Lost"),
    );
    check(
        Lost::query().count(db).await.expect_err("unknown"),
        "mian",
        Some("Lost"),
    );
    check(
        Lost { id: 0 }.insert(db).await.expect_err("unknown"),
        "mian",
        Some("Lost"),
    );
    check(
        Lost::insert_many([Lost { id: 0 }], db)
            .await
            .expect_err("unknown"),
        "mian",
        Some("Lost"),
    );
    check(
        Lost::query().delete(db).await.expect_err("unknown"),
        "mian",
        Some("Lost"),
    );
    check(
        create_table::<Lost>(db).await.expect_err("unknown"),
        "mian",
        Some("Lost"),
    );
    check(
        Row::query().using("arhcive").all(db).await.expect_err("unknown"),
        "arhcive",
        Some("Row"),
    );
    check(
        Row::query().all(&db.using("arhcive")).await.expect_err("unknown"),
        "arhcive",
        Some("Row"),
    );
    check(
        sql("SELECT 1")
            .using("arhcive")
            .scalar::<i64>(db)
            .await
            .expect_err("unknown"),
        "arhcive",
        None,
    );
    check(db.connection("mian").expect_err("unknown"), "mian", None);
    let inside: Result<()> = db
        .transaction(async |tx| Lost::query().all(tx).await.map(drop))
        .await;
    check(inside.expect_err("unknown"), "mian", Some("Lost"));
    // Two connections, and none of them the default.
    let two = Db::builder()
        .connect("a", "sqlite::memory:")
        .connect("b", "sqlite::memory:")
        .build()?;
    let error = Row::query().all(&two).await.expect_err("no default");
    assert_eq!(
        (error.kind(), error.model()),
        (ErrorKind::Config, Some("Row")),
        "{error}"
    );
    assert!(
        error.help().is_some_and(|help| help.contains("default")),
        "{error}"
    );
    Ok(())
}

async fn a_closed_db(on: Arc<On>) -> Result<()> {
    let db = Db::builder().connect("main", on.url()).build()?;
    let alive: i64 = sql("SELECT 1").scalar(&db).await?;
    assert_eq!(alive, 1);
    db.close().await?;
    let error = fails(Row::query().all(&db).await, ErrorKind::Closed, "main");
    assert_eq!(error.model(), Some("Row"));
    fails(
        sql("SELECT 1").scalar::<i64>(&db).await,
        ErrorKind::Closed,
        "main",
    );
    let inside: Result<u64> = db.transaction(async |tx| Row::query().delete(tx).await).await;
    fails(inside, ErrorKind::Closed, "main");
    // A connection that was removed.
    on.add("tenant");
    let view = on.db.using("tenant");
    create_table::<Row>(&view).await?;
    on.db.remove("tenant").await?;
    let error = Row::query().all(&view).await.expect_err("removed");
    assert_eq!(error.kind(), ErrorKind::UnknownConnection, "{error}");
    Ok(())
}

async fn an_exhausted_pool(on: Arc<On>) -> Result<()> {
    create_table::<Row>(&on.db).await?;
    on.add_with("tight", |config| {
        config
            .max_connections(1)
            .acquire_timeout(Duration::from_millis(100))
    });
    let tight = on.db.using("tight");
    create_table::<Row>(&tight).await?;
    let tx = tight.begin().await?;
    row("x", 1).insert(&tx).await?;
    // Another write has to wait for the only connection that can write.
    let error = row("y", 2).insert(&tight).await.expect_err("exhausted");
    assert_eq!(
        (error.kind(), error.connection(), error.model()),
        (ErrorKind::PoolTimeout, Some("tight"), Some("Row")),
        "{error}"
    );
    assert!(
        error.help().is_some() || error.message().contains("max"),
        "{error}"
    );
    tx.commit().await?;
    row("y", 2).insert(&tight).await?;
    assert_eq!(Row::query().count(&tight).await?, 2);
    // Many that wait for one connection all get it.
    on.add_with("queue", |config| config.max_connections(1));
    let queue = on.db.using("queue");
    create_table::<Row>(&queue).await?;
    let mut tasks = Vec::new();
    for n in 0..50 {
        let queue = queue.clone();
        tasks.push(tokio::spawn(async move { row("q", n).insert(&queue).await }));
    }
    for task in tasks {
        task.await.expect("no panic")?;
    }
    assert_eq!(Row::query().count(&queue).await?, 50);
    Ok(())
}
