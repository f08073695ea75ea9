//! The tables: two in the log, and the barrier in each database that steps work on.

use crate::{SagaId, SagaState, StepKind, StepState};
use chrono::{DateTime, Utc};
use manybase_db::{Access, Db, ErrorKind, Executor, Result, Route};
use manybase_driver::Statement;
use manybase_record::{DbEnum, Model};
use manybase_sql::schema::Table;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// A saga.
#[derive(Debug, Clone, Model)]
#[model(table = "manybase_saga")]
pub(crate) struct SagaRow {
    #[model(key)]
    pub(crate) id: SagaId,
    #[model(length = 100)]
    pub(crate) name: String,
    pub(crate) version: u32,
    #[model(length = 20)]
    pub(crate) state: SagaState,
    /// The direction, which a stuck saga has too.
    pub(crate) compensating: bool,
    /// Somebody wanted it undone.
    pub(crate) aborted: bool,
    pub(crate) input: String,
    /// The step that is being done or undone.
    #[model(length = 100)]
    pub(crate) step: Option<String>,
    /// Attempts at it that have begun.
    pub(crate) attempt: u32,
    /// When the first of them began.
    pub(crate) since: Option<DateTime<Utc>>,
    /// Why it is undone.
    pub(crate) cause: Option<String>,
    /// What went wrong last, until something went well again.
    pub(crate) error: Option<String>,
    /// From when on a runner may take it. While somebody has it, the end of the lease.
    pub(crate) next_attempt_at: Option<DateTime<Utc>>,
    /// Until when somebody has it.
    pub(crate) lease_until: Option<DateTime<Utc>>,
    /// Counts the writes: one that knows only of an older state of the saga is refused.
    pub(crate) token: i64,
    pub(crate) created: DateTime<Utc>,
    pub(crate) updated: DateTime<Utc>,
}

/// A step of a saga, as it was defined when the saga began, and how far it is.
#[derive(Debug, Clone, Model)]
#[model(table = "manybase_saga_step")]
pub(crate) struct StepRow {
    #[model(key)]
    pub(crate) saga: SagaId,
    #[model(key)]
    pub(crate) position: i32,
    #[model(length = 100)]
    pub(crate) step: String,
    #[model(length = 20)]
    pub(crate) kind: StepKind,
    #[model(length = 200)]
    pub(crate) connection: Option<String>,
    pub(crate) pivot: bool,
    pub(crate) compensable: bool,
    #[model(length = 20)]
    pub(crate) state: StepState,
    /// An attempt may have had its effect, although nobody has heard of it.
    pub(crate) unsure: bool,
    pub(crate) attempt: u32,
    pub(crate) error: Option<String>,
    pub(crate) data: Option<String>,
    pub(crate) undo_attempt: u32,
    pub(crate) undo_error: Option<String>,
    pub(crate) undo_data: Option<String>,
    pub(crate) updated: DateTime<Utc>,
}

/// What may happen once for a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DbEnum)]
pub(crate) enum BarrierOp {
    Action,
    Compensation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, DbEnum)]
pub(crate) enum BarrierState {
    /// It has happened.
    Done,
    /// It has not, and must not any more.
    Null,
}

/// Whether a step's effect has happened, told by the database in which it happens.
#[derive(Debug, Clone, Model)]
#[model(table = "manybase_barrier")]
pub(crate) struct BarrierRow {
    #[model(key)]
    pub(crate) saga: SagaId,
    #[model(key, length = 100)]
    pub(crate) step: String,
    #[model(key, length = 20)]
    pub(crate) op: BarrierOp,
    #[model(length = 20)]
    pub(crate) state: BarrierState,
    /// Tells a row of one's own from one that was there.
    pub(crate) writer: Uuid,
    /// The values that the step has put, for a runner that comes after a crash.
    pub(crate) data: Option<String>,
    pub(crate) made: DateTime<Utc>,
}

/// The tables of the log.
pub(crate) fn log_tables() -> [Table; 2] {
    // Unique by its last column alone: it is there as an index, for the search of what is due.
    let sagas = SagaRow::meta()
        .schema()
        .unique(["state", "next_attempt_at", "id"]);
    [sagas, StepRow::meta().schema()]
}

/// The table of a database that steps work on.
pub(crate) fn barrier_table() -> Table {
    BarrierRow::meta().schema()
}

/// Where tables are known to be.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<HashSet<(Arc<str>, bool)>>);

impl Known {
    /// Makes the tables of the log there, unless they are.
    pub(crate) async fn log(&self, db: &Db, connection: &Arc<str>) -> Result<()> {
        self.make(db, connection, true, &log_tables()).await
    }

    /// Makes the barrier there, unless it is.
    pub(crate) async fn barrier(&self, db: &Db, connection: &Arc<str>) -> Result<()> {
        self.make(db, connection, false, &[barrier_table()]).await
    }

    pub(crate) fn has_log(&self, connection: &Arc<str>) -> bool {
        self.lock().contains(&(connection.clone(), true))
    }

    async fn make(&self, db: &Db, connection: &Arc<str>, log: bool, tables: &[Table]) -> Result<()> {
        let key = (connection.clone(), log);
        if self.lock().contains(&key) {
            return Ok(());
        }
        let on = db.using(connection.clone());
        for table in tables {
            make(&on, table).await?;
        }
        self.lock().insert(key);
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<(Arc<str>, bool)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks first: an account that may not create tables can then use what somebody else has made.
async fn make(on: &dyn Executor, table: &Table) -> Result<()> {
    if is_there(on, table).await? {
        return Ok(());
    }
    match create(on, table).await {
        Ok(()) => Ok(()),
        // Several processes that begin at once may collide, `IF NOT EXISTS` or not.
        Err(_) if is_there(on, table).await? => Ok(()),
        Err(error) => Err(error),
    }
}

pub(crate) async fn create(on: &dyn Executor, table: &Table) -> Result<()> {
    let mut lease = on.lease(Route::default(), Access::Write).await?;
    let rendered = table.clone().create_if_not_exists().render(lease.dialect())?;
    lease
        .execute(Statement::rendered(rendered, Access::Write).once())
        .await?;
    Ok(())
}

async fn is_there(on: &dyn Executor, table: &Table) -> Result<bool> {
    let Some(column) = table.primary_key.first() else {
        return Ok(false);
    };
    let select = manybase_sql::Select::from(table.name.clone())
        .column(column.clone())
        .limit(1);
    let mut lease = on.lease(Route::default(), Access::Read).await?;
    let statement = Statement::rendered(select.render(lease.dialect())?, Access::Read).once();
    match lease.execute(statement).await {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnknownTable => Ok(false),
        Err(error) => Err(error),
    }
}
