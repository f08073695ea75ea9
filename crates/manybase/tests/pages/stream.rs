//! Rows one by one.

use crate::support::{Kind, On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;
use std::time::{Duration, Instant};

on_every_database! {
    all_of_them_in_order,
    an_error_in_the_middle,
    values_batches_and_nothing,
    no_relations,
    closed_half_way_in_a_transaction,
    a_slow_reader,
    dropped_half_way;
    shared:
    beside_other_statements,
    dropped_half_way_in_a_transaction,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Line {
    #[model(key)]
    id: i64,
    text: Option<String>,
    owner_id: i64,
    owner: BelongsTo<Line>,
}

async fn lines(on: &On, count: i64) -> Result<()> {
    create_table::<Line>(&on.db).await?;
    let line = |id| Line {
        id,
        text: (id % 2 == 0).then(|| format!("line {id}")),
        owner_id: 1,
        owner: BelongsTo::default(),
    };
    Line::insert_many((1..=count).map(line), &on.db).await?;
    Ok(())
}

async fn all_of_them_in_order(on: Arc<On>) -> Result<()> {
    lines(&on, 20_000).await?;
    let mut stream = Line::query().order_by(|c| c.id.desc()).stream(&on.db);
    let mut next = 20_000;
    while let Some(line) = stream.next().await {
        let line = line?;
        assert_eq!((line.id, line.text.is_some()), (next, next % 2 == 0));
        next -= 1;
    }
    assert_eq!(next, 0);
    assert!(stream.next().await.is_none(), "it stays at its end");
    drop(stream);
    // Also for a query by key, which is otherwise read where the caller is.
    let mut one = Line::find(7).stream(&on.db);
    assert_eq!(one.next().await.expect("a row")?.id, 7);
    assert!(one.next().await.is_none());
    // And in a transaction, which goes on behind it.
    let tx = on.db.begin().await?;
    Line::find(7).delete(&tx).await?;
    let mut stream = Line::query().stream(&tx);
    let mut count = 0;
    while let Some(line) = stream.next().await {
        line?;
        count += 1;
    }
    drop(stream);
    assert_eq!(count, 19_999);
    Line::find(8).delete(&tx).await?;
    tx.commit().await?;
    assert_eq!(Line::query().count(&on.db).await?, 19_998);
    Ok(())
}

/// A record that can't hold what is there.
#[derive(Debug, Model)]
#[model(table = "line")]
struct Strict {
    #[model(key)]
    id: i64,
    text: String,
}

async fn an_error_in_the_middle(on: Arc<On>) -> Result<()> {
    lines(&on, 1_000).await?;
    on.execute("UPDATE line SET text = 'x' WHERE id <> 701").await?;
    let mut stream = Strict::query().order_by(|c| c.id.asc()).stream(&on.db);
    for id in 1..701 {
        let line = stream.next().await.expect("a row")?;
        assert_eq!((line.id, &*line.text), (id, "x"));
    }
    let failed = stream.next().await.expect("an error");
    fails_with(failed, ErrorKind::Decode, "Strict");
    assert!(stream.next().await.is_none(), "nothing behind an error");
    drop(stream);
    // The database has refused nothing, so that a transaction goes on.
    let tx = on.db.begin().await?;
    let mut batches = Strict::query().order_by(|c| c.id.asc()).batch(500, &tx);
    assert_eq!(batches.next().await.expect("a batch")?.len(), 500);
    let failed = batches.next().await.expect("an error");
    fails_with(failed, ErrorKind::Decode, "Strict");
    drop(batches);
    assert_eq!(Line::query().count(&tx).await?, 1_000);
    tx.commit().await?;
    // One that the database itself refuses, before any row.
    let mut stream = Line::query().using("nowhere").stream(&on.db);
    let error = stream.next().await.expect("an error").expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::UnknownConnection);
    Ok(())
}

async fn values_batches_and_nothing(on: Arc<On>) -> Result<()> {
    lines(&on, 1_050).await?;
    let mut batches = Line::query()
        .order_by(|c| c.id.asc())
        .select(|c| c.id)
        .batch(100, &on.db);
    let mut all: Vec<i64> = Vec::new();
    let mut sizes = Vec::new();
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        sizes.push(batch.len());
        all.extend(batch);
    }
    drop(batches);
    assert_eq!(sizes, [&[100; 10][..], &[50]].concat());
    assert_eq!(all, Vec::from_iter(1..=1_050));
    let mut none = Line::filter(|c| c.id.gt(5_000)).batch(100, &on.db);
    assert!(none.next().await.is_none());
    let mut none = Line::filter(|c| c.id.gt(5_000)).stream(&on.db);
    assert!(none.next().await.is_none());
    Ok(())
}

