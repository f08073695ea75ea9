//! The text under construction, and the values it binds.

use crate::{Dialect, Error, Result, TableName, Value};

/// SQL text with placeholders, and the values to bind, in order.
///
/// ```
/// use manybase_sql::{dialect, Delete, Expr, Value};
/// let rendered = Delete::from("t").filter(Expr::column("id").eq(1i64)).render(dialect::sqlite())?;
/// assert_eq!(rendered.binds, [Value::I64(1)]);
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// The text.
    pub sql: String,
    /// The values.
    pub binds: Vec<Value>,
}

/// Where a dialect writes to.
///
/// ```
/// use manybase_sql::{dialect, SqlWriter};
/// let rendered = SqlWriter::render(dialect::mysql(), |w| {
///     w.push("TRUNCATE TABLE ");
///     w.identifier("t")
/// })?;
/// assert_eq!(rendered.sql, "TRUNCATE TABLE `t`");
/// # Ok::<(), manybase_sql::Error>(())
/// ```
pub struct SqlWriter<'d> {
    dialect: &'d dyn Dialect,
    sql: String,
    binds: Vec<Value>,
}

impl<'d> SqlWriter<'d> {
    /// Runs a rendering function and checks the number of values against the dialect's limit.
    ///
    /// # Errors
    /// What the function returns, and too many values.
    ///
    /// ```
    /// use manybase_sql::{dialect, Dialect, SqlWriter};
    /// let rendered = SqlWriter::render(dialect::sqlite(), |w| {
    ///     w.push("SELECT ");
    ///     w.bind(1i64.into());
    ///     Ok(())
    /// })?;
    /// assert_eq!(rendered.sql, "SELECT ?");
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn render(
        dialect: &'d dyn Dialect,
        write: impl FnOnce(&mut SqlWriter<'d>) -> Result<()>,
    ) -> Result<Rendered> {
        let mut writer = SqlWriter {
            dialect,
            sql: String::with_capacity(160),
            binds: Vec::new(),
        };
        write(&mut writer)?;
        let limit = dialect.capability().max_parameters;
        if writer.binds.len() > limit {
            return Err(Error::TooManyParameters {
                dialect: dialect.name(),
                count: writer.binds.len(),
                limit,
            });
        }
        Ok(Rendered {
            sql: writer.sql,
            binds: writer.binds,
        })
    }

    /// The dialect that is written.
    ///
    /// ```
    /// use manybase_sql::{dialect, SqlWriter};
    /// let rendered = SqlWriter::render(dialect::sqlite(), |w| {
    ///     w.push(w.dialect().name());
    ///     Ok(())
    /// })?;
    /// assert_eq!(rendered.sql, "SQLite");
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn dialect(&self) -> &'d dyn Dialect {
        self.dialect
    }

    /// Adds text as it is. Never give it anything that comes from a user.
    ///
    /// ```
    /// use manybase_sql::{dialect, SqlWriter};
    /// let rendered = SqlWriter::render(dialect::sqlite(), |w| {
    ///     w.push("VACUUM");
    ///     Ok(())
    /// })?;
    /// assert_eq!(rendered.sql, "VACUUM");
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// Adds a placeholder and its value.
    ///
    /// ```
    /// use manybase_sql::{dialect, SqlWriter};
    /// let rendered = SqlWriter::render(dialect::postgres(), |w| {
    ///     w.bind(1i64.into());
    ///     Ok(())
    /// })?;
    /// assert_eq!(rendered.sql, "$1");
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn bind(&mut self, value: Value) {
        self.binds.push(value);
        self.dialect.placeholder(&mut self.sql, self.binds.len());
    }

    /// Adds a quoted identifier.
    ///
    /// # Errors
    /// An empty identifier, one with NUL in it, one that the database would cut off.
    ///
    /// ```
    /// use manybase_sql::{dialect, SqlWriter};
    /// let rendered = SqlWriter::render(dialect::sqlite(), |w| {
    ///     w.identifier("a\"b")
    /// })?;
    /// assert_eq!(rendered.sql, r#""a""b""#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn identifier(&mut self, name: &str) -> Result<()> {
        let reason = if name.is_empty() {
            Some("it is empty".to_owned())
        } else if name.contains('\0') {
            Some("it has a NUL character in it".to_owned())
        } else {
            self.dialect.identifier_too_long(name)
        };
        if let Some(reason) = reason {
            return Err(Error::Identifier {
                name: name.escape_debug().to_string(),
                reason,
            });
        }
        let quote = self.dialect.quote();
        self.sql.push(quote);
        for c in name.chars() {
            if c == quote {
                self.sql.push(quote);
            }
            self.sql.push(c);
        }
        self.sql.push(quote);
        Ok(())
    }

    /// Adds a quoted table name.
    ///
    /// # Errors
    /// As [`SqlWriter::identifier`].
    ///
    /// ```
    /// use manybase_sql::{dialect, SqlWriter};
    /// let rendered = SqlWriter::render(dialect::sqlite(), |w| {
    ///     w.table(&manybase_sql::TableName::new("t").in_schema("s"))
    /// })?;
    /// assert_eq!(rendered.sql, r#""s"."t""#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn table(&mut self, table: &TableName) -> Result<()> {
        if let Some(schema) = &table.schema {
            self.identifier(schema)?;
            self.sql.push('.');
        }
        self.identifier(&table.name)
    }

    /// Adds items with `, ` between them.
    ///
    /// # Errors
    /// The first that an item returns.
    ///
    /// ```
    /// use manybase_sql::{dialect, SqlWriter};
    /// let rendered = SqlWriter::render(dialect::sqlite(), |w| {
    ///     w.comma_separated(["a", "b"], |w, name| w.identifier(name))
    /// })?;
    /// assert_eq!(rendered.sql, r#""a", "b""#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn comma_separated<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T) -> Result<()>,
    ) -> Result<()> {
        for (i, item) in items.into_iter().enumerate() {
            if i > 0 {
                self.sql.push_str(", ");
            }
            write(self, item)?;
        }
        Ok(())
    }
}
