//! Conditions.
#![allow(clippy::eq_op, reason = "it makes SQL of both sides")]

use super::{Color, Item, NAMES, filled, items, same};
use crate::support::{On, on_every_database};
use manybase::Result;
use manybase::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;

on_every_database! {
    comparisons,
    logic,
    null_tests,
    lists,
    long_lists,
    patterns,
    patterns_of_the_user,
    letters_of_either_case,
    arithmetic,
    columns_with_columns,
}

macro_rules! check {
    ($on:ident: $(|$c:ident| $query:expr, |$i:ident| $keep:expr;)*) => {$(
        same(&$on, stringify!($query), Item::filter(|$c| $query), |$i| $keep).await?;
    )*};
}

async fn comparisons(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let (day, at) = (rows[7].day, rows[9].at);
    let price = rows[11].price;
    check! { on:
        |c| c.id.eq(7), |i| i.id == 7;
        |c| c.id.ne(7), |i| i.id != 7;
        |c| c.qty.lt(3), |i| i.qty < 3;
        |c| c.qty.le(3), |i| i.qty <= 3;
        |c| c.qty.gt(-5), |i| i.qty > -5;
        |c| c.qty.ge(-5), |i| i.qty >= -5;
        |c| c.qty.between(-3, 12), |i| (-3..=12).contains(&i.qty);
        |c| c.qty.between(12, -3), |_i| false;
        |c| c.stock.gt(10), |i| i.stock.is_some_and(|v| v > 10);
        |c| c.stock.ne(10), |i| i.stock.is_some_and(|v| v != 10);
        |c| c.stock.eq(Some(19)), |i| i.stock == Some(19);
        |c| c.stock.between(0, 50), |i| i.stock.is_some_and(|v| (0..=50).contains(&v));
        |c| c.price.eq(price), |i| i.price == price;
        |c| c.price.gt(Decimal::new(95, 1)), |i| i.price > Decimal::new(95, 1);
        |c| c.price.lt(Decimal::from(-9)), |i| i.price < Decimal::from(-9);
        |c| c.price.between(Decimal::from(-10), Decimal::from(9)), |i| i.price >= Decimal::from(-10) && i.price <= Decimal::from(9);
        |c| c.rebate.le(Decimal::ZERO), |i| i.rebate.is_some_and(|v| v <= Decimal::ZERO);
        |c| c.ratio.ge(0.25), |i| i.ratio >= 0.25;
        |c| c.active, |i| i.active;
        |c| !c.active, |i| !i.active;
        |c| c.active.eq(true), |i| i.active;
        |c| c.active.ne(true), |i| !i.active;
        |c| c.color.eq(Color::Blue), |i| i.color == Color::Blue;
        |c| c.color.ne(Color::Red), |i| i.color != Color::Red;
        |c| c.day.ge(day), |i| i.day >= day;
        |c| c.day.between(day, day + chrono::Days::new(20)), |i| i.day >= day && i.day <= day + chrono::Days::new(20);
        |c| c.at.lt(at), |i| i.at < at;
        |c| c.at.eq(at), |i| i.at == at;
        |c| c.name.eq("Ann"), |i| i.name == "Ann";
        |c| c.name.eq(String::from("")), |i| i.name.is_empty();
        |c| c.name.ne("Ann"), |i| i.name != "Ann";
        |c| c.nick.eq("bo_b"), |i| i.nick.as_deref() == Some("bo_b");
        |c| c.name.eq(String::from("O'Neill")), |i| i.name == "O'Neill";
    }
    Ok(())
}

