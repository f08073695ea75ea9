//! Small questions to a database.

use manybase_db::{Lease, Result};
use manybase_driver::{FirstSink, Flow, Row, Sink, Statement};

/// Keeps what it makes of each row.
pub(crate) struct Rows<T> {
    make: fn(&dyn Row) -> Result<T>,
    pub(crate) kept: Vec<T>,
}

impl<T> Rows<T> {
    pub(crate) fn new(make: fn(&dyn Row) -> Result<T>) -> Self {
        Self {
            make,
            kept: Vec::new(),
        }
    }
}

impl<T: Send + 'static> Sink for Rows<T> {
    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        self.kept.push((self.make)(row)?);
        Ok(Flow::Continue)
    }

    fn restart(&mut self) -> bool {
        self.kept.clear();
        true
    }
}

/// The truth value of the first row; NULL and no row are false.
pub(crate) async fn truth(lease: &mut Lease<'_>, sql: &str) -> Result<bool> {
    let sink = FirstSink::new(|row: &dyn Row| Ok(row.bool(0)?.unwrap_or(false)));
    let asked = lease.query(Statement::write(sql, vec![]).once(), sink).await?;
    Ok(asked.value.unwrap_or(false))
}
