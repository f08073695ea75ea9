//! What ends well, and what is undone on purpose.

use crate::world::{A, B, World, on_every_mix};
use manybase::prelude::*;
use manybase::{Ack, Error, ErrorKind, Result, TransactionSettings};
use std::sync::Arc;

on_every_mix! {
    all_or_nothing, many_at_once, reads_alone_leave_no_trace, one_writer_needs_no_decision,
    acknowledged_at_the_decision, nested, dropped_in_the_middle,
}

async fn all_or_nothing(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    for id in 1..=3 {
        db.transaction(async |tx| world.insert(tx, id).await).await?;
    }
    world.all_have(world.ids().await?, &[1, 2, 3]);
    let undone: Result<()> = db
        .transaction(async |tx| {
            world.insert(tx, 4).await?;
            Err(Error::new(ErrorKind::NotFound, "no"))
        })
        .await;
    assert_eq!(undone.expect_err("undone").kind(), ErrorKind::NotFound);
    world.all_have(world.ids().await?, &[1, 2, 3]);
    assert_eq!(world.in_doubt().await?, 0);
    Ok(())
}

async fn many_at_once(world: Arc<World>) -> Result<()> {
    let mut tasks = Vec::new();
    for id in 0..12 {
        let world = world.clone();
        tasks.push(tokio::spawn(async move {
            let settings = TransactionSettings::new().retries(20);
            let insert = async |tx: &Transaction| match id % 4 {
                3 => {
                    world.insert(tx, id).await?;
                    Err(Error::new(ErrorKind::NotFound, "no"))
                }
                _ => world.insert(tx, id).await,
            };
            world.db.transaction_with(settings).run(insert).await
        }));
    }
    for (id, task) in tasks.into_iter().enumerate() {
        let result = task.await.expect("does not panic");
        match id % 4 {
            3 => assert_eq!(result.expect_err("undone").kind(), ErrorKind::NotFound),
            _ => result?,
        }
    }
    world.all_have(world.ids().await?, &[0, 1, 2, 4, 5, 6, 8, 9, 10]);
    assert_eq!(world.in_doubt().await?, 0);
    Ok(())
}

async fn reads_alone_leave_no_trace(world: Arc<World>) -> Result<()> {
    world.insert(&world.db, 1).await?;
    let (a, b) = world
        .db
        .transaction(async |tx| Ok((A::query().count(tx).await?, B::query().count(tx).await?)))
        .await?;
    assert_eq!((a, b), (1, 1));
    assert_eq!(world.records().await?.0, 0);
    let settings = TransactionSettings::new().read_only();
    let read = world.db.transaction_with(settings);
    let (a, b) = read
        .run(async |tx| {
            let refused = A { id: 9, balance: 9 }.insert(tx).await.expect_err("read-only");
            assert_eq!(refused.kind(), ErrorKind::ReadOnly);
            Ok((A::query().count(tx).await?, B::query().count(tx).await?))
        })
        .await?;
    assert_eq!((a, b), (1, 1));
    Ok(())
}

async fn one_writer_needs_no_decision(world: Arc<World>) -> Result<()> {
    world.insert(&world.db, 1).await?;
    world
        .db
        .transaction(async |tx| {
            assert_eq!(A::query().count(tx).await?, 1);
            B { id: 2, balance: 2 }.insert(tx).await
        })
        .await?;
    world
        .db
        .transaction(async |tx| {
            A { id: 3, balance: 3 }.insert(tx).await?;
            assert_eq!(B::query().count(tx).await?, 2);
            Ok(())
        })
        .await?;
    let ids = world.ids().await?;
    assert_eq!((&*ids[0], &*ids[1]), (&[1, 3][..], &[1, 2][..]));
    assert_eq!(world.in_doubt().await?, 0);
    Ok(())
}

async fn acknowledged_at_the_decision(world: Arc<World>) -> Result<()> {
    let settings = TransactionSettings::new().ack(Ack::Decision);
    let write = world.db.transaction_with(settings);
    write.run(async |tx| world.insert(tx, 1).await).await?;
    // The others follow in the background.
    for _ in 0..500 {
        if world.ids().await?.iter().all(|ids| ids == &[1]) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    world.all_have(world.ids().await?, &[1]);
    Ok(())
}

async fn nested(world: Arc<World>) -> Result<()> {
    world
        .db
        .transaction(async |tx| {
            world.insert(tx, 1).await?;
            let undone: Result<()> = tx
                .transaction(async |inner| {
                    world.insert(inner, 2).await?;
                    // A statement that fails, too: the outer one is as good as before.
                    world.insert(inner, 1).await
                })
                .await;
            assert!(undone.expect_err("a key twice").is_unique_violation());
            tx.transaction(async |inner| world.insert(inner, 3).await).await
        })
        .await?;
    world.all_have(world.ids().await?, &[1, 3]);
    Ok(())
}

/// Whatever moment the caller goes away at: all or nothing.
async fn dropped_in_the_middle(world: Arc<World>) -> Result<()> {
    for id in 0..40_i64 {
        let work = world.db.transaction(async |tx| world.insert(tx, id).await);
        let limit = std::time::Duration::from_micros(250 * u64::try_from(id).unwrap_or(0));
        let _ = tokio::time::timeout(limit, work).await;
    }
    // What goes on in the background comes to its end, and locks are gone.
    world
        .db
        .transaction(async |tx| world.insert(tx, 1_000).await)
        .await?;
    for _ in 0..500 {
        let ids = world.ids().await?;
        if ids.iter().all(|other| *other == ids[0]) && world.in_doubt().await? == 0 {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!(
        "torn: {:?}, {} in doubt",
        world.ids().await?,
        world.in_doubt().await?
    )
}
