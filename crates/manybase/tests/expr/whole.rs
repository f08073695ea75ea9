//! Groups of groups, plans, and what changed rows give back.

use crate::support::{On, fails_with, on_every_database};
use crate::{Sale, filled};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, rolled};
use std::collections::BTreeMap;
use std::sync::Arc;

on_every_database! {
    roots_and_powers,
    groups_of_groups,
    of_no_rows,
    pages_of_groups,
    plans,
    changed_rows_give_back,
    removed_rows_give_back,
}

type Key = (Option<Option<String>>, Option<String>);

async fn groups_of_groups(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::filter(|c| c.qty.ne(0))
        .group_by_rollup(|c| (c.city, c.name))
        .having(|c| (count_all() + c.qty.cast::<i64>().min().is_null().cast::<i64>()).gt(1))
        .order_by(|c| {
            (
                rolled(c.city).asc(),
                c.city.asc(),
                rolled(c.name).asc(),
                c.name.asc(),
            )
        })
        .select(|c| {
            (
                c.city,
                c.name.nullable(),
                rolled(c.city),
                rolled(c.name),
                count_all(),
                c.price.sum(),
                c.name.max(),
            )
        })
        .all(&on.db)
        .await?;
    let mut groups: BTreeMap<Key, Vec<&Sale>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.qty != 0) {
        let (city, name) = (Some(row.city.clone()), Some(row.name.clone()));
        for key in [(city.clone(), name), (city, None), (None, None)] {
            groups.entry(key).or_default().push(row);
        }
    }
    groups.retain(|_, rows| rows.len() > 1);
    let mut wanted: Vec<_> = groups.into_iter().collect();
    wanted.sort_by_key(|((city, name), _)| (city.is_none(), city.clone(), name.is_none(), name.clone()));
    assert_eq!(found.len(), wanted.len());
    for (found, ((city, name), rows)) in found.into_iter().zip(wanted) {
        assert_eq!((found.2, found.3), (city.is_none(), name.is_none()));
        // A group of NULL is no total.
        assert_eq!((found.0, found.1), (city.flatten(), name));
        assert_eq!(found.4, rows.len() as i64);
        assert_eq!(found.5, Some(rows.iter().map(|row| row.price).sum()));
        assert_eq!(found.6, rows.iter().map(|row| row.name.clone()).max());
    }
    let lost = Sale::query()
        .group_by(|c| c.city)
        .select(|c| rolled(c.city))
        .all(&on.db)
        .await;
    match on.pick(false, true, false) {
        true => assert!(lost?.iter().all(|rolled| !rolled)),
        false => drop(fails_with(lost, ErrorKind::Statement, "Sale")),
    }
    Ok(())
}

async fn of_no_rows(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    let nobody = || Sale::filter(|c| c.id.lt(0)).group_by_rollup(|c| c.city);
    let found = nobody().select(|c| (c.city, count_all())).all(&on.db).await?;
    assert_eq!(found, [(None, 0)]);
    let found = nobody().select(|c| c.city).all(&on.db).await?;
    assert_eq!(found, [None]);
    Ok(())
}

