//! Names of tables, views and sequences.

use manybase_sql::TableName;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A name, with the schema it lies in where that is not the connection's own. In JSON a text, or `{"schema", "name"}`.
///
/// ```
/// use manybase_migrate::schema::ObjectName;
/// assert_eq!(ObjectName::from("orders").to_string(), "orders");
/// assert_eq!(serde_json::to_string(&ObjectName::from("orders"))?, "\"orders\"");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct ObjectName {
    /// The schema, where it is not the current one.
    pub schema: Option<String>,
    /// The name itself.
    pub name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Plain(String),
    Within { schema: String, name: String },
}

impl From<Written> for ObjectName {
    fn from(written: Written) -> Self {
        match written {
            Written::Plain(name) => Self { schema: None, name },
            Written::Within { schema, name } => Self {
                schema: Some(schema),
                name,
            },
        }
    }
}

impl From<ObjectName> for Written {
    fn from(name: ObjectName) -> Self {
        match name.schema {
            None => Self::Plain(name.name),
            Some(schema) => Self::Within {
                schema,
                name: name.name,
            },
        }
    }
}

impl ObjectName {
    /// Of one of the library's own tables.
    pub(crate) fn is_librarys(&self) -> bool {
        self.name.starts_with("manybase_")
    }

    /// Another name in the same schema.
    pub(crate) fn beside(&self, name: impl Into<String>) -> Self {
        Self {
            schema: self.schema.clone(),
            name: name.into(),
        }
    }

    /// As statements take it.
    pub(crate) fn table(&self) -> TableName {
        let table = TableName::new(self.name.clone());
        match &self.schema {
            Some(schema) => table.in_schema(schema.clone()),
            None => table,
        }
    }
}

impl From<&str> for ObjectName {
    fn from(name: &str) -> Self {
        name.to_owned().into()
    }
}

impl From<String> for ObjectName {
    fn from(name: String) -> Self {
        Self { schema: None, name }
    }
}

impl From<&TableName> for ObjectName {
    fn from(table: &TableName) -> Self {
        Self {
            schema: table.schema.as_deref().map(str::to_owned),
            name: table.name.clone().into_owned(),
        }
    }
}

/// For messages.
impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
