//! What goes wrong on one database undoes the others.

use crate::world::{A, B, Kind, World, on_every_mix, tests_in};
use manybase::prelude::*;
use manybase::{ErrorKind, Result};
use std::sync::Arc;

on_every_mix! { a_swallowed_error_is_no_commit, a_key_twice_in_the_last }

tests_in!(deferred_pg_maria [Pg, Maria]: a_constraint_that_is_checked_late);
tests_in!(deferred_maria_pg [Maria, Pg]: a_constraint_that_is_checked_late);
tests_in!(deferred_sqlite_pg [File, Pg]: a_constraint_that_is_checked_late);
tests_in!(deferred_pg_pg [Pg, Pg]: a_constraint_that_is_checked_late);

async fn a_swallowed_error_is_no_commit(world: Arc<World>) -> Result<()> {
    world.insert(&world.db, 1).await?;
    for of_a in [true, false] {
        let result: Result<()> = world
            .db
            .transaction(async |tx| {
                world.insert(tx, 2).await?;
                let twice = match of_a {
                    true => A { id: 1, balance: 7 }.insert(tx).await.map(drop),
                    false => B { id: 1, balance: 7 }.insert(tx).await.map(drop),
                };
                assert!(twice.expect_err("a key twice").is_unique_violation());
                Ok(())
            })
            .await;
        assert_eq!(result.expect_err("it has failed").kind(), ErrorKind::Transaction);
        world.all_have(world.ids().await?, &[1]);
    }
    assert_eq!(world.in_doubt().await?, 0);
    Ok(())
}

async fn a_key_twice_in_the_last(world: Arc<World>) -> Result<()> {
    B { id: 2, balance: 2 }.insert(&world.db).await?;
    let result = world.db.transaction(async |tx| world.insert(tx, 2).await).await;
    assert!(result.expect_err("a key twice").is_unique_violation());
    assert_eq!(A::query().count(&world.db).await?, 0);
    Ok(())
}

/// Only the commit of PostgreSQL, or its PREPARE, finds it.
async fn a_constraint_that_is_checked_late(world: Arc<World>) -> Result<()> {
    let at = world
        .kinds
        .iter()
        .position(|kind| *kind == Kind::Pg)
        .expect("there is one");
    let name = ["a", "b"][at];
    sql("ALTER TABLE account ADD CONSTRAINT late UNIQUE (balance) DEFERRABLE INITIALLY DEFERRED")
        .using(name)
        .execute(&world.db)
        .await?;
    sql("ALTER TABLE account DROP CONSTRAINT IF EXISTS account_balance_key")
        .using(name)
        .execute(&world.db)
        .await?;
    world.insert(&world.db, 1).await?;
    let result: Result<()> = world
        .db
        .transaction(async |tx| {
            A {
                id: 2,
                balance: if at == 0 { 1 } else { 2 },
            }
            .insert(tx)
            .await?;
            B {
                id: 2,
                balance: if at == 1 { 1 } else { 2 },
            }
            .insert(tx)
            .await?;
            Ok(())
        })
        .await;
    let error = result.expect_err("found at the end");
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(error.connection(), Some(name), "{error}");
    world.all_have(world.ids().await?, &[1]);
    assert_eq!(world.in_doubt().await?, 0);
    Ok(())
}
