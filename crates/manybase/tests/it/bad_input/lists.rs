//! Lists without end, lists and tables without anything.

use super::{Row, row};
use crate::support::{Kind, On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! { an_empty_list, lists_beyond_the_limit_of_parameters, no_rows_at_all }

async fn an_empty_list(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Row>(db).await?;
    Row::insert_many((0..5).map(|n| row("x", n)), db).await?;
    let none: Vec<i32> = Vec::new();
    assert_eq!(Row::filter(|c| c.n.in_list(&none)).all(db).await?, []);
    assert_eq!(Row::filter(|c| c.n.not_in_list(&none)).count(db).await?, 5);
    assert_eq!(
        Row::filter(|c| !c.n.in_list(&none) & c.n.gt(1)).count(db).await?,
        3
    );
    assert_eq!(
        Row::filter(|c| c.n.in_list(&none) | c.n.eq(1)).count(db).await?,
        1
    );
    assert_eq!(Row::filter(|c| c.n.in_list(&none)).delete(db).await?, 0);
    assert_eq!(Row::query().count(db).await?, 5);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Hash {
    #[model(key, auto)]
    id: i64,
    ratio: f64,
    digest: Vec<u8>,
    token: Uuid,
}

async fn lists_beyond_the_limit_of_parameters(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Hash>(db).await?;
    let hash = |n: u32| Hash {
        id: 0,
        ratio: f64::from(n) / 3.0,
        digest: n.to_be_bytes().to_vec(),
        token: Uuid::from_u128(n.into()),
    };
    Hash::insert_many((0..10).map(hash), db).await?;
    let digests: Vec<Vec<u8>> = (5..100_000u32).map(|n| n.to_be_bytes().to_vec()).collect();
    let tokens: Vec<Uuid> = (5..100_000u128).map(Uuid::from_u128).collect();
    let ratios: Vec<f64> = (5..100_000u32).map(|n| f64::from(n) / 3.0).collect();
    // The right answer, or "too many parameters"; never another answer.
    for (what, outcome) in [
        (
            "bytes",
            Hash::filter(|c| c.digest.in_list(&digests)).count(db).await,
        ),
        (
            "uuids",
            Hash::filter(|c| c.token.in_list(&tokens)).count(db).await,
        ),
        (
            "floats",
            Hash::filter(|c| c.ratio.in_list(&ratios)).count(db).await,
        ),
    ] {
        match outcome {
            Ok(found) => assert_eq!(found, 5, "{what}"),
            Err(error) => {
                assert_eq!(
                    (error.kind(), error.connection(), error.model()),
                    (ErrorKind::TooManyParameters, Some("main"), Some("Hash")),
                    "{what}: {error}"
                );
                assert!(on.kind != Kind::Postgres, "{what}: {error}");
            }
        }
    }
    // So many conditions that even a placeholder each is too much.
    let many = (0..70_000i64).fold(
        sql(format!("SELECT 1 WHERE 1 IN ({})", vec!["?"; 70_000].join(", "))),
        |query, n| query.bind(n),
    );
    let error = many.scalar::<i64>(db).await.expect_err("too many");
    assert_eq!(
        (error.kind(), error.connection()),
        (ErrorKind::TooManyParameters, Some("main")),
        "{error}"
    );
    Ok(())
}

async fn no_rows_at_all(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Row>(db).await?;
    assert_eq!(Row::query().all(db).await?, []);
    assert_eq!(Row::query().first(db).await?, None);
    assert_eq!(Row::query().one_or_none(db).await?, None);
    assert!(!Row::query().exists(db).await?);
    fails_with(Row::query().one(db).await, ErrorKind::NotFound, "Row");
    fails_with(Row::find(1).one(db).await, ErrorKind::NotFound, "Row");
    assert_eq!(
        Row::query()
            .select(|c| (c.n.sum(), c.n.avg(), c.name.max()))
            .one(db)
            .await?,
        (None, None, None)
    );
    Ok(())
}
