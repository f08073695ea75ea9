//! The history, replayed in a database of its own.

use crate::runner::Ground;
use crate::schema::Schema;
use crate::set::upkeep;
use crate::{Line, Migrator};
use manybase_db::{Access, Db, Error, ErrorKind, Executor, Mode, Result, Route};
use manybase_schema::Introspect;
use manybase_sql::{Dialect, SqlWriter};
use std::sync::atomic::{AtomicU32, Ordering};

/// A database that has nothing, under the name of a connection. It is gone when it is closed.
pub(crate) struct Scratch {
    pub(crate) db: Db,
    /// On a server: where to drop it, and the statement.
    made: Option<(Ground, String)>,
}

impl Scratch {
    pub(crate) async fn open(migrator: &Migrator, line_of: &std::sync::Arc<str>) -> Result<Self> {
        let ground = Ground::of(migrator, line_of)?;
        let opened = Self::on(&ground, migrator.db()).await;
        match opened {
            Ok((db, Some(drop))) => Ok(Self {
                db,
                made: Some((ground, drop)),
            }),
            Ok((db, None)) => {
                ground.close().await;
                Ok(Self { db, made: None })
            }
            Err(error) => {
                ground.close().await;
                Err(error.with_connection(line_of.clone()))
            }
        }
    }

    async fn on(ground: &Ground, db: &Db) -> Result<(Db, Option<String>)> {
        let mut lease = ground.lease().await?;
        let dialect = lease.dialect();
        if let Some(url) = upkeep(dialect).scratch_url {
            let db = Db::builder()
                .mode(Mode::Test)
                .connect(ground.connection.clone(), url)
                .build()?;
            return Ok((db, None));
        }
        let name = name();
        let quoted = quoted(dialect, &name)?;
        let made = lease.script(format!("CREATE DATABASE {quoted}")).await;
        made.map_err(|error| match error.kind() {
            ErrorKind::PermissionDenied => error.with_help(
                "migrations are replayed in a scratch database: the account must be able to make one",
            ),
            _ => error,
        })?;
        let drop = format!("DROP DATABASE {quoted}");
        match db.beside(&ground.connection, &name)? {
            Some(beside) => Ok((beside, Some(drop))),
            None => {
                lease.script(drop).await?;
                Err(Error::new(
                    ErrorKind::Unsupported,
                    "there is no place for a scratch database",
                ))
            }
        }
    }

    /// What is there now.
    pub(crate) async fn schema(&self, connection: &str) -> Result<Schema> {
        read(&self.db, connection).await
    }

    pub(crate) async fn close(self) -> Result<()> {
        self.db.close().await?;
        if let Some((ground, drop)) = self.made {
            let dropped = match ground.lease().await {
                Ok(mut lease) => lease.script(drop).await,
                Err(error) => Err(error),
            };
            ground.close().await;
            dropped?;
        }
        Ok(())
    }
}

/// What a database has, without the library's own tables.
pub(crate) async fn read(db: &Db, connection: &str) -> Result<Schema> {
    let found = Introspect::of(connection).read(db).await?;
    Ok(Schema::of_database(&found).without_librarys())
}

/// What the operations of all plans come to. What only statements say is not in it.
pub(crate) fn planned(line: &Line) -> Schema {
    let mut schema = Schema::default();
    for operation in line.migrations().iter().flat_map(|one| &one.plan().operations) {
        // An operation on a table that a statement has made: the table is not the plans'.
        let _ = schema.apply(operation);
    }
    schema
}

/// The dialect of the server as it is found.
pub(crate) async fn dialect_of(db: &Db, connection: &str) -> Result<&'static dyn Dialect> {
    let route = Route {
        using: Some(connection),
        ..Route::default()
    };
    Ok(db.lease(route, Access::Read).await?.dialect())
}

fn quoted(dialect: &dyn Dialect, name: &str) -> Result<String> {
    Ok(SqlWriter::render(dialect, |w| w.identifier(name))?.sql)
}

/// One that nobody else has.
fn name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = chrono::Utc::now().timestamp_micros();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("manybase_replay_{now:x}_{:x}_{count}", std::process::id())
}
