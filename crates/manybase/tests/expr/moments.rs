//! Days and instants, casts, rounding to whole numbers, texts put together.

use crate::support::{On, Seeded, fails_with, on_every_database};
use crate::{Sale, filled};
use manybase::chrono::{Datelike, Days, Duration, Months, Timelike};
use manybase::prelude::*;
use manybase::{DateUnit, ErrorKind, Result, create_table};
use std::collections::BTreeMap;
use std::sync::Arc;

on_every_database! {
    parts,
    cut_to_a_unit,
    moved,
    distances,
    grouped_by_month,
    casts,
    casts_that_databases_do_differently,
    whole_numbers,
    texts_put_together,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Event {
    #[model(key)]
    id: i64,
    day: NaiveDate,
    moment: NaiveDateTime,
    instant: DateTime<Utc>,
    time: NaiveTime,
    due: Option<NaiveDate>,
    count: i64,
}

/// Ends of months, leap days and last moments of a day among others.
async fn events(on: &On) -> Result<Vec<Event>> {
    create_table::<Event>(&on.db).await?;
    let mut dice = Seeded(99);
    let mut day = || {
        let year = 1960 + dice.below(80) as i32;
        let (month, day) = match dice.below(3) {
            0 => (1 + dice.below(12) as u32, 28 + dice.below(4) as u32),
            1 => (2, 29),
            _ => (1 + dice.below(12) as u32, 1 + dice.below(28) as u32),
        };
        let time = match dice.below(3) {
            0 => NaiveTime::from_hms_micro_opt(23, 59, 59, 999_600),
            1 => NaiveTime::from_hms_micro_opt(0, 0, 0, 0),
            _ => NaiveTime::from_hms_micro_opt(
                dice.below(24) as u32,
                dice.below(60) as u32,
                dice.below(60) as u32,
                dice.below(1_000_000) as u32,
            ),
        };
        let day = NaiveDate::from_ymd_opt(year, month, day)
            .unwrap_or(NaiveDate::from_ymd_opt(year, 12, 31).unwrap());
        (day, time.unwrap(), dice.below(100) as i64 - 50)
    };
    let rows: Vec<Event> = (1..=80)
        .map(|id| {
            let ((date, time, count), (other, at, _)) = (day(), day());
            Event {
                id,
                day: date,
                moment: date.and_time(time),
                instant: other.and_time(at).and_utc(),
                time: at,
                due: (count % 3 != 0).then_some(other),
                count,
            }
        })
        .collect();
    Event::insert_many(rows.clone(), &on.db).await?;
    Ok(rows)
}

async fn parts(on: Arc<On>) -> Result<()> {
    let rows = events(&on).await?;
    let found = Event::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                (c.day.quarter() * 1000 + c.day.week()) * 1000 + c.day.weekday() * 1000 * 1000 * 10,
                c.day.day_of_year(),
                c.moment.year() * 10_000 + c.moment.month() * 100 + c.moment.day(),
                c.moment.hour() * 10_000 + c.moment.minute() * 100 + c.moment.second(),
                c.instant.year() * 10_000 + c.instant.month() * 100 + c.instant.day(),
                c.instant.hour() * 10_000 + c.instant.minute() * 100 + c.instant.second(),
                c.time.hour() * 10_000 + c.time.minute() * 100 + c.time.second(),
                c.instant.weekday(),
                c.due.quarter().nullable(),
            )
        })
        .all(&on.db)
        .await?;
    fn date(of: &impl Datelike) -> i64 {
        i64::from(of.year()) * 10_000 + i64::from(of.month()) * 100 + i64::from(of.day())
    }
    fn clock(of: &impl Timelike) -> i64 {
        i64::from(of.hour()) * 10_000 + i64::from(of.minute()) * 100 + i64::from(of.second())
    }
    let quarter = |day: NaiveDate| i64::from(day.month0() / 3 + 1);
    for (row, found) in rows.iter().zip(found) {
        let week = i64::from(row.day.iso_week().week());
        let weekday = i64::from(row.day.weekday().number_from_monday());
        assert_eq!(
            found.0,
            (quarter(row.day) * 1000 + week) * 1000 + weekday * 10_000_000,
            "{row:?}"
        );
        assert_eq!(found.1, i64::from(row.day.ordinal()));
        assert_eq!(
            (found.2, found.3),
            (date(&row.moment), clock(&row.moment)),
            "{row:?}"
        );
        assert_eq!(
            (found.4, found.5),
            (date(&row.instant), clock(&row.instant)),
            "{row:?}"
        );
        assert_eq!(found.6, clock(&row.time));
        assert_eq!(found.7, i64::from(row.instant.weekday().number_from_monday()));
        assert_eq!(found.8, row.due.map(quarter));
    }
    Ok(())
}

