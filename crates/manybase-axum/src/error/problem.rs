//! The body of an error: `application/problem+json`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use manybase_driver::FieldError;
use serde::Serialize;

#[derive(Serialize)]
struct Problem<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Field<'a>>,
}

#[derive(Serialize)]
struct Field<'a> {
    field: &'a str,
    code: &'a str,
    message: &'a str,
    /// Which of several records, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<usize>,
}

pub(super) fn response(
    status: StatusCode,
    code: &str,
    detail: &str,
    fields: &[FieldError],
    again: bool,
) -> Response {
    let problem = Problem {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or_default(),
        status: status.as_u16(),
        code,
        detail,
        errors: fields.iter().map(Field::of).collect(),
    };
    // Text and numbers alone: there is nothing that could fail.
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if again {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

impl<'a> Field<'a> {
    fn of(error: &'a FieldError) -> Self {
        Self {
            field: &error.field,
            code: &error.code,
            message: &error.message,
            record: error.record,
        }
    }
}
