//! Dates and times as text that sorts: `YYYY-MM-DD HH:MM:SS.ffffff`, instants in UTC with `+00:00`.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use manybase_driver::CellError;
use std::fmt::{self, Write};

type Parsed<T> = Result<T, Box<CellError>>;

/// A time that has no place in this form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unwritable(pub(crate) &'static str);

impl From<fmt::Error> for Unwritable {
    fn from(_: fmt::Error) -> Self {
        Self("it does not fit its text form")
    }
}

pub(crate) fn write_date(to: &mut impl Write, date: NaiveDate) -> Result<(), Unwritable> {
    let year = date.year();
    if !(0..=9_999).contains(&year) {
        return Err(Unwritable(
            "its year is not within 0000 to 9999, and would sort wrong",
        ));
    }
    let mut text = *b"0000-00-00";
    digits(&mut text[..4], year.unsigned_abs());
    digits(&mut text[5..7], date.month());
    digits(&mut text[8..], date.day());
    write_ascii(to, &text)
}

pub(crate) fn write_time(to: &mut impl Write, time: NaiveTime) -> Result<(), Unwritable> {
    let micros = time.nanosecond() / 1_000;
    if micros >= 1_000_000 {
        return Err(Unwritable("it is a leap second"));
    }
    let mut text = *b"00:00:00.000000";
    digits(&mut text[..2], time.hour());
    digits(&mut text[3..5], time.minute());
    digits(&mut text[6..8], time.second());
    digits(&mut text[9..], micros);
    write_ascii(to, &text)
}

/// Puts a number's last digits into the whole place. Times are written for each row, and formatting them in the usual way
/// takes as long as the rest of the row.
fn digits(place: &mut [u8], mut number: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

fn write_ascii(to: &mut impl Write, text: &[u8]) -> Result<(), Unwritable> {
    to.write_str(std::str::from_utf8(text).unwrap_or_default())?;
    Ok(())
}

pub(crate) fn write_date_time(to: &mut impl Write, at: NaiveDateTime) -> Result<(), Unwritable> {
    write_date(to, at.date())?;
    to.write_char(' ')?;
    write_time(to, at.time())
}

pub(crate) fn write_timestamp(to: &mut impl Write, at: DateTime<Utc>) -> Result<(), Unwritable> {
    write_date_time(to, at.naive_utc())?;
    to.write_str("+00:00")?;
    Ok(())
}

/// What is left of a text.
struct Text<'t>(&'t [u8]);

impl<'t> Text<'t> {
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits.iter().try_fold(0, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'))
        })
    }

    fn eat(&mut self, any: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first().filter(|(first, _)| any.contains(first))?;
        self.0 = rest;
        Some(*first)
    }

    fn date(&mut self) -> Option<Option<NaiveDate>> {
        let year = self.digits(4)?;
        self.eat(b"-")?;
        let month = self.digits(2)?;
        self.eat(b"-")?;
        let day = self.digits(2)?;
        Some(NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day))
    }

    fn time(&mut self) -> Option<Option<NaiveTime>> {
        let hour = self.digits(2)?;
        self.eat(b":")?;
        let minute = self.digits(2)?;
        self.eat(b":")?;
        let second = self.digits(2)?;
        let mut nanos = 0;
        if self.eat(b".").is_some() {
            let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
            // More than nine would have to be cut.
            let missing = u32::try_from(9_usize.checked_sub(count).filter(|_| count > 0)?).ok()?;
            nanos = self.digits(count)? * 10_u32.pow(missing);
        }
        Some(NaiveTime::from_hms_nano_opt(hour, minute, second, nanos))
    }

    fn date_time(&mut self) -> Option<Option<NaiveDateTime>> {
        let date = self.date()?;
        self.eat(b" T")?;
        let time = self.time()?;
        Some(date.zip(time).map(|(date, time)| date.and_time(time)))
    }

    /// `Z`, `+HH`, `+HHMM`, `+HH:MM`, or nothing, which is UTC.
    fn offset(&mut self) -> Option<Option<Duration>> {
        if self.0.is_empty() || self.eat(b"Zz").is_some() {
            return Some(Some(Duration::zero()));
        }
        let sign = if self.eat(b"+-")? == b'-' { -1 } else { 1 };
        let hours = i64::from(self.digits(2)?);
        let minutes = match self.0 {
            [] => 0,
            _ => {
                self.eat(b":");
                i64::from(self.digits(2)?)
            }
        };
        let exists = hours < 24 && minutes < 60;
        Some(exists.then(|| Duration::minutes(sign * (hours * 60 + minutes))))
    }

    /// Takes the whole text, or none of it.
    fn all<T>(
        text: &'t str,
        what: &'static str,
        form: &str,
        parse: impl FnOnce(&mut Self) -> Option<Option<T>>,
    ) -> Parsed<T> {
        let mut text = Text(text.as_bytes());
        match parse(&mut text).filter(|_| text.0.is_empty()) {
            Some(Some(value)) => Ok(value),
            Some(None) => Err(CellError::format(what, "there is no such day or time")),
            None => Err(CellError::format(what, format!("the text is not {form}"))),
        }
    }
}

