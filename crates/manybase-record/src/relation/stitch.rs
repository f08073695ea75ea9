//! Keys that are the same although two databases keep them as different types.

use crate::{Model, Values};
use manybase_driver::{Error, ErrorKind, Result};
use manybase_sql::{Name, Value};

/// A key value in one form: whole numbers of any width, and decimals without a fraction, as numbers; UUIDs as the
/// text that databases without the type keep.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Stitch {
    Number(i128),
    Text(String),
    Bytes(Vec<u8>),
}

impl Stitch {
    /// `None` for NULL, which points to nothing.
    pub(super) fn of(value: &Value) -> Result<Option<Self>> {
        Ok(Some(match value {
            Value::Null => return Ok(None),
            Value::I64(v) => Self::Number(i128::from(*v)),
            Value::U64(v) => Self::Number(i128::from(*v)),
            Value::Bool(v) => Self::Number(i128::from(*v)),
            Value::Decimal(v) if v.fract().is_zero() => Self::Number(v.trunc().mantissa()),
            Value::Decimal(v) => Self::Text(v.normalize().to_string()),
            Value::Text(v) => Self::Text(v.clone()),
            Value::Uuid(v) => Self::Text(v.to_string()),
            Value::Bytes(v) => Self::Bytes(v.clone()),
            Value::Date(v) => Self::Text(v.to_string()),
            other => {
                let message = format!("a {} can't be the key of a relation", other.kind());
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
        }))
    }
}

/// Where a column stands in a model.
pub(super) fn position<M: Model>(column: &Name) -> Result<usize> {
    let meta = M::meta();
    meta.columns
        .iter()
        .position(|one| one.name == *column)
        .ok_or_else(|| {
            let message = format!("{} has no column {column} for the relation", meta.name);
            Error::new(ErrorKind::Statement, message).with_model(meta.name)
        })
}

/// The position of the only column of a model's key.
pub(super) fn key<M: Model>(field: &str) -> Result<usize> {
    let meta = M::meta();
    match meta.keys.as_slice() {
        [key] => Ok(*key),
        keys => {
            let message = format!(
                "relation {field} needs a key of one column, {} has {}",
                meta.name,
                keys.len()
            );
            Err(Error::new(ErrorKind::Unsupported, message).with_model(meta.name))
        }
    }
}

/// Reads one column's value of one record after another.
pub(super) struct Reader {
    at: usize,
    values: Values,
}

impl Reader {
    pub(super) fn new(at: usize) -> Self {
        Self {
            at,
            values: Values::only(at),
        }
    }

    pub(super) fn read<M: Model>(&mut self, record: &M) -> Result<&Value> {
        self.values.start_again(self.at);
        record.encode(&mut self.values);
        let value = self.values.values()?.first();
        value.ok_or_else(|| Error::driver(format!("{} has no column {}", M::meta().name, self.at)))
    }
}
