//! Sagas at random against a model of what must be there afterwards.

use crate::support::{World, effects, leave, once, quick, remove};
use manybase_db::{Db, Result};
use manybase_saga::{Cx, InCall, InTransaction, Outcome, Saga, SagaId, Sagas, StepError, StepResult};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex};

/// Attempts at an action and at a compensation.
const ATTEMPTS: u32 = 3;

#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq)]
enum Place {
    A,
    B,
    Call,
}

/// How the attempts at something go: so many fail for now, and then it goes well or fails for good.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Course {
    retries: u32,
    good: bool,
}

impl Course {
    /// Whether it goes well in so many attempts.
    fn succeeds(self, attempts: u32) -> bool {
        self.retries < attempts && self.good
    }

    fn go(self, attempt: u32) -> StepResult {
        match (attempt <= self.retries, self.good) {
            (true, _) => Err(StepError::retry("not yet")),
            (false, true) => Ok(()),
            (false, false) => Err(StepError::fatal("never")),
        }
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Plan {
    place: Place,
    action: Course,
    compensation: Option<Course>,
    pivot: bool,
}

#[derive(Debug, PartialEq)]
enum Rest {
    Completed,
    Compensated,
    Stuck,
}

/// What must be there at the end.
fn model(plans: &[Plan]) -> (Rest, BTreeSet<String>) {
    let mut there = BTreeSet::new();
    let mut past_pivot = false;
    for (n, plan) in plans.iter().enumerate() {
        let attempts = if past_pivot { u32::MAX } else { ATTEMPTS };
        if plan.action.succeeds(attempts) {
            there.insert(name(n));
            past_pivot |= plan.pivot;
            continue;
        }
        let call = plan.place == Place::Call;
        // A call whose answers got lost may have happened.
        let unsure = call && plan.action.retries > 0;
        if past_pivot || (plan.pivot && unsure && plan.compensation.is_none()) {
            return (Rest::Stuck, there);
        }
        let first = unsure.then_some(n);
        for back in first.into_iter().chain((0..n).rev()) {
            let Some(compensation) = plans[back].compensation else {
                continue;
            };
            if !compensation.succeeds(ATTEMPTS) {
                return (Rest::Stuck, there);
            }
            there.remove(&name(back));
        }
        return (Rest::Compensated, there);
    }
    (Rest::Completed, there)
}

fn name(n: usize) -> String {
    format!("s{n}")
}

/// Calls that are in effect. Doing one again changes nothing.
static CALLED: LazyLock<Mutex<BTreeMap<SagaId, BTreeSet<String>>>> = LazyLock::new(Mutex::default);

fn called(cx: &Cx<Vec<Plan>>, now: bool) {
    let mut all = CALLED.lock().unwrap();
    let of_saga = all.entry(cx.saga()).or_default();
    match now {
        true => of_saga.insert(cx.step().to_owned()),
        false => of_saga.remove(cx.step()),
    };
}

fn in_transaction<L>(saga: Saga<Vec<Plan>, L>, n: usize, plan: Plan) -> Saga<Vec<Plan>, InTransaction> {
    let connection = if plan.place == Place::A { "a" } else { "b" };
    let mut saga = saga.step(name(n), connection, async move |cx, tx| {
        leave(cx, tx).await?;
        plan.action.go(cx.attempt())
    });
    if let Some(compensation) = plan.compensation {
        saga = saga.compensate(async move |cx, tx| {
            remove(cx, tx).await?;
            compensation.go(cx.attempt())
        });
    }
    if plan.pivot { saga.pivot() } else { saga }
}

fn in_call<L>(saga: Saga<Vec<Plan>, L>, n: usize, plan: Plan) -> Saga<Vec<Plan>, InCall> {
    let mut saga = saga.call(name(n), async move |cx| {
        plan.action.go(cx.attempt())?;
        called(cx, true);
        Ok(())
    });
    if let Some(compensation) = plan.compensation {
        saga = saga.compensate(async move |cx| {
            compensation.go(cx.attempt())?;
            called(cx, false);
            Ok(())
        });
    }
    if plan.pivot { saga.pivot() } else { saga }
}

enum Built {
    Begin(Saga<Vec<Plan>>),
    Transaction(Saga<Vec<Plan>, InTransaction>),
    Call(Saga<Vec<Plan>, InCall>),
}

fn build(name: &str, plans: &[Plan]) -> Built {
    let begin = Saga::new(name, 1)
        .retry(quick(ATTEMPTS))
        .compensation_retry(quick(ATTEMPTS));
    plans
        .iter()
        .enumerate()
        .fold(Built::Begin(begin), |saga, (n, plan)| {
            macro_rules! add {
                ($saga:expr) => {
                    match plan.place {
                        Place::Call => Built::Call(in_call($saga, n, *plan)),
                        _ => Built::Transaction(in_transaction($saga, n, *plan)),
                    }
                };
            }
            match saga {
                Built::Begin(saga) => add!(saga),
                Built::Transaction(saga) => add!(saga),
                Built::Call(saga) => add!(saga),
            }
        })
}

async fn check(db: &Db, sagas: &Sagas, number: usize, plans: Vec<Plan>) -> Result<()> {
    let saga_name = format!("random {number}");
    match build(&saga_name, &plans) {
        Built::Begin(saga) => sagas.register(saga)?,
        Built::Transaction(saga) => sagas.register(saga)?,
        Built::Call(saga) => sagas.register(saga)?,
    }
    let id = sagas.start(&saga_name, &plans).await?;
    let rest = match sagas.run(id).await? {
        Outcome::Completed(_) => Rest::Completed,
        Outcome::Compensated { .. } => Rest::Compensated,
        _ => Rest::Stuck,
    };
    let mut found = effects(db, id).await?;
    for call in CALLED.lock().unwrap().remove(&id).unwrap_or_default() {
        *found.entry(call).or_default() += 1;
    }
    let (expected_rest, expected) = model(&plans);
    let expected = once(&expected.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((rest, found), (expected_rest, expected), "{plans:#?}");
    Ok(())
}

fn course() -> impl Strategy<Value = Course> {
    (prop_oneof![4 => Just(0), 1 => 1u32..4], prop::bool::weighted(0.8))
        .prop_map(|(retries, good)| Course { retries, good })
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let place = prop_oneof![Just(Place::A), Just(Place::B), Just(Place::Call)];
    let plan =
        (place, course(), prop::option::weighted(0.8, course())).prop_map(|(place, action, compensation)| {
            Plan {
                place,
                action,
                compensation,
                pivot: false,
            }
        });
    (prop::collection::vec(plan, 0..6), prop::option::of(0usize..6)).prop_map(|(mut plans, pivot)| {
        if let Some(plan) = pivot.and_then(|at| plans.get_mut(at)) {
            plan.pivot = true;
        }
        plans
    })
}

fn outcomes_are_those_of_the_model(cases: u32) -> impl FnOnce(World) -> BoxedTest {
    move |world| {
        Box::pin(async move {
            let db = world.db();
            let sagas = world.sagas_with(&db);
            let runtime = tokio::runtime::Handle::current();
            let config = Config {
                cases,
                failure_persistence: None,
                ..Config::default()
            };
            let tested = tokio::task::spawn_blocking(move || {
                let number = Mutex::new(0);
                TestRunner::new(config).run(&plans(), |plans| {
                    let number = {
                        let mut number = number.lock().unwrap();
                        *number += 1;
                        *number
                    };
                    runtime
                        .block_on(check(&db, &sagas, number, plans))
                        .map_err(|error| TestCaseError::fail(error.to_string()))
                })
            });
            if let Err(error) = tested.await.expect("no panic") {
                panic!("{error}");
            }
            drop(world);
            Ok(())
        })
    }
}

type BoxedTest = std::pin::Pin<Box<dyn Future<Output = Result<()>>>>;

macro_rules! property {
    ($($name:ident $kind:ident $cases:literal;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let test = outcomes_are_those_of_the_model($cases);
            crate::support::run(crate::support::Kind::$kind, test).await;
        }
    )*};
}

property! {
    sqlite Sqlite 150;
    postgres Postgres 40;
    mariadb MariaDb 40;
    mixed Mixed 40;
}

/// The model knows the cases that are told in words.
#[test]
fn the_model_is_right() {
    let good = Course {
        retries: 0,
        good: true,
    };
    let bad = Course {
        retries: 0,
        good: false,
    };
    let step = |action, compensation| Plan {
        place: Place::A,
        action,
        compensation,
        pivot: false,
    };
    let (rest, there) = model(&[step(good, Some(good)), step(good, None), step(bad, None)]);
    assert_eq!((rest, there), (Rest::Compensated, BTreeSet::from([name(1)])));
    let (rest, there) = model(&[step(good, Some(bad)), step(bad, None)]);
    assert_eq!((rest, there), (Rest::Stuck, BTreeSet::from([name(0)])));
    let pivot = Plan {
        pivot: true,
        ..step(good, None)
    };
    let (rest, there) = model(&[step(good, Some(good)), pivot, step(bad, None)]);
    assert_eq!((rest, there), (Rest::Stuck, BTreeSet::from([name(0), name(1)])));
    assert_eq!(model(&[]).0, Rest::Completed);
}
