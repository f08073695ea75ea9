//! The end of a server.

use crate::client::{begin, finish, get};
use crate::world::{Kind, World};
use manybase_db::ErrorKind;
use std::time::Duration;
use tokio::net::TcpStream;

async fn refuses(world: &World) {
    for _ in 0..1_000 {
        if TcpStream::connect(world.at).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it still takes connections");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_runs_is_answered_and_committed_and_nothing_new_is_taken() {
    let world = World::sqlite().await;
    let running = begin(world.at, "POST", "/wait").await;
    world.gate.inside.notified().await;
    world.stopper.stop();
    refuses(&world).await;
    assert!(!world.serving.is_finished());
    world.gate.open.notify_one();
    assert_eq!(finish(running).await.expect("a response").status, 201);
    assert_eq!(world.rows().await, (1, 1));
    let World { serving, db, .. } = world;
    serving.await.unwrap().unwrap();
    let error = db.connection("shop").unwrap().ping().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_runs_for_too_long_is_cut_off_and_rolled_back() {
    let short = |server: manybase_axum::Server| server.drain_within(Duration::from_millis(100));
    let world = World::new(Kind::Sqlite, short).await.unwrap();
    let running = begin(world.at, "POST", "/wait").await;
    world.gate.inside.notified().await;
    world.stopper.stop();
    let reply = finish(running).await.expect("a response");
    assert_eq!(
        (reply.status, reply.json()["code"].as_str()),
        (503, Some("stopping"))
    );
    assert_eq!(world.rows().await, (0, 0));
    let error = world.serving.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.message(),
        "requests that still ran when the server stopped were cut off: 1"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_lingers_unready_while_load_balancers_notice() {
    let long = |server: manybase_axum::Server| server.linger(Duration::from_secs(600));
    let world = World::new(Kind::Sqlite, long).await.unwrap();
    assert_eq!(get(world.at, "/health/ready").await.status, 200);
    world.stopper.stop();
    let ready = get(world.at, "/health/ready").await;
    assert_eq!(
        (ready.status, ready.json()["status"].as_str()),
        (503, Some("stopping"))
    );
    assert_eq!(get(world.at, "/health/live").await.status, 200);
    assert_eq!(get(world.at, "/nothing").await.body, "nothing");
    world.serving.abort();
}
