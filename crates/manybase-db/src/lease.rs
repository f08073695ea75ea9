//! A connection while somebody has it.

mod bulk;
mod standby;
mod unit;
mod work;

use work::limited;
pub(crate) use work::{Deadline, Savepoints, Work, failure, next_tag};

use crate::db::with_model;
use crate::replica::Standby;
use crate::{Error, ErrorKind, Result};
use manybase_driver::{Access, Dialect, Done, Pool, Session, Sink, Statement, returned};
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use tokio::sync::OwnedMappedMutexGuard;

/// A connection on loan from an [`crate::Executor`]. In a transaction the others wait until it is dropped.
///
/// ```
/// use manybase_db::{Db, Executor, Route};
/// use manybase_driver::{Access, CountSink, Statement};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let mut lease = db.lease(Route::default(), Access::Read).await?;
/// let rows = lease.query(Statement::read("SELECT 1", vec![]), CountSink::default()).await?;
/// assert_eq!(rows.0, 1);
/// # Ok(())
/// # }
/// ```
pub struct Lease<'a> {
    held: Held,
    model: Option<&'static str>,
    access: Access,
    /// Units that were begun on this lease and are still open.
    units: usize,
    /// For a database that is attached to another one's session.
    attached: Option<Attached>,
    /// For a lease on a replica: where else it could be.
    standby: Option<Box<Standby>>,
    lent: PhantomData<&'a ()>,
}

/// A database on the session of another one.
#[derive(Clone)]
pub(crate) struct Attached {
    pub(crate) connection: Arc<str>,
    /// What its tables are called on that session.
    pub(crate) schema: Arc<str>,
    pub(crate) dialect: &'static dyn Dialect,
}

// Not boxed: it is made for every statement, and moved once.
#[allow(clippy::large_enum_variant)]
enum Held {
    Pool(Work),
    Transaction(OwnedMappedMutexGuard<Option<Work>, Work>),
}

impl Deref for Held {
    type Target = Work;

    fn deref(&self) -> &Work {
        match self {
            Self::Pool(work) => work,
            Self::Transaction(work) => work,
        }
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Work {
        match self {
            Self::Pool(work) => work,
            Self::Transaction(work) => work,
        }
    }
}

impl Lease<'_> {
    pub(crate) fn of_pool(
        pool: &Pool,
        session: Session,
        model: Option<&'static str>,
        access: Access,
    ) -> Self {
        Self::new(Held::Pool(Work::new(pool, session)), model, access)
    }

    pub(crate) fn of_transaction(
        work: OwnedMappedMutexGuard<Option<Work>, Work>,
        model: Option<&'static str>,
        access: Access,
        attached: Option<Attached>,
    ) -> Self {
        Self {
            attached,
            ..Self::new(Held::Transaction(work), model, access)
        }
    }

    fn new(held: Held, model: Option<&'static str>, access: Access) -> Self {
        Self {
            held,
            model,
            access,
            units: 0,
            attached: None,
            standby: None,
            lent: PhantomData,
        }
    }

    /// The connection's name.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// # use manybase_driver::{CountSink, Statement};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let lease = db.lease(Route::default(), Access::Read).await?;
    /// assert_eq!(&**lease.connection(), "main");
    /// # Ok(())
    /// # }
    /// ```
    pub fn connection(&self) -> &Arc<str> {
        match &self.attached {
            Some(attached) => &attached.connection,
            None => self.held.session().name(),
        }
    }

