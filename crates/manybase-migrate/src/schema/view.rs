//! Views, sequences and triggers.

use super::ObjectName;
use super::column::is_false;
use serde::{Deserialize, Serialize};

/// A view.
///
/// ```
/// use manybase_migrate::schema::View;
/// let view = View::new("adults", "SELECT id FROM person WHERE age >= 18");
/// assert!(!view.materialized);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Its name.
    pub name: ObjectName,
    /// Its query, as SQL.
    pub query: String,
    /// Its rows are kept.
    #[serde(default, skip_serializing_if = "is_false")]
    pub materialized: bool,
}

impl View {
    /// A view that shows this query.
    ///
    /// ```
    /// let view = manybase_migrate::schema::View::new("everybody", "SELECT id FROM person");
    /// assert_eq!(view.name.name, "everybody");
    /// ```
    pub fn new(name: impl Into<ObjectName>, query: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            query: query.into(),
            materialized: false,
        }
    }
}

/// A sequence that belongs to no column.
///
/// ```
/// use manybase_migrate::schema::Sequence;
/// assert_eq!(Sequence::new("invoice_number").increment, 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// Its name.
    pub name: ObjectName,
    /// Its first number.
    pub start: i64,
    /// From one number to the next.
    pub increment: i64,
    /// The least number, where it is not the database's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<i64>,
    /// The greatest number, where it is not the database's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<i64>,
    /// It begins again at its end.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cycle: bool,
}

impl Sequence {
    /// 1, 2, 3, …
    ///
    /// ```
    /// assert_eq!(manybase_migrate::schema::Sequence::new("invoice_number").start, 1);
    /// ```
    pub fn new(name: impl Into<ObjectName>) -> Self {
        Self {
            name: name.into(),
            start: 1,
            increment: 1,
            minimum: None,
            maximum: None,
            cycle: false,
        }
    }
}

/// A trigger of a table. It is never changed by a diff; it is there so that it survives where a table is made anew.
///
/// ```
/// use manybase_migrate::schema::Trigger;
/// let trigger = Trigger { name: "keep_log".into(), definition: "CREATE TRIGGER keep_log …".into() };
/// assert_eq!(trigger.name, "keep_log");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The whole statement that makes it.
    pub definition: String,
}
