//! Running one statement.

use crate::cache::Prepared;
use crate::connection::{PostgresConnection, check_text};
use crate::error::{Blame, blame};
use crate::row::{Names, PostgresRow, spans};
use crate::transaction::{State, controls, defines, is_plain};
use crate::wire::message::tag;
use crate::wire::{Failure, Link};
use manybase_driver::{Access, Done, Error, ErrorKind, Flow, Result, Sink, Statement};
use std::future::poll_fn;
use std::sync::Arc;

/// The protocol counts them in 16 bits.
const MAX_VALUES: usize = 65_535;

/// Where the rows of a statement were left.
enum End {
    Reached,
    Ahead,
}

impl Link {
    /// Waits until a statement has its values and begins.
    async fn started(&mut self) -> Result<(), Failure> {
        let message = self.next().await?;
        match message.tag {
            tag::BIND_COMPLETE => Ok(()),
            tag::ERROR => Err(self.refused(&message).await),
            _ => Err(self.unexpected(&message)),
        }
    }

    /// The end of a statement that is a group by itself: how many rows it has touched.
    pub(crate) async fn ran(&mut self) -> Result<u64, Failure> {
        let rows = self.did().await?;
        self.synced().await?;
        Ok(rows)
    }
}

impl PostgresConnection {
    pub(crate) async fn run_query(
        &mut self,
        statement: Statement,
        mut sink: Box<dyn Sink>,
    ) -> Result<Box<dyn Sink>> {
        let prepared = self.start(&statement).await?;
        let taken = match sink.columns(&Names(&prepared.columns)) {
            Ok(()) => match self.pour(&prepared, &mut *sink).await {
                Ok(taken) => taken,
                Err(failure) => return Err(self.error(&failure)),
            },
            Err(error) => Err(error),
        };
        if !matches!(taken, Ok(End::Reached)) {
            match statement.access {
                // Until it comes to its end a write may fail, and nobody else sees what it did.
                Access::Write => {
                    let rest = self.wire.link().ran().await;
                    rest.map_err(|failure| self.error(&failure))?;
                }
                // Whoever stops early in a read is done.
                Access::Read => self.wire.clear(),
            }
        }
        taken.map(|_| sink)
    }

    /// Pushes rows until there are no more or the sink has had enough. The outer error is the server's, the inner
    /// one the sink's.
    async fn pour(&mut self, prepared: &Prepared, sink: &mut dyn Sink) -> Result<Result<End>, Failure> {
        let (link, cells) = (self.wire.link(), &mut self.spans);
        loop {
            let message = link.next().await?;
            match message.tag {
                tag::DATA_ROW => {
                    let body = link.body(&message);
                    spans(body, cells)?;
                    let row = PostgresRow {
                        body,
                        spans: cells,
                        prepared,
                    };
                    match sink.row(&row) {
                        Ok(Flow::Continue) => {}
                        Ok(Flow::Pause) => poll_fn(|task| sink.poll_ready(task)).await,
                        Ok(Flow::Stop) => return Ok(Ok(End::Ahead)),
                        Err(error) => return Ok(Err(error)),
                    }
                }
                tag::COMMAND_COMPLETE | tag::EMPTY_QUERY => {}
                tag::READY => return Ok(Ok(End::Reached)),
                tag::ERROR => return Err(link.refused(&message).await),
                _ => return Err(link.unexpected(&message)),
            }
        }
    }

    /// Prepares and starts a statement.
    async fn start(&mut self, statement: &Statement) -> Result<Arc<Prepared>> {
        loop {
            let known = self.known(statement)?;
            if known.is_none()
                && let Some(started) = self.start_unknown(statement).await?
            {
                return Ok(started);
            }
            let (prepared, kept) = match known {
                Some(prepared) => (prepared, true),
                None => self.prepare(statement).await?,
            };
            prepared.check(statement.binds.len())?;
            match self.start_prepared(&prepared, statement).await {
                Ok(()) => return Ok(prepared),
                Err(failure) if kept && self.is_outdated(statement, &failure) => {}
                Err(failure) => return Err(self.error(&failure)),
            }
        }
    }

    async fn start_prepared(&mut self, prepared: &Prepared, statement: &Statement) -> Result<(), Failure> {
        self.run(prepared.name, &prepared.with(&statement.binds)).await?;
        self.wire.link().started().await
    }

    async fn run_prepared(&mut self, prepared: &Prepared, statement: &Statement) -> Result<u64, Failure> {
        self.run(prepared.name, &prepared.with(&statement.binds)).await?;
        self.wire.link().ran().await
    }

    pub(crate) async fn run_execute(&mut self, statement: &Statement) -> Result<Done> {
        if !statement.cache && statement.binds.is_empty() {
            return self.run_once(statement).await;
        }
        loop {
            let (prepared, kept) = self.prepare(statement).await?;
            prepared.check(statement.binds.len())?;
            match self.run_prepared(&prepared, statement).await {
                Ok(affected) => return Ok(done(statement, affected)),
                Err(failure) if kept && self.is_outdated(statement, &failure) => {}
                Err(failure) => return Err(self.error(&failure)),
            }
        }
    }

    /// A statement without values that will not come again: one round trip instead of two.
    async fn run_once(&mut self, statement: &Statement) -> Result<Done> {
        check_text(&statement.sql)?;
        self.begun().await?;
        self.note(&statement.sql);
        let link = self.wire.link();
        let ran = match link.run_once(&statement.sql) {
            Ok(()) => link.ran().await,
            Err(failure) => Err(failure),
        };
        ran.map(|affected| done(statement, affected))
            .map_err(|failure| self.error(&failure))
    }

    /// A statement's prepared form, and whether it was kept from an earlier use.
    pub(crate) async fn prepare(&mut self, statement: &Statement) -> Result<(Arc<Prepared>, bool)> {
        if let Some(prepared) = self.known(statement)? {
            return Ok((prepared, true));
        }
        check_text(&statement.sql)?;
        self.begun().await?;
        self.note(&statement.sql);
        match self.prepare_anew(&statement.sql).await {
            Ok(prepared) => Ok((self.keep(statement, prepared), false)),
            Err(failure) => Err(self.error(&failure)),
        }
    }

    /// A statement's prepared form, where it was kept from an earlier use.
    fn known(&mut self, statement: &Statement) -> Result<Option<Arc<Prepared>>> {
        check(statement)?;
        match statement.cache {
            true => Ok(self.cache.get(&statement.sql)),
            false => Ok(None),
        }
    }

    pub(crate) async fn prepare_anew(&mut self, sql: &str) -> Result<Prepared, Failure> {
        let link = self.wire.link();
        let name = link.prepare(sql)?;
        let described = link.prepared(name).await?;
        self.resolve(described).await
    }

    pub(crate) fn keep(&mut self, statement: &Statement, prepared: Prepared) -> Arc<Prepared> {
        let prepared = Arc::new(prepared);
        // What is to be noted each time stays out.
        if statement.cache && is_plain(&statement.sql) {
            self.cache.insert(statement.sql.clone(), prepared.clone());
        }
        prepared
    }

    /// Whether a kept prepared form may be to blame for a failure, and preparing anew is worth a try. It is
    /// forgotten then.
    pub(crate) fn is_outdated(&mut self, statement: &Statement, failure: &Failure) -> bool {
        let Some(blame) = blame(failure) else {
            return false;
        };
        self.cache.remove(&statement.sql);
        // A type may have been dropped and made again.
        self.types.clear();
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
            self.types.clear();
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
