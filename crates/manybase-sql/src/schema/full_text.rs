//! What makes full-text search fast, and on some databases possible.

use crate::expr::{FullText, fitting};
use crate::{Dialect, Name, Rendered, Result, TableName};

/// An index for full-text search in columns of a table: an expression index on PostgreSQL, a hidden column with a
/// `FULLTEXT` index on MariaDB and MySQL, a virtual table with triggers on SQLite.
///
/// ```
/// use manybase_sql::{dialect, expr::FullText, schema::FullTextIndex};
/// let index = FullTextIndex { table: "article".into(), row_key: Some("id".into()), text: FullText::of(["title", "body"]) };
/// let statements = index.create(dialect::postgres())?;
/// assert!(statements[0].sql.starts_with(r#"CREATE INDEX IF NOT EXISTS "article_full_text_title_body" ON "article" USING GIN"#));
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FullTextIndex {
    /// The table.
    pub table: TableName,
    /// The column of the key, if it is one whole number: SQLite needs that.
    pub row_key: Option<Name>,
    /// Its columns.
    pub text: FullText,
}

/// What is to be done about an index.
///
/// ```
/// assert_ne!(manybase_sql::schema::FullTextChange::Create, manybase_sql::schema::FullTextChange::Drop);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FullTextChange {
    /// It is made, for the rows that are there too.
    Create,
    /// It is taken away.
    Drop,
}

impl FullTextIndex {
    /// The statements that make it, where it is not there.
    ///
    /// # Errors
    /// A database without full-text search, a table or a language that it can't have it for, identifiers that it can't
    /// have.
    ///
    /// ```
    /// use manybase_sql::{dialect, expr::FullText, schema::FullTextIndex};
    /// let index = FullTextIndex { table: "article".into(), row_key: None, text: FullText::of(["body"]) };
    /// let refused = index.create(dialect::sqlite()).unwrap_err();
    /// assert!(refused.to_string().contains("key"));
    /// ```
    pub fn create(&self, dialect: &dyn Dialect) -> Result<Vec<Rendered>> {
        dialect.full_text_index(dialect, self, FullTextChange::Create)
    }

    /// The statements that take it away, where it is there.
    ///
    /// # Errors
    /// A database without full-text search, identifiers that it can't have.
    ///
    /// ```
    /// use manybase_sql::{dialect, expr::FullText, schema::FullTextIndex};
    /// let index = FullTextIndex { table: "article".into(), row_key: None, text: FullText::of(["body"]) };
    /// assert_eq!(index.drop(dialect::postgres())?[0].sql, r#"DROP INDEX IF EXISTS "article_full_text_body""#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn drop(&self, dialect: &dyn Dialect) -> Result<Vec<Rendered>> {
        dialect.full_text_index(dialect, self, FullTextChange::Drop)
    }

    /// Its name, for databases on which indexes of all tables stand side by side.
    pub(crate) fn name(&self) -> Result<TableName> {
        named(&self.table, &self.text)
    }
}

/// The table's name and the index's.
pub(crate) fn named(table: &TableName, text: &FullText) -> Result<TableName> {
    let name = fitting(format!("{}_{}", table.name, text.index_name()?));
    Ok(TableName {
        schema: table.schema.clone(),
        name: name.into(),
    })
}
