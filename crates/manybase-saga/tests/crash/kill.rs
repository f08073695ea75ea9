//! Killed at every point, by SIGKILL: nothing is tidied up.

use crate::child::{points, spawn, wait};
use crate::seed::{NewUser, Place, World, settle};
use manybase_saga::{Outcome, SagaId};
use manybase_testkit::require_server;
use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Children that run at a time.
const AT_ONCE: usize = 4;
const SIGKILL: i32 = 9;
const SECOND: [&str; 4] = [
    "saga-state-before",
    "saga-claim-after",
    "saga-effect-committed",
    "saga-compensation-after",
];

/// Kills a child at a point, a second one that takes over at another point, and looks.
async fn die(place: Place, input: NewUser, first: String, second: Option<String>) -> (bool, Option<Outcome>) {
    let id = SagaId::new();
    let killed = |status: ExitStatus, point: &str| {
        // It may have less to do than it takes to get there: a second one after a first, or the first when the run
        // that was asked for its points had needed more attempts.
        assert!(
            status.success() || status.signal() == Some(SIGKILL),
            "{point}: {status}"
        );
        !status.success()
    };
    let status = wait(spawn(&place, id, &input, Some(&first), None)).await;
    let died = killed(status, &first);
    if let Some(second) = &second {
        let status = wait(spawn(&place, id, &input, Some(second), None)).await;
        killed(status, second);
    }
    match settle(&place, id, &input).await {
        Ok(outcome) => (died, outcome),
        Err(error) => panic!("killed at {first}, then {second:?}: {error}"),
    }
}

async fn at_every_point(servers: bool) {
    let world = Arc::new(require_server!(World::new(servers).await));
    let (mut tasks, at_once) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    let mut kinds = BTreeSet::new();
    for log in ["primary", "analytics"] {
        for refused in [false, true] {
            let place = world.place(log);
            let input = |n: usize| NewUser {
                email: format!("{log}-{refused}-{n}@example.org"),
                refused,
            };
            let points = points(&place, &input(0)).await;
            for (at, (name, nth)) in points.iter().enumerate() {
                kinds.insert(name.clone());
                // Every second time, who takes over dies too.
                let second = SECOND.get(at / 2 % SECOND.len()).filter(|_| at % 2 == 1);
                let second = second.map(|name| format!("{name}:1:abort"));
                let first = format!("{name}:{nth}:abort");
                let (place, input, at_once) = (place.clone(), input(at + 1), at_once.clone());
                tasks.spawn(async move {
                    let _permit = at_once.acquire_owned().await.unwrap();
                    die(place, input, first, second).await
                });
            }
        }
    }
    let (mut kills, mut nothing) = (0, 0);
    while let Some(done) = tasks.join_next().await {
        let (died, outcome) = done.expect("no panic");
        kills += u32::from(died);
        nothing += u32::from(outcome.is_none());
    }
    // Only before the saga is in the log is nothing of it there.
    assert!(nothing <= 4, "{nothing} of {kills} have left nothing");
    assert!(kills > 40, "{kills} kills");
    for kind in [
        "saga-start-before",
        "saga-start-after",
        "saga-claim-before",
        "saga-claim-after",
        "saga-effect-before",
        "saga-effect-after",
        "saga-effect-committed",
        "saga-state-before",
        "saga-state-after",
        "saga-compensation-before",
        "saga-compensation-after",
        "saga-compensation-committed",
    ] {
        assert!(kinds.contains(kind), "{kind} was not reached: {kinds:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_and_sqlite() {
    at_every_point(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_and_mariadb() {
    at_every_point(true).await;
}
