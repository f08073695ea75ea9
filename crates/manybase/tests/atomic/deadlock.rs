//! Two transactions that wait for each other on different servers: none of these sees it.

use crate::world::{A, B, World, tests_in};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, TransactionSettings};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Barrier;

tests_in!(pg_maria [Pg, Maria]: it_is_broken_by_the_deadline);
tests_in!(maria_pg [Maria, Pg]: it_is_broken_by_the_deadline);
tests_in!(maria_maria [Maria, Maria]: it_is_broken_by_the_deadline);

async fn it_is_broken_by_the_deadline(world: Arc<World>) -> Result<()> {
    world.insert(&world.db, 1).await?;
    let met = Barrier::new(2);
    let settings = TransactionSettings::new().timeout(Duration::from_secs(3));
    let first = world.db.transaction_with(settings).run(async |tx| {
        A::find(1).update(tx, |c| c.balance.set(10)).await?;
        met.wait().await;
        B::find(1).update(tx, |c| c.balance.set(10)).await
    });
    let patient = TransactionSettings::new().timeout(Duration::from_secs(20));
    let second = world.db.transaction_with(patient).run(async |tx| {
        B::find(1).update(tx, |c| c.balance.set(20)).await?;
        met.wait().await;
        A::find(1).update(tx, |c| c.balance.set(20)).await
    });
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.expect_err("it waited too long").kind(), ErrorKind::Timeout);
    // Its locks are gone, and the other one goes on.
    second?;
    assert_eq!(A::find(1).one(&world.db).await?.balance, 20);
    assert_eq!(B::find(1).one(&world.db).await?.balance, 20);
    Ok(())
}
