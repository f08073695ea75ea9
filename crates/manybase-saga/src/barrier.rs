//! The barrier: what happens once for a step, told by the database in which it happens.
//!
//! A row is written in the transaction of the effect, before it. Whoever comes second waits at the unique key until the
//! first has committed or rolled back, and then finds the row, or does not. A compensation that finds no row of its
//! action writes one that says that the action must not happen any more.

use crate::pinned::Pinned;
use crate::tables::{BarrierOp, BarrierRow, BarrierState};
use crate::{Data, SagaId};
use chrono::{DateTime, Utc};
use manybase_db::{Error, ErrorKind, Executor, Result, Route, Transaction};
use manybase_driver::fault;
use manybase_record::prelude::*;
use std::sync::Arc;
use uuid::Uuid;

/// The barrier of one step, inside a transaction on the step's connection.
pub(crate) struct Barrier<'t> {
    pub(crate) tx: &'t Transaction,
    pub(crate) connection: &'t str,
    pub(crate) saga: SagaId,
    pub(crate) step: &'t Arc<str>,
    pub(crate) now: DateTime<Utc>,
}

/// What is known after an entry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Entry {
    /// This transaction has made the row: what it stands for has not happened before.
    Made,
    /// It has happened before, and has left these values.
    Done(Data),
    /// It must not happen.
    Null,
}

impl Barrier<'_> {
    /// Before an action.
    pub(crate) async fn action(&self) -> Result<Entry> {
        self.enter(BarrierOp::Action, BarrierState::Done).await
    }

    /// Before a compensation.
    pub(crate) async fn compensation(&self) -> Result<Entry> {
        self.enter(BarrierOp::Compensation, BarrierState::Done).await
    }

    /// From here on the action can't happen, unless it has happened.
    pub(crate) async fn rule_out(&self) -> Result<Entry> {
        self.enter(BarrierOp::Action, BarrierState::Null).await
    }

    /// From here on the compensation can't happen, unless it has happened.
    pub(crate) async fn leave(&self) -> Result<Entry> {
        self.enter(BarrierOp::Compensation, BarrierState::Null).await
    }

    async fn enter(&self, op: BarrierOp, state: BarrierState) -> Result<Entry> {
        if state == BarrierState::Done && op == BarrierOp::Action && fault::mutant("saga-no-barrier") {
            return Ok(Entry::Made);
        }
        let on = Pinned::new(self.tx, self.connection);
        let writer = Uuid::new_v4();
        let row = BarrierRow {
            saga: self.saga,
            step: self.step.to_string(),
            op,
            state,
            writer,
            data: None,
            made: self.now,
        };
        if !(state == BarrierState::Null && fault::mutant("saga-no-null")) {
            BarrierRow::upsert_many([row]).or_ignore().exec(&on).await?;
        }
        let mut find = BarrierRow::filter(|c| self.is_of(&c, op));
        // A plain read may be one of a snapshot that is older than the row that was waited for.
        if on.dialect(Route::default())?.capability().row_locks {
            find = find.for_update();
        }
        let Some(row) = find.one_or_none(&on).await? else {
            return Ok(Entry::Made);
        };
        Ok(match row.state {
            _ if row.writer == writer => Entry::Made,
            BarrierState::Done => Entry::Done(Data::from_text(row.data.as_deref())?),
            BarrierState::Null => Entry::Null,
        })
    }

    /// Keeps the values that came with what has happened.
    pub(crate) async fn keep(&self, op: BarrierOp, data: &Data) -> Result<()> {
        let Some(text) = data.to_text() else {
            return Ok(());
        };
        let on = Pinned::new(self.tx, self.connection);
        BarrierRow::filter(|c| self.is_of(&c, op))
            .update(&on, |c| c.data.set(text))
            .await?;
        Ok(())
    }

    fn is_of(&self, c: &<BarrierRow as Model>::Columns, op: BarrierOp) -> manybase_record::Cond {
        c.saga.eq(self.saga) & c.step.eq(self.step.as_ref()) & c.op.eq(op)
    }
}

/// A late action.
pub(crate) fn refused(step: &str) -> Error {
    Error::new(
        ErrorKind::Transaction,
        format!("step {step:?} was ruled out by its compensation, or by hand, before this attempt at it"),
    )
    .with_help("nothing is to be done: the saga goes on without it")
}
