//! A column.

use crate::{DataType, Name, Value};

/// A column of a table.
///
/// ```
/// use manybase_sql::{schema::Table, DataType};
/// let table = Table::new("t").column("a", DataType::Bool);
/// assert!(!table.columns[0].nullable);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub data_type: DataType,
    /// Whether it can hold NULL.
    pub nullable: bool,
    /// What the database puts in when an insert says nothing.
    pub default: Option<DefaultValue>,
    /// The database numbers the rows itself.
    pub auto: bool,
    /// What the database shows about it to people.
    pub comment: Option<Name>,
}

impl Column {
    /// A column that can't be NULL and has no default.
    ///
    /// ```
    /// use manybase_sql::{schema::Column, DataType};
    /// let mut column = Column::new("qty", DataType::I32);
    /// column.default = Some(0.into());
    /// assert!(!column.auto);
    /// ```
    pub fn new(name: impl Into<Name>, data_type: DataType) -> Self {
        Self {
            name: name.into(),
            data_type,
            nullable: false,
            default: None,
            auto: false,
            comment: None,
        }
    }
}

/// What stands in a column of which an insert says nothing.
///
/// ```
/// use manybase_sql::schema::DefaultValue;
/// assert_eq!(DefaultValue::from(7), DefaultValue::Value(7.into()));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum DefaultValue {
    /// A value.
    Value(Value),
    /// What the database calculates, in its own SQL.
    Sql(Name),
}

impl<T: Into<Value>> From<T> for DefaultValue {
    fn from(value: T) -> Self {
        Self::Value(value.into())
    }
}