async fn logic(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    check! { on:
        |c| c.qty.gt(0) & c.active, |i| i.qty > 0 && i.active;
        |c| c.qty.gt(0) | c.active, |i| i.qty > 0 || i.active;
        |c| c.active & c.qty.gt(0) | c.color.eq(Color::Red), |i| i.active && i.qty > 0 || i.color == Color::Red;
        |c| c.active & (c.qty.gt(0) | c.color.eq(Color::Red)), |i| i.active && (i.qty > 0 || i.color == Color::Red);
        |c| !(c.active & c.qty.gt(0)), |i| !(i.active && i.qty > 0);
        |c| !(c.active | c.qty.gt(0)) & !c.color.eq(Color::Red), |i| !(i.active || i.qty > 0) && i.color != Color::Red;
        // NOT of NULL is NULL, on every database.
        |c| !c.stock.gt(10), |i| i.stock.is_some_and(|v| v <= 10);
        |c| !(c.stock.gt(10) | c.active), |i| i.stock.is_some_and(|v| v <= 10) && !i.active;
        |c| c.qty.gt(0).eq(c.active), |i| (i.qty > 0) == i.active;
    }
    let step_by_step = Item::query()
        .filter(|c| c.active)
        .filter(|c| c.qty.lt(0) | c.qty.gt(15));
    same(&on, "two filters", step_by_step, |i| {
        i.active && (i.qty < 0 || i.qty > 15)
    })
    .await?;
    for (color, only) in [
        (None, true),
        (Some(Color::Green), false),
        (Some(Color::Red), true),
    ] {
        let query = Item::query()
            .filter_if(color, |c, color| c.color.eq(color))
            .filter_when(only, |c| c.active);
        same(&on, "optional", query, |i| {
            color.is_none_or(|color| i.color == color) && (!only || i.active)
        })
        .await?;
    }
    let any = [-20, -7, 3]
        .into_iter()
        .fold(Item::query().filter(|c| c.id.gt(0)), |query, n| {
            query.filter(|c| c.qty.ne(n))
        });
    same(&on, "in a loop", any, |i| ![-20, -7, 3].contains(&i.qty)).await
}

async fn null_tests(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    check! { on:
        |c| c.stock.is_null(), |i| i.stock.is_none();
        |c| c.stock.is_not_null(), |i| i.stock.is_some();
        |c| c.nick.is_null() & c.rebate.is_null(), |i| i.nick.is_none() && i.rebate.is_none();
        |c| c.qty.is_null(), |_i| false;
        |c| (c.stock + 1).is_null(), |i| i.stock.is_none();
        |c| c.stock.gt(0).is_null(), |i| i.stock.is_none();
        |c| c.stock.eq(None::<i64>), |_i| false;
        |c| c.stock.ne(None::<i64>), |_i| false;
        |c| coalesce(c.stock, 0).gt(-1), |i| i.stock.unwrap_or(0) > -1;
        |c| coalesce(c.nick, "Ann").eq("Ann"), |i| i.nick.as_deref().unwrap_or("Ann") == "Ann";
        |c| coalesce(c.rebate, c.price).gt(Decimal::ONE), |i| i.rebate.unwrap_or(i.price) > Decimal::ONE;
    }
    Ok(())
}

async fn lists(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let days: Vec<NaiveDate> = rows.iter().step_by(9).map(|i| i.day).collect();
    let ats: Vec<DateTime<Utc>> = rows.iter().step_by(9).map(|i| i.at).collect();
    let prices: Vec<Decimal> = rows.iter().step_by(7).map(|i| i.price).collect();
    check! { on:
        |c| c.id.in_list([0i64; 0]), |_i| false;
        |c| c.id.not_in_list([0i64; 0]), |_i| true;
        |c| c.stock.not_in_list([0i64; 0]), |_i| true;
        |c| c.id.in_list([7]), |i| i.id == 7;
        |c| c.id.in_list([7, 9, 7, -1]), |i| i.id == 7 || i.id == 9;
        |c| c.id.not_in_list([7, 9, 61]), |i| i.id != 7 && i.id != 9;
        |c| c.stock.in_list([19, -30]), |i| matches!(i.stock, Some(19 | -30));
        |c| c.stock.not_in_list([19, -30]), |i| i.stock.is_some_and(|v| v != 19 && v != -30);
        |c| c.name.in_list(["Ann", "O'Neill", "50% off!", ""]), |i| ["Ann", "O'Neill", "50% off!", ""].contains(&&*i.name);
        |c| c.name.not_in_list(NAMES), |_i| false;
        |c| c.nick.in_list(["Ann", "bob%"]), |i| matches!(i.nick.as_deref(), Some("Ann" | "bob%"));
        |c| c.color.in_list([Color::Red, Color::Blue]), |i| i.color != Color::Green;
        |c| c.day.in_list(days.clone()), |i| days.contains(&i.day);
        |c| c.at.in_list(ats.clone()), |i| ats.contains(&i.at);
        |c| c.price.in_list(prices.clone()), |i| prices.contains(&i.price);
        |c| c.price.not_in_list(prices.clone()), |i| !prices.contains(&i.price);
        |c| c.ratio.in_list([0.25, -1.5]), |i| i.ratio == 0.25 || i.ratio == -1.5;
        |c| c.active.in_list([true]), |i| i.active;
        |c| c.qty.in_list([c.id.cast::<i32>() - 1, c.qty * 1]), |_i| true;
        |c| !c.id.in_list([1, 2]) & c.id.in_list([1, 2, 3]), |i| i.id == 3;
        |c| (c.qty % 5).in_list([0, 4]), |i| [0, 4].contains(&(i.qty % 5));
    }
    // NULL in a list makes no row of it.
    check! { on:
        |c| c.stock.in_list([Some(19), None]), |i| i.stock == Some(19);
        |c| c.stock.not_in_list([Some(19), None]), |_i| false;
    }
    Ok(())
}

