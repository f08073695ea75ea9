//! Functions, as they are selected.
#![allow(clippy::eq_op, reason = "it makes SQL of both sides")]

use super::{Color, Item, filled};
use crate::support::{On, on_every_database};
use chrono::Datelike;
use manybase::Result;
use manybase::prelude::*;
use std::sync::Arc;

on_every_database! { texts, numbers, days, casts, constants }

/// Compares a selected expression with what Rust computes for each row.
macro_rules! check {
    ($on:ident: $(|$c:ident| $select:expr, |$i:ident| $wanted:expr;)*) => {
        let rows = filled(&$on).await?;
        $(
            let found = Item::query().order_by(|c| c.id.asc()).select(|$c| $select).all(&$on.db).await?;
            let wanted: Vec<_> = rows.iter().map(|$i| $wanted).collect();
            assert_eq!(found, wanted, stringify!($select));
        )*
    };
}

fn part(text: &str, from: usize, count: usize) -> String {
    text.chars().skip(from - 1).take(count).collect()
}

async fn texts(on: Arc<On>) -> Result<()> {
    check! { on:
        |c| c.name.lower(), |i| i.name.to_lowercase();
        |c| c.name.trim(), |i| i.name.trim_matches(' ').to_owned();
        |c| c.nick.trim(), |i| i.nick.as_ref().map(|nick| nick.trim_matches(' ').to_owned());
        |c| c.name.length(), |i| i.name.chars().count() as i64;
        |c| c.name.concat("'s"), |i| format!("{}'s", i.name);
        |c| c.name.concat(c.name), |i| format!("{0}{0}", i.name);
        |c| c.nick.concat("!"), |i| i.nick.as_ref().map(|nick| format!("{nick}!"));
        |c| c.name.substring(1, 1), |i| part(&i.name, 1, 1);
        |c| c.name.substring(3, 2), |i| part(&i.name, 3, 2);
        |c| c.name.substring(100, 2), |_i| String::new();
        |c| c.name.replace("n", "NN"), |i| i.name.replace('n', "NN");
        |c| c.name.replace("%", ""), |i| i.name.replace('%', "");
        |c| c.name.replace("\\", "/"), |i| i.name.replace('\\', "/");
        |c| c.name.replace("'", "\""), |i| i.name.replace('\'', "\"");
        |c| c.name.trim().lower().concat(c.color.cast::<String>()), |i| format!("{}{}", i.name.trim_matches(' ').to_lowercase(), match i.color { Color::Red => "red", Color::Green => "green", Color::Blue => "blue" });
    }
    let ascii = Item::filter(|c| c.name.in_list(["Ann", "änn", "O'Neill"]))
        .order_by(|c| c.id.asc())
        .limit(3)
        .select(|c| c.name.upper());
    assert_eq!(ascii.all(&on.db).await?, ["ANN", "ÄNN", "O'NEILL"]);
    Ok(())
}

