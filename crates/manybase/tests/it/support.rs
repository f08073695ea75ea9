//! One test, every database.

use manybase::{ConnectionConfig, Db, Error, ErrorKind, RecoveryMode, Result, sql};
use manybase_testkit::{Database, ServerError};
use std::fmt::Debug;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// SQLite in memory: exactly one connection.
    Memory,
    /// A SQLite file: one writer, several readers.
    File,
    Postgres,
    MariaDb,
}

impl Kind {
    pub(crate) fn is_sqlite(self) -> bool {
        matches!(self, Self::Memory | Self::File)
    }

    pub(crate) fn is_server(self) -> bool {
        !self.is_sqlite()
    }

    /// A name in this database's quotes.
    pub(crate) fn quoted(self, name: &str) -> String {
        match self {
            Self::MariaDb => format!("`{}`", name.replace('`', "``")),
            _ => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }
}

/// A database of the test's own; it goes with the value.
pub(crate) enum Home {
    Memory,
    File(TempDir),
    Server(Box<Database>),
}

impl Home {
    fn new(kind: Kind) -> Result<Self, ServerError> {
        Ok(match kind {
            Kind::Memory => Self::Memory,
            Kind::File => Self::File(tempfile::tempdir().expect("a directory")),
            Kind::Postgres => Self::Server(manybase_testkit::postgres()?.create_database("it")?.into()),
            Kind::MariaDb => Self::Server(manybase_testkit::mariadb()?.create_database("it")?.into()),
        })
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Memory => "sqlite::memory:".to_owned(),
            Self::File(directory) => format!("sqlite:{}", directory.path().join("it.db").display()),
            Self::Server(database) => database.url(),
        }
    }
}

/// The database that a test is given: connection `main`, which is the default.
pub(crate) struct On {
    pub(crate) db: Db,
    pub(crate) kind: Kind,
    homes: Mutex<Vec<Home>>,
}

impl On {
    fn new(kind: Kind) -> Result<Self, ServerError> {
        let home = Home::new(kind)?;
        // Tests look at what their pools do, and it would be among it.
        let builder = Db::builder().recovery(RecoveryMode::Off);
        let db = builder.connect("main", home.url()).build().expect("opens");
        Ok(Self {
            db,
            kind,
            homes: Mutex::new(vec![home]),
        })
    }

    /// Adds another database of the same kind under this name.
    pub(crate) fn add(&self, name: &str) {
        self.add_with(name, |config| config);
    }

    /// Adds another database with settings of its own.
    pub(crate) fn add_with(&self, name: &str, set: impl FnOnce(ConnectionConfig) -> ConnectionConfig) {
        let home = Home::new(self.kind).expect("as the first one");
        let config = ConnectionConfig::from_url(&home.url()).expect("a good URL");
        self.db.add(name, set(config)).expect("adds");
        self.homes.lock().expect("not poisoned").push(home);
    }

    /// The first database under another name, with settings of its own.
    pub(crate) fn again(&self, name: &str, set: impl FnOnce(ConnectionConfig) -> ConnectionConfig) {
        let config = ConnectionConfig::from_url(&self.url()).expect("a good URL");
        self.db.add(name, set(config)).expect("adds");
    }

    /// Where `main` is.
    pub(crate) fn url(&self) -> String {
        self.homes.lock().expect("not poisoned")[0].url()
    }

    /// The server's address.
    pub(crate) fn server(&self) -> SocketAddr {
        match self.kind {
            Kind::Postgres => manybase_testkit::postgres().expect("runs").addr(),
            Kind::MariaDb => manybase_testkit::mariadb().expect("runs").addr(),
            _ => panic!("SQLite has no server"),
        }
    }

    /// Runs text as it is.
    pub(crate) async fn execute(&self, text: impl Into<String>) -> Result<u64> {
        Ok(sql(text.into()).execute(&self.db).await?.affected)
    }

    /// The text of this kind of database.
    pub(crate) fn pick<T>(&self, sqlite: T, postgres: T, mariadb: T) -> T {
        match self.kind {
            Kind::Memory | Kind::File => sqlite,
            Kind::Postgres => postgres,
            Kind::MariaDb => mariadb,
        }
    }

    /// Text that keeps a connection busy for a minute.
    pub(crate) fn slow(&self) -> &'static str {
        self.pick(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
            "SELECT COUNT(*) FROM (SELECT pg_sleep(60)) AS slow",
            "SELECT CAST(SLEEP(60) AS SIGNED)",
        )
    }

    /// All connections come back and work.
    pub(crate) async fn works(&self) {
        for name in self.db.connections() {
            let pool = self.db.connection(&name).expect("is there");
            let begun = Instant::now();
            while pool.status().in_use > 0 && begun.elapsed() < Duration::from_secs(20) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert_eq!(pool.status().in_use, 0, "{name}: {:?}", pool.status());
            if !name.starts_with("down") {
                let one: i64 = sql("SELECT 41 + 1")
                    .using(name.clone())
                    .scalar(&self.db)
                    .await
                    .expect("works");
                assert_eq!(one, 42);
            }
        }
    }
}

/// Runs a test, and looks whether its pools are good afterwards.
pub(crate) async fn run<Fut: Future<Output = Result<()>>>(
    kind: Kind,
    test: impl FnOnce(std::sync::Arc<On>) -> Fut,
) {
    let on = std::sync::Arc::new(manybase_testkit::require_server!(On::new(kind)));
    if let Err(error) = test(on.clone()).await {
        panic!("{error}");
    }
    on.works().await;
    on.db.close().await.expect("closes");
}

/// The error, of this kind and with a connection's name.
#[track_caller]
pub(crate) fn fails<T: Debug>(result: Result<T>, kind: ErrorKind, connection: &str) -> Error {
    let error = result.expect_err("an error");
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(error.connection(), Some(connection), "{error}");
    error
}

/// As [`fails`], and it names the model.
#[track_caller]
pub(crate) fn fails_with<T: Debug>(result: Result<T>, kind: ErrorKind, model: &str) -> Error {
    let error = fails(result, kind, "main");
    assert_eq!(error.model(), Some(model), "{error}");
    error
}

/// A generator of numbers that is the same each time (xorshift).
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
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

/// Makes a test for each database of each of these functions: of the first list for all; of the second, which needs
/// several connections to one database, for all but SQLite in memory; of the third for servers.
macro_rules! on_every_database {
    ($($every:ident),* $(,)? $(; shared: $($shared:ident),* $(,)?)? $(; servers: $($server:ident),* $(,)?)?) => {
        $crate::support::tests_on!(sqlite_memory Memory: $($every)*);
        $crate::support::tests_on!(sqlite File: $($every)* $($($shared)*)?);
        $crate::support::tests_on!(postgres Postgres: $($every)* $($($shared)*)? $($($server)*)?);
        $crate::support::tests_on!(mariadb MariaDb: $($every)* $($($shared)*)? $($($server)*)?);
    };
}

pub(crate) use {on_every_database, tests_on};