async fn long_lists(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    for length in [150i64, 201, 5_000, 70_000] {
        let ids: Vec<i64> = (0..length).map(|n| n * 2 + 1).collect();
        same(&on, "ids", Item::filter(|c| c.id.in_list(&ids)), |i| {
            i.id % 2 == 1
        })
        .await?;
        same(&on, "not ids", Item::filter(|c| c.id.not_in_list(&ids)), |i| {
            i.id % 2 == 0
        })
        .await?;
        let quantities: Vec<i32> = (0..length as i32).collect();
        let query = Item::filter(|c| c.active & c.qty.in_list(&quantities) & c.name.ne("Ann"));
        same(&on, "among others", query, |i| {
            i.active && i.qty >= 0 && i.name != "Ann"
        })
        .await?;
    }
    let hostile = (0..6_000).map(|n| format!("{n}'\"\\%,]\u{1}")).chain([
        "O'Neill".into(),
        "b\\ob".into(),
        "say \"hi\"".into(),
        "😀 smile".into(),
    ]);
    let names: HashSet<String> = hostile.collect();
    same(&on, "texts", Item::filter(|c| c.name.in_list(&names)), |i| {
        names.contains(&i.name)
    })
    .await?;
    same(
        &on,
        "not texts",
        Item::filter(|c| c.name.not_in_list(&names)),
        |i| !names.contains(&i.name),
    )
    .await?;
    let prices: Vec<Decimal> = (0..3_000)
        .map(|n| Decimal::new(n, 2))
        .chain([rows[3].price])
        .collect();
    same(&on, "decimals", Item::filter(|c| c.price.in_list(&prices)), |i| {
        prices.contains(&i.price)
    })
    .await?;
    let days: Vec<NaiveDate> = (0..3_000)
        .map(|n| rows[0].day + chrono::Days::new(n * 2))
        .collect();
    same(&on, "days", Item::filter(|c| c.day.in_list(&days)), |i| {
        days.contains(&i.day)
    })
    .await?;
    let instants: Vec<DateTime<Utc>> = (0..3_000)
        .map(|n| rows[0].at + chrono::TimeDelta::hours(n))
        .collect();
    same(&on, "instants", Item::filter(|c| c.at.in_list(&instants)), |i| {
        instants.contains(&i.at)
    })
    .await?;
    let ratios: Vec<f64> = (0..3_000).map(|n| f64::from(n) / 4.0).collect();
    same(&on, "ratios", Item::filter(|c| c.ratio.in_list(&ratios)), |i| {
        ratios.contains(&i.ratio)
    })
    .await?;
    let ids: Vec<i64> = (21..3_000).collect();
    assert_eq!(
        Item::filter(|c| c.id.in_list(&ids))
            .update(&on.db, |c| c.qty.set(0))
            .await?,
        40
    );
    assert_eq!(Item::filter(|c| c.id.in_list(&ids)).delete(&on.db).await?, 40);
    assert_eq!(items().len() as u64 - 40, Item::query().count(&on.db).await?);
    Ok(())
}

