//! What is sent: one statement with its values.

use manybase_sql::{Rendered, TableName, Value};
use std::fmt;
use std::sync::Arc;

/// Whether a statement changes anything. A database with a single writer has separate connections for readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// It only reads.
    Read,
    /// It may write.
    Write,
}

/// SQL text in the database's own dialect, and the values to bind.
///
/// ```
/// use manybase_driver::{Access, Statement};
/// let statement = Statement::write("DELETE FROM t WHERE id = ?", vec![7i64.into()]);
/// assert_eq!(statement.access, Access::Write);
/// ```
#[derive(Clone)]
pub struct Statement {
    /// The text. Shared, so that a text rendered once can be sent again without a copy.
    pub sql: Arc<str>,
    /// The values.
    pub binds: Vec<Value>,
    /// Whether it may write.
    pub access: Access,
    /// It reads or writes a bounded number of rows by key, so that a driver without a network may run it on the spot.
    pub bounded: bool,
    /// Whether the prepared form is worth keeping. Not for texts that hardly come again, such as DDL.
    pub cache: bool,
    /// It inserts one row and gives back the number that the database gives it.
    pub numbered: Option<Numbered>,
}

/// What an insert of one row gives back, when that is nothing but its number: a driver that learns the number in another
/// way may leave the clause out and answer by itself.
///
/// ```
/// use manybase_driver::{Numbered, Statement};
/// use manybase_sql::TableName;
/// static TABLE: TableName = TableName::borrowed("t");
/// let mut statement = Statement::write("INSERT INTO t (a) VALUES (?) RETURNING id", vec![7.into()]);
/// statement.numbered = Some(Numbered { table: &TABLE, column: "id", end: 28 });
/// assert_eq!(&statement.sql[..28], "INSERT INTO t (a) VALUES (?)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbered {
    /// The table.
    pub table: &'static TableName,
    /// The column that has the number.
    pub column: &'static str,
    /// Where the clause begins in the text, with the space before it.
    pub end: usize,
}

impl Statement {
    /// A statement that only reads.
    ///
    /// ```
    /// let statement = manybase_driver::Statement::read("SELECT 1", vec![]);
    /// assert!(statement.cache);
    /// ```
    pub fn read(sql: impl Into<Arc<str>>, binds: Vec<Value>) -> Self {
        Self {
            sql: sql.into(),
            binds,
            access: Access::Read,
            bounded: false,
            cache: true,
            numbered: None,
        }
    }

    /// A statement that may write.
    ///
    /// ```
    /// let statement = manybase_driver::Statement::write("DELETE FROM t", vec![]);
    /// ```
    pub fn write(sql: impl Into<Arc<str>>, binds: Vec<Value>) -> Self {
        Self {
            access: Access::Write,
            ..Self::read(sql, binds)
        }
    }

    /// A statement from a rendered tree.
    ///
    /// ```
    /// use manybase_driver::{Access, Statement};
    /// use manybase_sql::{dialect, Delete};
    /// let rendered = Delete::from("t").render(dialect::sqlite())?;
    /// let statement = Statement::rendered(rendered, Access::Write);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn rendered(rendered: Rendered, access: Access) -> Self {
        Self {
            access,
            ..Self::read(rendered.sql, rendered.binds)
        }
    }

    /// Marks it as bounded: by key, few rows.
    ///
    /// ```
    /// assert!(manybase_driver::Statement::read("SELECT 1", vec![]).bounded().bounded);
    /// ```
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.bounded = true;
        self
    }

    /// Keeps its prepared form out of the connection's cache.
    ///
    /// ```
    /// assert!(!manybase_driver::Statement::write("CREATE TABLE t (a)", vec![]).once().cache);
    /// ```
    #[must_use]
    pub fn once(mut self) -> Self {
        self.cache = false;
        self
    }
}

/// Values stay out: they are the users' data.
impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statement")
            .field("sql", &self.sql)
            .field("binds", &format_args!("[{} values]", self.binds.len()))
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}

/// What a statement without rows did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Rows inserted, updated (matched, not only changed) or deleted.
    pub affected: u64,
    /// The key that the database gave to the first inserted row, where it tells.
    pub last_insert_id: Option<i64>,
}
