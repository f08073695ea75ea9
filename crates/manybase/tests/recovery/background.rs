//! The recovery that runs by itself.

use crate::world::{World, world};
use manybase::{ConnectionConfig, Db, ErrorKind, RecoveryMode, Result, sql};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// Waits for something that happens by itself.
async fn until(what: &str, is: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is().await {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{what} does not happen"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn often() -> RecoveryMode {
    RecoveryMode::Every(Duration::from_millis(100))
}

#[tokio::test]
async fn recovers_and_looks_by_itself() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    let lost = world.gtrid("lite");
    world.prepare("pg", &lost, 1).await?;
    world.prepare("maria", &lost, 1).await?;
    let good = world.gtrid("maria");
    let branch = world.prepare("pg", &good, 2).await?;
    world
        .decide("maria", &good, "C", Duration::from_secs(60), &[("pg", &branch)])
        .await;

    let db = world
        .with(&["pg", "maria", "lite"])
        .recovery(often())
        .open()
        .await?;
    // The first work on any connection begins it; those with branches are asked though nobody works there.
    let _: i64 = sql("SELECT 1").using("lite").scalar(&db).await?;
    until("the recovery", async || {
        world.prepared("pg").await.is_empty() && world.prepared("maria").await.is_empty()
    })
    .await;
    assert_eq!(world.rows("pg").await, [2]);
    assert_eq!(world.decision("lite", &lost).await, Some(("A".to_owned(), 1)));
    until("the audit", async || {
        world.decision("maria", &good).await == Some(("C".to_owned(), 1))
    })
    .await;
    // Nothing of it is in the way of closing.
    db.close().await?;
    world.end().await;
    Ok(())
}

/// A listener in place of a server: nobody comes before the first work, whatever is opened, added and looked at.
#[tokio::test]
async fn nothing_is_dialled_before_the_first_work() -> Result<()> {
    let server = TcpListener::bind("127.0.0.1:0").await.expect("listens");
    let url = format!(
        "postgres://ann:secret@{}/erp",
        server.local_addr().expect("an address")
    );
    let directory = tempfile::tempdir().expect("a directory");
    let file = format!("sqlite:{}", directory.path().join("it.db").display());
    let config = ConnectionConfig::from_url(&url)?.connect_timeout(Duration::from_millis(300));
    let builder = Db::builder()
        .connect("lite", file)
        .connection("pg", config)
        .recovery(often());
    let db = builder.default_connection("lite").open().await?;
    db.add("memory", "sqlite::memory:")?;
    let _ = db.connection("pg")?.status();
    let early = tokio::time::timeout(Duration::from_millis(600), server.accept()).await;
    assert!(early.is_err(), "somebody has dialled");
    let _: i64 = sql("SELECT 1").scalar(&db).await?;
    let late = tokio::time::timeout(Duration::from_secs(60), server.accept()).await;
    assert!(late.is_ok(), "nobody has dialled");
    // In the middle of a question that is never answered.
    db.close().await?;
    assert_eq!(db.recover().await.unwrap_err().kind(), ErrorKind::Closed);
    Ok(())
}

/// Dropping the last handle ends it, and gives the databases back.
#[tokio::test]
async fn it_does_not_keep_a_db_alive() -> Result<()> {
    let world = world!("pg" Pg, "lite" File);
    let db = world
        .with(&["pg", "lite"])
        .recovery(RecoveryMode::Every(Duration::from_secs(3_600)))
        .open()
        .await?;
    let pid: i64 = sql("SELECT CAST(pg_backend_pid() AS bigint)")
        .using("pg")
        .scalar(&db)
        .await?;
    drop(db);
    until("the end of its connections", async || {
        let there = sql("SELECT COUNT(*) FROM pg_stat_activity WHERE pid = ?")
            .bind(pid)
            .using("pg");
        there.scalar::<i64>(&world.db).await.is_ok_and(|count| count == 0)
    })
    .await;
    world.end().await;
    Ok(())
}

/// A runtime that ends takes the task with it. The next work begins another one.
#[test]
fn it_begins_anew_in_another_runtime() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
    };
    let first = runtime();
    let world = manybase_testkit::require_server!(first.block_on(async {
        use crate::world::Kind::*;
        World::new(&[("pg", Pg), ("maria", Maria)]).await
    }));
    let db = first
        .block_on(world.with(&["pg", "maria"]).recovery(often()).open())
        .expect("opens");
    let work = async || {
        for on in ["pg", "maria"] {
            let one: i64 = sql("SELECT CAST(1 AS DECIMAL(10)) * 1")
                .using(on)
                .scalar(&db)
                .await
                .unwrap_or(1);
            assert_eq!(one, 1);
        }
    };
    first.block_on(work());
    let gtrid = world.gtrid("pg");
    first
        .block_on(world.prepare("maria", &gtrid, 1))
        .expect("prepares");
    drop(first);
    let second = runtime();
    second.block_on(async {
        work().await;
        until("the recovery", async || {
            world.decision("pg", &gtrid).await.is_some()
        })
        .await;
        db.close().await.expect("closes");
        world.end().await;
    });
}