/// Whether a text matches a pattern of `%`, `_` and `\`.
fn like(text: &[char], pattern: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|n| like(&text[n..], rest)),
        ['_', rest @ ..] => !text.is_empty() && like(&text[1..], rest),
        ['\\', c, rest @ ..] | [c, rest @ ..] => text.first() == Some(c) && like(&text[1..], rest),
    }
}

fn matches(text: &str, pattern: &str) -> bool {
    let chars = |text: &str| text.chars().collect::<Vec<_>>();
    like(&chars(text), &chars(pattern))
}

async fn patterns_of_the_user(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    for pattern in [
        "Ann",
        "ann",
        "A%",
        "%n",
        "%",
        "",
        "_nn",
        "___",
        "%\\%%",
        "b\\_%",
        "%\\\\%",
        "bo\\_b",
        "%!%",
        "%[%",
        "%]",
        "a*b?c[d]",
        "*",
        "?nn",
        "[a-z]",
        "%'%",
        "%\"%",
        "😀%",
        "_ smile",
        "Ä%",
        "%ß%",
        " %",
        "% ",
        "A_n%",
        "%n%n%",
        "\\A\\n\\n",
    ] {
        same(&on, pattern, Item::filter(|c| c.name.like(pattern)), |i| {
            matches(&i.name, pattern)
        })
        .await?;
        same(&on, pattern, Item::filter(|c| c.nick.like(pattern)), |i| {
            i.nick.as_deref().is_some_and(|nick| matches(nick, pattern))
        })
        .await?;
        same(&on, pattern, Item::filter(|c| !c.name.like(pattern)), |i| {
            !matches(&i.name, pattern)
        })
        .await?;
        let (lower, fold) = (pattern.to_lowercase(), |text: &str| text.to_lowercase());
        same(&on, pattern, Item::filter(|c| c.name.ilike(pattern)), |i| {
            matches(&fold(&i.name), &lower)
        })
        .await?;
    }
    Ok(())
}

async fn patterns(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    for text in [
        "A",
        "a",
        "Ann",
        "n",
        "%",
        "_",
        "\\",
        "!",
        "*",
        "?",
        "[",
        "]",
        "'",
        "\"",
        "😀",
        "[a-z]",
        "",
        " ",
        "50%",
        "b%",
        "o_",
        "\\o",
        "!b",
        "Ä",
        "ä",
        "ß",
        "--",
        "ann\u{301}",
    ] {
        same(&on, text, Item::filter(|c| c.name.starts_with(text)), |i| {
            i.name.starts_with(text)
        })
        .await?;
        same(&on, text, Item::filter(|c| c.name.ends_with(text)), |i| {
            i.name.ends_with(text)
        })
        .await?;
        same(&on, text, Item::filter(|c| c.name.contains(text)), |i| {
            i.name.contains(text)
        })
        .await?;
        same(&on, text, Item::filter(|c| c.nick.contains(text)), |i| {
            i.nick.as_ref().is_some_and(|nick| nick.contains(text))
        })
        .await?;
        same(&on, text, Item::filter(|c| !c.nick.starts_with(text)), |i| {
            i.nick.as_ref().is_some_and(|nick| !nick.starts_with(text))
        })
        .await?;
    }
    Ok(())
}

async fn letters_of_either_case(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    for text in [
        "ANN",
        "ann",
        "ÄNN",
        "änn",
        "%",
        "O'NEILL",
        "BO_B",
        "B\\OB",
        "😀 SMILE",
        "",
        "[A-Z]",
        "STRAßE",
    ] {
        let lower = text.to_lowercase();
        same(&on, text, Item::filter(|c| c.name.ieq(text)), |i| {
            i.name.to_lowercase() == lower
        })
        .await?;
        same(&on, text, Item::filter(|c| c.name.icontains(text)), |i| {
            i.name.to_lowercase().contains(&lower)
        })
        .await?;
        same(&on, text, Item::filter(|c| c.nick.ieq(text)), |i| {
            i.nick.as_ref().is_some_and(|nick| nick.to_lowercase() == lower)
        })
        .await?;
    }
    Ok(())
}

