//! One clock for all processes: that of the database with the log.

use crate::pinned::Pinned;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use manybase_db::{Access, Db, Executor, Result, Route};
use manybase_driver::{FirstSink, Statement};
use manybase_sql::{Expr, Function, SqlWriter};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the difference between two clocks is trusted.
const TRUST: Duration = Duration::from_secs(60);

/// The clock of the log's database, told by ours and the difference. The fencing token keeps a saga right whatever
/// the clocks say; without this, processes whose clocks differ would take sagas from one another all the time.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// Microseconds that the database is ahead.
    ahead: AtomicI64,
    asked: Mutex<Option<Instant>>,
}

impl Clock {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let ahead = TimeDelta::microseconds(self.ahead.load(Ordering::Relaxed));
        let here = Utc::now().trunc_subsecs(6);
        here.checked_add_signed(ahead).unwrap_or(here)
    }

    /// Asks the database, unless that was done a short while ago.
    pub(crate) async fn set(&self, db: &Db, connection: &str) -> Result<()> {
        if self.is_set() {
            return Ok(());
        }
        let on = Pinned::new(db, connection);
        let mut lease = on.lease(Route::default(), Access::Read).await?;
        let rendered = SqlWriter::render(lease.dialect(), |w| {
            w.push("SELECT ");
            w.dialect().output_expr(w, &Expr::call(Function::Now, []))
        })?;
        let sink = FirstSink::new(|row| Ok(row.timestamp(0)?));
        let there = lease
            .query(Statement::rendered(rendered, Access::Read), sink)
            .await?
            .value
            .flatten();
        if let Some(there) = there {
            let ahead = there.signed_duration_since(Utc::now()).num_microseconds();
            self.ahead.store(ahead.unwrap_or_default(), Ordering::Relaxed);
        }
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Ok(())
    }

    fn is_set(&self) -> bool {
        let asked = *self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.is_some_and(|asked| asked.elapsed() < TRUST)
    }
}

/// A time after another one, a century at most: what no clock can tell is as good as never.
pub(crate) fn later(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    TimeDelta::from_std(by.min(CENTURY))
        .ok()
        .and_then(|by| at.checked_add_signed(by))
        .unwrap_or(at)
}
