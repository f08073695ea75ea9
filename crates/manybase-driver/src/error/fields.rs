//! What is wrong with the fields of a record.

use super::{Error, ErrorKind, Result};
use std::borrow::Cow;
use std::fmt;

/// What is wrong with one field. It never holds the value itself.
///
/// ```
/// use manybase_driver::FieldErrors;
/// let mut errors = FieldErrors::default();
/// errors.add("email", "has no @");
/// let error = errors.iter().next().unwrap();
/// assert_eq!((&*error.field, &*error.code, &*error.message), ("email", "invalid", "has no @"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// The field, with dots inside embedded structs. Empty for the record as a whole.
    pub field: Cow<'static, str>,
    /// What a program tells it by, such as a form that has texts of its own: `min_len`, `max_len`, `non_empty`,
    /// `range`, `one_of`, `taken`, `invalid`, or one of the model's own.
    pub code: Cow<'static, str>,
    /// What a person is told.
    pub message: String,
    /// Which record of several, counted from 0.
    pub record: Option<usize>,
}

/// What is wrong with the fields of a record, or of several.
///
/// ```
/// use manybase_driver::{ErrorKind, FieldErrors};
/// let mut errors = FieldErrors::default();
/// assert!(errors.clone().into_result().is_ok());
/// errors.add("email", "has no @");
/// errors.add_code("age", "too_young", "is below 18");
/// assert!(errors.of("age").next().is_some());
///
/// let error = errors.into_result().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Validation);
/// assert_eq!(error.field_errors().len(), 2);
/// assert_eq!(error.message(), "email has no @; age is below 18");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors {
    errors: Vec<FieldError>,
    /// The record that is looked at.
    record: Option<usize>,
}

/// So many are told in the message of the error.
const TOLD: usize = 5;

impl FieldErrors {
    /// Something is wrong with a field.
    pub fn add(&mut self, field: impl Into<Cow<'static, str>>, message: impl Into<String>) {
        self.add_code(field, "invalid", message);
    }

    /// Something is wrong with a field, with a code for programs.
    pub fn add_code(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) {
        self.errors.push(FieldError {
            field: field.into(),
            code: code.into(),
            message: message.into(),
            record: self.record,
        });
    }

    /// What is added from here on is about this one of several records.
    pub fn set_record(&mut self, record: Option<usize>) {
        self.record = record;
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &FieldError> {
        self.errors.iter()
    }

    /// Those of one field.
    pub fn of<'e>(&'e self, field: &'e str) -> impl Iterator<Item = &'e FieldError> {
        self.iter().filter(move |error| error.field == field)
    }

    /// As a slice.
    pub fn as_slice(&self) -> &[FieldError] {
        &self.errors
    }

    /// An error unless there is nothing wrong.
    ///
    /// # Errors
    /// [`ErrorKind::Validation`].
    pub fn into_result(self) -> Result<()> {
        match self.is_empty() {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Validation, self.to_string()).with_field_errors(self)),
        }
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.errors.iter().take(TOLD).enumerate() {
            f.write_str(if at > 0 { "; " } else { "" })?;
            if let Some(record) = error.record {
                write!(f, "record {}: ", record + 1)?;
            }
            match &*error.field {
                "" => write!(f, "{}", error.message)?,
                field => write!(f, "{field} {}", error.message)?,
            }
        }
        match self.errors.len().saturating_sub(TOLD) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl Error {
    /// Adds what is wrong with which field.
    ///
    /// ```
    /// use manybase_driver::{Error, ErrorKind, FieldErrors};
    /// let mut fields = FieldErrors::default();
    /// fields.add_code("email", "taken", "is taken");
    /// let error = Error::new(ErrorKind::UniqueViolation, "the value is there already").with_field_errors(fields);
    /// assert_eq!(error.field_errors()[0].field, "email");
    /// ```
    #[must_use]
    pub fn with_field_errors(mut self, fields: FieldErrors) -> Self {
        self.0.fields = Some(Box::new(fields));
        self
    }

    /// What is wrong with which field: of a record that breaks the rules of its model, and of a unique violation
    /// whose field is known. Empty for other errors.
    ///
    /// ```
    /// use manybase_driver::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::Deadlock, "two wait for each other").field_errors().is_empty());
    /// ```
    pub fn field_errors(&self) -> &[FieldError] {
        self.0.fields.as_deref().map_or(&[], FieldErrors::as_slice)
    }
}
