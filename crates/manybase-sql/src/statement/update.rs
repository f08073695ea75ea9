//! `UPDATE`.

use crate::{Dialect, Expr, Name, Rendered, Result, SqlWriter, TableName};

/// A change of rows.
///
/// ```
/// use manybase_sql::{dialect, Expr, Update};
/// let update = Update::table("stock").set("qty", Expr::column("qty").sub(1i64)).filter(Expr::column("id").eq(7i64));
/// assert_eq!(update.render(dialect::postgres())?.sql, r#"UPDATE "stock" SET "qty" = "qty" - $1 WHERE "id" = $2"#);
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// Which table.
    pub table: TableName,
    /// New values, which may be calculated from the old.
    pub set: Vec<(Name, Expr)>,
    /// Which rows; all, without it.
    pub filter: Option<Expr>,
    /// `RETURNING`; refused where [`crate::Capability::update_returning`] says no.
    pub returning: Vec<Name>,
}

impl Update {
    /// A change of a table, without new values as yet.
    ///
    /// ```
    /// let update = manybase_sql::Update::table("stock").set("qty", 0i64);
    /// ```
    pub fn table(table: impl Into<TableName>) -> Self {
        Self {
            table: table.into(),
            set: Vec::new(),
            filter: None,
            returning: Vec::new(),
        }
    }

    /// Sets a column.
    ///
    /// ```
    /// assert_eq!(manybase_sql::Update::table("stock").set("qty", 0i64).set.len(), 1);
    /// ```
    #[must_use]
    pub fn set(mut self, column: impl Into<Name>, to: impl Into<Expr>) -> Self {
        self.set.push((column.into(), to.into()));
        self
    }

    /// Only rows for which this holds, besides what was asked before.
    ///
    /// ```
    /// use manybase_sql::{Expr, Update};
    /// let update = Update::table("stock").set("qty", 0i64).filter(Expr::column("id").eq(1i64));
    /// ```
    #[must_use]
    pub fn filter(mut self, condition: Expr) -> Self {
        Expr::and_into(&mut self.filter, condition);
        self
    }

    /// SQL text and values for one dialect.
    ///
    /// # Errors
    /// What the database lacks, identifiers it can't have, more values than it can bind, nothing to set.
    ///
    /// ```
    /// use manybase_sql::{dialect, Update};
    /// assert!(Update::table("stock").render(dialect::sqlite()).is_err());
    /// ```
    pub fn render(&self, dialect: &dyn Dialect) -> Result<Rendered> {
        SqlWriter::render(dialect, |w| dialect.update(w, self))
    }
}
