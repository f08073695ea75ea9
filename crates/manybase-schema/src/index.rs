//! Indexes.

use serde::Serialize;

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
    /// A unique constraint has made it, and it goes with that.
    pub constraint: bool,
    /// The database needs it for a foreign key, and may have made it by itself.
    pub implied: bool,
    /// How it is made, such as `btree` or `gin`, where the database tells.
    pub method: Option<String>,
    /// Columns that are in it beside those that it is sorted by.
    pub include: Vec<String>,
    /// A unique index in which NULL occurs once too.
    pub nulls_equal: bool,
}

impl Index {
    /// Whether it was made by Manybase for a full-text search. It is none of what models and migrations speak of; other
    /// databases keep theirs in objects that are not shown at all.
    ///
    /// ```
    /// fn shown<'i>(indexes: &'i [manybase_schema::Index]) -> impl Iterator<Item = &'i manybase_schema::Index> {
    ///     indexes.iter().filter(|index| !index.is_full_text())
    /// }
    /// ```
    pub fn is_full_text(&self) -> bool {
        self.method.as_deref() == Some("gin") && self.name.contains("_full_text_")
    }

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
    /// NULL comes first.
    pub nulls_first: bool,
    /// Only so many of the first letters or bytes.
    pub length: Option<u32>,
    /// A collation other than the column's.
    pub collation: Option<String>,
    /// An operator class other than the type's own.
    pub operator_class: Option<String>,
}
