//! A statement that the server does not know yet, in one round trip instead of two.
//!
//! MariaDB has a name for the statement that was prepared last, so that it can be run before anybody has been told its
//! number. How many values it wants is not known by then, and a wrong number of them would be read as something else; so
//! only reads of few rows that Manybase itself has written go so. The settings of a session that begins with one go along
//! (`settle.rs`). A server, or somebody in between, that does not know the name is not asked again.
//!
//! Source: MariaDB's knowledge base, "COM_STMT_EXECUTE", on the statement id -1 (since 10.2).

use crate::bind::{self, Wire};
use crate::column::ResultColumns;
use crate::connection::MysqlConnection;
use crate::error;
use crate::known::Numbers;
use crate::receive::{Received, fatal};
use crate::run::{Manner, ONE_PACKET, check_number, fits};
use crate::transaction::State;
use manybase_driver::{Access, Result, Sink};
use manybase_sql::dialect::Flavor;
use std::sync::Arc;

/// The first version that has the name.
const FIRST: Numbers = (10, 2, 0);

/// There is no such statement.
const UNKNOWN_STATEMENT: u16 = 1243;

/// Whether a server has the name.
pub(crate) fn has_name(flavor: Flavor, numbers: Numbers) -> bool {
    flavor == Flavor::MariaDb && numbers >= FIRST
}

impl MysqlConnection {
    pub(crate) fn fits_one_trip(&self, sql: &str, values: &[Wire], manner: Manner) -> bool {
        let size = sql.len() + bind::wire_size(values);
        self.runs_last
            && manner.bounded
            && manner.keep
            && manner.access == Access::Read
            && self.state == State::None
            && size <= ONE_PACKET
            && fits(size, self.largest_packet)
            && values.len() <= self.dialect.capability().max_parameters
    }

    /// Prepares and runs a statement without waiting in between.
    pub(crate) async fn prepare_and_run(
        &mut self,
        sql: &Arc<str>,
        values: &[Wire],
        sink: Option<&mut dyn Sink>,
    ) -> Result<Received> {
        let unset = self.unset.take();
        if let Some(unset) = &unset {
            self.link.query(&unset.settings);
        }
        self.link.prepare(sql);
        self.link.execute_last(values);
        if let Some(unset) = unset {
            self.settled(unset).await?;
        }
        let prepared = match self.link.prepared().await {
            Ok(prepared) => prepared,
            Err(failure) => {
                if !failure.is_fatal() {
                    self.pass_over(None).await?;
                }
                return Err(error::statement(&failure));
            }
        };
        self.keep(sql, prepared.clone());
        if let Err(error) = check_number(&prepared, values.len()) {
            self.pass_over(Some(&prepared.columns)).await?;
            return Err(error);
        }
        match self.link.answer(Some(&prepared.columns)).await {
            Err(failure) if failure.code() == Some(UNKNOWN_STATEMENT) => {
                self.runs_last = false;
                self.link.execute(prepared.id, values, false);
                self.receive_prepared(sql, &prepared, sink).await
            }
            columns => self.receive_columns(sql, &prepared, columns, sink).await,
        }
    }

    /// Passes over the answer to what should not have been run.
    async fn pass_over(&mut self, columns: Option<&Arc<ResultColumns>>) -> Result<()> {
        let passed = match self.link.answer(columns).await {
            Ok(_) => self.link.finish().await.map(drop),
            Err(failure) => Err(failure),
        };
        fatal(passed)
    }
}