const UNITS: [DateUnit; 7] = [
    DateUnit::Year,
    DateUnit::Month,
    DateUnit::Week,
    DateUnit::Day,
    DateUnit::Hour,
    DateUnit::Minute,
    DateUnit::Second,
];

fn cut(at: NaiveDateTime, unit: DateUnit) -> NaiveDateTime {
    let (day, time) = (at.date(), at.time());
    let day = match unit {
        DateUnit::Year => day.with_ordinal(1).unwrap(),
        DateUnit::Month => day.with_day(1).unwrap(),
        DateUnit::Week => day - Days::new(day.weekday().num_days_from_monday().into()),
        _ => day,
    };
    let time = match unit {
        DateUnit::Hour => NaiveTime::from_hms_opt(time.hour(), 0, 0),
        DateUnit::Minute => NaiveTime::from_hms_opt(time.hour(), time.minute(), 0),
        DateUnit::Second => NaiveTime::from_hms_opt(time.hour(), time.minute(), time.second()),
        _ => NaiveTime::from_hms_opt(0, 0, 0),
    };
    day.and_time(time.unwrap())
}

async fn cut_to_a_unit(on: Arc<On>) -> Result<()> {
    let rows = events(&on).await?;
    for unit in UNITS {
        let found = Event::query()
            .order_by(|c| c.id.asc())
            .select(|c| (c.moment.truncate(unit), c.instant.truncate(unit)))
            .all(&on.db)
            .await?;
        for (row, (moment, instant)) in rows.iter().zip(found) {
            assert_eq!(moment, cut(row.moment, unit));
            assert_eq!(instant, cut(row.instant.naive_utc(), unit).and_utc());
        }
        let days = Event::query()
            .order_by(|c| c.id.asc())
            .select(|c| (c.day.truncate(unit), c.due.truncate(unit)));
        if unit.is_of_clock() {
            fails_with(days.all(&on.db).await, ErrorKind::Statement, "Event");
            continue;
        }
        for (row, (day, due)) in rows.iter().zip(days.all(&on.db).await?) {
            assert_eq!(day, cut(row.day.into(), unit).date());
            assert_eq!(due, row.due.map(|due| cut(due.into(), unit).date()));
        }
        // As a condition, and with a value.
        let day = rows[3].day;
        let same = Event::filter(|c| c.day.truncate(unit).eq(cut(day.into(), unit).date()))
            .count(&on.db)
            .await?;
        let wanted = rows
            .iter()
            .filter(|row| cut(row.day.into(), unit) == cut(day.into(), unit));
        assert_eq!(same, wanted.count() as u64);
    }
    Ok(())
}

fn shifted(at: NaiveDateTime, count: i64, unit: DateUnit) -> NaiveDateTime {
    let months = |count: i64| match u32::try_from(count) {
        Ok(count) => at + Months::new(count),
        Err(_) => at - Months::new(count.unsigned_abs() as u32),
    };
    match unit {
        DateUnit::Year => months(12 * count),
        DateUnit::Month => months(count),
        DateUnit::Week => at + Duration::days(7 * count),
        DateUnit::Day => at + Duration::days(count),
        DateUnit::Hour => at + Duration::hours(count),
        DateUnit::Minute => at + Duration::minutes(count),
        DateUnit::Second => at + Duration::seconds(count),
    }
}

