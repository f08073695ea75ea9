//! One test: its databases, its runtime, its end.

use crate::base::{self, Run};
use crate::copy::Copy;
use crate::hosts::Refused;
use crate::outcome::TestOutcome;
use crate::plan::Plan;
use crate::report;
use crate::spec::Spec;
use crate::template::{self, Template};
use crate::watch::{self, Recorder, lock};
use futures_util::FutureExt;
use manybase_db::Db;
use manybase_driver::{Access, Driver, Error, Finish, Result};
use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long what a test has spawned may hold up its end.
const AFTERWARDS: Duration = Duration::from_secs(2);

/// How long connections of a failed test are waited for, so that a file is whole when it is kept.
const CLOSING: Duration = Duration::from_millis(500);

type Panic = Box<dyn Any + Send>;

/// What became of the test's body.
enum Ended<R> {
    Returned(R),
    Panicked(Panic),
    TimedOut,
}

/// Runs a test. `#[manybase::test]` calls it.
#[doc(hidden)]
pub fn run<R, F, Fut>(spec: &Spec, body: F) -> R
where
    R: TestOutcome,
    F: FnOnce(Db) -> Fut,
    Fut: Future<Output = R>,
{
    let plan = match Plan::new(spec) {
        Ok(plan) => plan,
        Err(Refused::Skip) => return R::skipped(),
        Err(Refused::Error(error)) => fail(spec, &error),
    };
    let prepared = base::run().and_then(|run| Ok((run, template::obtain(spec, &plan)?)));
    let (run, template) = prepared.unwrap_or_else(|error| fail(spec, &error));
    let recorder = Arc::new(Recorder::default());
    let (db, copies) = match crate::runtime::block_on(open(spec, &plan, run, &template, &recorder)) {
        Ok(opened) => opened,
        Err(error) => fail(spec, &error),
    };
    let kept = report::Kept::default();
    let ended = in_runtime(spec, &db, &copies, &kept, body);
    drop(db);
    finish_prepared(&recorder, &copies);
    let failed = match &ended {
        Ended::Returned(result) => result.has_failed() != spec.should_panic,
        Ended::Panicked(_) => !spec.should_panic,
        Ended::TimedOut => true,
    };
    end(spec, run, copies, failed, &kept);
    match ended {
        Ended::Returned(result) => result,
        Ended::Panicked(panic) => resume_unwind(panic),
        Ended::TimedOut => panic!(
            "the test took longer than {:?}; if it needs longer, say so: #[manybase::test(timeout = \"{}s\")]",
            spec.timeout,
            spec.timeout.as_secs().max(1) * 2
        ),
    }
}

/// A test fails by a panic.
fn fail(spec: &Spec, error: &Error) -> ! {
    let (file, line) = spec.place;
    panic!("the databases of the test at {file}:{line} can't be made: {error}")
}

async fn open(
    spec: &Spec,
    plan: &Plan,
    run: &Run,
    template: &Template,
    recorder: &Arc<Recorder>,
) -> Result<(Db, Vec<Copy>)> {
    let test = report::file_name(spec.name);
    let mut builder = watch::add(plan.builder(spec), recorder);
    let mut copies = Vec::new();
    for (place, part) in plan.places.iter().zip(&template.parts) {
        let made = Copy::make(run, place, template, part, &test).await;
        let copy = made.map_err(|error| error.with_connection(place.name))?;
        builder = builder.connect(copy.name, &copy.url);
        copies.push(copy);
    }
    *lock(&recorder.names) = template.names.clone();
    Ok((builder.build()?, copies))
}

fn runtime(threads: usize) -> Runtime {
    let mut builder = match threads {
        0 | 1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    if threads > 1 {
        builder.worker_threads(threads);
    }
    builder
        .enable_all()
        .build()
        .expect("a runtime can be made, or no test can run")
}

/// The body in a runtime of its own, which ends with it: tasks that it has spawned, and their connections.
fn in_runtime<R, F, Fut>(spec: &Spec, db: &Db, copies: &[Copy], kept: &report::Kept, body: F) -> Ended<R>
where
    R: TestOutcome,
    F: FnOnce(Db) -> Fut,
    Fut: Future<Output = R>,
{
    let runtime = runtime(spec.threads);
    let ended = runtime.block_on(async {
        let work = AssertUnwindSafe(async { body(db.clone()).await }).catch_unwind();
        let ended = match tokio::time::timeout(spec.timeout, work).await {
            Ok(Ok(result)) => Ended::Returned(result),
            Ok(Err(panic)) => Ended::Panicked(panic),
            Err(_) => Ended::TimedOut,
        };
        let failed = match &ended {
            Ended::Returned(result) => result.has_failed() != spec.should_panic,
            Ended::Panicked(_) => !spec.should_panic,
            Ended::TimedOut => true,
        };
        if failed {
            rescue(spec, db, copies, kept).await;
            // What is still in use is closed with the runtime.
            let _ = db.close_within(CLOSING).await;
        }
        ended
    });
    runtime.shutdown_timeout(AFTERWARDS);
    ended
}

/// What is in memory has to be written down while its connection is there.
async fn rescue(spec: &Spec, db: &Db, copies: &[Copy], kept: &report::Kept) {
    if let Some(dir) = kept.dir(spec) {
        for copy in copies {
            copy.rescue(db, &dir).await;
        }
    }
}

/// Rolls back what the test has prepared and not finished: a database that has it can't be dropped.
fn finish_prepared(recorder: &Recorder, copies: &[Copy]) {
    let prepared = recorder.take_prepared();
    if prepared.is_empty() {
        return;
    }
    crate::runtime::block_on(async {
        for copy in copies {
            copy.disconnect().await;
        }
        for (driver, id) in prepared {
            // It is on a database that is dropped anyway; where that fails, the next process says so.
            let ended = roll_back(&*driver, &id);
            let _ = tokio::time::timeout(Duration::from_secs(10), ended).await;
        }
    });
}

async fn roll_back(driver: &dyn Driver, id: &manybase_driver::BranchId) -> Result<()> {
    let mut connection = driver.connect(Access::Write).await?;
    loop {
        let Some(two_phase) = connection.two_phase() else {
            return Ok(());
        };
        if two_phase.rollback_prepared(id.clone()).await? != Finish::InUse {
            break;
        }
        // The server has not noticed yet that the test's connection is closed.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    connection.close().await
}

/// Drops or keeps the databases.
fn end(spec: &Spec, run: &Run, copies: Vec<Copy>, failed: bool, kept: &report::Kept) {
    if failed {
        return kept.tell(spec, run, copies);
    }
    crate::runtime::block_on(async {
        for copy in copies {
            let name = copy.name;
            if let Err(error) = copy.release(run).await {
                report::warn(&format!(
                    "the database of connection {name:?} of {} is left: {error}",
                    spec.name
                ));
            }
        }
    });
}
