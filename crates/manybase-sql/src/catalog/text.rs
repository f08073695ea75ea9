//! What some databases keep in the text of a statement alone, and how texts compare.

/// What the text of `CREATE TABLE` tells.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// let sql = "CREATE TABLE t (a INT, b AS (a + 1), c TEXT COLLATE NOCASE) STRICT";
/// let table = dialect::sqlite().catalog().and_then(|catalog| catalog.table_in(sql)).expect("SQLite needs it");
/// assert_eq!(table.columns[1].expression.as_deref(), Some("a + 1"));
/// assert_eq!(table.columns[2].collation.as_deref(), Some("NOCASE"));
/// assert_eq!(table.options, ["STRICT"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableText {
    /// In their order.
    pub columns: Vec<ColumnText>,
    /// The name of the primary key's constraint.
    pub primary_key: Option<String>,
    /// In the order in which they are declared.
    pub foreign_keys: Vec<ForeignKeyText>,
    /// What stands behind the columns.
    pub options: Vec<String>,
}

/// What the text tells of a column.
///
/// ```
/// let column = manybase_sql::catalog::ColumnText::default();
/// assert_eq!(column.collation, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnText {
    /// Its name.
    pub name: String,
    /// How it is calculated.
    pub expression: Option<String>,
    /// Its collation.
    pub collation: Option<String>,
    /// It says that the database numbers it.
    pub auto: bool,
}

/// What the text tells of a foreign key.
///
/// ```
/// let key = manybase_sql::catalog::ForeignKeyText::default();
/// assert!(!key.deferrable);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForeignKeyText {
    /// The constraint's name.
    pub name: Option<String>,
    /// It can be looked at when the transaction ends.
    pub deferrable: bool,
    /// It is, unless a transaction says otherwise.
    pub deferred: bool,
}

/// What the text of `CREATE TRIGGER` tells.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// let sql = "CREATE TRIGGER t AFTER UPDATE OF a, b ON x WHEN NEW.a > 1 BEGIN DELETE FROM y; END";
/// let trigger = dialect::sqlite().catalog().and_then(|catalog| catalog.trigger_in(sql)).expect("SQLite needs it");
/// assert_eq!((trigger.timing.as_str(), trigger.event.as_str()), ("AFTER", "UPDATE"));
/// assert_eq!((trigger.columns.join(" "), trigger.condition), ("a b".into(), Some("NEW.a > 1".into())));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TriggerText {
    /// `BEFORE`, `AFTER`, `INSTEAD OF`
    pub timing: String,
    /// `INSERT`, `UPDATE`, `DELETE`
    pub event: String,
    /// The columns whose updates are meant.
    pub columns: Vec<String>,
    /// What a row must keep to.
    pub condition: Option<String>,
}

/// What the text of `CREATE INDEX` tells.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// let sql = "CREATE INDEX i ON t (a, lower(b) COLLATE NOCASE DESC) WHERE a > 0";
/// let index = dialect::sqlite().catalog().and_then(|catalog| catalog.index_in(sql)).expect("SQLite needs it");
/// assert_eq!(index.columns, ["a", "lower(b)"]);
/// assert_eq!(index.condition.as_deref(), Some("a > 0"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexText {
    /// Names and expressions, without collation and order.
    pub columns: Vec<String>,
    /// Which rows stand in it.
    pub condition: Option<String>,
}

/// What decides how texts of a column compare.
///
/// ```
/// use manybase_sql::{catalog::ComparedAs, dialect, Dialect};
/// let text = ComparedAs { base: "varchar", collation: Some("utf8mb4_general_ci"), ..ComparedAs::default() };
/// let compares = dialect::mariadb().catalog().expect("it has one").compares(text);
/// assert!(compares.ignores_case && compares.ignores_padding);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct ComparedAs<'a> {
    /// The type's name alone.
    pub base: &'a str,
    /// The column's collation, where it is known.
    pub collation: Option<&'a str>,
}

/// How texts compare.
///
/// ```
/// let exact = manybase_sql::catalog::Compares::default();
/// assert!(!exact.ignores_case && !exact.ignores_padding);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compares {
    /// `a` and `A` are equal.
    pub ignores_case: bool,
    /// `a` and `a ` are equal.
    pub ignores_padding: bool,
}
