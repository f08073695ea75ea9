//! The text under construction, and the values it binds.

use super::scope::{Level, Scopes};
use crate::expr::{ColumnRef, Over};
use crate::{Dialect, Error, Name, Result, TableName, Value};

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
    quote: char,
    /// Plain names up to this length are never refused.
    max_identifier: usize,
    sql: String,
    binds: Vec<Value>,
    /// Placeholders whose values stay where they are.
    apart: Option<usize>,
    /// What a query selects that names no columns.
    columns: Option<&'d str>,
    /// The window of the aggregate that is written next.
    over: Option<Box<Over>>,
    /// The clause that is written, where it can't have window functions.
    clause: Option<&'static str>,
    scopes: Scopes,
    /// The tables behind names that say less: aliases, tables in a schema.
    tables: Vec<(Name, TableName)>,
}

/// Room for the values of most statements.
const BINDS: usize = 8;

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
        let mut writer = Self::new(dialect, 256);
        write(&mut writer)?;
        writer.finish()
    }

    /// As [`SqlWriter::render`]; a query that names no columns selects these, which have been written before.
    pub(crate) fn render_columns(
        dialect: &'d dyn Dialect,
        columns: &'d str,
        write: impl FnOnce(&mut SqlWriter<'d>) -> Result<()>,
    ) -> Result<Rendered> {
        let mut writer = Self::new(dialect, columns.len() + 256);
        writer.columns = Some(columns);
        write(&mut writer)?;
        writer.finish()
    }

    /// As [`SqlWriter::render`], without a copy of the values: those that are [`SqlWriter::given`] stay where they are.
    /// `None` when there were others too, which would have to stand between them.
    pub(crate) fn render_apart(
        dialect: &'d dyn Dialect,
        placeholders: usize,
        write: impl FnOnce(&mut SqlWriter<'d>) -> Result<()>,
    ) -> Result<Option<String>> {
        let mut writer = Self::new(dialect, 192 + 4 * placeholders);
        writer.apart = Some(0);
        write(&mut writer)?;
        let rendered = writer.finish()?;
        Ok(rendered.binds.is_empty().then_some(rendered.sql))
    }

    fn new(dialect: &'d dyn Dialect, capacity: usize) -> Self {
        SqlWriter {
            dialect,
            quote: dialect.quote(),
            max_identifier: dialect.capability().max_identifier,
            sql: String::with_capacity(capacity),
            binds: Vec::new(),
            apart: None,
            columns: None,
            over: None,
            clause: None,
            scopes: Scopes::default(),
            tables: Vec::new(),
        }
    }

    fn finish(self) -> Result<Rendered> {
        let limit = self.dialect.capability().max_parameters;
        let count = self.binds.len() + self.apart.unwrap_or_default();
        if count > limit {
            return Err(Error::TooManyParameters {
                dialect: self.dialect.name(),
                count,
                limit,
            });
        }
        Ok(Rendered {
            sql: self.sql,
            binds: self.binds,
        })
    }

    pub(crate) fn set_over(&mut self, over: Over) {
        self.over = Some(Box::new(over));
    }

    /// The window of the aggregate that a dialect is about to write, if it stands over one. Take it before the
    /// argument is written, and give it to [`SqlWriter::over`].
    ///
    /// ```
    /// use manybase_sql::{dialect, SqlWriter};
    /// SqlWriter::render(dialect::sqlite(), |w| {
    ///     assert!(w.take_over().is_none());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn take_over(&mut self) -> Option<Box<Over>> {
        self.over.take()
    }

    /// Adds `OVER (…)`, if there is a window.
    ///
    /// # Errors
    /// Those of its expressions.
    ///
    /// ```
    /// use manybase_sql::{dialect, expr::Over, Expr, SqlWriter};
    /// let rendered = SqlWriter::render(dialect::sqlite(), |w| {
    ///     w.push("MEDIAN(x)");
    ///     w.over(Some(&Over::default().partition_by(Expr::column("a"))))
    /// })?;
    /// assert_eq!(rendered.sql, r#"MEDIAN(x) OVER (PARTITION BY "a")"#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn over(&mut self, over: Option<&Over>) -> Result<()> {
        super::window::over(self, over)
    }

    /// Says which clause is written from here on, if it can't have window functions, and returns what was said
    /// before.
    pub(crate) fn enter(&mut self, clause: Option<&'static str>) -> Option<&'static str> {
        std::mem::replace(&mut self.clause, clause)
    }

    pub(crate) fn clause(&self) -> Option<&'static str> {
        self.clause
    }

    /// Taken by the first query, which is the outermost.
    pub(crate) fn take_columns(&mut self) -> Option<&'d str> {
        self.columns.take()
    }

    /// What the next query selects that names no columns.
    pub(super) fn put_columns(&mut self, columns: &'static str) {
        self.columns = Some(columns);
    }

    /// Writes what may name columns of these sources, the first first, and of those around.
    pub(super) fn among(
        &mut self,
        sources: Level,
        write: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.scopes.enter(sources)?;
        write(self)?;
        self.scopes.leave();
        Ok(())
    }

    /// Remembers which table goes by a name, until [`SqlWriter::forget_tables`].
    pub(super) fn know_table(&mut self, name: Name, table: &TableName) {
        self.tables.push((name, table.clone()));
    }

    /// How many tables are remembered.
    pub(super) fn known_tables(&self) -> usize {
        self.tables.len()
    }

    pub(super) fn forget_tables(&mut self, but: usize) {
        self.tables.truncate(but);
    }

    /// The name that a column's table goes by here, and the table itself. `None` where no query is around.
    pub(crate) fn table_of(&self, column: &ColumnRef) -> Option<(Name, TableName)> {
        let name = column.table.clone().or_else(|| self.scopes.first_here())?;
        let known = self.tables.iter().rev().find(|(known, _)| *known == name);
        let table = known.map_or(TableName::new(name.clone()), |(_, table)| table.clone());
        Some((name, table))
    }

    /// Writes what sees nothing of the queries around.
    pub(super) fn alone(&mut self, write: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.scopes.wall();
        write(self)?;
        self.scopes.leave();
        Ok(())
    }

    /// Writes names of result columns, which no table's name stands before.
    pub(super) fn bare(&mut self, write: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.scopes.bare = true;
        let written = write(self);
        self.scopes.bare = false;
        written
    }

    /// The name that stands before a column here.
    pub(super) fn qualifier(&self, column: &ColumnRef) -> Result<Option<Name>> {
        self.scopes.qualifier(column)
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
        if self.binds.capacity() == 0 {
            self.binds.reserve_exact(BINDS);
        }
        self.binds.push(value);
        let count = self.binds.len() + self.apart.unwrap_or_default();
        self.dialect.placeholder(&mut self.sql, count);
    }

    /// How many values it binds so far.
    pub(crate) fn bound(&self) -> usize {
        self.binds.len()
    }

    /// Adds a placeholder and its value, which stays where it is if the writer was made so.
    pub(crate) fn given(&mut self, value: &Value) {
        match &mut self.apart {
            Some(count) => {
                *count += 1;
                self.dialect.placeholder(&mut self.sql, *count);
            }
            None => self.bind(value.clone()),
        }
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
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let fits = !name.is_empty() && name.len() <= self.max_identifier;
        if fits && name.bytes().all(plain) {
            self.sql.push(self.quote);
            self.sql.push_str(name);
            self.sql.push(self.quote);
            return Ok(());
        }
        self.odd_identifier(name)
    }

    #[cold]
    fn odd_identifier(&mut self, name: &str) -> Result<()> {
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
        let quote = self.quote;
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

    /// Adds a quoted table name, with the schema that it has or that the dialect gives it.
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
        if let Some(schema) = table.schema.as_deref().or(self.dialect.default_schema()) {
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
