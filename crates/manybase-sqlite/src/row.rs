//! Cells, straight from SQLite's own memory.

use crate::{moment, number};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use manybase_driver::{Cell, CellError, Columns, Row};
use rusqlite::types::ValueRef;
use rust_decimal::Decimal;
use std::panic::{AssertUnwindSafe, catch_unwind};
use uuid::Uuid;

/// Whole numbers up to here are exact as floating-point numbers.
const EXACT: i64 = 1 << 53;

/// Where the cells of a row are.
pub(crate) trait Cells {
    /// `None` for one that does not exist.
    fn cell(&self, index: usize) -> Option<ValueRef<'_>>;
}

impl Cells for &rusqlite::Row<'_> {
    fn cell(&self, index: usize) -> Option<ValueRef<'_>> {
        self.get_ref(index).ok()
    }
}

/// The number of a row that was just inserted, which SQLite has told without a row of its own.
impl Cells for i64 {
    fn cell(&self, index: usize) -> Option<ValueRef<'_>> {
        (index == 0).then_some(ValueRef::Integer(*self))
    }
}

pub(crate) struct SqliteRow<C> {
    cells: C,
    len: usize,
}

impl<C: Cells> SqliteRow<C> {
    pub(crate) fn new(cells: C, len: usize) -> Self {
        Self { cells, len }
    }

    /// A cell that is there and not NULL goes through `read`, which hands back what it can't take.
    fn cell<'c, T>(
        &'c self,
        index: usize,
        expected: &'static str,
        read: impl FnOnce(ValueRef<'c>) -> Option<Result<T, Box<CellError>>>,
    ) -> Cell<T> {
        let Some(value) = self.cells.cell(index) else {
            return Err(Box::new(CellError::Missing));
        };
        if matches!(value, ValueRef::Null) {
            return Ok(None);
        }
        let wrong = || CellError::wrong_type(expected, name(value));
        read(value).unwrap_or_else(|| Err(wrong())).map(Some)
    }

    fn text<T>(
        &self,
        index: usize,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Box<CellError>>,
    ) -> Cell<T> {
        self.cell(index, expected, |value| match value {
            ValueRef::Text(bytes) => Some(utf8(bytes).and_then(parse)),
            _ => None,
        })
    }
}

