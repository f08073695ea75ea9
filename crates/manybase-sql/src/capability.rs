//! What a database can do, as data instead of branches on its name.

/// How a database takes a list of values that is too long for a placeholder each.
///
/// ```
/// use manybase_sql::{dialect, Dialect, ListBind};
/// assert_eq!(dialect::postgres().capability().list_bind, ListBind::Array);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListBind {
    /// As one array: `= ANY($1)`. Every length shares one prepared statement.
    Array,
    /// As one JSON text, taken apart by the database.
    Json,
    /// Not at all: a placeholder each, up to the limit.
    Placeholders,
}

/// Where comments on tables and columns are said.
///
/// ```
/// use manybase_sql::{dialect, Comments, Dialect};
/// assert_eq!(dialect::sqlite().capability().comments, Comments::None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comments {
    /// Nowhere: the database keeps none.
    None,
    /// In the statement that makes the table.
    InTable,
    /// In statements of their own.
    Statement,
}

/// How much a transaction sees of others, in the terms of the SQL standard.
///
/// ```
/// use manybase_sql::IsolationLevel;
/// assert_eq!(IsolationLevel::RepeatableRead.as_sql(), "REPEATABLE READ");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IsolationLevel {
    /// Sees what others have not committed yet.
    ReadUncommitted,
    /// Each statement sees what was committed before it.
    ReadCommitted,
    /// All statements see one snapshot.
    RepeatableRead,
    /// As if transactions ran one after another.
    Serializable,
}

impl IsolationLevel {
    /// The standard's spelling.
    ///
    /// ```
    /// assert_eq!(manybase_sql::IsolationLevel::Serializable.as_sql(), "SERIALIZABLE");
    /// ```
    pub fn as_sql(self) -> &'static str {
        match self {
            Self::ReadUncommitted => "READ UNCOMMITTED",
            Self::ReadCommitted => "READ COMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}

/// What one database can do. Code above the dialects and drivers asks here and never for a name.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// assert!(dialect::sqlite().capability().insert_returning);
/// assert!(!dialect::mysql().capability().insert_returning);
/// assert!(dialect::mariadb().capability().insert_returning);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capability {
    /// `INSERT … RETURNING`. Without it the driver reports the last generated key and the row is read back.
    pub insert_returning: bool,
    /// Many rows go in faster if the driver is given all of them than as statements with a placeholder for each cell: it
    /// sends a list for each column, or a file of them, or runs one and the same statement for each row.
    pub inserts_together: bool,
    /// The number of rows of a `LIMIT` stands in the text: a bound one would make the database plan the query anew
    /// whenever it runs.
    pub limit_in_text: bool,
    /// `UPDATE … RETURNING`.
    pub update_returning: bool,
    /// `UPDATE … FROM` a list of values.
    pub update_from: bool,
    /// `DELETE … RETURNING`.
    pub delete_returning: bool,
    /// Savepoints that really work.
    pub savepoints: bool,
    /// DDL takes part in transactions.
    pub transactional_ddl: bool,
    /// A transaction can be prepared and finished later, by another session.
    pub two_phase_commit: bool,
    /// `FOR UPDATE` and its kind.
    pub row_locks: bool,
    /// Row locks that several can have at a time: `FOR SHARE`.
    pub share_locks: bool,
    /// `SKIP LOCKED`.
    pub skip_locked: bool,
    /// `NOWAIT`.
    pub nowait: bool,
    /// Row locks of one table out of several: `FOR UPDATE OF`.
    pub lock_of: bool,
    /// `LATERAL` joins.
    pub lateral: bool,
    /// `GROUP BY ROLLUP`, with `GROUPING`.
    pub rollup: bool,
    /// Frames of window functions that count groups of equal rows.
    pub frame_groups: bool,
    /// `FULL JOIN`.
    pub full_join: bool,
    /// `INTERSECT` and `EXCEPT`.
    pub intersect: bool,
    /// A condition of `UPDATE` and `DELETE` may read the table that they change.
    pub target_in_subquery: bool,
    /// Indexes are said in `CREATE TABLE` too; else in statements of their own.
    pub index_in_table: bool,
    /// `CREATE INDEX IF NOT EXISTS`.
    pub index_if_not_exists: bool,
    /// Indexes on expressions.
    pub index_expression: bool,
    /// Indexes of those rows of which a condition is true.
    pub index_filter: bool,
    /// Where comments on tables and columns are said.
    pub comments: Comments,
    /// `CREATE OR REPLACE VIEW`.
    pub replace_view: bool,
    /// Tables live in schemas that a name can mention.
    pub schemas: bool,
    /// One connection at a time can write, so that writers share one connection and readers have others.
    pub single_writer: bool,
    /// Isolation levels that can be asked for; an empty list means that every transaction is serializable.
    pub isolation_levels: &'static [IsolationLevel],
    /// How long lists are bound.
    pub list_bind: ListBind,
    /// List length from which [`Capability::list_bind`] is used instead of a placeholder each.
    pub list_bind_from: usize,
    /// Rows to look for several columns in are written as `VALUES (1, 2), (3, 4)`, else as a list without the word.
    pub rows_as_values: bool,
    /// Values that one statement can bind.
    pub max_parameters: usize,
    /// Longest identifier, in bytes (characters on MySQL).
    pub max_identifier: usize,
}
