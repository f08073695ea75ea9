//! Running statements.

use crate::bind::{self, Wire};
use crate::connection::MysqlConnection;
use crate::error;
use crate::receive::Received;
use crate::row::Protocol;
use crate::statements::Prepared;
use crate::transaction::State;
use crate::wire::Type;
use manybase_driver::{Access, Done, Error, ErrorKind, Result, Sink, Statement, TransactionOptions};
use std::sync::Arc;

/// The most that the protocol sends in one packet; beyond it, values go one by one.
pub(crate) const ONE_PACKET: usize = 0xFF_FFFF;

/// The error of a statement that the server does not prepare. It has then read the whole text, as one statement.
const NOT_PREPARABLE: u16 = 1295;

/// How a statement is sent.
enum Way {
    Prepared(Prepared),
    Text,
}

/// What a statement is, beside its text and its values.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    /// Its prepared form is kept.
    pub(crate) keep: bool,
    pub(crate) access: Access,
    pub(crate) bounded: bool,
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
    pub(crate) async fn run_write(&mut self, sql: &Arc<str>, values: &[Wire]) -> Result<Done> {
        self.check_transaction()?;
        let manner = Manner {
            keep: true,
            access: Access::Write,
            bounded: false,
        };
        let result = self.send_values(sql, values, manner, None).await;
        self.watch_transaction(&result).await;
        result
    }

    /// A write of one row with the values of many, whose columns have these types.
    pub(crate) async fn run_in_bulk(
        &mut self,
        sql: &Arc<str>,
        types: &[Type],
        values: &[Wire],
    ) -> Result<Done> {
        self.check_transaction()?;
        let result = self.send_in_bulk(sql, types, values).await;
        self.watch_transaction(&result).await;
        result
    }

    async fn send_in_bulk(&mut self, sql: &Arc<str>, types: &[Type], values: &[Wire]) -> Result<Done> {
        let prepared = match self.statements.get(sql) {
            Some(prepared) => prepared,
            None => {
                self.settle().await?;
                match self.prepare(sql, true, types.len()).await? {
                    Way::Prepared(prepared) => prepared,
                    Way::Text => return Err(Error::driver("an insert has not been prepared")),
                }
            }
        };
        check_number(&prepared, types.len())?;
        self.check_size(bind::wire_size(values)).await?;
        self.link.execute_in_bulk(prepared.id, types, values);
        let received = self.receive_prepared(sql, &prepared, None).await?;
        self.done(received, Access::Write).await
    }

    /// One after another: what fails keeps those behind it from running.
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
        let result = self.link.run(&sql).await;
        let result = result.map_err(|failure| error::statement(&failure));
        self.watch_transaction(&result).await;
        result
    }

    /// Sends a statement; its rows go into the sink, or nowhere.
    async fn send(&mut self, statement: Statement, sink: Option<&mut dyn Sink>) -> Result<Done> {
        let manner = Manner {
            keep: statement.cache,
            access: statement.access,
            bounded: statement.bounded,
        };
        let values = bind::values(statement.binds)?;
        self.send_values(&statement.sql, &values, manner, sink).await
    }

    async fn send_values(
        &mut self,
        sql: &Arc<str>,
        values: &[Wire],
        manner: Manner,
        sink: Option<&mut dyn Sink>,
    ) -> Result<Done> {
        let received = match self.statements.get(sql) {
            Some(prepared) => self.send_prepared(sql, &prepared, values, sink).await?,
            None if self.fits_one_trip(sql, values, manner) => {
                self.prepare_and_run(sql, values, sink).await?
            }
            None => {
                self.settle().await?;
                self.send_new(sql, values, manner.keep, sink).await?
            }
        };
        self.done(received, manner.access).await
    }

    /// What has been done, once all has been received.
    async fn done(&mut self, received: Received, access: Access) -> Result<Done> {
        if received.more {
            self.stop_sending().await?;
        }
        if let Some(failed) = received.failed {
            return Err(failed);
        }
        let status = self.link.status().unwrap_or_default();
        let affected = match (status.affected, access) {
            // A write that returns its rows reports no number of its own.
            (0, Access::Write) => received.rows,
            (affected, _) => affected,
        };
        let id = Some(status.last_insert_id).filter(|id| *id != 0);
        Ok(Done {
            affected,
            last_insert_id: id.and_then(|id| i64::try_from(id).ok()),
        })
    }

    /// Sends a statement that the server does not know.
    async fn send_new(
        &mut self,
        sql: &Arc<str>,
        values: &[Wire],
        keep: bool,
        sink: Option<&mut dyn Sink>,
    ) -> Result<Received> {
        match self.prepare(sql, keep, values.len()).await? {
            Way::Text => {
                self.link.query(sql);
                let columns = self.link.answer(None).await;
                self.receive(Protocol::Text, columns, sink).await
            }
            Way::Prepared(prepared) => {
                let sent = self.send_prepared(sql, &prepared, values, sink).await;
                if !keep {
                    self.link.forget(prepared.id);
                }
                sent
            }
        }
    }

    async fn prepare(&mut self, sql: &Arc<str>, keep: bool, values: usize) -> Result<Way> {
        if values > self.dialect.capability().max_parameters {
            return Err(Error::new(
                ErrorKind::TooManyParameters,
                format!("{values} values, and one statement can bind {}", u16::MAX),
            ));
        }
        self.check_size(sql.len()).await?;
        self.link.prepare(sql);
        let prepared = match self.link.prepared().await {
            Ok(prepared) => prepared,
            Err(failure) if failure.code() == Some(NOT_PREPARABLE) && values == 0 => return Ok(Way::Text),
            Err(failure) => return Err(error::statement(&failure)),
        };
        if keep {
            self.keep(sql, prepared.clone());
        }
        Ok(Way::Prepared(prepared))
    }

    pub(crate) fn keep(&mut self, sql: &Arc<str>, prepared: Prepared) {
        if let Some(old) = self.statements.keep(sql.clone(), prepared) {
            self.link.forget(old.id);
        }
    }

    async fn send_prepared(
        &mut self,
        sql: &str,
        prepared: &Prepared,
        values: &[Wire],
        sink: Option<&mut dyn Sink>,
    ) -> Result<Received> {
        check_number(prepared, values.len())?;
        let size = bind::wire_size(values);
        if size <= ONE_PACKET {
            self.check_size(size).await?;
        } else {
            for value in values {
                self.check_size(bind::wire_size(std::slice::from_ref(value)))
                    .await?;
            }
        }
        self.link.execute(prepared.id, values, size > ONE_PACKET);
        self.receive_prepared(sql, prepared, sink).await
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
            let told = self.link.number("SELECT @@max_allowed_packet").await;
            let told = told.map_err(|failure| error::statement(&failure))?;
            if let Some(limit) = told {
                self.largest_packet = usize::try_from(limit).unwrap_or(usize::MAX);
            }
            self.asked = true;
        }
        Ok(self.largest_packet)
    }
}

/// Whether there are as many values as the text has places for.
pub(crate) fn check_number(prepared: &Prepared, values: usize) -> Result<()> {
    let wanted = usize::from(prepared.values);
    match wanted == values {
        true => Ok(()),
        false => Err(Error::new(
            ErrorKind::Placeholders,
            format!("the text has {wanted} placeholders, and there are {values} values",),
        )),
    }
}

/// With room for what stands around it.
pub(crate) fn fits(size: usize, limit: usize) -> bool {
    size.saturating_add(64) <= limit
}
