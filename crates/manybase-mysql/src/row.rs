//! Cells, read from the driver's own row.

use crate::column::Kind;
use crate::number::{self, Found, text, wrong};
use crate::temporal;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use manybase_driver::{Cell, CellError, Row};
use mysql_async::Value;
use rust_decimal::Decimal;
use uuid::Uuid;

/// One row, and what its columns hold.
pub(crate) struct MysqlRow<'r> {
    row: &'r mysql_async::Row,
    kinds: &'r [Kind],
}

impl<'r> MysqlRow<'r> {
    pub(crate) fn new(row: &'r mysql_async::Row, kinds: &'r [Kind]) -> Self {
        Self { row, kinds }
    }

    /// Reads a cell that is there and not NULL.
    fn cell<T>(&self, index: usize, read: impl FnOnce(&'r Value, Kind) -> Found<T>) -> Cell<T> {
        match (self.row.as_ref(index), self.kinds.get(index)) {
            (Some(Value::NULL), _) => Ok(None),
            (Some(value), Some(kind)) => read(value, *kind).map(Some),
            _ => Err(Box::new(CellError::Missing)),
        }
    }
}

impl Row for MysqlRow<'_> {
    fn len(&self) -> usize {
        self.row.len()
    }

    fn is_null(&self, index: usize) -> bool {
        matches!(self.row.as_ref(index), None | Some(Value::NULL))
    }

    fn bool(&self, index: usize) -> Cell<bool> {
        self.cell(index, number::boolean)
    }

    fn i64(&self, index: usize) -> Cell<i64> {
        const EXPECTED: &str = "64-bit integer";
        self.cell(index, |value, kind| match (kind, value) {
            (Kind::Int, Value::Int(v)) => Ok(*v),
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
            (Kind::Bytes | Kind::Bit, Value::Bytes(v)) => Ok(v.as_slice()),
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
