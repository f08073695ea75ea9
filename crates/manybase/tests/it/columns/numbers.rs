//! Numbers, to their ends.

use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! { numbers_beyond_a_type, decimals, floats }

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "numbers")]
struct Large {
    #[model(key)]
    id: i64,
    n: u64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "numbers")]
struct Small {
    #[model(key)]
    id: i64,
    n: u8,
}

async fn numbers_beyond_a_type(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Large>(db).await?;
    let large = Large { id: 1, n: u64::MAX };
    let inserted = large.clone().insert(db).await;
    if on.kind.is_sqlite() {
        // Nothing is rounded: it is an error.
        let error = fails_with(inserted, ErrorKind::Value, "Large");
        assert!(error.message().contains("9223372036854775807"), "{error}");
        fails_with(Large::insert_many([large], db).await, ErrorKind::Value, "Large");
        fails_with(
            Large::filter(|c| c.n.eq(u64::MAX)).all(db).await,
            ErrorKind::Value,
            "Large",
        );
        assert_eq!(Large::query().count(db).await?, 0);
    } else {
        assert_eq!(inserted?.n, u64::MAX);
        assert_eq!(Large::filter(|c| c.n.eq(u64::MAX)).one(db).await?.n, u64::MAX);
        assert_eq!(
            Large::filter(|c| c.n.in_list([1, u64::MAX, 7])).count(db).await?,
            1
        );
        assert_eq!(Large::filter(|c| c.n.gt(i64::MAX as u64)).count(db).await?, 1);
    }
    Large { id: 2, n: 256 }.insert(db).await?;
    Large { id: 3, n: 255 }.insert(db).await?;
    assert_eq!(Small::find(3).one(db).await?.n, 255);
    let error = fails_with(Small::find(2).one(db).await, ErrorKind::Decode, "Small");
    assert!(
        error.message().contains("column n (field n)") && error.message().contains("u8"),
        "{error}"
    );
    assert!(!error.message().contains("256"), "a value in an error: {error}");
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Amount {
    #[model(key, auto)]
    id: i64,
    free: Decimal,
    #[model(precision = (10, 2))]
    fixed: Decimal,
}

async fn decimals(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Amount>(db).await?;
    for free in [
        "0",
        "-0.1",
        "1.10",
        "0.0000000000000000000000000001",
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
        "7.9228162514264337593543950335",
        "12345678901234.56789",
    ] {
        let free: Decimal = free.parse().expect("a decimal");
        let one = Amount {
            id: 0,
            free,
            fixed: Decimal::new(-150, 2),
        }
        .insert(db)
        .await?;
        assert_eq!(Amount::find(one.id).one(db).await?, one);
        assert_eq!(Amount::filter(|c| c.free.eq(free)).count(db).await?, 1, "{free}");
    }
    // Equal numbers are equal, however they are written.
    assert_eq!(
        Amount::filter(|c| c.free.eq(Decimal::new(11, 1)))
            .count(db)
            .await?,
        1
    );
    assert_eq!(
        Amount::filter(|c| c.fixed.eq(Decimal::new(-15, 1)))
            .count(db)
            .await?,
        8
    );
    // A fixed column takes what it can hold exactly; what it can't is refused or rounded by the database's own
    // rules, and SQLite keeps all digits.
    let beyond = Amount {
        id: 0,
        free: Decimal::ONE,
        fixed: Decimal::new(100_000_000, 0),
    }
    .insert(db)
    .await;
    if on.kind.is_sqlite() {
        assert_eq!(beyond?.fixed, Decimal::new(100_000_000, 0));
    } else {
        fails_with(beyond, ErrorKind::Value, "Amount");
    }
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Ratio {
    #[model(key, auto)]
    id: i64,
    single: f32,
    double: f64,
}

async fn floats(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Ratio>(db).await?;
    let pairs = [
        (0.1f32, 0.1f64),
        (1.0 / 3.0, 1.0 / 3.0),
        (f32::MIN_POSITIVE, f64::MIN_POSITIVE),
        (f32::EPSILON, f64::EPSILON),
        (16_777_217.0, 9_007_199_254_740_993.0),
        (1e38, 1e308),
        (-5.0, -5.0),
    ];
    for (single, double) in pairs {
        let one = Ratio {
            id: 0,
            single,
            double,
        }
        .insert(db)
        .await?;
        let back = Ratio::find(one.id).one(db).await?;
        assert_eq!(
            (back.single.to_bits(), back.double.to_bits()),
            (single.to_bits(), double.to_bits())
        );
        assert_eq!(
            Ratio::filter(|c| c.double.eq(double)).count(db).await?,
            1,
            "{double}"
        );
        assert_eq!(
            Ratio::filter(|c| c.single.eq(single)).count(db).await?,
            1,
            "{single}"
        );
    }
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        match (Ratio {
            id: 0,
            single: 0.0,
            double: odd,
        })
        .insert(db)
        .await
        {
            // What a database takes comes back as it was.
            Ok(one) => assert_eq!(Ratio::find(one.id).one(db).await?.double.to_bits(), odd.to_bits()),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Value, "{error}"),
        }
    }
    Ok(())
}
