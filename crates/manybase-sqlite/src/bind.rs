//! Values into statements. SQLite copies them, so nothing is kept.

use crate::moment::{self, Unwritable};
use crate::number;
use manybase_driver::{Error, ErrorKind, Result, Value};
use rusqlite::Statement;
use rusqlite::types::Null;
use std::fmt;
use uuid::fmt::Hyphenated;

/// Text of at most 40 bytes, without the heap.
struct Short {
    bytes: [u8; 40],
    len: usize,
}

impl Short {
    fn new() -> Self {
        Self {
            bytes: [0; 40],
            len: 0,
        }
    }

    fn as_str(&self) -> &str {
        // What was written is text.
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes
            .get_mut(self.len..end)
            .ok_or(fmt::Error)?
            .copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Binds a value. Placeholders are counted from 1.
pub(crate) fn bind(
    statement: &mut Statement<'_>,
    index: usize,
    value: &Value,
    fail: impl FnOnce(rusqlite::Error) -> Error,
) -> Result<()> {
    let refuse = |why: &str| {
        let message = format!("value {index} ({}) can't be stored: {why}", value.kind());
        Error::new(ErrorKind::Value, message)
    };
    let mut short = Short::new();
    let mut moment = |write: &mut dyn FnMut(&mut Short) -> std::result::Result<(), Unwritable>| {
        write(&mut short).map_err(|Unwritable(why)| refuse(why))
    };
    let bound = match value {
        Value::Null => statement.raw_bind_parameter(index, Null),
        Value::Bool(flag) => statement.raw_bind_parameter(index, *flag),
        Value::I64(number) => statement.raw_bind_parameter(index, *number),
        Value::U64(number) => match i64::try_from(*number) {
            Ok(number) => statement.raw_bind_parameter(index, number),
            Err(_) => return Err(refuse("SQLite's integers end at 9223372036854775807")),
        },
        Value::F32(number) if number.is_nan() => return Err(refuse(NAN)),
        Value::F64(number) if number.is_nan() => return Err(refuse(NAN)),
        Value::F32(number) => statement.raw_bind_parameter(index, f64::from(*number)),
        Value::F64(number) => statement.raw_bind_parameter(index, *number),
        Value::Decimal(decimal) => {
            let text = number::normal(*decimal).array_string();
            statement.raw_bind_parameter(index, text.as_ref())
        }
        Value::Text(text) => statement.raw_bind_parameter(index, &**text),
        Value::Bytes(bytes) => statement.raw_bind_parameter(index, &**bytes),
        Value::Date(date) => {
            moment(&mut |to| moment::write_date(to, *date))?;
            statement.raw_bind_parameter(index, short.as_str())
        }
        Value::Time(time) => {
            moment(&mut |to| moment::write_time(to, *time))?;
            statement.raw_bind_parameter(index, short.as_str())
        }
        Value::DateTime(at) => {
            moment(&mut |to| moment::write_date_time(to, *at))?;
            statement.raw_bind_parameter(index, short.as_str())
        }
        Value::Timestamp(at) => {
            moment(&mut |to| moment::write_timestamp(to, *at))?;
            statement.raw_bind_parameter(index, short.as_str())
        }
        Value::Uuid(uuid) => {
            let mut text = [0; Hyphenated::LENGTH];
            statement.raw_bind_parameter(index, &*uuid.hyphenated().encode_lower(&mut text))
        }
        Value::Json(json) => statement.raw_bind_parameter(index, json.to_string()),
        Value::List(_) => return Err(refuse("SQLite has no arrays")),
        _ => return Err(refuse("this driver does not know its type")),
    };
    bound.map_err(fail)
}

const NAN: &str = "SQLite would make NULL of NaN";
