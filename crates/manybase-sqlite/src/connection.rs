//! The contract's connection, over the thread that has SQLite's.

use crate::core::Core;
use crate::worker::Worker;
use manybase_driver::{
    Access, BoxFuture, Connection, Dialect, Done, Result, Sink, Statement, TransactionOptions,
};
use manybase_sql::dialect;

pub(crate) struct SqliteConnection(Worker);

impl SqliteConnection {
    pub(crate) fn new(worker: Worker) -> Self {
        Self(worker)
    }
}

impl Connection for SqliteConnection {
    fn dialect(&self) -> &'static dyn Dialect {
        dialect::sqlite()
    }

    fn server_version(&self) -> &str {
        rusqlite::version()
    }

    fn query(
        &mut self,
        statement: Statement,
        mut sink: Box<dyn Sink>,
    ) -> BoxFuture<'_, Result<Box<dyn Sink>>> {
        Box::pin(async move {
            if statement.bounded && statement.access == Access::Read {
                let done = self
                    .0
                    .on_the_spot(|core| core.query_on_the_spot(&statement, &mut *sink));
                if done.transpose()? == Some(true) {
                    return Ok(sink);
                }
            }
            let work = move |core: &mut Core| core.query(&statement, &mut *sink).map(|()| sink);
            self.0.hop(work).await
        })
    }

    fn execute(&mut self, statement: Statement) -> BoxFuture<'_, Result<Done>> {
        Box::pin(self.0.hop(move |core| core.execute(&statement)))
    }

    fn batch(&mut self, statements: Vec<Statement>, atomic: bool) -> BoxFuture<'_, Result<Vec<Done>>> {
        Box::pin(self.0.hop(move |core| core.batch(&statements, atomic)))
    }

    fn script(&mut self, sql: String) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.hop(move |core| core.script(&sql)))
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.hop(move |core| core.begin(options)))
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.hop(|core| core.commit()))
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.hop(|core| core.undo()))
    }

    fn savepoint(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.hop(move |core| core.savepoint("SAVEPOINT", depth)))
    }

    fn release(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.hop(move |core| core.savepoint("RELEASE", depth)))
    }

    fn rollback_to(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.hop(move |core| {
            core.savepoint("ROLLBACK TO", depth)?;
            core.savepoint("RELEASE", depth)
        }))
    }

    fn ping(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.hop(|core| core.ping()))
    }

    fn reset(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.hop(|core| core.reset()))
    }

    fn is_closed(&self) -> bool {
        self.0.is_lost()
    }

    /// A cancelled statement stops within moments, and a reset waits in line behind it.
    fn recovers(&self) -> bool {
        true
    }

    /// SQLite itself asks for the time while it runs a statement or waits for a lock.
    fn keeps_time(&self) -> bool {
        true
    }

    fn abandon(self: Box<Self>) {
        drop(self);
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move {
            self.0.close().await;
            Ok(())
        })
    }
}
