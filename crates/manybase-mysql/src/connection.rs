//! One connection, guarded against the answers of calls that were cut off (see the crate's own page).

use crate::factory::STATEMENTS;
use crate::first;
use crate::row::Span;
use crate::settings::{self, Setup};
use crate::settle::Unset;
use crate::statements::Statements;
use crate::stop;
use crate::transaction::State;
use crate::two_phase::Branch;
use crate::wire::{Begun, Failure, Link, Server};
use manybase_driver::{
    BoxFuture, BulkDone, BulkRows, Connection, Done, Error, ErrorKind, Readiness, Result, RowSource, Sink,
    Statement, TransactionOptions, TwoPhase,
};
use manybase_sql::dialect::{Flavor, MySql};
use manybase_sql::{Dialect, TableName};
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

/// Saying goodbye to a server that does not answer.
const GOODBYE: Duration = Duration::from_secs(2);

const CLOSED: &str = "it has been closed";

/// A connection to MySQL, MariaDB or MatrixOne.
pub(crate) struct MysqlConnection {
    pub(crate) link: Link,
    /// How it was dialled, to dial again and stop what it does.
    pub(crate) server: Arc<Server>,
    pub(crate) id: u32,
    pub(crate) flavor: Flavor,
    pub(crate) dialect: &'static dyn Dialect,
    pub(crate) version: String,
    settings: Vec<String>,
    /// Settings that have not been sent.
    pub(crate) unset: Option<Unset>,
    /// Bytes that the server takes at once, as far as is known.
    pub(crate) largest_packet: usize,
    /// The session has been told so; else it may be more.
    pub(crate) asked: bool,
    pub(crate) statements: Statements,
    /// A statement can be run by the name of the one that was prepared last.
    pub(crate) runs_last: bool,
    /// Where the cells of a row lie. Its memory is kept.
    pub(crate) spans: Vec<Span>,
    pub(crate) state: State,
    /// The open or prepared branch that the state is about, if it is not a plain transaction.
    pub(crate) branch: Option<Branch>,
    /// Whether the server's answers tell if a transaction is open.
    pub(crate) tells_status: bool,
    /// A user's own BEGIN has opened a transaction, of which the pool knows nothing.
    pub(crate) open_by_hand: bool,
    /// The server does not take `LOAD DATA LOCAL`.
    pub(crate) no_local_infile: bool,
    /// Where the load before went, if that was what came last, and whether all texts there are UTF-8.
    pub(crate) utf8: Option<(TableName, bool)>,
    /// A call has begun and not come to its end.
    busy: bool,
    /// The server has said that it is over.
    lost: bool,
}

impl MysqlConnection {
    pub(crate) fn new(begun: Begun, server: Arc<Server>, setup: Setup) -> Self {
        Self {
            id: begun.id,
            link: begun.link,
            server,
            flavor: setup.flavor,
            dialect: MySql::of_version(&setup.version),
            version: setup.version,
            settings: setup.settings,
            unset: setup.unset,
            largest_packet: setup.largest_packet,
            asked: setup.asked,
            statements: Statements::new(STATEMENTS),
            runs_last: first::has_name(setup.flavor, begun.numbers),
            spans: Vec::new(),
            state: State::None,
            branch: None,
            tells_status: true,
            open_by_hand: false,
            no_local_infile: false,
            utf8: None,
            busy: false,
            lost: false,
        }
    }

    /// Marks it busy, unless it must not be used any more.
    pub(crate) fn enter(&mut self) -> Result<()> {
        if self.is_useless() {
            let why = match self.busy {
                true => "an earlier call was cut off in the middle",
                false => CLOSED,
            };
            return Err(Error::new(ErrorKind::ConnectionLost, why));
        }
        self.busy = true;
        self.utf8 = None;
        Ok(())
    }

    /// The call has come to its end, well or not.
    pub(crate) fn leave<T>(&mut self, result: Result<T>) -> Result<T> {
        self.busy = false;
        self.lost |= result.as_ref().is_err_and(Error::is_connection_lost);
        result
    }

    async fn reset_session(&mut self) -> Result<()> {
        let known = |failure: Failure| crate::error::statement(&failure);
        self.statements.clear();
        self.state = State::None;
        self.branch = None;
        self.open_by_hand = false;
        self.link.reset().await.map_err(known)?;
        settings::apply(&mut self.link, self.flavor, &self.settings)
            .await
            .map_err(known)
    }

