//! Where statements go.

use super::{Account, accounts, add, balance};
use crate::support::fails_with;
use crate::support::{On, on_every_database};
use manybase::create_table;
use manybase::prelude::*;
use manybase::{ErrorKind, Result};
use std::sync::Arc;

on_every_database! { models_of_another_connection, the_outer_db }

#[derive(Debug, Clone, PartialEq, Model)]
#[model(connection = "b", table = "account")]
struct OfB {
    #[model(key)]
    id: i64,
    balance: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(connection = "main", table = "account")]
struct OfMain {
    #[model(key)]
    id: i64,
    balance: i64,
}

/// Two SQLite files that can't commit together: neither is written in the other's place.
async fn two_files(tx: &Transaction, loaded: &mut Rec<OfB>) -> Result<()> {
    let refused = |error: manybase::Error| {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert_eq!(
            (error.connection(), error.model()),
            (Some("b"), Some("OfB")),
            "{error}"
        );
        let both = error.message().contains("\"main\"") && error.message().contains("\"b\"");
        assert!(both && error.help().is_some(), "{error}");
    };
    refused(OfB { id: 2, balance: 0 }.insert(tx).await.expect_err("refused"));
    let many = OfB::insert_many([OfB { id: 2, balance: 0 }], tx).await;
    refused(many.expect_err("refused"));
    let update = OfB::query().update(tx, |c| c.balance.set(7)).await;
    refused(update.expect_err("refused"));
    refused(OfB::query().delete(tx).await.expect_err("refused"));
    refused(loaded.save(tx).await.expect_err("refused"));
    refused(loaded.clone().delete(tx).await.expect_err("refused"));
    refused(create_table::<OfB>(tx).await.expect_err("refused"));
    let raw = sql("DELETE FROM account")
        .using("b")
        .execute(tx)
        .await
        .expect_err("refused");
    assert_eq!(
        (raw.kind(), raw.connection()),
        (ErrorKind::Unsupported, Some("b")),
        "{raw}"
    );
    let inner = tx
        .transaction(async |inner| OfB::query().delete(inner).await)
        .await;
    refused(inner.expect_err("refused"));
    // And the transaction goes on where it is.
    assert_eq!(OfMain::query().count(tx).await?, 4);
    Err(manybase::Error::new(ErrorKind::NotFound, "undo all of it"))
}

/// The predecessor ran a model of B inside a transaction on A silently on A.
async fn models_of_another_connection(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    on.add("b");
    let db = &on.db;
    create_table::<OfB>(db).await?;
    OfB { id: 1, balance: -1 }.insert(db).await?;
    let mut loaded = OfB::find(1).one(db).await?;
    loaded.balance = 77;
    let undone: Result<()> = db
        .transaction(async |tx| {
            assert_eq!(add(tx, 1, 1).await?, 1);
            // What is there is B's own.
            assert_eq!(OfB::query().one(tx).await?.balance, -1);
            assert_eq!(OfB::find(1).one(tx).await?.balance, -1);
            assert_eq!(Account::query().using("b").count(tx).await?, 1);
            assert_eq!(OfMain::query().count(tx).await?, 4);
            if on.kind.is_sqlite() {
                return two_files(tx, &mut loaded).await;
            }
            OfB { id: 2, balance: 0 }.insert(tx).await?;
            OfB::insert_many([OfB { id: 3, balance: 0 }], tx).await?;
            assert_eq!(OfB::query().update(tx, |c| c.balance.set(7)).await?, 3);
            loaded.save(tx).await?;
            assert_eq!(OfB::find(1).one(tx).await?.balance, 77);
            // A nested one goes its own way, too.
            let inner: Result<()> = tx
                .transaction(async |inner| {
                    assert_eq!(OfB::query().delete(inner).await?, 3);
                    Err(manybase::Error::new(ErrorKind::NotFound, "undo this part"))
                })
                .await;
            assert!(inner.is_err());
            assert_eq!(
                sql("DELETE FROM account WHERE id = 3")
                    .using("b")
                    .execute(tx)
                    .await?
                    .affected,
                1
            );
            assert_eq!(OfB::query().count(tx).await?, 2);
            assert_eq!(OfMain::query().count(tx).await?, 4);
            Err(manybase::Error::new(ErrorKind::NotFound, "undo all of it"))
        })
        .await;
    assert_eq!(undone.expect_err("undone").kind(), ErrorKind::NotFound);
    assert_eq!(balance(db, 1).await?, 100);
    assert_eq!(OfB::query().one(db).await?.balance, -1);
    // One that begins on B.
    let mut loaded = OfB::find(1).one(db).await?;
    loaded.balance = 77;
    db.transaction(async |tx| {
        loaded.save(tx).await?;
        match on.kind.is_sqlite() {
            true => drop(OfMain::query().delete(tx).await.expect_err("refused")),
            false => drop(add(tx, 1, 2).await?),
        }
        Ok(())
    })
    .await?;
    let added = if on.kind.is_sqlite() { 0 } else { 2 };
    assert_eq!(OfB::query().one(db).await?.balance, 77);
    assert_eq!(balance(db, 1).await?, 100 + added);
    assert_eq!(OfMain::query().count(db).await?, 4);
    // A scope says where models without a connection of their own go.
    db.using("b")
        .transaction(async |tx| Account::query().update(tx, |c| c.balance.set(5)).await)
        .await?;
    assert_eq!(OfB::query().one(db).await?.balance, 5);
    assert_eq!(balance(db, 1).await?, 100 + added);
    Ok(())
}

async fn the_outer_db(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let db = &on.db;
    if !cfg!(debug_assertions) {
        return Ok(());
    }
    db.transaction(async |tx| {
        add(tx, 1, 1).await?;
        let error = fails_with(
            Account::query().count(db).await,
            ErrorKind::Transaction,
            "Account",
        );
        assert!(
            error.message().contains("outer Db") && error.help().is_some(),
            "{error}"
        );
        fails_with(add(db, 1, 1).await, ErrorKind::Transaction, "Account");
        fails_with(
            add(&db.using("main"), 1, 1).await,
            ErrorKind::Transaction,
            "Account",
        );
        let mut one = Account::find(1).one(tx).await?;
        one.balance = 0;
        fails_with(one.save(db).await, ErrorKind::Transaction, "Account");
        fails_with(
            one.insert_again().insert(db).await,
            ErrorKind::Transaction,
            "Account",
        );
        let raw = sql("SELECT 1").scalar::<i64>(db).await.expect_err("refused");
        assert_eq!(raw.kind(), ErrorKind::Transaction, "{raw}");
        Ok(())
    })
    .await?;
    assert_eq!(balance(db, 1).await?, 101);
    Ok(())
}
