//! Definitions, and how sagas begin.

use crate::support::{World, effects, leave, on_every_database, once, saga};
use manybase_db::{Error, ErrorKind, Result};
use manybase_saga::{Saga, SagaFilter, SagaId};

on_every_database!(
    it_begins_with_the_transaction_or_not_at_all,
    many_begin_at_once_before_there_are_tables,
    what_can_not_begin_is_said_at_once,
    definitions_are_checked,
);

async fn it_begins_with_the_transaction_or_not_at_all(world: World) -> Result<()> {
    let db = world.db();
    let sagas = world.sagas_with(&db);
    sagas.register(saga::<u32>("s").step("one", "a", async |cx, tx| leave(cx, tx).await))?;
    let transactional = db.connection("a")?.capabilities().transactional_ddl;
    let first = db.transaction(async |tx| sagas.start_in(tx, "s", &1).await).await;
    match transactional {
        true => assert!(sagas.run(first?).await?.is_completed()),
        false => {
            let error = first.unwrap_err();
            assert!(error.to_string().contains("Sagas::setup"), "{error}");
        }
    }
    sagas.setup().await?;
    let kept = db
        .transaction(async |tx| sagas.start_in(tx, "s", &1).await)
        .await?;
    let mut lost = None;
    let undone: Result<()> = db
        .transaction(async |tx| {
            lost = Some(sagas.start_in(tx, "s", &1).await?);
            Err(Error::new(ErrorKind::CheckViolation, "no"))
        })
        .await;
    assert!(undone.is_err());
    assert!(sagas.run(kept).await?.is_completed());
    assert_eq!(effects(&db, kept).await?, once(&["one"]));
    let error = sagas.run(lost.unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.connection(), Some("a"));
    Ok(())
}

async fn many_begin_at_once_before_there_are_tables(world: World) -> Result<()> {
    let processes: Vec<_> = (0..6).map(|_| world.sagas()).collect();
    let mut tasks = tokio::task::JoinSet::new();
    for sagas in processes {
        sagas.register(saga::<u32>("s").step("one", "b", async |cx, tx| leave(cx, tx).await))?;
        tasks.spawn(async move {
            let id = sagas.start("s", &1).await?;
            sagas.run(id).await?.completed()
        });
    }
    while let Some(result) = tasks.join_next().await {
        result.expect("no panic")?;
    }
    assert_eq!(world.sagas().list(&SagaFilter::new()).await?.len(), 6);
    Ok(())
}

async fn what_can_not_begin_is_said_at_once(world: World) -> Result<()> {
    let sagas = world.sagas();
    let nothing = sagas.start("s", &1).await.unwrap_err();
    assert!(nothing.help().unwrap().contains("Sagas::register"), "{nothing}");
    sagas.register(saga::<u32>("s"))?;
    let unknown = sagas.start("t", &1).await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Config);
    assert!(unknown.help().unwrap().contains("registered are: s"), "{unknown}");
    let wrong = sagas.start("s", "one").await.unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Value);
    assert!(sagas.list(&SagaFilter::new()).await?.is_empty());
    let missing = sagas.show(SagaId::new()).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);

    let id = SagaId::new();
    sagas.start_as(id, "s", &1).await?;
    assert!(
        sagas
            .start_as(id, "s", &1)
            .await
            .unwrap_err()
            .is_unique_violation()
    );
    Ok(())
}

async fn definitions_are_checked(world: World) -> Result<()> {
    let sagas = world.sagas();
    let twice = Saga::<()>::new("x", 1)
        .call("a", async |_cx| Ok(()))
        .call("a", async |_cx| Ok(()));
    assert_eq!(sagas.register(twice).unwrap_err().kind(), ErrorKind::Config);
    let nowhere = Saga::<()>::new("x", 1).step("a", "c", async |_cx, _tx| Ok(()));
    assert_eq!(
        sagas.register(nowhere).unwrap_err().kind(),
        ErrorKind::UnknownConnection
    );
    let long = Saga::<()>::new("x".repeat(101), 1);
    assert_eq!(sagas.register(long).unwrap_err().kind(), ErrorKind::Config);
    let unnamed = Saga::<()>::new("x", 1).call(" ", async |_cx| Ok(()));
    assert_eq!(sagas.register(unnamed).unwrap_err().kind(), ErrorKind::Config);
    // As long as it may be, in letters of several bytes.
    let (name, step) = ("ü".repeat(100), "\u{1F600}".repeat(100));
    sagas.register(Saga::<()>::new(name.clone(), 1).step(step, "b", async |cx, tx| leave(cx, tx).await))?;
    let id = sagas.start(&name, &()).await?;
    assert!(sagas.run(id).await?.is_completed());
    Ok(())
}
