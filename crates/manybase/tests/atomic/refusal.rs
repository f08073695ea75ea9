//! What can't be atomic is refused before anything is written.

use crate::world::{A, B, World, tests_in};
use manybase::prelude::*;
use manybase::{ErrorKind, Result};
use std::sync::Arc;

tests_in!(two_wal_files [File, File]: two_that_cant_prepare each_alone);
tests_in!(wal_and_journal [File, Journal]: two_that_cant_prepare each_alone);
tests_in!(journal_and_wal [Journal, File]: two_that_cant_prepare each_alone);

async fn two_that_cant_prepare(world: Arc<World>) -> Result<()> {
    world.insert(&world.db, 1).await?;
    world
        .db
        .transaction(async |tx| {
            A { id: 2, balance: 2 }.insert(tx).await?;
            assert_eq!(B::query().count(tx).await?, 1);
            let error = B { id: 2, balance: 2 }.insert(tx).await.expect_err("refused");
            assert_eq!(
                (error.kind(), error.connection()),
                (ErrorKind::Unsupported, Some("b")),
                "{error}"
            );
            assert!(
                error.help().is_some_and(|help| help.contains("journal")),
                "{error}"
            );
            Ok(())
        })
        .await?;
    let ids = world.ids().await?;
    assert_eq!((&*ids[0], &*ids[1]), (&[1, 2][..], &[1][..]));
    Ok(())
}

async fn each_alone(world: Arc<World>) -> Result<()> {
    world
        .db
        .transaction(async |tx| A { id: 1, balance: 1 }.insert(tx).await)
        .await?;
    world
        .db
        .transaction(async |tx| B { id: 1, balance: 1 }.insert(tx).await)
        .await?;
    world.all_have(world.ids().await?, &[1]);
    Ok(())
}
