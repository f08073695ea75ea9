//! What a plan would do that somebody should think about first.

use crate::operation::Operation;
use crate::schema::Schema;
use manybase_sql::Dialect;
use serde::Serialize;

/// How bad it may be.
///
/// ```
/// use manybase_migrate::lint::Severity;
/// assert!(Severity::Error > Severity::Warning);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// It may go wrong, or keep others waiting.
    Warning,
    /// Something is lost, or it fails where there are rows.
    Error,
}

/// One thing that was found.
///
/// ```
/// use manybase_migrate::{lint::lint, operation::Operation, schema::{Schema, Table}};
/// let before = Schema::of_tables([Table::new("person").auto_key("id")]);
/// let found = lint(&[Operation::DropTable { table: "person".into() }], &before, manybase_sql::dialect::postgres());
/// assert_eq!(found[0].code, "drop-table");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// By which it can be let pass.
    pub code: &'static str,
    /// How bad it may be.
    pub severity: Severity,
    /// The operation's place in the plan, from 0.
    pub operation: usize,
    /// What it is about.
    pub place: String,
    /// What may happen.
    pub message: String,
    /// What to do instead.
    pub way_out: String,
}

/// What a plan would do to a database that looks like `before`.
///
/// ```
/// use manybase_migrate::{lint::lint, schema::Schema};
/// assert!(lint(&[], &Schema::default(), manybase_sql::dialect::sqlite()).is_empty());
/// ```
pub fn lint(operations: &[Operation], before: &Schema, dialect: &dyn Dialect) -> Vec<Finding> {
    let _ = (before, dialect);
    let mut found = Vec::new();
    for (at, operation) in operations.iter().enumerate() {
        if let (Operation::DropTable { table }, Some(lost)) = (operation, operation.loss()) {
            found.push(Finding {
                code: "drop-table",
                severity: Severity::Error,
                operation: at,
                place: table.to_string(),
                message: format!("{lost} are gone for good"),
                way_out: "rename the table first, and drop it when nobody has missed it".to_owned(),
            });
        }
    }
    found
}
