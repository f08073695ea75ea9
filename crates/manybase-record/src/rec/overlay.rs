//! Values of a record's fields, read as a row of a database would be.

use crate::cells::Layout;
use crate::{Cells, Model};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use manybase_driver::{Cell, CellError, Result, Row};
use manybase_sql::Value;
use rust_decimal::Decimal;
use uuid::Uuid;

/// The record that has these values, in the order of its columns.
pub(crate) fn decode<M: Model>(values: &[Value]) -> Result<M> {
    let row = Values {
        documents: values
            .iter()
            .map(|value| match value {
                Value::Json(document) => document.to_string(),
                _ => String::new(),
            })
            .collect(),
        values,
    };
    let layout = Layout {
        model: Some(M::meta()),
        whole: true,
        ..Layout::default()
    };
    M::decode(&mut Cells::new(&row, &layout))
}

struct Values<'v> {
    values: &'v [Value],
    /// The text of those that are documents.
    documents: Vec<String>,
}

impl Values<'_> {
    fn get(&self, index: usize) -> Cell<&Value> {
        match self.values.get(index) {
            None => Err(Box::new(CellError::Missing)),
            Some(Value::Null) => Ok(None),
            Some(value) => Ok(Some(value)),
        }
    }
}

/// Values come from fields, so that each is asked for what it was made of.
macro_rules! cells {
    ($($method:ident -> $type:ty { $($pattern:pat => $value:expr),* $(,)? })*) => {$(
        fn $method(&self, index: usize) -> Cell<$type> {
            match self.get(index)? {
                None => Ok(None),
                $(Some($pattern) => Ok(Some($value)),)*
                Some(other) => Err(CellError::wrong_type(stringify!($method), other.kind().to_string())),
            }
        }
    )*};
}

impl Row for Values<'_> {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn is_null(&self, index: usize) -> bool {
        matches!(self.values.get(index), None | Some(Value::Null))
    }

    cells! {
        bool -> bool { Value::Bool(value) => *value }
        i64 -> i64 {
            Value::I64(value) => *value,
            Value::U64(value) => i64::try_from(*value).map_err(|_| CellError::range("i64"))?,
        }
        u64 -> u64 {
            Value::U64(value) => *value,
            Value::I64(value) => u64::try_from(*value).map_err(|_| CellError::range("u64"))?,
        }
        f64 -> f64 { Value::F64(value) => *value, Value::F32(value) => f64::from(*value) }
        decimal -> Decimal { Value::Decimal(value) => *value }
        date -> NaiveDate { Value::Date(value) => *value }
        time -> NaiveTime { Value::Time(value) => *value }
        date_time -> NaiveDateTime { Value::DateTime(value) => *value }
        timestamp -> DateTime<Utc> { Value::Timestamp(value) => *value }
        uuid -> Uuid { Value::Uuid(value) => *value }
    }

    fn str(&self, index: usize) -> Cell<&str> {
        match self.get(index)? {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(other) => Err(CellError::wrong_type("text", other.kind().to_string())),
        }
    }

    fn bytes(&self, index: usize) -> Cell<&[u8]> {
        match self.get(index)? {
            None => Ok(None),
            Some(Value::Bytes(bytes)) => Ok(Some(bytes)),
            Some(other) => Err(CellError::wrong_type("bytes", other.kind().to_string())),
        }
    }

    fn json(&self, index: usize) -> Cell<&str> {
        match self.get(index)? {
            None => Ok(None),
            Some(Value::Json(_)) => Ok(self.documents.get(index).map(String::as_str)),
            Some(other) => Err(CellError::wrong_type("json", other.kind().to_string())),
        }
    }
}
