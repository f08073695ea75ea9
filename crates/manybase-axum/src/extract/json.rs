//! Bodies in JSON.

use super::{code, refused};
use crate::Error;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use manybase_driver::FieldErrors;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A body in JSON, in the place of axum's own: what is wrong with it is told as what is wrong with a record is, so that
/// clients have one kind of answer to understand.
///
/// | what is wrong | status | `code` |
/// |---|---|---|
/// | a field is missing, or of the wrong type | 422 | `validation`, with `errors`: `missing` or `type`, and the path such as `lines[2].qty` |
/// | it is not JSON | 400 | `json` |
/// | the content type is another | 415 | `media_type` |
/// | it is too large | 413 | `too_large` |
///
/// ```
/// use manybase_axum::{Json, Result};
/// #[derive(serde::Deserialize)]
/// struct Opening {
///     owner: String,
/// }
///
/// async fn open(Json(opening): Json<Opening>) -> Result<Json<String>> {
///     Ok(Json(opening.owner))
/// }
/// # let _: axum::Router = axum::Router::new().route("/accounts", axum::routing::post(open));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        if !is_json(request.headers()) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            let detail = "the body is to be JSON: send `content-type: application/json`";
            return Err(Error::new(status, code(status), detail));
        }
        // It knows how large a body may be.
        let body = Bytes::from_request(request, state).await.map_err(refused)?;
        read(&body).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let said = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = said.and_then(|said| said.split(';').next()).unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    essence == "application/json" || essence.starts_with("application/") && essence.ends_with("+json")
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        wrong(&path, &error.into_inner())
    })?;
    deserializer.end().map_err(|error| wrong("", &error))?;
    Ok(value)
}

fn wrong(path: &str, error: &serde_json::Error) -> Error {
    if !error.is_data() {
        return Error::new(
            StatusCode::BAD_REQUEST,
            "json",
            format!("the body is not JSON: {error}"),
        );
    }
    let text = error.to_string();
    // Its place in the text helps nobody who has written an object.
    let text = text.rsplit_once(" at line ").map_or(&*text, |(text, _)| text);
    let path = if path == "." { "" } else { path };
    let missing = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'));
    let mut fields = FieldErrors::default();
    match missing {
        // It is told of what the field is not in.
        Some(field) if path.is_empty() => fields.add_code(field.to_owned(), "missing", "is missing"),
        Some(field) => fields.add_code(format!("{path}.{field}"), "missing", "is missing"),
        None => fields.add_code(path.to_owned(), "type", text.to_owned()),
    }
    match fields.into_result() {
        Err(error) => error.into(),
        Ok(()) => Error::new(StatusCode::BAD_REQUEST, "json", text.to_owned()),
    }
}

/// What can't be written is the program's mistake: 500.
impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let kind = HeaderValue::from_static("application/json");
                ([(header::CONTENT_TYPE, kind)], body).into_response()
            }
            Err(error) => {
                tracing::error!(target: "manybase::axum", %error, "a response is no JSON");
                Error::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "something went wrong",
                )
                .into_response()
            }
        }
    }
}

impl<T> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}
