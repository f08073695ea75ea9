//! Keys, indexes and checks.

use super::ObjectName;
use super::column::is_false;
use serde::{Deserialize, Serialize};

/// A primary key.
///
/// ```
/// let key = manybase_migrate::schema::PrimaryKey::of(["order_id", "line"]);
/// assert_eq!(key.columns.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryKey {
    /// The constraint's name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// In its order.
    pub columns: Vec<String>,
}

impl PrimaryKey {
    /// Of these columns.
    ///
    /// ```
    /// assert_eq!(manybase_migrate::schema::PrimaryKey::of(["id"]).name, None);
    /// ```
    pub fn of<N: Into<String>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self {
            name: None,
            columns: columns.into_iter().map(Into::into).collect(),
        }
    }
}

/// An index. One whose values occur once is a unique index, on every database.
///
/// ```
/// use manybase_migrate::schema::Index;
/// let index = Index::of(["email"]).unique();
/// assert!(index.unique);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Its name; the diff gives one to those that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Values occur once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unique: bool,
    /// In its order.
    pub columns: Vec<IndexColumn>,
    /// Only rows of which this is true stand in it, as SQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// It was made by a constraint of the table, and goes with that.
    #[serde(default, skip_serializing_if = "is_false")]
    pub constraint: bool,
    /// How it is built, where that is not the usual way, such as `gin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Columns that stand in it and are not looked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Two NULLs are the same value.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nulls_equal: bool,
}

impl Index {
    /// Of these columns.
    ///
    /// ```
    /// assert!(!manybase_migrate::schema::Index::of(["name"]).unique);
    /// ```
    pub fn of<N: Into<String>>(columns: impl IntoIterator<Item = N>) -> Self {
        let columns = columns.into_iter().map(|name| IndexColumn {
            column: Some(name.into()),
            expression: None,
            descending: false,
            suffix: None,
        });
        Self {
            name: None,
            unique: false,
            columns: columns.collect(),
            condition: None,
            constraint: false,
            method: None,
            include: Vec::new(),
            nulls_equal: false,
        }
    }

    /// Values occur once.
    ///
    /// ```
    /// assert!(manybase_migrate::schema::Index::of(["name"]).unique().unique);
    /// ```
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// With a name.
    ///
    /// ```
    /// let index = manybase_migrate::schema::Index::of(["name"]).named("by_name");
    /// assert_eq!(index.name.as_deref(), Some("by_name"));
    /// ```
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The columns' names, if there is no expression among them.
    pub(crate) fn names(&self) -> Option<Vec<&str>> {
        self.columns
            .iter()
            .map(|column| column.column.as_deref())
            .collect()
    }

    /// Whether it is the same, whatever it is called and however it came to be.
    pub(crate) fn same_content(&self, other: &Self) -> bool {
        let bare = |index: &Self| Self {
            name: None,
            constraint: false,
            ..index.clone()
        };
        bare(self) == bare(other)
    }
}

/// A column of an index, or an expression.
///
/// ```
/// use manybase_migrate::schema::IndexColumn;
/// let lower = IndexColumn { column: None, expression: Some("lower(email)".into()), descending: false, suffix: None };
/// assert!(lower.column.is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexColumn {
    /// The column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Or an expression, as SQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// From high to low.
    #[serde(default, skip_serializing_if = "is_false")]
    pub descending: bool,
    /// What the database wants to know besides: the length of a prefix, a collation, an operator class, and at the end
    /// ` NULLS FIRST` or ` NULLS LAST` where that is not the usual order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
}

impl IndexColumn {
    /// What stands before the direction, and what behind it.
    pub(crate) fn suffix_and_nulls(&self) -> (&str, &str) {
        let suffix = self.suffix.as_deref().unwrap_or_default();
        let nulls = [" NULLS FIRST", " NULLS LAST"];
        match nulls.into_iter().find(|nulls| suffix.ends_with(nulls)) {
            Some(nulls) => suffix.split_at(suffix.len() - nulls.len()),
            None => (suffix, ""),
        }
    }
}

