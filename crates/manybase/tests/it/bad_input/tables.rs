//! Tables that are not as the model says.

use super::{Row, row};
use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! {
    a_missing_table,
    a_missing_column,
    a_column_of_the_wrong_type,
    null_into_a_non_option,
}

async fn a_missing_table(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    let named = |error: manybase::Error| assert!(error.message().contains("row"), "{error}");
    named(fails_with(
        Row::query().all(db).await,
        ErrorKind::UnknownTable,
        "Row",
    ));
    named(fails_with(
        Row::find(1).one(db).await,
        ErrorKind::UnknownTable,
        "Row",
    ));
    named(fails_with(
        Row::query().count(db).await,
        ErrorKind::UnknownTable,
        "Row",
    ));
    named(fails_with(
        row("x", 1).insert(db).await,
        ErrorKind::UnknownTable,
        "Row",
    ));
    named(fails_with(
        Row::insert_many([row("x", 1)], db).await,
        ErrorKind::UnknownTable,
        "Row",
    ));
    named(fails_with(
        Row::query().update(db, |c| c.n.set(1)).await,
        ErrorKind::UnknownTable,
        "Row",
    ));
    named(fails_with(
        Row::query().delete(db).await,
        ErrorKind::UnknownTable,
        "Row",
    ));
    // A table that comes later is found, also by statements that were prepared before.
    create_table::<Row>(db).await?;
    let one = row("x", 1).insert(db).await?;
    assert_eq!(Row::find(one.id).one(db).await?, one);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "row")]
struct More {
    #[model(key, auto)]
    id: i64,
    name: String,
    missing: Option<i32>,
}

async fn a_missing_column(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Row>(db).await?;
    let named = |error: manybase::Error| assert!(error.message().contains("missing"), "{error}");
    named(fails_with(
        More::query().all(db).await,
        ErrorKind::UnknownColumn,
        "More",
    ));
    named(fails_with(
        More::filter(|c| c.missing.eq(1)).count(db).await,
        ErrorKind::UnknownColumn,
        "More",
    ));
    let more = More {
        id: 0,
        name: String::new(),
        missing: None,
    };
    named(fails_with(
        more.insert(db).await,
        ErrorKind::UnknownColumn,
        "More",
    ));
    named(fails_with(
        More::query().update(db, |c| c.missing.set(1)).await,
        ErrorKind::UnknownColumn,
        "More",
    ));
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "row")]
struct Wrong {
    #[model(key, auto)]
    id: i64,
    name: i64,
    n: String,
}

async fn a_column_of_the_wrong_type(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Row>(db).await?;
    row("Ann", 7).insert(db).await?;
    let error = fails_with(Wrong::query().all(db).await, ErrorKind::Decode, "Wrong");
    assert!(error.message().contains("column name (field name)"), "{error}");
    assert!(!error.to_string().contains("Ann"), "{error}");
    let error = fails_with(
        Wrong::query().select(|c| c.n).all(db).await,
        ErrorKind::Decode,
        "Wrong",
    );
    assert!(error.message().contains("n"), "{error}");
    let wrong = Wrong {
        id: 0,
        name: 1,
        n: "x".into(),
    };
    match wrong.insert(db).await {
        // SQLite keeps what it is given.
        Ok(_) => assert!(on.kind.is_sqlite()),
        Err(error) => assert_eq!(
            (error.kind(), error.model()),
            (ErrorKind::Value, Some("Wrong")),
            "{error}"
        ),
    }
    match Wrong::filter(|c| c.n.eq("x")).count(db).await {
        Ok(_) => {}
        Err(error) => assert_eq!(
            (error.kind(), error.connection(), error.model()),
            (ErrorKind::Value, Some("main"), Some("Wrong")),
            "{error}"
        ),
    }
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "loose")]
struct Loose {
    #[model(key, auto)]
    id: i64,
    name: Option<String>,
    n: Option<i32>,
    at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "loose")]
struct Tight {
    #[model(key, auto)]
    id: i64,
    name: String,
    n: i32,
    at: DateTime<Utc>,
}

async fn null_into_a_non_option(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Loose>(db).await?;
    let at = DateTime::from_timestamp(1, 0);
    let full = Loose {
        id: 0,
        name: Some("x".into()),
        n: Some(1),
        at,
    };
    let good = full.clone().insert(db).await?;
    for (loose, column) in [
        (
            Loose {
                name: None,
                ..full.clone()
            },
            "name",
        ),
        (
            Loose {
                n: None,
                ..full.clone()
            },
            "n",
        ),
        (
            Loose {
                at: None,
                ..full.clone()
            },
            "at",
        ),
    ] {
        let one = loose.insert(db).await?;
        let error = fails_with(Tight::find(one.id).one(db).await, ErrorKind::Decode, "Tight");
        assert!(
            error
                .message()
                .contains(&format!("column {column} (field {column})")),
            "{error}"
        );
        assert!(
            error.message().contains("NULL") && error.message().contains("Option"),
            "{error}"
        );
        fails_with(Tight::query().all(db).await, ErrorKind::Decode, "Tight");
        one.delete(db).await?;
    }
    assert_eq!(Tight::query().one(db).await?.id, good.id);
    Ok(())
}
