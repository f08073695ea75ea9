//! Documents.

use super::{CellResult, ColumnType};
use manybase_driver::{CellError, Row};
use manybase_sql::{DataType, Value};
use serde::{Serialize, de::DeserializeOwned};
use std::ops::{Deref, DerefMut};

/// A JSON document as a Rust value, through serde. In a model, `#[model(json)]` on the field does the same
/// without the wrapper.
///
/// ```
/// use manybase_record::{ColumnType, Json};
/// let tags = Json(vec!["new".to_owned()]);
/// assert_eq!(tags.len(), 1);
/// assert!(tags.encode().is_ok());
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Json<T>(
    /// The value.
    pub T,
);

impl<T> Json<T> {
    /// The value to bind, from a reference.
    ///
    /// # Errors
    /// What serde can't write as JSON, such as a map whose keys are no texts.
    ///
    /// ```
    /// use manybase_record::Json;
    /// let tags = vec!["new", "red"];
    /// assert!(Json::encode_ref(&tags).is_ok());
    /// ```
    pub fn encode_ref(value: &T) -> CellResult<Value>
    where
        T: Serialize,
    {
        let document = serde_json::to_value(value);
        document
            .map(Value::from)
            .map_err(|error| CellError::format("JSON", error.to_string()))
    }
}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> ColumnType for Json<T> {
    const DATA_TYPE: DataType = DataType::Json;
    type OrNull = Option<Self>;

    fn encode(&self) -> CellResult<Value> {
        Self::encode_ref(&self.0)
    }

    fn decode(row: &dyn Row, index: usize) -> CellResult<Self> {
        let text = row.json(index)?.ok_or_else(|| Box::new(CellError::Null))?;
        // serde's message tells line and column, and for some errors a piece of the document, which may be private.
        serde_json::from_str(text).map(Self).map_err(|error| {
            let reason = format!(
                "at line {} column {} of the document",
                error.line(),
                error.column()
            );
            CellError::format(std::any::type_name::<T>(), reason)
        })
    }
}

impl ColumnType for serde_json::Value {
    const DATA_TYPE: DataType = DataType::Json;
    type OrNull = Option<Self>;

    fn encode(&self) -> CellResult<Value> {
        Ok(Value::from(self.clone()))
    }

    fn decode(row: &dyn Row, index: usize) -> CellResult<Self> {
        Json::<Self>::decode(row, index).map(|json| json.0)
    }
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}
