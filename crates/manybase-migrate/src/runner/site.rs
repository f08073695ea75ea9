//! One connection while migrations run on it.

use super::survey::{Rows, Survey};
use super::{Event, Migrator};
use crate::Line;
use crate::history::{Applied, History};
use crate::lock::Lock;
use manybase_db::{Access, Db, Executor, Lease, Result, Route};
use manybase_sql::Dialect;
use std::sync::Arc;

/// Where the work is done: a `Db` of its own, unless the database lives in its one connection.
pub(crate) struct Ground {
    pub(crate) connection: Arc<str>,
    pub(crate) db: Db,
    apart: bool,
}

impl Ground {
    pub(crate) fn of(migrator: &Migrator, connection: &Arc<str>) -> Result<Self> {
        let apart = migrator.db().apart(connection)?;
        Ok(Self {
            connection: connection.clone(),
            apart: apart.is_some(),
            db: apart.unwrap_or_else(|| migrator.db().clone()),
        })
    }

    pub(crate) async fn lease(&self) -> Result<Lease<'_>> {
        self.db.lease(route(&self.connection), Access::Write).await
    }

    pub(crate) async fn close(self) {
        if self.apart
            && let Err(error) = self.db.close().await
        {
            tracing::debug!(target: "manybase::migrate", connection = &*self.connection, %error, "could not close");
        }
    }
}

pub(crate) fn route(connection: &str) -> Route<'_> {
    Route {
        using: Some(connection),
        ..Route::default()
    }
}

/// A connection whose lock we have. The lock stands beside it, so that tasks can share this.
pub(crate) struct Site<'g> {
    pub(crate) ground: &'g Ground,
    pub(crate) line: &'g Line,
    pub(crate) dialect: &'static dyn Dialect,
    pub(crate) rows: Rows,
}

impl<'g> Site<'g> {
    /// Waits for the lock, makes the tables, reads the history.
    pub(crate) async fn enter(
        migrator: &Migrator,
        ground: &'g Ground,
        line: &'g Line,
    ) -> Result<(Self, Lock<'g>)> {
        let connection = &*ground.connection;
        let waiting = || migrator.tell(&Event::Waiting { connection });
        let lock = Lock::take(&ground.db, connection, migrator.lock_timeout, waiting).await?;
        let mut lease = ground.lease().await?;
        let dialect = lease.dialect();
        History::prepare(&mut lease).await?;
        let rows = rows(History::all(&mut lease).await?);
        drop(lease);
        let site = Self {
            ground,
            line,
            dialect,
            rows,
        };
        Ok((site, lock))
    }

    pub(crate) fn survey(&self) -> Survey<'g> {
        Survey::of(self.line, &self.rows, self.dialect)
    }

    /// Gives the lock back.
    pub(crate) async fn leave(self, lock: Lock<'_>) {
        let connection = self.ground.connection.clone();
        if !lock.release().await {
            tracing::warn!(
                target: "manybase::migrate",
                connection = &*connection,
                "the lock of migrations was no longer held at the end: does the connection go through a pooler?"
            );
        }
    }

    /// The history as it is now.
    pub(crate) async fn reread(&mut self) -> Result<()> {
        let mut lease = self.ground.lease().await?;
        self.rows = rows(History::all(&mut lease).await?);
        Ok(())
    }
}

pub(crate) fn rows(all: Vec<Applied>) -> Rows {
    all.into_iter().map(|row| (row.name.clone(), row)).collect()
}
