//! What a step says when it fails.

use manybase_driver::{Error, ErrorKind};
use std::fmt;
use std::time::Duration;

/// What a step or a compensation gives back.
///
/// ```
/// use manybase_saga::{StepError, StepResult};
/// fn checked(cents: i64) -> StepResult<i64> {
///     if cents > 0 { Ok(cents) } else { Err(StepError::fatal("nothing to pay")) }
/// }
/// assert!(checked(0).unwrap_err().is_fatal());
/// ```
pub type StepResult<T = ()> = Result<T, StepError>;

/// Why a step failed, and whether another attempt may help.
///
/// An [`Error`] of the library becomes one by `?`. It is tried again after what may pass: a lost connection, a
/// database that can't be reached, a deadlock, a lock or a statement that took too long, a stale record, a database
/// that is read-only just now, and errors that nobody knows. It is fatal when the same would happen again: a violated
/// constraint, a value that does not fit, a row that is not there, a statement that makes no sense.
///
/// ```
/// use manybase_saga::StepError;
/// use std::time::Duration;
///
/// assert!(StepError::fatal("the card was declined").is_fatal());
/// let busy = StepError::retry("503 from the payment service").after(Duration::from_secs(2));
/// assert!(!busy.is_fatal());
/// ```
#[derive(Debug, Clone)]
pub struct StepError {
    fatal: bool,
    message: String,
    after: Option<Duration>,
    /// It comes of a panic, so that nobody has said how far the step was.
    panic: bool,
}

impl StepError {
    /// The step can't be done: what was done before it is undone.
    ///
    /// Of a call it says too that **this attempt has had no effect**. If that is not known, say [`StepError::retry`].
    ///
    /// ```
    /// assert!(manybase_saga::StepError::fatal("no such account").is_fatal());
    /// ```
    pub fn fatal(message: impl fmt::Display) -> Self {
        Self {
            fatal: true,
            message: message.to_string(),
            after: None,
            panic: false,
        }
    }

    /// It may go well the next time.
    ///
    /// ```
    /// let error = manybase_saga::StepError::retry("timed out");
    /// assert_eq!(error.message(), "timed out");
    /// ```
    pub fn retry(message: impl fmt::Display) -> Self {
        Self {
            fatal: false,
            message: message.to_string(),
            after: None,
            panic: false,
        }
    }

    /// How long to wait at least before the next attempt, where the other side says so.
    ///
    /// ```
    /// use std::time::Duration;
    /// let error = manybase_saga::StepError::retry("429").after(Duration::from_secs(30));
    /// # let _ = error;
    /// ```
    #[must_use]
    pub fn after(mut self, pause: Duration) -> Self {
        self.after = Some(pause);
        self
    }

    /// Whether no further attempt is made.
    ///
    /// ```
    /// assert!(!manybase_saga::StepError::retry("timed out").is_fatal());
    /// ```
    pub fn is_fatal(&self) -> bool {
        self.fatal
    }

    /// What happened. It is kept in the log.
    ///
    /// ```
    /// assert_eq!(manybase_saga::StepError::fatal("declined").message(), "declined");
    /// ```
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn panicked(what: &str) -> Self {
        Self {
            panic: true,
            ..Self::fatal(format!("it panicked: {what}"))
        }
    }

    /// Whether a call that ended so may have had its effect: a request whose answer got lost looks like one that never
    /// arrived.
    pub(crate) fn is_unsure(&self) -> bool {
        self.panic || !self.fatal
    }

    pub(crate) fn pause(&self) -> Option<Duration> {
        self.after
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StepError {}

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        Self {
            fatal: is_lasting(&error),
            message: error.to_string(),
            after: None,
            panic: false,
        }
    }
}

/// Whether the same would happen again.
fn is_lasting(error: &Error) -> bool {
    use ErrorKind as Kind;
    if error.is_retryable() {
        return false;
    }
    match error.kind() {
        // A statement failed before, its error was swallowed, and that one decides.
        Kind::Transaction => {
            let behind = std::error::Error::source(error).and_then(|source| source.downcast_ref::<Error>());
            behind.is_none_or(is_lasting)
        }
        Kind::Config
        | Kind::UnknownConnection
        | Kind::UniqueViolation
        | Kind::ForeignKeyViolation
        | Kind::NotNullViolation
        | Kind::CheckViolation
        | Kind::Value
        | Kind::PermissionDenied
        | Kind::UnknownTable
        | Kind::UnknownColumn
        | Kind::Syntax
        | Kind::Statement
        | Kind::Identifier
        | Kind::TooManyParameters
        | Kind::Placeholders
        | Kind::Unsupported
        | Kind::Decode
        | Kind::NotFound
        | Kind::NotUnique
        | Kind::Cursor
        | Kind::NotLoaded
        | Kind::Driver => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fatal(error: Error) -> bool {
        StepError::from(error).is_fatal()
    }

    #[test]
    fn what_passes_is_tried_again() {
        for kind in [
            ErrorKind::Deadlock,
            ErrorKind::Serialization,
            ErrorKind::LockTimeout,
            ErrorKind::Connect,
            ErrorKind::ConnectionLost,
            ErrorKind::PoolTimeout,
            ErrorKind::Timeout,
            ErrorKind::Cancelled,
            ErrorKind::Closed,
            ErrorKind::Stale,
            ErrorKind::ReadOnly,
            ErrorKind::Database,
        ] {
            assert!(!fatal(Error::new(kind, "")), "{kind}");
        }
        for kind in [
            ErrorKind::UniqueViolation,
            ErrorKind::CheckViolation,
            ErrorKind::UnknownTable,
            ErrorKind::NotFound,
        ] {
            assert!(fatal(Error::new(kind, "")), "{kind}");
        }
    }

    #[test]
    fn a_swallowed_error_decides() {
        let behind = |kind| Error::new(ErrorKind::Transaction, "").with_source(Error::new(kind, ""));
        assert!(!fatal(behind(ErrorKind::Deadlock)));
        assert!(fatal(behind(ErrorKind::UniqueViolation)));
        assert!(fatal(Error::new(ErrorKind::Transaction, "")));
    }
}
