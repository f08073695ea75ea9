//! Tables.

use super::{Check, Column, ForeignKey, Index, ObjectName, PrimaryKey, Trigger};
use manybase_sql::DataType;
use serde::{Deserialize, Serialize};

/// A table.
///
/// ```
/// use manybase_migrate::schema::{Column, Index, Table};
/// use manybase_sql::DataType;
/// let person = Table::new("person")
///     .auto_key("id")
///     .column(Column::new("email", DataType::Text { length: Some(80) }))
///     .index(Index::of(["email"]).unique());
/// assert_eq!(person.columns.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: ObjectName,
    /// Its columns. Their order is that of creation; the diff does not look at it.
    pub columns: Vec<Column>,
    /// What names a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_key: Option<PrimaryKey>,
    /// Its indexes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// Its references to other tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_keys: Vec<ForeignKey>,
    /// Conditions that its rows keep to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// Conditions that no two rows keep to together, such as `EXCLUDE USING gist (room WITH =, during WITH &&)`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Check>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What else is said when it is made, such as `WITHOUT ROWID`, where it is not what the dialect says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Its triggers, as far as they are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// Its older name: a hint for the diff, which is kept nowhere.
    #[serde(skip)]
    pub renamed_from: Option<String>,
}

impl Table {
    /// A table without columns as yet.
    ///
    /// ```
    /// assert!(manybase_migrate::schema::Table::new("person").columns.is_empty());
    /// ```
    pub fn new(name: impl Into<ObjectName>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            primary_key: None,
            indexes: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            comment: None,
            options: Vec::new(),
            triggers: Vec::new(),
            renamed_from: None,
        }
    }

    /// With a key of 64 bits that the database numbers.
    ///
    /// ```
    /// assert!(manybase_migrate::schema::Table::new("person").auto_key("id").columns[0].auto);
    /// ```
    #[must_use]
    pub fn auto_key(mut self, name: &str) -> Self {
        let column = Column {
            auto: true,
            ..Column::new(name, DataType::I64)
        };
        self.columns.push(column);
        self.primary_key = Some(PrimaryKey::of([name]));
        self
    }

    /// With one more column.
    ///
    /// ```
    /// use manybase_migrate::schema::{Column, Table};
    /// use manybase_sql::DataType;
    /// assert_eq!(Table::new("person").column(Column::new("born", DataType::Date)).columns.len(), 1);
    /// ```
    #[must_use]
    pub fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// With this primary key.
    ///
    /// ```
    /// assert!(manybase_migrate::schema::Table::new("line").key(["order_id", "line"]).primary_key.is_some());
    /// ```
    #[must_use]
    pub fn key<N: Into<String>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.primary_key = Some(PrimaryKey::of(columns));
        self
    }

    /// With one more index.
    ///
    /// ```
    /// use manybase_migrate::schema::{Index, Table};
    /// assert_eq!(Table::new("person").index(Index::of(["name"])).indexes.len(), 1);
    /// ```
    #[must_use]
    pub fn index(mut self, index: Index) -> Self {
        self.indexes.push(index);
        self
    }

    /// With one more foreign key.
    ///
    /// ```
    /// use manybase_migrate::schema::{ForeignKey, Table};
    /// let table = Table::new("orders").foreign_key(ForeignKey::new(["customer_id"], "customer", ["id"]));
    /// assert_eq!(table.foreign_keys.len(), 1);
    /// ```
    #[must_use]
    pub fn foreign_key(mut self, key: ForeignKey) -> Self {
        self.foreign_keys.push(key);
        self
    }

    /// With one more check.
    ///
    /// ```
    /// let table = manybase_migrate::schema::Table::new("person").check("age >= 0");
    /// assert_eq!(table.checks[0].expression, "age >= 0");
    /// ```
    #[must_use]
    pub fn check(mut self, expression: impl Into<String>) -> Self {
        let expression = expression.into();
        self.checks.push(Check {
            name: None,
            expression,
        });
        self
    }

    /// A column by name.
    ///
    /// ```
    /// assert!(manybase_migrate::schema::Table::new("person").auto_key("id").find("id").is_some());
    /// ```
    pub fn find(&self, column: &str) -> Option<&Column> {
        self.columns.iter().find(|one| one.name == column)
    }

    pub(crate) fn find_mut(&mut self, column: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|one| one.name == column)
    }

    /// Whether a column stands in the key, an index or a foreign key.
    pub(crate) fn is_indexed(&self, column: &str) -> bool {
        let in_key = (self.primary_key.iter()).any(|key| key.columns.iter().any(|one| one == column));
        let in_index = |index: &Index| {
            index
                .columns
                .iter()
                .any(|one| one.column.as_deref() == Some(column))
        };
        in_key
            || self.indexes.iter().any(in_index)
            || (self.foreign_keys.iter()).any(|key| key.columns.iter().any(|one| one == column))
    }

    /// Whether a column is the whole primary key.
    pub(crate) fn is_key(&self, column: &str) -> bool {
        (self.primary_key.as_ref()).is_some_and(|key| key.columns.len() == 1 && key.columns[0] == column)
    }
}
