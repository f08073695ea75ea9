//! Errors inside.

use super::{Account, accounts, add, balance};
use crate::support::fails_with;
use crate::support::{On, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result};
use std::sync::Arc;

on_every_database! { an_error_fails_the_whole, an_error_inside_a_nested_one }

async fn an_error_fails_the_whole(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let db = &on.db;
    let result = db
        .transaction(async |tx| {
            add(tx, 1, 1).await?;
            let taken = Account { id: 2, balance: 0 }.insert(tx).await;
            fails_with(taken, ErrorKind::UniqueViolation, "Account");
            // Not one of the databases goes on.
            let error = add(tx, 1, 1).await.expect_err("failed before");
            assert_eq!(error.kind(), ErrorKind::Transaction, "{error}");
            assert!(
                error.message().contains("unique") && error.help().is_some(),
                "{error}"
            );
            Ok(())
        })
        .await;
    let error = result.expect_err("nothing is committed by half");
    assert_eq!(
        (error.kind(), error.connection()),
        (ErrorKind::Transaction, Some("main")),
        "{error}"
    );
    assert_eq!(balance(db, 1).await?, 100);
    // What the library refuses by itself fails nothing.
    db.transaction(async |tx| {
        add(tx, 1, 1).await?;
        assert!(Account::query().limit(1).delete(tx).await.is_err());
        assert!(Account::find(77).one(tx).await.is_err());
        assert!(sql("SELECT ?").scalar::<i64>(tx).await.is_err());
        add(tx, 1, 1).await
    })
    .await?;
    assert_eq!(balance(db, 1).await?, 102);
    Ok(())
}

async fn an_error_inside_a_nested_one(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let db = &on.db;
    db.transaction(async |tx| {
        add(tx, 1, 1).await?;
        let taken = tx
            .transaction(async |inner| {
                add(inner, 1, 10).await?;
                Account { id: 2, balance: 0 }.insert(inner).await
            })
            .await;
        assert!(taken.expect_err("taken").is_unique_violation());
        add(tx, 1, 100).await
    })
    .await?;
    assert_eq!(balance(db, 1).await?, 201);
    Ok(())
}
