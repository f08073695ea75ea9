//! Commit, rollback, nesting, settings.

use super::{Account, accounts, add, balance, mine};
use crate::support::{On, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result};
use manybase::{IsolationLevel, TransactionSettings};
use std::sync::Arc;
use std::time::Duration;

on_every_database! { commit_and_rollback, by_hand, nested, read_only, isolation_levels, limits }

async fn commit_and_rollback(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let db = &on.db;
    let moved = db
        .transaction(async |tx| {
            let mut from = Account::find(1).one(tx).await?;
            let mut to = Account::find(2).one(tx).await?;
            from.balance -= 30;
            to.balance += 30;
            from.save(tx).await?;
            to.save(tx).await?;
            // It sees its own work.
            assert_eq!(balance(tx, 1).await?, 70);
            Ok(to.balance)
        })
        .await?;
    assert_eq!(moved, 130);
    assert_eq!((balance(db, 1).await?, balance(db, 2).await?), (70, 130));
    let failed: Result<()> = db
        .transaction(async |tx| {
            add(tx, 1, -70).await?;
            Account { id: 9, balance: 1 }.insert(tx).await?;
            Account::find(4).delete(tx).await?;
            assert_eq!(Account::query().count(tx).await?, 4);
            Err(mine())
        })
        .await;
    assert_eq!(failed.expect_err("mine").message(), "mine");
    assert_eq!((balance(db, 1).await?, balance(db, 4).await?), (70, 100));
    assert_eq!(Account::query().count(db).await?, 4);
    Ok(())
}

async fn by_hand(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let db = &on.db;
    let tx = db.begin().await?;
    add(&tx, 1, 1).await?;
    tx.commit().await?;
    let tx = db.begin().await?;
    add(&tx, 1, 10).await?;
    tx.rollback().await?;
    let tx = db.begin().await?;
    add(&tx, 1, 100).await?;
    drop(tx);
    on.works().await;
    assert_eq!(balance(db, 1).await?, 101);
    // DDL and raw SQL take part as far as the database can.
    let tx = db.begin().await?;
    assert_eq!(
        sql("UPDATE account SET balance = ? WHERE id = ?")
            .bind(5)
            .bind(2)
            .execute(&tx)
            .await?
            .affected,
        1
    );
    let inside: i64 = sql("SELECT balance FROM account WHERE id = 2")
        .scalar(&tx)
        .await?;
    tx.rollback().await?;
    assert_eq!((inside, balance(db, 2).await?), (5, 100));
    Ok(())
}

async fn nested(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let db = &on.db;
    db.transaction(async |tx| {
        add(tx, 1, 1).await?;
        tx.transaction(async |inner| {
            add(inner, 1, 10).await?;
            let undone: Result<()> = inner
                .transaction(async |deepest| {
                    add(deepest, 1, 1_000).await?;
                    Err(mine())
                })
                .await;
            assert!(undone.is_err());
            assert_eq!(balance(inner, 1).await?, 111);
            Ok(())
        })
        .await?;
        let undone: Result<()> = tx
            .transaction(async |inner| {
                add(inner, 1, 100).await?;
                inner
                    .transaction(async |deepest| add(deepest, 1, 1_000).await)
                    .await?;
                Err(mine())
            })
            .await;
        assert!(undone.is_err());
        assert_eq!(balance(tx, 1).await?, 111);
        Ok(())
    })
    .await?;
    assert_eq!(balance(db, 1).await?, 111);
    Ok(())
}

async fn read_only(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let db = &on.db;
    let settings = TransactionSettings::new().read_only();
    let sum = db
        .transaction_with(settings)
        .run(async |tx| {
            let error = add(tx, 1, 1).await.expect_err("read-only");
            assert_eq!(
                (error.kind(), error.model()),
                (ErrorKind::ReadOnly, Some("Account")),
                "{error}"
            );
            let error = Account { id: 9, balance: 0 }
                .insert(tx)
                .await
                .expect_err("read-only");
            assert_eq!(error.kind(), ErrorKind::ReadOnly, "{error}");
            let mut one = Account::find(1).one(tx).await?;
            one.balance = 0;
            assert_eq!(
                one.save(tx).await.expect_err("read-only").kind(),
                ErrorKind::ReadOnly
            );
            assert_eq!(
                one.delete(tx).await.expect_err("read-only").kind(),
                ErrorKind::ReadOnly
            );
            Account::query().select(|c| c.balance.sum()).one(tx).await
        })
        .await?;
    assert_eq!(sum, Some(400));
    assert_eq!(add(db, 1, 1).await?, 1);
    Ok(())
}

async fn isolation_levels(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let levels = [
        IsolationLevel::ReadUncommitted,
        IsolationLevel::ReadCommitted,
        IsolationLevel::RepeatableRead,
        IsolationLevel::Serializable,
    ];
    for level in levels {
        let settings = TransactionSettings::new().isolation(level);
        let result = on
            .db
            .transaction_with(settings)
            .run(async |tx| add(tx, 1, 1).await)
            .await;
        match result {
            Ok(affected) => assert_eq!(affected, 1),
            Err(error) => {
                assert!(on.kind.is_sqlite(), "{error}");
                assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            }
        }
        on.works().await;
    }
    Ok(())
}

async fn limits(on: Arc<On>) -> Result<()> {
    accounts(&on).await?;
    let slow = on.slow();
    let settings = TransactionSettings::new().timeout(Duration::from_millis(150));
    let result = on
        .db
        .transaction_with(settings)
        .run(async |tx| {
            add(tx, 1, 1).await?;
            sql(slow).reads().scalar::<i64>(tx).await
        })
        .await;
    let error = result.expect_err("too long");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    on.works().await;
    assert_eq!(balance(&on.db, 1).await?, 100);
    Ok(())
}
