//! What is told at the end of a transaction.

use crate::support::{On, on_every_database};
use crate::told::{Told, Trace, said, told, unique};
use manybase::prelude::*;
use manybase::{Error, ErrorKind, Outcome, Result, create_table};
use std::sync::Arc;
use std::time::Duration;

on_every_database! {
    once_at_the_end,
    rolled_back,
    nested,
    failures_after_the_commit,
    dropped,
    by_hand,
    over_several_databases,
}

async fn tables(on: &On) -> Result<()> {
    create_table::<Told>(&on.db).await?;
    create_table::<Trace>(&on.db).await
}

fn ends(name: &str) -> Vec<String> {
    let mut said = said(name);
    said.retain(|one| one.starts_with("after_commit") || one.starts_with("after_rollback"));
    said
}

async fn once_at_the_end(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    let name = unique();
    on.db
        .transaction(async |tx| {
            let mut record = told(&name, 1).insert(tx).await?;
            record.n = 5;
            record.save(tx).await?;
            record.delete(tx).await?;
            assert_eq!(ends(&name), [""; 0]);
            Ok(())
        })
        .await?;
    let expected = [
        "after_commit (insert)",
        "after_commit (update)",
        "after_commit (soft delete)",
    ];
    assert_eq!(ends(&name), expected);
    Ok(())
}

async fn rolled_back(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    let name = unique();
    let result: Result<()> = on
        .db
        .transaction(async |tx| {
            told(&name, 1).insert(tx).await?;
            Err(Error::new(ErrorKind::NotFound, "no"))
        })
        .await;
    assert_eq!(result.expect_err("no").kind(), ErrorKind::NotFound);
    assert_eq!(ends(&name), ["after_rollback (insert)"]);
    // Its errors are logged; what has gone wrong before is told.
    let result: Result<()> = on
        .db
        .transaction(async |tx| {
            Told {
                fails: "after_rollback".into(),
                ..told(&name, 1)
            }
            .insert(tx)
            .await?;
            Err(Error::new(ErrorKind::NotFound, "no"))
        })
        .await;
    assert_eq!(result.expect_err("no").kind(), ErrorKind::NotFound);
    Ok(())
}

async fn nested(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    let (kept, undone, inner, outer) = (unique(), unique(), unique(), unique());
    on.db
        .transaction(async |tx| {
            tx.transaction(async |tx| told(&kept, 1).insert(tx).await.map(drop))
                .await?;
            let failed: Result<()> = tx
                .transaction(async |tx| {
                    told(&undone, 1).insert(tx).await?;
                    // Kept by one that is itself undone.
                    tx.transaction(async |tx| told(&inner, 1).insert(tx).await.map(drop))
                        .await?;
                    Err(Error::new(ErrorKind::NotFound, "no"))
                })
                .await;
            assert!(failed.is_err());
            told(&outer, 1).insert(tx).await?;
            assert_eq!(ends(&undone), [""; 0]);
            Ok(())
        })
        .await?;
    assert_eq!(ends(&kept), ["after_commit (insert)"]);
    assert_eq!(ends(&outer), ["after_commit (insert)"]);
    assert_eq!(ends(&undone), ["after_rollback (insert)"]);
    assert_eq!(ends(&inner), ["after_rollback (insert)"]);
    assert_eq!(Told::query().count(&on.db).await?, 2);
    Ok(())
}

async fn failures_after_the_commit(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    for (fails, kind) in [
        ("after_commit", ErrorKind::CheckViolation),
        ("!after_commit", ErrorKind::AfterCommit),
    ] {
        let (first, second) = (unique(), unique());
        let tries = std::sync::atomic::AtomicU32::new(0);
        let settings = manybase::TransactionSettings::new().retries(3);
        let result = on
            .db
            .transaction_with(settings)
            .run(async |tx| {
                tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Told {
                    fails: fails.into(),
                    ..told(&first, 1)
                }
                .insert(tx)
                .await?;
                told(&second, 1).insert(tx).await.map(drop)
            })
            .await;
        let error = result.expect_err("the hook's");
        assert_eq!(error.kind(), ErrorKind::AfterCommit, "{error}");
        assert!(error.message().contains("everything is committed"), "{error}");
        let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<Error>());
        assert_eq!(source.expect("the hook's").kind(), kind);
        assert!(!error.is_retryable());
        assert_eq!(tries.into_inner(), 1);
        // The others are told all the same, and the rows are there.
        assert_eq!(ends(&second), ["after_commit (insert)"]);
        let there = Told::filter(|c| c.name.in_list([first.as_str(), second.as_str()]));
        assert_eq!(there.count(&on.db).await?, 2);
    }
    Ok(())
}

