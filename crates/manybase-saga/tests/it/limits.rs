//! Deadlines, panics, and sizes.

use crate::support::{World, effects, leave, on_every_database, once, quick, remove, saga};
use manybase_db::Result;
use manybase_saga::{Outcome, Retry, SagaState, StepState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

on_every_database!(
    an_attempt_that_takes_too_long_is_cut_off,
    all_attempts_together_have_a_deadline,
    a_database_that_is_down_does_not_keep_it_from_going_back,
    a_panic_is_final_and_undone,
    a_saga_without_steps_completes,
    big_values_come_through,
    many_steps,
);

const FOREVER: Duration = Duration::from_secs(3_600);

async fn an_attempt_that_takes_too_long_is_cut_off(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    for (name, connection) in [("slow-log", "a"), ("slow-other", "b")] {
        sagas.register(
            saga::<()>(name)
                .step("first", "a", async |cx, tx| leave(cx, tx).await)
                .compensate(async |cx, tx| remove(cx, tx).await)
                .step("slow", connection, async |cx, tx| {
                    leave(cx, tx).await?;
                    if cx.attempt() < 3 {
                        tokio::time::sleep(FOREVER).await;
                    }
                    Ok(())
                })
                .retry(quick(3))
                .timeout(Duration::from_secs(1))
                .call("slow-call", async |cx| {
                    if cx.attempt() < 2 {
                        tokio::time::sleep(FOREVER).await;
                    }
                    Ok(())
                })
                .timeout(Duration::from_secs(1))
                .call("never", async |_cx| {
                    tokio::time::sleep(FOREVER).await;
                    Ok(())
                })
                .timeout(Duration::from_millis(20)),
        )?;
        let id = sagas.start(name, &()).await?;
        match sagas.run(id).await? {
            Outcome::Compensated { error } => assert!(error.starts_with("it took longer than"), "{error}"),
            other => panic!("{other:?}"),
        }
        let shown = sagas.show(id).await?;
        let attempts: Vec<_> = shown.steps.iter().map(|step| step.attempt).collect();
        assert_eq!(attempts, [1, 3, 2, 2]);
        assert_eq!(shown.steps[3].state, StepState::Unsure);
        // The slow step has no compensation: what it did stays.
        assert_eq!(effects(&db, id).await?, once(&["slow"]));
    }
    Ok(())
}

async fn all_attempts_together_have_a_deadline(world: World) -> Result<()> {
    let sagas = world.sagas();
    let tries = Arc::new(AtomicU32::new(0));
    let count = tries.clone();
    let pause = Duration::from_millis(40);
    sagas.register(
        saga::<()>("late")
            .call("late", async move |_cx| {
                count.fetch_add(1, Ordering::SeqCst);
                Err(manybase_saga::StepError::retry("not yet"))
            })
            .retry(
                Retry::new()
                    .attempts(1_000_000)
                    .pauses(pause, pause)
                    .within(5 * pause),
            ),
    )?;
    let id = sagas.start("late", &()).await?;
    assert!(!sagas.run(id).await?.is_completed());
    // Each pause is half of that at least, and the last one is not begun.
    let tries = tries.load(Ordering::SeqCst);
    assert!((1..=11).contains(&tries), "{tries}");
    Ok(())
}

async fn a_database_that_is_down_does_not_keep_it_from_going_back(world: World) -> Result<()> {
    let db = world.db();
    // Nobody listens there.
    let down = manybase_db::ConnectionConfig::from_url("postgres://nobody:secret@127.0.0.1:1/none")?;
    db.add("down", down)?;
    let sagas = world.sagas_with(&db);
    sagas.register(
        saga::<()>("down")
            .step("first", "a", async |cx, tx| leave(cx, tx).await)
            .compensate(async |cx, tx| remove(cx, tx).await)
            .step("second", "down", async |cx, tx| leave(cx, tx).await)
            .compensate(async |cx, tx| remove(cx, tx).await)
            .retry(quick(3)),
    )?;
    let id = sagas.start("down", &()).await?;
    match sagas.run(id).await? {
        Outcome::Compensated { error } => {
            assert!(
                error.contains("connection \"down\"") && !error.contains("secret"),
                "{error}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(effects(&db, id).await?, once(&[]));
    let step = &sagas.show(id).await?.steps[1];
    assert_eq!((step.state, step.attempt), (StepState::Failed, 3));
    Ok(())
}

async fn a_panic_is_final_and_undone(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    for (name, connection) in [("panic-log", "a"), ("panic-other", "b")] {
        sagas.register(
            saga::<()>(name)
                .step("first", "b", async |cx, tx| leave(cx, tx).await)
                .compensate(async |cx, tx| remove(cx, tx).await)
                .step("second", connection, async |cx, tx| {
                    leave(cx, tx).await?;
                    panic!("on purpose")
                }),
        )?;
        let id = sagas.start(name, &()).await?;
        let error = "it panicked: on purpose".to_owned();
        assert_eq!(sagas.run(id).await?, Outcome::Compensated { error });
        assert_eq!(effects(&db, id).await?, once(&[]));
    }
    Ok(())
}

async fn a_saga_without_steps_completes(world: World) -> Result<()> {
    let sagas = world.sagas();
    sagas.register(saga::<Vec<u8>>("empty"))?;
    let id = sagas.start("empty", &[1u8, 2]).await?;
    assert_eq!(sagas.show(id).await?.summary.state, SagaState::Running);
    assert!(sagas.run(id).await?.is_completed());
    let id = sagas.start("empty", &[1u8, 2]).await?;
    assert_eq!(sagas.run_due().await?, 1);
    assert_eq!(sagas.show(id).await?.summary.state, SagaState::Completed);
    // Nothing to undo either.
    let id = sagas.start("empty", &[1u8, 2]).await?;
    sagas.abort(id, "no").await?;
    assert!(matches!(sagas.run(id).await?, Outcome::Compensated { .. }));
    Ok(())
}

async fn big_values_come_through(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    // Quotes and letters of several bytes, two megabytes.
    let big = "'\"\\ä\u{1F600}x\n".repeat(200_000);
    let copy = big.clone();
    sagas.register(
        saga::<String>("big")
            .step("put", "b", async |cx, tx| {
                leave(cx, tx).await?;
                let input = cx.input().clone();
                cx.put("copy", &input)
            })
            .call("get", async move |cx| {
                assert!(*cx.input() == copy && cx.get::<String>("copy")? == copy);
                Err(manybase_saga::StepError::fatal("é".repeat(100_000)))
            })
            .compensate(async |_cx| Ok(())),
    )?;
    let id = sagas.start("big", big.as_str()).await?;
    match sagas.run(id).await? {
        // What servers answer is not kept without an end.
        Outcome::Compensated { error } => assert_eq!(error.chars().count(), 4_001),
        other => panic!("{other:?}"),
    }
    let shown = sagas.show(id).await?;
    assert!(shown.input.as_str() == Some(&big));
    assert!(shown.data.get::<String>("copy")? == Some(big));
    assert!(format!("{shown:?}").len() < 20_000, "Debug shows no data");
    Ok(())
}

async fn many_steps(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    let mut all = saga::<()>("many").step("step 0", "a", async |cx, tx| leave(cx, tx).await);
    for n in 1..60 {
        all = all.step(format!("step {n}"), ["a", "b"][n % 2], async |cx, tx| {
            leave(cx, tx).await
        });
    }
    sagas.register(all)?;
    let id = sagas.start("many", &()).await?;
    assert!(sagas.run(id).await?.is_completed());
    let effects = effects(&db, id).await?;
    assert_eq!(effects.len(), 60);
    assert!(effects.values().all(|times| *times == 1));
    Ok(())
}
