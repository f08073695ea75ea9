//! What comes back.

use crate::column::ResultColumns;
use crate::connection::MysqlConnection;
use crate::error;
use crate::row::{MysqlRow, Protocol};
use crate::statements::Prepared;
use crate::stop::{Target, stop};
use crate::wire::Failure;
use manybase_driver::{Error, Flow, Result, Sink};
use std::future::poll_fn;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long to read rows that nobody wants, before the server is told to stop sending them.
const PATIENCE: Duration = Duration::from_millis(50);

/// What came back.
pub(crate) struct Received {
    pub(crate) rows: u64,
    /// There are more rows, which nobody wants.
    pub(crate) more: bool,
    /// What the sink had against them.
    pub(crate) failed: Option<Error>,
}

impl MysqlConnection {
    /// The rows of a prepared statement that has just been sent.
    pub(crate) async fn receive_prepared(
        &mut self,
        sql: &str,
        prepared: &Prepared,
        sink: Option<&mut dyn Sink>,
    ) -> Result<Received> {
        let columns = self.link.answer(Some(&prepared.columns)).await;
        self.receive_columns(sql, prepared, columns, sink).await
    }

    pub(crate) async fn receive_columns(
        &mut self,
        sql: &str,
        prepared: &Prepared,
        columns: Result<Option<Arc<ResultColumns>>, Failure>,
        sink: Option<&mut dyn Sink>,
    ) -> Result<Received> {
        if let Ok(Some(columns)) = &columns
            && self.link.keeps_columns()
            && !Arc::ptr_eq(columns, &prepared.columns)
        {
            self.statements.note_columns(sql, columns);
        }
        self.receive(Protocol::Binary, columns, sink).await
    }

    /// Has the server stop a statement whose rows nobody wants, and leaves the connection clean.
    pub(crate) async fn stop_sending(&mut self) -> Result<()> {
        let stopped = stop(self.server.clone(), self.id, Target::Statement);
        // What has been sent already must be read in any case; where the kill fails, all of it.
        let (read, ()) = tokio::join!(self.link.finish(), stopped);
        fatal(read.map(drop))?;
        // A kill that came after the last row hits the next statement, so that is one of ours.
        fatal(self.link.run("SELECT 0").await)
    }

    /// Pushes the rows of the first result into the sink and reads over the others.
    pub(crate) async fn receive(
        &mut self,
        protocol: Protocol,
        columns: Result<Option<Arc<ResultColumns>>, Failure>,
        sink: Option<&mut dyn Sink>,
    ) -> Result<Received> {
        let known = |failure: Failure| error::statement(&failure);
        let columns = columns.map_err(known)?;
        let mut rows = 0;
        let mut failed = None;
        let mut stopped = false;
        if let Some(sink) = sink {
            let columns = columns.unwrap_or_default();
            let mut flow = sink.columns(&*columns).map(|()| Flow::Continue);
            while self.link.is_in_rows() {
                match flow {
                    Ok(Flow::Continue) => {}
                    Ok(Flow::Pause) => poll_fn(|task| sink.poll_ready(task)).await,
                    Ok(Flow::Stop) | Err(_) => break,
                }
                let Some(packet) = self.link.row().await.map_err(known)? else {
                    break;
                };
                let body = self.link.body(&packet);
                if let Err(failure) = protocol.spans(body, columns.all(), &mut self.spans) {
                    self.link.cut();
                    return Err(known(failure));
                }
                rows += 1;
                flow = sink.row(&MysqlRow {
                    body,
                    spans: &self.spans,
                    columns: columns.all(),
                    protocol,
                });
            }
            stopped = matches!(flow, Ok(Flow::Stop) | Err(_));
            failed = flow.err();
        }
        let begun = stopped.then(Instant::now);
        while self.link.is_in_rows() {
            if begun.is_some_and(|begun| begun.elapsed() > PATIENCE) {
                return Ok(Received {
                    rows,
                    more: true,
                    failed,
                });
            }
            match self.link.row().await {
                Ok(row) => rows += u64::from(row.is_some()),
                // Of rows that nobody wants.
                Err(failure) if stopped && !failure.is_fatal() => break,
                Err(failure) => return Err(known(failure)),
            }
        }
        // An error behind the first result comes out only here.
        match self.link.finish().await {
            Err(failure) if !stopped || failure.is_fatal() => Err(known(failure)),
            _ => Ok(Received {
                rows,
                more: false,
                failed,
            }),
        }
    }
}

/// Errors that the connection does not survive.
pub(crate) fn fatal(result: Result<(), Failure>) -> Result<()> {
    match result {
        Err(failure) if failure.is_fatal() => Err(error::statement(&failure)),
        _ => Ok(()),
    }
}
