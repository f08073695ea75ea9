//! Several runners: each step's effect happens once, whoever is slow.

use crate::support::{
    Diary, World, effects, leave, mark, on_every_database, once, quick, remove, saga, tests_on,
};
use manybase_db::{Db, Result};
use manybase_saga::{Outcome, SagaFilter, SagaId, SagaState, Sagas, StepError, StepState};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

on_every_database!(
    two_runners_do_each_step_once,
    a_runner_finds_what_others_start_and_stops_gracefully,
    a_zombie_in_a_call_writes_nothing,
    a_zombie_in_another_database_has_its_effect_once,
    a_late_action_is_refused,
    a_run_that_is_dropped_is_taken_over,
    a_runner_that_is_aborted_loses_its_saga,
    a_step_in_which_processes_die_is_given_up,
);

// The log's database has one writer on SQLite: while the zombie is in its transaction there, nobody takes over.
tests_on!(postgres_log Postgres: a_zombie_in_the_logs_database_has_no_effect);
tests_on!(mariadb_log MariaDb: a_zombie_in_the_logs_database_has_no_effect);

/// Blocks the thread of the first who comes, as a process that is paused; nothing cuts it off.
#[derive(Clone)]
struct Gate(Arc<Mutex<Option<Ends>>>);

/// What tells that somebody came, and what lets them go on.
type Ends = (Sender<()>, Receiver<()>);

impl Gate {
    /// The gate, a signal that somebody waits at it, and what opens it.
    fn new() -> (Self, Receiver<()>, Sender<()>) {
        let (came, comes) = channel();
        let (open, opened) = channel();
        (Self(Arc::new(Mutex::new(Some((came, opened))))), comes, open)
    }

    fn pass(&self) -> bool {
        let taken = self.0.lock().unwrap().take();
        let Some((came, opened)) = taken else { return false };
        came.send(()).unwrap();
        opened.recv().unwrap();
        true
    }
}

async fn wait(signal: Receiver<()>) {
    tokio::task::spawn_blocking(move || signal.recv().unwrap())
        .await
        .unwrap();
}

async fn two_runners_do_each_step_once(world: World) -> Result<()> {
    let db = world.db();
    let diary = Diary::default();
    let mut runners = Vec::new();
    let mut first = None;
    for _ in 0..3 {
        let sagas = world.sagas();
        let calls = diary.clone();
        sagas.register(
            saga::<u32>("s")
                .step("one", "a", async |cx, tx| leave(cx, tx).await)
                .step("two", "b", async |cx, tx| leave(cx, tx).await)
                .call("three", async move |cx| {
                    calls.note(cx.saga().to_string());
                    Ok(())
                })
                .step("four", "b", async |cx, tx| leave(cx, tx).await),
        )?;
        runners.push(sagas.spawn());
        first.get_or_insert(sagas);
    }
    let sagas = first.unwrap();
    let mut ids = Vec::new();
    for n in 0..25u32 {
        ids.push(sagas.start("s", &n).await?);
    }
    for id in &ids {
        assert!(sagas.run(*id).await?.is_completed());
        assert_eq!(effects(&db, *id).await?, once(&["four", "one", "two"]));
        assert_eq!(sagas.show(*id).await?.steps[2].attempt, 1);
    }
    let mut called = diary.read();
    called.sort();
    assert_eq!(called, ids.iter().map(SagaId::to_string).collect::<Vec<_>>());
    for runner in runners {
        runner.stop().await;
    }
    Ok(())
}

async fn a_runner_finds_what_others_start_and_stops_gracefully(world: World) -> Result<()> {
    let db = world.db();
    let starts = world.sagas();
    let (gate, came, open) = Gate::new();
    let all = |gate: &Gate| {
        let gate = gate.clone();
        saga::<u32>("s")
            .call("one", async move |_cx| {
                gate.pass();
                Ok(())
            })
            .step("two", "b", async |cx, tx| leave(cx, tx).await)
    };
    starts.register(all(&gate))?;
    let runs = world.sagas();
    runs.register(all(&gate))?;
    let runner = runs.spawn();
    let id = starts.start("s", &1).await?;
    wait(came).await;
    // The step that is being done is finished; the next one is somebody else's, at once.
    let stopping = tokio::spawn(runner.stop());
    tokio::task::yield_now().await;
    open.send(()).unwrap();
    stopping.await.unwrap();
    let shown = starts.show(id).await?;
    assert_eq!(shown.steps[0].state, StepState::Done);
    if shown.summary.state == SagaState::Running {
        assert_eq!((shown.summary.lease_until, shown.summary.attempt), (None, 0));
        assert_eq!(starts.run_due().await?, 1);
    }
    assert_eq!(starts.show(id).await?.summary.state, SagaState::Completed);
    assert_eq!(effects(&db, id).await?, once(&["two"]));
    Ok(())
}

fn spawn_run(sagas: &Sagas, id: SagaId) -> tokio::task::JoinHandle<Result<Outcome>> {
    let sagas = sagas.clone();
    tokio::spawn(async move { sagas.run(id).await })
}

