//! Queries: what comes back is what plain Rust computes over the same rows.

mod aggregates;
mod conditions;
mod functions;
mod results;
mod sets;
mod sql;

use crate::support::On;
use manybase::prelude::*;
use manybase::{Result, create_table};
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DbEnum)]
pub(super) enum Color {
    Red,
    Green,
    Blue,
}

#[derive(Debug, Clone, PartialEq, Model)]
pub(super) struct Item {
    #[model(key, auto)]
    id: i64,
    name: String,
    nick: Option<String>,
    qty: i32,
    stock: Option<i64>,
    price: Decimal,
    rebate: Option<Decimal>,
    ratio: f64,
    active: bool,
    color: Color,
    day: NaiveDate,
    at: DateTime<Utc>,
}

const NAMES: [&str; 20] = [
    "Ann",
    "ann",
    "ANN",
    "Änn",
    "änn",
    "Bob",
    "bob%",
    "bo_b",
    "b\\ob",
    "50% off!",
    "a*b?c[d]",
    "O'Neill",
    "say \"hi\"",
    "😀 smile",
    "",
    " Ann",
    "Ann ",
    "straße",
    "!bang!",
    "[a-z]",
];

/// 60 rows with something of everything.
pub(super) fn items() -> Vec<Item> {
    let day = NaiveDate::from_ymd_opt(2023, 11, 15).expect("a day");
    (0..60i32)
        .map(|i| Item {
            id: i64::from(i) + 1,
            name: NAMES[i as usize % NAMES.len()].to_owned(),
            nick: (i % 3 != 0).then(|| NAMES[(i as usize * 7 + 1) % NAMES.len()].to_owned()),
            qty: (i * 37) % 41 - 20,
            stock: (i % 4 != 0).then(|| i64::from((i * i) % 97 - 30)),
            price: Decimal::new(i64::from((i * 7919) % 10_007 - 3_000), 2),
            rebate: (i % 5 == 0).then(|| Decimal::new(i64::from(i) * 5 - 100, 3)),
            ratio: f64::from((i * 13) % 17 - 8) / 4.0,
            active: i % 2 == 0,
            color: [Color::Red, Color::Green, Color::Blue][(i as usize * 5) % 7 % 3],
            day: day + chrono::Days::new(i as u64 * 11 % 90),
            at: (day + chrono::Days::new(i as u64))
                .and_hms_micro_opt(i as u32 % 24, 30, 0, 1)
                .expect("a time")
                .and_utc(),
        })
        .collect()
}

/// The table with [`items`] in it.
pub(super) async fn filled(on: &Arc<On>) -> Result<Vec<Item>> {
    create_table::<Item>(&on.db).await?;
    assert_eq!(Item::insert_many(items(), &on.db).await?, 60);
    Ok(items())
}

/// Asserts that a query gives the rows that Rust keeps, whatever their order.
pub(super) async fn same(
    on: &Arc<On>,
    what: &str,
    query: Query<Item>,
    keep: impl Fn(&Item) -> bool,
) -> Result<()> {
    let wanted: Vec<Item> = items().into_iter().filter(keep).collect();
    assert_eq!(
        query.clone().count(&on.db).await?,
        wanted.len() as u64,
        "count: {what}"
    );
    assert_eq!(
        query.clone().exists(&on.db).await?,
        !wanted.is_empty(),
        "exists: {what}"
    );
    let mut found: Vec<Item> = query
        .all(&on.db)
        .await?
        .into_iter()
        .map(Rec::into_inner)
        .collect();
    found.sort_by_key(|item| item.id);
    assert_eq!(found, wanted, "{what}");
    Ok(())
}
