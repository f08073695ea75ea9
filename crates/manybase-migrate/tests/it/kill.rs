//! Killed at every point, by SIGKILL; then run again.

use crate::support::{Kind, World, number, on, on_every_database, open};
use manybase_db::{Access, Executor, Result};
use manybase_migrate::{Migrator, Set};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// The variable that makes a child of this program: the addresses, a line each.
const ROLE: &str = "MANYBASE_MIGRATE_TEST_CHILD";

fn files() -> Vec<(String, String)> {
    let first = "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40));
        INSERT INTO person VALUES (1, 'Ann'), (2, 'Bob');
        ALTER TABLE person ADD city VARCHAR(40);
        UPDATE person SET id = id + 10, city = 'Aachen';
        CREATE INDEX by_city ON person (city);
        -- manybase: step
        INSERT INTO person VALUES (3, 'Cem', 'Bonn');";
    let second = format!(
        "-- manybase: no-transaction\n{}",
        first.replace("person", "animal").replace("by_city", "by_place")
    );
    [("a", first.to_owned()), ("b", second)]
        .into_iter()
        .enumerate()
        .map(|(n, (name, sql))| (format!("main/2025010{}000000_{name}/up.sql", n + 1), sql))
        .collect()
}

fn migrator(urls: &[String]) -> Result<Migrator> {
    let mut migrator = Migrator::new(&open(urls), Set::of(files())?);
    for (name, table) in [("20250101000000_a", "person"), ("20250102000000_b", "animal")] {
        migrator = migrator.step(name, async move |tx| {
            let mut lease = tx.lease(on("main"), Access::Write).await?;
            lease.script(format!("UPDATE {table} SET id = id + 100")).await
        });
    }
    Ok(migrator)
}

/// Not a test of its own: what the child runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let urls: Vec<String> = role.lines().map(str::to_owned).collect();
    migrator(&urls).expect("a set").up().await.expect("applied");
}

async fn spawn(world: &World, fault: Option<&str>, log: Option<&Path>) -> ExitStatus {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args(["kill::child", "--exact"])
        .env(ROLE, world.urls.join("\n"))
        .env_remove("MANYBASE_FAULT")
        .env_remove("MANYBASE_FAULT_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(fault) = fault {
        command.env("MANYBASE_FAULT", fault);
    }
    if let Some(log) = log {
        command.env("MANYBASE_FAULT_LOG", log);
    }
    let mut child = command.spawn().expect("it starts");
    tokio::task::spawn_blocking(move || child.wait().expect("it ends"))
        .await
        .expect("no panic")
}

/// Everything is there, and once.
async fn look(world: &World) -> Result<()> {
    let db = world.db();
    for table in ["person", "animal"] {
        let ids = number(&db, "main", &format!("SELECT SUM(id) FROM {table}")).await?;
        assert_eq!(ids, 111 + 112 + 3, "{table}");
        let rows = number(&db, "main", &format!("SELECT COUNT(city) FROM {table}")).await?;
        assert_eq!(rows, 3, "{table}");
    }
    assert_eq!(
        number(
            &db,
            "main",
            "SELECT COUNT(*) FROM manybase_migration WHERE state = 'applied'"
        )
        .await?,
        2
    );
    assert_eq!(
        number(&db, "main", "SELECT COUNT(*) FROM manybase_migration_step").await?,
        0
    );
    Ok(())
}

async fn at_every_point(world: World) -> Result<()> {
    let log = world.directory.path().join("points");
    assert!(spawn(&world, None, Some(&log)).await.success());
    look(&world).await?;
    let text = std::fs::read_to_string(&log).expect("a log");
    let mut points: Vec<(String, usize)> = Vec::new();
    for name in text.lines().filter(|name| name.starts_with("migrate-")) {
        let nth = points.iter().filter(|(other, _)| other == name).count() + 1;
        points.push((name.to_owned(), nth));
    }
    let wanted: &[&str] = match world.kind {
        Kind::MariaDb => &[
            "migrate-step-running",
            "migrate-step-happened",
            "migrate-rows-written",
            "migrate-rust-written",
        ],
        _ => &[
            "migrate-commit-before",
            "migrate-commit-after",
            "migrate-step-running",
            "migrate-step-happened",
        ],
    };
    for name in wanted {
        assert!(
            points.iter().any(|(point, _)| point == name),
            "{name} was not reached: {points:?}"
        );
    }
    let mut kills = 0;
    let mut waiting = tokio::task::JoinSet::new();
    for (name, nth) in points {
        while waiting.len() >= 2 {
            kills += usize::from(waiting.join_next().await.expect("one").expect("no panic"));
        }
        let kind = world.kind;
        waiting.spawn(async move {
            let world = World::new(kind).expect("a database");
            let status = spawn(&world, Some(&format!("{name}:{nth}:abort")), None).await;
            assert!(status.success() || status.signal() == Some(9), "{name}: {status}");
            if let Err(error) = migrator(&world.urls).expect("a set").up().await {
                panic!("killed at {name} {nth}: {error}");
            }
            if let Err(error) = look(&world).await {
                panic!("killed at {name} {nth}: {error}");
            }
            status.signal() == Some(9)
        });
    }
    while let Some(killed) = waiting.join_next().await {
        kills += usize::from(killed.expect("no panic"));
    }
    assert!(kills > 20, "{kills} kills");
    Ok(())
}

on_every_database!(at_every_point);