async fn a_zombie_in_a_call_writes_nothing(world: World) -> Result<()> {
    let (gate, came, open) = Gate::new();
    let process = || -> Result<Sagas> {
        let (sagas, gate) = (world.sagas(), gate.clone());
        sagas.register(
            saga::<()>("s")
                .call("call", async move |cx| {
                    let zombie = gate.pass();
                    cx.put("by", if zombie { "the zombie" } else { "the other" })
                })
                .timeout(Duration::from_millis(50))
                .call("last", async |_cx| Ok(())),
        )?;
        Ok(sagas)
    };
    let (zombie, other) = (process()?, process()?);
    let id = zombie.start("s", &()).await?;
    let paused = spawn_run(&zombie, id);
    wait(came).await;
    // The lease runs out, and the saga is taken over.
    let data = other.run(id).await?.completed()?;
    assert_eq!(data.get::<String>("by")?.as_deref(), Some("the other"));
    let before = serde_json::to_value(other.show(id).await?).unwrap();
    open.send(()).unwrap();
    let data = paused.await.unwrap()?.completed()?;
    assert_eq!(data.get::<String>("by")?.as_deref(), Some("the other"));
    assert_eq!(serde_json::to_value(other.show(id).await?).unwrap(), before);
    assert_eq!(before["steps"][0]["attempt"], 2);
    Ok(())
}

/// A step whose first attempt pauses in its transaction, with its effect and its barrier.
fn pausing(sagas: &Sagas, connection: &'static str, gate: &Gate) -> Result<()> {
    let gate = gate.clone();
    sagas.register(
        saga::<()>("s")
            .step("pauses", connection, async move |cx, tx| {
                leave(cx, tx).await?;
                let zombie = gate.pass();
                cx.put("by", if zombie { "the zombie" } else { "the other" })
            })
            .retry(quick(1_000_000))
            .timeout(Duration::from_millis(100))
            .call("last", async |_cx| Ok(())),
    )
}

async fn a_zombie_in_another_database_has_its_effect_once(world: World) -> Result<()> {
    let db = world.db();
    let (gate, came, open) = Gate::new();
    let (zombie, other) = (world.sagas(), world.sagas());
    pausing(&zombie, "b", &gate)?;
    pausing(&other, "b", &gate)?;
    let id = zombie.start("s", &()).await?;
    let paused = spawn_run(&zombie, id);
    wait(came).await;
    let taken = spawn_run(&other, id);
    // Its attempts wait at the barrier until their time is over.
    while other.show(id).await?.summary.attempt < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    open.send(()).unwrap();
    let (paused, taken) = (
        paused.await.unwrap()?.completed()?,
        taken.await.unwrap()?.completed()?,
    );
    assert_eq!(effects(&db, id).await?, once(&["pauses"]));
    // Whichever committed: the values are those of the effect.
    assert_eq!(paused, taken);
    assert_eq!(other.show(id).await?.data, taken);
    Ok(())
}

async fn a_zombie_in_the_logs_database_has_no_effect(world: World) -> Result<()> {
    let db = world.db();
    let (gate, came, open) = Gate::new();
    let (zombie, other) = (world.sagas(), world.sagas());
    pausing(&zombie, "a", &gate)?;
    pausing(&other, "a", &gate)?;
    let id = zombie.start("s", &()).await?;
    let paused = spawn_run(&zombie, id);
    wait(came).await;
    let taken = spawn_run(&other, id);
    while other.show(id).await?.summary.attempt < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    open.send(()).unwrap();
    taken.await.unwrap()?.completed()?;
    let data = paused.await.unwrap()?.completed()?;
    assert_eq!(effects(&db, id).await?, once(&["pauses"]));
    assert_eq!(data.get::<String>("by")?.as_deref(), Some("the other"));
    Ok(())
}

