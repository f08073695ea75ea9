//! Window functions.

use crate::support::{On, fails_with, on_every_database};
use crate::{Sale, filled};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, cume_dist, dense_rank, ntile, percent_rank, rank, row_number};
use std::ops::Bound;
use std::sync::Arc;

on_every_database! {
    ranks,
    values_of_other_rows,
    values_that_stand_for_others,
    aggregates_over_frames,
    decimals_over_frames,
    groups_of_equal_rows,
    ordered_by_a_window,
    what_makes_no_sense,
}

/// The rows of the same city, in the order of quantity, NULL first and else by id.
fn partition<'r>(rows: &'r [Sale], of: &Sale) -> Vec<&'r Sale> {
    let mut same: Vec<_> = rows.iter().filter(|row| row.city == of.city).collect();
    same.sort_by_key(|row| (row.amount, row.id));
    same
}

async fn ranks(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                c.id,
                row_number().over(|w| w.partition_by(c.city).order_by((c.amount.asc(), c.id.asc()))),
                rank().over(|w| w.partition_by(c.city).order_by(c.amount.asc())),
                dense_rank().over(|w| w.partition_by(c.city).order_by(c.amount.asc())),
                percent_rank().over(|w| w.partition_by(c.city).order_by(c.amount.asc())),
                cume_dist().over(|w| w.partition_by(c.city).order_by(c.amount.asc())),
                ntile(3).over(|w| w.partition_by(c.city).order_by((c.amount.asc(), c.id.asc()))),
                rank().over(|w| w.order_by(c.price.desc())),
            )
        })
        .all(&on.db)
        .await?;
    assert_eq!(found.len(), rows.len());
    for (row, found) in rows.iter().zip(found) {
        let (id, number, rank, dense, percent, share, part, of_price) = found;
        assert_eq!(id, row.id);
        let same = partition(&rows, row);
        let count = same.len();
        let at = same
            .iter()
            .position(|other| other.id == row.id)
            .expect("is there");
        assert_eq!(number, at as i64 + 1);
        let before = same.iter().filter(|other| other.amount < row.amount).count();
        assert_eq!(rank, before as i64 + 1);
        let mut lesser: Vec<_> = same
            .iter()
            .map(|other| other.amount)
            .filter(|a| *a < row.amount)
            .collect();
        lesser.dedup();
        assert_eq!(dense, lesser.len() as i64 + 1);
        assert!(
            (percent - before as f64 / (count - 1) as f64).abs() < 1e-9,
            "{percent}"
        );
        let up_to = same.iter().filter(|other| other.amount <= row.amount).count();
        assert!((share - up_to as f64 / count as f64).abs() < 1e-9, "{share}");
        // The first parts have one row more.
        let (size, longer) = (count / 3, count % 3);
        let wanted = if at < longer * (size + 1) {
            at / (size + 1)
        } else {
            (at - longer) / size
        };
        assert_eq!(part, wanted as i64 + 1);
        let dearer = rows.iter().filter(|other| other.price > row.price).count();
        assert_eq!(of_price, dearer as i64 + 1);
    }
    Ok(())
}

async fn values_of_other_rows(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                c.name
                    .lag(1)
                    .over(|w| w.partition_by(c.city).order_by((c.amount.asc(), c.id.asc()))),
                c.amount
                    .lead(2)
                    .over(|w| w.partition_by(c.city).order_by((c.amount.asc(), c.id.asc()))),
                c.price
                    .first_value()
                    .over(|w| w.partition_by(c.city).order_by((c.amount.asc(), c.id.asc()))),
                c.paid.last_value().over(|w| {
                    w.partition_by(c.city)
                        .order_by((c.amount.asc(), c.id.asc()))
                        .rows(..)
                }),
                c.weight.nth_value(3).over(|w| {
                    w.partition_by(c.city)
                        .order_by((c.amount.asc(), c.id.asc()))
                        .rows(..)
                }),
                (c.amount - c.amount.lag(1).over(|w| w.order_by(c.id.asc()))),
            )
        })
        .all(&on.db)
        .await?;
    for (i, (row, found)) in rows.iter().zip(found).enumerate() {
        let same = partition(&rows, row);
        let at = same
            .iter()
            .position(|other| other.id == row.id)
            .expect("is there");
        let (name, amount, price, paid, weight, step) = found;
        assert_eq!(name.as_ref(), at.checked_sub(1).map(|at| &same[at].name));
        assert_eq!(amount, same.get(at + 2).and_then(|other| other.amount));
        assert_eq!(price, Some(same[0].price));
        assert_eq!(paid, same.last().map(|other| other.paid));
        assert_eq!(weight, same.get(2).map(|other| other.weight));
        let before = i.checked_sub(1).and_then(|i| rows[i].amount);
        assert_eq!(step, row.amount.zip(before).map(|(now, before)| now - before));
    }
    Ok(())
}

