//! Connections `a`, `b` and `c` to three databases of different kinds, in every order.

use crate::support::Kind;
use manybase::{Db, RecoveryMode, Result};
use manybase_testkit::{Database, ServerError};
use std::future::Future;
use tempfile::TempDir;

enum Home {
    File(TempDir),
    Server(Box<Database>),
}

impl Home {
    fn new(kind: Kind) -> Result<Self, ServerError> {
        Ok(match kind {
            Kind::Postgres => Self::Server(manybase_testkit::postgres()?.create_database("rel")?.into()),
            Kind::MariaDb => Self::Server(manybase_testkit::mariadb()?.create_database("rel")?.into()),
            _ => Self::File(tempfile::tempdir().expect("a directory")),
        })
    }

    fn url(&self) -> String {
        match self {
            Self::File(directory) => format!("sqlite:{}", directory.path().join("rel.db").display()),
            Self::Server(database) => database.url(),
        }
    }
}

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) kinds: [Kind; 3],
    _homes: Vec<Home>,
}

impl World {
    fn new(kinds: [Kind; 3]) -> Result<Self, ServerError> {
        let homes: Vec<Home> = kinds.into_iter().map(Home::new).collect::<Result<_, _>>()?;
        let mut builder = Db::builder().recovery(RecoveryMode::Off);
        for (home, name) in homes.iter().zip(["a", "b", "c"]) {
            builder = builder.connect(name, home.url());
        }
        Ok(Self {
            db: builder.build().expect("opens"),
            kinds,
            _homes: homes,
        })
    }
}

/// Runs a test with the three databases.
pub(crate) async fn run<Fut: Future<Output = Result<()>>>(
    kinds: [Kind; 3],
    test: impl FnOnce(std::sync::Arc<World>) -> Fut,
) {
    let world = std::sync::Arc::new(manybase_testkit::require_server!(World::new(kinds)));
    if let Err(error) = test(world.clone()).await {
        panic!("{error}");
    }
    world.db.close().await.expect("closes");
}

macro_rules! rotation {
    ($module:ident $first:ident $second:ident $third:ident: $($name:ident)*) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    use $crate::support::Kind::*;
                    $crate::world::run([$first, $second, $third], super::$name).await;
                }
            )*
        }
    };
}

/// A test for each order of the databases.
macro_rules! across_databases {
    ($($name:ident),* $(,)?) => {
        $crate::world::rotation!(sqlite_postgres_mariadb File Postgres MariaDb: $($name)*);
        $crate::world::rotation!(postgres_mariadb_sqlite Postgres MariaDb File: $($name)*);
        $crate::world::rotation!(mariadb_sqlite_postgres MariaDb File Postgres: $($name)*);
    };
}

pub(crate) use {across_databases, rotation};
