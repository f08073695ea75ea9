//! A database that takes part: its id, its tables, what it can do.

use super::coordinator::Coordinator;
use super::rows::{rows, text};
use super::tables;
use manybase_driver::{Access, Error, ErrorKind, Pool, Readiness, Result, Session};
use std::sync::Arc;
use std::time::Duration;

/// What a transaction over several databases needs to know of one.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// Stands in the database itself, so that it outlives a changed address.
    pub(crate) id: Arc<str>,
    pub(crate) branch: Readiness,
    pub(crate) home: Readiness,
    /// Whether the open transaction has made the tables: they are gone if it is rolled back.
    pub(crate) made_here: bool,
}

/// How often the tables are tried. Two who make them at once get in each other's way on some databases.
const TRIES: u32 = 5;

impl Coordinator {
    /// What is known of a connection's database. The first time it is asked, and its tables are made.
    ///
    /// `held` is a session of the same database with an open transaction. Where there is a single writer, another
    /// session would wait for it forever, and the tables are made inside that transaction.
    pub(crate) async fn resource(&self, pool: &Pool, held: Option<&mut Session>) -> Result<Arc<Resource>> {
        if let Some(known) = self.known(pool) {
            return Ok(known);
        }
        let own = self.learning(pool);
        let resource = match held {
            Some(session) if must_share(pool) => match there(pool).await {
                Some(id) => self.ask(pool, session, id).await,
                // What this transaction makes goes with it, so it is not remembered.
                None => look(session, &self.promised(pool)).await.map(Arc::new),
            },
            _ => {
                // Once, and not by all who come at the same time.
                let _alone = own.lock().await;
                match self.known(pool) {
                    Some(known) => return Ok(known),
                    None => self.visit(pool).await,
                }
            }
        };
        resource.map_err(|error| error.with_connection(pool.name().clone()))
    }

    async fn ask(&self, pool: &Pool, session: &mut Session, id: String) -> Result<Arc<Resource>> {
        let resource = Arc::new(Resource {
            id: id.into(),
            branch: session.readiness().await?,
            home: session.home_readiness().await?,
            made_here: false,
        });
        self.learn(pool, resource.clone());
        Ok(resource)
    }

    /// Asks on a session beside the pool's: they may all be held by transactions that wait for this answer.
    async fn visit(&self, pool: &Pool) -> Result<Arc<Resource>> {
        if let Some(id) = there(pool).await {
            let mut session = pool.acquire(Access::Read).await?;
            return self.ask(pool, &mut session, id).await;
        }
        let resource = look(&mut pool.acquire_aside().await?, &self.promised(pool)).await?;
        let resource = Arc::new(resource);
        self.learn(pool, resource.clone());
        Ok(resource)
    }
}

/// The id as others see it, without waiting for the single writer. `None` too where there are no readers apart.
async fn there(pool: &Pool) -> Option<String> {
    let apart = pool.dialect().capability().single_writer && pool.driver().exactly().is_none();
    if !apart {
        return None;
    }
    let mut session = pool.acquire(Access::Read).await.ok()?;
    id(&mut session).await.ok()?
}

/// Whether no other session can write while one is in a transaction.
fn must_share(pool: &Pool) -> bool {
    pool.dialect().capability().single_writer
}

/// The id is part of the open transaction, and would be gone if the process died before its end, while branches that
/// lead to it stay.
pub(crate) fn made_too_late(pool: &Pool) -> Error {
    Error::new(
        ErrorKind::Serialization,
        "its tables for transactions over several databases were not there when the transaction began",
    )
    .with_connection(pool.name().clone())
    .with_help("run it again; `db.atomic_setup()` at the start makes them beforehand")
}

/// What is there, or is made, with this id.
async fn look(session: &mut Session, wanted: &str) -> Result<Resource> {
    let id = match id(session).await? {
        Some(id) => id,
        None => make(session, wanted).await?,
    };
    Ok(Resource {
        id: id.into(),
        branch: session.readiness().await?,
        home: session.home_readiness().await?,
        made_here: session.in_transaction(),
    })
}

/// The id, where there is one.
pub(crate) async fn id(session: &mut Session) -> Result<Option<String>> {
    let select = tables::select_resource(session.dialect()?)?;
    match rows(session, select, text).await {
        Ok(ids) => Ok(ids.into_iter().next()),
        Err(error) if error.kind() == ErrorKind::UnknownTable => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes the tables and the id.
async fn make(session: &mut Session, wanted: &str) -> Result<String> {
    let dialect = session.dialect()?;
    let mut tried = 0;
    loop {
        let made = async {
            for statement in tables::create(dialect)? {
                session.execute(statement).await?;
            }
            session.execute(tables::insert_resource(dialect, wanted)?).await?;
            id_after(session).await
        };
        let error = match made.await {
            Ok(id) => return Ok(id),
            Err(error) => error,
        };
        tried += 1;
        if tried == TRIES || session.is_broken() || error.kind() == ErrorKind::PermissionDenied {
            return Err(explained(error));
        }
        tokio::time::sleep(Duration::from_millis(20) * tried).await;
        // Somebody else may have been faster.
        if let Some(id) = id(session).await? {
            return Ok(id);
        }
    }
}

async fn id_after(session: &mut Session) -> Result<String> {
    id(session).await?.ok_or_else(|| {
        Error::new(
            ErrorKind::Database,
            "the row of manybase_resource is not there after it was written",
        )
    })
}

fn explained(error: Error) -> Error {
    error.with_help(
        "a transaction over several databases keeps the tables manybase_decision, manybase_receipt and \
         manybase_resource in each: let this user create tables once, or have `manybase tx setup` run by one who may",
    )
}
