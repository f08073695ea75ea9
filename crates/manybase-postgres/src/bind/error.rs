//! A value that can't go where it was put.

use crate::kind::sql_name;
use manybase_driver::{Error, ErrorKind};
use manybase_sql::Value;
use std::fmt;
use tokio_postgres::types::Type;

/// Told before it is known on which connection.
#[derive(Debug, Clone)]
pub(crate) struct BindError {
    index: Option<usize>,
    message: String,
    help: Option<String>,
}

impl BindError {
    fn new(message: impl Into<String>) -> Self {
        Self {
            index: None,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn wrong_type(value: &Value, ty: &Type) -> Self {
        let (kind, expected) = (value.kind(), sql_name(ty));
        let mut error = Self::new(format!("{kind} was given where {expected} is expected"));
        if matches!(*ty, Type::TEXT | Type::TEXT_ARRAY) {
            error.help = Some(
                "PostgreSQL takes a placeholder whose type it can't tell for text: write the type beside it, \
                 such as $1::bigint"
                    .into(),
            );
        } else if let (Value::DateTime(_), Type::TIMESTAMPTZ) = (value, ty.clone()) {
            error.help = Some("give an instant, DateTime<Utc>, or make the column `timestamp`".into());
        }
        error
    }

    pub(super) fn range(ty: &Type) -> Self {
        Self::new(format!("the value is out of the range of {}", sql_name(ty)))
    }

    pub(super) fn inexact(ty: &Type) -> Self {
        Self::new(format!("{} can't hold the value exactly", sql_name(ty)))
    }

    pub(super) fn nul() -> Self {
        Self::new("the text contains a NUL character, which PostgreSQL can't keep")
    }

    /// Notes which placeholder it was.
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.index.get_or_insert(index);
        self
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "${}: {}", index + 1, self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for BindError {}

impl From<&BindError> for Error {
    fn from(bind: &BindError) -> Self {
        let error = Self::new(ErrorKind::Value, bind.to_string());
        match &bind.help {
            Some(help) => error.with_help(help),
            None => error,
        }
    }
}