async fn a_late_action_is_refused(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    sagas.setup().await?;
    for (name, connection) in [("late-a", "a"), ("late-b", "b")] {
        sagas.register(
            saga::<()>(name)
                .step("first", "a", async |cx, tx| leave(cx, tx).await)
                .compensate(async |cx, tx| remove(cx, tx).await)
                .step("late", connection, async |cx, tx| leave(cx, tx).await)
                .compensate(async |cx, tx| remove(cx, tx).await),
        )?;
        sagas.setup().await?;
        let id = sagas.start(name, &()).await?;
        // As its compensation leaves it, when it comes before the action.
        mark(&db, connection, id, "late", "null", None).await?;
        match sagas.run(id).await? {
            Outcome::Compensated { error } => assert!(error.contains("ruled out"), "{error}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(effects(&db, id).await?, once(&[]));
    }
    Ok(())
}

/// Cuts a run off, and lets its lease run out.
async fn die(db: &Db, id: SagaId, run: tokio::task::JoinHandle<Result<Outcome>>) -> Result<()> {
    run.abort();
    assert!(run.await.unwrap_err().is_cancelled());
    let due = "UPDATE manybase_saga SET next_attempt_at = created, lease_until = created WHERE id = ?";
    manybase_record::sql(due).bind(id).execute(db).await?;
    Ok(())
}

async fn a_run_that_is_dropped_is_taken_over(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    let diary = Diary::default();
    let entered = diary.clone();
    sagas.register(saga::<()>("s").step("slow", "b", async move |cx, tx| {
        leave(cx, tx).await?;
        entered.note(cx.attempt().to_string());
        match cx.attempt() {
            1 => std::future::pending().await,
            _ => Ok(()),
        }
    }))?;
    let id = sagas.start("s", &()).await?;
    let run = spawn_run(&sagas, id);
    while diary.read().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    die(&db, id, run).await?;
    assert!(sagas.run(id).await?.is_completed());
    assert_eq!(diary.read(), ["1", "2"]);
    assert_eq!(effects(&db, id).await?, once(&["slow"]));
    Ok(())
}

async fn a_runner_that_is_aborted_loses_its_saga(world: World) -> Result<()> {
    let (db, tool) = (world.db(), world.sagas());
    let sagas = world.sagas_with(&db);
    let (gate, came, open) = Gate::new();
    let (diary, undo) = (Diary::default(), Diary::default());
    let (did, undid) = (diary.clone(), undo.clone());
    sagas.register(
        saga::<()>("s")
            .step("one", "b", async |cx, tx| leave(cx, tx).await)
            .compensate(async |cx, tx| remove(cx, tx).await)
            .call("two", async move |_cx| {
                gate.pass();
                did.note("two");
                Ok(())
            })
            .compensate(async move |cx| {
                undid.note(cx.is_certain().to_string());
                Ok(())
            })
            .call("three", async |_cx| Err(StepError::fatal("is never reached"))),
    )?;
    let id = sagas.start("s", &()).await?;
    let paused = spawn_run(&sagas, id);
    wait(came).await;
    assert!(
        tool.resume(id)
            .await
            .unwrap_err()
            .to_string()
            .contains("is being run")
    );
    tool.abort(id, "enough").await?;
    open.send(()).unwrap();
    let error = "aborted by hand: enough".to_owned();
    assert_eq!(paused.await.unwrap()?, Outcome::Compensated { error });
    assert_eq!(
        (diary.read(), undo.read()),
        (vec!["two".to_owned()], vec!["false".to_owned()])
    );
    assert_eq!(effects(&db, id).await?, once(&[]));
    assert_eq!(
        tool.list(&SagaFilter::new().state(SagaState::Compensated))
            .await?
            .len(),
        1
    );
    Ok(())
}

async fn a_step_in_which_processes_die_is_given_up(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    for (case, (pivot, committed, aborted)) in [
        (false, false, false),
        (false, true, false),
        (true, true, false),
        (false, true, true),
        (true, true, true),
    ]
    .into_iter()
    .enumerate()
    {
        let diary = Diary::default();
        let entered = diary.clone();
        let name = format!("deadly {case}");
        let deadly = saga::<()>(&name)
            .step("first", "a", async |cx, tx| leave(cx, tx).await)
            .compensate(async |cx, tx| remove(cx, tx).await)
            .step("deadly", "b", async move |cx, _tx| {
                entered.note(cx.attempt().to_string());
                std::future::pending().await
            })
            .retry(quick(1));
        match pivot {
            true => sagas.register(deadly.pivot().call("last", async |_cx| Ok(())))?,
            false => sagas.register(deadly.call("last", async |_cx| Ok(())))?,
        }
        let id = sagas.start(&name, &()).await?;
        let deaths = if aborted { 1 } else { 6 };
        for death in 1..=deaths {
            let run = spawn_run(&sagas, id);
            while diary.read().len() < death {
                assert!(!run.is_finished());
                tokio::task::yield_now().await;
            }
            die(&db, id, run).await?;
        }
        if committed {
            // One of them had committed after all.
            mark(&db, "b", id, "deadly", "done", Some(r#"{"by": "a dead one"}"#)).await?;
        }
        if aborted {
            sagas.abort(id, "no").await?;
        }
        let outcome = sagas.run(id).await?;
        let shown = sagas.show(id).await?;
        // An attempt that is found to have gone well is taken, unless somebody wants it undone and it can be.
        match committed && (pivot || !aborted) {
            true => {
                let data = outcome.completed()?;
                assert_eq!(data.get::<String>("by")?.as_deref(), Some("a dead one"));
                assert_eq!(effects(&db, id).await?, once(&["first"]));
                assert_eq!(shown.summary.cause, None);
            }
            false => {
                let Outcome::Compensated { error } = outcome else {
                    panic!("{outcome:?}");
                };
                let words = if aborted {
                    "by hand"
                } else {
                    "never came to an end"
                };
                assert!(error.contains(words), "{error}");
                assert_eq!(effects(&db, id).await?, once(&[]));
                let state = if committed {
                    StepState::Done
                } else {
                    StepState::RuledOut
                };
                assert_eq!(shown.steps[1].state, state);
            }
        }
        assert_eq!(diary.read().len(), deaths, "no attempt more");
    }
    Ok(())
}
