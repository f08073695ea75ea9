//! What a run has done, and where.

use super::Direction;
use manybase_db::{Error, Result};
use serde::Serialize;

/// What a run has done on each connection, also when it ended with an error.
///
/// ```
/// let report = manybase_migrate::Report::default();
/// assert_eq!(report.count(), 0);
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Report {
    /// By connection, in the order of their names.
    pub connections: Vec<ConnectionReport>,
    /// What ended it, when it was not its end. The connection is in the error.
    pub error: Option<Error>,
}

/// What a run has done on one connection.
///
/// ```
/// # fn look(report: &manybase_migrate::ConnectionReport) {
/// println!("{}: {} done, {} left", report.connection, report.done.len(), report.left);
/// # }
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ConnectionReport {
    /// Its name.
    pub connection: String,
    /// What was done, in order.
    pub done: Vec<Done>,
    /// Migrations that are still to be applied.
    pub left: usize,
}

/// A migration that was applied or taken back.
///
/// ```
/// # fn look(done: &manybase_migrate::Done) {
/// println!("{} in {} ms", done.migration, done.millis);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Done {
    /// Its name.
    pub migration: String,
    /// Which way.
    pub direction: Direction,
    /// How long it took.
    pub millis: i64,
}

impl Report {
    /// How many migrations were applied or taken back.
    ///
    /// ```
    /// assert_eq!(manybase_migrate::Report::default().count(), 0);
    /// ```
    pub fn count(&self) -> usize {
        self.connections
            .iter()
            .map(|connection| connection.done.len())
            .sum()
    }

    /// The error that ended it, if one did.
    ///
    /// ```
    /// assert!(manybase_migrate::Report::default().into_result().is_ok());
    /// ```
    ///
    /// # Errors
    /// [`Report::error`]
    pub fn into_result(self) -> Result<Self> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self),
        }
    }
}