    /// The dialect of the server that was reached.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// # use manybase_driver::{CountSink, Statement};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let lease = db.lease(Route::default(), Access::Read).await?;
    /// assert_eq!(lease.dialect().name(), "SQLite");
    /// # Ok(())
    /// # }
    /// ```
    pub fn dialect(&self) -> &'static dyn Dialect {
        match &self.attached {
            Some(attached) => attached.dialect,
            None => self.held.dialect(),
        }
    }

    /// Whether a transaction is open.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// # use manybase_driver::{CountSink, Statement};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let lease = db.lease(Route::default(), Access::Read).await?;
    /// assert!(!lease.in_transaction());
    /// # Ok(())
    /// # }
    /// ```
    pub fn in_transaction(&self) -> bool {
        self.held.depth() > 0
    }

    /// Runs a statement, pushes its rows into the sink, and gives the sink back.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// # use manybase_driver::{CountSink, Statement};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let mut lease = db.lease(Route::default(), Access::Read).await?;
    /// let counted = lease.query(Statement::read("SELECT 1", vec![]), CountSink::default()).await?;
    /// assert_eq!(counted.0, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Of the database, of the sink; [`ErrorKind::ReadOnly`] for a write on a lease for reading;
    /// [`ErrorKind::Transaction`] when the transaction has failed before.
    pub async fn query<S: Sink>(&mut self, statement: Statement, sink: S) -> Result<S> {
        if self.standby.is_some() {
            return Box::pin(self.query_somewhere(statement, sink)).await;
        }
        // On the heap before anything waits, so that it is not moved from one future into the next.
        let back = self.query_here(statement, Box::new(sink)).await?;
        returned(back).map_err(|error| self.named(error))
    }

    async fn query_here(&mut self, statement: Statement, sink: Box<dyn Sink>) -> Result<Box<dyn Sink>> {
        let access = statement.access;
        self.ready(access)?;
        let deadline = self.held.deadline();
        let session = self.held.session_mut();
        let result = match deadline {
            None => session.query_boxed(statement, sink).await,
            Some(_) => Box::pin(limited(deadline, session.query_boxed(statement, sink))).await,
        };
        // Rows that a write gave back and the sink did not like: the write may have happened, wholly or half.
        let half_done = access == Access::Write && is_decode(&result);
        self.end(result, half_done)
    }

    /// Runs a statement whose rows, if any, nobody wants.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// # use manybase_driver::{CountSink, Statement};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.script("CREATE TABLE t (a INTEGER)".to_owned()).await?;
    /// let done = lease.execute(Statement::write("INSERT INTO t VALUES (?)", vec![7.into()])).await?;
    /// assert_eq!(done.affected, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Lease::query`].
    pub async fn execute(&mut self, statement: Statement) -> Result<Done> {
        self.ready(statement.access)?;
        let deadline = self.held.deadline();
        let session = self.held.session_mut();
        let result = match deadline {
            None => session.execute(statement).await,
            Some(_) => Box::pin(limited(deadline, session.execute(statement))).await,
        };
        self.end(result, false)
    }

    /// Runs statements in order, in one round trip where the protocol can, and stops at the first that fails.
    /// With `atomic` they take effect together or not at all.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// # use manybase_driver::{CountSink, Statement};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.script("CREATE TABLE t (a INTEGER)".to_owned()).await?;
    /// let insert = Statement::write("INSERT INTO t VALUES (1)", vec![]);
    /// assert_eq!(lease.batch(vec![insert.clone(), insert], true).await?.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Lease::query`], of the first that fails. In a transaction, the transaction has failed then.
    pub async fn batch(&mut self, statements: Vec<Statement>, atomic: bool) -> Result<Vec<Done>> {
        let write = statements
            .iter()
            .any(|statement| statement.access == Access::Write);
        self.ready(if write { Access::Write } else { Access::Read })?;
        let deadline = self.held.deadline();
        let result = limited(deadline, self.held.session_mut().batch(statements, atomic)).await;
        self.end(result, write)
    }

    /// Runs text with any number of statements and no values.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// # use manybase_driver::{CountSink, Statement};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.script("CREATE TABLE t (a INTEGER); CREATE TABLE u (a INTEGER)".to_owned()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Lease::batch`].
    pub async fn script(&mut self, sql: String) -> Result<()> {
        self.ready(Access::Write)?;
        let deadline = self.held.deadline();
        let result = limited(deadline, self.held.session_mut().script(sql)).await;
        self.end(result, true)
    }

    fn ready(&mut self, access: Access) -> Result<()> {
        let checked = match (self.access, access) {
            (Access::Read, Access::Write) => Err(Error::new(
                ErrorKind::ReadOnly,
                "a write on a connection that was leased for reading",
            )),
            _ => self.held.check(),
        };
        checked.map_err(|error| self.named(error))
    }

    fn end<T>(&mut self, result: Result<T>, half_done: bool) -> Result<T> {
        if let Err(error) = &result {
            self.held.note(error, half_done);
        }
        result.map_err(|error| self.named(error))
    }

    fn named(&self, error: Error) -> Error {
        with_model(error.with_connection(self.connection().clone()), self.model)
    }
}

fn is_decode<T>(result: &Result<T>) -> bool {
    matches!(result, Err(error) if error.kind() == ErrorKind::Decode)
}

impl fmt::Debug for Lease<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("connection", self.connection())
            .field("access", &self.access)
            .field("in_transaction", &self.in_transaction())
            .finish_non_exhaustive()
    }
}
