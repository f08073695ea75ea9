//! A connection that writes down what is sent over it.

use super::Recorder;
use manybase_driver::{
    Attachment, BoxFuture, BranchId, BulkDone, BulkRows, Connection, Dialect, Done, Driver, Error, Finish,
    InDoubt, Prepared, Readiness, Result, RowSource, Sink, Statement, TransactionOptions, TwoPhase,
};
use std::sync::Arc;

pub(super) struct Watched {
    inner: Box<dyn Connection>,
    recorder: Arc<Recorder>,
    id: usize,
    /// For finishing what it has prepared.
    driver: Arc<dyn Driver>,
    /// What the inner one's two phases have said, when they were asked for last: how branches begin, and its token.
    facts: (bool, Option<u64>),
}

impl Watched {
    pub(super) fn new(
        inner: Box<dyn Connection>,
        recorder: Arc<Recorder>,
        id: usize,
        driver: Arc<dyn Driver>,
    ) -> Self {
        Self {
            inner,
            recorder,
            id,
            driver,
            facts: (false, None),
        }
    }

    fn saw(&self, text: &Arc<str>) {
        self.recorder.saw(self.id, text);
    }
}

impl Connection for Watched {
    fn dialect(&self) -> &'static dyn Dialect {
        self.inner.dialect()
    }

    fn server_version(&self) -> &str {
        self.inner.server_version()
    }

    fn query(&mut self, statement: Statement, sink: Box<dyn Sink>) -> BoxFuture<'_, Result<Box<dyn Sink>>> {
        self.saw(&statement.sql);
        self.inner.query(statement, sink)
    }

    fn execute(&mut self, statement: Statement) -> BoxFuture<'_, Result<Done>> {
        self.saw(&statement.sql);
        self.inner.execute(statement)
    }

    fn batch(&mut self, statements: Vec<Statement>, atomic: bool) -> BoxFuture<'_, Result<Vec<Done>>> {
        for statement in &statements {
            self.saw(&statement.sql);
        }
        self.inner.batch(statements, atomic)
    }

    fn script(&mut self, sql: String) -> BoxFuture<'_, Result<()>> {
        self.saw(&sql.as_str().into());
        self.inner.script(sql)
    }

    fn bulk_load(&mut self, rows: BulkRows) -> BoxFuture<'_, Result<BulkDone>> {
        self.saw(&"(rows, in bulk)".into());
        self.inner.bulk_load(rows)
    }

    fn bulk_insert(&mut self, source: Box<dyn RowSource>) -> BoxFuture<'_, Result<BulkDone>> {
        self.saw(&"(rows, in bulk)".into());
        self.inner.bulk_insert(source)
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        self.inner.begin(options)
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inner.commit()
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inner.rollback()
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
        let two_phase = self.inner.two_phase()?;
        self.facts = (two_phase.begins_plainly(), two_phase.session_token());
        Some(self)
    }

    fn home_readiness(&mut self) -> BoxFuture<'_, Result<Readiness>> {
        self.inner.home_readiness()
    }

    fn attach(&mut self, schema: String, other: Attachment) -> BoxFuture<'_, Result<()>> {
        self.inner.attach(schema, other)
    }

    fn focus(&mut self, schema: Option<String>) -> BoxFuture<'_, Result<()>> {
        self.inner.focus(schema)
    }

    fn detach_all(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inner.detach_all()
    }

    fn ping(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inner.ping()
    }

    fn reset(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inner.reset()
    }

    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    fn recovers(&self) -> bool {
        self.inner.recovers()
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

/// The inner one's; that it has none was asked before.
macro_rules! inner {
    ($self:ident, $two_phase:ident => $call:expr) => {
        match $self.inner.two_phase() {
            Some($two_phase) => $call,
            None => Box::pin(async { Err(Error::driver("two phases came and went")) }),
        }
    };
}

impl TwoPhase for Watched {
    fn begins_plainly(&self) -> bool {
        self.facts.0
    }

    fn begin_branch(&mut self, id: BranchId, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        inner!(self, two_phase => two_phase.begin_branch(id, options))
    }

    fn has_written(&mut self) -> BoxFuture<'_, Result<bool>> {
        inner!(self, two_phase => two_phase.has_written())
    }

    fn prepare(&mut self, id: BranchId) -> BoxFuture<'_, Result<Prepared>> {
        self.recorder.prepares(&self.driver, &id);
        inner!(self, two_phase => two_phase.prepare(id))
    }

    fn commit_prepared(&mut self, id: BranchId) -> BoxFuture<'_, Result<Finish>> {
        inner!(self, two_phase => two_phase.commit_prepared(id))
    }

    fn rollback_prepared(&mut self, id: BranchId) -> BoxFuture<'_, Result<Finish>> {
        inner!(self, two_phase => two_phase.rollback_prepared(id))
    }

    fn in_doubt(&mut self, prefix: String) -> BoxFuture<'_, Result<Vec<InDoubt>>> {
        inner!(self, two_phase => two_phase.in_doubt(prefix))
    }

    fn readiness(&mut self) -> BoxFuture<'_, Result<Readiness>> {
        inner!(self, two_phase => two_phase.readiness())
    }

    fn session_token(&self) -> Option<u64> {
        self.facts.1
    }

    fn release_holder(&mut self, token: u64) -> BoxFuture<'_, Result<bool>> {
        inner!(self, two_phase => two_phase.release_holder(token))
    }
}
