//! Columns that are set on their own, and rows that are found or made.

use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! {
    set_alone,
    added_by_many,
    of_every_type,
    stale,
    found_or_made,
    found_or_made_inside;
    shared: made_by_many,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Item {
    #[model(key, auto)]
    id: i64,
    #[model(unique, length = 40)]
    name: String,
    stock: i32,
    sold: Option<i64>,
    #[model(version)]
    version: i32,
    #[model(updated_at)]
    updated_at: DateTime<Utc>,
    #[model(skip)]
    note: String,
    #[model(foreign_key = item_id)]
    parts: HasMany<Part>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Part {
    #[model(key)]
    id: i64,
    item_id: i64,
}

fn item(name: &str) -> Item {
    Item {
        id: 0,
        name: name.into(),
        stock: 5,
        sold: None,
        version: 1,
        updated_at: DateTime::default(),
        note: String::new(),
        parts: HasMany::default(),
    }
}

async fn set_alone(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Item>(db).await?;
    create_table::<Part>(db).await?;
    let id = item("a").insert(db).await?.id;
    Part { id: 1, item_id: id }.insert(db).await?;
    let mut one = Item::query().include(|c| c.parts).one(db).await?;
    one.note = "mine".into();
    one.name = "not saved".into();
    one.increment(db, |c| c.stock, 10).await?;
    one.update_fields(db, |c| (c.stock.set(c.stock * 2), c.sold.set(7)))
        .await?;
    one.increment(db, |c| c.sold, -2).await?;
    assert_eq!((one.stock, one.sold, one.version), (30, Some(5), 4));
    // What is no column stays, what was not saved is still to be.
    assert_eq!((one.note.as_str(), one.parts.loaded()?.len()), ("mine", 1));
    assert_eq!(one.dirty_fields(), ["name"]);
    let before = one.updated_at;
    one.touch(db).await?;
    assert!(one.updated_at >= before && one.version == 5);
    one.save(db).await?;
    let read = Item::query().one(db).await?;
    assert_eq!(
        (read.name.as_str(), read.stock, read.version),
        ("not saved", 30, 6)
    );
    assert_eq!(read.updated_at, one.updated_at);
    // NULL and a number are NULL.
    let mut two = item("b").insert(db).await?;
    two.increment(db, |c| c.sold, 1).await?;
    assert_eq!(two.sold, None);
    fails_with(
        two.update_fields(db, |c| (c.stock.set(1), c.stock.set(2))).await,
        ErrorKind::Statement,
        "Item",
    );
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Counter {
    #[model(key)]
    id: i64,
    n: i64,
}

async fn added_by_many(on: Arc<On>) -> Result<()> {
    create_table::<Counter>(&on.db).await?;
    Counter { id: 1, n: 0 }.insert(&on.db).await?;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let db = on.db.clone();
        tasks.spawn(async move {
            let mut counter = Counter::find(1).one(&db).await?;
            let mut seen = Vec::new();
            for _ in 0..5 {
                counter.increment(&db, |c| c.n, 1).await?;
                seen.push(counter.n);
            }
            Ok::<_, manybase::Error>(seen)
        });
    }
    let mut seen = Vec::new();
    while let Some(done) = tasks.join_next().await {
        seen.extend(done.expect("no panic")?);
    }
    // Each has read back what it has written itself: no number twice.
    seen.sort_unstable();
    assert_eq!(seen, (1..=40).collect::<Vec<i64>>());
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Wide {
    #[model(key)]
    id: Uuid,
    b: bool,
    u: u64,
    f: f32,
    d: f64,
    #[model(precision = (12, 3))]
    decimal: Decimal,
    bytes: Vec<u8>,
    day: NaiveDate,
    time: NaiveTime,
    moment: NaiveDateTime,
    instant: Option<DateTime<Utc>>,
    document: serde_json::Value,
    #[model(json)]
    list: Vec<u8>,
    n: i16,
}

/// Fields of every type come through it unchanged.
async fn of_every_type(on: Arc<On>) -> Result<()> {
    create_table::<Wide>(&on.db).await?;
    let day = NaiveDate::from_ymd_opt(2025, 2, 3).expect("a day");
    let time = NaiveTime::from_hms_micro_opt(4, 5, 6, 7).expect("a time");
    let wide = Wide {
        id: Uuid::now_v7(),
        b: true,
        u: 7,
        f: 1.5,
        d: -0.1,
        decimal: Decimal::new(12_345, 3),
        bytes: vec![0, 255],
        day,
        time,
        moment: day.and_time(time),
        instant: Some(day.and_time(time).and_utc()),
        document: serde_json::json!({"a": [1, null, "ä"]}),
        list: vec![1, 2],
        n: 1,
    };
    let mut record = wide.clone().insert(&on.db).await?;
    record.increment(&on.db, |c| c.n, 41).await?;
    assert_eq!(*record, Wide { n: 42, ..wide });
    assert!(!record.is_dirty());
    Ok(())
}

async fn stale(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Item>(db).await?;
    let mut mine = item("a").insert(db).await?;
    let mut yours = mine.clone();
    yours.increment(db, |c| c.stock, 1).await?;
    fails_with(mine.increment(db, |c| c.stock, 1).await, ErrorKind::Stale, "Item");
    fails_with(mine.touch(db).await, ErrorKind::Stale, "Item");
    fails_with(mine.delete(db).await, ErrorKind::Stale, "Item");
    assert_eq!(Item::query().one(db).await?.stock, 6);
    Ok(())
}

async fn found_or_made(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Item>(db).await?;
    let by_name = |name: &'static str| Item::filter(move |c| c.name.eq(name));
    let (one, created) = by_name("a").find_or_create(db, || item("a")).await?;
    assert!(created && one.id > 0);
    let (same, created) = by_name("a").find_or_create(db, || unreachable!()).await?;
    assert_eq!((same.id, created), (one.id, false));
    // What is in the way is none of these rows.
    let error = by_name("b")
        .find_or_create(db, || item("a"))
        .await
        .expect_err("taken");
    assert!(error.is_unique_violation());
    fails_with(
        by_name("c").using("main").find_or_create(db, || item("c")).await,
        ErrorKind::Statement,
        "Item",
    );
    Ok(())
}

async fn found_or_made_inside(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Item>(db).await?;
    db.transaction(async |tx| {
        let (one, created) = Item::filter(|c| c.name.eq("a"))
            .find_or_create(tx, || item("a"))
            .await?;
        assert!(created);
        // The insert fails, and the transaction goes on.
        let taken = Item::filter(|c| c.name.eq("b"))
            .find_or_create(tx, || item("a"))
            .await;
        assert!(taken.expect_err("taken").is_unique_violation());
        let (again, created) = Item::find(one.id).find_or_create(tx, || item("x")).await?;
        assert_eq!((again.name.as_str(), created), ("a", false));
        Ok(())
    })
    .await?;
    assert_eq!(Item::query().count(db).await?, 1);
    Ok(())
}

/// Many at once, each in a transaction that has read before: one makes it, all others find it.
async fn made_by_many(on: Arc<On>) -> Result<()> {
    create_table::<Item>(&on.db).await?;
    let settings = manybase::TransactionSettings::new().retries(20);
    let mut tasks = tokio::task::JoinSet::new();
    for inside in [true, false, true, false, true, false] {
        let db = on.db.clone();
        tasks.spawn(async move {
            let query = || Item::filter(|c| c.name.eq("one"));
            if !inside {
                return query()
                    .find_or_create(&db, || item("one"))
                    .await
                    .map(|(found, new)| (found.id, new));
            }
            db.transaction_with(settings)
                .run(async |tx| {
                    assert!(Item::query().count(tx).await? <= 1);
                    query()
                        .find_or_create(tx, || item("one"))
                        .await
                        .map(|(found, new)| (found.id, new))
                })
                .await
        });
    }
    let mut found = Vec::new();
    while let Some(done) = tasks.join_next().await {
        found.push(done.expect("no panic")?);
    }
    assert_eq!(found.iter().filter(|(_, new)| *new).count(), 1, "{found:?}");
    assert!(found.iter().all(|(id, _)| *id == found[0].0));
    assert_eq!(Item::query().count(&on.db).await?, 1);
    Ok(())
}
