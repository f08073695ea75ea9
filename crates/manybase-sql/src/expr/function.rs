//! Functions of one row that every dialect has, under its own name.

use super::{DatePart, DateUnit};

/// A function of one row, in neutral terms.
///
/// ```
/// use manybase_sql::{dialect, Expr, Function, Select};
/// let select = Select::from("t").item(Expr::call(Function::Length, [Expr::column("name")]));
/// assert_eq!(select.render(dialect::mysql())?.sql, "SELECT CHAR_LENGTH(`name`) FROM `t`");
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Function {
    /// Text in lower case.
    Lower,
    /// Text in upper case.
    Upper,
    /// Length in characters.
    Length,
    /// Text without spaces at both ends.
    Trim,
    /// Part of a text: from (1-based), count.
    Substring,
    /// Text with every occurrence of one part replaced.
    Replace,
    /// The first argument that is not NULL.
    Coalesce,
    /// NULL when both are equal, else the first.
    NullIf,
    /// The greatest of several values; NULL when one is NULL.
    Greatest,
    /// The least of several values; NULL when one is NULL.
    Least,
    /// Without sign.
    Abs,
    /// Rounded to a number of digits, half away from zero. The half of a floating-point number, which seldom is one,
    /// goes where the database puts it.
    Round,
    /// The next whole number below.
    Floor,
    /// The next whole number above.
    Ceil,
    /// The square root, as floating point; NULL of a negative number.
    Sqrt,
    /// The first raised to the second, as floating point. What is no number or too large is an error.
    Power,
    /// The current instant, by the database's clock.
    Now,
    /// The year of a date or an instant (UTC).
    Year,
    /// The month of a date or an instant (UTC), 1 to 12.
    Month,
    /// The day of the month of a date or an instant (UTC), 1 to 31.
    Day,
    /// A part of a day, a time or an instant.
    Part(DatePart),
    /// A day or an instant cut to the beginning of a unit.
    Truncate(DateUnit),
    /// A day or an instant moved by so many of a unit.
    Shift(DateUnit),
    /// The distance between two, the later one first: in seconds, or in days of the calendar.
    Between(DateUnit),
    /// A function of the database's own, by its exact name. The name must be a plain identifier.
    Named(crate::Name),
    /// As `Named`, with the type of what it gives.
    Returning(crate::Name, crate::DataType),
}
