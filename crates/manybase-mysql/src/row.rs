//! Cells, read where they lie in the connection's buffer.

use crate::column::{Column, Kind};
use crate::number::{self, Found, text, unreadable, wrong};
use crate::temporal;
use crate::wire::{Failure, Fields};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use manybase_driver::{Cell, CellError, Row};
use rust_decimal::Decimal;
use uuid::Uuid;

/// Where a cell lies in its row; of NULL the end is before the beginning.
pub(crate) type Span = (u32, u32);

const NULL: Span = (1, 0);

/// A cell's value, as its protocol has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Bytes(&'a [u8]),
    Int(i64),
    UInt(u64),
    Float(f32),
    Double(f64),
    /// Year, month, day, hour, minute, second, microseconds.
    Date(u16, u8, u8, u8, u8, u8, u32),
    /// Whether it is negative, days, hours, minutes, seconds, microseconds.
    Time(bool, u32, u8, u8, u8, u32),
}

/// Which of the two protocols rows come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Of statements as they stand.
    Text,
    /// Of prepared ones.
    Binary,
}

impl Protocol {
    /// Finds the cells of a row.
    #[inline]
    pub(crate) fn spans(self, body: &[u8], columns: &[Column], into: &mut Vec<Span>) -> Result<(), Failure> {
        into.clear();
        let mut fields = Fields(body);
        let nulls = match self {
            Self::Text => &[][..],
            Self::Binary => {
                fields.u8()?;
                // Two bits are for nobody.
                fields.bytes((columns.len() + 9) / 8)?
            }
        };
        for (at, column) in columns.iter().enumerate() {
            let bit = at + 2;
            if nulls
                .get(bit / 8)
                .is_some_and(|byte| byte & (1 << (bit % 8)) != 0)
            {
                into.push(NULL);
                continue;
            }
            let length = match (self, column.width) {
                (Self::Binary, 1..) => Some(column.width.into()),
                _ => fields.length()?,
            };
            into.push(match length {
                None => NULL,
                Some(length) => {
                    // A packet that is kept whole is no longer than 4 GB.
                    let begin = body.len() - fields.0.len();
                    fields.bytes(length)?;
                    (begin as u32, (begin + length) as u32)
                }
            });
        }
        Ok(())
    }
}

/// One row, and what its columns hold.
pub(crate) struct MysqlRow<'r> {
    pub(crate) body: &'r [u8],
    pub(crate) spans: &'r [Span],
    pub(crate) columns: &'r [Column],
    pub(crate) protocol: Protocol,
}

/// A number of up to eight bytes, and how many they are.
fn number(raw: &[u8]) -> (u64, usize) {
    let mut bytes = [0; 8];
    let length = raw.len().min(8);
    bytes[..length].copy_from_slice(&raw[..length]);
    (u64::from_le_bytes(bytes), length)
}

fn signed(raw: &[u8]) -> i64 {
    let (number, length) = number(raw);
    let unused = 64 - 8 * length.max(1) as u32;
    (number << unused).cast_signed() >> unused
}

/// A day and a time, of which zeros at the end are left out.
fn date(raw: &[u8]) -> Option<Value<'static>> {
    let mut all = [0; 11];
    match raw.len() {
        0 | 4 | 7 | 11 => all[..raw.len()].copy_from_slice(raw),
        _ => return None,
    }
    let [y1, y2, month, day, hour, minute, second, micros @ ..] = all;
    let (year, micros) = (u16::from_le_bytes([y1, y2]), u32::from_le_bytes(micros));
    Some(Value::Date(year, month, day, hour, minute, second, micros))
}

fn time(raw: &[u8]) -> Option<Value<'static>> {
    let mut all = [0; 12];
    match raw.len() {
        0 | 8 | 12 => all[..raw.len()].copy_from_slice(raw),
        _ => return None,
    }
    let [negative, d1, d2, d3, d4, hour, minute, second, micros @ ..] = all;
    let (days, micros) = (u32::from_le_bytes([d1, d2, d3, d4]), u32::from_le_bytes(micros));
    Some(Value::Time(negative != 0, days, hour, minute, second, micros))
}

/// A value of the binary protocol.
#[inline]
fn binary(raw: &[u8], kind: Kind) -> Option<Value<'_>> {
    Some(match kind {
        Kind::Int => Value::Int(signed(raw)),
        Kind::Unsigned => Value::UInt(number(raw).0),
        Kind::Float => Value::Float(f32::from_le_bytes(raw.try_into().ok()?)),
        Kind::Double => Value::Double(f64::from_le_bytes(raw.try_into().ok()?)),
        Kind::Date | Kind::DateTime => date(raw)?,
        Kind::Time => time(raw)?,
        _ => Value::Bytes(raw),
    })
}

impl<'r> MysqlRow<'r> {
    /// What a column holds, and the bytes that are there; `None` is NULL.
    #[inline]
    fn raw(&self, index: usize) -> Cell<(Kind, &'r [u8])> {
        let (Some(column), Some((begin, end))) = (self.columns.get(index), self.spans.get(index)) else {
            return Err(Box::new(CellError::Missing));
        };
        let raw = self.body.get(*begin as usize..*end as usize);
        Ok(raw.map(|raw| (column.kind, raw)))
    }

