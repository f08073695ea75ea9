//! Running statements.

use crate::column::ResultColumns;
use crate::connection::MysqlConnection;
use crate::row::MysqlRow;
use crate::stop::{Target, stop};
use crate::transaction::State;
use crate::{bind, error, statements};
use manybase_driver::{Access, Done, Error, ErrorKind, Flow, Result, Sink, Statement, TransactionOptions};
use mysql_async::prelude::{Protocol, Queryable};
use mysql_async::{Params, QueryResult, Value};
use std::future::poll_fn;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long to read rows that nobody wants, before the server is told to stop sending them.
const PATIENCE: Duration = Duration::from_millis(50);

/// The most that the protocol sends in one packet; beyond it, values go one by one.
const ONE_PACKET: usize = 0xFF_FFFF;

/// The error of a statement that the server does not prepare. It has then read the whole text, as one statement.
const NOT_PREPARABLE: u16 = 1295;

/// What came back.
struct Received {
    rows: u64,
    /// There are more rows, which nobody wants.
    more: bool,
    /// What the sink had against them.
    failed: Option<Error>,
}

/// How a statement is sent.
enum Way {
    Prepared(mysql_async::Statement),
    Text,
}

impl MysqlConnection {
    pub(crate) async fn run_query(
        &mut self,
        statement: Statement,
        mut sink: Box<dyn Sink>,
    ) -> Result<Box<dyn Sink>> {
        self.check_transaction()?;
        let result = self.send(statement, Some(&mut *sink)).await;
        self.watch_transaction(&result).await;
        result.map(|_| sink)
    }

    pub(crate) async fn run(&mut self, statement: Statement) -> Result<Done> {
        self.check_transaction()?;
        let result = self.send(statement, None).await;
        self.watch_transaction(&result).await;
        result
    }

    /// A write with values as the protocol has them.
    pub(crate) async fn run_write(&mut self, sql: &Arc<str>, values: Vec<Value>) -> Result<Done> {
        self.check_transaction()?;
        let result = self.send_values(sql, values, (true, Access::Write), None).await;
        self.watch_transaction(&result).await;
        result
    }

    /// One after another: this protocol has no pipelining.
    pub(crate) async fn run_batch(&mut self, statements: Vec<Statement>, atomic: bool) -> Result<Vec<Done>> {
        // One statement is atomic by itself.
        let own = atomic && self.state == State::None && statements.len() > 1;
        if own {
            self.begin_transaction(TransactionOptions::default()).await?;
        }
        let result = self.run_each(statements).await;
        if own { self.end(result).await } else { result }
    }

    async fn run_each(&mut self, statements: Vec<Statement>) -> Result<Vec<Done>> {
        let mut done = Vec::with_capacity(statements.len());
        for statement in statements {
            done.push(self.run(statement).await?);
        }
        Ok(done)
    }

    /// The end of a transaction that was begun for some work.
    pub(crate) async fn end<T>(&mut self, result: Result<T>) -> Result<T> {
        if result.is_err() {
            self.roll_back_transaction().await?;
            return result;
        }
        if self.state == State::Committed {
            // It ends by saying that there is nothing left to roll back.
            self.roll_back_transaction().await?;
        }
        self.commit_transaction().await?;
        result
    }

    pub(crate) async fn run_script(&mut self, sql: String) -> Result<()> {
        self.check_transaction()?;
        self.check_size(sql.len()).await?;
        let result = match self.conn()?.query_iter(sql).await {
            Ok(result) => result.drop_result().await,
            Err(error) => Err(error),
        };
        let result = result.map_err(|error| error::statement(&error));
        self.watch_transaction(&result).await;
        result
    }

    /// Sends a statement; its rows go into the sink, or nowhere.
    async fn send(&mut self, statement: Statement, sink: Option<&mut dyn Sink>) -> Result<Done> {
        let values = bind::values(statement.binds)?;
        self.send_values(&statement.sql, values, (statement.cache, statement.access), sink)
            .await
    }

    async fn send_values(
        &mut self,
        sql: &Arc<str>,
        values: Vec<Value>,
        (keep, access): (bool, Access),
        sink: Option<&mut dyn Sink>,
    ) -> Result<Done> {
        let way = match self.statements.get(sql) {
            Some(prepared) => Way::Prepared(prepared),
            None => self.prepare(sql, keep, values.len()).await?,
        };
        let sent = match &way {
            Way::Prepared(prepared) => self.send_prepared(prepared, values, sink).await,
            Way::Text => self.send_text(sql, sink).await,
        };
        if let Way::Prepared(prepared) = way
            && !keep
            && self.statements.get(sql).is_none()
        {
            self.forget(prepared).await?;
        }
        let received = sent?;
        if received.more {
            self.stop_sending().await?;
        }
        if let Some(failed) = received.failed {
            return Err(failed);
        }
        let conn = self.conn()?;
        let affected = match (conn.affected_rows(), access) {
            // A write that returns its rows reports no number of its own.
            (0, Access::Write) => received.rows,
            (affected, _) => affected,
        };
        let id = conn.last_insert_id().filter(|id| *id != 0);
        Ok(Done {
            affected,
            last_insert_id: id.and_then(|id| i64::try_from(id).ok()),
        })
    }

