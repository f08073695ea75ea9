//! Dates and times: days and microseconds since the first day of 2000.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use manybase_driver::CellError;

const EPOCH: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(day) => day,
    None => panic!("the first day of 2000 exists"),
};

/// A day from its number. The greatest and the least stand for infinity.
pub(crate) fn read_date(days: i32) -> Result<NaiveDate, Box<CellError>> {
    const EXPECTED: &str = "date";
    if matches!(days, i32::MIN | i32::MAX) {
        return Err(CellError::format(EXPECTED, "it is infinite"));
    }
    EPOCH
        .checked_add_signed(TimeDelta::days(days.into()))
        .ok_or_else(|| CellError::range(EXPECTED))
}

/// A time of day; the server also has 24:00:00, which is none here.
pub(crate) fn read_time(micros: i64) -> Result<NaiveTime, Box<CellError>> {
    const SECOND: i64 = 1_000_000;
    u32::try_from(micros.div_euclid(SECOND))
        .ok()
        .zip(u32::try_from(micros.rem_euclid(SECOND) * 1_000).ok())
        .and_then(|(seconds, nanos)| NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos))
        .ok_or_else(|| CellError::range("time"))
}

/// Day and time. The greatest and the least number stand for infinity.
pub(crate) fn read_date_time(micros: i64, expected: &'static str) -> Result<NaiveDateTime, Box<CellError>> {
    if matches!(micros, i64::MIN | i64::MAX) {
        return Err(CellError::format(expected, "it is infinite"));
    }
    EPOCH
        .and_time(NaiveTime::MIN)
        .checked_add_signed(TimeDelta::microseconds(micros))
        .ok_or_else(|| CellError::range(expected))
}

/// A day's number.
pub(crate) fn date_number(day: NaiveDate) -> Option<i32> {
    i32::try_from((day - EPOCH).num_days()).ok()
}

/// Microseconds since midnight; a leap second has no such number.
pub(crate) fn time_number(time: NaiveTime) -> Option<i64> {
    let nanos = time.nanosecond();
    (nanos < 1_000_000_000)
        .then(|| i64::from(time.num_seconds_from_midnight()) * 1_000_000 + i64::from(nanos / 1_000))
}

/// Microseconds since the epoch.
pub(crate) fn date_time_number(at: NaiveDateTime) -> Option<i64> {
    let days = i64::from(date_number(at.date())?);
    days.checked_mul(86_400_000_000)?
        .checked_add(time_number(at.time())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_day_comes_back(days in -96_000_000i32..95_000_000) {
            if let Ok(day) = read_date(days) {
                prop_assert_eq!(date_number(day), Some(days));
            }
        }

        #[test]
        fn every_instant_comes_back(micros in any::<i64>()) {
            if let Ok(at) = read_date_time(micros, "timestamp") {
                prop_assert_eq!(date_time_number(at), Some(micros));
            }
        }

        #[test]
        fn every_time_comes_back(micros in 0i64..86_400_000_000) {
            prop_assert_eq!(time_number(read_time(micros).unwrap()), Some(micros));
        }
    }

    #[test]
    fn extremes() {
        for day in [NaiveDate::MIN, NaiveDate::MAX] {
            assert_eq!(read_date(date_number(day).unwrap()).unwrap(), day);
        }
        assert!(read_date(i32::MAX).unwrap_err().to_string().contains("infinite"));
        assert_eq!(read_date(i32::MAX - 1), Err(CellError::range("date")));
        assert!(read_date_time(i64::MIN, "timestamp").is_err());
        assert_eq!(read_time(86_400_000_000), Err(CellError::range("time")));
        assert_eq!(read_time(-1), Err(CellError::range("time")));
        let leap = NaiveTime::from_hms_milli_opt(23, 59, 59, 1_500).unwrap();
        assert_eq!(time_number(leap), None);
    }
}
