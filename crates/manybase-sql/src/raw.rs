//! SQL that the user wrote.
//!
//! The text goes to the database as it is, but for the placeholders: `?` on every database. A small lexer, told
//! the dialect's rules by [`Lexical`](crate::dialect::Lexical), knows where a question mark is none.

mod lexer;
mod placeholder;
mod read_only;
mod split;

pub use placeholder::translate;
pub use read_only::is_read_only;
pub(crate) use split::words;
pub use split::{Piece, split};

use crate::{Dialect, Error, Rendered, Result, Value};
use std::borrow::Cow;

/// SQL text with its values.
///
/// - `?` is a placeholder on every database; the values are bound in order.
/// - `??` is a question mark that is none, for PostgreSQL's operators: `data ?? 'key'`.
/// - Question marks in strings, quoted names and comments are left alone.
/// - PostgreSQL's own `$1`, `$2` are taken too, in a text without `?`.
///
/// ```
/// use manybase_sql::{dialect, RawSql, Value};
///
/// let raw = RawSql::new("SELECT name FROM customer WHERE city = ? AND note <> 'sure?'").bind("Aachen");
/// let rendered = raw.render(dialect::postgres())?;
/// assert_eq!(rendered.sql, "SELECT name FROM customer WHERE city = $1 AND note <> 'sure?'");
/// assert_eq!(rendered.binds, [Value::from("Aachen")]);
/// assert!(raw.is_read_only(dialect::postgres()));
///
/// let error = RawSql::new("DELETE FROM customer WHERE id = ?").render(dialect::sqlite()).unwrap_err();
/// assert_eq!(error, manybase_sql::Error::Placeholders { expected: 1, given: 0 });
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RawSql {
    /// The text, as the user wrote it.
    pub text: Cow<'static, str>,
    /// The values, in the order of the placeholders.
    pub binds: Vec<Value>,
}

impl RawSql {
    /// Text without values as yet.
    ///
    /// ```
    /// let raw = manybase_sql::RawSql::new("VACUUM");
    /// ```
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            text: text.into(),
            binds: Vec::new(),
        }
    }

    /// Adds the value of the next placeholder.
    ///
    /// ```
    /// use manybase_sql::RawSql;
    /// assert_eq!(RawSql::new("SELECT ?, ?").bind(1i64).bind(None::<String>).binds.len(), 2);
    /// ```
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.binds.push(value.into());
        self
    }

    /// Adds the values of the next placeholders.
    ///
    /// ```
    /// use manybase_sql::RawSql;
    /// assert_eq!(RawSql::new("SELECT ?, ?").bind_all([1i64, 2]).binds.len(), 2);
    /// ```
    #[must_use]
    pub fn bind_all<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.binds.extend(values.into_iter().map(Into::into));
        self
    }

    /// Text and values for one dialect.
    ///
    /// # Errors
    /// As [`translate`], and more values than the database can bind.
    ///
    /// ```
    /// use manybase_sql::{dialect, RawSql};
    /// let rendered = RawSql::new("SELECT ?").bind(1i64).render(dialect::postgres())?;
    /// assert_eq!(rendered.sql, "SELECT $1");
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn render(&self, dialect: &dyn Dialect) -> Result<Rendered> {
        let sql = translate(&self.text, self.binds.len(), dialect)?;
        let limit = dialect.capability().max_parameters;
        if self.binds.len() > limit {
            return Err(Error::TooManyParameters {
                dialect: dialect.name(),
                count: self.binds.len(),
                limit,
            });
        }
        Ok(Rendered {
            sql: sql.into_owned(),
            binds: self.binds.clone(),
        })
    }

    /// Whether it only reads, as [`is_read_only`] tells.
    ///
    /// ```
    /// use manybase_sql::{dialect, RawSql};
    /// assert!(!RawSql::new("DELETE FROM t").is_read_only(dialect::sqlite()));
    /// ```
    pub fn is_read_only(&self, dialect: &dyn Dialect) -> bool {
        is_read_only(&self.text, dialect)
    }
}