async fn aggregates_over_frames(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                c.amount.sum().over(|w| w.order_by(c.id.asc())),
                c.amount.sum().over(|w| w.order_by(c.id.asc()).rows(-2..=0)),
                c.qty.avg().over(|w| w.order_by(c.id.asc()).rows(-1..2)),
                c.qty.max().over(|w| w.order_by(c.id.asc()).rows(1..)),
                count_all().over(|w| w.partition_by(c.city)),
                c.amount.count().over(|w| w.order_by(c.qty.asc()).range(..=0)),
                count_all().filter(c.paid).over(|w| w.order_by(c.id.asc())),
            )
        })
        .all(&on.db)
        .await?;
    for (at, (row, found)) in rows.iter().zip(found).enumerate() {
        let (running, last_three, mean, behind, of_city, up_to, paid) = found;
        let sum = |rows: &[Sale]| {
            let known: Vec<i64> = rows.iter().filter_map(|row| row.amount).collect();
            (!known.is_empty()).then(|| known.iter().sum::<i64>())
        };
        assert_eq!(running, sum(&rows[..=at]));
        assert_eq!(last_three, sum(&rows[at.saturating_sub(2)..=at]));
        let near = &rows[at.saturating_sub(1)..(at + 2).min(rows.len())];
        let wanted = near.iter().map(|row| f64::from(row.qty)).sum::<f64>() / near.len() as f64;
        assert!((mean.expect("a mean") - wanted).abs() < 1e-9);
        assert_eq!(behind, rows[at + 1..].iter().map(|row| row.qty).max());
        assert_eq!(
            of_city,
            rows.iter().filter(|other| other.city == row.city).count() as i64
        );
        let known = rows
            .iter()
            .filter(|other| other.qty <= row.qty && other.amount.is_some())
            .count();
        assert_eq!(up_to, known as i64);
        assert_eq!(paid, rows[..=at].iter().filter(|row| row.paid).count() as i64);
    }
    Ok(())
}

async fn decimals_over_frames(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                c.price.sum().over(|w| w.order_by(c.id.asc()).rows(-3..=0)),
                c.price.avg().over(|w| w.order_by(c.id.asc()).rows(-1..=0)),
                c.price.min().over(|w| w.order_by(c.id.asc()).rows(-3..=3)),
            )
        })
        .all(&on.db)
        .await?;
    for (at, (sum, mean, least)) in found.into_iter().enumerate() {
        let of = |from: usize, to: usize| rows[from..to.min(rows.len())].iter().map(|row| row.price);
        assert_eq!(sum, Some(of(at.saturating_sub(3), at + 1).sum()));
        let two: Vec<Decimal> = of(at.saturating_sub(1), at + 1).collect();
        let wanted = two.iter().sum::<Decimal>() / Decimal::from(two.len());
        assert_eq!(mean.map(|mean| mean.normalize()), Some(wanted.normalize()));
        assert_eq!(least, of(at.saturating_sub(3), at + 4).min());
    }
    Ok(())
}

async fn groups_of_equal_rows(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let query = Sale::query()
        .order_by(|c| c.id.asc())
        .select(|c| count_all().over(|w| w.order_by(c.qty.asc()).groups(-1..=0)));
    let found = query.all(&on.db).await;
    if on.pick(false, false, true) {
        let error = fails_with(found, ErrorKind::Unsupported, "Sale");
        assert!(error.to_string().contains("count rows"), "{error}");
        return Ok(());
    }
    for (row, found) in rows.iter().zip(found?) {
        let before = rows
            .iter()
            .map(|other| other.qty)
            .filter(|qty| *qty < row.qty)
            .max();
        let wanted = |other: &&Sale| other.qty == row.qty || Some(other.qty) == before;
        assert_eq!(found, rows.iter().filter(wanted).count() as i64);
    }
    Ok(())
}

