//! Expressions beyond comparisons and arithmetic, on SQLite, PostgreSQL and MariaDB, against what Rust calculates.

mod choices;
mod documents;
mod full_text;
mod moments;
#[allow(dead_code)]
#[path = "../it/support.rs"]
mod support;
mod whole;
mod windows;

use manybase::Result;
use manybase::prelude::*;
use support::{On, Seeded};

/// A row with something of everything.
#[derive(Debug, Clone, PartialEq, Model)]
struct Sale {
    #[model(key)]
    id: i64,
    city: Option<String>,
    name: String,
    qty: i32,
    amount: Option<i64>,
    price: Decimal,
    weight: f64,
    paid: bool,
}

/// Sixty rows, the same each time, with many that are equal somewhere.
async fn filled(on: &On) -> Result<Vec<Sale>> {
    manybase::create_table::<Sale>(&on.db).await?;
    let mut dice = Seeded(4711);
    let rows: Vec<Sale> = (1..=60)
        .map(|id| Sale {
            id,
            city: [Some("Bonn"), Some("bonn"), Some("Ulm"), Some("Österbro"), None][dice.below(5) as usize]
                .map(Into::into),
            name: ["ann", "Ann", "Bob", "bob", "Zoë"][dice.below(5) as usize].into(),
            qty: dice.below(7) as i32 - 3,
            amount: (dice.below(4) > 0).then(|| dice.below(9) as i64 - 2),
            price: Decimal::new(dice.below(2_000) as i64 - 300, 2),
            weight: dice.below(64) as f64 / 8.0,
            paid: dice.below(2) == 0,
        })
        .collect();
    Sale::insert_many(rows.clone(), &on.db).await?;
    Ok(rows)
}
