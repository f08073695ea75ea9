//! One error for the whole library.

mod cell;
mod fields;
mod kind;

pub use cell::CellError;
pub use fields::{FieldError, FieldErrors};
pub use kind::ErrorKind;

use std::fmt;
use std::sync::Arc;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A database's own code for an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NativeCode {
    /// A number: SQLite's extended result code, MySQL's and Oracle's error number.
    Number(i64),
    /// A five-character SQLSTATE alone: PostgreSQL.
    SqlState(String),
    /// Both: MySQL.
    Both(i64, String),
}

/// What went wrong, where, and the way out.
///
/// ```
/// use manybase_driver::{Error, ErrorKind};
/// let error = Error::new(ErrorKind::UniqueViolation, "customer.email holds this value already")
///     .with_connection("erp")
///     .with_model("Customer");
/// assert!(error.is_unique_violation());
/// assert_eq!(error.connection(), Some("erp"));
/// assert_eq!(
///     error.to_string(),
///     "unique violation on connection \"erp\", model Customer: customer.email holds this value already"
/// );
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    help: Option<String>,
    connection: Option<Arc<str>>,
    model: Option<&'static str>,
    transaction: Option<Arc<str>>,
    constraint: Option<String>,
    code: Option<NativeCode>,
    fields: Option<Box<FieldErrors>>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of a kind, with a message that says what happened.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            help: None,
            connection: None,
            model: None,
            transaction: None,
            constraint: None,
            code: None,
            fields: None,
            source: None,
        }))
    }

    /// Something wrong in the configuration.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// A driver that breaks its contract.
    pub fn driver(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Driver, message)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Adds the connection's name, unless there is one.
    #[must_use]
    pub fn with_connection(mut self, name: impl Into<Arc<str>>) -> Self {
        self.0.connection.get_or_insert_with(|| name.into());
        self
    }

    /// Adds the model's name, unless there is one.
    #[must_use]
    pub fn with_model(mut self, name: &'static str) -> Self {
        self.0.model.get_or_insert(name);
        self
    }

    /// Adds the global name of the transaction in which it happened, unless there is one.
    ///
    /// ```
    /// use manybase_driver::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::OutcomeUnknown, "the home can't be reached").with_transaction("mb1.a.b.7");
    /// assert_eq!(error.transaction(), Some("mb1.a.b.7"));
    /// assert_eq!(
    ///     error.to_string(),
    ///     "outcome unknown in transaction \"mb1.a.b.7\": the home can't be reached"
    /// );
    /// ```
    #[must_use]
    pub fn with_transaction(mut self, gtrid: impl Into<Arc<str>>) -> Self {
        self.0.transaction.get_or_insert_with(|| gtrid.into());
        self
    }

    /// Adds the constraint that was violated.
    #[must_use]
    pub fn with_constraint(mut self, name: impl Into<String>) -> Self {
        self.0.constraint = Some(name.into());
        self
    }

    /// Adds the database's own code.
    #[must_use]
    pub fn with_code(mut self, code: NativeCode) -> Self {
        self.0.code = Some(code);
        self
    }

    /// Adds the error behind it.
    #[must_use]
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// The kind, the same for all databases.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What happened, without the context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The name of the connection on which it happened.
    pub fn connection(&self) -> Option<&str> {
        self.0.connection.as_deref()
    }

    /// The name of the model with which it happened.
    pub fn model(&self) -> Option<&'static str> {
        self.0.model
    }

    /// The global name of the transaction over several databases in which it happened. What became of the
    /// transaction can be asked by it.
    pub fn transaction(&self) -> Option<&str> {
        self.0.transaction.as_deref()
    }

    /// The constraint that was violated, where the database tells.
    pub fn constraint(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }

    /// The database's own code.
    pub fn code(&self) -> Option<&NativeCode> {
        self.0.code.as_ref()
    }

    /// The SQLSTATE, where the database has one.
    pub fn sqlstate(&self) -> Option<&str> {
        match self.code()? {
            NativeCode::SqlState(state) | NativeCode::Both(_, state) => Some(state),
            NativeCode::Number(_) => None,
        }
    }

    /// A key or unique set holds the value already.
    pub fn is_unique_violation(&self) -> bool {
        self.kind() == ErrorKind::UniqueViolation
    }

    /// A reference points to nothing, or something still points here.
    pub fn is_foreign_key_violation(&self) -> bool {
        self.kind() == ErrorKind::ForeignKeyViolation
    }

    /// Whether the whole transaction, run again, may well succeed.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Serialization | ErrorKind::Deadlock | ErrorKind::LockTimeout
        )
    }

    /// Whether the connection is of no more use.
    pub fn is_connection_lost(&self) -> bool {
        self.kind() == ErrorKind::ConnectionLost
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        write!(f, "{}", inner.kind)?;
        if let Some(connection) = &inner.connection {
            write!(f, " on connection \"{connection}\"")?;
        }
        if let Some(model) = inner.model {
            write!(f, ", model {model}")?;
        }
        if let Some(transaction) = &inner.transaction {
            write!(f, " in transaction \"{transaction}\"")?;
        }
        write!(f, ": {}", inner.message)?;
        match &inner.code {
            Some(NativeCode::Number(code)) => write!(f, " (code {code})")?,
            Some(NativeCode::SqlState(state)) => write!(f, " (SQLSTATE {state})")?,
            Some(NativeCode::Both(code, state)) => write!(f, " (code {code}, SQLSTATE {state})")?,
            None => {}
        }
        if let Some(help) = &inner.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

/// As [`fmt::Display`]: the message is what a failed test or `main` shows.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<manybase_sql::Error> for Error {
    fn from(error: manybase_sql::Error) -> Self {
        use manybase_sql::Error as Sql;
        let kind = match error {
            Sql::Unsupported { .. } => ErrorKind::Unsupported,
            Sql::Identifier { .. } => ErrorKind::Identifier,
            Sql::TooManyParameters { .. } => ErrorKind::TooManyParameters,
            Sql::Placeholders { .. } => ErrorKind::Placeholders,
            _ => ErrorKind::Statement,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<Box<CellError>> for Error {
    fn from(error: Box<CellError>) -> Self {
        Self::new(ErrorKind::Decode, error.to_string())
    }
}
