//! What an orchestrator is told.

use crate::client::get;
use crate::world::World;
use manybase_axum::Health;
use manybase_db::Db;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ready_until_it_stops() {
    let world = World::sqlite().await;
    let live = get(world.at, "/health/live").await;
    assert_eq!((live.status, live.body.as_str()), (200, "{\"status\":\"live\"}"));
    let ready = get(world.at, "/health/ready").await;
    assert_eq!(ready.status, 200);
    assert_eq!(ready.header("cache-control"), Some("no-store"));
    let body = ready.json();
    assert_eq!(body["status"], "ready");
    for name in ["shop", "audit"] {
        assert_eq!(body["connections"][name]["status"], "up");
        assert!(body["connections"][name]["took_ms"].is_number());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_says_which_database_is_down_and_no_more() {
    let world = World::sqlite().await;
    world
        .db
        .add("far", "postgres://ann:hunter2@127.0.0.1:1/far_test")
        .unwrap();
    let ready = get(world.at, "/health/ready").await;
    assert_eq!(ready.status, 503);
    let body = ready.json();
    assert_eq!(body["status"], "not ready");
    assert_eq!(body["connections"]["shop"]["status"], "up");
    assert_eq!(
        body["connections"]["far"],
        serde_json::json!({ "status": "down", "reason": "can't connect" })
    );
    assert_eq!(get(world.at, "/health/live").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_never_answers_has_its_time() {
    // It takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://{}/far", silent.local_addr().unwrap());
    let db = Db::builder()
        .connect("far", url)
        .connect("near", "sqlite::memory:")
        .open()
        .await
        .unwrap();
    let health = Health::new(db).within(Duration::from_millis(100));
    let readiness = health.check().await;
    assert!(!readiness.is_ready());
    assert_eq!(readiness.connections["far"].reason.as_deref(), Some("timeout"));
    assert_eq!(readiness.connections["near"].status, "up");
    assert!(health.clone().only(["near"]).check().await.is_ready());
    let unknown = health.only(["nare"]).check().await;
    assert_eq!(
        unknown.connections["nare"].reason.as_deref(),
        Some("unknown connection")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_down_is_told_and_does_not_matter() {
    let directory = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite:{}", directory.path().join(name).display());
    let db = Db::builder()
        .connect("erp", url("erp.db"))
        .replica("erp", url("nowhere.db?mode=ro"))
        .open()
        .await
        .unwrap();
    let readiness = Health::new(db).check().await;
    assert!(readiness.is_ready());
    assert_eq!(
        readiness.connections["erp"].replicas["erp/replica-1"].status,
        "down"
    );
}