async fn pages_of_groups(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let groups = || Sale::query().group_by_rollup(|c| (c.paid, c.qty));
    let all = groups().select(|_| count_all()).count(&on.db).await?;
    let mut pairs: Vec<_> = rows.iter().map(|row| (row.paid, row.qty)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    assert_eq!(all, pairs.len() as u64 + 3);
    assert_eq!(groups().select(|_| count_all()).limit(2).count(&on.db).await?, 2);
    assert!(groups().select(|_| count_all()).exists(&on.db).await?);
    // The order may look at what is not selected, and values are bound for each level.
    let page = groups()
        .filter(|c| c.qty.ge(0))
        .order_by(|c| (count_all().desc(), rolled(c.paid).desc()))
        .select(|c| (c.paid.nullable(), c.qty.nullable(), c.amount.sum()))
        .limit(1)
        .all(&on.db)
        .await?;
    let sum = rows
        .iter()
        .filter(|row| row.qty >= 0)
        .filter_map(|row| row.amount)
        .sum();
    assert_eq!(page, [(None, None, Some(sum))]);
    Ok(())
}

async fn plans(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    let query = || Sale::filter(|c| c.id.gt(7) & c.name.eq("ann")).order_by(|c| c.price.asc());
    let plan = query().explain(&on.db).await?;
    assert!(plan.contains("sale"), "{plan}");
    let one = Sale::find(7).explain(&on.db).await?;
    let by_key = on.pick("SEARCH sale", "can", "PRIMARY");
    assert!(one.contains(by_key), "{one}");
    let groups = Sale::filter(|c| c.name.eq("ann"))
        .group_by(|c| c.city)
        .select(|c| (c.city, c.qty.sum()));
    let json = groups.explain_json(&on.db).await;
    if on.kind.is_server() {
        assert!(json?.to_string().contains("sale"));
    } else {
        fails_with(json, ErrorKind::Unsupported, "Sale");
    }
    // It is not run.
    assert_eq!(Sale::query().count(&on.db).await?, 60);
    Ok(())
}

async fn changed_rows_give_back(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let chosen = || Sale::filter(|c| c.paid & c.qty.gt(0));
    let found = chosen()
        .update_returning(
            &on.db,
            |c| (c.qty.set(c.qty * 2), c.name.set("sold")),
            |c| (c.id, c.qty, c.name, c.price + Decimal::ONE),
        )
        .await;
    if on.pick(false, false, true) {
        let error = fails_with(found, ErrorKind::Unsupported, "Sale");
        assert!(error.to_string().contains("for_update"), "{error}");
        assert_eq!(Sale::filter(|c| c.name.eq("sold")).count(&on.db).await?, 0);
        return Ok(());
    }
    let mut found = found?;
    found.sort_by_key(|row| row.0);
    let wanted = rows.iter().filter(|row| row.paid && row.qty > 0);
    let wanted: Vec<_> = wanted
        .map(|row| (row.id, row.qty * 2, "sold".to_owned(), row.price + Decimal::ONE))
        .collect();
    assert_eq!(found, wanted);
    assert_eq!(
        Sale::filter(|c| c.name.eq("sold")).count(&on.db).await?,
        wanted.len() as u64
    );
    let ordered = chosen()
        .limit(1)
        .update_returning(&on.db, |c| c.qty.set(0), |c| c.id)
        .await;
    fails_with(ordered, ErrorKind::Statement, "Sale");
    Ok(())
}

async fn removed_rows_give_back(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let mut found = Sale::filter(|c| c.qty.lt(0))
        .delete_returning(&on.db, |c| (c.id, c.name.upper()))
        .await?;
    found.sort_unstable();
    let gone = rows.iter().filter(|row| row.qty < 0);
    let wanted: Vec<_> = gone.map(|row| (row.id, row.name.to_uppercase())).collect();
    assert_eq!(found, wanted);
    assert_eq!(Sale::query().count(&on.db).await?, 60 - wanted.len() as u64);
    let again = Sale::filter(|c| c.qty.lt(0))
        .delete_returning(&on.db, |c| c.id)
        .await?;
    assert!(again.is_empty());
    Ok(())
}

async fn roots_and_powers(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                c.weight.sqrt(),
                c.price.sqrt(),
                c.amount.sqrt(),
                c.qty.power(2.0),
                (c.weight + 1.0).power(0.5),
            )
        })
        .all(&on.db)
        .await?;
    let near = |left: Option<f64>, right: Option<f64>| match (left, right) {
        (Some(left), Some(right)) => (left - right).abs() <= right.abs() * 1e-14,
        (left, right) => left == right,
    };
    let root = |number: f64| (number >= 0.0).then(|| number.sqrt());
    for (row, found) in rows.iter().zip(found) {
        let price = f64::try_from(row.price).expect("a number");
        assert!(near(found.0, root(row.weight)), "{found:?}");
        assert!(near(found.1, root(price)), "{found:?} {price}");
        assert!(
            near(found.2, row.amount.and_then(|amount| root(amount as f64))),
            "{found:?}"
        );
        assert_eq!(found.3, Some(f64::from(row.qty).powi(2)));
        assert!(near(found.4, root(row.weight + 1.0)), "{found:?}");
    }
    let large = Sale::query()
        .select(|c| (c.weight + 1e200).power(2.0))
        .all(&on.db)
        .await;
    assert_eq!(large.expect_err("too large").kind(), manybase::ErrorKind::Value);
    Ok(())
}