async fn arithmetic(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    let d = |n, scale| Decimal::new(n, scale);
    check! { on:
        |c| (c.qty + 5).gt(10), |i| i.qty + 5 > 10;
        |c| (c.qty - c.qty).eq(0), |_i| true;
        |c| (c.qty * 3 - 1).lt(20), |i| i.qty * 3 - 1 < 20;
        |c| (c.qty / 3).eq(-2), |i| i.qty / 3 == -2;
        |c| (c.qty / 3).eq(2), |i| i.qty / 3 == 2;
        |c| (c.qty % 3).eq(-1), |i| i.qty % 3 == -1;
        |c| (-c.qty).ge(7), |i| -i.qty >= 7;
        |c| (c.qty - (c.qty - 1)).eq(1), |_i| true;
        |c| ((c.qty + 1) * 2).eq(c.qty * 2 + 2), |_i| true;
        |c| c.qty.abs().le(4), |i| i.qty.abs() <= 4;
        |c| (c.stock / 7).eq(3), |i| i.stock.is_some_and(|v| v / 7 == 3);
        |c| (c.stock * 1_000_000_000_000).gt(0), |i| i.stock.is_some_and(|v| v > 0);
        |c| (c.price + d(1, 1)).gt(d(995, 2)), |i| i.price + d(1, 1) > d(995, 2);
        |c| (c.price * d(119, 2)).lt(Decimal::ZERO), |i| i.price < Decimal::ZERO;
        |c| (c.price * d(119, 2)).gt(d(3_333, 2)), |i| i.price * d(119, 2) > d(3_333, 2);
        |c| (c.price - c.price).eq(Decimal::ZERO), |_i| true;
        |c| (c.price / d(2, 0)).ge(d(955, 2)), |i| i.price / d(2, 0) >= d(955, 2);
        |c| (c.price % d(7, 0)).gt(Decimal::ONE), |i| i.price % d(7, 0) > Decimal::ONE;
        |c| (-c.price).gt(d(10, 0)), |i| -i.price > d(10, 0);
        |c| c.price.abs().lt(d(95, 1)), |i| i.price.abs() < d(95, 1);
        |c| c.price.round(0).eq(d(10, 0)), |i| i.price.round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero) == d(10, 0);
        |c| c.price.round(1).ne(c.price), |i| i.price.round_dp(1) != i.price;
        |c| (c.ratio * 2.0).lt(0.5), |i| i.ratio * 2.0 < 0.5;
        |c| (c.ratio / 4.0).eq(0.125), |i| i.ratio / 4.0 == 0.125;
        |c| (c.qty.cast::<f64>() / 2.0).eq(1.5), |i| f64::from(i.qty) / 2.0 == 1.5;
        |c| (c.rebate - d(1, 2)).lt(d(-9, 2)), |i| i.rebate.is_some_and(|v| v - d(1, 2) < d(-9, 2));
    }
    Ok(())
}

async fn columns_with_columns(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    check! { on:
        |c| c.name.eq(c.nick), |i| i.nick.as_ref() == Some(&i.name);
        |c| c.nick.ne(c.name), |i| i.nick.as_ref().is_some_and(|nick| *nick != i.name);
        |c| c.price.lt(c.rebate), |i| i.rebate.is_some_and(|v| i.price < v);
        |c| c.stock.gt(c.id), |i| i.stock.is_some_and(|v| v > i.id);
        |c| c.id.between(c.stock, c.stock + 10), |i| i.stock.is_some_and(|v| (v..=v + 10).contains(&i.id));
        |c| c.qty.cast::<i64>().lt(c.stock), |i| i.stock.is_some_and(|v| i64::from(i.qty) < v);
    }
    Ok(())
}
