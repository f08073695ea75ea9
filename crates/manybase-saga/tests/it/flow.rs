//! How a saga goes on, back, and comes to rest.

use crate::support::{Diary, World, effects, leave, on_every_database, once, quick, remove, saga, states};
use manybase_db::Result;
use manybase_saga::{Outcome, Saga, SagaState, Sagas, StepError, StepState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

on_every_database!(
    all_steps_are_done_and_hand_values_on,
    a_failure_at_each_step_undoes_what_was_before,
    another_attempt_may_go_well,
    what_a_failed_attempt_did_is_gone,
    after_the_last_attempt_it_goes_back,
    a_compensation_that_fails_leaves_it_stuck_until_resumed,
    after_the_pivot_it_only_goes_forward,
    a_pivot_that_fails_goes_back,
    a_call_that_may_have_happened_is_undone,
    an_open_pivot_is_for_somebody_to_decide,
    a_violated_constraint_is_final,
);

async fn all_steps_are_done_and_hand_values_on(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    sagas.register(
        saga::<u32>("sum")
            .step("one", "a", async |cx, tx| {
                leave(cx, tx).await?;
                cx.put("sum", &(cx.input() + 1))
            })
            .step("two", "b", async |cx, tx| {
                leave(cx, tx).await?;
                let sum: u32 = cx.get("sum")?;
                cx.put("sum", &(sum + 2))?;
                cx.put("note", "wörd\u{1F600}")
            })
            .call("three", async |cx| {
                let sum: u32 = cx.get("sum")?;
                assert_eq!(cx.idempotency_key(), format!("{}:three:do", cx.saga()));
                cx.put("sum", &(sum + 3))
            })
            .step("four", "b", async |cx, tx| {
                leave(cx, tx).await?;
                assert_eq!(cx.find::<u32>("nothing")?, None);
                let sum: u32 = cx.get("sum")?;
                cx.put("sum", &(sum + 4))
            }),
    )?;
    let id = sagas.start("sum", &100u32).await?;
    assert_eq!(effects(&db, id).await?, once(&[]), "nothing is run by start");

    let data = sagas.run(id).await?.completed()?;
    assert_eq!(data.get::<u32>("sum")?, Some(110));
    assert_eq!(data.get::<String>("note")?.as_deref(), Some("wörd\u{1F600}"));
    assert_eq!(effects(&db, id).await?, once(&["one", "two", "four"]));
    assert_eq!(states(&sagas, id).await?, [StepState::Done; 4]);
    let shown = sagas.show(id).await?;
    assert_eq!(
        (shown.summary.state, shown.summary.step),
        (SagaState::Completed, None)
    );
    assert_eq!(shown.summary.next_attempt_at, None);
    assert_eq!(shown.summary.lease_until, None);
    // Run again, it is over, and nothing happens.
    assert!(sagas.run(id).await?.is_completed());
    assert_eq!(effects(&db, id).await?, once(&["one", "two", "four"]));
    Ok(())
}

const STEPS: [&str; 4] = ["s0", "s1", "s2", "s3"];

/// Four steps in both databases, of which one fails for good.
fn failing(at: usize, diary: &Diary) -> Saga<usize, manybase_saga::InTransaction> {
    fn add<L>(
        all: Saga<usize, L>,
        n: usize,
        fails: bool,
        diary: &Diary,
    ) -> Saga<usize, manybase_saga::InTransaction> {
        let (did, undid) = (diary.clone(), diary.clone());
        all.step(STEPS[n], ["a", "b"][n % 2], async move |cx, tx| {
            leave(cx, tx).await?;
            did.note(format!("do {n}"));
            if fails {
                return Err(StepError::fatal(format!("{n} can't be done")));
            }
            cx.put(format!("v{n}"), &n)
        })
        .compensate(async move |cx, tx| {
            remove(cx, tx).await?;
            assert_eq!(cx.get::<usize>(&format!("v{n}"))?, n);
            undid.note(format!("undo {n}"));
            Ok(())
        })
    }
    let all = saga::<usize>(&format!("fails-{at}"));
    let all = add(all, 0, at == 0, diary);
    let all = add(all, 1, at == 1, diary);
    let all = add(all, 2, at == 2, diary);
    add(all, 3, at == 3, diary)
}

async fn a_failure_at_each_step_undoes_what_was_before(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    for at in 0..STEPS.len() {
        let diary = Diary::default();
        sagas.register(failing(at, &diary))?;
        let id = sagas.start(&format!("fails-{at}"), &at).await?;
        let error = format!("{at} can't be done");
        assert_eq!(
            sagas.run(id).await?,
            Outcome::Compensated { error: error.clone() }
        );
        assert_eq!(effects(&db, id).await?, once(&[]));

        let done = (0..=at).map(|n| format!("do {n}"));
        let undone = (0..at).rev().map(|n| format!("undo {n}"));
        assert_eq!(diary.read(), done.chain(undone).collect::<Vec<_>>());

        let mut expected = vec![StepState::Compensated; at];
        expected.push(StepState::Failed);
        expected.resize(STEPS.len(), StepState::Pending);
        assert_eq!(states(&sagas, id).await?, expected);
        let shown = sagas.show(id).await?;
        assert_eq!(shown.summary.cause.as_ref(), Some(&error));
        assert_eq!(shown.steps[at].error.as_ref(), Some(&error));
    }
    Ok(())
}

async fn another_attempt_may_go_well(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    let calls = Arc::new(AtomicU32::new(0));
    let count = calls.clone();
    sagas.register(
        saga::<()>("patient")
            .step("local", "a", async |cx, tx| {
                leave(cx, tx).await?;
                match cx.attempt() {
                    3 => Ok(()),
                    n => Err(StepError::retry(format!("attempt {n}"))),
                }
            })
            .retry(quick(3))
            .step("remote", "b", async |cx, tx| {
                leave(cx, tx).await?;
                match cx.attempt() {
                    3 => Ok(()),
                    n => Err(StepError::retry(format!("attempt {n}"))),
                }
            })
            .retry(quick(3))
            .call("call", async move |cx| {
                match count.fetch_add(1, Ordering::SeqCst) {
                    0 => Err(StepError::retry("busy").after(std::time::Duration::from_millis(3))),
                    n => cx.put("calls", &n),
                }
            }),
    )?;
    let id = sagas.start("patient", &()).await?;
    let data = sagas.run(id).await?.completed()?;
    assert_eq!(data.get::<u32>("calls")?, Some(1));
    assert_eq!(effects(&db, id).await?, once(&["local", "remote"]));
    let attempts: Vec<_> = sagas
        .show(id)
        .await?
        .steps
        .iter()
        .map(|step| step.attempt)
        .collect();
    assert_eq!(attempts, [3, 3, 2]);
    Ok(())
}

async fn what_a_failed_attempt_did_is_gone(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    sagas.register(saga::<()>("tidy").step("step", "b", async |cx, tx| {
        leave(cx, tx).await?;
        if cx.attempt() == 1 {
            cx.put("first", &1)?;
            return Err(StepError::retry("again"));
        }
        assert_eq!(cx.find::<i32>("first")?, None);
        cx.put("second", &2)
    }))?;
    let id = sagas.start("tidy", &()).await?;
    let data = sagas.run(id).await?.completed()?;
    assert_eq!(data.names().collect::<Vec<_>>(), ["second"]);
    assert_eq!(effects(&db, id).await?, once(&["step"]));
    Ok(())
}

async fn after_the_last_attempt_it_goes_back(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    let tries = Arc::new(AtomicU32::new(0));
    let count = tries.clone();
    sagas.register(
        saga::<()>("worn")
            .step("first", "a", async |cx, tx| leave(cx, tx).await)
            .compensate(async |cx, tx| remove(cx, tx).await)
            .step("second", "b", async move |cx, tx| {
                leave(cx, tx).await?;
                count.fetch_add(1, Ordering::SeqCst);
                Err(StepError::retry(format!("no, {}", cx.attempt())))
            })
            .retry(quick(4)),
    )?;
    let id = sagas.start("worn", &()).await?;
    let error = "no, 4".to_owned();
    assert_eq!(sagas.run(id).await?, Outcome::Compensated { error });
    assert_eq!(tries.load(Ordering::SeqCst), 4);
    assert_eq!(effects(&db, id).await?, once(&[]));
    // It was rolled back each time, so that there is nothing to look for.
    assert_eq!(
        states(&sagas, id).await?,
        [StepState::Compensated, StepState::Failed]
    );
    Ok(())
}

async fn a_compensation_that_fails_leaves_it_stuck_until_resumed(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    let open = Arc::new(AtomicBool::new(false));
    let (tries, is_open) = (Arc::new(AtomicU32::new(0)), open.clone());
    let count = tries.clone();
    sagas.register(
        saga::<()>("blocked")
            .step("first", "a", async |cx, tx| leave(cx, tx).await)
            .compensate(async |cx, tx| remove(cx, tx).await)
            .step("second", "b", async |cx, tx| leave(cx, tx).await)
            .compensate(async move |cx, tx| {
                remove(cx, tx).await?;
                count.fetch_add(1, Ordering::SeqCst);
                match is_open.load(Ordering::SeqCst) {
                    true => Ok(()),
                    false => Err(StepError::retry("the door is shut")),
                }
            })
            .compensation_retry(quick(3))
            .call("third", async |_cx| Err(StepError::fatal("nobody is there"))),
    )?;
    let id = sagas.start("blocked", &()).await?;
    let error = "the door is shut".to_owned();
    assert_eq!(sagas.run(id).await?, Outcome::Stuck { error: error.clone() });
    assert_eq!(tries.load(Ordering::SeqCst), 3);
    let shown = sagas.show(id).await?;
    assert_eq!(shown.summary.step.as_deref(), Some("second"));
    assert_eq!(shown.steps[1].compensation_error.as_ref(), Some(&error));
    assert!(shown.summary.compensating && shown.steps[1].current);
    assert_eq!(effects(&db, id).await?, once(&["first", "second"]));
    assert_eq!(sagas.run_due().await?, 0, "nobody takes a stuck one");

    open.store(true, Ordering::SeqCst);
    sagas.resume(id).await?;
    let error = "nobody is there".to_owned();
    assert_eq!(sagas.run(id).await?, Outcome::Compensated { error });
    assert_eq!(effects(&db, id).await?, once(&[]));
    Ok(())
}

fn with_pivot(open: &Arc<AtomicBool>) -> Saga<bool, manybase_saga::InTransaction> {
    let is_open = open.clone();
    saga::<bool>("pivot")
        .step("before", "a", async |cx, tx| leave(cx, tx).await)
        .compensate(async |cx, tx| remove(cx, tx).await)
        .step("pivot", "b", async |cx, tx| leave(cx, tx).await)
        .pivot()
        .step("after", "a", async move |cx, tx| {
            leave(cx, tx).await?;
            match (is_open.load(Ordering::SeqCst), *cx.input()) {
                (true, _) => Ok(()),
                (false, true) => Err(StepError::fatal("never")),
                (false, false) if cx.attempt() == 7 => Ok(()),
                (false, false) => Err(StepError::retry("not yet")),
            }
        })
}

async fn after_the_pivot_it_only_goes_forward(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    let open = Arc::new(AtomicBool::new(false));
    sagas.register(with_pivot(&open))?;
    // Its two attempts do not count any more.
    let id = sagas.start("pivot", &false).await?;
    assert!(sagas.run(id).await?.is_completed());
    assert_eq!(sagas.show(id).await?.steps[2].attempt, 7);
    assert_eq!(effects(&db, id).await?, once(&["after", "before", "pivot"]));

    let id = sagas.start("pivot", &true).await?;
    let error = "never".to_owned();
    assert_eq!(sagas.run(id).await?, Outcome::Stuck { error });
    assert_eq!(effects(&db, id).await?, once(&["before", "pivot"]));
    assert!(!sagas.show(id).await?.summary.compensating);
    open.store(true, Ordering::SeqCst);
    sagas.resume(id).await?;
    assert!(sagas.run(id).await?.is_completed());
    assert_eq!(effects(&db, id).await?, once(&["after", "before", "pivot"]));
    Ok(())
}

async fn a_pivot_that_fails_goes_back(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    sagas.register(
        saga::<()>("refused")
            .step("before", "a", async |cx, tx| leave(cx, tx).await)
            .compensate(async |cx, tx| remove(cx, tx).await)
            .call("pivot", async |_cx| Err(StepError::fatal("declined")))
            .pivot()
            .step("after", "b", async |cx, tx| leave(cx, tx).await),
    )?;
    let id = sagas.start("refused", &()).await?;
    let error = "declined".to_owned();
    assert_eq!(sagas.run(id).await?, Outcome::Compensated { error });
    assert_eq!(effects(&db, id).await?, once(&[]));
    Ok(())
}

async fn a_call_that_may_have_happened_is_undone(world: World) -> Result<()> {
    let sagas = world.sagas();
    for (input, undone) in [("fatal", false), ("retry", true), ("panic", true)] {
        let diary = Diary::default();
        let undo = diary.clone();
        let name = format!("call-{input}");
        sagas.register(
            saga::<String>(&name)
                .call("call", async |cx| match cx.input().as_str() {
                    "fatal" => Err(StepError::fatal("it has not happened")),
                    "retry" => Err(StepError::retry("no answer")),
                    other => panic!("{other}"),
                })
                .compensate(async move |cx| {
                    undo.note(format!("{} {}", cx.is_certain(), cx.idempotency_key()));
                    Ok(())
                }),
        )?;
        let id = sagas.start(&name, input).await?;
        assert!(!sagas.run(id).await?.is_completed());
        let expected = undone.then(|| format!("false {id}:call:undo"));
        assert_eq!(diary.read(), Vec::from_iter(expected), "{input}");
    }
    Ok(())
}

async fn an_open_pivot_is_for_somebody_to_decide(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    sagas.register(
        saga::<()>("charge")
            .step("before", "b", async |cx, tx| leave(cx, tx).await)
            .compensate(async |cx, tx| remove(cx, tx).await)
            .call("charge", async |_cx| Err(StepError::retry("no answer")))
            .pivot()
            .step("after", "a", async |cx, tx| leave(cx, tx).await),
    )?;
    let stuck = async |sagas: &Sagas| -> Result<_> {
        let id = sagas.start("charge", &()).await?;
        let error = "no answer".to_owned();
        assert_eq!(sagas.run(id).await?, Outcome::Stuck { error });
        assert_eq!(effects(&db, id).await?, once(&["before"]));
        Ok(id)
    };
    let id = stuck(&sagas).await?;
    sagas
        .skip(id, "charge", "the bank says that it was charged")
        .await?;
    assert!(sagas.run(id).await?.is_completed());
    assert_eq!(effects(&db, id).await?, once(&["after", "before"]));

    let id = stuck(&sagas).await?;
    sagas.abort(id, "the bank knows nothing of it").await?;
    let error = "aborted by hand: the bank knows nothing of it".to_owned();
    assert_eq!(sagas.run(id).await?, Outcome::Compensated { error });
    assert_eq!(effects(&db, id).await?, once(&[]));
    Ok(())
}

async fn a_violated_constraint_is_final(world: World) -> Result<()> {
    use manybase_record::prelude::*;
    #[derive(Debug, Model)]
    struct Unique {
        #[model(key)]
        key: i64,
    }
    let db = world.db();
    manybase_record::create_table::<Unique>(&db.using("b")).await?;
    let sagas = world.sagas_with(&db);
    sagas.register(
        saga::<i64>("unique")
            .step("before", "a", async |cx, tx| leave(cx, tx).await)
            .compensate(async |cx, tx| remove(cx, tx).await)
            .step("unique", "b", async |cx, tx| {
                Unique { key: *cx.input() }.insert(tx).await?;
                Ok(())
            })
            .retry(quick(1_000_000)),
    )?;
    assert!(sagas.run(sagas.start("unique", &1).await?).await?.is_completed());
    let id = sagas.start("unique", &1).await?;
    match sagas.run(id).await? {
        Outcome::Compensated { error } => {
            assert!(
                error.starts_with("unique violation on connection \"b\""),
                "{error}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(effects(&db, id).await?, once(&[]));
    assert_eq!(sagas.show(id).await?.steps[1].attempt, 1);
    Ok(())
}
