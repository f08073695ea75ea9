//! A connection while somebody has it.

mod attach;
mod two_phase;

use super::manager::within;
use super::places::Taken;
use crate::{
    BoxFuture, BulkDone, BulkRows, Connection, Done, Error, ErrorKind, Result, RowSource, Sink, Statement,
    TransactionOptions, sink,
};
use manybase_sql::Dialect;
use std::sync::Arc;
use std::time::Duration;

/// A connection on loan from a [`crate::Pool`].
///
/// Before each call it marks itself busy and takes the mark away when the call has come to its end, well or not.
/// A future that is dropped in between leaves the mark, and a transaction that is neither committed nor rolled
/// back leaves another. A marked connection never goes to the next user as it is: it is reset where that helps,
/// else thrown away, and the statement that it runs is stopped on the server.
pub struct Session {
    name: Arc<str>,
    /// `None` only while it is being dropped.
    object: Option<Taken>,
    deadline: Option<Duration>,
    busy: bool,
    broken: bool,
    in_transaction: bool,
    /// Other databases may be attached.
    attached: bool,
}

impl Session {
    pub(super) fn new(name: Arc<str>, object: Taken, deadline: Option<Duration>) -> Self {
        Self {
            name,
            object: Some(object),
            deadline,
            busy: false,
            broken: false,
            in_transaction: false,
            attached: false,
        }
    }

