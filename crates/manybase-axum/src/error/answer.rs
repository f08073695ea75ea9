//! What a client is told for each kind of error.

use axum::http::StatusCode;
use manybase_db::ErrorKind;

pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// For programs.
    pub(super) code: &'static str,
    /// For people, without internals.
    pub(super) detail: &'static str,
    /// The same request may well succeed in a moment.
    pub(super) again: bool,
}

pub(super) fn to(kind: ErrorKind) -> Answer {
    let (status, code, detail) = match kind {
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, "not_found", "there is no such record"),
        ErrorKind::Validation => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "validation",
            "some fields are not as they must be",
        ),
        ErrorKind::Value | ErrorKind::NotNullViolation | ErrorKind::CheckViolation => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "value",
            "a value is missing or out of range",
        ),
        ErrorKind::UniqueViolation => (
            StatusCode::CONFLICT,
            "taken",
            "there is a record with this value already",
        ),
        ErrorKind::ForeignKeyViolation => (
            StatusCode::CONFLICT,
            "reference",
            "another record is referred to that does not exist, or refers to this one",
        ),
        ErrorKind::Stale => (
            StatusCode::CONFLICT,
            "stale",
            "the record has been changed by somebody else: read it again",
        ),
        ErrorKind::Cursor => (
            StatusCode::BAD_REQUEST,
            "cursor",
            "the place of the page is not a good one",
        ),
        ErrorKind::Deadlock | ErrorKind::Serialization | ErrorKind::LockTimeout => (
            StatusCode::SERVICE_UNAVAILABLE,
            "retry",
            "another request was in the way: send it again",
        ),
        ErrorKind::Connect
        | ErrorKind::ConnectionLost
        | ErrorKind::PoolTimeout
        | ErrorKind::Closed
        | ErrorKind::Cancelled => (
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "a database is not available at the moment",
        ),
        ErrorKind::Timeout => (StatusCode::GATEWAY_TIMEOUT, "timeout", "a database took too long"),
        ErrorKind::OutcomeUnknown => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "outcome_unknown",
            "whether it took effect is not known yet",
        ),
        _ => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something went wrong",
        ),
    };
    Answer {
        status,
        code,
        detail,
        again: status == StatusCode::SERVICE_UNAVAILABLE,
    }
}
