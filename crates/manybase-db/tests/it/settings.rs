//! The URL that is given is the URL that is used, and the settings that are given are in force: seen from the database.

mod pool;

use crate::fake::run;
use manybase_db::{Access, Db, DbBuilder, ErrorKind, Executor, Result, Route};
use manybase_driver::{FirstSink, Statement};
use manybase_testkit::{Database, ServerError};
use std::time::Duration;
use tempfile::TempDir;

/// A database of the test's own.
pub(crate) enum Place {
    Sqlite(TempDir),
    Postgres(Database),
    MariaDb(Database),
}

impl Place {
    fn sqlite() -> Result<Self, ServerError> {
        Ok(Self::Sqlite(tempfile::tempdir().expect("a directory")))
    }

    fn postgres() -> Result<Self, ServerError> {
        manybase_testkit::postgres()?
            .create_database("settings")
            .map(Self::Postgres)
    }

    fn mariadb() -> Result<Self, ServerError> {
        manybase_testkit::mariadb()?
            .create_database("settings")
            .map(Self::MariaDb)
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(directory) => format!("sqlite:{}", directory.path().join("here.db").display()),
            Self::Postgres(database) | Self::MariaDb(database) => database.url(),
        }
    }

    /// Asks the database where a session is, and what it should be told.
    fn whereabouts(&self) -> (&'static str, String) {
        match self {
            Self::Sqlite(directory) => {
                let file = directory.path().canonicalize().expect("is there").join("here.db");
                (
                    "SELECT file FROM pragma_database_list WHERE name = 'main'",
                    file.display().to_string(),
                )
            }
            Self::Postgres(database) => (
                "SELECT current_database() || ' ' || current_user || ' ' || inet_server_port()",
                format!("{} {}", database.name(), at(&database.url())),
            ),
            Self::MariaDb(database) => (
                "SELECT concat(database(), ' ', substring_index(current_user(), '@', 1), ' ', @@port)",
                format!("{} {}", database.name(), at(&database.url())),
            ),
        }
    }

    /// Asks for the limits of statements and locks that are in force, 7 s and 3 s, in the database's own form.
    fn limits(&self) -> (&'static str, &'static str) {
        match self {
            // It keeps none itself: the driver does, see below.
            Self::Sqlite(_) => ("SELECT 'none'", "none"),
            Self::Postgres(_) => (
                "SELECT current_setting('statement_timeout') || ' ' || current_setting('lock_timeout')",
                "7s 3s",
            ),
            Self::MariaDb(_) => (
                "SELECT concat(truncate(@@max_statement_time, 0), ' ', @@innodb_lock_wait_timeout)",
                "7 3",
            ),
        }
    }
}

/// User and port of a URL.
fn at(url: &str) -> String {
    let (_, rest) = url.split_once("://").expect("a scheme");
    let (user, rest) = rest.split_once(':').expect("a password");
    let port = rest
        .split_once('@')
        .and_then(|(_, host)| host.split_once(':'))
        .expect("a port")
        .1;
    format!("{user} {}", port.split('/').next().expect("a port"))
}

pub(crate) async fn text(db: &Db, sql: &str) -> Result<String> {
    let mut lease = db.lease(Route::default(), Access::Read).await?;
    let sink = FirstSink::new(|row| Ok(row.str(0)?.unwrap_or_default().to_owned()));
    let found = lease.query(Statement::read(sql, vec![]), sink).await?;
    Ok(found.value.unwrap_or_default())
}

/// The three ways to give a URL with parameters: in code, in a file, in a variable over a file.
pub(crate) fn ways(url: &str, parameters: &str) -> (TempDir, [DbBuilder; 3]) {
    let url = match parameters {
        "" => url.to_owned(),
        _ => format!("{url}?{parameters}"),
    };
    let directory = tempfile::tempdir().expect("a directory");
    let file = |name: &str, url: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, format!("[connections.erp]\nurl = {url:?}\n")).expect("written");
        Db::builder().config_file(path)
    };
    let lookup = {
        let url = url.clone();
        move |name: &str| (name == "MANYBASE_ERP_URL").then(|| url.clone())
    };
    let ways = [
        Db::builder().connect("erp", &url),
        file("a.toml", &url).variables(|_| None),
        file("b.toml", "postgres://nowhere.invalid/other").variables(lookup),
    ];
    (directory, ways)
}

async fn url_that_is_given(place: Place) {
    let (question, answer) = place.whereabouts();
    let (_files, ways) = ways(&place.url(), "");
    for way in ways {
        let db = way.open().await.unwrap();
        assert_eq!(text(&db, question).await.unwrap(), answer);
    }
}

async fn limits_in_the_url(place: Place) {
    let (question, answer) = place.limits();
    let (_files, ways) = ways(&place.url(), "statement_timeout=7s&lock_timeout=3s");
    for way in ways {
        let db = way.open().await.unwrap();
        assert_eq!(text(&db, question).await.unwrap(), answer);
    }
}

async fn limits_in_keys_and_variables(place: Place) {
    let (question, answer) = place.limits();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("manybase.toml");
    let url = place.url();
    let file = format!("[connections.erp]\nurl = {url:?}\nstatement_timeout = 7\nlock_timeout = \"1h\"");
    std::fs::write(&path, file).unwrap();
    let db = Db::builder()
        .config_file(path)
        .variables(|name| (name == "MANYBASE_ERP_LOCK_TIMEOUT").then(|| "3s".to_owned()))
        .open()
        .await
        .unwrap();
    assert_eq!(text(&db, question).await.unwrap(), answer);
}

/// SQLite, where the limits are seen only when they are reached. By default they are 5 min and 30 s.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_of_sqlite() {
    let endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) || '' FROM n";
    let soon = Duration::from_secs(15);
    let place = Place::sqlite().unwrap();
    let (_files, ways) = ways(&place.url(), "statement_timeout=100ms&lock_timeout=50ms");
    let other = Db::builder().connect("erp", place.url()).open().await.unwrap();
    run(&other, "CREATE TABLE t (a INTEGER)").await.unwrap();
    let tx = other.begin().await.unwrap();
    run(&tx, "INSERT INTO t VALUES (1)").await.unwrap();
    for way in ways {
        let db = way.open().await.unwrap();
        let late = tokio::time::timeout(soon, text(&db, endless))
            .await
            .expect("is stopped")
            .unwrap_err();
        assert_eq!(late.kind(), ErrorKind::Timeout);
        let locked = run(&db, "INSERT INTO t VALUES (2)");
        let locked = tokio::time::timeout(soon, locked)
            .await
            .expect("does not wait")
            .unwrap_err();
        assert_eq!(locked.kind(), ErrorKind::LockTimeout);
    }
    tx.rollback().await.unwrap();
}

/// Makes a test of a function for each database.
macro_rules! on_every_database {
    ($($name:ident),* $(,)?) => {
        $crate::settings::tests_on!(sqlite: $($name)*);
        $crate::settings::tests_on!(postgres: $($name)*);
        $crate::settings::tests_on!(mariadb: $($name)*);
    };
}

macro_rules! tests_on {
    ($kind:ident: $($name:ident)*) => {
        mod $kind {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let place = manybase_testkit::require_server!($crate::settings::Place::$kind());
                    super::$name(place).await;
                }
            )*
        }
    };
}

pub(crate) use {on_every_database, tests_on};

on_every_database!(url_that_is_given, limits_in_the_url, limits_in_keys_and_variables);