async fn until(name: &str, expected: &str) {
    for _ in 0..500 {
        if ends(name) == [expected] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody was told");
}

/// Whoever drops the future: it is told in the background.
async fn dropped(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    let name = unique();
    let work = on.db.transaction(async |tx| {
        told(&name, 1).insert(tx).await?;
        std::future::pending::<()>().await;
        Ok(())
    });
    assert!(
        tokio::time::timeout(Duration::from_millis(700), work)
            .await
            .is_err()
    );
    until(&name, "after_rollback (insert)").await;
    let tx = on.db.begin().await?;
    told(&name, 1).insert(&tx).await?;
    drop(tx);
    until(&name, "after_rollback (insert)").await;
    on.works().await;
    assert_eq!(Told::query().count(&on.db).await?, 0);

    // Dropped while they are told: all are told.
    let tx = on.db.begin().await?;
    told(&name, 1).insert(&tx).await?;
    let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
    tx.at_end(async move |_, _| {
        tokio::time::sleep(Duration::from_millis(300)).await;
        sender.send(()).ok();
        Ok(())
    })?;
    let commit = tokio::time::timeout(Duration::from_millis(150), tx.commit()).await;
    assert!(commit.is_err());
    receiver.await.expect("told");
    until(&name, "after_commit (insert)").await;
    assert_eq!(Told::query().count(&on.db).await?, 1);
    Ok(())
}

async fn by_hand(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    let name = unique();
    let tx = on.db.begin().await?;
    told(&name, 1).insert(&tx).await?;
    let prepared = tx.prepare().await?;
    assert_eq!(ends(&name), [""; 0]);
    prepared.commit().await?;
    assert_eq!(ends(&name), ["after_commit (insert)"]);

    let tx = on.db.begin().await?;
    told(&name, 1).insert(&tx).await?;
    tx.prepare().await?.rollback().await;
    assert_eq!(ends(&name), ["after_rollback (insert)"]);

    let tx = on.db.begin().await?;
    told(&name, 1).insert(&tx).await?;
    drop(tx.prepare().await?);
    until(&name, "after_rollback (insert)").await;

    // A transaction that has failed can't be committed, and says so to those who wait.
    let tx = on.db.begin().await?;
    let told_of = Arc::new(std::sync::Mutex::new(None));
    let place = told_of.clone();
    tx.at_end(async move |outcome, _| {
        *place.lock().expect("not poisoned") = Some(outcome);
        Ok(())
    })?;
    tx.fail(&Error::new(ErrorKind::NotFound, "half"));
    assert_eq!(
        tx.commit().await.expect_err("failed").kind(),
        ErrorKind::Transaction
    );
    assert_eq!(*told_of.lock().expect("not poisoned"), Some(Outcome::RolledBack));
    Ok(())
}

async fn over_several_databases(on: Arc<On>) -> Result<()> {
    tables(&on).await?;
    on.add("other");
    create_table::<Told>(&on.db.using("other")).await?;
    create_table::<Trace>(&on.db.using("other")).await?;
    // Two that can only be the last to commit can't be one transaction: the second is read there.
    let reads = on.kind.is_sqlite();
    let name = unique();
    on.db
        .transaction(async |tx| {
            told(&name, 1).insert(tx).await?;
            if reads {
                Told::query().using("other").count(tx).await?;
            } else {
                manybase::sql("INSERT INTO trace (name, hook) VALUES ('x', 'y')")
                    .using("other")
                    .execute(tx)
                    .await?;
            }
            Ok(())
        })
        .await?;
    assert_eq!(ends(&name), ["after_commit (insert)"]);
    Ok(())
}