    /// Reads a cell that is there and not NULL.
    #[inline]
    fn cell<T>(&self, index: usize, read: impl FnOnce(Value<'r>, Kind) -> Found<T>) -> Cell<T> {
        let Some((kind, raw)) = self.raw(index)? else {
            return Ok(None);
        };
        let value = match self.protocol {
            Protocol::Text => Value::Bytes(raw),
            Protocol::Binary => binary(raw, kind).ok_or_else(|| unreadable(kind.name()))?,
        };
        read(value, kind).map(Some)
    }
}

impl Row for MysqlRow<'_> {
    fn len(&self) -> usize {
        self.columns.len()
    }

    fn is_null(&self, index: usize) -> bool {
        !matches!(self.raw(index), Ok(Some(_)))
    }

    fn bool(&self, index: usize) -> Cell<bool> {
        self.cell(index, number::boolean)
    }

    fn i64(&self, index: usize) -> Cell<i64> {
        const EXPECTED: &str = "64-bit integer";
        self.cell(index, |value, kind| match (kind, value) {
            (Kind::Int, Value::Int(v)) => Ok(v),
            _ => i64::try_from(number::whole(value, kind, EXPECTED)?).map_err(|_| CellError::range(EXPECTED)),
        })
    }

    fn u64(&self, index: usize) -> Cell<u64> {
        const EXPECTED: &str = "unsigned 64-bit integer";
        self.cell(index, |value, kind| {
            u64::try_from(number::whole(value, kind, EXPECTED)?).map_err(|_| CellError::range(EXPECTED))
        })
    }

    fn f64(&self, index: usize) -> Cell<f64> {
        self.cell(index, number::double)
    }

    fn decimal(&self, index: usize) -> Cell<Decimal> {
        self.cell(index, number::decimal)
    }

    fn str(&self, index: usize) -> Cell<&str> {
        self.cell(index, |value, kind| match (kind, value) {
            (Kind::Text | Kind::Json, Value::Bytes(v)) => text(v),
            _ => Err(wrong("text", kind)),
        })
    }

    fn bytes(&self, index: usize) -> Cell<&[u8]> {
        self.cell(index, |value, kind| match (kind, value) {
            (Kind::Bytes | Kind::Bit, Value::Bytes(v)) => Ok(v),
            _ => Err(wrong("bytes", kind)),
        })
    }

    fn date(&self, index: usize) -> Cell<NaiveDate> {
        self.cell(index, temporal::date)
    }

    fn time(&self, index: usize) -> Cell<NaiveTime> {
        self.cell(index, temporal::time)
    }

    fn date_time(&self, index: usize) -> Cell<NaiveDateTime> {
        self.cell(index, |value, kind| {
            temporal::date_time(value, kind, "date and time")
        })
    }

    /// The session's zone is UTC, so a TIMESTAMP comes in it, and a DATETIME counts as it.
    fn timestamp(&self, index: usize) -> Cell<DateTime<Utc>> {
        self.cell(index, |value, kind| {
            temporal::date_time(value, kind, "timestamp").map(|at| at.and_utc())
        })
    }

    fn uuid(&self, index: usize) -> Cell<Uuid> {
        self.cell(index, |value, kind| {
            let found = match (kind, value) {
                (Kind::Bytes, Value::Bytes(v)) if v.len() == 16 => Uuid::from_slice(v),
                (Kind::Text, Value::Bytes(v)) => Uuid::try_parse_ascii(v),
                _ => return Err(wrong("UUID", kind)),
            };
            found.map_err(|_| CellError::format("UUID", "its text is none"))
        })
    }

    fn json(&self, index: usize) -> Cell<&str> {
        self.cell(index, |value, kind| match (kind, value) {
            (Kind::Text | Kind::Json, Value::Bytes(v)) => text(v),
            _ => Err(wrong("JSON", kind)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_widths() {
        assert_eq!(signed(&[0xFF]), -1);
        assert_eq!(signed(&[0x7F]), 127);
        assert_eq!(signed(&[0x00, 0x80]), i64::from(i16::MIN));
        assert_eq!(signed(&i64::MIN.to_le_bytes()), i64::MIN);
        assert_eq!(number(&[0xFF, 0xFF]).0, 65_535);
        assert_eq!(number(&u64::MAX.to_le_bytes()).0, u64::MAX);
    }

    #[test]
    fn zeros_at_the_end_are_left_out() {
        assert_eq!(date(&[]), Some(Value::Date(0, 0, 0, 0, 0, 0, 0)));
        assert_eq!(
            date(&[0xE8, 7, 2, 29]),
            Some(Value::Date(2024, 2, 29, 0, 0, 0, 0))
        );
        assert_eq!(
            date(&[0xE8, 7, 2, 29, 1, 2, 3]),
            Some(Value::Date(2024, 2, 29, 1, 2, 3, 0))
        );
        assert_eq!(
            time(&[1, 2, 0, 0, 0, 3, 4, 5, 6, 0, 0, 0]),
            Some(Value::Time(true, 2, 3, 4, 5, 6))
        );
        assert_eq!((date(&[1]), time(&[1])), (None, None));
    }
}
