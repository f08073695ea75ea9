//! When a request is committed and when it is rolled back.

use crate::client::{begin, finish, get, post};
use crate::world::{Kind, World};
use manybase_db::Executor;

macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::World::sqlite().await).await;
            })*
        }

        mod servers {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let world = super::World::new(super::Kind::Servers, |server| server).await;
                super::$name(manybase_testkit::require_server!(world)).await;
            })*
        }
    };
}

on_both!(
    a_success_is_committed_on_both_databases_before_the_response
    an_error_status_rolls_back
    a_panic_rolls_back
    a_client_that_goes_away_rolls_back
    many_at_once
    extractors_share_one
    a_failure_after_the_commit_is_no_failure_of_the_request
    one_that_is_kept_is_not_committed
    the_outer_db_inside_its_own_transaction_is_found
);

async fn a_success_is_committed_on_both_databases_before_the_response(world: World) {
    assert_eq!(post(world.at, "/items/a").await.status, 201);
    assert_eq!(world.rows().await, (1, 1));
    assert_eq!(post(world.at, "/status/204").await.status, 204);
    // Where a form leads on to.
    assert_eq!(post(world.at, "/status/303").await.status, 303);
    assert_eq!(world.rows().await, (3, 3));
    assert_eq!(get(world.at, "/direct").await.body, "a answered answered");
}

async fn an_error_status_rolls_back(world: World) {
    for status in [400, 404, 409, 422, 500, 503] {
        assert_eq!(post(world.at, &format!("/status/{status}")).await.status, status);
    }
    assert_eq!(world.rows().await, (0, 0));
    assert_eq!(post(world.at, "/lenient/418").await.status, 418);
    assert_eq!(world.rows().await, (0, 0));
    assert_eq!(post(world.at, "/lenient/402").await.status, 402);
    assert_eq!(world.rows().await, (1, 1));
}

async fn a_panic_rolls_back(world: World) {
    let reply = finish(begin(world.at, "POST", "/panic").await).await;
    assert!(reply.is_none(), "{reply:?}");
    world.idle().await;
    assert_eq!(world.rows().await, (0, 0));
    assert_eq!(post(world.at, "/items/next").await.status, 201);
    assert_eq!(world.rows().await, (1, 1));
}

async fn a_client_that_goes_away_rolls_back(world: World) {
    let client = begin(world.at, "POST", "/wait").await;
    world.gate.inside.notified().await;
    drop(client);
    world.idle().await;
    assert_eq!(world.rows().await, (0, 0));
    // Nothing is left locked.
    assert_eq!(post(world.at, "/items/next").await.status, 201);
    assert_eq!(world.rows().await, (1, 1));
}

async fn many_at_once(world: World) {
    let at = world.at;
    let requests = (0..24).map(|n| {
        let path = match n % 3 {
            0 => "/status/500".to_owned(),
            _ => format!("/items/{n}"),
        };
        tokio::spawn(async move { post(at, &path).await.status })
    });
    let mut made = 0;
    for request in requests.collect::<Vec<_>>() {
        match request.await.unwrap() {
            201 => made += 1,
            status => assert_eq!(status, 500),
        }
    }
    assert_eq!(made, 16);
    assert_eq!(world.rows().await, (16, 16));
}

async fn extractors_share_one(world: World) {
    assert_eq!(post(world.at, "/twice").await.status, 201);
    assert_eq!(world.rows().await, (1, 1));
}

async fn a_failure_after_the_commit_is_no_failure_of_the_request(world: World) {
    assert_eq!(post(world.at, "/after").await.status, 201);
    assert_eq!(world.rows().await, (1, 1));
}

async fn one_that_is_kept_is_not_committed(world: World) {
    let reply = post(world.at, "/keep").await;
    assert_eq!(reply.status, 500);
    assert_eq!(reply.json()["code"], "internal");
    world.idle().await;
    assert_eq!(world.rows().await, (0, 0));
}

async fn the_outer_db_inside_its_own_transaction_is_found(world: World) {
    let reply = post(world.at, "/inside").await;
    assert_eq!(reply.status, 500);
    assert_eq!(world.rows().await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_fails_is_never_a_success() {
    let world = World::sqlite().await;
    let reply = post(world.at, "/deferred").await;
    assert_eq!(reply.status, 409);
    assert_eq!(reply.json()["code"], "reference");
    let left = manybase_record::sql("SELECT count(*) FROM child").using("shop");
    assert_eq!(left.scalar::<i64>(&world.db).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_takes_no_transaction_needs_no_database() {
    let world = World::sqlite().await;
    let open = || {
        let of = |name| world.db.connection(name).unwrap().status().open;
        of("shop") + of("audit")
    };
    world.db.remove("audit").await.unwrap();
    world
        .db
        .add("audit", "postgres://127.0.0.1:1/audit_test")
        .unwrap();
    let before = open();
    assert_eq!(get(world.at, "/nothing").await.body, "nothing");
    assert_eq!(open(), before);
    assert!(
        world.db.resolve(manybase_db::Route::default()).is_err(),
        "two, and no default"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_layer_it_is_an_error_at_the_first_request() {
    let world = World::sqlite().await;
    assert_eq!(post(world.at, "/no-layer").await.status, 500);
    assert_eq!(world.rows().await, (0, 0));
}