/// What happens to rows that refer to one that goes or changes.
///
/// ```
/// assert_eq!(manybase_migrate::schema::Action::SetNull.sql(), "SET NULL");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The change fails, at the end of the statement.
    #[default]
    NoAction,
    /// The change fails.
    Restrict,
    /// They go, or change, too.
    Cascade,
    /// Their reference becomes NULL.
    SetNull,
    /// Their reference becomes its default.
    SetDefault,
}

impl Action {
    /// As SQL.
    ///
    /// ```
    /// assert_eq!(manybase_migrate::schema::Action::Cascade.sql(), "CASCADE");
    /// ```
    pub fn sql(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }

    pub(crate) fn of_sql(sql: &str) -> Self {
        let all = [Self::Restrict, Self::Cascade, Self::SetNull, Self::SetDefault];
        all.into_iter()
            .find(|one| one.sql().eq_ignore_ascii_case(sql))
            .unwrap_or_default()
    }

    fn is_usual(&self) -> bool {
        *self == Self::NoAction
    }
}

/// A reference to another table of the same database.
///
/// ```
/// use manybase_migrate::schema::{Action, ForeignKey};
/// let key = ForeignKey::new(["customer_id"], "customer", ["id"]).on_delete(Action::Cascade);
/// assert_eq!(key.on_delete, Action::Cascade);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The constraint's name; the diff gives one to those that have none. SQLite keeps none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The columns here.
    pub columns: Vec<String>,
    /// The other table.
    pub references: ObjectName,
    /// Its columns.
    pub referenced_columns: Vec<String>,
    /// When a row there goes.
    #[serde(default, skip_serializing_if = "Action::is_usual")]
    pub on_delete: Action,
    /// When its key changes.
    #[serde(default, skip_serializing_if = "Action::is_usual")]
    pub on_update: Action,
    /// A transaction can have it looked at when it ends.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deferrable: bool,
    /// It is looked at then, unless a transaction says otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deferred: bool,
}

impl ForeignKey {
    /// From these columns to those.
    ///
    /// ```
    /// let key = manybase_migrate::schema::ForeignKey::new(["customer_id"], "customer", ["id"]);
    /// assert_eq!(key.references.name, "customer");
    /// ```
    pub fn new<N: Into<String>, R: Into<String>>(
        columns: impl IntoIterator<Item = N>,
        references: impl Into<ObjectName>,
        referenced_columns: impl IntoIterator<Item = R>,
    ) -> Self {
        Self {
            name: None,
            columns: columns.into_iter().map(Into::into).collect(),
            references: references.into(),
            referenced_columns: referenced_columns.into_iter().map(Into::into).collect(),
            on_delete: Action::NoAction,
            on_update: Action::NoAction,
            deferrable: false,
            deferred: false,
        }
    }

    /// When a row there goes.
    ///
    /// ```
    /// use manybase_migrate::schema::{Action, ForeignKey};
    /// assert_eq!(ForeignKey::new(["a"], "t", ["id"]).on_delete(Action::SetNull).on_delete, Action::SetNull);
    /// ```
    #[must_use]
    pub fn on_delete(mut self, action: Action) -> Self {
        self.on_delete = action;
        self
    }

    /// What it is, whatever it is called.
    pub(crate) fn same_content(&self, other: &Self) -> bool {
        Self {
            name: None,
            ..self.clone()
        } == Self {
            name: None,
            ..other.clone()
        }
    }
}

/// A condition that each row keeps to.
///
/// ```
/// use manybase_migrate::schema::Check;
/// let check = Check { name: Some("grown_up".into()), expression: "age >= 18".into() };
/// assert!(check.name.is_some());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The constraint's name; the diff gives one to those that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// As SQL.
    pub expression: String,
}
