//! Results of any size, row by row.

use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{Error, ErrorKind, Result, create_table};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

on_every_database! {
    two_hundred_thousand,
    an_error_ends_it,
    rows_that_do_not_fit,
    nothing_and_limits,
    no_relations,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Line {
    #[model(key)]
    id: i64,
    text: Option<String>,
    owner_id: i64,
    owner: BelongsTo<Line>,
}

async fn lines(on: &On, count: i64) -> Result<()> {
    create_table::<Line>(&on.db).await?;
    let line = |id| Line {
        id,
        text: (id % 2 == 0).then(|| format!("line {id}")),
        owner_id: 1,
        owner: BelongsTo::default(),
    };
    Line::insert_many((1..=count).map(line), &on.db).await?;
    Ok(())
}

/// Adds up, and counts calls.
#[derive(Default)]
struct Seen {
    sum: AtomicU64,
    calls: AtomicU64,
}

impl Seen {
    fn see(&self, id: i64) -> u64 {
        self.sum.fetch_add(id.unsigned_abs(), Ordering::Relaxed);
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn sum(&self) -> u64 {
        self.sum.load(Ordering::Relaxed)
    }

    fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

async fn two_hundred_thousand(on: Arc<On>) -> Result<()> {
    let count = 200_000;
    lines(&on, count).await?;
    let sum = (count * (count + 1) / 2).unsigned_abs();
    let seen = Arc::new(Seen::default());
    let records = seen.clone();
    let number = Line::query()
        .for_each(&on.db, move |line: Rec<Line>| {
            assert_eq!(line.text.is_some(), line.id % 2 == 0);
            records.see(line.id);
            Ok(())
        })
        .await?;
    assert_eq!((number, seen.calls(), seen.sum()), (200_000, 200_000, sum));
    let seen = Arc::new(Seen::default());
    let ids = seen.clone();
    let query = Line::query().order_by(|c| c.id.desc()).select(|c| c.id);
    let mut last = i64::MAX;
    let each = move |id| {
        assert!(id < last);
        last = id;
        ids.see(id);
        Ok(())
    };
    assert_eq!(query.for_each(&on.db, each).await?, 200_000);
    assert_eq!(seen.sum(), sum);
    Ok(())
}

async fn an_error_ends_it(on: Arc<On>) -> Result<()> {
    lines(&on, 50_000).await?;
    let stops = |seen: &Arc<Seen>| {
        let seen = seen.clone();
        move |id: i64| match seen.see(id) {
            1_000 => Err(Error::new(ErrorKind::Cancelled, "enough")),
            _ => Ok(()),
        }
    };
    let seen = Arc::new(Seen::default());
    let result = Line::query()
        .select(|c| c.id)
        .for_each(&on.db, stops(&seen))
        .await;
    let error = fails_with(result, ErrorKind::Cancelled, "Line");
    assert!(error.to_string().contains("enough"), "{error}");
    assert_eq!(seen.calls(), 1_000);
    assert_eq!(Line::query().count(&on.db).await?, 50_000);
    // The database has refused nothing, so that the transaction goes on.
    let tx = on.db.begin().await?;
    let result = Line::query()
        .select(|c| c.id)
        .for_each(&tx, stops(&Arc::default()))
        .await;
    fails_with(result, ErrorKind::Cancelled, "Line");
    assert_eq!(Line::query().count(&tx).await?, 50_000);
    tx.commit().await
}

async fn rows_that_do_not_fit(on: Arc<On>) -> Result<()> {
    #[derive(Debug, Model)]
    #[model(table = "line")]
    struct Strict {
        #[model(key)]
        id: i64,
        text: String,
    }
    lines(&on, 10).await?;
    let seen = Arc::new(Seen::default());
    let strict = seen.clone();
    let each = move |line: Rec<Strict>| {
        strict.see(line.id + line.text.len() as i64);
        Ok(())
    };
    let result = Strict::query()
        .order_by(|c| c.id.desc())
        .for_each(&on.db, each)
        .await;
    fails_with(result, ErrorKind::Decode, "Strict");
    assert_eq!(seen.calls(), 1);
    Ok(())
}

async fn nothing_and_limits(on: Arc<On>) -> Result<()> {
    lines(&on, 10).await?;
    let none = Line::filter(|c| c.id.gt(100))
        .for_each(&on.db, |_| panic!("no row"))
        .await?;
    assert_eq!(none, 0);
    assert_eq!(
        Line::query()
            .order_by(|c| c.id.asc())
            .limit(3)
            .for_each(&on.db, |_| Ok(()))
            .await?,
        3
    );
    assert_eq!(Line::find(7).for_each(&on.db, |_| Ok(())).await?, 1);
    Ok(())
}

async fn no_relations(on: Arc<On>) -> Result<()> {
    lines(&on, 1).await?;
    let result = Line::query()
        .include(|c| c.owner)
        .for_each(&on.db, |_| Ok(()))
        .await;
    fails_with(result, ErrorKind::Statement, "Line");
    Ok(())
}
