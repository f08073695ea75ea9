//! Values that steps leave for those after them.

use crate::{StepError, StepResult};
use manybase_db::{Error, ErrorKind, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// The values that the steps of a saga have put, by name.
///
/// ```
/// use manybase_saga::Data;
/// let data: Data = serde_json::from_str(r#"{"user": 7}"#)?;
/// assert_eq!(data.get::<i64>("user")?, Some(7));
/// assert_eq!(data.get::<i64>("order")?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Data(Map<String, Value>);

impl Data {
    /// The value of this name, if there is one.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] when it is of another type.
    ///
    /// ```
    /// let data = manybase_saga::Data::default();
    /// assert_eq!(data.get::<String>("user")?, None);
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let value = self.0.get(name).map(T::deserialize).transpose();
        value.map_err(|error| Error::new(ErrorKind::Decode, format!("value {name:?} of a saga: {error}")))
    }

    /// The names.
    ///
    /// ```
    /// assert_eq!(manybase_saga::Data::default().names().count(), 0);
    /// ```
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn put<T: Serialize>(&mut self, name: String, value: &T) -> StepResult {
        match serde_json::to_value(value) {
            Ok(value) => {
                self.0.insert(name, value);
                Ok(())
            }
            Err(error) => Err(StepError::fatal(format!("value {name:?} can't be kept: {error}"))),
        }
    }

    /// Takes values over; later ones replace earlier ones.
    pub(crate) fn take(&mut self, later: Self) {
        self.0.extend(later.0);
    }

    /// As it is kept: nothing, if there is nothing.
    pub(crate) fn to_text(&self) -> Option<String> {
        // A map with names of text can always be written.
        (!self.is_empty()).then(|| Value::from(self.0.clone()).to_string())
    }

    pub(crate) fn from_text(text: Option<&str>) -> Result<Self> {
        match text {
            None => Ok(Self::default()),
            Some(text) => serde_json::from_str(text).map_err(|error| {
                Error::new(
                    ErrorKind::Decode,
                    format!("the values of a saga's step in its log: {error}"),
                )
            }),
        }
    }
}

/// The names, not the values: they are the users' data.
impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}
