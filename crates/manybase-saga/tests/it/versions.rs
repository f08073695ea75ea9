//! A saga keeps the version that it began with.

use crate::support::{World, effects, leave, on_every_database, once, quick};
use manybase_db::{ErrorKind, Result};
use manybase_saga::{Saga, SagaFilter, SagaState, Sagas};

on_every_database!(
    another_version_is_left_alone_with_a_reason,
    other_steps_under_the_same_version_are_refused,
);

fn version(number: u32) -> Saga<(), manybase_saga::InTransaction> {
    let name = format!("of version {number}");
    Saga::new("s", number)
        .retry(quick(1))
        .step(name, "b", async |cx, tx| leave(cx, tx).await)
}

async fn another_version_is_left_alone_with_a_reason(world: World) -> Result<()> {
    let db = world.db();
    let old = world.sagas_with(&db);
    old.register(version(1))?;
    let began = old.start("s", &()).await?;

    let new = world.sagas_with(&db);
    new.register(version(2))?;
    let error = new.run(began).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(
        error
            .message()
            .contains("version 1 of saga \"s\" is not registered")
            && error.message().ends_with("registered here: 2"),
        "{error}"
    );
    assert_eq!(new.run_due().await?, 0);
    let listed = new.list(&SagaFilter::new()).await?;
    assert_eq!(listed[0].state, SagaState::Running);
    assert!(
        listed[0]
            .blocked
            .as_ref()
            .is_some_and(|why| why.contains("version 1"))
    );
    assert!(new.show(began).await?.summary.blocked.is_some());
    // A tool that registers nothing has no reason to complain.
    assert_eq!(
        world.sagas_with(&db).list(&SagaFilter::new()).await?[0].blocked,
        None
    );

    let both = world.sagas_with(&db);
    both.register(version(1))?;
    both.register(version(2))?;
    let begins = both.start("s", &()).await?;
    assert_eq!(both.run_due().await?, 2);
    assert_eq!(effects(&db, began).await?, once(&["of version 1"]));
    assert_eq!(effects(&db, begins).await?, once(&["of version 2"]));
    Ok(())
}

async fn other_steps_under_the_same_version_are_refused(world: World) -> Result<()> {
    let db = world.db();
    let first = world.sagas_with(&db);
    first.register(version(1))?;
    let id = first.start("s", &()).await?;

    let changed = |change: fn(&Sagas) -> Result<()>| {
        let sagas = world.sagas_with(&db);
        change(&sagas).map(|()| sagas)
    };
    let variants = [
        changed(|sagas| sagas.register(version(1).call("more", async |_cx| Ok(()))))?,
        changed(|sagas| {
            sagas.register(Saga::<()>::new("s", 1).step("of version 1", "a", async |_cx, _tx| Ok(())))
        })?,
        changed(|sagas| sagas.register(version(1).pivot()))?,
        changed(|sagas| sagas.register(version(1).compensate(async |_cx, _tx| Ok(()))))?,
        changed(|sagas| sagas.register(Saga::<()>::new("s", 1)))?,
    ];
    for sagas in &variants {
        let error = sagas.run(id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.help().unwrap().contains("raise the version"), "{error}");
    }
    // A runner leaves it alone for a while, and says why.
    assert_eq!(variants[0].run_due().await?, 1);
    assert_eq!(variants[0].run_due().await?, 0);
    let shown = first.show(id).await?.summary;
    assert_eq!((shown.state, shown.attempt), (SagaState::Running, 0));
    assert!(
        shown
            .error
            .is_some_and(|error| error.contains("began with other steps"))
    );
    first.resume(id).await?;
    assert!(first.run(id).await?.is_completed());
    Ok(())
}
