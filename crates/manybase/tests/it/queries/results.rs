//! What comes back, in which order, and how many rows.

use super::{Color, Item, filled};
use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

on_every_database! {
    orders,
    orders_of_texts,
    nulls_in_orders,
    limits_and_offsets,
    distinct,
    tuples,
    structs,
    structs_that_do_not_fit,
    first_and_one,
    counts_of_windows,
    a_hundred_columns_and_expressions,
}

async fn orders(on: Arc<On>) -> Result<()> {
    let mut rows = filled(&on).await?;
    let ids = async |query: Query<Item>| query.select(|c| c.id).all(&on.db).await;
    let wanted = |rows: &[Item]| rows.iter().map(|i| i.id).collect::<Vec<_>>();
    rows.sort_by_key(|i| (i.qty, Reverse(i.id)));
    assert_eq!(
        ids(Item::query().order_by(|c| (c.qty.asc(), c.id.desc()))).await?,
        wanted(&rows)
    );
    rows.sort_by_key(|i| (Reverse(i.price), i.id));
    assert_eq!(
        ids(Item::query()
            .order_by(|c| c.price.desc())
            .order_by(|c| c.id.asc()))
        .await?,
        wanted(&rows)
    );
    rows.sort_by(|a, b| {
        a.ratio
            .total_cmp(&b.ratio)
            .then(b.day.cmp(&a.day))
            .then(a.id.cmp(&b.id))
    });
    assert_eq!(
        ids(Item::query().order_by(|c| (c.ratio.asc(), c.day.desc(), c.id.asc()))).await?,
        wanted(&rows)
    );
    rows.sort_by_key(|i| (Reverse(i.active), i.at));
    assert_eq!(
        ids(Item::query().order_by(|c| vec![c.active.desc(), c.at.asc()])).await?,
        wanted(&rows)
    );
    rows.sort_by_key(|i| (i.qty * i.qty, i.id));
    assert_eq!(
        ids(Item::query().order_by(|c| ((c.qty * c.qty).asc(), c.id.asc()))).await?,
        wanted(&rows)
    );
    rows.sort_by_key(|i| (i.price.abs(), i.id));
    assert_eq!(
        ids(Item::query().order_by(|c| (c.price.abs().asc(), c.id.asc()))).await?,
        wanted(&rows)
    );
    Ok(())
}

/// By code points, as Rust does, on every database.
async fn orders_of_texts(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let mut names: Vec<String> = rows.into_iter().map(|i| i.name).collect();
    names.sort();
    assert_eq!(
        Item::query()
            .order_by(|c| c.name.asc())
            .select(|c| c.name)
            .all(&on.db)
            .await?,
        names
    );
    names.reverse();
    assert_eq!(
        Item::query()
            .order_by(|c| c.name.desc())
            .select(|c| c.name)
            .all(&on.db)
            .await?,
        names
    );
    Ok(())
}

async fn nulls_in_orders(on: Arc<On>) -> Result<()> {
    let mut rows = filled(&on).await?;
    let ids = async |query: Query<Item>| query.select(|c| c.id).all(&on.db).await;
    let wanted = |rows: &[Item]| rows.iter().map(|i| i.id).collect::<Vec<_>>();
    rows.sort_by_key(|i| (i.stock, i.id));
    assert_eq!(
        ids(Item::query().order_by(|c| (c.stock.asc(), c.id.asc()))).await?,
        wanted(&rows)
    );
    rows.sort_by_key(|i| (Reverse(i.stock), i.id));
    assert_eq!(
        ids(Item::query().order_by(|c| (c.stock.desc(), c.id.asc()))).await?,
        wanted(&rows)
    );
    let last = |i: &Item| (i.stock.is_none(), i.stock);
    rows.sort_by_key(|i| (last(i), i.id));
    assert_eq!(
        ids(Item::query().order_by(|c| (c.stock.asc().nulls_last(), c.id.asc()))).await?,
        wanted(&rows)
    );
    rows.sort_by_key(|i| (i.rebate.is_some(), Reverse(i.rebate), i.id));
    assert_eq!(
        ids(Item::query().order_by(|c| (c.rebate.desc().nulls_first(), c.id.asc()))).await?,
        wanted(&rows)
    );
    rows.sort_by_key(|i| (i.rebate, i.id));
    assert_eq!(
        ids(Item::query().order_by(|c| (c.rebate.asc(), c.id.asc()))).await?,
        wanted(&rows)
    );
    Ok(())
}

