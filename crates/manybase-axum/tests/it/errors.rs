//! What clients are told, and what they are not.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use manybase_axum::Error;
use manybase_db::ErrorKind;
use manybase_driver::FieldErrors;
use serde_json::{Value, json};

async fn told(error: Error) -> (u16, Option<String>, Value) {
    let response = error.into_response();
    let status = response.status().as_u16();
    let content = response.headers()[header::CONTENT_TYPE].to_str().unwrap();
    assert_eq!(content, "application/problem+json");
    let again = response.headers().get(header::RETRY_AFTER);
    let again = again.map(|value| value.to_str().unwrap().to_owned());
    let body = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap();
    (status, again, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn each_kind_has_its_status_and_no_internals() {
    for (kind, status, code, again) in [
        (ErrorKind::NotFound, 404, "not_found", false),
        (ErrorKind::Validation, 422, "validation", false),
        (ErrorKind::Value, 422, "value", false),
        (ErrorKind::CheckViolation, 422, "value", false),
        (ErrorKind::UniqueViolation, 409, "taken", false),
        (ErrorKind::ForeignKeyViolation, 409, "reference", false),
        (ErrorKind::Stale, 409, "stale", false),
        (ErrorKind::Cursor, 400, "cursor", false),
        (ErrorKind::Deadlock, 503, "retry", true),
        (ErrorKind::Serialization, 503, "retry", true),
        (ErrorKind::LockTimeout, 503, "retry", true),
        (ErrorKind::Connect, 503, "unavailable", true),
        (ErrorKind::ConnectionLost, 503, "unavailable", true),
        (ErrorKind::PoolTimeout, 503, "unavailable", true),
        (ErrorKind::Closed, 503, "unavailable", true),
        (ErrorKind::Timeout, 504, "timeout", false),
        (ErrorKind::OutcomeUnknown, 500, "outcome_unknown", false),
        (ErrorKind::UnknownTable, 500, "internal", false),
        (ErrorKind::PermissionDenied, 500, "internal", false),
        (ErrorKind::Syntax, 500, "internal", false),
        (ErrorKind::Transaction, 500, "internal", false),
    ] {
        let error = manybase_db::Error::new(kind, "CUST_MASTER at db.example says hunter2")
            .with_connection("legacy")
            .with_model("Customer")
            .with_constraint("uq_cust")
            .with_help("look into CUST_MASTER");
        let error = Error::from(error);
        assert!(error.to_string().contains("hunter2"), "the log has it all");
        let (found, retry, body) = told(error).await;
        assert_eq!((found, retry.is_some()), (status, again), "{kind}");
        assert_eq!(
            (&body["status"], &body["code"]),
            (&json!(status), &json!(code)),
            "{kind}"
        );
        let text = body.to_string();
        for secret in ["CUST_MASTER", "hunter2", "legacy", "Customer", "uq_cust"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn fields_that_are_wrong_are_told_by_name() {
    let mut fields = FieldErrors::default();
    fields.add_code("email", "taken", "is taken");
    fields.set_record(Some(2));
    fields.add("name", "is empty");
    let error = fields.into_result().unwrap_err();
    let (status, _, body) = told(error.into()).await;
    assert_eq!(status, 422);
    assert_eq!(
        body,
        json!({
            "type": "about:blank",
            "title": "Unprocessable Entity",
            "status": 422,
            "code": "validation",
            "detail": "some fields are not as they must be",
            "errors": [
                { "field": "email", "code": "taken", "message": "is taken" },
                { "field": "name", "code": "invalid", "message": "is empty", "record": 2 },
            ],
        })
    );
}

#[tokio::test]
async fn an_application_has_errors_of_its_own() {
    let error = Error::new(StatusCode::PAYMENT_REQUIRED, "funds", "there is not enough money");
    let (status, again, body) = told(error).await;
    assert_eq!((status, again), (402, None));
    assert_eq!(
        (&body["code"], &body["detail"]),
        (&json!("funds"), &json!("there is not enough money"))
    );
}
