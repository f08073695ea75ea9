//! `UPDATE` of many rows, each with values of its own.

use crate::{DataType, Dialect, Expr, Name, Rendered, Result, SqlWriter, TableName, Value};

/// New values for many rows in one statement: each row of values says which row it means, and what becomes of it.
///
/// Where the database has `UPDATE … FROM`, it joins a list of values; elsewhere each column becomes a `CASE` over the
/// keys, whose work grows with the square of the number of rows.
///
/// ```
/// use manybase_sql::{dialect, DataType, UpdateRows};
/// let update = UpdateRows::table("stock", [("id", DataType::I64)], [("qty", DataType::I32)])
///     .row([1i64, 10])
///     .row([2, 20]);
/// assert_eq!(
///     update.render(dialect::postgres())?.sql,
///     "WITH \"mb_rows\" (\"mb_k0\", \"mb_s0\") AS (VALUES (CAST($1 AS bigint), CAST($2 AS integer)), ($3, $4)) \
///      UPDATE \"stock\" SET \"qty\" = \"mb_rows\".\"mb_s0\" FROM \"mb_rows\" \
///      WHERE \"stock\".\"id\" = \"mb_rows\".\"mb_k0\""
/// );
/// assert_eq!(
///     update.render(dialect::mysql())?.sql,
///     "UPDATE `stock` SET `qty` = CASE WHEN `id` = ? THEN ? WHEN `id` = ? THEN ? ELSE `qty` END WHERE `id` IN (?, ?)"
/// );
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateRows {
    /// Which table.
    pub table: TableName,
    /// Columns that a row is found by; NULL finds none.
    pub keys: Vec<(Name, DataType)>,
    /// Columns that are set.
    pub set: Vec<(Name, DataType)>,
    /// New values that are the same for all rows, or calculated from the old.
    pub also: Vec<(Name, Expr)>,
    /// What a row must be like besides, to be changed.
    pub filter: Option<Expr>,
    /// All rows' values, one row after another: its keys, then what is set.
    pub values: Vec<Value>,
}

impl UpdateRows {
    /// An update without rows as yet.
    ///
    /// ```
    /// use manybase_sql::{DataType, UpdateRows};
    /// let update = UpdateRows::table("stock", [("id", DataType::I64)], [("qty", DataType::I32)]);
    /// assert!(update.values.is_empty());
    /// ```
    pub fn table<K: Into<Name>, S: Into<Name>>(
        table: impl Into<TableName>,
        keys: impl IntoIterator<Item = (K, DataType)>,
        set: impl IntoIterator<Item = (S, DataType)>,
    ) -> Self {
        Self {
            table: table.into(),
            keys: keys.into_iter().map(|(name, of)| (name.into(), of)).collect(),
            set: set.into_iter().map(|(name, of)| (name.into(), of)).collect(),
            also: Vec::new(),
            filter: None,
            values: Vec::new(),
        }
    }

    /// Adds a row: the values of its keys, then of what is set.
    ///
    /// ```
    /// use manybase_sql::{DataType, UpdateRows};
    /// let update = UpdateRows::table("stock", [("id", DataType::I64)], [("qty", DataType::I32)]).row([1i64, 10]);
    /// assert_eq!(update.values.len(), 2);
    /// ```
    #[must_use]
    pub fn row<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.values.extend(values.into_iter().map(Into::into));
        self
    }

    /// SQL text and values for one dialect.
    ///
    /// # Errors
    /// Identifiers that the database can't have, more values than it can bind, no rows, nothing to set.
    ///
    /// ```
    /// use manybase_sql::{dialect, DataType, UpdateRows};
    /// let update = UpdateRows::table("stock", [("id", DataType::I64)], [("qty", DataType::I32)]);
    /// assert!(update.render(dialect::sqlite()).is_err());
    /// ```
    pub fn render(&self, dialect: &dyn Dialect) -> Result<Rendered> {
        SqlWriter::render(dialect, |w| dialect.update_rows(w, self))
    }
}
