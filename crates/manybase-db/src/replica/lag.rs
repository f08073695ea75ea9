//! How far a replica is behind, where the database can tell.

use crate::{Error, Result};
use manybase_driver::{Columns, Dialect, Flow, Row, Session, Sink, Statement};
use std::time::Duration;

/// The query, and the column that has the seconds.
pub(super) fn query(dialect: &dyn Dialect) -> Option<(&'static str, &'static str)> {
    dialect.catalog().and_then(|catalog| catalog.replica_lag())
}

/// `None` where it can't tell: it is no replica, or does not know.
pub(super) async fn measure(session: &mut Session) -> Result<Option<Duration>> {
    let Some((sql, column)) = query(session.dialect()?) else {
        return Ok(None);
    };
    let seconds = Seconds {
        column,
        at: None,
        seconds: None,
    };
    let told = session
        .query(Statement::read(sql, Vec::new()), seconds)
        .await?
        .seconds;
    Ok(told.and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok()))
}

/// One number by the column's name: one database answers with one column, another one with sixty.
struct Seconds {
    column: &'static str,
    at: Option<usize>,
    seconds: Option<f64>,
}

impl Sink for Seconds {
    fn columns(&mut self, columns: &dyn Columns) -> Result<()> {
        self.at = (0..columns.len()).find(|&at| columns.name(at).eq_ignore_ascii_case(self.column));
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        let Some(at) = self.at else {
            return Err(Error::driver(format!("the lag has no column {}", self.column)));
        };
        self.seconds = row.f64(at).map_err(Error::from)?;
        Ok(Flow::Stop)
    }

    fn restart(&mut self) -> bool {
        self.seconds = None;
        true
    }
}
