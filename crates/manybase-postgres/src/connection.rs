//! One connection.

use crate::cache::Cache;
use crate::copy::{Copying, Target};
use crate::error;
use crate::prepare::Types;
use crate::row::Span;
use crate::transaction::State;
use crate::wire::{Failure, Wire};
use manybase_driver::{
    Access, BoxFuture, BulkDone, BulkRows, Connection, Dialect, Done, Error, ErrorKind, Readiness, Result,
    RowSource, Sink, Statement, TransactionOptions, TwoPhase,
};
use std::future::Future;

/// Brings a session back to how it was after dialling. Not `DISCARD ALL`: that also forgets the prepared
/// statements.
const RESET: &str = "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; \
                     SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

pub(crate) struct PostgresConnection {
    pub(crate) wire: Wire,
    version: String,
    pub(crate) cache: Cache,
    pub(crate) types: Types,
    /// Where the cells of the row lie that is being read; kept for the next.
    pub(crate) spans: Vec<Span>,
    pub(crate) state: State,
    /// A statement that may write was sent since the transaction began.
    pub(crate) may_have_written: bool,
    /// Where the load before went, if that was what came last.
    pub(crate) target: Option<Target>,
    /// A load that is to go on.
    pub(crate) copying: Option<Copying>,
}

impl PostgresConnection {
    pub(crate) fn new(wire: Wire, version: String) -> Self {
        Self {
            wire,
            version,
            cache: Cache::new(),
            types: Types::default(),
            spans: Vec::new(),
            state: State::Outside,
            may_have_written: false,
            target: None,
            copying: None,
        }
    }

    /// Runs something that speaks with the server, once nothing is left of what was before.
    pub(crate) fn carry<'a, T, F>(
        &'a mut self,
        work: impl FnOnce(&'a mut Self) -> F + Send + 'a,
    ) -> BoxFuture<'a, T>
    where
        F: Future<Output = T> + Send + 'a,
    {
        self.target = None;
        if !self.wire.is_being_cleared() && self.copying.is_none() {
            return Box::pin(work(self));
        }
        Box::pin(async move {
            self.wire.cleared().await;
            self.stop_copying().await;
            work(self).await
        })
    }

    /// What failed, with what is known about the connection's end.
    pub(crate) fn error(&mut self, failure: &Failure) -> Error {
        let link = self.wire.link();
        if let Failure::Unexpected(_) = failure {
            link.cut();
        }
        error::running(failure, link.why())
    }

    /// Runs a text with any number of statements in one round trip.
    pub(crate) async fn simple(&mut self, sql: &str) -> Result<()> {
        let done = self.wire.link().simple(sql).await;
        done.map_err(|failure| self.error(&failure))
    }

    async fn run_script(&mut self, sql: String) -> Result<()> {
        check_text(&sql)?;
        self.note(&sql);
        self.simple(&sql).await
    }

    /// `COMMIT` in a failed transaction is no error: it rolls back, and only its tag says so.
    /// The statement before it fails there, and then the server skips the `COMMIT`.
    pub(crate) async fn commit_transaction(&mut self) -> Result<()> {
        match self.state {
            State::Outside => {
                return Err(Error::new(
                    ErrorKind::Transaction,
                    "there is no transaction to commit",
                ));
            }
            State::Waiting(_) => {
                self.state = State::Outside;
                return Ok(());
            }
            State::Refused => return Err(self.not_committed()),
            State::Inside | State::Unknown => {}
        }
        self.state = State::Unknown;
        let result = self.simple("SELECT; COMMIT").await;
        match &result {
            Ok(()) => self.state = State::Outside,
            // It failed earlier, and is open still.
            Err(error) if error.sqlstate() == Some("25P02") => {
                self.state = State::Inside;
                return Err(self.not_committed());
            }
            // A deferred constraint, or a conflict with another transaction: over and rolled back.
            Err(error)
                if error
                    .sqlstate()
                    .is_some_and(|state| state.starts_with("23") || state == "40001") =>
            {
                self.state = State::Outside;
            }
            Err(_) => {}
        }
        result
    }

    fn not_committed(&self) -> Error {
        error::failed_earlier("nothing was committed")
    }