async fn ordered_by_a_window(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::filter(|c| c.qty.gt(0))
        .order_by(|c| (count_all().over(|w| w.partition_by(c.city)).desc(), c.id.asc()))
        .limit(9)
        .all(&on.db)
        .await?;
    let chosen: Vec<&Sale> = rows.iter().filter(|row| row.qty > 0).collect();
    let of_city = |row: &Sale| chosen.iter().filter(|other| other.city == row.city).count();
    let mut wanted = chosen.clone();
    wanted.sort_by_key(|row| (std::cmp::Reverse(of_city(row)), row.id));
    let found: Vec<i64> = found.iter().map(|row| row.id).collect();
    assert_eq!(found, wanted.iter().take(9).map(|row| row.id).collect::<Vec<_>>());
    // The number of rows does not depend on it.
    let numbered = Sale::query().select(|c| row_number().over(|w| w.order_by(c.id.asc())));
    assert_eq!(numbered.clone().count(&on.db).await?, 60);
    assert_eq!(numbered.distinct().count(&on.db).await?, 60);
    Ok(())
}

async fn what_makes_no_sense(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    let refused = async |query: Query<Sale, i64>, why: &str| {
        let error = fails_with(query.all(&on.db).await, ErrorKind::Statement, "Sale");
        assert!(error.to_string().contains(why), "{error}");
    };
    let ids = || Sale::query().select(|c| c.id);
    let number = |w: manybase::Window| w;
    refused(ids().filter(|_| row_number().over(number).le(3)), "in WHERE").await;
    refused(
        ids()
            .group_by(|c| c.id)
            .having(|_| row_number().over(number).le(3)),
        "in HAVING",
    )
    .await;
    refused(ids().group_by(|_| row_number().over(number)), "in GROUP BY").await;
    refused(Sale::query().select(|_| rank().over(number)), "order_by").await;
    refused(
        Sale::query().select(|c| ntile(0).over(|w| w.order_by(c.id.asc()))),
        "from 1",
    )
    .await;
    refused(
        Sale::query().select(|c| rank().over(|w| w.order_by(c.id.asc()).rows(..=0))),
        "the whole partition",
    )
    .await;
    refused(
        Sale::query().select(|c| {
            count_all().over(|w| {
                w.order_by(c.id.asc())
                    .rows((Bound::Included(2), Bound::Included(1)))
            })
        }),
        "before it begins",
    )
    .await;
    refused(
        Sale::query().select(|c| count_all().over(|w| w.order_by(c.id.asc()).range(-1..=0))),
        "count rows",
    )
    .await;
    refused(
        Sale::query().select(|c| c.qty.count_distinct().over(number)),
        "distinct",
    )
    .await;
    refused(
        Sale::query().select(|c| c.id.ex().over(number)),
        "neither an aggregate",
    )
    .await;
    refused(Sale::query().select(|c| c.id.ex().filter(c.paid)), "no aggregate").await;
    let set = Sale::query()
        .update(&on.db, |c| c.id.set(row_number().over(number)))
        .await;
    fails_with(set, ErrorKind::Statement, "Sale");
    Ok(())
}

/// A row that is not there has the value that is said, a row whose value is NULL has not.
async fn values_that_stand_for_others(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    for distance in [1, 3] {
        let found = Sale::query()
            .order_by(|c| c.id.asc())
            .select(|c| {
                (
                    c.amount
                        .lag_or(distance, Some(-7))
                        .over(|w| w.partition_by(c.city).order_by((c.amount.asc(), c.id.asc()))),
                    c.qty
                        .lead_or(distance, c.qty * 2)
                        .over(|w| w.partition_by(c.city).order_by((c.amount.asc(), c.id.asc()))),
                )
            })
            .all(&on.db)
            .await?;
        let far = distance as usize;
        for (row, (lag, lead)) in rows.iter().zip(found) {
            let same = partition(&rows, row);
            let at = same
                .iter()
                .position(|other| other.id == row.id)
                .expect("is there");
            let before = at.checked_sub(far).map_or(Some(-7), |at| same[at].amount);
            let behind = same.get(at + far).map_or(row.qty * 2, |other| other.qty);
            assert_eq!((lag, lead), (before, behind), "{}", row.id);
        }
    }
    Ok(())
}
