//! Documents.

use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::collections::BTreeMap;
use std::sync::Arc;

on_every_database! { documents, wrong_documents }

#[derive(Debug, Clone, PartialEq, Model)]
struct Sheet {
    #[model(key, auto)]
    id: i64,
    document: serde_json::Value,
    #[model(json)]
    map: BTreeMap<String, Vec<f64>>,
}

async fn documents(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Sheet>(db).await?;
    // MariaDB takes 32 levels.
    let deep = (0..15).fold(
        serde_json::json!("bottom"),
        |inner, i| serde_json::json!({ format!("k{i}"): [inner] }),
    );
    for document in [
        serde_json::json!(null),
        serde_json::json!(true),
        serde_json::json!(-1.5),
        serde_json::json!(i64::MAX),
        serde_json::json!(u64::MAX),
        serde_json::json!("text with 'quotes' \"double\" \\ back / slash \n \u{1} 😀"),
        serde_json::json!([]),
        serde_json::json!({}),
        serde_json::json!({"": {"a.b": [[], {}]}, "ü": "ß", "?": "$1"}),
        deep,
    ] {
        let map = BTreeMap::from([("x".to_owned(), vec![0.1, 1e300, -2.0])]);
        let one = Sheet { id: 0, document, map }.insert(db).await?;
        assert_eq!(Sheet::find(one.id).one(db).await?, one);
    }
    let maps = Sheet::query()
        .select(|c| (c.map, c.document))
        .limit(2)
        .all(db)
        .await?;
    assert_eq!(maps[0].0["x"].len(), 3);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "sheet")]
struct OtherSheet {
    #[model(key, auto)]
    id: i64,
    #[model(json)]
    document: BTreeMap<String, i32>,
    #[model(json)]
    map: serde_json::Value,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "sheet")]
struct BadSheet {
    #[model(key, auto)]
    id: i64,
    #[model(json)]
    document: BTreeMap<(i32, i32), i32>,
    #[model(json)]
    map: serde_json::Value,
}

async fn wrong_documents(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Sheet>(db).await?;
    let secret = serde_json::json!({"a": "secret"});
    Sheet {
        id: 0,
        document: secret,
        map: BTreeMap::new(),
    }
    .insert(db)
    .await?;
    let error = fails_with(OtherSheet::query().all(db).await, ErrorKind::Decode, "OtherSheet");
    assert!(error.message().contains("column document"), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    // Keys that are no texts can't be written, which is found out before anything is sent.
    let bad = BadSheet {
        id: 0,
        document: BTreeMap::from([((1, 2), 3)]),
        map: serde_json::Value::Null,
    };
    let error = bad.clone().insert(db).await.expect_err("no JSON");
    assert_eq!(
        (error.kind(), error.model()),
        (ErrorKind::Value, Some("BadSheet")),
        "{error}"
    );
    assert!(
        error.message().contains("document"),
        "it names the field: {error}"
    );
    let error = BadSheet::insert_many([bad], db).await.expect_err("no JSON");
    assert_eq!(
        (error.kind(), error.model()),
        (ErrorKind::Value, Some("BadSheet")),
        "{error}"
    );
    Ok(())
}