fn name(value: ValueRef<'_>) -> &'static str {
    match value {
        ValueRef::Null => "NULL",
        ValueRef::Integer(_) => "INTEGER",
        ValueRef::Real(_) => "REAL",
        ValueRef::Text(_) => "TEXT",
        ValueRef::Blob(_) => "BLOB",
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Box<CellError>> {
    std::str::from_utf8(bytes).map_err(|_| Box::new(CellError::Utf8))
}

/// A sum of decimals is text here, also when it is whole. Only the one form of a whole number counts as one: "007"
/// is text.
fn whole<T: TryFrom<i128>>(bytes: &[u8], expected: &'static str) -> Option<Result<T, Box<CellError>>> {
    let (negative, digits) = match bytes {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let one_form = match digits {
        [b'0'] => !negative,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !one_form {
        return None;
    }
    let number = match digits.len() {
        ..=38 => digits
            .iter()
            .fold(0_i128, |sum, digit| sum * 10 + i128::from(digit - b'0')),
        _ => i128::MAX,
    };
    let number = if negative { -number } else { number };
    Some(T::try_from(number).map_err(|_| CellError::range(expected)))
}

impl<C: Cells> Row for SqliteRow<C> {
    fn len(&self) -> usize {
        self.len
    }

    fn is_null(&self, index: usize) -> bool {
        self.cells.cell(index).is_none_or(|value| value == ValueRef::Null)
    }

    fn bool(&self, index: usize) -> Cell<bool> {
        self.cell(index, "boolean", |value| match value {
            ValueRef::Integer(0) => Some(Ok(false)),
            ValueRef::Integer(1) => Some(Ok(true)),
            ValueRef::Integer(_) => Some(Err(CellError::range("boolean"))),
            _ => None,
        })
    }

    fn i64(&self, index: usize) -> Cell<i64> {
        self.cell(index, "integer", |value| match value {
            ValueRef::Integer(number) => Some(Ok(number)),
            ValueRef::Text(text) => whole(text, "integer"),
            _ => None,
        })
    }

    fn u64(&self, index: usize) -> Cell<u64> {
        self.cell(index, "unsigned integer", |value| match value {
            ValueRef::Integer(number) => {
                Some(u64::try_from(number).map_err(|_| CellError::range("unsigned integer")))
            }
            ValueRef::Text(text) => whole(text, "unsigned integer"),
            _ => None,
        })
    }

    fn f64(&self, index: usize) -> Cell<f64> {
        self.cell(index, "floating-point number", |value| match value {
            ValueRef::Real(number) => Some(Ok(number)),
            #[expect(clippy::cast_precision_loss, reason = "the guard makes it exact")]
            ValueRef::Integer(number) if (-EXACT..=EXACT).contains(&number) => Some(Ok(number as f64)),
            ValueRef::Integer(_) => Some(Err(CellError::range("floating-point number"))),
            _ => None,
        })
    }

    fn decimal(&self, index: usize) -> Cell<Decimal> {
        self.cell(index, "decimal", |value| match value {
            ValueRef::Text(text) => Some(utf8(text).and_then(|text| Ok(number::parse(text)?))),
            ValueRef::Integer(number) => Some(Ok(number.into())),
            // Columns of affinity NUMERIC, which other tools make, turn decimals into these.
            ValueRef::Real(number) => Some(number::from_f64(number).map_err(Into::into)),
            _ => None,
        })
    }

    fn str(&self, index: usize) -> Cell<&str> {
        self.cell(index, "text", |value| match value {
            ValueRef::Text(text) => Some(utf8(text)),
            _ => None,
        })
    }

    fn bytes(&self, index: usize) -> Cell<&[u8]> {
        self.cell(index, "bytes", |value| match value {
            ValueRef::Blob(bytes) => Some(Ok(bytes)),
            _ => None,
        })
    }

    fn date(&self, index: usize) -> Cell<NaiveDate> {
        self.text(index, "date", moment::date)
    }

    fn time(&self, index: usize) -> Cell<NaiveTime> {
        self.text(index, "time", moment::time)
    }

    fn date_time(&self, index: usize) -> Cell<NaiveDateTime> {
        self.text(index, "date and time", moment::date_time)
    }

    fn timestamp(&self, index: usize) -> Cell<DateTime<Utc>> {
        self.text(index, "timestamp", moment::timestamp)
    }

    fn uuid(&self, index: usize) -> Cell<Uuid> {
        let wrong = |_| CellError::format("UUID", "it has the wrong length or characters");
        self.cell(index, "UUID", |value| match value {
            ValueRef::Text(text) => Some(Uuid::try_parse_ascii(text).map_err(wrong)),
            ValueRef::Blob(bytes) => Some(Uuid::from_slice(bytes).map_err(wrong)),
            _ => None,
        })
    }

    fn json(&self, index: usize) -> Cell<&str> {
        self.cell(index, "JSON", |value| match value {
            ValueRef::Text(text) => Some(utf8(text)),
            _ => None,
        })
    }
}

/// The names of a statement's columns.
pub(crate) struct Names<'c, 's>(pub(crate) &'c rusqlite::Statement<'s>);

impl Columns for Names<'_, '_> {
    fn len(&self) -> usize {
        self.0.column_count()
    }

    fn name(&self, index: usize) -> &str {
        // rusqlite panics for a name that is not UTF-8, which a file from elsewhere may have.
        let name = catch_unwind(AssertUnwindSafe(|| self.0.column_name(index)));
        name.ok().and_then(Result::ok).unwrap_or_default()
    }
}

/// The name of a result's only column.
pub(crate) struct Name<'n>(pub(crate) &'n str);

impl Columns for Name<'_> {
    fn len(&self) -> usize {
        1
    }

    fn name(&self, index: usize) -> &str {
        if index == 0 { self.0 } else { "" }
    }
}
