//! A database of each kind.

use manybase_db::{Access, Db, Executor, RecoveryMode, Result, Route};
use manybase_schema::{Introspect, Table};
use manybase_testkit::{Database, ServerError};
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    MariaDb,
}

/// It goes with the value.
pub(crate) struct Home {
    pub(crate) db: Db,
    pub(crate) kind: Kind,
    server: Option<Database>,
    _directory: TempDir,
}

/// Connection `main`, with nothing in it.
pub(crate) async fn home(kind: Kind) -> Result<Home, ServerError> {
    let directory = tempfile::tempdir().expect("a directory");
    let server = match kind {
        Kind::Sqlite => None,
        Kind::Postgres => Some(manybase_testkit::postgres()?.create_database("schema")?),
        Kind::MariaDb => Some(manybase_testkit::mariadb()?.create_database("schema")?),
    };
    let url = match &server {
        Some(database) => database.url(),
        None => format!("sqlite:{}", directory.path().join("main.db").display()),
    };
    let db = Db::builder()
        .recovery(RecoveryMode::Off)
        .connect("main", url)
        .build()
        .expect("opens");
    Ok(Home {
        db,
        kind,
        server,
        _directory: directory,
    })
}

impl Home {
    pub(crate) async fn script(&self, sql: impl Into<String>) -> Result<()> {
        let mut lease = self.db.lease(Route::default(), Access::Write).await?;
        lease.script(sql.into()).await
    }

    pub(crate) async fn read(&self) -> Result<manybase_schema::Database> {
        Introspect::of("main").read(&self.db).await
    }

    pub(crate) async fn table(&self, name: &str) -> Result<Table> {
        Ok(self.read().await?.table(name).expect("it is there").clone())
    }

    /// The database's name; `main` on SQLite.
    pub(crate) fn name(&self) -> String {
        let url = self.server.as_ref().map(Database::url).unwrap_or_default();
        let name = url.rsplit('/').next().unwrap_or_default();
        match self.kind {
            Kind::MariaDb => name.split('?').next().unwrap_or_default().to_owned(),
            Kind::Postgres => "public".to_owned(),
            Kind::Sqlite => "main".to_owned(),
        }
    }
}

/// A test on one kind of database.
#[macro_export]
macro_rules! on {
    ($($name:ident $kind:ident $body:path;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let home = manybase_testkit::require_server!($crate::home::home($crate::home::Kind::$kind).await);
            $body(&home).await.expect("works");
        }
    )*};
}
