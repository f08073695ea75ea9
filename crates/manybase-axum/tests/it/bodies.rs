//! What can't be understood in a request is told as what is wrong with a record is.

use crate::client::{Reply, finish, send};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::routing::{get, post};
use manybase_axum::{Json, Result, Uniform};
use manybase_driver::FieldErrors;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::SocketAddr;

#[derive(Debug, Deserialize, Serialize)]
struct Order {
    customer: String,
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Line {
    item: i64,
    qty: u32,
}

#[derive(Deserialize)]
struct Place {
    limit: u32,
}

/// With a rule of its own.
async fn echo(Json(order): Json<Order>) -> Result<Json<Order>> {
    let mut errors = FieldErrors::default();
    if order.customer.is_empty() {
        errors.add_code("customer", "non_empty", "must not be empty");
    }
    errors.into_result()?;
    Ok(order.into())
}

async fn at() -> SocketAddr {
    let show = async |Uniform(Path(id)): Uniform<Path<i64>>, Uniform(Query(place)): Uniform<Query<Place>>| {
        format!("{id} {}", place.limit)
    };
    let app = Router::new()
        .route("/orders", post(echo).layer(DefaultBodyLimit::max(200)))
        .route("/orders/{id}", get(show));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let at = listener.local_addr().expect("a port");
    tokio::spawn(async move { axum::serve(listener, app).await });
    at
}

async fn told(at: SocketAddr, kind: Option<&str>, body: &str) -> Reply {
    let kind = kind
        .map(|kind| format!("content-type: {kind}\r\n"))
        .unwrap_or_default();
    let stream = send(at, "POST", "/orders", &kind, body).await;
    finish(stream).await.expect("a response")
}

fn problem(reply: &Reply) -> serde_json::Value {
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json"),
        "{reply:?}"
    );
    let body = reply.json();
    assert_eq!(
        (&body["type"], &body["status"]),
        (&json!("about:blank"), &json!(reply.status))
    );
    body
}

#[tokio::test]
async fn fields_of_a_body_are_told_as_those_of_a_record() {
    let at = at().await;
    let good = json!({ "customer": "Ann", "lines": [{ "item": 1, "qty": 2 }] });
    for kind in ["application/json", "application/vnd.shop+json; charset=utf-8"] {
        let reply = told(at, Some(kind), &good.to_string()).await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, Some("application/json"))
        );
        assert_eq!(reply.json(), good);
    }
    for (body, field, code, message) in [
        (json!({ "lines": [] }), "customer", "missing", "is missing"),
        (
            json!({ "customer": "Ann", "lines": [{ "item": 1, "qty": 2 }, { "item": 1 }] }),
            "lines[1].qty",
            "missing",
            "is missing",
        ),
        (
            json!({ "customer": "Ann", "lines": [{ "item": "x", "qty": 2 }] }),
            "lines[0].item",
            "type",
            "invalid type: string \"x\", expected i64",
        ),
        (
            json!(7),
            "",
            "type",
            "invalid type: integer `7`, expected struct Order",
        ),
        // The program's own rule, in the same words.
        (
            json!({ "customer": "", "lines": [] }),
            "customer",
            "non_empty",
            "must not be empty",
        ),
    ] {
        let reply = told(at, Some("application/json"), &body.to_string()).await;
        let told = problem(&reply);
        assert_eq!(
            (reply.status, &told["code"]),
            (422, &json!("validation")),
            "{told}"
        );
        assert_eq!(told["detail"], "some fields are not as they must be");
        let errors = json!([{ "field": field, "code": code, "message": message }]);
        assert_eq!(told["errors"], errors);
    }
}

#[tokio::test]
async fn what_is_no_json_has_its_status() {
    let at = at().await;
    for (kind, body, status, code) in [
        (Some("application/json"), "{\"customer\": ", 400, "json"),
        (Some("application/json"), "", 400, "json"),
        (
            Some("application/json"),
            "{\"customer\": \"\", \"lines\": []} x",
            400,
            "json",
        ),
        (Some("text/plain"), "{}", 415, "media_type"),
        (None, "{}", 415, "media_type"),
        (Some("application/json"), &" ".repeat(300), 413, "too_large"),
    ] {
        let reply = told(at, kind, body).await;
        let told = problem(&reply);
        assert_eq!((reply.status, &told["code"]), (status, &json!(code)), "{told}");
        assert!(told.get("errors").is_none(), "{told}");
    }
}

#[tokio::test]
async fn other_extractors_answer_alike() {
    let at = at().await;
    let reply = crate::client::get(at, "/orders/7?limit=3").await;
    assert_eq!((reply.status, &*reply.body), (200, "7 3"));
    for (path, says) in [
        ("/orders/seven?limit=3", "`seven`"),
        ("/orders/7", "missing field `limit`"),
    ] {
        let reply = crate::client::get(at, path).await;
        let told = problem(&reply);
        assert_eq!((reply.status, &told["code"]), (400, &json!("request")), "{told}");
        assert!(
            told["detail"].as_str().is_some_and(|text| text.contains(says)),
            "{told}"
        );
    }
}
