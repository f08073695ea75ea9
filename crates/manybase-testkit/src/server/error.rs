//! What can go wrong with a throwaway server.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::skip::Skipped;

/// Why a throwaway server could not be started, controlled or asked.
///
/// ```
/// use manybase_testkit::{ServerError, Skipped};
///
/// let error = ServerError::from(Skipped::new("PostgreSQL 18", "npm is not installed"));
/// assert!(matches!(error, ServerError::NotAvailable(_)));
/// assert_eq!(error.to_string(), "PostgreSQL 18 is not available: npm is not installed");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ServerError {
    /// The server's programs are not installed here, or it can't run here at all. Tests skip on it.
    NotAvailable(Skipped),
    /// A file, a directory or a process could not be made or reached.
    Io {
        /// What was being done.
        doing: String,
        /// What the operating system answered.
        source: Arc<io::Error>,
    },
    /// A helper program (`initdb`, `cp`, `npm`, ...) ended with an error.
    Program {
        /// The program.
        program: String,
        /// Its exit status and what it wrote.
        output: String,
    },
    /// The server ended by itself, or was not ready in time.
    NotStarted {
        /// The server.
        server: String,
        /// What happened, with the end of its log.
        reason: String,
    },
    /// The server did not carry out an administrative statement.
    Statement {
        /// What was asked of it.
        doing: String,
        /// What it answered.
        reason: String,
    },
}

impl ServerError {
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io {
            doing,
            source: Arc::new(source),
        }
    }

    pub(crate) fn path(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        Self::io(format!("{doing} {}", path.display()))
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAvailable(skipped) => {
                write!(f, "{} is not available: {}", skipped.what(), skipped.reason())
            }
            Self::Io { doing, source } => write!(f, "could not {doing}: {source}"),
            Self::Program { program, output } => write!(f, "{program} failed: {output}"),
            Self::NotStarted { server, reason } => write!(f, "{server} did not start: {reason}"),
            Self::Statement { doing, reason } => write!(f, "could not {doing}: {reason}"),
        }
    }
}

impl std::error::Error for ServerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}

impl From<Skipped> for ServerError {
    fn from(skipped: Skipped) -> Self {
        Self::NotAvailable(skipped)
    }
}

impl From<&ServerError> for ServerError {
    fn from(error: &ServerError) -> Self {
        error.clone()
    }
}
