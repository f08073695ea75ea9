//! Defaults.

use manybase_db::{Error, ErrorKind, Result};
use manybase_sql::{DataType, Dialect, SqlWriter, Value};
use serde::{Deserialize, Serialize};

/// What a database puts into a column by itself: a value, or SQL.
///
/// ```
/// use manybase_migrate::schema::DefaultValue;
/// assert_eq!(serde_json::to_string(&DefaultValue::Integer(7))?, r#"{"integer":7}"#);
/// assert_eq!(DefaultValue::from("new"), DefaultValue::Text("new".into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultValue {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// One above `i64::MAX`.
    Unsigned(u64),
    /// A floating-point number.
    Float(f64),
    /// An exact decimal.
    Decimal(String),
    /// Text.
    Text(String),
    /// Bytes, two hexadecimal digits each.
    Bytes(String),
    /// A day: `2026-01-31`.
    Date(String),
    /// A time of day: `23:59:59`.
    Time(String),
    /// Day and time: `2026-01-31T23:59:59`.
    Datetime(String),
    /// An instant: `2026-01-31T23:59:59Z`.
    Timestamp(String),
    /// A UUID.
    Uuid(String),
    /// A JSON document.
    Json(serde_json::Value),
    /// SQL, as the database takes it.
    Sql(String),
}

impl DefaultValue {
    /// A value of the library, where it can be a default.
    ///
    /// # Errors
    /// [`ErrorKind::Statement`] for NULL and lists.
    ///
    /// ```
    /// use manybase_migrate::schema::DefaultValue;
    /// assert_eq!(DefaultValue::of(&7i64.into())?, DefaultValue::Integer(7));
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn of(value: &Value) -> Result<Self> {
        Ok(match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::I64(value) => Self::Integer(*value),
            Value::U64(value) => Self::Unsigned(*value),
            Value::F32(value) => Self::Float(value.to_string().parse().unwrap_or(f64::from(*value))),
            Value::F64(value) => Self::Float(*value),
            Value::Decimal(value) => Self::Decimal(value.normalize().to_string()),
            Value::Text(value) => Self::Text(value.clone()),
            Value::Bytes(value) => Self::Bytes(value.iter().map(|byte| format!("{byte:02x}")).collect()),
            Value::Date(value) => Self::Date(value.to_string()),
            Value::Time(value) => Self::Time(value.to_string()),
            Value::DateTime(value) => Self::Datetime(value.format("%FT%T%.f").to_string()),
            Value::Timestamp(value) => Self::Timestamp(value.to_rfc3339()),
            Value::Uuid(value) => Self::Uuid(value.to_string()),
            Value::Json(value) => Self::Json((**value).clone()),
            other => {
                let what = format!(
                    "a default can't be {}: leave it out, or set the value in code",
                    other.kind()
                );
                return Err(Error::new(ErrorKind::Statement, what));
            }
        })
    }

    /// A value of a type, from a text as it is written on a command line: `7`, `true`, `2026-01-31`.
    ///
    /// # Errors
    /// [`ErrorKind::Statement`] for a text that is no value of the type.
    ///
    /// ```
    /// use manybase_migrate::schema::DefaultValue;
    /// use manybase_sql::DataType;
    /// assert_eq!(DefaultValue::parse("7", DataType::I32)?, DefaultValue::Integer(7));
    /// assert_eq!(DefaultValue::parse("7", DataType::Text { length: None })?, DefaultValue::Text("7".into()));
    /// assert!(DefaultValue::parse("seven", DataType::I32).is_err());
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn parse(text: &str, of: DataType) -> Result<Self> {
        let own = || text.to_owned();
        let value = match of {
            DataType::Bool => text.parse().ok().map(Self::Bool),
            DataType::U64 => text.parse().ok().map(Self::Unsigned),
            _ if of.is_integer() => text.parse().ok().map(Self::Integer),
            _ if of.is_float() => text.parse().ok().map(Self::Float),
            _ if of.is_decimal() => Some(Self::Decimal(own())),
            _ if of.is_text() => Some(Self::Text(own())),
            DataType::Bytes => Some(Self::Bytes(own())),
            DataType::Date => Some(Self::Date(own())),
            DataType::Time => Some(Self::Time(own())),
            DataType::DateTime => Some(Self::Datetime(text.replacen(' ', "T", 1))),
            DataType::Timestamp => Some(Self::Timestamp(text.replacen(' ', "T", 1))),
            DataType::Uuid => Some(Self::Uuid(own())),
            DataType::Json => serde_json::from_str(text).ok().map(Self::Json),
            _ => None,
        };
        let wrong = || {
            let what = format!("{text:?} is no {}", super::type_text(of));
            Error::new(ErrorKind::Statement, what).with_help("write a value of the column's type")
        };
        let value = value.ok_or_else(wrong)?;
        // A day or a number that is none is found here, and not by the database.
        value.value().map(|_| value).map_err(|_| wrong())
    }

    /// The value; `None` for SQL.
    fn value(&self) -> Result<Option<Value>> {
        let wrong = |what: &str, text: &str| {
            Error::new(
                ErrorKind::Statement,
                format!("the default \"{text}\" is no {what}"),
            )
        };
        Ok(Some(match self {
            Self::Bool(value) => (*value).into(),
            Self::Integer(value) => (*value).into(),
            Self::Unsigned(value) => (*value).into(),
            Self::Float(value) => (*value).into(),
            Self::Decimal(text) => Value::Decimal(text.parse().map_err(|_| wrong("decimal", text))?),
            Self::Text(text) => text.clone().into(),
            Self::Bytes(text) => {
                Value::Bytes(bytes(text).ok_or_else(|| wrong("list of bytes in hexadecimal digits", text))?)
            }
            Self::Date(text) => Value::Date(text.parse().map_err(|_| wrong("day", text))?),
            Self::Time(text) => Value::Time(text.parse().map_err(|_| wrong("time", text))?),
            Self::Datetime(text) => Value::DateTime(text.parse().map_err(|_| wrong("day and time", text))?),
            Self::Timestamp(text) => Value::Timestamp(text.parse().map_err(|_| wrong("instant", text))?),
            Self::Uuid(text) => Value::Uuid(text.parse().map_err(|_| wrong("UUID", text))?),
            Self::Json(value) => Value::Json(std::sync::Arc::new(value.clone())),
            Self::Sql(_) => return Ok(None),
        }))
    }

    /// As a literal or an expression.
    pub(crate) fn sql(&self, dialect: &dyn Dialect) -> Result<String> {
        if let Self::Sql(sql) = self {
            return Ok(sql.clone());
        }
        let value = self.value()?.unwrap_or(Value::Null);
        Ok(SqlWriter::render(dialect, |w| dialect.literal(w, &value))?.sql)
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok())
        .collect()
}

impl From<&str> for DefaultValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for DefaultValue {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for DefaultValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
