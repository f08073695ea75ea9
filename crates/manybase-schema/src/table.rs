//! A table and its parts.

use crate::{Index, Trigger};
use manybase_sql::catalog::{ColumnKind, Compares, Holds};
use serde::{Serialize, Serializer};

/// How the names of the library's own tables begin.
const OWN: &str = "manybase_";

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
    /// What no two rows may have in common, in other ways than by being equal.
    pub exclusions: Vec<Exclusion>,
    /// By name; on MariaDB and MySQL in the order in which they run.
    pub triggers: Vec<Trigger>,
    /// What else was said when it was made, such as `WITHOUT ROWID` or `ENGINE=InnoDB`, as the database writes it.
    pub options: Vec<String>,
    /// The query of a view.
    pub query: Option<String>,
    /// The text of a view; on SQLite of a table too.
    pub definition: Option<String>,
}

impl Table {
    /// Whether it is one in which Manybase keeps its own books.
    ///
    /// ```
    /// fn of_users<'t>(tables: &'t [manybase_schema::Table]) -> impl Iterator<Item = &'t manybase_schema::Table> {
    ///     tables.iter().filter(|table| !table.is_own())
    /// }
    /// ```
    pub fn is_own(&self) -> bool {
        self.name.starts_with(OWN)
    }

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
    /// What the database puts in when an update says nothing, as SQL.
    pub on_update: Option<String>,
    /// The database numbers the rows in it.
    pub auto: bool,
    /// It is an identity column: what an insert may say.
    pub identity: Option<Identity>,
    /// The database calculates it.
    pub generated: Option<Generated>,
    /// Its own collation; on MariaDB and MySQL that of every text.
    pub collation: Option<String>,
    /// Which texts are equal in it, besides those of the same letters.
    #[serde(skip)]
    pub compares: Compares,
    /// What it holds, beyond its kind.
    #[serde(skip)]
    pub holds: Holds,
    /// It is numbered because the database keeps rows in that way, and not because somebody has said so.
    pub auto_implied: bool,
    /// `SELECT *` does not show it.
    pub hidden: bool,
    /// The name of its domain.
    pub domain: Option<String>,
    /// The name of its enum, where that is a type of its own.
    pub enum_name: Option<String>,
    /// All that it can hold, where that is a list of texts: of an enum, or of a check.
    pub values: Vec<String>,
    /// What somebody has written about it.
    pub comment: Option<String>,
}

/// What an insert may say of an identity column.
///
/// ```
/// assert_ne!(manybase_schema::Identity::Always, manybase_schema::Identity::ByDefault);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// Nothing: the database numbers each row.
    Always,
    /// A number of its own.
    ByDefault,
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
    /// As SQL.
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
    /// The constraint's name, where it has one.
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
    /// A transaction can have it looked at when it ends.
    pub deferrable: bool,
    /// It is looked at then, unless a transaction says otherwise.
    pub deferred: bool,
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
    /// The column whose own it is, where the database keeps it with the column and names it after that.
    pub column: Option<String>,
}

/// A condition that no two rows keep to together.
///
/// ```
/// fn named<'t>(table: &'t manybase_schema::Table, name: &str) -> Option<&'t manybase_schema::Exclusion> {
///     table.exclusions.iter().find(|exclusion| exclusion.name == name)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Exclusion {
    /// The constraint's name.
    pub name: String,
    /// As SQL, such as `EXCLUDE USING gist (room WITH =, during WITH &&)`.
    pub definition: String,
}

fn as_text<S: Serializer>(kind: &ColumnKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(kind)
}
