//! A connection with a transaction around all that is done on it, which is never committed.
//!
//! What is a transaction for the layers above is a savepoint here. What they do outside of a transaction gets a savepoint
//! too, because a statement that fails would otherwise take the whole with it on some databases.

use super::words;
use manybase_driver::{
    BoxFuture, BranchId, BulkDone, BulkRows, Connection, Dialect, Done, Error, ErrorKind, Finish, InDoubt,
    Obstacle, Prepared, Readiness, Result, RowSource, Sink, Statement, TransactionOptions, TwoPhase,
};

/// The savepoint that stands for a transaction. Those of the layers above begin with 1.
const BEGUN: u32 = 0;

const WHAT: &str = "the test runs inside a transaction of its own, which is rolled back at its end";
const HELP: &str = "give the test a database of its own: #[manybase::test(isolation = \"clone\")]";

pub(super) struct Outer {
    inner: Box<dyn Connection>,
    /// Whether the layers above are in a transaction.
    inside: bool,
}

fn refused(what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("{what}: {WHAT}")).with_help(HELP)
}

impl Outer {
    pub(super) fn new(inner: Box<dyn Connection>) -> Self {
        Self { inner, inside: false }
    }

    async fn guard(&mut self) -> Result<()> {
        match self.inside {
            true => Ok(()),
            false => self.inner.savepoint(BEGUN).await,
        }
    }

    async fn guarded<T>(&mut self, result: Result<T>) -> Result<T> {
        if self.inside {
            return result;
        }
        match result {
            Ok(done) => self.inner.release(BEGUN).await.map(|()| done),
            Err(error) => {
                // A lost connection has nothing to roll back; the first error says more.
                let _ = self.inner.rollback_to(BEGUN).await;
                Err(error)
            }
        }
    }

    fn check(&self, sql: &str) -> Result<()> {
        words::check(sql, self.inner.dialect())
    }
}

impl Connection for Outer {
    fn dialect(&self) -> &'static dyn Dialect {
        self.inner.dialect()
    }

    fn server_version(&self) -> &str {
        self.inner.server_version()
    }

    fn query(&mut self, statement: Statement, sink: Box<dyn Sink>) -> BoxFuture<'_, Result<Box<dyn Sink>>> {
        Box::pin(async move {
            self.check(&statement.sql)?;
            self.guard().await?;
            let result = self.inner.query(statement, sink).await;
            self.guarded(result).await
        })
    }

    fn execute(&mut self, statement: Statement) -> BoxFuture<'_, Result<Done>> {
        Box::pin(async move {
            self.check(&statement.sql)?;
            self.guard().await?;
            let result = self.inner.execute(statement).await;
            self.guarded(result).await
        })
    }

    fn batch(&mut self, statements: Vec<Statement>, _atomic: bool) -> BoxFuture<'_, Result<Vec<Done>>> {
        Box::pin(async move {
            for statement in &statements {
                self.check(&statement.sql)?;
            }
            self.guard().await?;
            let result = self.inner.batch(statements, false).await;
            self.guarded(result).await
        })
    }

    fn script(&mut self, sql: String) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.check(&sql)?;
            self.guard().await?;
            let result = self.inner.script(sql).await;
            self.guarded(result).await
        })
    }

    fn bulk_load(&mut self, rows: BulkRows) -> BoxFuture<'_, Result<BulkDone>> {
        Box::pin(async move {
            self.guard().await?;
            let result = self.inner.bulk_load(rows).await;
            self.guarded(result).await
        })
    }

    fn bulk_insert(&mut self, source: Box<dyn RowSource>) -> BoxFuture<'_, Result<BulkDone>> {
        Box::pin(async move {
            self.guard().await?;
            let result = self.inner.bulk_insert(source).await;
            self.guarded(result).await
        })
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            if options.isolation.is_some() {
                return Err(refused("an isolation level can't be set"));
            }
            self.inner.savepoint(BEGUN).await?;
            self.inside = true;
            Ok(())
        })
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.inner.release(BEGUN).await?;
            self.inside = false;
            Ok(())
        })
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            if self.inside {
                self.inner.rollback_to(BEGUN).await?;
                self.inside = false;
            }
            Ok(())
        })
    }

    fn savepoint(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        self.inner.savepoint(depth)
    }

    fn release(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        self.inner.release(depth)
    }

    fn rollback_to(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        self.inner.rollback_to(depth)
    }

    fn two_phase(&mut self) -> Option<&mut dyn TwoPhase> {
        Some(self)
    }

    fn home_readiness(&mut self) -> BoxFuture<'_, Result<Readiness>> {
        self.readiness()
    }

    fn ping(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inner.ping()
    }

    /// Only what the last user has begun: the rest is the test's.
    fn reset(&mut self) -> BoxFuture<'_, Result<()>> {
        self.rollback()
    }

    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    fn keeps_time(&self) -> bool {
        self.inner.keeps_time()
    }

    fn abandon(self: Box<Self>) {
        self.inner.abandon();
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        self.inner.close()
    }
}

fn refuse<T: Send + 'static>() -> BoxFuture<'static, Result<T>> {
    Box::pin(async { Err(refused("nothing can be prepared")) })
}

impl TwoPhase for Outer {
    fn begins_plainly(&self) -> bool {
        true
    }

    fn begin_branch(&mut self, _id: BranchId, _options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        refuse()
    }

    fn prepare(&mut self, _id: BranchId) -> BoxFuture<'_, Result<Prepared>> {
        refuse()
    }

    fn commit_prepared(&mut self, _id: BranchId) -> BoxFuture<'_, Result<Finish>> {
        refuse()
    }

    fn rollback_prepared(&mut self, _id: BranchId) -> BoxFuture<'_, Result<Finish>> {
        refuse()
    }

    fn in_doubt(&mut self, _prefix: String) -> BoxFuture<'_, Result<Vec<InDoubt>>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn readiness(&mut self) -> BoxFuture<'_, Result<Readiness>> {
        Box::pin(async { Ok(Readiness::from_iter([Obstacle::hard(WHAT, HELP)])) })
    }
}
