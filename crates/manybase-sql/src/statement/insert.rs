//! `INSERT`.

use crate::{Dialect, Name, OnConflict, Rendered, Result, SqlWriter, TableName, Value};

/// Rows to add to a table.
///
/// ```
/// use manybase_sql::{dialect, Insert};
/// let insert = Insert::into("customer", ["name"]).row(["Ann"]).row(["Bob"]).returning(["id"]);
/// assert_eq!(
///     insert.render(dialect::postgres())?.sql,
///     r#"INSERT INTO "customer" ("name") VALUES ($1), ($2) RETURNING "id""#
/// );
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// Where to.
    pub table: TableName,
    /// Columns that get values; none means that every column takes its default.
    pub columns: Vec<Name>,
    /// All rows' values, one row after another.
    pub values: Vec<Value>,
    /// Number of rows; needed because a row may have no columns.
    pub rows: usize,
    /// What to do about rows that are there already; without it they are an error.
    pub on_conflict: Option<OnConflict>,
    /// `RETURNING`; refused where [`crate::Capability::insert_returning`] says no.
    pub returning: Vec<Name>,
}

impl Insert {
    /// The number of rows once one of them was too short or too long: together with others it might look right.
    pub(crate) const UNEVEN: usize = usize::MAX;

    /// An insert without rows as yet.
    ///
    /// ```
    /// let insert = manybase_sql::Insert::into("customer", ["name"]);
    /// assert_eq!(insert.rows, 0);
    /// ```
    pub fn into<N: Into<Name>>(table: impl Into<TableName>, columns: impl IntoIterator<Item = N>) -> Self {
        Self {
            table: table.into(),
            columns: columns.into_iter().map(Into::into).collect(),
            values: Vec::new(),
            rows: 0,
            on_conflict: None,
            returning: Vec::new(),
        }
    }

    /// Adds a row.
    ///
    /// ```
    /// let insert = manybase_sql::Insert::into("customer", ["name"]).row(["Ann"]);
    /// assert_eq!(insert.rows, 1);
    /// ```
    #[must_use]
    pub fn row<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        let before = self.values.len();
        self.values.extend(values.into_iter().map(Into::into));
        let fits = self.values.len() - before == self.columns.len();
        self.rows = if fits {
            self.rows.saturating_add(1)
        } else {
            Self::UNEVEN
        };
        self
    }

    /// What to do about rows that are there already.
    ///
    /// ```
    /// use manybase_sql::{dialect, Insert, OnConflict};
    /// let insert = Insert::into("t", ["a"]).row([1i64]).on_conflict(OnConflict::new(["a"]));
    /// assert_eq!(
    ///     insert.render(dialect::sqlite())?.sql,
    ///     r#"INSERT INTO "t" ("a") VALUES (?) ON CONFLICT ("a") DO NOTHING"#
    /// );
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    #[must_use]
    pub fn on_conflict(mut self, conflict: OnConflict) -> Self {
        self.on_conflict = Some(conflict);
        self
    }

    /// Columns to give back for each row.
    ///
    /// ```
    /// let insert = manybase_sql::Insert::into("customer", ["name"]).returning(["id"]);
    /// assert_eq!(insert.returning, ["id"]);
    /// ```
    #[must_use]
    pub fn returning<N: Into<Name>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.returning = columns.into_iter().map(Into::into).collect();
        self
    }

    /// SQL text and values for one dialect.
    ///
    /// # Errors
    /// What the database lacks, identifiers it can't have, more values than it can bind, rows whose length is
    /// not the number of columns.
    ///
    /// ```
    /// use manybase_sql::{dialect, Insert};
    /// let rendered = Insert::into("t", ["a"]).row([1i64]).render(dialect::sqlite())?;
    /// assert_eq!(rendered.sql, r#"INSERT INTO "t" ("a") VALUES (?)"#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn render(&self, dialect: &dyn Dialect) -> Result<Rendered> {
        SqlWriter::render(dialect, |w| dialect.insert(w, self))
    }

    /// The text alone, if the values stand in it in their order. It is the same for all values, so that it can be kept.
    ///
    /// # Errors
    /// As [`Insert::render`].
    ///
    /// ```
    /// use manybase_sql::{dialect, Insert};
    /// let insert = Insert::into("t", ["a"]).row([1i64]).row([2]);
    /// assert_eq!(insert.text(dialect::postgres())?, Some(insert.render(dialect::postgres())?.sql));
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn text(&self, dialect: &dyn Dialect) -> Result<Option<String>> {
        SqlWriter::render_apart(dialect, self.values.len(), |w| dialect.insert(w, self))
    }
}