async fn limits_and_offsets(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    for (limit, offset) in [
        (0, 0),
        (1, 0),
        (7, 3),
        (7, 57),
        (60, 0),
        (1_000, 59),
        (5, 60),
        (5, 1_000_000),
        (i64::MAX as u64, 58),
    ] {
        let found = Item::query()
            .order_by(|c| c.id.asc())
            .limit(limit)
            .offset(offset)
            .select(|c| c.id)
            .all(&on.db)
            .await?;
        let wanted: Vec<i64> = (1..=60).skip(offset as usize).take(limit as usize).collect();
        assert_eq!(found, wanted, "{limit} {offset}");
    }
    let found = Item::query()
        .order_by(|c| c.id.desc())
        .offset(55)
        .select(|c| c.id)
        .all(&on.db)
        .await?;
    assert_eq!(found, [5, 4, 3, 2, 1]);
    let found = Item::query()
        .order_by(|c| c.id.desc())
        .limit(2)
        .all(&on.db)
        .await?;
    assert_eq!((found[0].id, found[1].id), (60, 59));
    Ok(())
}

async fn distinct(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let mut found = Item::query()
        .select(|c| (c.color, c.active))
        .distinct()
        .all(&on.db)
        .await?;
    found.sort();
    let wanted: BTreeSet<(Color, bool)> = rows.iter().map(|i| (i.color, i.active)).collect();
    assert_eq!(found, wanted.into_iter().collect::<Vec<_>>());
    let nicks = Item::query()
        .distinct()
        .select(|c| c.nick)
        .order_by(|c| c.nick.desc())
        .all(&on.db)
        .await?;
    let wanted: BTreeSet<Option<String>> = rows.iter().map(|i| i.nick.clone()).collect();
    assert_eq!(nicks.iter().cloned().collect::<BTreeSet<_>>(), wanted);
    assert_eq!(nicks.len(), wanted.len());
    assert_eq!(nicks.last(), Some(&None));
    let prices = Item::query()
        .select(|c| c.price * Decimal::ZERO)
        .distinct()
        .all(&on.db)
        .await?;
    assert_eq!(prices, [Decimal::ZERO]);
    assert_eq!(Item::query().distinct().all(&on.db).await?.len(), 60);
    assert!(Item::query().distinct().first(&on.db).await?.is_some());
    Ok(())
}

async fn tuples(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let i = rows[10].clone();
    let all = Item::find(11)
        .select(|c| {
            (
                c.id, c.name, c.nick, c.qty, c.stock, c.price, c.rebate, c.ratio, c.active, c.color, c.day,
                c.at,
            )
        })
        .one(&on.db)
        .await?;
    assert_eq!(
        all,
        (
            i.id, i.name, i.nick, i.qty, i.stock, i.price, i.rebate, i.ratio, i.active, i.color, i.day, i.at
        )
    );
    assert_eq!(Item::find(11).select(|c| (c.id,)).one(&on.db).await?, (11,));
    assert_eq!(Item::find(11).select(|c| c.id).one(&on.db).await?, 11);
    let same = Item::find(11)
        .select(|c| (c.id, c.id, c.id, c.id + 1))
        .one(&on.db)
        .await?;
    assert_eq!(same, (11, 11, 11, 12));
    Ok(())
}

#[derive(Debug, PartialEq, FromRow)]
struct Group {
    #[row(column = "the color")]
    what: Color,
    n: i64,
    most: Option<Decimal>,
    select: Option<i64>,
}

async fn structs(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Item::filter(|c| c.color.eq(Color::Blue))
        .group_by(|c| c.color)
        .select_into::<Group, _>(|c| (c.color, count_all(), c.price.max(), c.qty.sum()))
        .one(&on.db)
        .await?;
    let blue = || rows.iter().filter(|i| i.color == Color::Blue);
    let wanted = Group {
        what: Color::Blue,
        n: blue().count() as i64,
        most: blue().map(|i| i.price).max(),
        select: Some(blue().map(|i| i64::from(i.qty)).sum()),
    };
    assert_eq!(found, wanted);
    let pairs: Vec<(i64, String)> = Item::query()
        .select_into::<(i64, String), _>(|c| (c.id, c.name))
        .all(&on.db)
        .await?;
    assert_eq!(pairs.len(), 60);
    // A model is such a struct too.
    let items = Item::query()
        .select_into::<Item, _>(|c| {
            (
                c.id,
                c.name.lower(),
                c.nick,
                c.qty * 2,
                c.stock,
                c.price,
                c.rebate,
                c.ratio,
                c.active,
                c.color,
                c.day,
                c.at,
            )
        })
        .all(&on.db)
        .await?;
    assert!(
        items
            .iter()
            .all(|item| item.qty == rows[item.id as usize - 1].qty * 2)
    );
    Ok(())
}

