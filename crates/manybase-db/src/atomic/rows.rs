//! Reading a few rows on a session.

use manybase_driver::{Flow, Result, Row, Session, Sink, Statement};

struct Rows<T> {
    read: fn(&dyn Row) -> Result<T>,
    rows: Vec<T>,
}

impl<T: Send + 'static> Sink for Rows<T> {
    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        self.rows.push((self.read)(row)?);
        Ok(Flow::Continue)
    }
}

/// All rows of a statement.
pub(crate) async fn rows<T: Send + 'static>(
    session: &mut Session,
    statement: Statement,
    read: fn(&dyn Row) -> Result<T>,
) -> Result<Vec<T>> {
    let rows = Vec::new();
    Ok(session.query(statement, Rows { read, rows }).await?.rows)
}

/// The first cell as text.
pub(crate) fn text(row: &dyn Row) -> Result<String> {
    Ok(row.str(0)?.unwrap_or_default().to_owned())
}