async fn numbers(on: Arc<On>) -> Result<()> {
    let away = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
    check! { on:
        |c| c.qty + 1, |i| i.qty + 1;
        |c| c.qty - 1, |i| i.qty - 1;
        |c| c.qty * -2, |i| i.qty * -2;
        |c| c.qty / 4, |i| i.qty / 4;
        |c| c.qty % 4, |i| i.qty % 4;
        |c| -c.qty, |i| -i.qty;
        |c| c.qty.abs(), |i| i.qty.abs();
        |c| c.stock + c.stock, |i| i.stock.map(|v| v + v);
        |c| c.stock.abs(), |i| i.stock.map(i64::abs);
        |c| c.stock * 10_000_000_000, |i| i.stock.map(|v| v * 10_000_000_000);
        |c| c.price + Decimal::new(1, 3), |i| i.price + Decimal::new(1, 3);
        |c| c.price - Decimal::ONE_HUNDRED, |i| i.price - Decimal::ONE_HUNDRED;
        |c| c.price * Decimal::new(119, 2), |i| i.price * Decimal::new(119, 2);
        |c| c.price * c.price, |i| i.price * i.price;
        |c| (c.price / Decimal::from(4)).round(4), |i| (i.price / Decimal::from(4)).round_dp_with_strategy(4, away);
        |c| c.price / Decimal::from(8), |i| i.price / Decimal::from(8);
        |c| (c.price / Decimal::from(3)).round(2), |i| (i.price / Decimal::from(3)).round_dp_with_strategy(2, away);
        |c| c.price % Decimal::from(7), |i| i.price % Decimal::from(7);
        |c| c.price.abs(), |i| i.price.abs();
        |c| -c.price, |i| -i.price;
        |c| c.price.round(1), |i| i.price.round_dp_with_strategy(1, away);
        |c| c.rebate + Decimal::ONE, |i| i.rebate.map(|v| v + Decimal::ONE);
        |c| c.ratio * 2.0 + 0.5, |i| i.ratio * 2.0 + 0.5;
        |c| c.ratio / 8.0, |i| i.ratio / 8.0;
        |c| c.ratio.abs(), |i| i.ratio.abs();
        |c| -c.ratio, |i| -i.ratio;
        |c| coalesce(c.stock, -1), |i| i.stock.unwrap_or(-1);
        |c| coalesce(c.rebate, Decimal::ZERO), |i| i.rebate.unwrap_or_default();
        |c| (c.qty.gt(0), c.stock.gt(0).nullable(), c.active), |i| (i.qty > 0, i.stock.map(|v| v > 0), i.active);
    }
    // A division by zero is an error or NULL, and nothing of both is silent.
    let divided = Item::query()
        .select(|c| c.qty.nullable() / (c.qty - c.qty).nullable())
        .all(&on.db)
        .await;
    match divided {
        Ok(found) => assert!(found.iter().all(Option::is_none)),
        Err(error) => assert_eq!(error.kind(), manybase::ErrorKind::Value, "{error}"),
    }
    Ok(())
}

async fn days(on: Arc<On>) -> Result<()> {
    check! { on:
        |c| c.day.year(), |i| i64::from(i.day.year());
        |c| c.day.month(), |i| i64::from(i.day.month());
        |c| c.day.day(), |i| i64::from(i.day.day());
        |c| (c.at.year(), c.at.month(), c.at.day()), |i| (i64::from(i.at.year()), i64::from(i.at.month()), i64::from(i.at.day()));
        |c| c.at.lt(now()), |_i| true;
    }
    let before = Utc::now();
    let clock = Item::query().limit(1).select(|_| now()).one(&on.db).await?;
    assert!((clock - before).num_seconds().abs() < 60, "{clock}");
    assert_eq!(Item::query().update(&on.db, |c| c.at.set(now())).await?, 60);
    let set = Item::find(1).one(&on.db).await?.at;
    assert!((set - before).num_seconds().abs() < 60, "{set}");
    Ok(())
}

async fn casts(on: Arc<On>) -> Result<()> {
    check! { on:
        |c| c.qty.cast::<i64>(), |i| i64::from(i.qty);
        |c| c.qty.cast::<f64>(), |i| f64::from(i.qty);
        |c| c.qty.cast::<String>(), |i| i.qty.to_string();
        |c| c.stock.cast::<Option<i32>>(), |i| i.stock.map(|v| v as i32);
        |c| c.qty.cast::<Decimal>(), |i| Decimal::from(i.qty);
        |c| c.color.cast::<String>().length(), |i| match i.color { Color::Red => 3, Color::Green => 5, Color::Blue => 4 };
    }
    Ok(())
}

async fn constants(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    let one = Item::find(1)
        .select(|c| {
            (
                coalesce(c.rebate - c.rebate, Decimal::new(15, 1)) + Decimal::new(25, 2),
                coalesce(c.nick, "it's \\ \"x\""),
                c.id.nullable(),
            )
        })
        .one(&on.db)
        .await?;
    assert_eq!(one, (Decimal::new(25, 2), "it's \\ \"x\"".to_owned(), Some(1)));
    Ok(())
}
