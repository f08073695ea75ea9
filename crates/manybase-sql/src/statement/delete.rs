//! `DELETE`.

use crate::{Dialect, Expr, Rendered, Result, SqlWriter, TableName};

/// Rows to remove.
///
/// ```
/// use manybase_sql::{dialect, Delete, Expr};
/// let delete = Delete::from("stock").filter(Expr::column("qty").eq(0i64));
/// assert_eq!(delete.render(dialect::mysql())?.sql, "DELETE FROM `stock` WHERE `qty` = ?");
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Delete {
    /// Which table.
    pub table: TableName,
    /// Which rows; all, without it.
    pub filter: Option<Expr>,
}

impl Delete {
    /// Removes all rows of a table, unless a filter is added.
    ///
    /// ```
    /// let delete = manybase_sql::Delete::from("stock");
    /// ```
    pub fn from(table: impl Into<TableName>) -> Self {
        Self {
            table: table.into(),
            filter: None,
        }
    }

    /// Only rows for which this holds, besides what was asked before.
    ///
    /// ```
    /// use manybase_sql::{Delete, Expr};
    /// let delete = Delete::from("stock").filter(Expr::column("id").eq(1i64));
    /// ```
    #[must_use]
    pub fn filter(mut self, condition: Expr) -> Self {
        Expr::and_into(&mut self.filter, condition);
        self
    }

    /// SQL text and values for one dialect.
    ///
    /// # Errors
    /// Identifiers that the database can't have, more values than it can bind.
    ///
    /// ```
    /// use manybase_sql::{dialect, Delete};
    /// assert_eq!(Delete::from("t").render(dialect::sqlite())?.sql, r#"DELETE FROM "t""#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn render(&self, dialect: &dyn Dialect) -> Result<Rendered> {
        SqlWriter::render(dialect, |w| dialect.delete(w, self))
    }
}
