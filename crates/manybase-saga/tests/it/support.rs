//! Two databases, and steps that leave traces in them.

use manybase_db::{Db, Result};
use manybase_record::prelude::*;
use manybase_saga::{Cx, Retry, Saga, SagaId, SagaSettings, Sagas, StepError, StepState};
use manybase_testkit::{Database, ServerError};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    MariaDb,
    /// The log and `a` on PostgreSQL, `b` on MariaDB.
    Mixed,
}

/// Two databases of a test's own: connections `a`, with the log, and `b`. They go with the value.
pub(crate) struct World {
    pub(crate) urls: [String; 2],
    _homes: Vec<Home>,
}

enum Home {
    Directory { _directory: TempDir },
    Server { _database: Database },
}

impl World {
    fn new(kind: Kind) -> Result<Self, ServerError> {
        let (mut homes, mut urls) = (Vec::new(), Vec::new());
        for n in 0..2 {
            let database = match kind {
                Kind::Sqlite => {
                    let directory = tempfile::tempdir().expect("a directory");
                    urls.push(format!("sqlite:{}", directory.path().join("saga.db").display()));
                    homes.push(Home::Directory {
                        _directory: directory,
                    });
                    continue;
                }
                Kind::Mixed if n == 1 => manybase_testkit::mariadb()?.create_database("saga")?,
                Kind::Postgres | Kind::Mixed => manybase_testkit::postgres()?.create_database("saga")?,
                Kind::MariaDb => manybase_testkit::mariadb()?.create_database("saga")?,
            };
            urls.push(database.url());
            homes.push(Home::Server { _database: database });
        }
        let urls = [urls.remove(0), urls.remove(0)];
        Ok(Self { urls, _homes: homes })
    }

    /// The databases as one more process would see them.
    pub(crate) fn db(&self) -> Db {
        Db::builder()
            .connect("a", self.urls[0].as_str())
            .connect("b", self.urls[1].as_str())
            .default_connection("a")
            .build()
            .expect("opens")
    }

    /// Sagas of one more process, which does not wait long.
    pub(crate) fn sagas(&self) -> Sagas {
        self.sagas_with(&self.db())
    }

    pub(crate) fn sagas_with(&self, db: &Db) -> Sagas {
        let settings = SagaSettings::new()
            .grace(Duration::from_millis(100))
            .poll(Duration::from_millis(20));
        Sagas::with(db, "a", settings)
    }
}

/// What a step leaves behind.
#[derive(Debug, Clone, Model)]
pub(crate) struct Effect {
    #[model(key, auto)]
    id: i64,
    saga: manybase_saga::SagaId,
    #[model(length = 100)]
    name: String,
}

/// A row of the barrier.
#[derive(Debug, Model)]
#[model(table = "manybase_barrier")]
struct Mark {
    #[model(key)]
    saga: SagaId,
    #[model(key)]
    step: String,
    #[model(key)]
    op: String,
    state: String,
    writer: SagaId,
    data: Option<String>,
    made: chrono::DateTime<chrono::Utc>,
}

/// Writes to the barrier what a process would have written of which nobody knows.
pub(crate) async fn mark(
    db: &Db,
    connection: &'static str,
    saga: SagaId,
    step: &str,
    state: &str,
    data: Option<&str>,
) -> Result<()> {
    let mark = Mark {
        saga,
        step: step.to_owned(),
        op: "action".to_owned(),
        state: state.to_owned(),
        writer: SagaId::new(),
        data: data.map(str::to_owned),
        made: chrono::Utc::now(),
    };
    mark.insert(&db.using(connection)).await?;
    Ok(())
}

/// A short wait between attempts.
pub(crate) fn quick(attempts: u32) -> Retry {
    Retry::new()
        .attempts(attempts)
        .pauses(Duration::from_millis(1), Duration::from_millis(4))
}

/// A saga whose steps are tried twice, with short waits.
pub(crate) fn saga<I>(name: &str) -> Saga<I>
where
    I: serde::de::DeserializeOwned + Send + Sync + 'static,
{
    Saga::new(name, 1).retry(quick(2)).compensation_retry(quick(2))
}

pub(crate) async fn leave<I>(cx: &Cx<I>, tx: &manybase_db::Transaction) -> Result<(), StepError> {
    let (saga, name) = (cx.saga(), cx.step().to_owned());
    Effect { id: 0, saga, name }.insert(tx).await?;
    Ok(())
}

/// Exactly one trace is there, and goes.
pub(crate) async fn remove<I>(cx: &Cx<I>, tx: &manybase_db::Transaction) -> Result<(), StepError> {
    let (saga, name) = (cx.saga(), cx.step().to_owned());
    let removed = Effect::filter(|c| c.saga.eq(saga) & c.name.eq(name))
        .delete(tx)
        .await?;
    match removed {
        1 => Ok(()),
        other => Err(StepError::fatal(format!("{other} effects to undo"))),
    }
}

/// What there is of a saga in both databases, with how many times.
pub(crate) async fn effects(db: &Db, saga: SagaId) -> Result<BTreeMap<String, usize>> {
    let mut found = BTreeMap::new();
    for connection in ["a", "b"] {
        let names = Effect::filter(|c| c.saga.eq(saga))
            .using(connection)
            .select(|c| c.name);
        for name in names.all(db).await? {
            *found.entry(name).or_default() += 1;
        }
    }
    Ok(found)
}

/// These, once each.
pub(crate) fn once(names: &[&str]) -> BTreeMap<String, usize> {
    names.iter().map(|name| ((*name).to_owned(), 1)).collect()
}

/// The states of the steps.
pub(crate) async fn states(sagas: &Sagas, saga: SagaId) -> Result<Vec<StepState>> {
    Ok(sagas
        .show(saga)
        .await?
        .steps
        .iter()
        .map(|step| step.state)
        .collect())
}

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    pub(crate) fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    pub(crate) fn read(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Runs a test on databases of its own.
pub(crate) async fn run<Fut: Future<Output = Result<()>>>(kind: Kind, test: impl FnOnce(World) -> Fut) {
    let world = manybase_testkit::require_server!(World::new(kind));
    let db = world.db();
    for connection in ["a", "b"] {
        manybase_record::create_table::<Effect>(&db.using(connection))
            .await
            .expect("creates");
    }
    if let Err(error) = test(world).await {
        panic!("{error}");
    }
}

macro_rules! tests_on {
    ($module:ident $kind:ident: $($name:ident)*) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $name() {
                    $crate::support::run($crate::support::Kind::$kind, super::$name).await;
                }
            )*
        }
    };
}

/// Makes a test for each database of each of these functions.
macro_rules! on_every_database {
    ($($name:ident),* $(,)?) => {
        $crate::support::tests_on!(sqlite Sqlite: $($name)*);
        $crate::support::tests_on!(postgres Postgres: $($name)*);
        $crate::support::tests_on!(mariadb MariaDb: $($name)*);
        $crate::support::tests_on!(mixed Mixed: $($name)*);
    };
}

pub(crate) use {on_every_database, tests_on};
