//! Values to bind.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use std::sync::Arc;
use uuid::Uuid;

use crate::DataType;

/// One bound value. Only the way *to* the database goes through it: rows are decoded straight into the
/// user's struct.
///
/// Whole numbers of every width travel as [`Value::I64`]; the driver narrows to the column's type and refuses
/// what does not fit. Times are kept to the microsecond, the finest that every database keeps.
///
/// ```
/// use manybase_sql::Value;
/// assert_eq!(Value::from(7i32), Value::I64(7));
/// assert_eq!(Value::from(None::<i32>), Value::Null);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// NULL of whatever type the place needs.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    I64(i64),
    /// A whole number above `i64::MAX`.
    U64(u64),
    /// A single-precision number.
    F32(f32),
    /// A double-precision number.
    F64(f64),
    /// An exact decimal.
    Decimal(Decimal),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A day.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// Day and time without a zone.
    DateTime(NaiveDateTime),
    /// An instant.
    Timestamp(DateTime<Utc>),
    /// A UUID.
    Uuid(Uuid),
    /// A JSON document.
    Json(Arc<serde_json::Value>),
    /// Many values bound as one, for lists where [`crate::ListBind`] says that the database takes them so.
    List(Arc<[Value]>),
}

impl Value {
    /// Whether it is NULL.
    ///
    /// ```
    /// assert!(manybase_sql::Value::Null.is_null());
    /// ```
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The type it has by itself; NULL and lists have none.
    ///
    /// ```
    /// use manybase_sql::{DataType, Value};
    /// assert_eq!(Value::I64(1).data_type(), Some(DataType::I64));
    /// assert_eq!(Value::Null.data_type(), None);
    /// ```
    pub fn data_type(&self) -> Option<DataType> {
        Some(match self {
            Self::Null | Self::List(_) => return None,
            Self::Bool(_) => DataType::Bool,
            Self::I64(_) => DataType::I64,
            Self::U64(_) => DataType::U64,
            Self::F32(_) => DataType::F32,
            Self::F64(_) => DataType::F64,
            Self::Decimal(_) => DataType::Decimal { precision: None },
            Self::Text(_) => DataType::Text { length: None },
            Self::Bytes(_) => DataType::Bytes,
            Self::Date(_) => DataType::Date,
            Self::Time(_) => DataType::Time,
            Self::DateTime(_) => DataType::DateTime,
            Self::Timestamp(_) => DataType::Timestamp,
            Self::Uuid(_) => DataType::Uuid,
            Self::Json(_) => DataType::Json,
        })
    }

    /// The name of its kind, for messages that must not show the value itself.
    ///
    /// ```
    /// assert_eq!(manybase_sql::Value::from("secret").kind(), "text");
    /// ```
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Bool(_) => "boolean",
            Self::I64(_) => "integer",
            Self::U64(_) => "unsigned integer",
            Self::F32(_) | Self::F64(_) => "floating-point number",
            Self::Decimal(_) => "decimal",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Date(_) => "date",
            Self::Time(_) => "time",
            Self::DateTime(_) => "date and time",
            Self::Timestamp(_) => "timestamp",
            Self::Uuid(_) => "UUID",
            Self::Json(_) => "JSON",
            Self::List(_) => "list",
        }
    }
}

macro_rules! from {
    ($($from:ty => |$v:ident| $to:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($v: $from) -> Self {
                $to
            }
        }
    )*};
}

from! {
    bool => |v| Self::Bool(v);
    i8 => |v| Self::I64(v.into());
    i16 => |v| Self::I64(v.into());
    i32 => |v| Self::I64(v.into());
    i64 => |v| Self::I64(v);
    u8 => |v| Self::I64(v.into());
    u16 => |v| Self::I64(v.into());
    u32 => |v| Self::I64(v.into());
    u64 => |v| i64::try_from(v).map_or(Self::U64(v), Self::I64);
    f32 => |v| Self::F32(v);
    f64 => |v| Self::F64(v);
    Decimal => |v| Self::Decimal(v);
    String => |v| Self::Text(v);
    &str => |v| Self::Text(v.to_owned());
    Vec<u8> => |v| Self::Bytes(v);
    &[u8] => |v| Self::Bytes(v.to_vec());
    NaiveDate => |v| Self::Date(v);
    NaiveTime => |v| Self::Time(micros::time(v));
    NaiveDateTime => |v| Self::DateTime(micros::date_time(v));
    DateTime<Utc> => |v| Self::Timestamp(micros::date_time(v.naive_utc()).and_utc());
    Uuid => |v| Self::Uuid(v);
    serde_json::Value => |v| Self::Json(Arc::new(v));
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Cutting to the microsecond happens here, once, so that a record in memory equals the row in every database.
mod micros {
    use chrono::{NaiveDateTime, NaiveTime, Timelike};

    pub(super) fn time(time: NaiveTime) -> NaiveTime {
        let nanos = time.nanosecond();
        time.with_nanosecond(nanos - nanos % 1_000).unwrap_or(time)
    }

    pub(super) fn date_time(at: NaiveDateTime) -> NaiveDateTime {
        at.date().and_time(time(at.time()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_cut_to_the_microsecond() {
        let time = NaiveTime::from_hms_nano_opt(1, 2, 3, 123_456_789).unwrap();
        assert_eq!(
            Value::from(time),
            Value::Time(NaiveTime::from_hms_micro_opt(1, 2, 3, 123_456).unwrap())
        );
    }

    #[test]
    fn unsigned_numbers_stay_whole() {
        assert_eq!(Value::from(5u64), Value::I64(5));
        assert_eq!(Value::from(u64::MAX), Value::U64(u64::MAX));
    }
}
