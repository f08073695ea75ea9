//! Rust types that a column can have.

mod json;
mod scalars;

pub use json::Json;

use manybase_driver::{CellError, Row};
use manybase_sql::{DataType, Value};

/// The result of turning a field into a value, or a cell into a field.
///
/// ```
/// use manybase_record::{CellResult, ColumnType};
/// use manybase_sql::Value;
/// let value: CellResult<Value> = true.encode();
/// assert_eq!(value.unwrap(), Value::Bool(true));
/// ```
pub type CellResult<T> = Result<T, Box<CellError>>;

/// A Rust type that a column can have. Derived for enums by `DbEnum` and for newtypes by `DbType`.
///
/// ```
/// use manybase_record::ColumnType;
/// use manybase_sql::{DataType, Value};
/// assert_eq!(<Option<i32> as ColumnType>::DATA_TYPE, DataType::I32);
/// assert!(<Option<i32> as ColumnType>::NULLABLE);
/// let least: <i32 as ColumnType>::OrNull = None;
/// assert_eq!(7i32.encode().unwrap(), Value::I64(7));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a column",
    label = "this type is no column type",
    note = "write #[model(json)] for a serde type, #[model(embedded)] for a struct with #[derive(Embedded)]",
    note = "derive DbEnum for an enum, DbType for a struct with one field; a column that takes NULL is an Option"
)]
pub trait ColumnType: Sized + Send + Sync + 'static {
    /// The column's type.
    const DATA_TYPE: DataType;
    /// Whether it takes NULL.
    const NULLABLE: bool = false;
    /// The type that takes NULL too: `Option<Self>`, and of an `Option` itself.
    type OrNull: ColumnType;

    /// The value to bind.
    ///
    /// # Errors
    /// A document that can't be written as JSON.
    fn encode(&self) -> CellResult<Value>;

    /// The number, where [`ColumnType::encode`] gives a [`Value::I64`]. It may be left out: it is a short way.
    #[doc(hidden)]
    fn whole(&self) -> Option<i64> {
        None
    }

    /// Reads a cell, straight from the driver's buffer.
    ///
    /// # Errors
    /// NULL where there must be a value, another type, a value out of range.
    fn decode(row: &dyn Row, index: usize) -> CellResult<Self>;
}

impl<T: ColumnType> ColumnType for Option<T> {
    const DATA_TYPE: DataType = T::DATA_TYPE;
    const NULLABLE: bool = true;
    type OrNull = Self;

    fn encode(&self) -> CellResult<Value> {
        match self {
            Some(value) => value.encode(),
            None => Ok(Value::Null),
        }
    }

    fn whole(&self) -> Option<i64> {
        self.as_ref().and_then(T::whole)
    }

    fn decode(row: &dyn Row, index: usize) -> CellResult<Self> {
        if row.is_null(index) {
            // A cell that does not exist counts as NULL for the driver, and must not for us.
            return if index < row.len() {
                Ok(None)
            } else {
                Err(Box::new(CellError::Missing))
            };
        }
        T::decode(row, index).map(Some)
    }
}

/// Types of a key that the library or the database fills in when a record is inserted without one.
///
/// ```
/// use manybase_record::AutoKey;
/// assert!(0i64.is_unset());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an `auto` key",
    label = "nobody can make keys of this type",
    note = "keys that are made are numbers (i16, i32, i64, u16, u32, u64), Uuid, and newtypes of them with #[db(auto)]; \
            write #[model(key)] for a key that is always given"
)]
pub trait AutoKey: ColumnType {
    /// Whether the database numbers it; else the library makes one.
    const BY_DATABASE: bool;

    /// Whether the record has no key as yet.
    fn is_unset(&self) -> bool;

    /// Makes one, where the library does.
    fn fill(&mut self) {}

    /// The key that the database reports.
    ///
    /// # Errors
    /// A number that the type can't hold.
    fn from_database(id: i64) -> CellResult<Self>;
}

/// Types that count the changes of a record.
///
/// ```
/// use manybase_record::Counter;
/// let mut version = 1i32;
/// version.count();
/// assert_eq!(version, 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a `version`",
    label = "this type does not count",
    note = "versions are i16, i32, i64, u16, u32 or u64"
)]
pub trait Counter: ColumnType {
    /// One more.
    fn count(&mut self);
}

/// Types that hold the time of creation or of the last change.
///
/// ```
/// use chrono::{DateTime, Utc};
/// use manybase_record::Stamp;
/// let now = Utc::now();
/// assert_eq!(<Option<DateTime<Utc>> as Stamp>::stamp(now), Some(now));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be `created_at` or `updated_at`",
    label = "this type is no time",
    note = "times are DateTime<Utc>, NaiveDateTime, and Options of them"
)]
pub trait Stamp: ColumnType {
    /// Whether a new record has no time as yet: `None`, or the epoch, which is the default.
    fn is_unset(&self) -> bool;

    /// The instant as a value of this type.
    fn stamp(now: chrono::DateTime<chrono::Utc>) -> Self;
}