    /// The connection's name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The server's dialect.
    ///
    /// # Errors
    /// None in practice: a session on loan has its connection.
    pub fn dialect(&self) -> Result<&'static dyn Dialect> {
        self.connection().map(Connection::dialect)
    }

    /// The server's version, as it says itself.
    ///
    /// # Errors
    /// As [`Session::dialect`].
    pub fn server_version(&self) -> Result<&str> {
        self.connection().map(Connection::server_version)
    }

    /// Whether a transaction is open.
    pub fn in_transaction(&self) -> bool {
        self.in_transaction
    }

    /// Whether it is of no more use: the server is gone, or a call timed out in the middle.
    pub fn is_broken(&self) -> bool {
        self.broken || self.busy
    }

    fn connection(&self) -> Result<&dyn Connection> {
        match &self.object {
            Some(object) => Ok(&*object.slot().connection),
            None => Err(Error::driver("the session has no connection")),
        }
    }

    /// Runs a statement, pushes its rows into the sink, and gives the sink back.
    ///
    /// # Errors
    /// Of the database, of the sink, [`ErrorKind::Timeout`], [`ErrorKind::ConnectionLost`].
    pub async fn query<S: Sink>(&mut self, statement: Statement, into: S) -> Result<S> {
        let back = self.query_boxed(statement, Box::new(into)).await?;
        sink::returned(back)
    }

    /// As [`Session::query`], for whoever has the sink on the heap already: what waits for the rows need not carry it.
    ///
    /// # Errors
    /// As [`Session::query`].
    ///
    /// ```no_run
    /// # async fn example(mut session: manybase_driver::Session) -> manybase_driver::Result<()> {
    /// use manybase_driver::{CountSink, Statement, returned};
    ///
    /// let all = Statement::read("SELECT * FROM t", vec![]);
    /// let back = session.query_boxed(all, Box::new(CountSink::default())).await?;
    /// println!("{} rows", returned::<CountSink>(back)?.0);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn query_boxed(&mut self, statement: Statement, into: Box<dyn Sink>) -> Result<Box<dyn Sink>> {
        self.call(|connection| connection.query(statement, into)).await
    }

    /// Runs a statement whose rows, if any, nobody wants.
    ///
    /// # Errors
    /// As [`Session::query`].
    pub async fn execute(&mut self, statement: Statement) -> Result<Done> {
        self.call(|connection| connection.execute(statement)).await
    }

    /// Runs statements in order, in one round trip where the protocol can. See [`Connection::batch`].
    ///
    /// # Errors
    /// As [`Session::query`]; of the first that fails.
    pub async fn batch(&mut self, statements: Vec<Statement>, atomic: bool) -> Result<Vec<Done>> {
        let atomic = atomic && !self.in_transaction;
        self.call(|connection| connection.batch(statements, atomic)).await
    }

    /// Takes many rows at once, all or none of them. See [`Connection::bulk_load`].
    ///
    /// # Errors
    /// As [`Session::query`].
    pub async fn bulk_load(&mut self, rows: BulkRows) -> Result<BulkDone> {
        self.call(|connection| connection.bulk_load(rows)).await
    }

    /// Takes some of the rows of a load. See [`Connection::bulk_feed`].
    ///
    /// # Errors
    /// As [`Session::query`].
    pub async fn bulk_feed(&mut self, rows: BulkRows) -> Result<BulkDone> {
        self.call(|connection| connection.bulk_feed(rows)).await
    }

    /// The end of what [`Session::bulk_feed`] has been given.
    ///
    /// # Errors
    /// As [`Session::query`].
    pub async fn bulk_end(&mut self) -> Result<()> {
        self.call(|connection| connection.bulk_end()).await
    }

    /// Takes many rows by `INSERT`, all or none of them. See [`Connection::bulk_insert`].
    ///
    /// # Errors
    /// As [`Session::query`].
    pub async fn bulk_insert(&mut self, source: Box<dyn RowSource>) -> Result<BulkDone> {
        self.call(|connection| connection.bulk_insert(source)).await
    }

    /// Runs text with any number of statements and no values.
    ///
    /// # Errors
    /// As [`Session::query`].
    pub async fn script(&mut self, sql: String) -> Result<()> {
        self.call(|connection| connection.script(sql)).await
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// As [`Session::query`], and [`ErrorKind::Unsupported`] for an isolation level that the database lacks.
    pub async fn begin(&mut self, options: TransactionOptions) -> Result<()> {
        self.call(|connection| connection.begin(options)).await?;
        self.in_transaction = true;
        Ok(())
    }

    /// Commits the transaction.
    ///
    /// # Errors
    /// As [`Session::query`]. After an error the transaction is taken for open, and rolled back when the session
    /// goes.
    pub async fn commit(&mut self) -> Result<()> {
        self.call(|connection| connection.commit()).await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Rolls the transaction back.
    ///
    /// # Errors
    /// As [`Session::query`].
    pub async fn rollback(&mut self) -> Result<()> {
        self.call(|connection| connection.rollback()).await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Sets a savepoint; `depth` names it.
    ///
    /// # Errors
    /// As [`Session::query`].
    pub async fn savepoint(&mut self, depth: u32) -> Result<()> {
        self.call(|connection| connection.savepoint(depth)).await
    }

    /// Keeps the work since the savepoint.
    ///
    /// # Errors
    /// As [`Session::query`].
    pub async fn release(&mut self, depth: u32) -> Result<()> {
        self.call(|connection| connection.release(depth)).await
    }

    /// Undoes the work since the savepoint.
    ///
    /// # Errors
    /// As [`Session::query`].
    pub async fn rollback_to(&mut self, depth: u32) -> Result<()> {
        self.call(|connection| connection.rollback_to(depth)).await
    }

    /// Asks the server for a sign of life.
    ///
    /// # Errors
    /// As [`Session::query`].
    pub async fn ping(&mut self) -> Result<()> {
        self.call(|connection| connection.ping()).await
    }

    async fn call<T, F>(&mut self, work: F) -> Result<T>
    where
        F: for<'c> FnOnce(&'c mut dyn Connection) -> BoxFuture<'c, Result<T>>,
    {
        if self.is_broken() {
            let lost = Error::new(
                ErrorKind::ConnectionLost,
                "an earlier call was cut off in the middle",
            );
            return Err(lost.with_connection(self.name.clone()));
        }
        let Some(object) = &mut self.object else {
            return Err(Error::driver("the session has no connection"));
        };
        self.busy = true;
        let connection = &mut *object.slot_mut().connection;
        let own_limit = connection.keeps_time();
        let work = work(connection);
        let result = match self.deadline {
            Some(limit) if !own_limit => match tokio::time::timeout(limit, work).await {
                Ok(result) => result,
                // Busy it stays: the answer may still come.
                Err(_) => {
                    let error = Error::new(ErrorKind::Timeout, format!("no answer within {limit:.1?}"))
                        .with_help("raise `statement_timeout` of this connection if the work needs longer");
                    return Err(error.with_connection(self.name.clone()));
                }
            },
            _ => work.await,
        };
        self.busy = false;
        result.map_err(|error| {
            self.broken |= error.is_connection_lost();
            error.with_connection(self.name.clone())
        })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(mut object) = self.object.take() else {
            return;
        };
        if self.broken || object.slot().connection.is_closed() {
            drop(object.into_slot().connection.into_inner());
        } else if self.busy && !object.slot().connection.recovers() {
            tracing::debug!(target: "manybase::pool", connection = &*self.name, "abandoned in the middle of a call");
            object.into_slot().connection.into_inner().abandon();
        } else if self.busy || self.in_transaction || self.attached {
            // Locks that the transaction holds must not wait for the next user.
            match tokio::runtime::Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn(async move {
                    if within(object.slot_mut().connection.reset()).await.is_err() {
                        object.into_slot().connection.into_inner().abandon();
                    }
                })),
                Err(_) => object.slot_mut().dirty = true,
            }
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("name", &self.name)
            .field("busy", &self.busy)
            .field("broken", &self.broken)
            .field("in_transaction", &self.in_transaction)
            .finish_non_exhaustive()
    }
}
