//! The plain types.

use super::{AutoKey, CellResult, ColumnType, Counter, Stamp};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use manybase_driver::{CellError, Row};
use manybase_sql::{DataType, Value};
use rust_decimal::Decimal;
use uuid::Uuid;

fn some<T>(cell: Option<T>) -> CellResult<T> {
    cell.ok_or_else(|| Box::new(CellError::Null))
}

macro_rules! plain {
    ($($type:ty, $data_type:expr, $get:ident $(, $map:expr)?;)*) => {$(
        impl ColumnType for $type {
            const DATA_TYPE: DataType = $data_type;
            type OrNull = Option<Self>;

            fn encode(&self) -> CellResult<Value> {
                Ok(Value::from(self.clone()))
            }

            #[inline]
            fn whole(&self) -> Option<i64> {
                whole!($get, self)
            }

            fn decode(row: &dyn Row, index: usize) -> CellResult<Self> {
                let cell = some(row.$get(index)?)?;
                $(let cell = ($map)(cell)?;)?
                Ok(cell)
            }
        }
    )*};
}

/// What is read as an `i64` is written as one, and so is what fits one.
macro_rules! whole {
    (i64, $value:expr) => {
        Some(i64::from(*$value))
    };
    (u64, $value:expr) => {
        i64::try_from(*$value).ok()
    };
    ($other:ident, $value:expr) => {
        None
    };
}

macro_rules! narrow {
    ($type:ty) => {
        |wide| <$type>::try_from(wide).map_err(|_| CellError::range(stringify!($type)))
    };
}

plain! {
    bool, DataType::Bool, bool;
    i8, DataType::I16, i64, narrow!(i8);
    i16, DataType::I16, i64, narrow!(i16);
    i32, DataType::I32, i64, narrow!(i32);
    i64, DataType::I64, i64;
    u8, DataType::I16, i64, narrow!(u8);
    u16, DataType::I32, i64, narrow!(u16);
    u32, DataType::I64, i64, narrow!(u32);
    u64, DataType::U64, u64;
    f32, DataType::F32, f64, single;
    f64, DataType::F64, f64;
    Decimal, DataType::Decimal { precision: None }, decimal;
    String, DataType::Text { length: None }, str, |text: &str| CellResult::Ok(text.to_owned());
    Vec<u8>, DataType::Bytes, bytes, |bytes: &[u8]| CellResult::Ok(bytes.to_vec());
    NaiveDate, DataType::Date, date;
    NaiveTime, DataType::Time, time;
    NaiveDateTime, DataType::DateTime, date_time;
    DateTime<Utc>, DataType::Timestamp, timestamp;
    Uuid, DataType::Uuid, uuid;
}

/// Only a number that was single precision before.
fn single(wide: f64) -> CellResult<f32> {
    let narrow = wide as f32;
    if f64::from(narrow) == wide || wide.is_nan() {
        Ok(narrow)
    } else {
        Err(CellError::range("f32"))
    }
}

macro_rules! numbered {
    ($($type:ty)*) => {$(
        impl AutoKey for $type {
            const BY_DATABASE: bool = true;

            fn is_unset(&self) -> bool {
                *self == 0
            }

            fn from_database(id: i64) -> CellResult<Self> {
                Self::try_from(id).map_err(|_| CellError::range(stringify!($type)))
            }
        }

        impl Counter for $type {
            fn count(&mut self) {
                *self = self.wrapping_add(1);
            }
        }
    )*};
}

numbered! { i16 i32 i64 u16 u32 u64 }

/// Version 7: made in order of time, so that an index on it grows at its end.
impl AutoKey for Uuid {
    const BY_DATABASE: bool = false;

    fn is_unset(&self) -> bool {
        self.is_nil()
    }

    fn fill(&mut self) {
        if self.is_nil() {
            *self = Uuid::now_v7();
        }
    }

    fn from_database(_id: i64) -> CellResult<Self> {
        Err(CellError::wrong_type("UUID", "a number"))
    }
}

impl Stamp for DateTime<Utc> {
    fn is_unset(&self) -> bool {
        *self == Self::default()
    }

    fn stamp(now: DateTime<Utc>) -> Self {
        now
    }
}

impl Stamp for NaiveDateTime {
    fn is_unset(&self) -> bool {
        *self == Self::default()
    }

    fn stamp(now: DateTime<Utc>) -> Self {
        now.naive_utc()
    }
}

impl<T: Stamp> Stamp for Option<T> {
    fn is_unset(&self) -> bool {
        self.is_none()
    }

    fn stamp(now: DateTime<Utc>) -> Self {
        Some(T::stamp(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_same<T: ColumnType>(values: impl IntoIterator<Item = T>) {
        for value in values {
            let encoded = match value.encode().expect("it can be written") {
                Value::I64(number) => Some(number),
                _ => None,
            };
            assert_eq!(value.whole(), encoded);
        }
    }

    #[test]
    fn the_short_way_leads_to_the_same_number() {
        is_same([i8::MIN, -1, 0, i8::MAX]);
        is_same([i16::MIN, i16::MAX]);
        is_same([i32::MIN, i32::MAX]);
        is_same([i64::MIN, i64::MAX]);
        is_same([u8::MAX]);
        is_same([u16::MAX]);
        is_same([u32::MAX]);
        is_same([Some(7_i64), None]);
        is_same([0, u64::MAX]);
        is_same([true]);
        is_same(["7".to_owned()]);
        is_same([Decimal::from(7)]);
    }
}
