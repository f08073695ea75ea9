//! Days, times, instants.

use crate::support::{On, on_every_database};
use chrono::TimeDelta;
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! { moments }

#[derive(Debug, Clone, PartialEq, Model)]
struct Event {
    #[model(key, auto)]
    id: i64,
    day: NaiveDate,
    time: NaiveTime,
    moment: NaiveDateTime,
    instant: DateTime<Utc>,
}

async fn moments(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Event>(db).await?;
    for text in [
        "1970-01-01T00:00:00",
        "1969-12-31T23:59:59.999999",
        "1000-01-01T00:00:00",
        "1582-10-10T00:00:00.5",
        "2000-02-29T12:00:00.000001",
        "2038-01-19T03:14:08",
        "9999-12-31T23:59:59.999999",
    ] {
        let moment: NaiveDateTime = text.parse().expect("a moment");
        let event = Event {
            id: 0,
            day: moment.date(),
            time: moment.time(),
            moment,
            instant: moment.and_utc(),
        };
        let one = event.insert(db).await?;
        assert_eq!(Event::find(one.id).one(db).await?, one);
        let found = Event::filter(|c| {
            c.day.eq(moment.date())
                & c.time.eq(moment.time())
                & c.moment.eq(moment)
                & c.instant.eq(moment.and_utc())
        });
        assert_eq!(found.count(db).await?, 1, "{text}");
        let parts = Event::find(one.id)
            .select(|c| (c.day.year(), c.moment.month(), c.instant.day()))
            .one(db)
            .await?;
        use chrono::Datelike;
        assert_eq!(
            parts,
            (
                i64::from(moment.year()),
                i64::from(moment.month()),
                i64::from(moment.day())
            ),
            "{text}"
        );
    }
    let inserted: Vec<NaiveDateTime> = Event::query()
        .order_by(|c| c.instant.asc())
        .select(|c| c.moment)
        .all(db)
        .await?;
    assert!(inserted.is_sorted());
    // Times are kept to the microsecond, on every database alike: what is finer is cut off, never rounded up.
    let fine = Utc::now().naive_utc();
    let fine = fine
        .date()
        .and_hms_nano_opt(1, 2, 3, 123_456_789)
        .expect("a moment");
    let event = Event {
        id: 0,
        day: fine.date(),
        time: fine.time(),
        moment: fine,
        instant: fine.and_utc(),
    };
    let one = event.insert(db).await?;
    let found = Event::filter(|c| c.time.eq(fine.time()) & c.moment.eq(fine) & c.instant.eq(fine.and_utc()))
        .one(db)
        .await?;
    let cut = fine.date().and_hms_micro_opt(1, 2, 3, 123_456).expect("a moment");
    assert_eq!(
        (found.id, found.time, found.moment, found.instant),
        (one.id, cut.time(), cut, cut.and_utc())
    );
    let late = fine
        .date()
        .and_hms_nano_opt(23, 59, 59, 999_999_999)
        .expect("a moment");
    let event = Event {
        id: 0,
        day: late.date(),
        time: late.time(),
        moment: late,
        instant: late.and_utc(),
    };
    let id = event.insert(db).await?.id;
    let found = Event::find(id).one(db).await?;
    let cut = late
        .date()
        .and_hms_micro_opt(23, 59, 59, 999_999)
        .expect("a moment");
    assert_eq!(
        (found.time, found.moment, found.instant),
        (cut.time(), cut, cut.and_utc())
    );
    // Beyond what a database knows.
    for far in [
        NaiveDate::MIN,
        NaiveDate::MAX,
        NaiveDate::from_ymd_opt(-1, 1, 1).expect("a day"),
    ] {
        let moment = far.and_time(NaiveTime::MIN);
        let event = Event {
            id: 0,
            day: far,
            time: NaiveTime::MIN,
            moment,
            instant: moment.and_utc(),
        };
        match event.insert(db).await {
            Ok(one) => assert_eq!(Event::find(one.id).one(db).await?, one),
            Err(error) => assert_eq!(
                (error.kind(), error.model()),
                (ErrorKind::Value, Some("Event")),
                "{error}"
            ),
        }
    }
    let now: Vec<Rec<Event>> =
        Event::filter(|c| c.instant.le(now()) & c.instant.gt(Utc::now() - TimeDelta::days(1)))
            .all(db)
            .await?;
    assert!(now.len() <= 1);
    Ok(())
}
