//! A legacy database of each kind.

use manybase::{Access, Db, Executor, RecoveryMode, Result, Route};
use manybase_testkit::{Database, ServerError};
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    MariaDb,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::MariaDb => "mariadb",
        }
    }
}

/// It goes with the value.
pub(crate) struct Legacy {
    pub(crate) db: Db,
    _server: Option<Database>,
    _directory: TempDir,
}

/// Connection `legacy`, with a schema's tables and no rows.
pub(crate) async fn legacy(kind: Kind, schema: &str) -> Result<Legacy, ServerError> {
    let directory = tempfile::tempdir().expect("a directory");
    let server = match kind {
        Kind::Sqlite => None,
        Kind::Postgres => Some(manybase_testkit::postgres()?.create_database("legacy")?),
        Kind::MariaDb => Some(manybase_testkit::mariadb()?.create_database("legacy")?),
    };
    let url = match &server {
        Some(database) => database.url(),
        None => format!("sqlite:{}", directory.path().join("legacy.db").display()),
    };
    let db = Db::builder()
        .recovery(RecoveryMode::Off)
        .connect("legacy", url)
        .build();
    let db = db.expect("opens");
    create(&db, kind, schema).await.expect("the tables are created");
    Ok(Legacy {
        db,
        _server: server,
        _directory: directory,
    })
}

impl Legacy {
    /// What another program does.
    pub(crate) async fn script(&self, sql: &str) -> Result<()> {
        let mut lease = self.db.lease(Route::default(), Access::Write).await?;
        lease.script(sql.to_owned()).await
    }
}

async fn create(db: &Db, kind: Kind, schema: &str) -> Result<()> {
    let file = format!("tests/models/schemas/{schema}.{}.sql", kind.name());
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let ddl = std::fs::read_to_string(file).expect("the schema's file");
    db.lease(Route::default(), Access::Write).await?.script(ddl).await
}

/// A test for each kind of database.
#[macro_export]
macro_rules! on_each {
    ($($name:ident $schema:literal $body:path;)*) => {$(
        mod $name {
            use $crate::home::{Kind, legacy};

            #[tokio::test]
            async fn sqlite() {
                let legacy = legacy(Kind::Sqlite, $schema).await.expect("SQLite is always there");
                $body(&legacy, Kind::Sqlite).await.expect("works");
            }

            #[tokio::test]
            async fn postgres() {
                let legacy = manybase_testkit::require_server!(legacy(Kind::Postgres, $schema).await);
                $body(&legacy, Kind::Postgres).await.expect("works");
            }

            #[tokio::test]
            async fn mariadb() {
                let legacy = manybase_testkit::require_server!(legacy(Kind::MariaDb, $schema).await);
                $body(&legacy, Kind::MariaDb).await.expect("works");
            }
        }
    )*};
}
