//! Documents: what stands at a path.

use super::Expr;
use crate::{DataType, Name};

/// A step into a document.
///
/// ```
/// use manybase_sql::expr::JsonStep;
/// assert_eq!(JsonStep::from("city"), JsonStep::Key("city".into()));
/// assert_eq!(JsonStep::from(0), JsonStep::Index(0));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum JsonStep {
    /// The member of an object.
    Key(Name),
    /// The element of an array, counted from 0.
    Index(i64),
}

impl From<&'static str> for JsonStep {
    fn from(key: &'static str) -> Self {
        Self::Key(key.into())
    }
}

impl From<String> for JsonStep {
    fn from(key: String) -> Self {
        Self::Key(key.into())
    }
}

impl From<i32> for JsonStep {
    fn from(index: i32) -> Self {
        Self::Index(index.into())
    }
}

impl From<usize> for JsonStep {
    fn from(index: usize) -> Self {
        Self::Index(i64::try_from(index).unwrap_or(i64::MAX))
    }
}

/// What is asked of the place in a document. It is NULL where there is no such place, and where what stands there is of
/// another kind.
///
/// ```
/// assert_ne!(manybase_sql::expr::JsonAsked::Text, manybase_sql::expr::JsonAsked::Document);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum JsonAsked {
    /// The part as a document.
    Document,
    /// A string.
    Text,
    /// A number without a fraction, within the range of `i64`.
    Whole,
    /// A number.
    Float,
    /// `true` or `false`.
    Bool,
    /// `object`, `array`, `string`, `number`, `boolean` or `null`.
    Kind,
    /// The number of an array's elements.
    Length,
    /// Whether it contains this: each member of an object, each element of an array in any place and order, an equal
    /// value. A value by itself is also contained in an array that has it as an element.
    Contains(serde_json::Value),
}

/// Something at a place in a document.
///
/// ```
/// use manybase_sql::expr::{Json, JsonAsked};
/// use manybase_sql::{dialect, DataType, Expr, Select};
/// let city = Json {
///     document: Expr::typed_column("doc", DataType::Json, false),
///     path: vec!["address".into(), "city".into()],
///     asked: JsonAsked::Kind,
/// };
/// assert_eq!(
///     Select::from("t").item(city.into()).render(dialect::postgres())?.sql,
///     r#"SELECT JSONB_TYPEOF("doc"::jsonb -> 'address' -> 'city') FROM "t""#
/// );
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Json {
    /// The document.
    pub document: Expr,
    /// The place in it; nowhere is the document itself.
    pub path: Vec<JsonStep>,
    /// What is asked.
    pub asked: JsonAsked,
}

impl Json {
    pub(super) fn data_type(&self) -> DataType {
        match self.asked {
            JsonAsked::Document => DataType::Json,
            JsonAsked::Text | JsonAsked::Kind => DataType::Text { length: None },
            JsonAsked::Whole | JsonAsked::Length => DataType::I64,
            JsonAsked::Float => DataType::F64,
            JsonAsked::Bool | JsonAsked::Contains(_) => DataType::Bool,
        }
    }
}

impl From<Json> for Expr {
    fn from(json: Json) -> Self {
        Self::Json(Box::new(json))
    }
}