pub(crate) fn date(text: &str) -> Parsed<NaiveDate> {
    Text::all(text, "date", "YYYY-MM-DD", Text::date)
}

pub(crate) fn time(text: &str) -> Parsed<NaiveTime> {
    Text::all(text, "time", "HH:MM:SS[.f]", Text::time)
}

pub(crate) fn date_time(text: &str) -> Parsed<NaiveDateTime> {
    Text::all(
        text,
        "date and time",
        "YYYY-MM-DD HH:MM:SS[.f] without a zone",
        Text::date_time,
    )
}

pub(crate) fn timestamp(text: &str) -> Parsed<DateTime<Utc>> {
    Text::all(text, "timestamp", "YYYY-MM-DD HH:MM:SS[.f][±HH:MM]", |text| {
        let at = text.date_time()?;
        let offset = text.offset()?;
        Some(
            at.zip(offset)
                .and_then(|(at, offset)| at.checked_sub_signed(offset))
                .map(|at| at.and_utc()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_forms() {
        let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        let at = day.and_hms_micro_opt(23, 5, 7, 120_000).unwrap();
        assert_eq!(date("2024-02-29"), Ok(day));
        assert_eq!(date_time("2024-02-29 23:05:07.12"), Ok(at));
        assert_eq!(date_time("2024-02-29T23:05:07.120000000"), Ok(at));
        for text in [
            "2024-02-29 23:05:07.12",
            "2024-02-29T23:05:07.12Z",
            "2024-03-01 00:05:07.12+01:00",
            "2024-03-01 00:05:07.12+01",
            "2024-02-29 17:35:07.12-0530",
        ] {
            assert_eq!(timestamp(text), Ok(at.and_utc()), "{text}");
        }
        let mut text = String::new();
        write_timestamp(&mut text, at.and_utc()).unwrap();
        assert_eq!(text, "2024-02-29 23:05:07.120000+00:00");
    }

    #[test]
    fn bad_forms() {
        for text in [
            "",
            "2024-2-9",
            "2024-02-30",
            "0000-00-00",
            "2024-02-29x",
            "12024-02-29",
            "-001-01-01",
            "2024-02-29 00:00:00",
        ] {
            assert!(date(text).is_err(), "{text}");
        }
        for text in [
            "25:00:00",
            "23:59:60",
            "23:59",
            "1:2:3",
            "00:00:00.",
            "00:00:00.1234567890",
        ] {
            assert!(time(text).is_err(), "{text}");
        }
        assert!(
            date_time("2024-02-29 00:00:00Z").is_err(),
            "its zone would be lost"
        );
        for text in [
            "2024-02-29 00:00:00+",
            "2024-02-29 00:00:00+25:00",
            "2024-02-29 00:00:00 UTC",
        ] {
            assert!(timestamp(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_would_sort_wrong_is_not_written() {
        let mut text = String::new();
        for year in [-1, 10_000] {
            let day = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
            assert!(write_date(&mut text, day).is_err());
        }
        let leap = NaiveTime::from_hms_micro_opt(23, 59, 59, 1_500_000).unwrap();
        assert!(write_time(&mut text, leap).is_err());
    }
}
