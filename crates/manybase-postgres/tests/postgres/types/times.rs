//! Days, times and instants.

use super::{back, cell_error};
use crate::support::*;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use manybase_driver::ErrorKind;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

#[tokio::test]
async fn days() {
    let db = db!();
    let session = &mut db.session().await;
    for date in [
        day(2000, 1, 1),
        day(1999, 12, 31),
        day(2024, 2, 29),
        day(1, 1, 1),
        day(0, 12, 31),
        day(-4712, 1, 1),
        NaiveDate::MAX,
    ] {
        assert_eq!(
            back(session, "date", date, |row| Ok(row.date(0)?)).await.unwrap(),
            Some(date)
        );
    }
    assert_eq!(
        back(session, "date", NaiveDate::MIN, |row| Ok(row.date(0)?))
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::Value
    );
    let mut runner = TestRunner::deterministic();
    for _ in 0..300 {
        let days = (-2_000_000i32..3_000_000)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let sql = format!(
            "SELECT DATE '2000-01-01' + {days}, to_char(DATE '2000-01-01' + {days}, 'YYYY-MM-DD BC')"
        );
        let (found, shown) = one(session, &sql, vec![], |row| {
            Ok((row.date(0)?, row.str(1)?.map(str::to_owned)))
        })
        .await
        .unwrap();
        let found = found.unwrap();
        use chrono::Datelike;
        let (year, era) = if found.year() > 0 {
            (found.year(), "AD")
        } else {
            (1 - found.year(), "BC")
        };
        assert_eq!(
            shown.unwrap(),
            format!("{year:04}-{} {era}", found.format("%m-%d"))
        );
        assert_eq!(
            back(session, "date", found, |row| Ok(row.date(0)?))
                .await
                .unwrap(),
            Some(found)
        );
    }
    for infinite in ["infinity", "-infinity"] {
        let sql = format!("SELECT '{infinite}'::date");
        assert_eq!(
            cell_error(session, &sql, |row| Ok(row.date(0)?)).await,
            "it is no date: it is infinite"
        );
    }
    let message = cell_error(session, "SELECT DATE '5874897-12-31'", |row| Ok(row.date(0)?)).await;
    assert_eq!(message, "it is out of the range of date");
    assert_eq!(
        cell_error(session, "SELECT now()", |row| Ok(row.date(0)?)).await,
        "it is timestamptz, not date"
    );
}

#[tokio::test]
async fn times() {
    let db = db!();
    let session = &mut db.session().await;
    for time in [
        NaiveTime::MIN,
        NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap(),
        NaiveTime::from_hms_opt(12, 0, 1).unwrap(),
    ] {
        assert_eq!(
            back(session, "time", time, |row| Ok(row.time(0)?)).await.unwrap(),
            Some(time)
        );
    }
    assert!(
        cell_error(session, "SELECT TIME '24:00'", |row| Ok(row.time(0)?))
            .await
            .contains("range")
    );
    assert_eq!(
        cell_error(session, "SELECT TIMETZ '12:00+2'", |row| Ok(row.time(0)?)).await,
        "it is timetz, not time"
    );
    let leap = NaiveTime::from_hms_milli_opt(23, 59, 59, 1_500).unwrap();
    assert_eq!(
        back(session, "time", leap, |row| Ok(row.time(0)?))
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::Value
    );
}

#[tokio::test]
async fn instants() {
    let db = db!();
    let session = &mut db.session().await;
    let last = NaiveDate::MAX.and_hms_micro_opt(23, 59, 59, 999_999).unwrap();
    for at in [
        day(2000, 1, 1).and_hms_opt(0, 0, 0).unwrap(),
        day(1999, 12, 31).and_hms_micro_opt(23, 59, 59, 999_999).unwrap(),
        day(-4712, 1, 1).and_hms_opt(0, 0, 0).unwrap(),
        last,
    ] {
        let found = back(session, "timestamp", at, |row| {
            Ok((row.date_time(0)?, row.timestamp(0)?))
        })
        .await
        .unwrap();
        assert_eq!(found, (Some(at), Some(at.and_utc())));
        let found = back(session, "timestamptz", at.and_utc(), |row| Ok(row.timestamp(0)?))
            .await
            .unwrap();
        assert_eq!(found, Some(at.and_utc()));
        let found = back(session, "timestamp", at.and_utc(), |row| Ok(row.date_time(0)?))
            .await
            .unwrap();
        assert_eq!(found, Some(at));
    }
    let error = back(session, "timestamptz", last, |row| Ok(row.timestamp(0)?))
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "$1: date and time was given where timestamptz is expected"
    );
    assert!(error.help().is_some());
    assert_eq!(
        cell_error(session, "SELECT now()", |row| Ok(row.date_time(0)?)).await,
        "it is timestamptz, not date and time"
    );
    for (ty, infinite) in [("timestamp", "infinity"), ("timestamptz", "-infinity")] {
        let sql = format!("SELECT '{infinite}'::{ty}");
        assert_eq!(
            cell_error(session, &sql, |row| Ok(row.timestamp(0)?)).await,
            "it is no timestamp: it is infinite"
        );
    }
    let message = cell_error(session, "SELECT TIMESTAMP '294276-12-31'", |row| {
        Ok(row.timestamp(0)?)
    })
    .await;
    assert_eq!(message, "it is out of the range of timestamp");
    // Whatever the server's own zone, the session's is UTC.
    assert_eq!(
        text(session, "SELECT TIMESTAMPTZ '2020-01-01 12:00+02'::text")
            .await
            .unwrap(),
        "2020-01-01 10:00:00+00"
    );
    let now: DateTime<Utc> = one(session, "SELECT now()", vec![], |row| {
        Ok(row.timestamp(0)?.unwrap())
    })
    .await
    .unwrap();
    assert!((Utc::now() - now).num_seconds().abs() < 5);
    let early: NaiveDateTime = NaiveDateTime::MIN;
    assert_eq!(
        back(session, "timestamp", early, |row| Ok(row.date_time(0)?))
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::Value
    );
}
