//! A row as the driver has it, and its cells.

use crate::CellError;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// One cell: `None` is NULL. The error is boxed so that the good case stays small.
pub type Cell<T> = std::result::Result<Option<T>, Box<CellError>>;

/// A row in the driver's own buffer, valid until the next one. Cells are counted from 0.
///
/// Each method converts without loss or fails: [`Row::i64`] takes every whole-number type of the database and a
/// decimal without a fraction, but no floating-point number; [`Row::decimal`] also takes whole numbers;
/// [`Row::f64`] takes floating-point and whole numbers up to 2^53. Asking for a cell beyond the last is an error, not a panic.
pub trait Row {
    /// Number of cells.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a cell is NULL; a cell that does not exist counts as NULL.
    fn is_null(&self, index: usize) -> bool;

    /// A boolean; from a whole number only 0 and 1.
    ///
    /// # Errors
    /// Another type or number.
    fn bool(&self, index: usize) -> Cell<bool>;

    /// A whole number.
    ///
    /// # Errors
    /// Another type, a fraction, a number out of range.
    fn i64(&self, index: usize) -> Cell<i64>;

    /// A whole number without a sign.
    ///
    /// # Errors
    /// Another type, a fraction, a number out of range.
    fn u64(&self, index: usize) -> Cell<u64>;

    /// A floating-point number.
    ///
    /// # Errors
    /// Another type, a whole number that a double can't hold.
    fn f64(&self, index: usize) -> Cell<f64>;

    /// An exact decimal.
    ///
    /// # Errors
    /// Another type, more digits than [`Decimal`] has.
    fn decimal(&self, index: usize) -> Cell<Decimal>;

    /// Text.
    ///
    /// # Errors
    /// Another type, invalid UTF-8.
    fn str(&self, index: usize) -> Cell<&str>;

    /// Bytes.
    ///
    /// # Errors
    /// Another type.
    fn bytes(&self, index: usize) -> Cell<&[u8]>;

    /// A day.
    ///
    /// # Errors
    /// Another type, a day that does not exist.
    fn date(&self, index: usize) -> Cell<NaiveDate>;

    /// A time of day.
    ///
    /// # Errors
    /// Another type, a time beyond a day.
    fn time(&self, index: usize) -> Cell<NaiveTime>;

    /// Day and time without a zone.
    ///
    /// # Errors
    /// Another type, a day that does not exist.
    fn date_time(&self, index: usize) -> Cell<NaiveDateTime>;

    /// An instant. Where the database has no type for it, day and time count as UTC.
    ///
    /// # Errors
    /// Another type, a day that does not exist.
    fn timestamp(&self, index: usize) -> Cell<DateTime<Utc>>;

    /// A UUID, kept as such, as text or as 16 bytes.
    ///
    /// # Errors
    /// Another type, text that is no UUID.
    fn uuid(&self, index: usize) -> Cell<Uuid>;

    /// A JSON document as text, to be parsed straight into what the user wants.
    ///
    /// # Errors
    /// Another type, invalid UTF-8.
    fn json(&self, index: usize) -> Cell<&str>;
}

/// The names of a result's columns.
pub trait Columns {
    /// Number of columns.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A column's name, counted from 0; empty beyond the last.
    fn name(&self, index: usize) -> &str;
}