async fn moved(on: Arc<On>) -> Result<()> {
    let rows = events(&on).await?;
    for unit in UNITS {
        let found = Event::query()
            .order_by(|c| c.id.asc())
            .select(|c| {
                (
                    c.moment.shift(c.count, unit),
                    c.instant.shift(-13, unit),
                    c.instant.shift(c.count * 2, unit),
                )
            })
            .all(&on.db)
            .await?;
        for (row, found) in rows.iter().zip(found) {
            assert_eq!(found.0, shifted(row.moment, row.count, unit), "{row:?} {unit:?}");
            assert_eq!(
                found.1,
                shifted(row.instant.naive_utc(), -13, unit).and_utc(),
                "{row:?} {unit:?}"
            );
            assert_eq!(
                found.2,
                shifted(row.instant.naive_utc(), row.count * 2, unit).and_utc(),
                "{row:?} {unit:?}"
            );
        }
        let days = Event::query()
            .order_by(|c| c.id.asc())
            .select(|c| (c.day.shift(1, unit), c.due.shift(c.count, unit)));
        if unit.is_of_clock() {
            fails_with(days.all(&on.db).await, ErrorKind::Statement, "Event");
            continue;
        }
        for (row, (day, due)) in rows.iter().zip(days.all(&on.db).await?) {
            assert_eq!(day, shifted(row.day.into(), 1, unit).date());
            assert_eq!(
                due,
                row.due.map(|due| shifted(due.into(), row.count, unit).date())
            );
        }
    }
    let later = Event::filter(|c| c.day.shift(1, DateUnit::Month).gt(c.due))
        .count(&on.db)
        .await?;
    let wanted = rows
        .iter()
        .filter(|row| row.due.is_some_and(|due| row.day + Months::new(1) > due));
    assert_eq!(later, wanted.count() as u64);
    Ok(())
}

async fn distances(on: Arc<On>) -> Result<()> {
    let rows = events(&on).await?;
    let day = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();
    let found = Event::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                c.day.days_since(day),
                c.due.days_since(c.day).nullable(),
                c.moment.days_since(day.and_time(NaiveTime::MIN)),
                c.instant.seconds_since(c.moment.cast::<DateTime<Utc>>()),
                c.moment.shift(c.count, DateUnit::Second).seconds_since(c.moment),
            )
        })
        .all(&on.db)
        .await?;
    for (row, found) in rows.iter().zip(found) {
        assert_eq!(found.0, (row.day - day).num_days());
        assert_eq!(found.1, row.due.map(|due| (due - row.day).num_days()));
        assert_eq!(found.2, (row.moment.date() - day).num_days());
        assert_eq!(
            found.3,
            (row.instant - row.moment.and_utc()).num_seconds(),
            "{row:?}"
        );
        assert_eq!(found.4, row.count);
    }
    Ok(())
}

async fn grouped_by_month(on: Arc<On>) -> Result<()> {
    let rows = events(&on).await?;
    let found = Event::query()
        .group_by(|c| c.day.truncate(DateUnit::Year))
        .order_by(|c| c.day.truncate(DateUnit::Year).asc())
        .select(|c| (c.day.truncate(DateUnit::Year), count_all()))
        .all(&on.db)
        .await?;
    let mut wanted: BTreeMap<NaiveDate, i64> = BTreeMap::new();
    for row in &rows {
        *wanted.entry(row.day.with_ordinal(1).unwrap()).or_default() += 1;
    }
    assert_eq!(found, wanted.into_iter().collect::<Vec<_>>());
    Ok(())
}

async fn casts(on: Arc<On>) -> Result<()> {
    let rows = events(&on).await?;
    let found = Event::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                c.moment.cast::<NaiveDate>(),
                c.instant.cast::<NaiveDate>(),
                c.moment.cast::<NaiveTime>(),
                c.instant.cast::<NaiveTime>(),
                c.day.cast::<NaiveDateTime>(),
                c.due.cast::<Option<DateTime<Utc>>>(),
                c.moment.cast::<DateTime<Utc>>(),
                c.instant.cast::<NaiveDateTime>(),
                c.day.cast::<String>(),
                c.time.cast::<String>(),
                c.moment.cast::<String>(),
                c.instant.cast::<String>(),
            )
        })
        .all(&on.db)
        .await?;
    for (row, found) in rows.iter().zip(found) {
        let wanted = (
            row.moment.date(),
            row.instant.date_naive(),
            row.moment.time(),
            row.instant.time(),
            row.day.and_time(NaiveTime::MIN),
            row.due.map(|due| due.and_time(NaiveTime::MIN).and_utc()),
            row.moment.and_utc(),
            row.instant.naive_utc(),
            row.day.to_string(),
            row.time.format("%T%.6f").to_string(),
            row.moment.format("%F %T%.6f").to_string(),
            row.instant.format("%F %T%.6f+00:00").to_string(),
        );
        assert_eq!(found, wanted);
    }
    let rows = filled(&on).await?;
    let found = Sale::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                c.qty.cast::<String>(),
                c.price.cast::<String>(),
                c.paid.cast::<String>(),
                c.paid.cast::<i64>(),
                c.qty.cast::<bool>(),
                c.price.cast::<f64>(),
                (c.weight / 3.0).cast::<Decimal>(),
                c.price.cast::<i64>(),
                (c.price * Decimal::from(100)).cast::<String>(),
                c.amount.cast::<Option<Decimal>>(),
            )
        })
        .all(&on.db)
        .await?;
    for (row, found) in rows.iter().zip(found) {
        assert_eq!(found.0, row.qty.to_string());
        assert_eq!(found.1, row.price.normalize().to_string());
        assert_eq!((found.2, found.3), (row.paid.to_string(), row.paid.into()));
        assert_eq!(found.4, row.qty != 0);
        assert_eq!(found.5, f64::try_from(row.price).unwrap());
        assert_eq!(
            found.6.normalize(),
            (row.weight / 3.0)
                .to_string()
                .parse::<Decimal>()
                .unwrap()
                .normalize()
        );
        let rounded = row
            .price
            .round_dp_with_strategy(0, manybase::rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        assert_eq!(Decimal::from(found.7), rounded);
        assert_eq!(found.8, (row.price * Decimal::from(100)).normalize().to_string());
        assert_eq!(found.9, row.amount.map(Decimal::from));
    }
    Ok(())
}

