//! The log: reading and writing sagas.

mod claim;

pub(crate) use claim::Runnable;

use crate::clock::Clock;
use crate::instance::Instance;
use crate::pinned::Pinned;
use crate::tables::{Known, SagaRow, StepRow, create, log_tables};
use crate::{SagaFilter, SagaId};
use manybase_db::{Db, Error, ErrorKind, Executor, Result, Route, TransactionSettings};
use manybase_driver::fault;
use manybase_record::prelude::*;
use std::sync::Arc;

/// Tries of the log's own short transactions, after deadlocks and their kind.
const RETRIES: u32 = 5;

/// The database that knows how far sagas are.
pub(crate) struct Log {
    pub(crate) db: Db,
    pub(crate) connection: Arc<str>,
    pub(crate) known: Known,
    pub(crate) clock: Clock,
}

impl Log {
    pub(crate) fn new(db: Db, connection: Arc<str>) -> Self {
        Self {
            db,
            connection,
            known: Known::default(),
            clock: Clock::default(),
        }
    }

    /// Tables and clock are there.
    pub(crate) async fn ready(&self) -> Result<()> {
        self.known.log(&self.db, &self.connection).await?;
        self.clock.set(&self.db, &self.connection).await
    }

    /// The tables are there, in a user's transaction.
    pub(crate) async fn ready_in(&self, on: &dyn Executor) -> Result<()> {
        if self.known.has_log(&self.connection) {
            return Ok(());
        }
        let pinned = self.on(on);
        if !pinned.dialect(Route::default())?.capability().transactional_ddl {
            let error = Error::new(
                ErrorKind::Transaction,
                "the tables of the saga log are not known to be there, and this database can't make them in a transaction",
            );
            return Err(error
                .with_connection(self.connection.clone())
                .with_help("call `Sagas::setup` when the program begins"));
        }
        for table in log_tables() {
            create(&pinned, &table).await?;
        }
        Ok(())
    }

    pub(crate) fn on<'e>(&'e self, on: &'e dyn Executor) -> Pinned<'e> {
        Pinned::new(on, &self.connection)
    }

    /// Adds a saga that begins.
    pub(crate) async fn insert(&self, on: &dyn Executor, instance: &Instance) -> Result<()> {
        let on = self.on(on);
        instance.saga.clone().insert(&on).await?;
        StepRow::insert_many(instance.steps.clone(), &on).await?;
        Ok(())
    }

    pub(crate) async fn saga(&self, id: SagaId) -> Result<Option<SagaRow>> {
        let found = SagaRow::find(id).one_or_none(&self.on(&self.db)).await;
        Ok(none_without_table(found)?.map(Rec::into_inner))
    }

    pub(crate) async fn steps(&self, id: SagaId) -> Result<Vec<StepRow>> {
        let steps = StepRow::filter(|c| c.saga.eq(id)).order_by(|c| c.position.asc());
        let steps = steps.all(&self.on(&self.db)).await?;
        Ok(steps.into_iter().map(Rec::into_inner).collect())
    }

    /// A saga with its steps.
    pub(crate) async fn load(&self, id: SagaId) -> Result<Instance> {
        match self.saga(id).await? {
            Some(saga) => {
                let steps = self.steps(id).await?;
                Ok(Instance { saga, steps })
            }
            None => Err(self.no_such(id)),
        }
    }

    pub(crate) fn no_such(&self, id: SagaId) -> Error {
        Error::new(ErrorKind::NotFound, format!("there is no saga {id}"))
            .with_connection(self.connection.clone())
            .with_help("look whether this is the connection with the saga log, and whether it was pruned")
    }

    /// The newest first.
    pub(crate) async fn list(&self, filter: &SagaFilter) -> Result<Vec<SagaRow>> {
        let query = SagaRow::query()
            .filter_when(!filter.states.is_empty(), |c| {
                c.state.in_list(filter.states.iter().copied())
            })
            .filter_if(filter.name.as_deref(), |c, name| c.name.eq(name))
            .filter_if(filter.before, |c, id| c.id.lt(id))
            .order_by(|c| c.id.desc())
            .limit(filter.limit);
        let rows = query.all(&self.on(&self.db)).await.map(Some);
        let rows = none_without_table(rows)?.unwrap_or_default();
        Ok(rows.into_iter().map(Rec::into_inner).collect())
    }

    /// Writes how far a saga is, with the steps at these positions, unless somebody else has written meanwhile. Says
    /// whether it was written; the saga's token is one more then.
    pub(crate) async fn write(
        &self,
        on: &dyn Executor,
        instance: &Instance,
        positions: &[usize],
    ) -> Result<bool> {
        let on = self.on(on);
        let saga = &instance.saga;
        let fenced = !fault::mutant("saga-no-fence");
        let held = SagaRow::filter(|c| c.id.eq(saga.id)).filter_when(fenced, |c| c.token.eq(saga.token));
        let written = held
            .update(&on, |c| {
                vec![
                    c.state.set(saga.state),
                    c.compensating.set(saga.compensating),
                    c.aborted.set(saga.aborted),
                    c.step.set(saga.step.clone()),
                    c.attempt.set(saga.attempt),
                    c.since.set(saga.since),
                    c.cause.set(saga.cause.clone()),
                    c.error.set(saga.error.clone()),
                    c.next_attempt_at.set(saga.next_attempt_at),
                    c.lease_until.set(saga.lease_until),
                    c.token.set(saga.token + 1),
                    c.updated.set(saga.updated),
                ]
            })
            .await?;
        if written == 0 {
            return Ok(false);
        }
        for step in positions.iter().filter_map(|&at| instance.steps.get(at)) {
            StepRow::filter(|c| c.saga.eq(step.saga) & c.position.eq(step.position))
                .update(&on, |c| {
                    vec![
                        c.state.set(step.state),
                        c.unsure.set(step.unsure),
                        c.attempt.set(step.attempt),
                        c.error.set(step.error.clone()),
                        c.data.set(step.data.clone()),
                        c.undo_attempt.set(step.undo_attempt),
                        c.undo_error.set(step.undo_error.clone()),
                        c.undo_data.set(step.undo_data.clone()),
                        c.updated.set(step.updated),
                    ]
                })
                .await?;
        }
        Ok(true)
    }

    /// As [`Log::write`], in a transaction of its own.
    pub(crate) async fn store(&self, instance: &mut Instance, positions: &[usize]) -> Result<bool> {
        fault::point("saga-state-before");
        let written = {
            let instance = &*instance;
            self.db
                .using(self.connection.clone())
                .transaction_with(TransactionSettings::new().retries(RETRIES))
                .run(async |tx| self.write(tx, instance, positions).await)
                .await?
        };
        fault::point("saga-state-after");
        if written {
            instance.saga.token += 1;
        }
        Ok(written)
    }
}

/// Who only looks does not make tables.
fn none_without_table<T>(result: Result<Option<T>>) -> Result<Option<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::UnknownTable => Ok(None),
        result => result,
    }
}
