//! CASE, NULLIF, GREATEST and LEAST, aggregates of some rows, collations, functions by name.

use crate::support::{On, fails_with, on_every_database};
use crate::{Sale, filled};
use manybase::prelude::*;
use manybase::{Collation, ErrorKind, Result, case, function};
use std::collections::BTreeMap;
use std::sync::Arc;

on_every_database! {
    cases,
    null_if_equal,
    greatest_and_least,
    aggregates_of_some_rows,
    collations,
    functions_by_name,
    the_same_query_with_another_structure,
}

async fn cases(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                case::<String>()
                    .when(c.qty.lt(0), "minus")
                    .when(c.qty.eq(0), c.name)
                    .otherwise("plus"),
                case::<i64>().when(c.paid, c.amount).or_null(),
                case::<Decimal>()
                    .when(c.paid, c.price)
                    .otherwise(Decimal::new(15, 1)),
                c.name
                    .switch::<i32>()
                    .when("ann", 1)
                    .when("Ann", 2)
                    .otherwise(c.qty),
                c.amount
                    .switch::<bool>()
                    .when(3, true)
                    .when(None::<i64>, true)
                    .or_null(),
            )
        })
        .all(&on.db)
        .await?;
    for (row, found) in rows.iter().zip(found) {
        let sign = match row.qty {
            ..0 => "minus",
            0 => &row.name,
            _ => "plus",
        };
        let number = match row.name.as_str() {
            "ann" => 1,
            "Ann" => 2,
            _ => row.qty,
        };
        let wanted = (
            sign.to_owned(),
            row.amount.filter(|_| row.paid),
            if row.paid { row.price } else { Decimal::new(15, 1) },
            number,
            // NULL is equal to nothing.
            (row.amount == Some(3)).then_some(true),
        );
        assert_eq!(found, wanted);
    }
    let few = Sale::filter(|c| case::<i32>().when(c.paid, c.qty).otherwise(0).gt(1))
        .count(&on.db)
        .await?;
    assert_eq!(
        few,
        rows.iter().filter(|row| row.paid && row.qty > 1).count() as u64
    );
    let empty = Sale::query()
        .select(|_| case::<i64>().otherwise(1))
        .all(&on.db)
        .await;
    fails_with(empty, ErrorKind::Statement, "Sale");
    Ok(())
}

async fn null_if_equal(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                c.qty.nullif(0),
                c.name.nullif("ann"),
                c.amount.nullif(1),
                c.id.ex().nullable() / c.qty.cast::<i64>().nullif(0),
            )
        })
        .all(&on.db)
        .await?;
    for (row, found) in rows.iter().zip(found) {
        let qty = Some(row.qty).filter(|qty| *qty != 0);
        assert_eq!(found.0, qty);
        assert_eq!(
            found.1.as_deref(),
            Some(row.name.as_str()).filter(|name| *name != "ann")
        );
        assert_eq!(found.2, row.amount.filter(|amount| *amount != 1));
        assert_eq!(found.3, qty.map(|qty| row.id / i64::from(qty)));
    }
    Ok(())
}

async fn greatest_and_least(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                c.qty.greatest(0),
                c.amount.least(c.id),
                c.amount.greatest(Some(2)),
                c.price.greatest(Decimal::from(9)).least(Decimal::new(1055, 2)),
                c.name.greatest("Zoe"),
                c.weight.least(4.5),
            )
        })
        .all(&on.db)
        .await?;
    for (row, found) in rows.iter().zip(found) {
        assert_eq!(found.0, row.qty.max(0));
        assert_eq!(found.1, row.amount.map(|amount| amount.min(row.id)));
        assert_eq!(found.2, row.amount.map(|amount| amount.max(2)));
        assert_eq!(
            found.3,
            row.price.max(Decimal::from(9)).min(Decimal::new(1055, 2))
        );
        assert_eq!(found.4, row.name.as_str().max("Zoe"));
        assert_eq!(found.5, row.weight.min(4.5));
    }
    Ok(())
}

async fn aggregates_of_some_rows(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::query()
        .group_by(|c| c.name)
        .having(|c| count_all().filter(c.paid).gt(0))
        .order_by(|c| c.name.asc())
        .select(|c| {
            (
                c.name,
                count_all().filter(c.paid),
                c.amount.sum().filter(c.qty.gt(0)),
                c.price.max().filter(!c.paid),
                c.city.count_distinct().filter(c.paid),
                c.price.sum().filter(c.paid),
            )
        })
        .all(&on.db)
        .await?;
    let mut names: BTreeMap<&str, Vec<&Sale>> = BTreeMap::new();
    for row in &rows {
        names.entry(&row.name).or_default().push(row);
    }
    names.retain(|_, rows| rows.iter().any(|row| row.paid));
    assert_eq!(found.len(), names.len());
    for (found, (name, rows)) in found.into_iter().zip(names) {
        assert_eq!(found.0, name);
        assert_eq!(found.1, rows.iter().filter(|row| row.paid).count() as i64);
        let known: Vec<i64> = rows
            .iter()
            .filter(|row| row.qty > 0)
            .filter_map(|row| row.amount)
            .collect();
        assert_eq!(found.2, (!known.is_empty()).then(|| known.iter().sum()));
        assert_eq!(
            found.3,
            rows.iter().filter(|row| !row.paid).map(|row| row.price).max()
        );
        let mut cities: Vec<_> = rows
            .iter()
            .filter(|row| row.paid)
            .filter_map(|row| row.city.clone())
            .collect();
        cities.sort();
        cities.dedup();
        assert_eq!(found.4, cities.len() as i64);
        assert_eq!(
            found.5,
            Some(rows.iter().filter(|row| row.paid).map(|row| row.price).sum())
        );
    }
    Ok(())
}