async fn casts_that_databases_do_differently(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    events(&on).await?;
    macro_rules! refused {
        ($($model:ident $field:ident $to:ty, $why:literal;)*) => {$(
            let error = fails_with(
                $model::query().select(|c| c.$field.cast::<$to>()).all(&on.db).await,
                ErrorKind::Statement,
                stringify!($model),
            );
            assert!(error.to_string().contains($why), "{error}");
        )*};
    }
    refused! {
        Sale name i64, "a text to a whole number";
        Sale name Decimal, "parse it in the program";
        Sale weight String, "write it in the program";
        Sale weight f32, "cast to f64";
        Sale name NaiveDate, "a text to a day";
        Sale qty NaiveDate, "no such conversion";
        Sale name Uuid, "a UUID";
        Event day NaiveTime, "a day has no time";
        Event day bool, "a day to a truth value";
    }
    Ok(())
}

async fn whole_numbers(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                c.price.floor(),
                c.price.ceil(),
                (c.weight - 3.9).floor(),
                (c.weight - 3.9).ceil(),
                c.qty.floor(),
                c.amount.ceil(),
            )
        })
        .all(&on.db)
        .await?;
    for (row, found) in rows.iter().zip(found) {
        assert_eq!((found.0, found.1), (row.price.floor(), row.price.ceil()));
        assert_eq!(
            (found.2, found.3),
            ((row.weight - 3.9).floor(), (row.weight - 3.9).ceil())
        );
        assert_eq!((found.4, found.5), (row.qty, row.amount));
    }
    let found = Sale::filter(|c| c.price.floor().eq(Decimal::from(3)))
        .count(&on.db)
        .await?;
    assert_eq!(
        found,
        rows.iter()
            .filter(|row| row.price.floor() == Decimal::from(3))
            .count() as u64
    );
    Ok(())
}

async fn texts_put_together(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let found = Sale::query()
        .group_by(|c| c.paid)
        .order_by(|c| c.paid.asc())
        .select(|c| {
            (
                c.paid,
                c.city.string_agg("', \\", (c.qty.desc(), c.id.asc())),
                c.name.string_agg("", c.id.asc()).filter(c.qty.gt(0)),
            )
        })
        .all(&on.db)
        .await?;
    assert_eq!(found.len(), 2);
    for (paid, cities, names) in found {
        let mut wanted: Vec<&Sale> = rows.iter().filter(|row| row.paid == paid).collect();
        let of: String = wanted
            .iter()
            .filter(|row| row.qty > 0)
            .map(|row| row.name.as_str())
            .collect();
        assert_eq!(names, Some(of));
        wanted.sort_by_key(|row| (-row.qty, row.id));
        let wanted: Vec<&str> = wanted.iter().filter_map(|row| row.city.as_deref()).collect();
        assert_eq!(cities, Some(wanted.join("', \\")));
    }
    let none = Sale::filter(|c| c.id.lt(0))
        .select(|c| c.name.string_agg(",", c.id.asc()))
        .one(&on.db)
        .await?;
    assert_eq!(none, None);
    // Longer than what MySQL would cut by itself.
    let long = Sale::query()
        .select(|c| c.name.concat("x".repeat(40_000)).string_agg("", c.id.asc()))
        .one(&on.db)
        .await?;
    assert!(long.is_some_and(|text| text.len() > 60 * 40_000));
    Ok(())
}
