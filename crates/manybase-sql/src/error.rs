//! What can go wrong between a statement tree and its text.

use std::fmt;

/// The result of rendering.
///
/// ```
/// fn sql() -> manybase_sql::Result<String> {
///     Ok(manybase_sql::Delete::from("t").render(manybase_sql::dialect::sqlite())?.sql)
/// }
/// assert!(sql().is_ok());
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a statement could not be rendered.
///
/// ```
/// use manybase_sql::{dialect, Error, Select};
/// let error = Select::from("a\0b").column("x").render(dialect::sqlite()).unwrap_err();
/// assert!(matches!(error, Error::Identifier { .. }));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The database has no such feature.
    Unsupported {
        /// The dialect that lacks it.
        dialect: &'static str,
        /// What is lacking.
        feature: &'static str,
        /// What to do instead.
        way_out: &'static str,
    },
    /// An identifier that no quoting can make valid.
    Identifier {
        /// The identifier, with control characters escaped.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// More values than one statement of this database can bind.
    TooManyParameters {
        /// The dialect.
        dialect: &'static str,
        /// How many the statement has.
        count: usize,
        /// How many the database takes.
        limit: usize,
    },
    /// A statement that makes no sense, such as an insert with rows of different lengths.
    Statement(String),
    /// Raw SQL whose placeholders do not match the bound values.
    Placeholders {
        /// Placeholders in the text.
        expected: usize,
        /// Values given.
        given: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported {
                dialect,
                feature,
                way_out,
            } => {
                write!(f, "{dialect} has no {feature}: {way_out}")
            }
            Self::Identifier { name, reason } => write!(f, "\"{name}\" can't be an identifier: {reason}"),
            Self::TooManyParameters {
                dialect,
                count,
                limit,
            } => write!(
                f,
                "the statement binds {count} values, {dialect} takes {limit} at most: split it, or use in_list, \
                 which binds a long list as one value where the database can"
            ),
            Self::Statement(what) => f.write_str(what),
            Self::Placeholders { expected, given } => write!(
                f,
                "the SQL text has {expected} placeholder{} and {given} value{} bound: give one value per placeholder \
                 (write ?? for a question mark that is no placeholder)",
                if *expected == 1 { "" } else { "s" },
                if *given == 1 { " is" } else { "s are" },
            ),
        }
    }
}

impl std::error::Error for Error {}
