//! Stopped at every point, by SIGSTOP: a zombie that comes back when others have done its work.

use crate::child::{points, spawn, wait};
use crate::seed::{NewUser, Place, World, settle, there};
use manybase_saga::{Outcome, SagaId, StepState};
use manybase_testkit::require_server;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use std::process::Child;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const AT_ONCE: usize = 4;

fn pid(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap()
}

/// Waits until a child has stopped. Where it has come to its end instead, on a slow machine the run that was asked for
/// its points had needed more attempts.
async fn has_stopped(child: &Child) -> bool {
    let pid = pid(child);
    let status = tokio::task::spawn_blocking(move || waitpid(Some(pid), WaitOptions::UNTRACED)).await;
    let (_, status) = status.unwrap().unwrap().unwrap();
    assert!(status.stopped() || status.exit_status() == Some(0), "{status:?}");
    status.stopped()
}

#[allow(clippy::zombie_processes)] // a child that has not stopped was waited for
async fn stand_still(place: Place, input: NewUser, point: String) -> bool {
    let id = SagaId::new();
    let child = spawn(&place, id, &input, Some(&point), None);
    if !has_stopped(&child).await {
        settle(&place, id, &input).await.unwrap();
        return false;
    }
    let settled = {
        let (place, input) = (place.clone(), input.clone());
        tokio::spawn(async move { settle(&place, id, &input).await })
    };
    // Where the zombie holds a lock, nobody gets on before it wakes up; else its work is done by then.
    let mut settled = settled;
    let early = tokio::time::timeout(Duration::from_millis(1_500), &mut settled).await;
    kill_process(pid(&child), Signal::CONT).unwrap();
    let settled = match early {
        Ok(settled) => settled,
        Err(_) => settled.await,
    };
    let settled = settled.unwrap_or_else(|error| panic!("stopped at {point}: {error}"));
    let outcome = settled.unwrap_or_else(|error| panic!("stopped at {point}: {error}"));
    let status = wait(child).await;
    assert!(status.success(), "stopped at {point}: {status}");
    // What the zombie did after that has changed nothing. If it stood still before the saga began, it begins it now.
    let again = settle(&place, id, &input).await;
    let again = again.unwrap_or_else(|error| panic!("stopped at {point}: {error}"));
    if outcome.is_some() {
        assert_eq!(outcome, again, "stopped at {point}");
    }
    let db = place.db();
    let rows = there(&db, &input.email).await.unwrap();
    let expected = if input.refused { (0, 0) } else { (1, 1) };
    assert_eq!(rows, expected, "stopped at {point}");
    db.close().await.unwrap();
    true
}

async fn at_every_point(servers: bool) {
    let world = Arc::new(require_server!(World::new(servers).await));
    let (mut tasks, at_once) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    for log in ["primary", "analytics"] {
        for refused in [false, true] {
            let place = world.place(log);
            let input = |n: usize| NewUser {
                email: format!("{log}-{refused}-{n}@example.org"),
                refused,
            };
            for (at, (name, nth)) in points(&place, &input(0)).await.iter().enumerate() {
                let point = format!("{name}:{nth}:stop");
                let (world, input, at_once) = (world.clone(), input(at + 1), at_once.clone());
                tasks.spawn(async move {
                    let _permit = at_once.acquire_owned().await.unwrap();
                    // A zombie can lock a whole file.
                    let own = match servers {
                        true => world,
                        false => Arc::new(World::new(false).await.unwrap()),
                    };
                    stand_still(own.place(log), input, point).await
                });
            }
        }
    }
    let mut zombies = 0;
    while let Some(done) = tasks.join_next().await {
        zombies += u32::from(done.expect("no panic"));
    }
    assert!(zombies > 40, "{zombies} zombies");
}

/// A zombie stands still before its last step; the saga is undone; then it wakes up and does the step, or wants to.
async fn late(servers: bool) {
    let world = require_server!(World::new(servers).await);
    for log in ["primary", "analytics"] {
        let (mut place, id) = (world.place(log), SagaId::new());
        // Nobody waits for it: the saga is taken away by hand.
        place.timeout = 20_000;
        let input = NewUser {
            email: format!("late-{log}@example.org"),
            refused: false,
        };
        // The first step's state is written: in its own transaction, where the log is in its database, else after it.
        let point = match log {
            "primary" => "saga-effect-committed:1:stop",
            _ => "saga-state-after:1:stop",
        };
        let child = spawn(&place, id, &input, Some(point), None);
        assert!(has_stopped(&child).await);
        let db = place.db();
        let sagas = place.sagas(&db);
        assert_eq!(there(&db, &input.email).await.unwrap(), (1, 0));
        sagas.abort(id, "it takes too long").await.unwrap();
        let outcome = sagas.run(id).await.unwrap();
        assert!(matches!(outcome, Outcome::Compensated { .. }), "{outcome:?}");
        assert_eq!(there(&db, &input.email).await.unwrap(), (0, 0));
        let steps = sagas.show(id).await.unwrap().steps;
        assert_eq!(steps[1].state, StepState::RuledOut);

        kill_process(pid(&child), Signal::CONT).unwrap();
        let status = wait(child).await;
        assert!(status.success(), "{status}");
        assert_eq!(there(&db, &input.email).await.unwrap(), (0, 0), "log on {log}");
        assert_eq!(sagas.run(id).await.unwrap(), outcome);
        db.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_on_sqlite() {
    late(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_on_postgres_and_mariadb() {
    late(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_and_sqlite() {
    at_every_point(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_and_mariadb() {
    at_every_point(true).await;
}
