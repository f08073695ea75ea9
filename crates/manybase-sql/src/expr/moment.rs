//! Days and instants: parts, cuts, distances.

use super::Expr;
use crate::{DataType, Error, Result};

/// A part of a day or an instant, as a whole number. Instants are in UTC.
///
/// ```
/// use manybase_sql::{dialect, expr::DatePart, DataType, Expr, Function, Select};
/// let at = Expr::typed_column("at", DataType::Timestamp, false);
/// let select = Select::from("t").item(Expr::call(Function::Part(DatePart::Hour), [at]));
/// assert_eq!(select.render(dialect::mysql())?.sql, "SELECT HOUR(`at`) FROM `t`");
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DatePart {
    /// 1 to 4.
    Quarter,
    /// The week by ISO 8601, 1 to 53.
    Week,
    /// The day of the year, 1 to 366.
    YearDay,
    /// The day of the week, from Monday 1 to Sunday 7.
    Weekday,
    /// 0 to 23.
    Hour,
    /// 0 to 59.
    Minute,
    /// 0 to 59, whole.
    Second,
}

/// A measure of time.
///
/// ```
/// use manybase_sql::{dialect, expr::DateUnit, DataType, Expr, Function, Select};
/// let day = Expr::typed_column("day", DataType::Date, false);
/// let select = Select::from("t").item(Expr::call(Function::Truncate(DateUnit::Month), [day]));
/// assert_eq!(
///     select.render(dialect::postgres())?.sql,
///     r#"SELECT DATE_TRUNC('month', "day"::timestamp)::date FROM "t""#
/// );
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateUnit {
    /// Years.
    Year,
    /// Months; a day that the month does not have becomes its last.
    Month,
    /// Weeks, which begin on Monday.
    Week,
    /// Days.
    Day,
    /// Hours.
    Hour,
    /// Minutes.
    Minute,
    /// Seconds.
    Second,
}

impl DateUnit {
    /// Whether it is shorter than a day.
    ///
    /// ```
    /// assert!(manybase_sql::expr::DateUnit::Hour.is_of_clock());
    /// ```
    pub fn is_of_clock(self) -> bool {
        matches!(self, Self::Hour | Self::Minute | Self::Second)
    }

    /// In capital letters, one of it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Year => "YEAR",
            Self::Month => "MONTH",
            Self::Week => "WEEK",
            Self::Day => "DAY",
            Self::Hour => "HOUR",
            Self::Minute => "MINUTE",
            Self::Second => "SECOND",
        }
    }
}

/// The type of a day or an instant, which decides how it is calculated with.
///
/// # Errors
/// Another type, and an unknown one; a part of the day of a day without a time.
pub(crate) fn moment_type(at: &Expr, unit: Option<DateUnit>) -> Result<DataType> {
    let wrong = |what: &str| Err(Error::Statement(what.to_owned()));
    match at.data_type() {
        Some(DataType::Date) if unit.is_some_and(DateUnit::is_of_clock) => {
            wrong("hours, minutes or seconds of a day, which has no time: cast it to a time first")
        }
        Some(of @ (DataType::Date | DataType::DateTime | DataType::Timestamp)) => Ok(of),
        Some(_) => wrong("a calculation with days of something that is neither a day nor an instant"),
        None => wrong("a calculation with days of something whose type is not known: cast it first"),
    }
}
