//! Groups and aggregates.

use super::{Color, Item, filled};
use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

on_every_database! {
    over_all_rows,
    over_no_rows,
    over_conditions,
    groups,
    groups_of_several_columns,
    having,
    counts_of_groups,
    whole_records_of_groups_are_refused,
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

fn near(found: Option<f64>, wanted: f64) {
    let found = found.expect("a mean");
    assert!((found - wanted).abs() < 1e-9, "{found} {wanted}");
}

async fn over_all_rows(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    let rows = filled(&on).await?;
    let (quantities, mean_of_quantities, least, greatest, n) = Item::query()
        .select(|c| (c.qty.sum(), c.qty.avg(), c.qty.min(), c.qty.max(), c.qty.count()))
        .one(db)
        .await?;
    assert_eq!(quantities, Some(rows.iter().map(|i| i64::from(i.qty)).sum()));
    near(mean_of_quantities, mean(rows.iter().map(|i| f64::from(i.qty))));
    assert_eq!(least, rows.iter().map(|i| i.qty).min());
    assert_eq!(greatest, rows.iter().map(|i| i.qty).max());
    assert_eq!(n, 60);
    let stock = || rows.iter().filter_map(|i| i.stock);
    let (sum, avg, min, max, count, distinct) = Item::query()
        .select(|c| {
            (
                c.stock.sum(),
                c.stock.avg(),
                c.stock.min(),
                c.stock.max(),
                c.stock.count(),
                c.stock.count_distinct(),
            )
        })
        .one(db)
        .await?;
    assert_eq!(sum, Some(stock().sum()));
    near(avg, mean(stock().map(|v| v as f64)));
    assert_eq!((min, max), (stock().min(), stock().max()));
    assert_eq!(
        (count, distinct),
        (
            stock().count() as i64,
            stock().collect::<BTreeSet<_>>().len() as i64
        )
    );
    let (sum, avg, min, max) = Item::query()
        .select(|c| (c.price.sum(), c.price.avg(), c.price.min(), c.price.max()))
        .one(db)
        .await?;
    let total: Decimal = rows.iter().map(|i| i.price).sum();
    assert_eq!(sum, Some(total));
    let difference = avg.expect("a mean") - total / Decimal::from(60);
    assert!(difference.abs() < Decimal::new(1, 6), "{avg:?}");
    assert_eq!(
        (min, max),
        (
            rows.iter().map(|i| i.price).min(),
            rows.iter().map(|i| i.price).max()
        )
    );
    let (sum, avg, max) = Item::query()
        .select(|c| (c.ratio.sum(), c.ratio.avg(), c.ratio.max()))
        .one(db)
        .await?;
    assert_eq!(sum, Some(rows.iter().map(|i| i.ratio).sum()));
    near(avg, mean(rows.iter().map(|i| i.ratio)));
    assert_eq!(max, Some(2.0));
    let (first, last, early, late) = Item::query()
        .select(|c| (c.day.min(), c.day.max(), c.at.min(), c.at.max()))
        .one(db)
        .await?;
    assert_eq!(
        (first, last),
        (rows.iter().map(|i| i.day).min(), rows.iter().map(|i| i.day).max())
    );
    assert_eq!(
        (early, late),
        (rows.iter().map(|i| i.at).min(), rows.iter().map(|i| i.at).max())
    );
    let names = Item::query().select(|c| c.name.count_distinct()).one(db).await?;
    assert_eq!(names, 20);
    let (rebates, many) = Item::query()
        .select(|c| (c.rebate.sum(), count_all()))
        .one(db)
        .await?;
    assert_eq!(
        (rebates, many),
        (Some(rows.iter().filter_map(|i| i.rebate).sum()), 60)
    );
    let worth = Item::query()
        .select(|c| (c.price * c.qty.cast::<Decimal>()).sum())
        .one(db)
        .await?;
    assert_eq!(
        worth,
        Some(rows.iter().map(|i| i.price * Decimal::from(i.qty)).sum())
    );
    Ok(())
}

async fn over_no_rows(on: Arc<On>) -> Result<()> {
    create_table::<Item>(&on.db).await?;
    let found = Item::query()
        .select(|c| {
            (
                c.qty.sum(),
                c.qty.avg(),
                c.price.sum(),
                c.price.avg(),
                c.ratio.sum(),
                c.name.min(),
                c.day.max(),
                c.at.min(),
                c.stock.sum(),
                c.stock.count(),
                c.name.count_distinct(),
                count_all(),
            )
        })
        .one(&on.db)
        .await?;
    assert_eq!(
        found,
        (None, None, None, None, None, None, None, None, None, 0, 0, 0)
    );
    let groups = Item::query()
        .group_by(|c| c.color)
        .select(|c| (c.color, count_all()))
        .all(&on.db)
        .await?;
    assert!(groups.is_empty());
    assert_eq!(Item::query().count(&on.db).await?, 0);
    assert!(!Item::query().exists(&on.db).await?);
    assert_eq!(Item::query().all(&on.db).await?, []);
    assert_eq!(Item::query().first(&on.db).await?, None);
    assert_eq!(Item::query().update(&on.db, |c| c.qty.set(1)).await?, 0);
    assert_eq!(Item::query().delete(&on.db).await?, 0);
    assert_eq!(Item::insert_many([], &on.db).await?, 0);
    Ok(())
}

async fn over_conditions(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Item::filter(|c| c.active & c.qty.gt(0))
        .select(|c| (c.qty.sum(), c.price.max(), count_all()))
        .one(&on.db)
        .await?;
    let kept = || rows.iter().filter(|i| i.active && i.qty > 0);
    assert_eq!(
        found,
        (
            Some(kept().map(|i| i64::from(i.qty)).sum()),
            kept().map(|i| i.price).max(),
            kept().count() as i64
        )
    );
    let sums = Item::query()
        .select(|c| (c.qty.sum() + 1i64, -c.qty.max(), coalesce(c.stock.sum(), 0)))
        .one(&on.db)
        .await?;
    assert_eq!(
        sums.0,
        Some(rows.iter().map(|i| i64::from(i.qty)).sum::<i64>() + 1)
    );
    assert_eq!(sums.1, Some(-20));
    Ok(())
}

async fn groups(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Item::query()
        .group_by(|c| c.color)
        .order_by(|c| c.color.asc())
        .select(|c| (c.color, count_all(), c.qty.sum(), c.price.sum(), c.stock.min()))
        .all(&on.db)
        .await?;
    let mut wanted: BTreeMap<&str, (Color, i64, i64, Decimal, Option<i64>)> = BTreeMap::new();
    for i in &rows {
        let name = match i.color {
            Color::Red => "red",
            Color::Green => "green",
            Color::Blue => "blue",
        };
        let group = wanted.entry(name).or_insert((i.color, 0, 0, Decimal::ZERO, None));
        group.1 += 1;
        group.2 += i64::from(i.qty);
        group.3 += i.price;
        group.4 = [group.4, i.stock].into_iter().flatten().min();
    }
    let wanted: Vec<_> = wanted
        .into_values()
        .map(|(color, n, qty, price, stock)| (color, n, Some(qty), Some(price), stock))
        .collect();
    assert_eq!(found, wanted);
    // NULL is a group of its own.
    let nicks = Item::query()
        .group_by(|c| c.nick)
        .order_by(|c| c.nick.asc())
        .select(|c| (c.nick, count_all()))
        .all(&on.db)
        .await?;
    assert_eq!(nicks[0], (None, 20));
    assert_eq!(
        nicks.len(),
        1 + rows
            .iter()
            .filter_map(|i| i.nick.as_ref())
            .collect::<BTreeSet<_>>()
            .len()
    );
    assert_eq!(nicks.iter().map(|(_, n)| n).sum::<i64>(), 60);
    // By an expression.
    let months = Item::query()
        .group_by(|c| c.day.month())
        .order_by(|c| c.day.month().desc())
        .select(|c| (c.day.month(), count_all()))
        .all(&on.db)
        .await?;
    let mut wanted: BTreeMap<i64, i64> = BTreeMap::new();
    for i in &rows {
        *wanted
            .entry(i64::from(chrono::Datelike::month(&i.day)))
            .or_default() += 1;
    }
    assert_eq!(months, wanted.into_iter().rev().collect::<Vec<_>>());
    Ok(())
}

async fn groups_of_several_columns(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Item::filter(|c| c.id.le(50))
        .group_by(|c| (c.active, c.color))
        .group_by(|c| c.qty.gt(0))
        .select(|c| (c.active, c.color, c.qty.gt(0), count_all()))
        .all(&on.db)
        .await?;
    let mut wanted: BTreeMap<_, i64> = BTreeMap::new();
    for i in rows.iter().filter(|i| i.id <= 50) {
        *wanted.entry((i.active, i.color, i.qty > 0)).or_default() += 1;
    }
    let found: BTreeMap<_, _> = found.into_iter().map(|(a, b, c, n)| ((a, b, c), n)).collect();
    assert_eq!(found, wanted);
    Ok(())
}

async fn having(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Item::filter(|c| c.active)
        .group_by(|c| c.name)
        .having(|c| c.qty.sum().gt(0))
        .having(|_| count_all().ge(2))
        .order_by(|c| (c.qty.sum().desc(), c.name.asc()))
        .limit(5)
        .select(|c| (c.name, c.qty.sum()))
        .all(&on.db)
        .await?;
    let mut groups: BTreeMap<String, (i64, usize)> = BTreeMap::new();
    for i in rows.iter().filter(|i| i.active) {
        let group = groups.entry(i.name.clone()).or_default();
        group.0 += i64::from(i.qty);
        group.1 += 1;
    }
    let mut sums: Vec<i64> = groups
        .values()
        .filter(|(sum, n)| *sum > 0 && *n >= 2)
        .map(|(sum, _)| *sum)
        .collect();
    sums.sort_by_key(|sum| -sum);
    sums.truncate(5);
    assert_eq!(
        found.iter().map(|(_, sum)| sum.unwrap()).collect::<Vec<_>>(),
        sums
    );
    for (name, sum) in found {
        assert_eq!(Some(groups[&name].0), sum);
    }
    let mean = Item::query()
        .group_by(|c| c.color)
        .having(|c| c.qty.avg().gt(-100.0))
        .select(|c| c.color)
        .all(&on.db)
        .await?;
    assert_eq!(mean.len(), 3);
    Ok(())
}

async fn counts_of_groups(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let colors = Item::query()
        .group_by(|c| c.color)
        .select(|c| (c.color, c.qty.sum()));
    assert_eq!(colors.clone().count(&on.db).await?, 3);
    assert!(colors.clone().exists(&on.db).await?);
    assert_eq!(colors.clone().limit(2).count(&on.db).await?, 2);
    assert_eq!(colors.clone().offset(2).count(&on.db).await?, 1);
    assert!(!colors.clone().offset(3).exists(&on.db).await?);
    assert_eq!(colors.having(|_| count_all().gt(1_000)).count(&on.db).await?, 0);
    let names: BTreeSet<&String> = rows.iter().map(|i| &i.name).collect();
    let distinct = Item::query().select(|c| c.name).distinct();
    assert_eq!(distinct.clone().count(&on.db).await?, names.len() as u64);
    assert_eq!(distinct.clone().limit(7).count(&on.db).await?, 7);
    assert_eq!(distinct.clone().limit(7).offset(18).count(&on.db).await?, 2);
    assert!(distinct.exists(&on.db).await?);
    let twice = Item::query().select(|c| (c.name, c.name)).distinct();
    assert_eq!(twice.count(&on.db).await?, names.len() as u64);
    // A sum without groups is one row, of however many.
    let sum = Item::query().select(|c| c.qty.sum());
    assert_eq!(sum.clone().all(&on.db).await?.len(), 1);
    assert_eq!(sum.clone().count(&on.db).await?, 1);
    assert!(sum.filter(|c| c.id.lt(0)).exists(&on.db).await?);
    Ok(())
}

async fn whole_records_of_groups_are_refused(on: Arc<On>) -> Result<()> {
    create_table::<Item>(&on.db).await?;
    let error = Item::query().group_by(|c| c.color).all(&on.db).await;
    let error = fails_with(error, ErrorKind::Statement, "Item");
    assert!(
        error.help().is_some_and(|help| help.contains("select")),
        "{error}"
    );
    fails_with(
        Item::query().group_by(|c| c.color).count(&on.db).await,
        ErrorKind::Statement,
        "Item",
    );
    Ok(())
}
