//! What dialects write for values that stand in a text, as in DDL, which takes no bound ones.

use crate::{Result, SqlWriter, Value, render};
use chrono::{DateTime, Utc};

/// How one database writes literals. The default methods write standard SQL.
///
/// ```
/// use manybase_sql::dialect;
/// assert_eq!(dialect::mysql().string_literal("it's"), "'it''s'");
/// ```
pub trait LiteralDialect {
    /// A value as a literal, for DDL, which takes no bound values.
    ///
    /// # Errors
    /// Values that have no literal in DDL.
    fn literal(&self, w: &mut SqlWriter<'_>, value: &Value) -> Result<()> {
        render::literal(w, value)
    }

    /// Bytes as a literal.
    ///
    /// ```
    /// assert_eq!(manybase_sql::dialect::sqlite().bytes_literal(&[1, 0xAB]), "X'01AB'");
    /// ```
    fn bytes_literal(&self, bytes: &[u8]) -> String {
        format!("X'{}'", render::hex(bytes))
    }

    /// The text of an instant, quotes not included.
    ///
    /// ```
    /// use chrono::DateTime;
    /// let at = DateTime::from_timestamp(0, 0).unwrap();
    /// assert_eq!(manybase_sql::dialect::postgres().timestamp_text(at), "1970-01-01 00:00:00.000000+00:00");
    /// ```
    fn timestamp_text(&self, at: DateTime<Utc>) -> String {
        at.format("%F %T%.6f+00:00").to_string()
    }

    /// The text of a string literal, quotes included.
    ///
    /// ```
    /// assert_eq!(manybase_sql::dialect::sqlite().string_literal("it's"), "'it''s'");
    /// ```
    fn string_literal(&self, text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }

    /// A comment as a literal.
    ///
    /// ```
    /// assert_eq!(manybase_sql::dialect::postgres().comment_literal("it's"), "'it''s'");
    /// ```
    fn comment_literal(&self, comment: &str) -> String {
        self.string_literal(comment)
    }
}
