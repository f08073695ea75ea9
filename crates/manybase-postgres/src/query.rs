//! Running one statement.

use crate::bind::Params;
use crate::cache::Prepared;
use crate::connection::{PostgresConnection, check_text};
use crate::error::{Blame, blame, is_forgotten};
use crate::row::{Names, PostgresRow};
use crate::transaction::{State, controls, defines, is_plain};
use futures_util::TryStreamExt;
use manybase_driver::{Access, Done, Error, ErrorKind, Flow, Result, Sink, Statement};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use tokio_postgres::{Row, RowStream};

/// The protocol counts them in 16 bits.
const MAX_VALUES: usize = 65_535;

/// Where the rows of a statement were left.
enum End {
    Reached,
    Ahead,
}

impl PostgresConnection {
    pub(crate) async fn run_query(
        &mut self,
        statement: Statement,
        mut sink: Box<dyn Sink>,
    ) -> Result<Box<dyn Sink>> {
        let (prepared, rows) = self.start(&statement).await?;
        let mut rows = pin!(rows);
        let taken = match sink.columns(&Names(prepared.columns())) {
            Ok(()) => self.pour(&prepared, rows.as_mut(), &mut *sink).await?,
            Err(error) => Err(error),
        };
        // Whoever stops early in a read is done: the client skips what still arrives. A write must come to its
        // end first: until then it may fail, and nobody else sees what it did.
        if statement.access == Access::Write && !matches!(taken, Ok(End::Reached)) {
            while self.next(rows.as_mut()).await?.is_some() {}
        }
        taken.map(|_| sink)
    }

    /// Pushes rows until there are no more or the sink has had enough. The outer error is the server's, the inner
    /// one the sink's.
    async fn pour(
        &self,
        prepared: &Prepared,
        mut rows: Pin<&mut RowStream>,
        sink: &mut dyn Sink,
    ) -> Result<Result<End>> {
        while let Some(row) = self.next(rows.as_mut()).await? {
            let row = PostgresRow {
                row: &row,
                kinds: &prepared.kinds,
            };
            match sink.row(&row) {
                Ok(Flow::Continue) => {}
                Ok(Flow::Pause) => poll_fn(|task| sink.poll_ready(task)).await,
                Ok(Flow::Stop) => return Ok(Ok(End::Ahead)),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(End::Reached))
    }

    async fn next(&self, mut rows: Pin<&mut RowStream>) -> Result<Option<Row>> {
        rows.try_next().await.map_err(|error| self.error(&error))
    }

    /// Prepares and starts a statement.
    async fn start(&mut self, statement: &Statement) -> Result<(Arc<Prepared>, RowStream)> {
        loop {
            let (prepared, kept) = self.prepare(statement).await?;
            prepared.check(statement.binds.len())?;
            let values = Params::new(&statement.binds);
            match self.wire.client.query_raw(&prepared.statement, values).await {
                Ok(rows) => return Ok((prepared, rows)),
                Err(error) if kept && self.is_outdated(statement, &error) => {}
                Err(error) => return Err(self.error(&error)),
            }
        }
    }

    pub(crate) async fn run_execute(&mut self, statement: &Statement) -> Result<Done> {
        if !statement.cache && statement.binds.is_empty() {
            return self.run_once(statement).await;
        }
        loop {
            let (prepared, kept) = self.prepare(statement).await?;
            prepared.check(statement.binds.len())?;
            let values = Params::new(&statement.binds);
            match self.wire.client.execute_raw(&prepared.statement, values).await {
                Ok(affected) => return Ok(done(statement, affected)),
                Err(error) if kept && self.is_outdated(statement, &error) => {}
                Err(error) => return Err(self.error(&error)),
            }
        }
    }

    /// A statement without values that will not come again: one round trip instead of two.
    async fn run_once(&mut self, statement: &Statement) -> Result<Done> {
        check_text(&statement.sql)?;
        self.note(&statement.sql);
        let affected = self.wire.client.execute_typed(&statement.sql, &[]).await;
        affected
            .map(|affected| done(statement, affected))
            .map_err(|error| self.error(&error))
    }

    /// A statement's prepared form, and whether it was kept from an earlier use.
    pub(crate) async fn prepare(&mut self, statement: &Statement) -> Result<(Arc<Prepared>, bool)> {
        check(statement)?;
        if statement.cache
            && let Some(prepared) = self.cache.get(&statement.sql)
        {
            return Ok((prepared, true));
        }
        check_text(&statement.sql)?;
        self.note(&statement.sql);
        match self.wire.client.prepare(&statement.sql).await {
            Ok(prepared) => Ok((self.keep(statement, prepared), false)),
            Err(error) => Err(self.not_prepared(&error)),
        }
    }

    pub(crate) fn keep(
        &mut self,
        statement: &Statement,
        prepared: tokio_postgres::Statement,
    ) -> Arc<Prepared> {
        let prepared = Arc::new(Prepared::new(prepared));
        // What is to be noted each time stays out.
        if statement.cache && is_plain(&statement.sql) {
            self.cache.insert(statement.sql.clone(), prepared.clone());
        }
        prepared
    }

    pub(crate) fn not_prepared(&mut self, error: &tokio_postgres::Error) -> Error {
        // Somebody's DEALLOCATE ALL: the client's own statements, with which it looks types up, are gone, and it
        // does not know.
        self.broken |= is_forgotten(error);
        self.error(error)
    }

    /// Whether a kept prepared form may be to blame for an error, and preparing anew is worth a try. It is
    /// forgotten then.
    pub(crate) fn is_outdated(&mut self, statement: &Statement, error: &tokio_postgres::Error) -> bool {
        let Some(blame) = blame(error) else {
            return false;
        };
        self.cache.remove(&statement.sql);
        // A server's error has made the transaction fail, and a second try can't help.
        blame == Blame::Client || self.state == State::Outside
    }

    /// Notes what a text may do to the transaction, and to statements that are prepared.
    pub(crate) fn note(&mut self, sql: &str) {
        if controls(sql) {
            self.state = State::Unknown;
        }
        if defines(sql) {
            // Inside a transaction there would be no second try.
            self.cache.clear();
        }
    }
}

/// What can be seen before the server is asked.
pub(crate) fn check(statement: &Statement) -> Result<()> {
    if statement.binds.len() > MAX_VALUES {
        let message = format!(
            "{} values are more than the {MAX_VALUES} that PostgreSQL takes",
            statement.binds.len()
        );
        return Err(Error::new(ErrorKind::TooManyParameters, message));
    }
    Ok(())
}

pub(crate) fn done(statement: &Statement, rows: u64) -> Done {
    Done {
        // The server counts the rows of a SELECT too, which changed nothing.
        affected: if statement.access == Access::Write {
            rows
        } else {
            0
        },
        last_insert_id: None,
    }
}
