//! `manybase_migration_step`: how far a migration has come that is not one transaction.

use super::{Rows, STEP, Structure};
use chrono::Utc;
use manybase_db::{Access, ErrorKind, Lease, Result};
use manybase_driver::{Row, Statement};
use manybase_sql::{Delete, Expr, Insert, Select, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepState {
    /// It is about to happen, or was when its process died.
    Running,
    Done,
    /// The database refused it.
    Failed,
}

impl StepState {
    fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// A row.
#[derive(Debug, Clone)]
pub(crate) struct Stepped {
    /// From 0.
    pub(crate) step: usize,
    pub(crate) checksum: String,
    pub(crate) state: StepState,
    /// The structure before it.
    pub(crate) structure: Option<Structure>,
}

/// The journal of one migration in one direction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Journal<'m> {
    pub(crate) migration: &'m str,
    /// `up` or `down`.
    pub(crate) direction: &'static str,
}

impl Journal<'_> {
    fn mine(&self) -> Expr {
        Expr::column("migration")
            .eq(self.migration)
            .and(Expr::column("direction").eq(self.direction))
    }

    /// In order; none where there is no table. Not in a transaction.
    pub(crate) async fn read(&self, lease: &mut Lease<'_>) -> Result<Vec<Stepped>> {
        let select = Select::from(STEP)
            .column("step")
            .column("checksum")
            .column("state")
            .column("structure")
            .filter(self.mine());
        let statement = Statement::rendered(select.render(lease.dialect())?, Access::Write).once();
        let mut rows = match lease.query(statement, Rows::new(stepped)).await {
            Ok(rows) => rows.kept,
            Err(error) if error.kind() == ErrorKind::UnknownTable => Vec::new(),
            Err(error) => return Err(error),
        };
        rows.sort_by_key(|row| row.step);
        Ok(rows)
    }

    /// Puts a row in the place of the one for its step.
    pub(crate) async fn put(&self, lease: &mut Lease<'_>, row: &Stepped, error: Option<&str>) -> Result<()> {
        let one = self.mine().and(Expr::column("step").eq(number(row.step)));
        let columns = [
            "migration",
            "direction",
            "step",
            "checksum",
            "state",
            "structure",
            "error",
            "at",
        ];
        let insert = Insert::into(STEP, columns).row::<Value>([
            self.migration.into(),
            self.direction.into(),
            number(row.step).into(),
            row.checksum.as_str().into(),
            row.state.word().into(),
            row.structure.as_ref().map(Structure::text).into(),
            error.into(),
            Utc::now().into(),
        ]);
        let dialect = lease.dialect();
        let statements = vec![
            Statement::rendered(Delete::from(STEP).filter(one).render(dialect)?, Access::Write).once(),
            Statement::rendered(insert.render(dialect)?, Access::Write).once(),
        ];
        lease.batch(statements, true).await.map(drop)
    }

    /// Takes the row of a step away.
    pub(crate) async fn forget(&self, lease: &mut Lease<'_>, step: usize) -> Result<()> {
        let one = self.mine().and(Expr::column("step").eq(number(step)));
        let delete = Delete::from(STEP).filter(one).render(lease.dialect())?;
        lease
            .execute(Statement::rendered(delete, Access::Write).once())
            .await
            .map(drop)
    }

    /// Takes all rows of the migration away.
    pub(crate) async fn clear(&self, lease: &mut Lease<'_>) -> Result<()> {
        let delete = Delete::from(STEP).filter(self.mine()).render(lease.dialect())?;
        lease
            .execute(Statement::rendered(delete, Access::Write).once())
            .await
            .map(drop)
    }
}

fn number(step: usize) -> i32 {
    i32::try_from(step).unwrap_or(i32::MAX)
}

fn stepped(row: &dyn Row) -> Result<Stepped> {
    let state = match row.str(2)?.unwrap_or_default() {
        "done" => StepState::Done,
        "failed" => StepState::Failed,
        _ => StepState::Running,
    };
    Ok(Stepped {
        step: usize::try_from(row.i64(0)?.unwrap_or_default()).unwrap_or(usize::MAX),
        checksum: row.str(1)?.unwrap_or_default().to_owned(),
        state,
        structure: row.str(3)?.and_then(Structure::read),
    })
}
