//! Pages by the last row's place.

use crate::support::{On, Seeded, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{Cursor, ErrorKind, Page, Result, create_table};
use std::sync::Arc;

on_every_database! {
    there_and_back_in_every_order,
    rows_that_come_and_go,
    composite_keys_and_many_types,
    with_conditions_and_relations,
    what_makes_no_sense,
    cursors_of_others,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Item {
    #[model(key)]
    id: i64,
    name: String,
    price: Option<Decimal>,
    note: Option<String>,
    owner_id: i64,
    owner: BelongsTo<Item>,
}

fn item(id: i64, dice: &mut Seeded) -> Item {
    let names = ["a", "B", "b", "ä", "Z", "zz", "", "a b"];
    let at = |dice: &mut Seeded, of: u64| dice.below(of) as usize;
    Item {
        id,
        name: names[at(dice, 8)].into(),
        price: (dice.below(3) > 0).then(|| Decimal::new(dice.below(40) as i64 * 25 - 300, 2)),
        note: (dice.below(2) > 0).then(|| format!("n{}", dice.below(4))),
        owner_id: 1,
        owner: BelongsTo::default(),
    }
}

async fn items(on: &On, count: i64) -> Result<()> {
    create_table::<Item>(&on.db).await?;
    let mut dice = Seeded(0x9e37_79b9);
    let items = Vec::from_iter((1..=count).map(|id| item(id, &mut dice)));
    Item::insert_many(items, &on.db).await?;
    Ok(())
}

fn ids(page: &Page<Item>) -> Vec<i64> {
    page.rows.iter().map(|row| row.id).collect()
}

/// Orders of all kinds: mixed directions, columns with NULL, with and without the key.
fn orders() -> Vec<Query<Item>> {
    vec![
        Item::query(),
        Item::query().order_by(|c| c.id.desc()),
        Item::query().order_by(|c| c.name.asc()),
        Item::query().order_by(|c| (c.name.desc(), c.id.asc())),
        Item::query().order_by(|c| c.price.asc()),
        Item::query().order_by(|c| c.price.desc()),
        Item::query().order_by(|c| (c.price.asc(), c.name.desc(), c.note.asc())),
        Item::query().order_by(|c| (c.note.desc(), c.price.asc(), c.id.desc())),
        Item::query().order_by(|c| (c.note.asc().nulls_last(), c.price.desc().nulls_first())),
        Item::query().order_by(|c| (c.price.desc().nulls_first(), c.name.asc(), c.name.desc())),
    ]
}

async fn there_and_back_in_every_order(on: Arc<On>) -> Result<()> {
    items(&on, 60).await?;
    for (nth, query) in orders().into_iter().enumerate() {
        // What the database itself gives, with the key as the last one to decide, in the last one's direction.
        let whole = match nth {
            0 | 2 | 4 | 6 | 9 => query.clone().order_by(|c| c.id.asc()),
            5 | 8 => query.clone().order_by(|c| c.id.desc()),
            _ => query.clone(),
        };
        let whole: Vec<i64> = whole.select(|c| c.id).all(&on.db).await?;
        for size in [1, 7, 59, 60, 61] {
            let mut seen = Vec::new();
            let mut pages = Vec::new();
            let mut page = query.clone().page(size).fetch(&on.db).await?;
            assert!(!page.has_previous);
            loop {
                seen.extend(ids(&page));
                pages.push(ids(&page));
                let Some(next) = page.next() else { break };
                page = query.clone().page(size).after(next).fetch(&on.db).await?;
                assert!(page.has_previous);
            }
            assert_eq!(seen, whole, "order {nth}, {size} rows a page");
            assert_eq!(pages.len(), 60_usize.div_ceil(size as usize));
            // And back, page by page.
            while let Some(previous) = page.previous() {
                pages.pop();
                page = query.clone().page(size).before(previous).fetch(&on.db).await?;
                assert_eq!(Some(&ids(&page)), pages.last(), "order {nth} backward");
                assert!(page.has_next);
            }
            assert_eq!(pages.len(), 1);
            let end = query.clone().page(size).from_end().fetch(&on.db).await?;
            let from = 60_usize.saturating_sub(size as usize);
            assert_eq!((ids(&end).as_slice(), end.has_next), (&whole[from..], false));
            assert_eq!(end.has_previous, size < 60);
        }
    }
    Ok(())
}

async fn rows_that_come_and_go(on: Arc<On>) -> Result<()> {
    items(&on, 40).await?;
    let query = || Item::query().order_by(|c| (c.name.asc(), c.price.desc()));
    let before: Vec<i64> = query()
        .order_by(|c| c.id.desc())
        .select(|c| c.id)
        .all(&on.db)
        .await?;
    let mut page = query().page(6).fetch(&on.db).await?;
    let mut seen = Vec::new();
    let mut new = 1_000;
    loop {
        let last = page.rows.last().expect("rows");
        seen.extend(ids(&page));
        // One before the place where it is, one behind it, and the last row itself goes.
        for (name, id) in [("", new), ("zzz", new + 1)] {
            let item = Item {
                id,
                name: name.into(),
                price: None,
                note: None,
                owner_id: 1,
                owner: BelongsTo::default(),
            };
            item.insert(&on.db).await?;
        }
        new += 2;
        Item::find(last.id).delete(&on.db).await?;
        let Some(next) = page.next() else { break };
        page = query().page(6).after(next).fetch(&on.db).await?;
        if seen.len() > 60 {
            break;
        }
    }
    let old = Vec::from_iter(seen.iter().copied().filter(|id| *id < 1_000));
    assert_eq!(old, before, "each of the old ones once, in order");
    let behind = seen.iter().filter(|id| **id >= 1_000);
    assert!(
        behind.clone().all(|id| id % 2 == 1),
        "none of those before the place"
    );
    // A place whose row is gone still has rows on both sides.
    let (mid, rest) = (query().page(3).fetch(&on.db).await?, 4);
    for row in &mid.rows {
        Item::find(row.id).delete(&on.db).await?;
    }
    let page = query()
        .page(rest)
        .after(mid.last.expect("rows"))
        .fetch(&on.db)
        .await?;
    assert!(!page.has_previous && page.rows.len() == 4);
    Ok(())
}

async fn composite_keys_and_many_types(on: Arc<On>) -> Result<()> {
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Visit {
        #[model(key)]
        room: i32,
        #[model(key)]
        at: DateTime<Utc>,
        day: NaiveDate,
        guest: Uuid,
        weight: f64,
        paid: bool,
        hour: Option<NaiveTime>,
    }
    create_table::<Visit>(&on.db).await?;
    let mut dice = Seeded(7);
    let start = DateTime::from_timestamp_micros(1_700_000_000_123_456).expect("in range");
    let visits = Vec::from_iter((0..50).map(|n| Visit {
        room: n % 5,
        at: start + chrono::TimeDelta::microseconds(i64::from(n)),
        day: start.date_naive() + chrono::TimeDelta::days(dice.below(5) as i64),
        guest: Uuid::from_u128(u128::from(dice.below(4)) << 100),
        weight: dice.below(4) as f64 / 3.0,
        paid: dice.below(2) == 0,
        hour: (dice.below(3) > 0).then(|| NaiveTime::from_hms_opt(dice.below(24) as u32, 0, 0).expect("one")),
    }));
    Visit::insert_many(visits, &on.db).await?;
    let orders = [
        Visit::query().order_by(|c| c.at.desc()),
        Visit::query().order_by(|c| (c.day.asc(), c.guest.desc())),
        Visit::query().order_by(|c| (c.weight.desc(), c.paid.asc(), c.hour.desc())),
        Visit::query().order_by(|c| (c.hour.asc(), c.room.desc())),
    ];
    for query in orders {
        let whole = query.clone().page(1_000).fetch(&on.db).await?.rows;
        assert_eq!(whole.len(), 50);
        let mut seen = Vec::new();
        let mut page = query.clone().page(7).fetch(&on.db).await?;
        loop {
            seen.append(&mut page.rows.clone());
            let Some(next) = page.next() else { break };
            // By way of text and JSON, as in a link or a document.
            let text = serde_json::to_string(next).expect("text");
            let next: Cursor = serde_json::from_str(&text).expect("the same");
            page = query
                .clone()
                .page(7)
                .after(String::from(next))
                .fetch(&on.db)
                .await?;
        }
        assert_eq!(seen, whole);
    }
    Ok(())
}

async fn with_conditions_and_relations(on: Arc<On>) -> Result<()> {
    items(&on, 30).await?;
    let query = || {
        let even = Item::filter(|c| c.id.gt(10) & c.price.is_not_null());
        even.include(|c| c.owner).order_by(|c| c.price.asc())
    };
    let tx = on.db.begin().await?;
    let first = query().page(4).fetch(&tx).await?;
    assert!(first.rows.iter().all(|row| row.id > 10));
    assert_eq!(first.rows[0].owner.loaded()?.map(|owner| owner.id), Some(1));
    let next = query()
        .page(4)
        .after(first.next().expect("more"))
        .fetch(&tx)
        .await?;
    assert!(next.rows[0].price >= first.rows[3].price && next.rows[0].id != first.rows[3].id);
    tx.commit().await?;
    let none = Item::filter(|c| c.id.gt(1_000)).page(4).fetch(&on.db).await?;
    assert!(none.rows.is_empty() && none.first.is_none() && !none.has_next && !none.has_previous);
    Ok(())
}

async fn what_makes_no_sense(on: Arc<On>) -> Result<()> {
    items(&on, 3).await?;
    for query in [
        Item::query().page(0),
        Item::query().limit(3).page(2),
        Item::query().offset(3).page(2),
        Item::query().distinct().page(2),
        Item::find(3).page(2),
        Item::query().order_by(|c| c.name.lower().asc()).page(2),
    ] {
        fails_with(query.fetch(&on.db).await, ErrorKind::Statement, "Item");
    }
    Ok(())
}

async fn cursors_of_others(on: Arc<On>) -> Result<()> {
    items(&on, 10).await?;
    let by_name = || Item::query().order_by(|c| c.name.asc()).page(3);
    let page = by_name().fetch(&on.db).await?;
    let cursor = page.next().expect("more").clone();
    assert_eq!(by_name().after(&cursor).fetch(&on.db).await?.rows.len(), 3);
    let other = Item::query().order_by(|c| c.name.desc()).page(3).after(&cursor);
    fails_with(other.fetch(&on.db).await, ErrorKind::Cursor, "Item");
    for text in ["", "7", "%", &cursor.as_ref()[1..]] {
        fails_with(
            by_name().before(text).fetch(&on.db).await,
            ErrorKind::Cursor,
            "Item",
        );
    }
    Ok(())
}
