//! Cells from the server's binary format.

use crate::cache::{Column, Prepared};
use crate::kind::Kind;
use crate::wire::Failure;
use crate::{numeric, temporal};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use manybase_driver::{Cell, CellError, Columns, Row};
use rust_decimal::Decimal;
use uuid::Uuid;

/// Whole numbers up to here are the same in a double.
pub(crate) const EXACT_IN_DOUBLE: u64 = 1 << f64::MANTISSA_DIGITS;

/// Where a cell lies in its row; of NULL the end is before the beginning.
pub(crate) type Span = (u32, u32);

/// Finds the cells of a `DataRow`.
#[inline]
pub(crate) fn spans(body: &[u8], into: &mut Vec<Span>) -> Result<(), Failure> {
    const SHORT: Failure = Failure::Unexpected("a row that ends too early");
    into.clear();
    let (count, _) = body.split_first_chunk().ok_or(SHORT)?;
    let mut at = 2;
    for _ in 0..u16::from_be_bytes(*count) {
        let (length, rest) = body[at..].split_first_chunk().ok_or(SHORT)?;
        at += 4;
        into.push(match usize::try_from(i32::from_be_bytes(*length)) {
            Ok(length) if length > rest.len() => return Err(SHORT),
            // A message is no longer than 2 GB.
            Ok(length) => {
                let begin = at;
                at += length;
                (begin as u32, at as u32)
            }
            Err(_) => (1, 0),
        });
    }
    Ok(())
}

/// A row in the connection's buffer, with what was found out about its columns once for all rows.
pub(crate) struct PostgresRow<'a> {
    pub(crate) body: &'a [u8],
    pub(crate) spans: &'a [Span],
    pub(crate) prepared: &'a Prepared,
}

/// The bytes of a fixed-width type.
fn fixed<const N: usize>(raw: &[u8], expected: &'static str) -> Result<[u8; N], Box<CellError>> {
    raw.try_into()
        .map_err(|_| CellError::format(expected, format!("it has {} bytes", raw.len())))
}

fn utf8(raw: &[u8]) -> Result<&str, Box<CellError>> {
    std::str::from_utf8(raw).map_err(|_| Box::new(CellError::Utf8))
}

/// A whole number of any of the server's types; `None` for another type.
fn whole(kind: Kind, raw: &[u8], expected: &'static str) -> Option<Result<i128, Box<CellError>>> {
    Some(match kind {
        Kind::Int2 => fixed(raw, expected).map(|raw| i16::from_be_bytes(raw).into()),
        Kind::Int4 => fixed(raw, expected).map(|raw| i32::from_be_bytes(raw).into()),
        Kind::Int8 => fixed(raw, expected).map(|raw| i64::from_be_bytes(raw).into()),
        Kind::Oid => fixed(raw, expected).map(|raw| u32::from_be_bytes(raw).into()),
        _ => return None,
    })
}

impl PostgresRow<'_> {
    /// A cell's kind and bytes; `None` is NULL.
    #[inline]
    fn raw(&self, index: usize) -> Cell<(Kind, &[u8])> {
        let (Some(kind), Some((begin, end))) = (self.prepared.kinds.get(index), self.spans.get(index)) else {
            return Err(Box::new(CellError::Missing));
        };
        Ok(self
            .body
            .get(*begin as usize..*end as usize)
            .map(|raw| (*kind, raw)))
    }

    fn wrong<T>(&self, index: usize, expected: &'static str) -> Cell<T> {
        let column = self.prepared.columns.get(index);
        let found = column.map_or("unknown", |column| column.ty.name());
        Err(CellError::wrong_type(expected, found))
    }

    fn integer(&self, index: usize, expected: &'static str) -> Cell<i128> {
        let Some((kind, raw)) = self.raw(index)? else {
            return Ok(None);
        };
        match (whole(kind, raw, expected), kind) {
            (Some(number), _) => number.map(Some),
            (None, Kind::Numeric) => numeric::integer(raw, expected).map(Some),
            (None, _) => self.wrong(index, expected),
        }
    }
}

