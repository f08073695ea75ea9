//! What went wrong, as a response.

mod answer;
mod problem;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use std::fmt;

/// The result of a handler.
///
/// ```
/// use axum::extract::State;
/// use manybase_db::Db;
///
/// async fn names(State(db): State<Db>) -> manybase_axum::Result<String> {
///     let answers = db.ping().await;
///     Ok(format!("{:?}", answers.keys()))
/// }
/// # let _: axum::Router<Db> = axum::Router::new().route("/", axum::routing::get(names));
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong in a handler, as a response with a body of the type `application/problem+json` (RFC 9457).
///
/// An error of Manybase becomes one by `?`:
///
/// | kind | status | `code` |
/// |---|---|---|
/// | not found | 404 | `not_found` |
/// | validation failed | 422 | `validation`, with `errors`: field, code, message |
/// | a value that the database refuses | 422 | `value` |
/// | unique violation | 409 | `taken`, with `errors` where the field is known |
/// | foreign key violation | 409 | `reference` |
/// | stale record | 409 | `stale` |
/// | bad cursor of a page | 400 | `cursor` |
/// | deadlock, serialization failure, lock timeout | 503 with `Retry-After` | `retry` |
/// | no connection, connection lost, pool exhausted, closed | 503 with `Retry-After` | `unavailable` |
/// | a statement that took too long | 504 | `timeout` |
/// | all others | 500 | `internal` |
///
/// The client is told no message of a database, no name of a table and no connection. What the server is to blame for is
/// logged as an error, the rest for debugging, to the target `manybase::axum`.
///
/// ```
/// use axum::response::IntoResponse;
/// use manybase_axum::Error;
/// use manybase_db::ErrorKind;
///
/// let internal = manybase_db::Error::new(ErrorKind::Stale, "somebody was faster in table CUST_MASTER");
/// assert_eq!(Error::from(internal).into_response().status(), 409);
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
enum Inner {
    Database(manybase_db::Error),
    Own {
        status: StatusCode,
        code: Cow<'static, str>,
        detail: Cow<'static, str>,
    },
}

impl Error {
    /// An error of the application's own. The client is told the code, for programs, and the text, for people.
    ///
    /// ```
    /// use axum::http::StatusCode;
    /// use manybase_axum::Error;
    /// let error = Error::new(StatusCode::PAYMENT_REQUIRED, "funds", "there is not enough money in the account");
    /// assert_eq!(error.status(), StatusCode::PAYMENT_REQUIRED);
    /// ```
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Inner::Own {
            status,
            code: code.into(),
            detail: detail.into(),
        }))
    }

    /// There is no such thing.
    ///
    /// ```
    /// use manybase_axum::Error;
    /// assert_eq!(Error::not_found("there is no order 7").status(), 404);
    /// ```
    pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// The status of the response.
    ///
    /// ```
    /// use manybase_db::ErrorKind;
    /// let error = manybase_db::Error::new(ErrorKind::PoolTimeout, "all 10 connections were in use");
    /// assert_eq!(manybase_axum::Error::from(error).status(), 503);
    /// ```
    pub fn status(&self) -> StatusCode {
        match &*self.0 {
            Inner::Database(error) => answer::to(error.kind()).status,
            Inner::Own { status, .. } => *status,
        }
    }

    /// The error of Manybase behind it, if there is one.
    ///
    /// ```
    /// assert!(manybase_axum::Error::not_found("no such page").database().is_none());
    /// ```
    pub fn database(&self) -> Option<&manybase_db::Error> {
        match &*self.0 {
            Inner::Database(error) => Some(error),
            Inner::Own { .. } => None,
        }
    }
}

impl From<manybase_db::Error> for Error {
    fn from(error: manybase_db::Error) -> Self {
        Self(Box::new(Inner::Database(error)))
    }
}

/// For logs: with all that the client is not told.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Inner::Database(error) => error.fmt(f),
            Inner::Own { status, detail, .. } => write!(f, "{status}: {detail}"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.database().map(|error| error as _)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(target: "manybase::axum", %status, error = %self, "a request failed");
        } else {
            tracing::debug!(target: "manybase::axum", %status, error = %self, "a request was refused");
        }
        match *self.0 {
            Inner::Database(error) => {
                let answer = answer::to(error.kind());
                problem::response(
                    status,
                    answer.code,
                    answer.detail,
                    error.field_errors(),
                    answer.again,
                )
            }
            Inner::Own { code, detail, .. } => {
                let again = status == StatusCode::SERVICE_UNAVAILABLE;
                problem::response(status, &code, &detail, &[], again)
            }
        }
    }
}
