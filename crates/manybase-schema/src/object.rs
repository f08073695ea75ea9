//! What stands beside tables: sequences and types.

use crate::Check;
use serde::Serialize;

/// A sequence. Its numbers are wide enough for any that a database has.
///
/// ```
/// fn counts_up(sequence: &manybase_schema::Sequence) -> bool {
///     sequence.increment > 0 && !sequence.cycle
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sequence {
    /// The schema (PostgreSQL) or database (MariaDB).
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its type as the database writes it.
    pub native_type: String,
    /// The first number.
    pub start: i128,
    /// From one to the next.
    pub increment: i128,
    /// The least number.
    pub min: i128,
    /// The greatest number.
    pub max: i128,
    /// It begins again when it comes to its end.
    pub cycle: bool,
    /// How many numbers are taken at once.
    pub cache: i128,
    /// The column that it goes with.
    pub owner: Option<SequenceOwner>,
    /// What somebody has written about it.
    pub comment: Option<String>,
}

/// The column that a sequence goes with.
///
/// ```
/// fn numbers(owner: &manybase_schema::SequenceOwner, table: &str) -> bool {
///     owner.table == table
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SequenceOwner {
    /// The column's table.
    pub table: String,
    /// Its name.
    pub column: String,
    /// The column is an identity: it has made the sequence itself.
    pub identity: bool,
}

/// A list of values that is a type of its own.
///
/// ```
/// fn knows(list: &manybase_schema::EnumType, value: &str) -> bool {
///     list.values.iter().any(|known| known == value)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EnumType {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// In their order.
    pub values: Vec<String>,
    /// What somebody has written about it.
    pub comment: Option<String>,
}

/// A type with conditions.
///
/// ```
/// fn is_bound(domain: &manybase_schema::Domain) -> bool {
///     !domain.checks.is_empty()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Domain {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// What it is made of, as the database writes it.
    pub native_type: String,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// Its default, as SQL.
    pub default: Option<String>,
    /// Of `VALUE`.
    pub checks: Vec<Check>,
    /// What somebody has written about it.
    pub comment: Option<String>,
}
