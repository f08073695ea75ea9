//! Several runners at once.

use crate::support::{Kind, World, number, on_every_database, open};
use manybase_db::{ErrorKind, Result};
use manybase_migrate::{Event, Migrator, Set};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const FILES: [(&str, &str); 2] = [
    (
        "main/20250101000000_a/up.sql",
        "CREATE TABLE a (b INTEGER); INSERT INTO a VALUES (1); INSERT INTO a VALUES (2);",
    ),
    (
        "main/20250102000000_b/up.sql",
        "-- manybase: no-transaction\nCREATE TABLE c (d INTEGER); INSERT INTO c VALUES (1);",
    ),
];

async fn four_at_once_apply_each_migration_once(world: World) -> Result<()> {
    let mut runners = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let db = open(&world.urls);
        runners.spawn(async move {
            Ok::<_, manybase_db::Error>(Migrator::new(&db, Set::of(FILES)?).up().await?.count())
        });
    }
    let mut applied = 0;
    while let Some(count) = runners.join_next().await {
        applied += count.expect("no panic")?;
    }
    assert_eq!(applied, 2);
    let db = world.db();
    assert_eq!(number(&db, "main", "SELECT COUNT(*) FROM a, c").await?, 2);
    Ok(())
}

async fn who_waits_too_long_says_so(world: World) -> Result<()> {
    let waiting = Arc::new(AtomicUsize::new(0));
    let db = world.db();
    let sql = "CREATE TABLE a (b INTEGER);\n-- manybase: step\n";
    let (began, mut begun) = tokio::sync::mpsc::channel::<()>(1);
    let (end, ended) = tokio::sync::watch::channel(false);
    let first = Migrator::new(&db, Set::of([("main/20250101000000_a/up.sql", sql)])?).step(
        "20250101000000_a",
        async move |_tx| {
            let _ = began.send(()).await;
            let _ = ended.clone().wait_for(|ended| *ended).await;
            Ok(())
        },
    );
    let first = tokio::spawn(async move { first.up().await });
    begun.recv().await.expect("it runs");

    let told = waiting.clone();
    let second = Migrator::new(&open(&world.urls), Set::of(FILES)?)
        .lock_timeout(Duration::from_millis(300))
        .on_event(move |event| {
            if let Event::Waiting { .. } = event {
                told.fetch_add(1, Ordering::Relaxed);
            }
        });
    let error = second.up().await.expect_err("somebody has the lock");
    assert_eq!(error.kind(), ErrorKind::LockTimeout, "{error}");
    assert!(error.help().expect("a way out").contains("--lock-timeout"));
    assert_eq!(waiting.load(Ordering::Relaxed), 1);
    end.send(true).expect("it waits");
    assert_eq!(first.await.expect("no panic")?.count(), 1);
    if world.kind == Kind::Sqlite {
        assert!(
            !world.directory.path().join("0.db-migrate").exists(),
            "no file is left"
        );
    }
    Ok(())
}

on_every_database!(four_at_once_apply_each_migration_once, who_waits_too_long_says_so);
