//! Looking, and helping by hand; with a `Sagas` that has registered nothing, as a tool has it.

use crate::support::{
    Diary, World, effects, leave, mark, on_every_database, once, quick, remove, saga, states,
};
use manybase_db::{ErrorKind, Result};
use manybase_saga::{Outcome, Retry, SagaFilter, SagaState, StepError, StepState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

on_every_database!(
    a_tool_lists_and_shows,
    a_step_can_be_skipped,
    what_has_happened_after_all_is_not_skipped,
    an_unneeded_step_can_be_skipped_ahead,
    an_undo_can_be_skipped,
    a_waiting_saga_can_go_on_at_once,
    a_saga_can_be_aborted,
    what_makes_no_sense_is_refused,
    old_sagas_are_pruned,
);

async fn a_tool_lists_and_shows(world: World) -> Result<()> {
    let tool = world.sagas();
    assert!(
        tool.list(&SagaFilter::new()).await?.is_empty(),
        "without tables, too"
    );
    let sagas = world.sagas();
    sagas.register(saga::<u32>("good").step("one", "b", async |cx, tx| {
        leave(cx, tx).await?;
        cx.put("seen", &true)
    }))?;
    sagas.register(saga::<u32>("bad").call("one", async |_cx| Err(StepError::fatal("no"))))?;
    let mut ids = Vec::new();
    for n in 0..5u32 {
        let id = sagas.start(["good", "bad"][n as usize % 2], &n).await?;
        sagas.run(id).await?;
        ids.push(id);
    }
    let listed = async |filter: SagaFilter| -> Result<Vec<_>> {
        Ok(tool
            .list(&filter)
            .await?
            .iter()
            .map(|saga| saga.id)
            .collect::<Vec<_>>())
    };
    let newest: Vec<_> = ids.iter().rev().copied().collect();
    assert_eq!(listed(SagaFilter::new()).await?, newest);
    assert_eq!(listed(SagaFilter::new().limit(2)).await?, newest[..2]);
    assert_eq!(listed(SagaFilter::new().before(ids[2])).await?, [ids[1], ids[0]]);
    assert_eq!(listed(SagaFilter::new().name("bad")).await?, [ids[3], ids[1]]);
    let over = SagaFilter::new()
        .state(SagaState::Completed)
        .state(SagaState::Stuck);
    assert_eq!(listed(over).await?, [ids[4], ids[2], ids[0]]);

    let shown = serde_json::to_value(tool.show(ids[0]).await?).unwrap();
    assert_eq!(shown["id"], ids[0].to_string());
    assert_eq!(shown["state"], "completed");
    assert_eq!(
        (&shown["input"], &shown["data"]["seen"]),
        (&0.into(), &true.into())
    );
    let step = &shown["steps"][0];
    assert_eq!((&step["step"], &step["state"]), (&"one".into(), &"done".into()));
    assert_eq!(
        (&step["kind"], &step["connection"]),
        (&"transaction".into(), &"b".into())
    );
    assert_eq!(
        (&step["attempt"], &step["compensable"]),
        (&1.into(), &false.into())
    );
    Ok(())
}

async fn a_step_can_be_skipped(world: World) -> Result<()> {
    let (db, tool) = (world.db(), world.sagas());
    let sagas = world.sagas_with(&db);
    for (name, connection) in [("skip-a", "a"), ("skip-b", "b")] {
        sagas.register(
            saga::<()>(name)
                .call("pivot", async |_cx| Ok(()))
                .pivot()
                .step("broken", connection, async |cx, tx| {
                    leave(cx, tx).await?;
                    Err(StepError::fatal("broken"))
                })
                .compensate(async |cx, tx| remove(cx, tx).await)
                .step("last", "b", async |cx, tx| leave(cx, tx).await),
        )?;
        let id = sagas.start(name, &()).await?;
        assert!(matches!(sagas.run(id).await?, Outcome::Stuck { .. }));
        tool.skip(id, "broken", "done on paper").await?;
        let shown = tool.show(id).await?;
        assert_eq!(shown.summary.state, SagaState::Running);
        assert_eq!(shown.summary.step.as_deref(), Some("last"));
        assert_eq!(
            shown.steps[1].error.as_deref(),
            Some("skipped by hand: done on paper")
        );
        assert!(sagas.run(id).await?.is_completed());
        assert_eq!(effects(&db, id).await?, once(&["last"]));
        assert_eq!(
            states(&tool, id).await?,
            [StepState::Done, StepState::Skipped, StepState::Done]
        );
    }
    Ok(())
}

async fn what_has_happened_after_all_is_not_skipped(world: World) -> Result<()> {
    let (db, tool) = (world.db(), world.sagas());
    let sagas = world.sagas_with(&db);
    sagas.register(
        saga::<()>("after-all")
            .call("pivot", async |_cx| Ok(()))
            .pivot()
            .step("broken", "b", async |_cx, _tx| Err(StepError::fatal("broken")))
            .call("last", async |cx| {
                let by: String = cx.get("by")?;
                cx.put("seen", &by)
            }),
    )?;
    let id = sagas.start("after-all", &()).await?;
    assert!(matches!(sagas.run(id).await?, Outcome::Stuck { .. }));
    mark(&db, "b", id, "broken", "done", Some(r#"{"by": "a zombie"}"#)).await?;
    tool.skip(id, "broken", "not needed").await?;
    assert_eq!(states(&tool, id).await?[1], StepState::Done);
    let data = sagas.run(id).await?.completed()?;
    assert_eq!(data.get::<String>("seen")?.as_deref(), Some("a zombie"));
    Ok(())
}

async fn an_unneeded_step_can_be_skipped_ahead(world: World) -> Result<()> {
    let (db, tool) = (world.db(), world.sagas());
    let sagas = world.sagas_with(&db);
    sagas.register(
        saga::<bool>("ahead")
            .step("one", "a", async |cx, tx| leave(cx, tx).await)
            .compensate(async |cx, tx| remove(cx, tx).await)
            .step("two", "b", async |cx, tx| leave(cx, tx).await)
            .compensate(async |cx, tx| remove(cx, tx).await)
            .call("three", async |cx| match cx.input() {
                true => Ok(()),
                false => Err(StepError::fatal("no")),
            }),
    )?;
    let id = sagas.start("ahead", &true).await?;
    tool.skip(id, "two", "not needed").await?;
    assert_eq!(tool.show(id).await?.summary.step.as_deref(), Some("one"));
    assert!(sagas.run(id).await?.is_completed());
    assert_eq!(effects(&db, id).await?, once(&["one"]));

    // What was skipped is not undone.
    let id = sagas.start("ahead", &false).await?;
    tool.skip(id, "two", "not needed").await?;
    assert!(matches!(sagas.run(id).await?, Outcome::Compensated { .. }));
    assert_eq!(effects(&db, id).await?, once(&[]));
    assert_eq!(
        states(&tool, id).await?,
        [StepState::Compensated, StepState::Skipped, StepState::Failed]
    );
    Ok(())
}

async fn an_undo_can_be_skipped(world: World) -> Result<()> {
    let (db, tool) = (world.db(), world.sagas());
    let sagas = world.sagas_with(&db);
    sagas.register(
        saga::<()>("undo")
            .step("one", "a", async |cx, tx| leave(cx, tx).await)
            .compensate(async |cx, tx| remove(cx, tx).await)
            .step("two", "b", async |cx, tx| leave(cx, tx).await)
            .compensate(async |_cx, _tx| Err(StepError::fatal("can't be undone")))
            .call("three", async |_cx| Err(StepError::fatal("no"))),
    )?;
    let id = sagas.start("undo", &()).await?;
    let error = "can't be undone".to_owned();
    assert_eq!(sagas.run(id).await?, Outcome::Stuck { error });
    tool.skip(id, "two", "it may stay").await?;
    let error = "no".to_owned();
    assert_eq!(sagas.run(id).await?, Outcome::Compensated { error });
    assert_eq!(effects(&db, id).await?, once(&["two"]));
    assert_eq!(
        states(&tool, id).await?,
        [StepState::Compensated, StepState::Left, StepState::Failed]
    );
    Ok(())
}

async fn a_waiting_saga_can_go_on_at_once(world: World) -> Result<()> {
    let tool = world.sagas();
    let sagas = world.sagas();
    let hour = Duration::from_secs(3_600);
    sagas.register(
        saga::<()>("waits")
            .call("one", async |cx| match cx.attempt() {
                1 => Err(StepError::retry("later")),
                _ => Ok(()),
            })
            .retry(Retry::new().pauses(hour, hour)),
    )?;
    let id = sagas.start("waits", &()).await?;
    assert_eq!(sagas.run_due().await?, 1);
    assert_eq!(sagas.run_due().await?, 0);
    let shown = tool.show(id).await?;
    assert_eq!(shown.summary.error.as_deref(), Some("later"));
    assert!(shown.summary.next_attempt_at > Some(shown.summary.updated + hour / 3));
    tool.resume(id).await?;
    assert_eq!(sagas.run_due().await?, 1);
    assert_eq!(tool.show(id).await?.summary.state, SagaState::Completed);
    Ok(())
}

async fn a_saga_can_be_aborted(world: World) -> Result<()> {
    let (db, tool) = (world.db(), world.sagas());
    let sagas = world.sagas_with(&db);
    let diary = Diary::default();
    let undo = diary.clone();
    let hour = Duration::from_secs(3_600);
    sagas.register(
        saga::<()>("abort")
            .step("one", "b", async |cx, tx| leave(cx, tx).await)
            .compensate(async |cx, tx| remove(cx, tx).await)
            .call("two", async |_cx| Err(StepError::retry("later")))
            .compensate(async move |cx| {
                undo.note(cx.is_certain().to_string());
                Ok(())
            })
            .retry(Retry::new().pauses(hour, hour)),
    )?;
    let id = sagas.start("abort", &()).await?;
    sagas.run_due().await?;
    tool.abort(id, "changed my mind").await?;
    tool.abort(id, "said again").await?;
    let error = "aborted by hand: changed my mind".to_owned();
    assert_eq!(sagas.run(id).await?, Outcome::Compensated { error });
    assert_eq!(effects(&db, id).await?, once(&[]));
    assert_eq!(diary.read(), ["false"]);
    Ok(())
}

async fn what_makes_no_sense_is_refused(world: World) -> Result<()> {
    let tool = world.sagas();
    let sagas = world.sagas();
    let open = Arc::new(AtomicBool::new(false));
    let is_open = open.clone();
    sagas.register(saga::<()>("s").call("one", async |_cx| Ok(())).pivot().call(
        "two",
        async move |_cx| match is_open.load(Ordering::SeqCst) {
            true => Ok(()),
            false => Err(StepError::fatal("shut")),
        },
    ))?;
    let id = sagas.start("s", &()).await?;
    sagas.run(id).await?;
    let refused = |result: Result<()>, kind, words: &str| {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.connection(), Some("a"), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };
    refused(tool.abort(id, "").await, ErrorKind::Transaction, "past its pivot");
    refused(
        tool.skip(id, "one", "").await,
        ErrorKind::Transaction,
        "done already",
    );
    refused(
        tool.skip(id, "four", "").await,
        ErrorKind::NotFound,
        "it has: one, two",
    );
    open.store(true, Ordering::SeqCst);
    tool.resume(id).await?;
    assert!(sagas.run(id).await?.is_completed());
    refused(tool.resume(id).await, ErrorKind::Transaction, "is over");
    refused(tool.abort(id, "").await, ErrorKind::Transaction, "is over");
    refused(tool.skip(id, "two", "").await, ErrorKind::Transaction, "is over");
    Ok(())
}

async fn old_sagas_are_pruned(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    sagas.register(
        saga::<u32>("s")
            .step("one", "a", async |cx, tx| leave(cx, tx).await)
            .step("two", "b", async |cx, tx| leave(cx, tx).await),
    )?;
    sagas.register(
        saga::<u32>("stuck")
            .call("one", async |_cx| Ok(()))
            .pivot()
            .call("two", async |_cx| Err(StepError::fatal("no")))
            .retry(quick(1)),
    )?;
    for name in ["s", "s", "stuck"] {
        sagas.run(sagas.start(name, &1).await?).await?;
    }
    // One whose step never came to its database, and one whose database is gone.
    let elsewhere = tempfile::tempdir().unwrap();
    for name in ["untouched", "gone"] {
        let file = format!("sqlite:{}", elsewhere.path().join(name).display());
        db.add(name, manybase_db::ConnectionConfig::from_url(&file)?)?;
        sagas.register(saga::<u32>(name).step("one", name, async |cx, tx| leave(cx, tx).await))?;
        let id = sagas.start(name, &1).await?;
        sagas.abort(id, "no").await?;
        sagas.run(id).await?;
    }
    db.remove("gone").await?;
    let tool = world.sagas_with(&db);
    let waiting = sagas.start("s", &1).await?;
    assert_eq!(tool.prune(Duration::from_secs(3_600)).await?, 0);
    assert_eq!(tool.prune(Duration::ZERO).await?, 4);
    assert_eq!(tool.list(&SagaFilter::new()).await?.len(), 2);
    let rows = async |table: &'static str, connection: &'static str| -> Result<i64> {
        manybase_record::sql(format!("SELECT COUNT(*) FROM {table}"))
            .using(connection)
            .scalar(&db)
            .await
    };
    assert_eq!(rows("manybase_barrier", "a").await?, 0);
    assert_eq!(rows("manybase_barrier", "b").await?, 0);
    assert_eq!(rows("manybase_saga_step", "a").await?, 4);
    assert!(sagas.run(waiting).await?.is_completed());
    Ok(())
}