async fn structs_that_do_not_fit(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    let few = Item::query()
        .select_into::<Group, _>(|c| (c.color, c.id))
        .all(&on.db)
        .await;
    let error = fails_with(few, ErrorKind::Statement, "Item");
    assert!(
        error.message().contains("2 columns") && error.message().contains("4 fields"),
        "{error}"
    );
    let wrong = Item::query()
        .select_into::<Group, _>(|c| (c.name, c.id, c.price, c.stock))
        .all(&on.db)
        .await;
    let error = fails_with(wrong, ErrorKind::Decode, "Item");
    assert!(
        error.message().contains("column 1 of the result (the color)"),
        "{error}"
    );
    let second = Item::query()
        .select(|c| (c.id, c.nick.cast::<String>()))
        .all(&on.db)
        .await;
    let error = fails_with(second, ErrorKind::Decode, "Item");
    assert!(
        error.message().contains("column 2 of the result") && error.message().contains("NULL"),
        "{error}"
    );
    let null = Item::filter(|c| c.nick.is_null())
        .select_into::<(String,), _>(|c| (c.nick,))
        .all(&on.db)
        .await;
    fails_with(null, ErrorKind::Decode, "Item");
    Ok(())
}

async fn first_and_one(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let db = &on.db;
    // Without an order the first is the first by key.
    assert_eq!(Item::query().first(db).await?.unwrap().id, 1);
    assert_eq!(Item::filter(|c| c.id.gt(30)).first(db).await?.unwrap().id, 31);
    assert_eq!(
        Item::query()
            .order_by(|c| c.id.desc())
            .first(db)
            .await?
            .unwrap()
            .id,
        60
    );
    assert_eq!(
        Item::query()
            .order_by(|c| c.id.desc())
            .offset(3)
            .first(db)
            .await?
            .unwrap()
            .id,
        57
    );
    assert_eq!(Item::query().limit(0).first(db).await?, None);
    assert_eq!(Item::filter(|c| c.id.gt(60)).first(db).await?, None);
    assert_eq!(Item::find(5).first(db).await?.unwrap().into_inner(), rows[4]);
    assert_eq!(Item::find(61).first(db).await?, None);
    assert_eq!(Item::find(5).one(db).await?.into_inner(), rows[4]);
    assert_eq!(
        Item::filter(|c| c.id.eq(5))
            .one_or_none(db)
            .await?
            .unwrap()
            .into_inner(),
        rows[4]
    );
    assert_eq!(Item::find(61).one_or_none(db).await?, None);
    assert_eq!(Item::find(5).filter(|c| c.id.ne(5)).one_or_none(db).await?, None);
    assert!(Item::find(5).exists(db).await?);
    assert_eq!(Item::find(5).count(db).await?, 1);
    let error = fails_with(Item::find(61).one(db).await, ErrorKind::NotFound, "Item");
    assert!(
        error.help().is_some_and(|help| help.contains("one_or_none")),
        "{error}"
    );
    fails_with(
        Item::filter(|c| c.id.lt(0)).one(db).await,
        ErrorKind::NotFound,
        "Item",
    );
    let error = fails_with(Item::query().one(db).await, ErrorKind::NotUnique, "Item");
    assert!(error.help().is_some(), "{error}");
    fails_with(Item::query().one_or_none(db).await, ErrorKind::NotUnique, "Item");
    fails_with(
        Item::query().select(|c| c.name).one(db).await,
        ErrorKind::NotUnique,
        "Item",
    );
    assert_eq!(
        Item::query().order_by(|c| c.id.asc()).limit(1).one(db).await?.id,
        1
    );
    Ok(())
}

async fn counts_of_windows(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    let db = &on.db;
    for (limit, offset, wanted) in [
        (0, 0, 0),
        (7, 0, 7),
        (100, 0, 60),
        (10, 55, 5),
        (10, 60, 0),
        (10, 99, 0),
    ] {
        let query = Item::query().limit(limit).offset(offset);
        assert_eq!(query.clone().count(db).await?, wanted, "{limit} {offset}");
        assert_eq!(query.exists(db).await?, wanted > 0, "{limit} {offset}");
    }
    assert_eq!(Item::query().offset(58).count(db).await?, 2);
    assert_eq!(
        Item::filter(|c| c.active)
            .order_by(|c| c.name.asc())
            .limit(20)
            .count(db)
            .await?,
        20
    );
    assert_eq!(Item::query().distinct().limit(3).count(db).await?, 3);
    Ok(())
}

async fn a_hundred_columns_and_expressions(on: Arc<On>) -> Result<()> {
    create_table::<Item>(&on.db).await?;
    // A deep tree of conditions, and a long chain.
    let deep = (0..200).fold(Item::query(), |query, n| {
        query.filter(|c| c.id.ne(n) | c.qty.gt(n as i32))
    });
    assert_eq!(deep.count(&on.db).await?, 0);
    let chain = Item::filter(|c| (0..300i64).fold(c.id.eq(-1), |chain, n| chain | c.id.eq(n)));
    assert_eq!(chain.count(&on.db).await?, 0);
    let sum = Item::query().select(|c| (0..100i64).fold(c.id + 0, |sum, n| sum + n));
    assert_eq!(sum.all(&on.db).await?, [0i64; 0]);
    Ok(())
}
