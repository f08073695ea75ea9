//! What the types of columns mean.

use crate::DataType;
use std::fmt;

/// A column's type as the catalog tells it.
///
/// ```
/// use manybase_sql::{catalog::{ColumnKind, NativeType}, dialect, Dialect};
/// let native = NativeType { full: "DECIMAL_TEXT(10, 2)", base: "DECIMAL_TEXT(10, 2)", ..NativeType::default() };
/// let kind = dialect::sqlite().catalog().expect("SQLite has one").kind(&native);
/// assert_eq!(kind, ColumnKind::Decimal { precision: Some((10, 2)) });
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct NativeType<'a> {
    /// As SQL writes it, with its length.
    pub full: &'a str,
    /// Its name alone; a domain's is that of what it is made of.
    pub base: &'a str,
    /// The longest text.
    pub length: Option<i64>,
    /// Digits of a decimal.
    pub precision: Option<i64>,
    /// Those after the point.
    pub scale: Option<i64>,
    /// It is an enum of the database.
    pub is_enum: bool,
}

/// What a column holds, more exactly than [`DataType`]: with widths and signs of whole numbers.
///
/// ```
/// use manybase_sql::{catalog::ColumnKind, DataType};
/// let kind = ColumnKind::Integer { bits: 8, signed: false };
/// assert_eq!(kind.to_string(), "unsigned integer(8)");
/// assert_eq!(kind.data_type(), Some(DataType::I16));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnKind {
    /// True or false.
    Bool,
    /// A whole number.
    Integer {
        /// 8, 16, 32 or 64.
        bits: u8,
        /// Whether it can be below zero.
        signed: bool,
    },
    /// IEEE 754 single.
    F32,
    /// IEEE 754 double.
    F64,
    /// Exact decimal.
    Decimal {
        /// Total digits and digits after the point.
        precision: Option<(u8, u8)>,
    },
    /// Text.
    Text {
        /// Longest value, in characters.
        length: Option<u32>,
    },
    /// Text of a fixed width, in characters.
    Char(u32),
    /// Bytes.
    Bytes,
    /// A calendar day.
    Date,
    /// A time of day.
    Time,
    /// Day and time without a zone.
    DateTime,
    /// An instant.
    Timestamp,
    /// A UUID.
    Uuid,
    /// A JSON document.
    Json,
    /// One of a list of texts.
    Enum,
    /// A type that Manybase does not read.
    Other,
}

impl ColumnKind {
    /// The type in terms of statements and schema objects; `None` for [`ColumnKind::Other`].
    ///
    /// ```
    /// use manybase_sql::{catalog::ColumnKind, DataType};
    /// assert_eq!(ColumnKind::Enum.data_type(), Some(DataType::Text { length: None }));
    /// assert_eq!(ColumnKind::Other.data_type(), None);
    /// ```
    pub fn data_type(self) -> Option<DataType> {
        Some(match self {
            Self::Bool => DataType::Bool,
            Self::Integer {
                bits: 64,
                signed: false,
            } => DataType::U64,
            Self::Integer { bits, signed } => match bits + u8::from(!signed) {
                ..=16 => DataType::I16,
                17..=32 => DataType::I32,
                _ => DataType::I64,
            },
            Self::F32 => DataType::F32,
            Self::F64 => DataType::F64,
            Self::Decimal { precision } => DataType::Decimal { precision },
            Self::Text { length } => DataType::Text { length },
            Self::Char(length) => DataType::Char(length),
            Self::Bytes => DataType::Bytes,
            Self::Date => DataType::Date,
            Self::Time => DataType::Time,
            Self::DateTime => DataType::DateTime,
            Self::Timestamp => DataType::Timestamp,
            Self::Uuid => DataType::Uuid,
            Self::Json => DataType::Json,
            Self::Enum => DataType::Text { length: None },
            Self::Other => return None,
        })
    }

    pub(super) fn signed(bits: u8) -> Self {
        Self::Integer { bits, signed: true }
    }

    pub(super) fn decimal(precision: Option<i64>, scale: Option<i64>) -> Self {
        let digits = |number: Option<i64>| number.and_then(|number| u8::try_from(number).ok());
        let precision = digits(precision).map(|total| (total, digits(scale).unwrap_or(0)));
        Self::Decimal { precision }
    }

    pub(super) fn text(length: Option<i64>) -> Self {
        let length = length.and_then(|length| u32::try_from(length).ok());
        Self::Text { length }
    }

    pub(super) fn fixed(length: Option<i64>) -> Self {
        Self::Char(length.and_then(|length| u32::try_from(length).ok()).unwrap_or(1))
    }
}

impl fmt::Display for ColumnKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("boolean"),
            Self::Integer { bits, signed: true } => write!(f, "integer({bits})"),
            Self::Integer { bits, signed: false } => write!(f, "unsigned integer({bits})"),
            Self::F32 => f.write_str("float(32)"),
            Self::F64 => f.write_str("float(64)"),
            Self::Decimal { precision: None } => f.write_str("decimal"),
            Self::Decimal {
                precision: Some((total, scale)),
            } => write!(f, "decimal({total}, {scale})"),
            Self::Text { length: None } => f.write_str("text"),
            Self::Text { length: Some(length) } => write!(f, "text({length})"),
            Self::Char(length) => write!(f, "char({length})"),
            Self::Bytes => f.write_str("bytes"),
            Self::Date => f.write_str("date"),
            Self::Time => f.write_str("time"),
            Self::DateTime => f.write_str("date and time"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Uuid => f.write_str("uuid"),
            Self::Json => f.write_str("json"),
            Self::Enum => f.write_str("enum"),
            Self::Other => f.write_str("other"),
        }
    }
}
