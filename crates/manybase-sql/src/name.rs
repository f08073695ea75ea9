//! Names of columns and tables as they stand in the database, unquoted.

use std::borrow::Cow;
use std::fmt;

/// An unquoted identifier. Names known at compile time cost no allocation.
///
/// ```
/// let name: manybase_sql::Name = "id".into();
/// assert_eq!(name, "id");
/// ```
pub type Name = Cow<'static, str>;

/// A table or view, with the schema it lives in where one is given.
///
/// ```
/// use manybase_sql::TableName;
/// assert_eq!(TableName::new("orders").to_string(), "orders");
/// assert_eq!(TableName::new("orders").in_schema("sales").to_string(), "sales.orders");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TableName {
    /// The schema (PostgreSQL), database (MySQL) or attached database (SQLite).
    pub schema: Option<Name>,
    /// The name of the table itself.
    pub name: Name,
}

impl TableName {
    /// A table in the connection's default schema.
    ///
    /// ```
    /// assert_eq!(manybase_sql::TableName::new("orders").schema, None);
    /// ```
    pub const fn borrowed(name: &'static str) -> Self {
        Self {
            schema: None,
            name: Cow::Borrowed(name),
        }
    }

    /// A table in the connection's default schema, from any kind of string.
    ///
    /// ```
    /// let year = 2026;
    /// assert_eq!(manybase_sql::TableName::new(format!("sales_{year}")).name, "sales_2026");
    /// ```
    pub fn new(name: impl Into<Name>) -> Self {
        Self {
            schema: None,
            name: name.into(),
        }
    }

    /// The same table in a named schema.
    ///
    /// ```
    /// let table = manybase_sql::TableName::new("orders").in_schema("sales");
    /// assert_eq!(table.schema.as_deref(), Some("sales"));
    /// ```
    pub fn in_schema(mut self, schema: impl Into<Name>) -> Self {
        self.schema = Some(schema.into());
        self
    }
}

impl From<&'static str> for TableName {
    fn from(name: &'static str) -> Self {
        Self::borrowed(name)
    }
}

impl From<String> for TableName {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

/// For messages; SQL text goes through the dialect, which quotes.
impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
