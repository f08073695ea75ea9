//! The history, replayed in a database of its own.

mod keeper;

use crate::runner::Ground;
use crate::schema::Schema;
use crate::set::upkeep;
use crate::{Line, Migrator};
use keeper::Keeper;
use manybase_db::{Access, Db, Error, ErrorKind, Executor, Mode, Result, Route};
use manybase_schema::Introspect;
use manybase_sql::Dialect;

/// A database that has nothing, under the name of a connection. It is gone when it is closed.
pub(crate) struct Scratch {
    pub(crate) db: Db,
    /// On a server: who drops it.
    keeper: Option<Keeper>,
}

impl Scratch {
    pub(crate) async fn open(migrator: &Migrator, line_of: &std::sync::Arc<str>) -> Result<Self> {
        let named = |error: Error| error.with_connection(line_of.clone());
        let ground = Ground::of(migrator, line_of)?;
        let dialect = dialect_of(&ground.db, &ground.connection).await?;
        if let Some(url) = upkeep(dialect).scratch_url {
            ground.close().await;
            let db = Db::builder()
                .mode(Mode::Test)
                .connect(line_of.clone(), url)
                .build()?;
            return Ok(Self { db, keeper: None });
        }
        // The lock is seen in the database that this session is in.
        let address = ground.db.connection(&ground.connection)?.address();
        let keeper = Keeper::make(ground, &address).await.map_err(named)?;
        match migrator.db().beside(line_of, keeper.name()) {
            Ok(Some(db)) => Ok(Self {
                db,
                keeper: Some(keeper),
            }),
            other => {
                keeper.remove().await.map_err(named)?;
                let error = other.err().unwrap_or_else(|| {
                    Error::new(ErrorKind::Unsupported, "there is no place for a scratch database")
                });
                Err(named(error))
            }
        }
    }

    /// What is there now.
    pub(crate) async fn schema(&self, connection: &str) -> Result<Schema> {
        read(&self.db, connection).await
    }

    pub(crate) async fn close(self) -> Result<()> {
        self.db.close().await?;
        match self.keeper {
            Some(keeper) => keeper.remove().await,
            None => Ok(()),
        }
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
