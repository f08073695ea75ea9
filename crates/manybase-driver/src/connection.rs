//! One connection to one database.

use crate::{
    Attachment, BulkDone, BulkRows, Done, Error, ErrorKind, Readiness, Result, RowSource, Sink, Statement,
    TwoPhase, bulk,
};
use manybase_sql::{Dialect, IsolationLevel};
use std::future::Future;
use std::pin::Pin;

/// A future on the heap that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How a transaction begins.
///
/// ```
/// use manybase_driver::TransactionOptions;
/// assert!(!TransactionOptions::default().read_only);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TransactionOptions {
    /// How much it sees of others; the database's default, when nothing is said.
    pub isolation: Option<IsolationLevel>,
    /// It refuses to write.
    pub read_only: bool,
}

/// One connection. The pool gives it to one user at a time.
///
/// Errors carry kind, native code and message; the pool adds the connection's name and the layer above the model.
pub trait Connection: Send + 'static {
    /// The dialect of the server that was reached. It may be more precise than [`crate::Driver::dialect`].
    fn dialect(&self) -> &'static dyn Dialect;

    /// The server's version, as it says itself.
    fn server_version(&self) -> &str;

    /// Runs a statement and pushes its rows into the sink, which comes back.
    fn query(&mut self, statement: Statement, sink: Box<dyn Sink>) -> BoxFuture<'_, Result<Box<dyn Sink>>>;

    /// Runs a statement whose rows, if any, nobody wants.
    fn execute(&mut self, statement: Statement) -> BoxFuture<'_, Result<Done>>;

    /// Runs statements in order, in one round trip where the protocol can, and stops at the first that fails.
    /// With `atomic` they take effect together or not at all; inside an open transaction that is so anyway once
    /// it is rolled back.
    fn batch(&mut self, statements: Vec<Statement>, atomic: bool) -> BoxFuture<'_, Result<Vec<Done>>>;

    /// Runs text with any number of statements and no values, such as a schema.
    fn script(&mut self, sql: String) -> BoxFuture<'_, Result<()>>;

    /// Takes many rows at once, all or none of them: what a column can't hold and what violates a constraint is an
    /// error, whatever road the rows take. Inside an open transaction, after an error, a part of them may be there until
    /// the transaction is rolled back, or a savepoint before.
    ///
    /// Unless the driver knows better, they go as inserts of several rows each.
    fn bulk_load(&mut self, rows: BulkRows) -> BoxFuture<'_, Result<BulkDone>> {
        Box::pin(bulk::by_inserts(self, rows))
    }

    /// Takes some of the rows of a load, as [`Connection::bulk_load`] does, but what is wrong with them may be told
    /// only by the next call of this or by [`Connection::bulk_end`]. Without that nothing of it need last, and what comes
    /// instead may find the transaction failed.
    fn bulk_feed(&mut self, rows: BulkRows) -> BoxFuture<'_, Result<BulkDone>> {
        self.bulk_load(rows)
    }

    /// The end of what [`Connection::bulk_feed`] has been given.
    fn bulk_end(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    /// Takes many rows by the database's `INSERT`, or by what does the same there, so that views, rules and row security do
    /// what they do for it; all or none of them, as with [`Connection::bulk_load`]. How many were there already is not
    /// counted.
    ///
    /// Unless the driver knows better, they go as inserts of several rows each.
    fn bulk_insert(&mut self, source: Box<dyn RowSource>) -> BoxFuture<'_, Result<BulkDone>> {
        Box::pin(bulk::insert(self, source))
    }

    /// Begins a transaction. The server may hear of it only with the first statement, which then fails if the transaction
    /// can't begin, and so does all that follows until the rollback.
    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>>;

    /// Makes the transaction's work last.
    fn commit(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Undoes the transaction's work. Without an open transaction it does nothing.
    fn rollback(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Sets a savepoint. `depth` names it: 1 for the outermost.
    fn savepoint(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        self.script(format!("SAVEPOINT mb_{depth}"))
    }

    /// Keeps the work since the savepoint.
    fn release(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        self.script(format!("RELEASE SAVEPOINT mb_{depth}"))
    }

    /// Undoes the work since the savepoint, and the savepoint.
    fn rollback_to(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.script(format!("ROLLBACK TO SAVEPOINT mb_{depth}")).await?;
            self.script(format!("RELEASE SAVEPOINT mb_{depth}")).await
        })
    }

    /// Transactions that are prepared and finished later, where the database has them.
    fn two_phase(&mut self) -> Option<&mut dyn TwoPhase> {
        None
    }

    /// What stands in the way of being the **home** of a transaction over several databases: the one whose own
    /// commit is the decision. It has to last and to be there when somebody asks.
    fn home_readiness(&mut self) -> BoxFuture<'_, Result<Readiness>> {
        Box::pin(async { Ok(Readiness::default()) })
    }

    /// Attaches another database under a name, so that this connection's transaction spans both and commits both or
    /// none. May be called in an open transaction. It refuses what could tear one from the other.
    fn attach(&mut self, schema: String, other: Attachment) -> BoxFuture<'_, Result<()>> {
        drop((schema, other));
        let refused = Error::new(
            ErrorKind::Unsupported,
            format!("{} can't attach another database", self.dialect().name()),
        )
        .with_help("take a connection to each database");
        Box::pin(async move { Err(refused) })
    }

    /// The statements that follow are meant for this attached database; with `None` for the main one, as they are
    /// before. While anything is attached, a statement that names a table of another than that is an error.
    fn focus(&mut self, schema: Option<String>) -> BoxFuture<'_, Result<()>> {
        let refused = schema.map(|schema| {
            Error::new(
                ErrorKind::Unsupported,
                format!("no database is attached as {schema:?}"),
            )
        });
        Box::pin(async move { refused.map_or(Ok(()), Err) })
    }

    /// Detaches all, once the transaction is over. [`Connection::reset`] does so too.
    fn detach_all(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    /// Asks the server for a sign of life.
    fn ping(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Brings the session back to how it was after dialling: no transaction, no locks, nothing attached, no settings
    /// of the last user. Only for connections that [`Connection::recovers`] or were left between two statements.
    fn reset(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Whether it is known to be closed, without asking the server. A connection that says so is dropped and not
    /// told by [`Connection::abandon`].
    fn is_closed(&self) -> bool;

    /// Whether [`Connection::reset`] makes it good again after a future was dropped in the middle of a statement.
    fn recovers(&self) -> bool {
        false
    }

    /// Whether it keeps the statement timeout by itself, also when the database does not answer. Else the pool
    /// watches the clock.
    fn keeps_time(&self) -> bool {
        false
    }

    /// Told when a future was dropped or timed out in the middle of a statement and the connection does not
    /// recover. Stops the statement on the server where it can, without waiting.
    fn abandon(self: Box<Self>);

    /// Says goodbye.
    fn close(self: Box<Self>) -> BoxFuture<'static, Result<()>>;
}
