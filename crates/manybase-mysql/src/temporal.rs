//! Days and times in cells. Zero dates and times beyond a day are errors, not NULL.

use crate::column::Kind;
use crate::number::{Found, text, unreadable, wrong};
use crate::row::Value;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use manybase_driver::CellError;

pub(crate) fn date(value: Value<'_>, kind: Kind) -> Found<NaiveDate> {
    const EXPECTED: &str = "date";
    match (kind, value) {
        (Kind::Date, Value::Date(year, month, day, ..)) => {
            calendar(year, month, day).ok_or_else(|| no_day(EXPECTED))
        }
        (Kind::Date, Value::Bytes(v)) => {
            NaiveDate::parse_from_str(text(v)?, "%Y-%m-%d").map_err(|_| no_day(EXPECTED))
        }
        (Kind::Date, _) => Err(unreadable(EXPECTED)),
        _ => Err(wrong(EXPECTED, kind)),
    }
}

pub(crate) fn date_time(value: Value<'_>, kind: Kind, expected: &'static str) -> Found<NaiveDateTime> {
    match (kind, value) {
        (Kind::DateTime, Value::Date(year, month, day, hour, minute, second, micros)) => {
            let time = clock(hour.into(), minute, second, micros);
            let day = calendar(year, month, day).ok_or_else(|| no_day(expected))?;
            time.map(|time| day.and_time(time))
                .ok_or_else(|| unreadable(expected))
        }
        (Kind::DateTime, Value::Bytes(v)) => {
            NaiveDateTime::parse_from_str(text(v)?, "%Y-%m-%d %H:%M:%S%.f").map_err(|_| no_day(expected))
        }
        (Kind::DateTime, _) => Err(unreadable(expected)),
        _ => Err(wrong(expected, kind)),
    }
}

pub(crate) fn time(value: Value<'_>, kind: Kind) -> Found<NaiveTime> {
    const EXPECTED: &str = "time of day";
    let beyond = || CellError::format(EXPECTED, "it is negative or beyond 24 hours");
    match (kind, value) {
        (Kind::Time, Value::Time(negative, days, hour, minute, second, micros)) => {
            // Minus zero does not exist, so a negative one is below zero.
            if negative || days > 0 {
                return Err(beyond());
            }
            clock(hour.into(), minute, second, micros).ok_or_else(beyond)
        }
        (Kind::Time, Value::Bytes(v)) => {
            NaiveTime::parse_from_str(text(v)?, "%H:%M:%S%.f").map_err(|_| beyond())
        }
        (Kind::Time, _) => Err(unreadable(EXPECTED)),
        _ => Err(wrong(EXPECTED, kind)),
    }
}

fn no_day(expected: &'static str) -> Box<CellError> {
    CellError::format(expected, "there is no such day, as in a zero date")
}

fn calendar(year: u16, month: u8, day: u8) -> Option<NaiveDate> {
    // Year 0 is only in zero dates.
    (year > 0)
        .then(|| NaiveDate::from_ymd_opt(year.into(), month.into(), day.into()))
        .flatten()
}

fn clock(hour: u32, minute: u8, second: u8, micros: u32) -> Option<NaiveTime> {
    NaiveTime::from_hms_micro_opt(hour, minute.into(), second.into(), micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_dates_are_errors_in_both_protocols() {
        for value in [
            Value::Date(0, 0, 0, 0, 0, 0, 0),
            Value::Date(2024, 0, 10, 0, 0, 0, 0),
            Value::Bytes(b"0000-00-00"),
        ] {
            assert!(date(value, Kind::Date).is_err());
        }
        let value = Value::Bytes(b"0000-00-00 00:00:00");
        assert!(date_time(value, Kind::DateTime, "timestamp").is_err());
    }

    #[test]
    fn both_protocols_give_the_same() {
        let text = Value::Bytes(b"2024-02-29 23:59:59.999999");
        let binary = Value::Date(2024, 2, 29, 23, 59, 59, 999_999);
        let of = |value| date_time(value, Kind::DateTime, "timestamp");
        assert_eq!(of(text), of(binary));
        assert!(of(text).is_ok());
        let text = Value::Bytes(b"00:00:00.5");
        let binary = Value::Time(false, 0, 0, 0, 0, 500_000);
        assert_eq!(time(text, Kind::Time), time(binary, Kind::Time));
    }

    #[test]
    fn a_time_is_within_a_day() {
        for value in [
            Value::Time(true, 0, 1, 0, 0, 0),
            Value::Time(false, 1, 0, 0, 0, 0),
            Value::Bytes(b"24:00:00"),
            Value::Bytes(b"-00:00:01"),
        ] {
            assert!(time(value, Kind::Time).is_err());
        }
    }
}
