//! A cell that can't become what was asked for.

use std::fmt;

/// Why a cell could not be read. The layer above adds column and model; the value itself is never shown.
///
/// ```
/// use manybase_driver::CellError;
/// let error = CellError::wrong_type("integer", "TEXT");
/// assert_eq!(error.to_string(), "it is TEXT, not integer");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CellError {
    /// It has another type.
    Type {
        /// What was asked for.
        expected: &'static str,
        /// What the database has.
        found: String,
    },
    /// It is a number that the asked-for type can't hold.
    Range {
        /// What was asked for.
        expected: &'static str,
    },
    /// It is NULL where there must be a value.
    Null,
    /// It is not UTF-8.
    Utf8,
    /// It has the right type and a form that means nothing, such as a zero date.
    Format {
        /// What was asked for.
        expected: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The row has fewer cells.
    Missing,
}

impl CellError {
    /// Another type.
    pub fn wrong_type(expected: &'static str, found: impl Into<String>) -> Box<Self> {
        Box::new(Self::Type {
            expected,
            found: found.into(),
        })
    }

    /// A number out of range.
    pub fn range(expected: &'static str) -> Box<Self> {
        Box::new(Self::Range { expected })
    }

    /// A form that means nothing.
    pub fn format(expected: &'static str, reason: impl Into<String>) -> Box<Self> {
        Box::new(Self::Format {
            expected,
            reason: reason.into(),
        })
    }
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type { expected, found } => write!(f, "it is {found}, not {expected}"),
            Self::Range { expected } => write!(f, "it is out of the range of {expected}"),
            Self::Null => f.write_str("it is NULL (make the field an Option)"),
            Self::Utf8 => f.write_str("it is not valid UTF-8 (read it as Vec<u8>)"),
            Self::Format { expected, reason } => write!(f, "it is no {expected}: {reason}"),
            Self::Missing => f.write_str("the row has no such column"),
        }
    }
}

impl std::error::Error for CellError {}
