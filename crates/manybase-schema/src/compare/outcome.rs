//! What a comparison finds.

use serde::Serialize;
use std::fmt;

/// Two databases side by side.
///
/// ```
/// use manybase_schema::{CompareOptions, Introspect, compare};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let found = Introspect::of("main").read(&db).await?;
/// assert_eq!(compare(&found, &found, &CompareOptions::default()).equivalent(), Some(true));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The database that is looked at from.
    pub left: Side,
    /// The database that is looked at.
    pub right: Side,
    /// How many tables and views are on both sides.
    pub tables: usize,
    /// By table, and within it in the order of what they are about.
    pub differences: Vec<Difference>,
    /// What was there to compare, and was not: a comparison says nothing about it.
    pub not_compared: Vec<NotCompared>,
}

impl Comparison {
    /// Whether what one of them holds, the other holds in the same way. `None` where nothing differs, but something
    /// can't be compared. What is [not compared](Comparison::not_compared) does not count.
    ///
    /// ```
    /// fn is_a_copy(comparison: &manybase_schema::Comparison) -> bool {
    ///     comparison.equivalent() == Some(true)
    /// }
    /// ```
    pub fn equivalent(&self) -> Option<bool> {
        if self.differences.is_empty() {
            return Some(true);
        }
        let differs = |one: &Difference| one.verdict != Verdict::NotComparable;
        self.differences.iter().any(differs).then_some(false)
    }
}

/// Objects that a comparison leaves out.
///
/// ```
/// fn told(left_out: &manybase_schema::NotCompared) -> String {
///     format!("{} ({} and {})", left_out.what, left_out.left, left_out.right)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NotCompared {
    /// What they are, such as `triggers`.
    pub what: &'static str,
    /// How many the left side has.
    pub left: usize,
    /// How many the right side has.
    pub right: usize,
}

/// One of two databases.
///
/// ```
/// fn place(side: &manybase_schema::Side) -> String {
///     format!("{} ({})", side.connection, side.product)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Side {
    /// The connection's name.
    pub connection: String,
    /// The database's, such as `PostgreSQL`.
    pub product: String,
    /// The schema that names without one are looked up in.
    pub schema: String,
}

/// One thing that is not the same on both sides.
///
/// ```
/// fn loses(difference: &manybase_schema::Difference) -> bool {
///     matches!(difference.verdict, manybase_schema::Verdict::Narrower | manybase_schema::Verdict::Lossy)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The table or view, as the left side writes it if it has it.
    pub table: String,
    /// What of it.
    pub part: Part,
    /// The column, or the columns of a key, an index or a constraint.
    pub name: Option<String>,
    /// How it differs.
    pub verdict: Verdict,
    /// What the left side has.
    pub left: Option<String>,
    /// What the right side has.
    pub right: Option<String>,
}

/// What a difference is about.
///
/// ```
/// assert_eq!(manybase_schema::Part::ForeignKey.to_string(), "foreign key");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// The table as a whole.
    Table,
    /// The view as a whole.
    View,
    /// The column as a whole.
    Column,
    /// A column's type.
    Type,
    /// Whether a column takes NULL.
    Null,
    /// What the database puts in when nothing is said.
    Default,
    /// Whether the database numbers a column.
    Numbering,
    /// How a column is calculated.
    Generated,
    /// Which texts are equal.
    Collation,
    /// The primary key.
    PrimaryKey,
    /// A unique set of columns.
    Unique,
    /// Another index.
    Index,
    /// A reference to another table.
    ForeignKey,
    /// A condition that each row keeps to.
    Check,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "table",
            Self::View => "view",
            Self::Column => "column",
            Self::Type => "type",
            Self::Null => "null",
            Self::Default => "default",
            Self::Numbering => "numbering",
            Self::Generated => "generated",
            Self::Collation => "collation",
            Self::PrimaryKey => "primary key",
            Self::Unique => "unique",
            Self::Index => "index",
            Self::ForeignKey => "foreign key",
            Self::Check => "check",
        })
    }
}

/// How something differs, seen from the left.
///
/// ```
/// assert_eq!(manybase_schema::Verdict::NotComparable.to_string(), "can't be compared");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Only the left side has it.
    Missing,
    /// Only the right side has it.
    Extra,
    /// The right side holds all that the left one does, and more.
    Wider,
    /// The right side holds only a part of what the left one does.
    Narrower,
    /// The right side takes the values, but does not give them back as they were.
    Lossy,
    /// The right side does not take the values.
    Incompatible,
    /// Both have it, and it is not the same.
    Differs,
    /// Both have it, in words that mean nothing on the other side: somebody has to look.
    NotComparable,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Wider => "wider",
            Self::Narrower => "narrower",
            Self::Lossy => "lossy",
            Self::Incompatible => "incompatible",
            Self::Differs => "differs",
            Self::NotComparable => "can't be compared",
        })
    }
}