impl Row for PostgresRow<'_> {
    fn len(&self) -> usize {
        self.prepared.kinds.len()
    }

    fn is_null(&self, index: usize) -> bool {
        !matches!(self.raw(index), Ok(Some(_)))
    }

    fn bool(&self, index: usize) -> Cell<bool> {
        const EXPECTED: &str = "boolean";
        let Some((kind, raw)) = self.raw(index)? else {
            return Ok(None);
        };
        if kind == Kind::Bool {
            return fixed::<1>(raw, EXPECTED).map(|[byte]| Some(byte != 0));
        }
        match whole(kind, raw, EXPECTED) {
            Some(number) => match number? {
                0 => Ok(Some(false)),
                1 => Ok(Some(true)),
                _ => Err(CellError::range(EXPECTED)),
            },
            None => self.wrong(index, EXPECTED),
        }
    }

    fn i64(&self, index: usize) -> Cell<i64> {
        const EXPECTED: &str = "integer";
        match self.raw(index)? {
            None => Ok(None),
            Some((Kind::Int8, raw)) => fixed(raw, EXPECTED).map(|raw| Some(i64::from_be_bytes(raw))),
            Some((Kind::Int4, raw)) => fixed(raw, EXPECTED).map(|raw| Some(i32::from_be_bytes(raw).into())),
            Some(_) => match self.integer(index, EXPECTED)? {
                Some(number) => i64::try_from(number)
                    .map(Some)
                    .map_err(|_| CellError::range(EXPECTED)),
                None => Ok(None),
            },
        }
    }

    fn u64(&self, index: usize) -> Cell<u64> {
        const EXPECTED: &str = "unsigned integer";
        match self.integer(index, EXPECTED)? {
            Some(number) => u64::try_from(number)
                .map(Some)
                .map_err(|_| CellError::range(EXPECTED)),
            None => Ok(None),
        }
    }

    fn f64(&self, index: usize) -> Cell<f64> {
        const EXPECTED: &str = "floating-point number";
        let Some((kind, raw)) = self.raw(index)? else {
            return Ok(None);
        };
        match kind {
            Kind::Float8 => fixed(raw, EXPECTED).map(|raw| Some(f64::from_be_bytes(raw))),
            Kind::Float4 => fixed(raw, EXPECTED).map(|raw| Some(f32::from_be_bytes(raw).into())),
            _ => match whole(kind, raw, EXPECTED) {
                Some(number) => match number? {
                    number if number.unsigned_abs() <= EXACT_IN_DOUBLE.into() => Ok(Some(number as f64)),
                    _ => Err(CellError::range(EXPECTED)),
                },
                None => self.wrong(index, EXPECTED),
            },
        }
    }

    fn decimal(&self, index: usize) -> Cell<Decimal> {
        const EXPECTED: &str = "decimal";
        let Some((kind, raw)) = self.raw(index)? else {
            return Ok(None);
        };
        match (whole(kind, raw, EXPECTED), kind) {
            (Some(number), _) => Ok(Some(Decimal::from_i128_with_scale(number?, 0))),
            (None, Kind::Numeric) => numeric::decimal(raw).map(Some),
            (None, _) => self.wrong(index, EXPECTED),
        }
    }

    fn str(&self, index: usize) -> Cell<&str> {
        const EXPECTED: &str = "text";
        let Some((kind, raw)) = self.raw(index)? else {
            return Ok(None);
        };
        match kind {
            Kind::Text | Kind::Json => utf8(raw).map(Some),
            Kind::Jsonb => jsonb(raw).map(Some),
            // The server shows the zero byte as the empty text.
            Kind::Char if raw == [0] => Ok(Some("")),
            Kind::Char => utf8(raw).map(Some),
            _ => self.wrong(index, EXPECTED),
        }
    }

    fn bytes(&self, index: usize) -> Cell<&[u8]> {
        match self.raw(index)? {
            None => Ok(None),
            Some((Kind::Bytea, raw)) => Ok(Some(raw)),
            Some(_) => self.wrong(index, "bytes"),
        }
    }

    fn date(&self, index: usize) -> Cell<NaiveDate> {
        const EXPECTED: &str = "date";
        match self.raw(index)? {
            None => Ok(None),
            Some((Kind::Date, raw)) => {
                temporal::read_date(i32::from_be_bytes(fixed(raw, EXPECTED)?)).map(Some)
            }
            Some(_) => self.wrong(index, EXPECTED),
        }
    }

    fn time(&self, index: usize) -> Cell<NaiveTime> {
        const EXPECTED: &str = "time";
        match self.raw(index)? {
            None => Ok(None),
            Some((Kind::Time, raw)) => {
                temporal::read_time(i64::from_be_bytes(fixed(raw, EXPECTED)?)).map(Some)
            }
            Some(_) => self.wrong(index, EXPECTED),
        }
    }

    fn date_time(&self, index: usize) -> Cell<NaiveDateTime> {
        const EXPECTED: &str = "date and time";
        match self.raw(index)? {
            None => Ok(None),
            Some((Kind::Timestamp, raw)) => {
                temporal::read_date_time(i64::from_be_bytes(fixed(raw, EXPECTED)?), EXPECTED).map(Some)
            }
            Some(_) => self.wrong(index, EXPECTED),
        }
    }

    fn timestamp(&self, index: usize) -> Cell<DateTime<Utc>> {
        const EXPECTED: &str = "timestamp";
        match self.raw(index)? {
            None => Ok(None),
            Some((Kind::Timestamptz | Kind::Timestamp, raw)) => {
                temporal::read_date_time(i64::from_be_bytes(fixed(raw, EXPECTED)?), EXPECTED)
                    .map(|at| Some(at.and_utc()))
            }
            Some(_) => self.wrong(index, EXPECTED),
        }
    }

    fn uuid(&self, index: usize) -> Cell<Uuid> {
        const EXPECTED: &str = "UUID";
        match self.raw(index)? {
            None => Ok(None),
            Some((Kind::Uuid | Kind::Bytea, raw)) => Ok(Some(Uuid::from_bytes(fixed(raw, EXPECTED)?))),
            Some((Kind::Text, raw)) => match Uuid::try_parse_ascii(raw) {
                Ok(uuid) => Ok(Some(uuid)),
                // The parser's own message shows the text.
                Err(_) => Err(CellError::format(EXPECTED, "the text has another form")),
            },
            Some(_) => self.wrong(index, EXPECTED),
        }
    }

    fn json(&self, index: usize) -> Cell<&str> {
        match self.raw(index)? {
            None => Ok(None),
            Some((Kind::Json | Kind::Text, raw)) => utf8(raw).map(Some),
            Some((Kind::Jsonb, raw)) => jsonb(raw).map(Some),
            Some(_) => self.wrong(index, "JSON"),
        }
    }
}

/// `jsonb` travels as a version and the text.
fn jsonb(raw: &[u8]) -> Result<&str, Box<CellError>> {
    match raw.split_first() {
        Some((1, text)) => utf8(text),
        _ => Err(CellError::format("JSON", "its version is unknown")),
    }
}

/// The names of a statement's columns.
pub(crate) struct Names<'a>(pub(crate) &'a [Column]);

impl Columns for Names<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn name(&self, index: usize) -> &str {
        self.0.get(index).map_or("", |column| &column.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_cells_lie() {
        let mut places = Vec::new();
        let body = b"\0\x03\0\0\0\x02ab\xff\xff\xff\xff\0\0\0\0";
        spans(body, &mut places).unwrap();
        let cells: Vec<_> = places
            .iter()
            .map(|(begin, end)| body.get(*begin as usize..*end as usize))
            .collect();
        assert_eq!(cells, [Some(&b"ab"[..]), None, Some(b"")]);
        for end in 0..body.len() {
            assert!(spans(&body[..end], &mut places).is_err(), "{end}");
        }
    }
}