async fn collations(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let count = |test: &dyn Fn(&Sale) -> bool| rows.iter().filter(|row| test(row)).count() as u64;
    let fold = Collation::CaseInsensitive;
    let found = Sale::filter(|c| c.name.collate(fold.clone()).eq("ANN"))
        .count(&on.db)
        .await?;
    assert_eq!(found, count(&|row| row.name.to_lowercase() == "ann"));
    let found = Sale::filter(|c| c.city.collate(fold.clone()).in_list(["BONN", "ULM"]))
        .count(&on.db)
        .await?;
    assert_eq!(
        found,
        count(&|row| row.city.as_ref().is_some_and(|city| city != "Österbro"))
    );
    let found = Sale::filter(|c| c.name.collate(fold.clone()).between("B", "boc"))
        .count(&on.db)
        .await?;
    assert_eq!(found, count(&|row| row.name.to_lowercase() == "bob"));
    let found = Sale::filter(|c| c.name.collate(Collation::Binary).eq("Ann"))
        .count(&on.db)
        .await?;
    assert_eq!(found, count(&|row| row.name == "Ann"));
    let found = Sale::query()
        .order_by(|c| (c.name.collate(fold).desc(), c.id.asc()))
        .select(|c| c.id)
        .all(&on.db)
        .await?;
    let mut wanted: Vec<&Sale> = rows.iter().collect();
    wanted.sort_by_key(|row| (std::cmp::Reverse(row.name.to_lowercase()), row.id));
    assert_eq!(found, wanted.iter().map(|row| row.id).collect::<Vec<_>>());
    let own = on.pick("NOCASE", "en-x-icu", "utf8mb4_unicode_ci");
    if own != "en-x-icu" {
        let found = Sale::filter(|c| c.name.collate(Collation::Named(own.into())).eq("ANN"))
            .count(&on.db)
            .await?;
        assert_eq!(found, count(&|row| row.name.to_lowercase() == "ann"));
    }
    let hostile = Collation::Named("C\" ; DROP TABLE sale; --".into());
    let refused = Sale::filter(|c| c.name.collate(hostile).eq("ann"))
        .count(&on.db)
        .await;
    fails_with(refused, ErrorKind::Identifier, "Sale");
    Ok(())
}

async fn functions_by_name(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                function::<i64>("abs", (c.id,)),
                function::<String>("concat", (c.name, "!")),
            )
        })
        .all(&on.db)
        .await?;
    for (row, found) in rows.iter().zip(found) {
        assert_eq!(found, (row.id, format!("{}!", row.name)));
    }
    let missing = Sale::query()
        .select(|c| function::<i64>("no_such_function", (c.id,)))
        .all(&on.db)
        .await;
    assert!(missing.is_err());
    let hostile = Sale::query()
        .select(|c| function::<i64>("abs(1); DROP TABLE sale; --", (c.id,)))
        .all(&on.db)
        .await;
    fails_with(hostile, ErrorKind::Identifier, "Sale");
    assert_eq!(Sale::query().count(&on.db).await?, 60);
    Ok(())
}

/// Texts are kept by the structure of a query: none may be taken for another's.
async fn the_same_query_with_another_structure(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    for _ in 0..2 {
        let binary = Sale::filter(|c| c.name.collate(Collation::Binary).eq("ANN"))
            .all(&on.db)
            .await?;
        let folded = Sale::filter(|c| c.name.collate(Collation::CaseInsensitive).eq("ANN"))
            .all(&on.db)
            .await?;
        let plain = Sale::filter(|c| c.name.eq("ANN")).all(&on.db).await?;
        assert_eq!((binary.len(), plain.len()), (0, 0));
        assert_eq!(
            folded.len(),
            rows.iter().filter(|row| row.name.to_lowercase() == "ann").count()
        );
        let least = Sale::filter(|c| c.qty.least(0).eq(0)).all(&on.db).await?;
        let greatest = Sale::filter(|c| c.qty.greatest(0).eq(0)).all(&on.db).await?;
        assert_eq!(least.len(), rows.iter().filter(|row| row.qty >= 0).count());
        assert_eq!(greatest.len(), rows.iter().filter(|row| row.qty <= 0).count());
    }
    Ok(())
}
