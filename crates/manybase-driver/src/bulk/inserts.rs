//! Inserts of several rows each.

use crate::{Access, Result, Statement};
use manybase_sql::{Dialect, Insert, Value};
use std::sync::Arc;

/// Makes inserts of several rows each. All with as many rows have the same text, which is made once for those that follow one
/// another.
///
/// ```
/// use manybase_driver::Inserts;
/// use manybase_sql::{Insert, dialect};
///
/// let mut inserts = Inserts::new(Insert::into("t", ["a"]), dialect::postgres());
/// let (one, other) = (inserts.of(2, vec![1.into(), 2.into()])?, inserts.of(2, vec![3.into(), 4.into()])?);
/// assert!(std::sync::Arc::ptr_eq(&one.sql, &other.sql));
/// assert_eq!(other.binds, [3.into(), 4.into()]);
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Debug)]
pub struct Inserts {
    /// Without rows.
    insert: Insert,
    dialect: &'static dyn Dialect,
    /// That for so many rows.
    text: Option<(usize, Arc<str>)>,
}

impl Inserts {
    /// Such as this one, which has no rows.
    pub fn new(insert: Insert, dialect: &'static dyn Dialect) -> Self {
        Self {
            insert,
            dialect,
            text: None,
        }
    }

    /// The insert of so many rows with these values, one row after another.
    ///
    /// # Errors
    /// Identifiers that the database can't have.
    pub fn of(&mut self, rows: usize, values: Vec<Value>) -> Result<Statement> {
        if let Some((known, sql)) = &self.text
            && *known == rows
        {
            return Ok(Statement::write(sql.clone(), values));
        }
        self.insert.rows = rows;
        self.insert.values = values;
        let text = self.insert.text(self.dialect)?;
        let statement = match text {
            Some(sql) => {
                let sql = Arc::<str>::from(sql);
                self.text = Some((rows, sql.clone()));
                Statement::write(sql, std::mem::take(&mut self.insert.values))
            }
            None => Statement::rendered(self.insert.render(self.dialect)?, Access::Write),
        };
        self.insert.values.clear();
        Ok(statement)
    }
}
