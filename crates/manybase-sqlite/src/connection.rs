//! The contract's connection, over the thread that has SQLite's.

use crate::config::Config;
use crate::core::Core;
use crate::worker::{Worker, turn};
use manybase_driver::{
    Access, Attachment, BoxFuture, BulkDone, BulkRows, Connection, Dialect, Done, Error, ErrorKind,
    Readiness, Result, RowSource, Sink, Statement, TransactionOptions,
};
use manybase_sql::dialect;
use std::sync::Arc;

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
            turn().await;
            if statement.bounded || statement.access == Access::Read && sink.restart() {
                let done = self.0.on_the_spot(
                    |core| core.fits_the_spot(&statement),
                    |core| core.query(&statement, &mut *sink),
                );
                if let Some(done) = done {
                    return done.map(|()| sink);
                }
                sink.restart();
            }
            let work = move |core: &mut Core| core.query(&statement, &mut *sink).map(|()| sink);
            self.0.hop(work).await
        })
    }

    fn execute(&mut self, statement: Statement) -> BoxFuture<'_, Result<Done>> {
        Box::pin(async move {
            turn().await;
            if statement.bounded {
                let done = self.0.on_the_spot(
                    |core| core.fits_the_spot(&statement),
                    |core| core.execute(&statement),
                );
                if let Some(done) = done {
                    return done;
                }
            }
            self.0.hop(move |core| core.execute(&statement)).await
        })
    }

    fn batch(&mut self, statements: Vec<Statement>, atomic: bool) -> BoxFuture<'_, Result<Vec<Done>>> {
        Box::pin(self.0.hop(move |core| core.batch(&statements, atomic)))
    }

    fn bulk_load(&mut self, rows: BulkRows) -> BoxFuture<'_, Result<BulkDone>> {
        Box::pin(self.0.hop(move |core| core.bulk_load(&rows)))
    }

    fn bulk_insert(&mut self, mut source: Box<dyn RowSource>) -> BoxFuture<'_, Result<BulkDone>> {
        Box::pin(self.0.hop(move |core| core.bulk_insert(&mut *source)))
    }

    fn script(&mut self, sql: String) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.hop(move |core| core.script(&sql)))
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.near(|_| true, move |core| core.begin(options)))
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.near(|core| core.commits_quickly, Core::commit))
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.near(|core| core.commits_quickly, Core::undo))
    }

    fn savepoint(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(
            self.0
                .near(|_| true, move |core| core.savepoint("SAVEPOINT", depth)),
        )
    }

    fn release(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(
            self.0
                .near(|_| true, move |core| core.savepoint("RELEASE", depth)),
        )
    }

    fn rollback_to(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.near(
            |_| true,
            move |core| {
                core.savepoint("ROLLBACK TO", depth)?;
                core.savepoint("RELEASE", depth)
            },
        ))
    }

    fn home_readiness(&mut self) -> BoxFuture<'_, Result<Readiness>> {
        Box::pin(self.0.hop(|core| core.home_readiness()))
    }

    fn attach(&mut self, schema: String, other: Attachment) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let Some(config) = other.settings::<Arc<Config>>().cloned() else {
                return Err(
                    Error::new(ErrorKind::Unsupported, "only SQLite files can be attached to one")
                        .with_help("take a connection to each database"),
                );
            };
            self.0.hop(move |core| core.attach(&schema, &config)).await
        })
    }

    fn focus(&mut self, schema: Option<String>) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.near(|_| true, move |core| core.focus(schema.as_deref())))
    }

    fn detach_all(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.hop(Core::detach_all))
    }

    fn ping(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.near(|_| true, |core| core.ping()))
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
