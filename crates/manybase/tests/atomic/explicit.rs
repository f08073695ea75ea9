//! By hand: `begin`, `prepare`, `commit`, `rollback`, and what may not be done.

use crate::world::{A, B, World, on_every_mix};
use manybase::prelude::*;
use manybase::{ErrorKind, Result};
use std::sync::Arc;

on_every_mix! { prepared_and_committed, prepared_and_undone, prepared_and_dropped, declared }

async fn prepared_and_committed(world: Arc<World>) -> Result<()> {
    let tx = world.db.begin().await?;
    world.insert(&tx, 1).await?;
    let prepared = tx.prepare().await?;
    prepared.commit().await?;
    world.all_have(world.ids().await?, &[1]);
    let alone = world.db.begin().await?;
    A { id: 2, balance: 2 }.insert(&alone).await?;
    alone.prepare().await?.commit().await?;
    assert_eq!(A::query().count(&world.db).await?, 2);
    Ok(())
}

async fn prepared_and_undone(world: Arc<World>) -> Result<()> {
    let tx = world.db.begin().await?;
    world.insert(&tx, 1).await?;
    tx.prepare().await?.rollback().await;
    world.all_have(world.ids().await?, &[]);
    assert_eq!(world.in_doubt().await?, 0);
    // A failed statement that was swallowed is found at the latest here.
    world.insert(&world.db, 1).await?;
    let tx = world.db.begin().await?;
    world.insert(&tx, 2).await?;
    B { id: 1, balance: 7 }
        .insert(&tx)
        .await
        .expect_err("a key twice");
    let error = tx.prepare().await.expect_err("it has failed");
    assert_eq!(error.kind(), ErrorKind::Transaction, "{error}");
    world.all_have(world.ids().await?, &[1]);
    Ok(())
}

async fn prepared_and_dropped(world: Arc<World>) -> Result<()> {
    let tx = world.db.begin().await?;
    world.insert(&tx, 1).await?;
    drop(tx.prepare().await?);
    // Its locks go: the same key can be written.
    let again = manybase::TransactionSettings::new().retries(50);
    world
        .db
        .transaction_with(again)
        .run(async |tx| world.insert(tx, 1).await)
        .await?;
    world.all_have(world.ids().await?, &[1]);
    Ok(())
}

async fn declared(world: Arc<World>) -> Result<()> {
    let names = &["a", "b", "c"][..world.kinds.len()];
    let declared = || world.db.transaction_on(names.iter().copied());
    declared().run(async |tx| world.insert(tx, 1).await).await?;
    world.all_have(world.ids().await?, &[1]);
    let tx = declared().begin().await?;
    world.insert(&tx, 2).await?;
    tx.rollback().await?;
    world.all_have(world.ids().await?, &[1]);
    // What was not declared is not touched.
    let only = world.db.transaction_on(["a"]).begin().await?;
    A { id: 2, balance: 2 }.insert(&only).await?;
    let error = B { id: 2, balance: 2 }
        .insert(&only)
        .await
        .expect_err("not declared");
    assert_eq!(
        (error.kind(), error.connection()),
        (ErrorKind::Transaction, Some("b")),
        "{error}"
    );
    only.commit().await?;
    let ids = world.ids().await?;
    assert_eq!((&*ids[0], &*ids[1]), (&[1, 2][..], &[1][..]));
    Ok(())
}
