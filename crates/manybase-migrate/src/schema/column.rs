//! Columns.

use super::DefaultValue;
use manybase_sql::DataType;
use serde::{Deserialize, Serialize};

/// A column's type: one that all databases have, or as one database writes it. In JSON `"text(40)"` or
/// `{"native": "citext"}`.
///
/// ```
/// use manybase_migrate::schema::ColumnType;
/// use manybase_sql::DataType;
/// let text = serde_json::to_string(&ColumnType::Neutral(DataType::Text { length: Some(40) }))?;
/// assert_eq!(text, "\"text(40)\"");
/// assert_eq!(serde_json::from_str::<ColumnType>(r#"{"native": "citext"}"#)?, ColumnType::Native("citext".into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "super::data_type::Written", into = "super::data_type::Written")]
pub enum ColumnType {
    /// The same everywhere.
    Neutral(DataType),
    /// As one database writes it.
    Native(String),
}

impl From<DataType> for ColumnType {
    fn from(data_type: DataType) -> Self {
        Self::Neutral(data_type)
    }
}

/// A column.
///
/// ```
/// use manybase_migrate::schema::Column;
/// use manybase_sql::DataType;
/// let column = Column::new("born", DataType::Date).nullable();
/// assert!(column.nullable);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub data_type: ColumnType,
    /// Whether it takes NULL.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nullable: bool,
    /// What the database puts in when an insert says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<DefaultValue>,
    /// What the database puts in when an update says nothing, as SQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_update: Option<String>,
    /// The database numbers the rows in it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub auto: bool,
    /// It numbers them whatever an insert says, where the database can do that.
    #[serde(default, skip_serializing_if = "is_false")]
    pub always: bool,
    /// The database calculates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<Generated>,
    /// The collation, where it is not the one that the dialect gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What a type of the database's own holds, where that is known.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "super::data_type::holds"
    )]
    pub holds: Option<DataType>,
    /// Its older name: a hint for the diff, which is kept nowhere.
    #[serde(skip)]
    pub renamed_from: Option<String>,
}

/// How a column is calculated.
///
/// ```
/// use manybase_migrate::schema::Generated;
/// let total = Generated { expression: "price * pieces".into(), stored: true };
/// assert!(total.stored);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// As SQL.
    pub expression: String,
    /// Kept, not calculated when it is read.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stored: bool,
}

impl Column {
    /// A column that does not take NULL.
    ///
    /// ```
    /// use manybase_sql::DataType;
    /// let column = manybase_migrate::schema::Column::new("born", DataType::Date);
    /// assert!(!column.nullable);
    /// ```
    pub fn new(name: impl Into<String>, data_type: impl Into<ColumnType>) -> Self {
        Self {
            name: name.into(),
            data_type: data_type.into(),
            nullable: false,
            default: None,
            on_update: None,
            auto: false,
            always: false,
            generated: None,
            collation: None,
            comment: None,
            holds: None,
            renamed_from: None,
        }
    }

    /// It takes NULL.
    ///
    /// ```
    /// use manybase_sql::DataType;
    /// assert!(manybase_migrate::schema::Column::new("died", DataType::Date).nullable().nullable);
    /// ```
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// With a default.
    ///
    /// ```
    /// use manybase_migrate::schema::{Column, DefaultValue};
    /// use manybase_sql::DataType;
    /// let column = Column::new("active", DataType::Bool).default(DefaultValue::Bool(true));
    /// assert!(column.default.is_some());
    /// ```
    #[must_use]
    pub fn default(mut self, value: impl Into<DefaultValue>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// What it holds, in neutral terms, where that is known.
    pub(crate) fn holds(&self) -> Option<DataType> {
        match self.data_type {
            ColumnType::Neutral(data_type) => Some(data_type),
            ColumnType::Native(_) => self.holds,
        }
    }

    /// Without the hint.
    pub(crate) fn plain(&self) -> Self {
        Self {
            renamed_from: None,
            ..self.clone()
        }
    }

    /// As it is compared: what a type holds follows from the type.
    pub(crate) fn compared(&self) -> Self {
        Self {
            holds: None,
            ..self.plain()
        }
    }
}

pub(crate) fn is_false(value: &bool) -> bool {
    !value
}
