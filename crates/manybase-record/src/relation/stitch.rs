//! Keys that are the same although two databases keep them as different types.

use super::link::Ends;
use crate::{Model, Values};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use manybase_driver::{Error, Result};
use manybase_sql::{DataType, Value};
use rust_decimal::Decimal;
use std::borrow::Cow;
use uuid::Uuid;

/// As what the values of two columns are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Text,
    Bytes,
    Uuid,
    Date,
    Time,
    Moment,
}

impl Kind {
    /// `None` when no value of the one type is one of the other.
    pub(super) fn of(a: DataType, b: DataType) -> Option<Self> {
        let alone = |of: DataType| match of {
            DataType::Bool | DataType::Decimal { .. } => Some(Self::Number),
            of if of.is_integer() => Some(Self::Number),
            of if of.is_text() => Some(Self::Text),
            DataType::Bytes => Some(Self::Bytes),
            DataType::Uuid => Some(Self::Uuid),
            DataType::Date => Some(Self::Date),
            DataType::Time => Some(Self::Time),
            DataType::DateTime | DataType::Timestamp => Some(Self::Moment),
            _ => None,
        };
        match (alone(a)?, alone(b)?) {
            (a, b) if a == b => Some(a),
            // Databases without the type keep a UUID as one of these.
            (Self::Uuid, Self::Text | Self::Bytes) | (Self::Text | Self::Bytes, Self::Uuid) => {
                Some(Self::Uuid)
            }
            _ => None,
        }
    }
}

/// A key in one form: whole numbers of any width, and decimals without a fraction, as numbers; UUIDs as such, also
/// where they are kept as text or bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Stitch {
    Number(i128),
    Fraction(Decimal),
    Text(String),
    Bytes(Vec<u8>),
    Uuid(Uuid),
    Date(NaiveDate),
    Time(NaiveTime),
    Moment(NaiveDateTime),
    Row(Box<[Stitch]>),
}

impl Stitch {
    /// `None` for what points to nothing: NULL, and a text that is no UUID where the other end has UUIDs.
    pub(super) fn of(value: &Value, kind: Kind) -> Option<Self> {
        Some(match (value, kind) {
            (Value::I64(v), _) => Self::Number(i128::from(*v)),
            (Value::U64(v), _) => Self::Number(i128::from(*v)),
            (Value::Bool(v), _) => Self::Number(i128::from(*v)),
            (Value::Decimal(v), _) if v.fract().is_zero() => Self::Number(v.trunc().mantissa()),
            (Value::Decimal(v), _) => Self::Fraction(v.normalize()),
            (Value::Text(v), Kind::Uuid) => Self::Uuid(Uuid::try_parse(v.trim_end_matches(' ')).ok()?),
            (Value::Bytes(v), Kind::Uuid) => Self::Uuid(Uuid::from_slice(v).ok()?),
            (Value::Text(v), _) => Self::Text(v.clone()),
            (Value::Uuid(v), _) => Self::Uuid(*v),
            (Value::Bytes(v), _) => Self::Bytes(v.clone()),
            (Value::Date(v), _) => Self::Date(*v),
            (Value::Time(v), _) => Self::Time(*v),
            (Value::DateTime(v), _) => Self::Moment(*v),
            (Value::Timestamp(v), _) => Self::Moment(v.naive_utc()),
            _ => return None,
        })
    }

    /// Adds the values for which a column of this type is asked: none if it can't hold the key, several if it can hold
    /// it in several forms.
    pub(super) fn bind(&self, to: DataType, out: &mut Vec<Value>) {
        let one: Option<Value> = match (self, to) {
            (Self::Number(v), DataType::Bool) => {
                u8::try_from(*v).ok().filter(|v| *v < 2).map(|v| (v == 1).into())
            }
            (Self::Number(v), DataType::I16) => i16::try_from(*v).ok().map(Value::from),
            (Self::Number(v), DataType::I32) => i32::try_from(*v).ok().map(Value::from),
            (Self::Number(v), DataType::I64) => i64::try_from(*v).ok().map(Value::from),
            (Self::Number(v), DataType::U64) => u64::try_from(*v).ok().map(Value::from),
            (Self::Number(v), _) => Decimal::try_from_i128_with_scale(*v, 0).ok().map(Value::from),
            (Self::Fraction(v), DataType::Decimal { .. }) => Some((*v).into()),
            (Self::Text(v), _) => {
                // What a CHAR column has behind the text is no part of it, and other databases do not know that.
                let short = v.trim_end_matches(' ');
                if short.len() < v.len() {
                    out.push(short.into());
                }
                Some(v.as_str().into())
            }
            (Self::Bytes(v), _) => Some(v.as_slice().into()),
            (Self::Uuid(v), DataType::Uuid) => Some((*v).into()),
            (Self::Uuid(v), DataType::Bytes) => Some(v.as_bytes().as_slice().into()),
            (Self::Uuid(v), _) => {
                let text = v.to_string();
                out.push(text.to_uppercase().into());
                Some(text.into())
            }
            (Self::Date(v), _) => Some((*v).into()),
            (Self::Time(v), _) => Some((*v).into()),
            (Self::Moment(v), DataType::Timestamp) => Some(v.and_utc().into()),
            (Self::Moment(v), _) => Some((*v).into()),
            // The parts of a row are bound one by one.
            (Self::Fraction(_) | Self::Row(_), _) => None,
        };
        out.extend(one);
    }