    /// Whether nothing can be sent any more.
    fn is_useless(&self) -> bool {
        self.busy || self.lost || self.link.has_ended()
    }
}

/// The future of a call: marked busy from its first step to its last. The session is set up before, unless the call
/// looks to that.
macro_rules! guarded {
    ($self:ident, $work:expr) => {
        guarded!($self, settled $self.settle(), $work)
    };
    ($self:ident, settled $settled:expr, $work:expr) => {
        Box::pin(async move {
            $self.enter()?;
            let result = match $settled.await {
                Ok(()) => $work.await,
                Err(error) => Err(error),
            };
            $self.leave(result)
        })
    };
}
pub(crate) use guarded;

impl Connection for MysqlConnection {
    fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    fn server_version(&self) -> &str {
        &self.version
    }

    fn query(&mut self, statement: Statement, sink: Box<dyn Sink>) -> BoxFuture<'_, Result<Box<dyn Sink>>> {
        guarded!(self, settled ready(Ok(())), self.run_query(statement, sink))
    }

    fn execute(&mut self, statement: Statement) -> BoxFuture<'_, Result<Done>> {
        guarded!(self, self.run(statement))
    }

    fn batch(&mut self, statements: Vec<Statement>, atomic: bool) -> BoxFuture<'_, Result<Vec<Done>>> {
        guarded!(self, self.run_batch(statements, atomic))
    }

    fn bulk_load(&mut self, rows: BulkRows) -> BoxFuture<'_, Result<BulkDone>> {
        let known = self.utf8.take();
        guarded!(self, self.run_bulk_load(rows, known))
    }

    fn bulk_insert(&mut self, source: Box<dyn RowSource>) -> BoxFuture<'_, Result<BulkDone>> {
        guarded!(self, self.run_bulk_insert(source))
    }

    fn script(&mut self, sql: String) -> BoxFuture<'_, Result<()>> {
        guarded!(self, self.run_script(sql))
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        guarded!(self, self.begin_transaction(options))
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        guarded!(self, self.commit_transaction())
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        guarded!(self, self.roll_back_transaction())
    }

    fn savepoint(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        guarded!(self, self.savepoint_command(format!("SAVEPOINT mb_{depth}")))
    }

    fn release(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        guarded!(
            self,
            self.savepoint_command(format!("RELEASE SAVEPOINT mb_{depth}"))
        )
    }

    fn rollback_to(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        let sql = format!("ROLLBACK TO SAVEPOINT mb_{depth}; RELEASE SAVEPOINT mb_{depth}");
        guarded!(self, self.roll_back_to_savepoint(sql))
    }

    fn two_phase(&mut self) -> Option<&mut dyn TwoPhase> {
        let has = self.dialect.capability().two_phase_commit;
        has.then_some(self)
    }

    fn home_readiness(&mut self) -> BoxFuture<'_, Result<Readiness>> {
        guarded!(self, self.home_obstacles())
    }

    fn ping(&mut self) -> BoxFuture<'_, Result<()>> {
        guarded!(self, async {
            let answer = self.link.ping().await;
            answer.map_err(|failure| crate::error::statement(&failure))
        })
    }

    fn reset(&mut self) -> BoxFuture<'_, Result<()>> {
        guarded!(self, self.reset_session())
    }

    /// Also when it is left with a transaction that a user has begun by hand, or with a branch that only its end sets
    /// free: nobody must get it in that state.
    fn is_closed(&self) -> bool {
        self.is_useless() || self.open_by_hand || self.state == State::Prepared
    }

    fn abandon(mut self: Box<Self>) {
        // The rest is what dropping does.
        self.busy = true;
    }

    fn close(mut self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move {
            if self.is_useless() {
                return Ok(());
            }
            // The socket is closed in any case.
            let _ = tokio::time::timeout(GOODBYE, self.link.leave()).await;
            self.link.cut();
            Ok(())
        })
    }
}

impl Drop for MysqlConnection {
    fn drop(&mut self) {
        if self.busy {
            self.link.cut();
            stop::stop_later(self.server.clone(), self.id);
        } else {
            self.link.leave_at_once();
        }
    }
}
