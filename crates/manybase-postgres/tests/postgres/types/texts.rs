//! Texts, bytes, UUIDs and JSON.

use super::{back, cell_error};
use crate::support::*;
use manybase_driver::{ErrorKind, Value};
use std::sync::Arc;
use uuid::Uuid;

#[tokio::test]
async fn texts() {
    let db = db!();
    let session = &mut db.session().await;
    script(
        session,
        "CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE DOMAIN short AS varchar(5)",
    )
    .await;
    for text in [
        "",
        "it's \"quoted\" \\ % _ $1",
        "Zürich 🦀 日本",
        "\u{1}\u{7f}\r\n\t",
    ] {
        for ty in ["text", "varchar", "varchar(100)"] {
            let found = back(session, ty, text, |row| Ok(row.str(0)?.map(str::to_owned)))
                .await
                .unwrap();
            assert_eq!(found.as_deref(), Some(text), "{ty}");
        }
    }
    for (ty, text) in [
        ("mood", "sad"),
        ("short", "abc"),
        ("name", "abc"),
        ("bpchar", "abc"),
        ("char(5)", "abc  "),
        ("\"char\"", "x"),
    ] {
        let found = back(session, ty, text, |row| Ok(row.str(0)?.map(str::to_owned)))
            .await
            .unwrap();
        assert_eq!(found.as_deref(), Some(text), "{ty}");
    }
    assert_eq!(text(session, "SELECT 'unknown'").await.unwrap(), "unknown");
    assert_eq!(text(session, "SELECT ''::\"char\"").await.unwrap(), "");
    let error = back(session, "mood", "secret", |row| Ok(row.str(0)?.is_some()))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    assert!(!error.to_string().contains("secret"), "{error}");
    let error = back(session, "text", "a\0b", |row| Ok(row.str(0)?.is_some()))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (
            ErrorKind::Value,
            "$1: the text contains a NUL character, which PostgreSQL can't keep"
        )
    );
    assert_eq!(
        cell_error(session, "SELECT 1", |row| Ok(row.str(0)?.is_some())).await,
        "it is int4, not text"
    );
    assert_eq!(
        cell_error(session, "SELECT '\\xff'::bytea", |row| Ok(row.str(0)?.is_some())).await,
        "it is bytea, not text"
    );
}

#[tokio::test]
async fn citext_is_text() {
    let db = db!();
    let session = &mut db.session().await;
    if session
        .script("CREATE EXTENSION citext".to_owned())
        .await
        .is_err()
    {
        return manybase_testkit::skip(manybase_testkit::Skipped::new(
            "citext",
            "postgresql-contrib is missing",
        ));
    }
    let found = one(
        session,
        "SELECT $1::citext, $1::citext = 'ABC'",
        vec!["abc".into()],
        |row| Ok((row.str(0)?.map(str::to_owned), row.bool(1)?)),
    );
    assert_eq!(found.await.unwrap(), (Some("abc".to_owned()), Some(true)));
}

#[tokio::test]
async fn bytes() {
    let db = db!();
    let session = &mut db.session().await;
    let every: Vec<u8> = (0..=255).collect();
    for bytes in [vec![], vec![0], every] {
        let found = back(session, "bytea", bytes.clone(), |row| {
            Ok(row.bytes(0)?.map(<[u8]>::to_vec))
        })
        .await
        .unwrap();
        assert_eq!(found, Some(bytes));
    }
    assert_eq!(
        cell_error(session, "SELECT 'x'", |row| Ok(row.bytes(0)?.is_some())).await,
        "it is text, not bytes"
    );
}

#[tokio::test]
async fn uuids() {
    let db = db!();
    let session = &mut db.session().await;
    for uuid in [Uuid::nil(), Uuid::max(), Uuid::new_v4()] {
        for ty in ["uuid", "text"] {
            assert_eq!(
                back(session, ty, uuid, |row| Ok(row.uuid(0)?)).await.unwrap(),
                Some(uuid)
            );
        }
        let found = back(session, "bytea", uuid.as_bytes().to_vec(), |row| Ok(row.uuid(0)?))
            .await
            .unwrap();
        assert_eq!(found, Some(uuid));
        let found = back(session, "uuid", uuid.to_string(), |row| Ok(row.uuid(0)?))
            .await
            .unwrap();
        assert_eq!(found, Some(uuid));
    }
    let error = back(session, "uuid", "secret", |row| Ok(row.uuid(0)?))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Value, "invalid input syntax for type uuid: \"…\"")
    );
    assert_eq!(
        cell_error(session, "SELECT 'secret'", |row| Ok(row.uuid(0)?)).await,
        "it is no UUID: the text has another form"
    );
    assert!(
        cell_error(session, "SELECT '\\x00'::bytea", |row| Ok(row.uuid(0)?))
            .await
            .contains("1 bytes")
    );
    assert_eq!(
        cell_error(session, "SELECT 1", |row| Ok(row.uuid(0)?)).await,
        "it is int4, not UUID"
    );
}

#[tokio::test]
async fn json() {
    let db = db!();
    let session = &mut db.session().await;
    let document: serde_json::Value = serde_json::from_str(
        r#"{"a": [1, 2.5, null, true, "Zürich \"x\" \\ 🦀"], "b": {"c": {}}, "big": 12345678901234567890}"#,
    )
    .unwrap();
    for ty in ["json", "jsonb", "text"] {
        let value = Value::Json(Arc::new(document.clone()));
        let found = back(session, ty, value, |row| {
            assert_eq!(row.json(0)?, row.str(0)?);
            Ok(row.json(0)?.map(str::to_owned))
        });
        let found: serde_json::Value = serde_json::from_str(&found.await.unwrap().unwrap()).unwrap();
        assert_eq!(found, document, "{ty}");
    }
    let found = back(session, "jsonb", r#"{"a": 1}"#, |row| {
        Ok(row.json(0)?.map(str::to_owned))
    })
    .await
    .unwrap();
    assert_eq!(found.as_deref(), Some(r#"{"a": 1}"#));
    let error = back(session, "jsonb", "{secret", |row| Ok(row.json(0)?.is_some()))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    assert!(!error.to_string().contains("secret"), "{error}");
    let nul = Value::Json(Arc::new(serde_json::json!("\0")));
    assert_eq!(
        back(session, "jsonb", nul, |row| Ok(row.json(0)?.is_some()))
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::Value
    );
    assert_eq!(
        cell_error(session, "SELECT 1", |row| Ok(row.json(0)?.is_some())).await,
        "it is int4, not JSON"
    );
}
