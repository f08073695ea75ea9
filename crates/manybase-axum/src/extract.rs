//! What handlers take out of a request, with the answers of [`Error`] where that fails.

mod json;

pub use json::Json;

use crate::Error;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use std::fmt;

/// An extractor of axum or of somebody else, such as `Path` and `Query`, whose refusals have the body of [`Error`].
///
/// ```
/// use axum::extract::Path;
/// use manybase_axum::{Result, Uniform};
///
/// /// `/orders/seven` is answered with 400 and `application/problem+json`.
/// async fn show(Uniform(Path(id)): Uniform<Path<i64>>) -> Result<String> {
///     Ok(format!("order {id}"))
/// }
/// # let _: axum::Router = axum::Router::new().route("/orders/{id}", axum::routing::get(show));
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Uniform<E>(pub E);

/// With the extractor's own status, and its own words where the client is to blame.
impl<S, E> FromRequestParts<S> for Uniform<E>
where
    S: Send + Sync,
    E: FromRequestParts<S>,
    E::Rejection: fmt::Display,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        E::from_request_parts(parts, state)
            .await
            .map(Self)
            .map_err(refused)
    }
}

fn refused<R: IntoResponse + fmt::Display>(rejection: R) -> Error {
    let text = rejection.to_string();
    let status = rejection.into_response().status();
    if status.is_client_error() {
        return Error::new(status, code(status), text);
    }
    tracing::error!(target: "manybase::axum", %status, error = text, "an extractor failed");
    Error::new(status, "internal", "something went wrong")
}

/// What a program is told of a request that can't be understood.
fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "media_type",
        _ => "request",
    }
}
