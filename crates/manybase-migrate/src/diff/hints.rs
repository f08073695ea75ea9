//! What the diff can't know.

use crate::schema::{DefaultValue, ObjectName};
use std::collections::{BTreeMap, BTreeSet};

/// Answers to what a diff would ask. Columns are named with the new name of their table.
///
/// ```
/// use manybase_migrate::diff::Hints;
/// let hints = Hints::default().rename_table("person", "customer").drop_column("customer", "fax");
/// assert_eq!(hints.tables.len(), 1);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hints {
    /// Tables that got another name: from, to.
    pub tables: Vec<(ObjectName, ObjectName)>,
    /// Columns that got another name: table, from, to.
    pub columns: Vec<(ObjectName, String, String)>,
    /// Tables that are meant to go.
    pub dropped_tables: BTreeSet<ObjectName>,
    /// Columns that are meant to go.
    pub dropped_columns: BTreeSet<(ObjectName, String)>,
    /// What rows get that are there, where a column takes no NULL and has no default.
    pub fills: BTreeMap<(ObjectName, String), DefaultValue>,
    /// How values become those of a new type, as SQL.
    pub casts: BTreeMap<(ObjectName, String), String>,
    /// Tables that are there and belong to somebody else: foreign keys may point to them.
    pub outside: BTreeSet<ObjectName>,
}

impl Hints {
    /// A table got another name.
    ///
    /// ```
    /// let hints = manybase_migrate::diff::Hints::default().rename_table("person", "customer");
    /// assert_eq!(hints.tables[0].1.name, "customer");
    /// ```
    #[must_use]
    pub fn rename_table(mut self, from: impl Into<ObjectName>, to: impl Into<ObjectName>) -> Self {
        self.tables.push((from.into(), to.into()));
        self
    }

    /// A column got another name.
    ///
    /// ```
    /// let hints = manybase_migrate::diff::Hints::default().rename_column("person", "age", "years");
    /// assert_eq!(hints.columns[0].2, "years");
    /// ```
    #[must_use]
    pub fn rename_column(
        mut self,
        table: impl Into<ObjectName>,
        from: impl Into<String>,
        to: impl Into<String>,
    ) -> Self {
        self.columns.push((table.into(), from.into(), to.into()));
        self
    }

    /// A table is meant to go, with its rows.
    ///
    /// ```
    /// let hints = manybase_migrate::diff::Hints::default().drop_table("person");
    /// assert_eq!(hints.dropped_tables.len(), 1);
    /// ```
    #[must_use]
    pub fn drop_table(mut self, table: impl Into<ObjectName>) -> Self {
        self.dropped_tables.insert(table.into());
        self
    }

    /// A column is meant to go, with its values.
    ///
    /// ```
    /// let hints = manybase_migrate::diff::Hints::default().drop_column("person", "fax");
    /// assert_eq!(hints.dropped_columns.len(), 1);
    /// ```
    #[must_use]
    pub fn drop_column(mut self, table: impl Into<ObjectName>, column: impl Into<String>) -> Self {
        self.dropped_columns.insert((table.into(), column.into()));
        self
    }

    /// What the rows that are there get in a column that takes no NULL.
    ///
    /// ```
    /// let hints = manybase_migrate::diff::Hints::default().fill("person", "country", "DE");
    /// assert_eq!(hints.fills.len(), 1);
    /// ```
    #[must_use]
    pub fn fill(
        mut self,
        table: impl Into<ObjectName>,
        column: impl Into<String>,
        value: impl Into<DefaultValue>,
    ) -> Self {
        self.fills.insert((table.into(), column.into()), value.into());
        self
    }

    /// How a column's values become those of its new type, as SQL.
    ///
    /// ```
    /// let hints = manybase_migrate::diff::Hints::default().cast("person", "age", "length(age)");
    /// assert_eq!(hints.casts.len(), 1);
    /// ```
    #[must_use]
    pub fn cast(
        mut self,
        table: impl Into<ObjectName>,
        column: impl Into<String>,
        sql: impl Into<String>,
    ) -> Self {
        self.casts.insert((table.into(), column.into()), sql.into());
        self
    }

    /// A table that is there and belongs to somebody else: foreign keys may point to it.
    ///
    /// ```
    /// let hints = manybase_migrate::diff::Hints::default().outside("country");
    /// assert_eq!(hints.outside.len(), 1);
    /// ```
    #[must_use]
    pub fn outside(mut self, table: impl Into<ObjectName>) -> Self {
        self.outside.insert(table.into());
        self
    }
}
