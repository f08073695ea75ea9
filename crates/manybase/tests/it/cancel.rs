//! Futures that are dropped at random points: no query ever gets another's answer, nothing is there by half.

use crate::support::{On, Seeded, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

on_every_database! { at_random_points, at_random_points_by_many }

#[derive(Debug, Clone, PartialEq, Model)]
struct Entry {
    #[model(key, auto)]
    id: i64,
    token: i64,
    n: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Account {
    #[model(key)]
    id: i64,
    balance: i64,
}

const ACCOUNTS: i64 = 4;

async fn prepared(on: &On) -> Result<()> {
    create_table::<Entry>(&on.db).await?;
    create_table::<Account>(&on.db).await?;
    Account::insert_many((0..ACCOUNTS).map(|id| Account { id, balance: 100 }), &on.db).await?;
    Entry::insert_many((0..50).map(|n| Entry { id: 0, token: -1, n }), &on.db).await?;
    Ok(())
}

/// What a round is known to have done.
#[derive(Default)]
struct Known {
    /// Tokens whose insert was acknowledged, and how often.
    inserted: BTreeMap<i64, i64>,
    /// Tokens that may or may not be there.
    perhaps: BTreeMap<i64, i64>,
}

async fn round(on: &On, seeded: &mut Seeded, token: i64, known: &mut Known) -> Result<()> {
    let db = &on.db;
    let patience = Duration::from_micros(seeded.below(4_000));
    let (from, to) = (seeded.below(4) as i64, seeded.below(4) as i64);
    let what = seeded.below(6);
    let text = on.pick("SELECT ?", "SELECT ?::bigint", "SELECT ?");
    match what {
        0 => {
            // Each answer bears its question's token.
            if let Ok(answer) = tokio::time::timeout(patience, sql(text).bind(token).scalar::<i64>(db)).await
            {
                assert_eq!(answer?, token);
            }
        }
        1 => {
            if let Ok(found) = tokio::time::timeout(patience, Account::find(from).one(db)).await {
                assert_eq!(found?.id, from);
            }
        }
        2 => match tokio::time::timeout(patience, Entry { id: 0, token, n: 1 }.insert(db)).await {
            Ok(one) => {
                assert_eq!(one?.token, token);
                known.inserted.insert(token, 1);
            }
            Err(_) => drop(known.perhaps.insert(token, 1)),
        },
        3 => match tokio::time::timeout(
            patience,
            Entry::insert_many((0..700).map(|n| Entry { id: 0, token, n }), db),
        )
        .await
        {
            Ok(number) => {
                assert_eq!(number?, 700);
                known.inserted.insert(token, 700);
            }
            Err(_) => drop(known.perhaps.insert(token, 700)),
        },
        4 => {
            let work = db.transaction(async |tx| {
                assert_eq!(Account::find(from).one(tx).await?.id, from);
                Account::find(from)
                    .update(tx, |c| c.balance.set(c.balance - 1))
                    .await?;
                Entry { id: 0, token, n: 2 }.insert(tx).await?;
                Account::find(to)
                    .update(tx, |c| c.balance.set(c.balance + 1))
                    .await
            });
            match tokio::time::timeout(patience * 3, work).await {
                Ok(Ok(_)) => drop(known.inserted.insert(token, 1)),
                // A conflict with another task.
                Ok(Err(error)) if error.is_retryable() => {}
                Ok(Err(error)) => return Err(error),
                Err(_) => drop(known.perhaps.insert(token, 1)),
            }
        }
        _ => {
            let found = tokio::time::timeout(
                patience,
                Entry::filter(|c| c.token.eq(-1)).order_by(|c| c.n.asc()).all(db),
            )
            .await;
            if let Ok(found) = found {
                assert!(found?.iter().map(|entry| entry.n).eq(0..50));
            }
        }
    }
    // Whoever comes next gets their own answer.
    let answer: i64 = sql(text).bind(-token).scalar(db).await?;
    assert_eq!(answer, -token);
    Ok(())
}

async fn settled(on: &On, known: Known) -> Result<()> {
    on.works().await;
    let db = &on.db;
    let (rows, sum, least) = Account::query()
        .select(|c| (count_all(), c.balance.sum(), c.balance.min()))
        .one(db)
        .await?;
    assert_eq!((rows, sum), (ACCOUNTS, Some(ACCOUNTS * 100)), "{least:?}");
    let found = Entry::filter(|c| c.token.ge(0))
        .group_by(|c| c.token)
        .select(|c| (c.token, count_all()))
        .all(db)
        .await?;
    let found: BTreeMap<i64, i64> = found.into_iter().collect();
    for (token, number) in &known.inserted {
        assert_eq!(found.get(token), Some(number), "token {token} was acknowledged");
    }
    for (token, number) in &found {
        let wanted = known.inserted.get(token).or(known.perhaps.get(token));
        assert_eq!(
            wanted,
            Some(number),
            "token {token} is there by half, or nobody put it there"
        );
    }
    Ok(())
}

async fn at_random_points(on: Arc<On>) -> Result<()> {
    prepared(&on).await?;
    let mut seeded = Seeded(0x5EED_0001);
    let mut known = Known::default();
    for token in 0..100 {
        round(&on, &mut seeded, token, &mut known).await?;
    }
    settled(&on, known).await
}

async fn at_random_points_by_many(on: Arc<On>) -> Result<()> {
    prepared(&on).await?;
    let mut tasks = Vec::new();
    for task in 0..4 {
        let on = on.clone();
        tasks.push(tokio::spawn(async move {
            let mut seeded = Seeded(0x5EED_0100 + task as u64);
            let mut known = Known::default();
            for n in 0..40 {
                match round(&on, &mut seeded, task * 1_000 + n, &mut known).await {
                    Ok(()) => {}
                    Err(error) if matches!(error.kind(), ErrorKind::LockTimeout | ErrorKind::Deadlock) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(known)
        }));
    }
    let mut known = Known::default();
    for task in tasks {
        let one = task.await.expect("no panic")?;
        known.inserted.extend(one.inserted);
        known.perhaps.extend(one.perhaps);
    }
    settled(&on, known).await
}
