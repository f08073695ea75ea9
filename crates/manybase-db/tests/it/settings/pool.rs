//! The settings of the pool.

use super::{Place, on_every_database, text, ways};
use manybase_db::{Access, ConnectionHandle, Db, ErrorKind, Executor, Lease, Route};
use std::time::Duration;

const READ: (Route<'_>, Access) = (
    Route {
        using: None,
        bound: None,
        model: None,
    },
    Access::Read,
);

async fn take(db: &Db) -> Lease<'_> {
    db.lease(READ.0, READ.1).await.unwrap()
}

/// Waits until the pool is so.
async fn until(handle: &ConnectionHandle, what: &str, so: impl Fn(usize, usize) -> bool) {
    for _ in 0..1_000 {
        let status = handle.status();
        if so(status.open, status.in_use) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what}: {:?}", handle.status());
}

async fn no_more_than_the_limit(place: Place) {
    let (_files, ways) = ways(&place.url(), "max_connections=2&acquire_timeout=50ms");
    for way in ways {
        let db = way.open().await.unwrap();
        let held = [take(&db).await, take(&db).await];
        let error = db.lease(READ.0, READ.1).await.map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PoolTimeout);
        assert!(
            error.message().starts_with("all 2 connections were in use for "),
            "{error}"
        );
        drop(held);
        drop(take(&db).await);
    }
}

async fn some_are_kept_ready(place: Place) {
    let (_files, ways) = ways(&place.url(), "max_connections=4&min_idle=3&idle_timeout=200ms");
    let [_, way, _] = ways;
    let db = way.open().await.unwrap();
    let handle = db.connection("erp").unwrap();
    assert_eq!(handle.status().open, 0, "nothing is dialled before the first use");
    drop(take(&db).await);
    until(&handle, "three are ready", |open, in_use| {
        (open, in_use) == (3, 0)
    })
    .await;
    let held = [take(&db).await, take(&db).await, take(&db).await];
    until(&handle, "no more than may be", |open, in_use| {
        (open, in_use) == (4, 3)
    })
    .await;
    let last = take(&db).await;
    drop((held, last));
    // The fourth goes, because it is idle for too long; the three stay.
    until(&handle, "the fourth is closed", |open, in_use| {
        (open, in_use) == (3, 0)
    })
    .await;
    db.close().await.unwrap();
}

async fn idle_ones_are_closed(place: Place) {
    let (_files, ways) = ways(&place.url(), "idle_timeout=100ms");
    for way in ways {
        let db = way.open().await.unwrap();
        let handle = db.connection("erp").unwrap();
        drop([take(&db).await, take(&db).await]);
        until(&handle, "all are closed", |open, _| open == 0).await;
    }
}

async fn old_ones_are_closed(place: Place) {
    let (_files, ways) = ways(&place.url(), "max_lifetime=100ms&idle_timeout=none");
    for way in ways {
        let db = way.open().await.unwrap();
        let handle = db.connection("erp").unwrap();
        drop([take(&db).await, take(&db).await]);
        until(&handle, "all are closed", |open, _| open == 0).await;
        assert_eq!(text(&db, "SELECT 'x'").await.unwrap(), "x");
    }
}

on_every_database!(
    no_more_than_the_limit,
    some_are_kept_ready,
    idle_ones_are_closed,
    old_ones_are_closed,
);

#[test]
fn more_ready_ones_than_there_may_be() {
    let error = Db::builder()
        .connect("erp", "sqlite:x.db?max_connections=2&min_idle=3")
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "configuration error on connection \"erp\": `min_idle` is 3, more than `max_connections`, 2; raise \
         `max_connections`, or lower `min_idle`"
    );
}

/// A database in memory has one connection, whatever is said.
#[tokio::test]
async fn in_memory_there_is_one() {
    let db = Db::builder()
        .connect(
            "erp",
            "sqlite::memory:?max_connections=4&min_idle=2&idle_timeout=50ms",
        )
        .open()
        .await
        .unwrap();
    let handle = db.connection("erp").unwrap();
    assert_eq!(
        (handle.pool_options().max_size, handle.pool_options().min_idle),
        (1, 0)
    );
}