    async fn prepare(&mut self, sql: &Arc<str>, keep: bool, values: usize) -> Result<Way> {
        if values > self.dialect.capability().max_parameters {
            return Err(Error::new(
                ErrorKind::TooManyParameters,
                format!("{values} values, and one statement can bind {}", u16::MAX),
            ));
        }
        self.check_size(sql.len()).await?;
        let prepared = match statements::prepare(self.conn()?, sql).await? {
            Ok(prepared) => prepared,
            Err(mysql_async::Error::Server(refused)) if refused.code == NOT_PREPARABLE && values == 0 => {
                return Ok(Way::Text);
            }
            Err(error) => return Err(error::statement(&error)),
        };
        if keep && let Some(old) = self.statements.keep(sql.clone(), prepared.clone()) {
            self.forget(old).await?;
        }
        Ok(Way::Prepared(prepared))
    }

    async fn forget(&mut self, prepared: mysql_async::Statement) -> Result<()> {
        let conn = self.conn()?;
        if conn.is_disconnected() {
            return Ok(());
        }
        conn.close(prepared)
            .await
            .map_err(|error| error::statement(&error))
    }

    async fn send_prepared(
        &mut self,
        prepared: &mysql_async::Statement,
        values: Vec<Value>,
        sink: Option<&mut dyn Sink>,
    ) -> Result<Received> {
        let wanted = usize::from(prepared.num_params());
        if wanted != values.len() {
            return Err(Error::new(
                ErrorKind::Placeholders,
                format!(
                    "the text has {wanted} placeholders, and there are {} values",
                    values.len()
                ),
            ));
        }
        let size = bind::wire_size(&values);
        if size <= ONE_PACKET {
            self.check_size(size).await?;
        } else {
            for value in &values {
                self.check_size(bind::wire_size(std::slice::from_ref(value)))
                    .await?;
            }
        }
        let params = match values.is_empty() {
            true => Params::Empty,
            false => Params::Positional(values),
        };
        let result = self.conn()?.exec_iter(prepared, params).await;
        receive(result.map_err(|error| error::statement(&error))?, sink).await
    }

    async fn send_text(&mut self, sql: &str, sink: Option<&mut dyn Sink>) -> Result<Received> {
        let result = self.conn()?.query_iter(sql).await;
        receive(result.map_err(|error| error::statement(&error))?, sink).await
    }

    /// The server would close the connection instead of taking it.
    async fn check_size(&mut self, size: usize) -> Result<()> {
        if fits(size, self.largest_packet) {
            return Ok(());
        }
        // On the heap, so that what is small carries nothing of it.
        Box::pin(self.check_large(size)).await
    }

    async fn check_large(&mut self, size: usize) -> Result<()> {
        let limit = self.packet_limit().await?;
        if fits(size, limit) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Value,
            format!("it has {size} bytes, and the server takes {limit} at once"),
        )
        .with_help("raise `max_allowed_packet` on the server"))
    }

    /// Bytes that the server takes at once; asks it once.
    pub(crate) async fn packet_limit(&mut self) -> Result<usize> {
        if !self.asked {
            let told = self.conn()?.query_first("SELECT @@max_allowed_packet").await;
            let told: Option<u64> = told.map_err(|error| error::statement(&error))?;
            if let Some(limit) = told {
                self.largest_packet = usize::try_from(limit).unwrap_or(usize::MAX);
            }
            self.asked = true;
        }
        Ok(self.largest_packet)
    }

    /// Has the server stop a statement whose rows nobody wants, and leaves the connection clean.
    async fn stop_sending(&mut self) -> Result<()> {
        let (opts, id) = (self.opts.clone(), self.id);
        let conn = self.conn()?;
        // What has been sent already must be read in any case, and is before the ping goes out; where the kill fails,
        // all of it.
        let (read, ()) = tokio::join!(conn.ping(), stop(opts, id, Target::Statement));
        fatal(read)?;
        // A kill that came after the last row hits the next statement, so that is one of ours.
        fatal(conn.query_drop("SELECT 0").await)
    }
}

/// With room for what stands around it.
fn fits(size: usize, limit: usize) -> bool {
    size.saturating_add(64) <= limit
}

/// Errors that the connection does not survive.
fn fatal(result: mysql_async::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.is_fatal() => Err(error::statement(&error)),
        _ => Ok(()),
    }
}

/// Pushes the rows of the first result into the sink and reads over the others.
async fn receive<P: Protocol>(
    mut result: QueryResult<'_, '_, P>,
    sink: Option<&mut dyn Sink>,
) -> Result<Received> {
    let mut rows = 0;
    let mut failed = None;
    let mut stopped = false;
    if let Some(sink) = sink {
        let columns = ResultColumns::new(result.columns().unwrap_or_default());
        let mut flow = sink.columns(&columns).map(|()| Flow::Continue);
        while let Ok(Flow::Continue | Flow::Pause) = flow {
            if let Ok(Flow::Pause) = flow {
                poll_fn(|task| sink.poll_ready(task)).await;
            }
            match result.next().await.map_err(|error| error::statement(&error))? {
                Some(row) => {
                    rows += 1;
                    flow = sink.row(&MysqlRow::new(&row, &columns.kinds));
                }
                None => break,
            }
        }
        stopped = !matches!(flow, Ok(Flow::Continue | Flow::Pause));
        failed = flow.err();
    }
    let begun = Instant::now();
    while !result.is_empty() {
        if stopped && begun.elapsed() > PATIENCE {
            return Ok(Received {
                rows,
                more: true,
                failed,
            });
        }
        match result.next().await {
            Ok(row) => rows += u64::from(row.is_some()),
            // Of rows that nobody wants.
            Err(error) if stopped && !error.is_fatal() => break,
            Err(error) => return Err(error::statement(&error)),
        }
    }
    // An error behind the first result comes out only here.
    match result.drop_result().await {
        Err(error) if !stopped || error.is_fatal() => Err(error::statement(&error)),
        _ => Ok(Received {
            rows,
            more: false,
            failed,
        }),
    }
}
