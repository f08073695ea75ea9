//! What can go wrong with a request.

use crate::bind::BindError;
use manybase_driver::Error;

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server says so.
    Server(Box<ServerError>),
    /// A value does not fit. Nothing of its statement was sent.
    Bind(BindError),
    /// The rows to send could not be made.
    Rows(Error),
    /// The values of a column can't be in one list.
    Mixed,
    /// A message would be longer than the protocol can say. It was not sent.
    TooLong,
    /// The transaction could not begin. It was not sent.
    NotBegun,
    /// The connection ended.
    Closed,
    /// An answer that does not belong there. Nobody knows what the next one belongs to.
    Unexpected(&'static str),
}

/// The fields of an error that are looked at. The DETAIL is not: it shows data.
///
/// Source: PostgreSQL's documentation, "Error and Notice Message Fields".
#[derive(Debug, Default)]
pub(crate) struct ServerError {
    /// In English, whatever the server's language.
    severity: String,
    state: String,
    message: String,
    hint: Option<String>,
    column: Option<String>,
    constraint: Option<String>,
    routine: Option<String>,
}

impl ServerError {
    /// Of the body of an `ErrorResponse` or a `NoticeResponse`.
    pub(super) fn parse(body: &[u8]) -> Self {
        let mut error = Self::default();
        for field in body.split(|byte| *byte == 0) {
            let Some((tag, text)) = field.split_first() else {
                break;
            };
            let text = || String::from_utf8_lossy(text).into_owned();
            match tag {
                // Translated; a server before 9.6 has no other.
                b'S' if error.severity.is_empty() => error.severity = text(),
                b'V' => error.severity = text(),
                b'C' => error.state = text(),
                b'M' => error.message = text(),
                b'H' => error.hint = Some(text()),
                b'c' => error.column = Some(text()),
                b'n' => error.constraint = Some(text()),
                b'R' => error.routine = Some(text()),
                _ => {}
            }
        }
        error
    }

    pub(crate) fn severity(&self) -> &str {
        &self.severity
    }

    /// Whether the session is over.
    pub(crate) fn is_fatal(&self) -> bool {
        matches!(&*self.severity, "FATAL" | "PANIC")
    }

    /// The SQLSTATE.
    pub(crate) fn state(&self) -> &str {
        &self.state
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    pub(crate) fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    pub(crate) fn constraint(&self) -> Option<&str> {
        self.constraint.as_deref()
    }

    /// The server's function that failed.
    pub(crate) fn routine(&self) -> Option<&str> {
        self.routine.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_an_error() {
        let body = b"SFEHLER\0VERROR\0C23505\0Mdoppelt\0Dsecret\0nt_pkey\0R_bt_check_unique\0\0";
        let error = ServerError::parse(body);
        assert_eq!((error.severity(), error.state()), ("ERROR", "23505"));
        assert_eq!((error.message(), error.constraint()), ("doppelt", Some("t_pkey")));
        assert_eq!((error.hint(), error.column()), (None, None));
        assert!(!error.is_fatal() && !format!("{error:?}").contains("secret"));
        let error = ServerError::parse(b"SFATAL\0");
        assert!(error.is_fatal() && error.state().is_empty());
    }
}