async fn no_relations(on: Arc<On>) -> Result<()> {
    lines(&on, 1).await?;
    let mut stream = Line::query().include(|c| c.owner).stream(&on.db);
    fails_with(
        stream.next().await.expect("an error"),
        ErrorKind::Statement,
        "Line",
    );
    Ok(())
}

async fn closed_half_way_in_a_transaction(on: Arc<On>) -> Result<()> {
    lines(&on, 30_000).await?;
    let tx = on.db.begin().await?;
    for taken in [0, 1, 1_000] {
        let mut stream = Line::query().order_by(|c| c.id.asc()).stream(&tx);
        for id in 1..=taken {
            assert_eq!(stream.next().await.expect("a row")?.id, id);
        }
        stream.close().await?;
        assert_eq!(Line::query().count(&tx).await?, 30_000);
    }
    Line::find(1).delete(&tx).await?;
    tx.commit().await?;
    assert_eq!(Line::query().count(&on.db).await?, 29_999);
    Ok(())
}

async fn a_slow_reader(on: Arc<On>) -> Result<()> {
    lines(&on, 2_000).await?;
    // Shorter than the reader takes: on SQLite the time counts that the database itself works.
    let limit = Duration::from_millis(if on.kind.is_sqlite() { 150 } else { 20_000 });
    let name = if on.kind == Kind::Memory { "main" } else { "slow" };
    if on.kind != Kind::Memory {
        on.again(name, |config| config.statement_timeout(Some(limit)));
    }
    let mut stream = Line::query().order_by(|c| c.id.asc()).using(name).stream(&on.db);
    for id in 1..=2_000 {
        if id % 500 == 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(stream.next().await.expect("a row")?.id, id);
    }
    assert!(stream.next().await.is_none());
    Ok(())
}

async fn dropped_half_way(on: Arc<On>) -> Result<()> {
    lines(&on, 100_000).await?;
    let begun = Instant::now();
    for taken in [0, 1, 70, 5_000] {
        let mut stream = Line::query().stream(&on.db);
        for _ in 0..taken {
            stream.next().await.expect("a row")?;
        }
        drop(stream);
        // The next statement has an answer of its own.
        let id = Line::find(99_999).one(&on.db).await?.id;
        assert_eq!(id, 99_999);
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    Ok(())
}

async fn beside_other_statements(on: Arc<On>) -> Result<()> {
    lines(&on, 3_000).await?;
    let mut stream = Line::query().order_by(|c| c.id.asc()).stream(&on.db);
    let mut seen = 0;
    while let Some(line) = stream.next().await {
        let mut line = line?;
        seen += 1;
        if line.id % 1_000 == 0 {
            line.text = Some("seen".into());
            line.save(&on.db).await?;
        }
    }
    assert_eq!(seen, 3_000);
    drop(stream);
    assert_eq!(Line::filter(|c| c.text.eq("seen")).count(&on.db).await?, 3);
    Ok(())
}

async fn dropped_half_way_in_a_transaction(on: Arc<On>) -> Result<()> {
    lines(&on, 50_000).await?;
    let tx = on.db.begin().await?;
    let mut stream = Line::query().stream(&tx);
    stream.next().await.expect("a row")?;
    drop(stream);
    let error = Line::query().count(&tx).await.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Transaction, "{error}");
    tx.rollback().await?;
    assert_eq!(Line::query().count(&on.db).await?, 50_000);
    Ok(())
}
