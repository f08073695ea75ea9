//! A table and its parts.

use manybase_sql::catalog::ColumnKind;
use serde::{Serialize, Serializer};

/// A table or a view.
///
/// ```
/// fn keyless(table: &manybase_schema::Table) -> bool {
///     table.primary_key.is_none()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Table {
    /// The schema (PostgreSQL), database (MariaDB) or `main` (SQLite).
    pub schema: String,
    /// Its name.
    pub name: String,
    /// A table, or a kind of view.
    pub kind: TableKind,
    /// What somebody has written about it.
    pub comment: Option<String>,
    /// In their order.
    pub columns: Vec<Column>,
    /// What names a row.
    pub primary_key: Option<Key>,
    /// All but the primary key's, by name. A unique constraint is a unique index here.
    pub indexes: Vec<Index>,
    /// By name; on SQLite, where they have none, in the order in which they were declared.
    pub foreign_keys: Vec<ForeignKey>,
    /// By name.
    pub checks: Vec<Check>,
    /// The text of a view; on SQLite of a table too.
    pub definition: Option<String>,
}

impl Table {
    /// A column by name.
    ///
    /// ```
    /// fn has_id(table: &manybase_schema::Table) -> bool {
    ///     table.column("id").is_some()
    /// }
    /// ```
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether the values of these columns, taken together, occur once: they are the key, or a unique index without a
    /// condition.
    ///
    /// ```
    /// fn one_per_customer(table: &manybase_schema::Table) -> bool {
    ///     table.is_unique(&["customer_id".to_owned()])
    /// }
    /// ```
    pub fn is_unique(&self, columns: &[String]) -> bool {
        let same = |others: &[String]| {
            others.len() == columns.len() && others.iter().all(|other| columns.contains(other))
        };
        self.primary_key.as_ref().is_some_and(|key| same(&key.columns))
            || self.indexes.iter().any(|index| {
                index.unique && index.condition.is_none() && index.names().is_some_and(|names| same(&names))
            })
    }
}

/// What a table is.
///
/// ```
/// assert!(manybase_schema::TableKind::View.is_view());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TableKind {
    /// A table.
    Table,
    /// A query with a name.
    View,
    /// A view whose rows are kept.
    MaterializedView,
    /// A table that lies in another server.
    Foreign,
    /// A table that a module of SQLite makes.
    Virtual,
}

impl TableKind {
    /// Whether it shows what lies elsewhere.
    ///
    /// ```
    /// assert!(!manybase_schema::TableKind::Table.is_view());
    /// ```
    pub fn is_view(self) -> bool {
        matches!(self, Self::View | Self::MaterializedView)
    }

    /// Its name for people.
    ///
    /// ```
    /// assert_eq!(manybase_schema::TableKind::MaterializedView.name(), "materialized view");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Foreign => "foreign table",
            Self::Virtual => "virtual table",
        }
    }
}

/// A column.
///
/// ```
/// fn must_be_given(column: &manybase_schema::Column) -> bool {
///     !column.nullable && column.default.is_none() && !column.auto && column.generated.is_none()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as the database writes it.
    pub native_type: String,
    /// What the type means.
    #[serde(serialize_with = "as_text")]
    pub kind: ColumnKind,
    /// Shorter values are read with spaces behind them, up to the length.
    pub padded: bool,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// What the database puts in when an insert says nothing, as SQL.
    pub default: Option<String>,
    /// The database numbers the rows in it.
    pub auto: bool,
    /// The database calculates it.
    pub generated: Option<Generated>,
    /// The name of its enum, where that is a type of its own.
    pub enum_name: Option<String>,
    /// All that it can hold, where that is a list of texts: of an enum, or of a check.
    pub values: Vec<String>,
    /// What somebody has written about it.
    pub comment: Option<String>,
}

/// How a column is calculated.
///
/// ```
/// fn is_stored(column: &manybase_schema::Column) -> bool {
///     column.generated.as_ref().is_some_and(|generated| generated.stored)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Generated {
    /// As SQL; SQLite does not tell.
    pub expression: Option<String>,
    /// Whether it is kept, or calculated when it is read.
    pub stored: bool,
}

/// A primary key.
///
/// ```
/// fn is_composite(key: &manybase_schema::Key) -> bool {
///     key.columns.len() > 1
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Key {
    /// The constraint's name.
    pub name: String,
    /// In the order of the key.
    pub columns: Vec<String>,
}

/// An index.
///
/// ```
/// fn covers(index: &manybase_schema::Index, column: &str) -> bool {
///     index.columns.first().is_some_and(|first| first.name.as_deref() == Some(column))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Whether values occur once.
    pub unique: bool,
    /// In its order.
    pub columns: Vec<IndexColumn>,
    /// Only rows of which this is true stand in it.
    pub condition: Option<String>,
}

impl Index {
    /// The names of its columns, unless there is an expression among them.
    ///
    /// ```
    /// fn is_plain(index: &manybase_schema::Index) -> bool {
    ///     index.names().is_some()
    /// }
    /// ```
    pub fn names(&self) -> Option<Vec<String>> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }
}

/// A column of an index.
///
/// ```
/// fn backwards(column: &manybase_schema::IndexColumn) -> bool {
///     column.descending
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IndexColumn {
    /// The column's name; `None` for an expression.
    pub name: Option<String>,
    /// The expression, where the database tells.
    pub expression: Option<String>,
    /// From high to low.
    pub descending: bool,
}

/// A reference to another table.
///
/// ```
/// fn cascades(key: &manybase_schema::ForeignKey) -> bool {
///     key.on_delete == "CASCADE"
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ForeignKey {
    /// The constraint's name; SQLite has none.
    pub name: Option<String>,
    /// The columns here.
    pub columns: Vec<String>,
    /// The other table's schema.
    pub referenced_schema: String,
    /// The other table.
    pub referenced_table: String,
    /// Its columns, in the order of those here.
    pub referenced_columns: Vec<String>,
    /// What happens here when the columns there change, such as `NO ACTION`.
    pub on_update: String,
    /// What happens here when the row there goes.
    pub on_delete: String,
}

/// A condition that each row keeps to.
///
/// ```
/// fn is_named(check: &manybase_schema::Check) -> bool {
///     check.name.is_some()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// The constraint's name, where it has one.
    pub name: Option<String>,
    /// As SQL.
    pub expression: String,
}

fn as_text<S: Serializer>(kind: &ColumnKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(kind)
}
