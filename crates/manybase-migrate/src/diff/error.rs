//! Why there is no answer.

use crate::schema::ObjectName;
use manybase_db::{Error, ErrorKind};
use std::fmt;

/// What may have been renamed.
///
/// ```
/// use manybase_migrate::diff::Candidate;
/// let candidate = Candidate { table: None, from: "age".into(), to: "years".into() };
/// assert_eq!(candidate.to_string(), "table age to years");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Whose column it is; `None` for a table.
    pub table: Option<ObjectName>,
    /// What would go.
    pub from: ObjectName,
    /// What would come.
    pub to: ObjectName,
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.table {
            Some(table) => write!(f, "column {table}.{} to {}", self.from, self.to),
            None => write!(f, "table {} to {}", self.from, self.to),
        }
    }
}

/// Why a diff has no answer.
///
/// ```
/// use manybase_migrate::diff::DiffError;
/// let error: manybase_db::Error = DiffError::Ambiguous(Vec::new()).into();
/// assert!(error.help().is_some());
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum DiffError {
    /// These may have been renamed, or go and come.
    Ambiguous(Vec<Candidate>),
    /// What else is wrong.
    Plan(Error),
}

impl fmt::Display for DiffError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ambiguous(candidates) => {
                let each: Vec<String> = candidates.iter().map(ToString::to_string).collect();
                write!(f, "renamed, or dropped and added: {}?", each.join("; "))
            }
            Self::Plan(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for DiffError {}

impl From<Error> for DiffError {
    fn from(error: Error) -> Self {
        Self::Plan(error)
    }
}

impl From<DiffError> for Error {
    fn from(error: DiffError) -> Self {
        match error {
            DiffError::Plan(error) => error,
            ambiguous => Self::new(ErrorKind::Statement, ambiguous.to_string()).with_help(
                "say `renamed_from` in the model, or give the answer with the command: what is dropped loses its data",
            ),
        }
    }
}