    pub(crate) async fn roll_back(&mut self) -> Result<()> {
        // The server would warn of one that it does not know.
        if matches!(self.state, State::Inside | State::Unknown) {
            self.simple("ROLLBACK").await?;
        }
        self.state = State::Outside;
        Ok(())
    }

    async fn start_over(&mut self) -> Result<()> {
        self.roll_back().await?;
        self.simple(RESET).await
    }
}

/// The protocol ends texts with a NUL.
pub(crate) fn check_text(sql: &str) -> Result<()> {
    if sql.contains('\0') {
        return Err(Error::new(
            ErrorKind::Syntax,
            "the SQL text contains a NUL character",
        ));
    }
    Ok(())
}

impl Connection for PostgresConnection {
    fn dialect(&self) -> &'static dyn Dialect {
        manybase_sql::dialect::postgres()
    }

    fn server_version(&self) -> &str {
        &self.version
    }

    fn query(&mut self, statement: Statement, sink: Box<dyn Sink>) -> BoxFuture<'_, Result<Box<dyn Sink>>> {
        self.may_have_written |= statement.access == Access::Write;
        self.carry(|c| c.run_query(statement, sink))
    }

    fn execute(&mut self, statement: Statement) -> BoxFuture<'_, Result<Done>> {
        self.may_have_written |= statement.access == Access::Write;
        self.carry(|c| async move { c.run_execute(&statement).await })
    }

    fn batch(&mut self, statements: Vec<Statement>, atomic: bool) -> BoxFuture<'_, Result<Vec<Done>>> {
        self.may_have_written = true;
        self.carry_inside(move |c| c.run_batch(statements, atomic))
    }

    fn bulk_load(&mut self, rows: BulkRows) -> BoxFuture<'_, Result<BulkDone>> {
        self.may_have_written = true;
        let known = self.target.take();
        self.carry_inside(|c| c.run_bulk_load(rows, known))
    }

    fn bulk_feed(&mut self, rows: BulkRows) -> BoxFuture<'_, Result<BulkDone>> {
        self.may_have_written = true;
        let (known, copying) = (self.target.take(), self.copying.take());
        self.carry_inside(|c| c.feed(rows, known, copying))
    }

    fn bulk_end(&mut self) -> BoxFuture<'_, Result<()>> {
        let copying = self.copying.take();
        self.carry(|c| async move { c.end_copy(copying).await })
    }

    fn bulk_insert(&mut self, source: Box<dyn RowSource>) -> BoxFuture<'_, Result<BulkDone>> {
        self.may_have_written = true;
        self.carry_inside(|c| c.insert_rows(source))
    }

    fn script(&mut self, sql: String) -> BoxFuture<'_, Result<()>> {
        self.may_have_written = true;
        self.carry_inside(|c| c.run_script(sql))
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        self.carry(move |c| c.begin_transaction(options))
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        self.carry(Self::commit_transaction)
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        self.carry(Self::roll_back)
    }

    fn savepoint(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        self.carry_inside(move |c| async move { c.simple(&format!("SAVEPOINT mb_{depth}")).await })
    }

    fn release(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        self.carry_inside(move |c| async move { c.simple(&format!("RELEASE SAVEPOINT mb_{depth}")).await })
    }

    fn rollback_to(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        let sql = format!("ROLLBACK TO SAVEPOINT mb_{depth}; RELEASE SAVEPOINT mb_{depth}");
        self.carry_inside(|c| async move { c.simple(&sql).await })
    }

    fn two_phase(&mut self) -> Option<&mut dyn TwoPhase> {
        Some(self)
    }

    fn home_readiness(&mut self) -> BoxFuture<'_, Result<Readiness>> {
        self.carry(Self::home_obstacles)
    }

    fn ping(&mut self) -> BoxFuture<'_, Result<()>> {
        self.carry(|c| c.simple(""))
    }

    fn reset(&mut self) -> BoxFuture<'_, Result<()>> {
        self.carry(Self::start_over)
    }

    fn is_closed(&self) -> bool {
        self.wire.is_closed()
    }

    fn abandon(self: Box<Self>) {
        self.wire.abandon();
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move {
            self.wire.close().await;
            Ok(())
        })
    }
}
