//! Databases of a test's own, and migrations for them.

use manybase_db::{Access, Db, Executor, RecoveryMode, Result, Route};
use manybase_driver::{FirstSink, Statement};
use manybase_migrate::{Migrator, Set};
use manybase_testkit::{Database, ServerError};
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    MariaDb,
}

/// One database, known as `main`, and one more as `other`.
pub(crate) struct World {
    pub(crate) kind: Kind,
    pub(crate) urls: [String; 2],
    _homes: Vec<Home>,
    pub(crate) directory: TempDir,
}

enum Home {
    File,
    Server { _database: Database },
}

impl World {
    pub(crate) fn new(kind: Kind) -> Result<Self, ServerError> {
        let directory = tempfile::tempdir().expect("a directory");
        let (mut homes, mut urls) = (Vec::new(), Vec::new());
        for n in 0..2 {
            let database = match kind {
                Kind::Sqlite => {
                    urls.push(format!(
                        "sqlite:{}",
                        directory.path().join(format!("{n}.db")).display()
                    ));
                    homes.push(Home::File);
                    continue;
                }
                Kind::Postgres => manybase_testkit::postgres()?.create_database("migrate")?,
                Kind::MariaDb => manybase_testkit::mariadb()?.create_database("migrate")?,
            };
            urls.push(database.url());
            homes.push(Home::Server { _database: database });
        }
        Ok(Self {
            kind,
            urls: [urls.remove(0), urls.remove(0)],
            _homes: homes,
            directory,
        })
    }

    pub(crate) fn db(&self) -> Db {
        open(&self.urls)
    }

    pub(crate) fn migrator(&self, files: &[(&str, &str)]) -> Migrator {
        Migrator::new(&self.db(), Set::of(files.iter().copied()).expect("a set"))
    }
}

pub(crate) fn open(urls: &[String]) -> Db {
    let mut builder = Db::builder()
        .recovery(RecoveryMode::Off)
        .default_connection("main");
    for (name, url) in ["main", "other"].into_iter().zip(urls) {
        builder = builder.connect(name, url);
    }
    builder.build().expect("opens")
}

pub(crate) fn on(name: &str) -> Route<'_> {
    Route {
        using: Some(name),
        ..Route::default()
    }
}

/// The number in the first row.
pub(crate) async fn number(db: &Db, name: &str, sql: &str) -> Result<i64> {
    let mut lease = db.lease(on(name), Access::Write).await?;
    let sink = FirstSink::new(|row: &dyn manybase_driver::Row| Ok(row.i64(0)?.unwrap_or_default()));
    let asked = lease.query(Statement::write(sql, vec![]).once(), sink).await?;
    Ok(asked.value.unwrap_or_default())
}

pub(crate) async fn run_sql(db: &Db, name: &str, sql: &str) -> Result<()> {
    db.lease(on(name), Access::Write)
        .await?
        .script(sql.to_owned())
        .await
}

/// Runs a test on databases of its own.
pub(crate) async fn run<Fut: Future<Output = Result<()>>>(kind: Kind, test: impl FnOnce(World) -> Fut) {
    let world = manybase_testkit::require_server!(World::new(kind));
    if let Err(error) = test(world).await {
        panic!("{error}");
    }
}

macro_rules! tests_on {
    ($module:ident $kind:ident: $($name:ident)*) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
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
    };
}

pub(crate) use {on_every_database, tests_on};