    /// Whether a column of this type can hold the key in several forms.
    pub(super) fn has_forms(&self, to: DataType) -> bool {
        match self {
            Self::Text(v) => v.ends_with(' '),
            Self::Uuid(_) => to.is_text(),
            _ => false,
        }
    }

    /// What is the same for all keys that a database may take for equal, because of the case of letters or of blanks
    /// behind the text.
    pub(super) fn folded(&self) -> Cow<'_, Self> {
        match self {
            Self::Text(v) => Cow::Owned(Self::Text(v.trim_end_matches(' ').to_lowercase())),
            Self::Row(parts) => Cow::Owned(Self::Row(
                parts.iter().map(|part| part.folded().into_owned()).collect(),
            )),
            other => Cow::Borrowed(other),
        }
    }

    /// The keys of its columns.
    pub(super) fn parts(&self) -> &[Self] {
        match self {
            Self::Row(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// The number, where it is a whole one of the usual width.
    pub(super) fn whole(&self) -> Option<i64> {
        match self {
            Self::Number(number) => i64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// About how many bytes it takes to send.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Text(v) => v.len() + 3,
            Self::Bytes(v) => 2 * v.len() + 3,
            Self::Row(parts) => parts.iter().map(Self::size).sum(),
            _ => 40,
        }
    }
}

/// Reads the key of one record after another.
pub(super) struct Reader {
    columns: Vec<(usize, Kind, Values)>,
}

impl Reader {
    /// Of the records at this end.
    pub(super) fn here(ends: &Ends) -> Self {
        Self::new(&ends.here, &ends.kinds)
    }

    /// Of the records at the other end.
    pub(super) fn there(ends: &Ends) -> Self {
        Self::new(&ends.there, &ends.kinds)
    }

    pub(super) fn new(at: &[usize], kinds: &[Kind]) -> Self {
        let column = |(&at, &kind)| (at, kind, Values::only(at));
        Self {
            columns: at.iter().zip(kinds).map(column).collect(),
        }
    }

    /// The key, where it is one whole number as most keys are; `None` where it may be something else.
    #[inline]
    pub(super) fn whole<M: Model>(&self, record: &M) -> Option<i64> {
        match self.columns.as_slice() {
            [(at, ..)] => Values::whole(record, *at),
            _ => None,
        }
    }

    /// `None` when it points to nothing: a part of it is NULL.
    pub(super) fn read<M: Model>(&mut self, record: &M) -> Result<Option<Stitch>> {
        if let [(at, kind, values)] = self.columns.as_mut_slice() {
            return read(record, *at, *kind, values);
        }
        let mut parts = Vec::with_capacity(self.columns.len());
        for (at, kind, values) in &mut self.columns {
            match read(record, *at, *kind, values)? {
                Some(part) => parts.push(part),
                None => return Ok(None),
            }
        }
        Ok(Some(Stitch::Row(parts.into())))
    }
}

fn read<M: Model>(record: &M, at: usize, kind: Kind, values: &mut Values) -> Result<Option<Stitch>> {
    value(record, at, values).map(|value| Stitch::of(value, kind))
}

#[inline]
fn value<'v, M: Model>(record: &M, at: usize, values: &'v mut Values) -> Result<&'v Value> {
    values.start_again(at);
    record.encode(values);
    let value = values.values()?.first();
    value.ok_or_else(|| Error::driver(format!("{} has no column {at}", M::meta().name)))
}
