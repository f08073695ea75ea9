//! A database of a test's own, and a directory for its backups.

use manybase_db::{Db, Error, Executor, Result, Route};
use manybase_driver::{Access, Flow, Row, Sink, Statement};
use manybase_snapshot::{Backup, Manifest, Restore, Verify};
use manybase_testkit::{Database, ServerError};
use std::path::PathBuf;
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    MariaDb,
}

pub(crate) struct Place {
    pub(crate) kind: Kind,
    pub(crate) url: String,
    pub(crate) db: Db,
    pub(crate) directory: TempDir,
    /// Made by restores; they go with the value.
    copies: Vec<String>,
    _database: Option<Database>,
}

/// A test for each database; what is not installed is skipped aloud.
macro_rules! on_every_database {
    ($($test:ident),* $(,)?) => {$(
        mod $test {
            #[test]
            fn sqlite() {
                $crate::support::run($crate::support::Kind::Sqlite, super::$test);
            }
            #[test]
            fn postgres() {
                manybase_testkit::require_server!(manybase_testkit::postgres());
                $crate::support::run($crate::support::Kind::Postgres, super::$test);
            }
            #[test]
            fn mariadb() {
                manybase_testkit::require_server!(manybase_testkit::mariadb());
                $crate::support::run($crate::support::Kind::MariaDb, super::$test);
            }
        }
    )*};
}
pub(crate) use on_every_database;

pub(crate) fn run<F: Future<Output = Result<()>>>(kind: Kind, test: impl FnOnce(Place) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let place = Place::new(kind).expect("a database");
        test(place).await.expect("passes");
    });
}

impl Place {
    pub(crate) fn new(kind: Kind) -> Result<Self, ServerError> {
        let directory = tempfile::tempdir().expect("a directory");
        let database = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(manybase_testkit::postgres()?.create_database("backup")?),
            Kind::MariaDb => Some(manybase_testkit::mariadb()?.create_database("backup")?),
        };
        let url = match &database {
            None => format!("sqlite:{}", directory.path().join("app.db").display()),
            Some(database) => database.url(),
        };
        Ok(Self {
            kind,
            db: open(&url),
            url,
            directory,
            copies: Vec::new(),
            _database: database,
        })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) async fn script(&self, sql: &str) -> Result<()> {
        let mut lease = self.db.lease(Route::default(), Access::Write).await?;
        lease.script(sql.to_owned()).await
    }

    pub(crate) async fn back_up(&self, name: &str) -> Result<Manifest> {
        Backup::of(&self.db, "app").to(self.path(name)).run().await
    }

    pub(crate) fn verify(&self, name: &str) -> Verify {
        Verify::of(self.path(name)).on(&self.db, "app")
    }

    /// Restores under another name, and opens that.
    pub(crate) async fn restore(&mut self, name: &str) -> Result<Db> {
        let copy = self.copy_name();
        Restore::from(self.path(name))
            .beside(&self.db, "app", &copy)
            .run()
            .await?;
        Ok(open(&self.url_of(&copy)))
    }

    /// A name for a database that goes with this.
    pub(crate) fn copy_name(&mut self) -> String {
        let name = match self.kind {
            Kind::Sqlite => self
                .path(&format!("copy{}.db", self.copies.len()))
                .display()
                .to_string(),
            Kind::Postgres | Kind::MariaDb => {
                let (_, own) = self.url.rsplit_once('/').expect("a name");
                format!("{own}_c{}", self.copies.len())
            }
        };
        self.copies.push(name.clone());
        name
    }

    /// This database goes with this too.
    pub(crate) fn goes_too(&mut self, name: &str) {
        self.copies.push(name.to_owned());
    }

    pub(crate) fn url_of(&self, name: &str) -> String {
        match self.kind {
            Kind::Sqlite => format!("sqlite:{name}"),
            Kind::Postgres | Kind::MariaDb => {
                let (server, _) = self.url.rsplit_once('/').expect("a name");
                format!("{server}/{name}")
            }
        }
    }

    /// The password in its address.
    pub(crate) fn password(&self) -> Option<&str> {
        let (_, rest) = self.url.split_once("://")?;
        let (user, _) = rest.split_once('@')?;
        user.split_once(':').map(|(_, password)| password)
    }

    /// What verifications of its backups have made and not removed yet.
    pub(crate) async fn temporary(&self) -> Result<Vec<String>> {
        let address = self.db.connection("app")?.address();
        let hash = <sha2::Sha256 as sha2::Digest>::digest(address.as_bytes());
        let hash: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let mut names = self.databases(&hash).await?;
        names.retain(|name| name.contains("verify"));
        Ok(names)
    }

    /// Databases of its server whose names hold this.
    pub(crate) async fn databases(&self, part: &str) -> Result<Vec<String>> {
        let sql = match self.kind {
            Kind::Sqlite => {
                let names = std::fs::read_dir(std::env::temp_dir()).expect("readable");
                let names = names
                    .flatten()
                    .map(|entry| entry.file_name().to_string_lossy().into_owned());
                return Ok(names.filter(|name| name.contains(part)).collect());
            }
            Kind::Postgres => "SELECT datname::text FROM pg_database",
            Kind::MariaDb => "SELECT schema_name FROM information_schema.schemata",
        };
        let mut names = cells(&self.db, sql).await?;
        names.retain(|name| name.contains(part));
        Ok(names)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.kind == Kind::Sqlite {
            return;
        }
        let (copies, db) = (std::mem::take(&mut self.copies), open(&self.url));
        let drop_all = async move {
            let mut lease = db.lease(Route::default(), Access::Write).await?;
            for name in copies {
                let quote = if lease.dialect().name() == "PostgreSQL" {
                    '"'
                } else {
                    '`'
                };
                let force = if quote == '"' { " WITH (FORCE)" } else { "" };
                lease
                    .script(format!("DROP DATABASE IF EXISTS {quote}{name}{quote}{force}"))
                    .await?;
            }
            Ok::<(), Error>(())
        };
        // On a thread of its own: this one may be inside a runtime.
        let done = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(drop_all)
        });
        drop(done.join());
    }
}

pub(crate) fn open(url: &str) -> Db {
    Db::builder().connect("app", url).build().expect("opens")
}

struct Cells(Vec<String>);

impl Sink for Cells {
    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        for cell in 0..row.len() {
            let text = match row.str(cell) {
                Ok(text) => text.map(str::to_owned),
                Err(_) => match row.i64(cell) {
                    Ok(number) => number.map(|number| number.to_string()),
                    Err(_) => row.bytes(cell)?.map(|bytes| format!("{bytes:02x?}")),
                },
            };
            self.0.push(text.unwrap_or_else(|| "NULL".to_owned()));
        }
        Ok(Flow::Continue)
    }
}

/// All cells of a query, as text.
pub(crate) async fn cells(db: &Db, sql: &str) -> Result<Vec<String>> {
    let mut lease = db.lease(Route::default(), Access::Read).await?;
    Ok(lease
        .query(Statement::read(sql, vec![]).once(), Cells(Vec::new()))
        .await?
        .0)
}
