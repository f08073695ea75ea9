//! Where a page ends, as text.

use super::order::Sorted;
use crate::ModelMeta;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike};
use manybase_driver::{Error, ErrorKind, Result};
use manybase_sql::Value;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// The form of the text. Another one is another number, so that an old text is told from a broken one.
const VERSION: u8 = 1;

/// A place between two rows of an ordered query, as text that can stand in a link.
///
/// It holds the row's values of the columns in the order, and which model and order it belongs to: used with another
/// one, or after it has been changed, it is an [`ErrorKind::Cursor`] error. It is not encrypted, so order by nothing
/// that is to stay a secret; and it is not signed: somebody who makes one of his own gets to another place of what the
/// query gives, to no other rows.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Person>(&db).await?;
/// # Person::insert_many(["Ann", "Bob"].map(|name| Person { id: 0, name: name.into() }), &db).await?;
/// let page = Person::query().order_by(|c| c.name.asc()).page(1).fetch(&db).await?;
/// let link = format!("/people?after={}", page.next().expect("Bob is there"));
/// # assert!(link.len() > 30);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl AsRef<str> for Cursor {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.0
    }
}

impl From<String> for Cursor {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// The cursor of a row with these values of its columns.
pub(super) fn write(meta: &ModelMeta, order: &[Sorted], values: &[Value]) -> Result<Cursor> {
    let mut bytes = vec![VERSION];
    bytes.extend(fingerprint(meta, order).to_le_bytes());
    for key in order {
        let column = &meta.columns[key.at];
        let value = values.get(key.at).unwrap_or(&Value::Null);
        put(value, &mut bytes).ok_or_else(|| {
            let what = format!(
                "pages can't be ordered by column {}: it is {}",
                column.name,
                value.kind()
            );
            Error::new(ErrorKind::Statement, what).with_help("order by another column")
        })?;
    }
    let sum = fnv(bytes.iter().copied()) as u32;
    bytes.extend(sum.to_le_bytes());
    Ok(Cursor(URL_SAFE_NO_PAD.encode(bytes)))
}

/// The values that a cursor holds, one for each key of the order.
pub(super) fn read(meta: &ModelMeta, order: &[Sorted], text: &str) -> Result<Vec<Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| broken())?;
    let Some((rest, sum)) = bytes.split_last_chunk::<4>() else {
        return Err(broken());
    };
    match rest.first() {
        Some(&VERSION) => {}
        Some(version) if fnv(rest.iter().copied()) as u32 == u32::from_le_bytes(*sum) => {
            let what = format!("this cursor has form {version}, and this version reads form {VERSION}");
            return Err(first_page(Error::new(ErrorKind::Cursor, what)));
        }
        _ => return Err(broken()),
    }
    if fnv(rest.iter().copied()) as u32 != u32::from_le_bytes(*sum) {
        return Err(broken());
    }
    let mut left = Reader(&rest[1..]);
    if left.take().map(u64::from_le_bytes) != Some(fingerprint(meta, order)) {
        let what = "this cursor belongs to a query of another model, or with another order";
        return Err(first_page(Error::new(ErrorKind::Cursor, what)));
    }
    let values = order.iter().map(|_| left.value()).collect::<Option<Vec<_>>>();
    values.filter(|_| left.0.is_empty()).ok_or_else(broken)
}

#[cold]
fn broken() -> Error {
    first_page(Error::new(
        ErrorKind::Cursor,
        "this is no cursor, or it has been changed",
    ))
}

fn first_page(error: Error) -> Error {
    error.with_help("begin with the first page: leave the cursor out")
}

/// What a cursor belongs to. The same in every process and on every machine.
fn fingerprint(meta: &ModelMeta, order: &[Sorted]) -> u64 {
    let mut text = format!("{}\0{}", meta.name, meta.table);
    for key in order {
        let way = match (key.descending, key.nulls_first) {
            (false, true) => "a",
            (false, false) => "b",
            (true, true) => "c",
            (true, false) => "d",
        };
        text.push('\0');
        text.push_str(&meta.columns[key.at].name);
        text.push('\0');
        text.push_str(way);
    }
    fnv(text.bytes())
}

/// FNV-1a: it finds slips, and withstands nobody.
fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// `None` for what has no order that all databases share.
fn put(value: &Value, to: &mut Vec<u8>) -> Option<()> {
    let mut tagged = |tag: u8, bytes: &[u8]| {
        to.push(tag);
        to.extend_from_slice(bytes);
    };
    match value {
        Value::Null => tagged(0, &[]),
        Value::Bool(flag) => tagged(1, &[u8::from(*flag)]),
        Value::I64(number) => tagged(2, &number.to_le_bytes()),
        Value::U64(number) => tagged(3, &number.to_le_bytes()),
        Value::F32(number) => tagged(4, &number.to_bits().to_le_bytes()),
        Value::F64(number) => tagged(5, &number.to_bits().to_le_bytes()),
        Value::Decimal(number) => tagged(6, &number.serialize()),
        Value::Text(text) => {
            tagged(7, &u32::try_from(text.len()).ok()?.to_le_bytes());
            to.extend_from_slice(text.as_bytes());
        }
        Value::Bytes(bytes) => {
            tagged(8, &u32::try_from(bytes.len()).ok()?.to_le_bytes());
            to.extend_from_slice(bytes);
        }
        Value::Date(date) => tagged(9, &date.num_days_from_ce().to_le_bytes()),
        Value::Time(time) => {
            tagged(10, &time.num_seconds_from_midnight().to_le_bytes());
            to.extend(time.nanosecond().to_le_bytes());
        }
        Value::DateTime(at) => tagged(11, &at.and_utc().timestamp_micros().to_le_bytes()),
        Value::Timestamp(at) => tagged(12, &at.timestamp_micros().to_le_bytes()),
        Value::Uuid(uuid) => tagged(13, uuid.as_bytes()),
        _ => return None,
    }
    Some(())
}

struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, left) = self.0.split_first_chunk::<N>()?;
        self.0 = left;
        Some(*taken)
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        let len = usize::try_from(u32::from_le_bytes(self.take()?)).ok()?;
        let (taken, left) = self.0.split_at_checked(len)?;
        self.0 = left;
        Some(taken.to_vec())
    }

    fn value(&mut self) -> Option<Value> {
        let [tag] = self.take()?;
        Some(match tag {
            0 => Value::Null,
            1 => match self.take()? {
                [0] => Value::Bool(false),
                [1] => Value::Bool(true),
                _ => return None,
            },
            2 => Value::I64(i64::from_le_bytes(self.take()?)),
            3 => Value::U64(u64::from_le_bytes(self.take()?)),
            4 => Value::F32(f32::from_bits(u32::from_le_bytes(self.take()?))),
            5 => Value::F64(f64::from_bits(u64::from_le_bytes(self.take()?))),
            6 => Value::Decimal(decimal(self.take()?)?),
            7 => Value::Text(String::from_utf8(self.bytes()?).ok()?),
            8 => Value::Bytes(self.bytes()?),
            9 => Value::Date(NaiveDate::from_num_days_from_ce_opt(i32::from_le_bytes(
                self.take()?,
            ))?),
            10 => {
                let seconds = u32::from_le_bytes(self.take()?);
                let nanos = u32::from_le_bytes(self.take()?);
                Value::Time(NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos)?)
            }
            11 => Value::DateTime(
                DateTime::from_timestamp_micros(i64::from_le_bytes(self.take()?))?.naive_utc(),
            ),
            12 => Value::Timestamp(DateTime::from_timestamp_micros(i64::from_le_bytes(self.take()?))?),
            13 => Value::Uuid(Uuid::from_bytes(self.take()?)),
            _ => return None,
        })
    }
}

/// The library takes any flags; here only what it has written itself.
fn decimal(bytes: [u8; 16]) -> Option<Decimal> {
    let scale = bytes[2];
    let sign = bytes[3];
    (bytes[..2] == [0, 0] && scale <= 28 && sign & 0x7f == 0).then(|| Decimal::deserialize(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MetaBuilder, Role};

    fn meta() -> ModelMeta {
        let meta = MetaBuilder::new("Line", "line".into(), None).column::<i64>("id", "id", Role::Key);
        meta.column::<Option<String>>("text", "text", Role::Plain)
            .finish()
    }

    fn by(at: usize, descending: bool) -> Sorted {
        Sorted {
            at,
            descending,
            nulls_first: !descending,
        }
    }

    #[test]
    fn every_kind_of_value_comes_back() {
        let at = DateTime::from_timestamp_micros(-62_135_596_799_123_456).expect("in range");
        let time = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).expect("a time");
        for value in [
            Value::Null,
            Value::Bool(true),
            Value::Bool(false),
            Value::I64(i64::MIN),
            Value::U64(u64::MAX),
            Value::F32(-0.1),
            Value::F64(f64::INFINITY),
            Value::Decimal("-79228162514264337593543950335".parse().expect("a number")),
            Value::Decimal("0.0000000000000000000000000001".parse().expect("a number")),
            Value::Text("ä\0'\"".into()),
            Value::Bytes(vec![0, 255]),
            Value::Date(at.date_naive()),
            Value::Time(time),
            Value::DateTime(at.naive_utc()),
            Value::Timestamp(at),
            Value::Uuid(Uuid::from_u128(7)),
        ] {
            let order = [by(1, false), by(0, true)];
            let cursor = write(&meta(), &order, &[Value::I64(7), value.clone()]).expect("written");
            let back = read(&meta(), &order, cursor.as_ref()).expect("read");
            assert_eq!(back, [value, Value::I64(7)]);
        }
        let json = Value::from(serde_json::json!(1));
        assert!(write(&meta(), &[by(1, false)], &[Value::Null, json]).is_err());
    }

    #[test]
    fn what_was_changed_is_found_out() {
        let order = [by(1, false), by(0, false)];
        let cursor = write(&meta(), &order, &[Value::I64(7), "abc".into()]).expect("written");
        let text = cursor.as_ref();
        for at in 0..text.len() {
            for to in ["A", "z", "_", "", "!"] {
                let changed = format!("{}{to}{}", &text[..at], &text[at + 1..]);
                if changed == text {
                    continue;
                }
                let error = read(&meta(), &order, &changed).expect_err("changed");
                assert_eq!(error.kind(), ErrorKind::Cursor, "{changed}");
            }
        }
        for text in ["", "A", "7", "ä", "AAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(
                read(&meta(), &order, text).expect_err("none").kind(),
                ErrorKind::Cursor
            );
        }
        for other in [
            vec![by(1, true), by(0, false)],
            vec![by(1, false)],
            vec![by(0, false), by(1, false)],
        ] {
            let error = read(&meta(), &other, text).expect_err("another order");
            assert!(error.message().contains("another order"), "{error}");
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(text).expect("written so");
        bytes.truncate(bytes.len() - 4);
        bytes[0] = 9;
        let sum = fnv(bytes.iter().copied()) as u32;
        bytes.extend(sum.to_le_bytes());
        let error = read(&meta(), &order, &URL_SAFE_NO_PAD.encode(bytes)).expect_err("of the future");
        assert!(error.message().contains("form 9"), "{error}");
    }
}
