//! Days and instants, which are text here: cut with care, because the date functions know milliseconds only.

use crate::expr::{DatePart, DateUnit, moment_type};
use crate::{DataType, Expr, Function, Result, SqlWriter, render};

/// A function of a day or an instant.
pub(super) fn call(w: &mut SqlWriter<'_>, function: &Function, arguments: &[Expr]) -> Result<()> {
    match (function, arguments) {
        (Function::Part(which), [at]) => part(w, *which, at),
        (Function::Truncate(unit), [at]) => truncate(w, *unit, at),
        (Function::Shift(unit), [at, count]) => shift(w, *unit, at, count),
        (Function::Between(DateUnit::Second), [later, earlier]) => {
            moment_type(later, None)?;
            moment_type(earlier, None)?;
            w.push("((");
            microseconds(w, later)?;
            w.push(" - ");
            microseconds(w, earlier)?;
            w.push(") / 1000000)");
            Ok(())
        }
        (Function::Between(_), [later, earlier]) => {
            moment_type(later, None)?;
            moment_type(earlier, None)?;
            w.push("CAST(JULIANDAY(");
            piece(w, later, 1, 10)?;
            w.push(") - JULIANDAY(");
            piece(w, earlier, 1, 10)?;
            w.push(") AS INTEGER)");
            Ok(())
        }
        _ => render::call(w, function, arguments),
    }
}

fn microseconds(w: &mut SqlWriter<'_>, at: &Expr) -> Result<()> {
    w.push("(UNIXEPOCH(");
    piece(w, at, 1, 19)?;
    w.push(") * 1000000 + CAST(");
    piece(w, at, 21, 6)?;
    w.push(" AS INTEGER))");
    Ok(())
}

/// So many characters from the `from`th.
fn piece(w: &mut SqlWriter<'_>, at: &Expr, from: u8, count: u8) -> Result<()> {
    w.push("SUBSTR(");
    w.dialect().expr(w, at)?;
    w.push(&format!(", {from}, {count})"));
    Ok(())
}

/// The number that stands there.
pub(super) fn number(w: &mut SqlWriter<'_>, at: &Expr, from: u8, count: u8) -> Result<()> {
    w.push("CAST(");
    piece(w, at, from, count)?;
    w.push(" AS INTEGER)");
    Ok(())
}

fn part(w: &mut SqlWriter<'_>, which: DatePart, at: &Expr) -> Result<()> {
    // A time of day begins with its hour.
    let clock = match at.data_type() {
        Some(DataType::Time) => 1,
        _ => 12,
    };
    let mut of_day = |before: &str, format: &str, behind: &str| {
        w.push(before);
        w.push("CAST(STRFTIME('");
        w.push(format);
        w.push("', ");
        piece(w, at, 1, 10)?;
        w.push(") AS INTEGER)");
        w.push(behind);
        Ok(())
    };
    match which {
        DatePart::Week => of_day("", "%V", ""),
        DatePart::YearDay => of_day("", "%j", ""),
        DatePart::Weekday => of_day("((", "%w", " + 6) % 7 + 1)"),
        DatePart::Quarter => {
            w.push("((");
            number(w, at, 6, 2)?;
            w.push(" + 2) / 3)");
            Ok(())
        }
        DatePart::Hour => number(w, at, clock, 2),
        DatePart::Minute => number(w, at, clock + 3, 2),
        DatePart::Second => number(w, at, clock + 6, 2),
    }
}

/// What stands behind the part that is kept.
fn zeros(of: DataType, unit: DateUnit) -> String {
    let whole = "0000-01-01 00:00:00.000000";
    let from = match unit {
        DateUnit::Year => 4,
        DateUnit::Month => 7,
        DateUnit::Week | DateUnit::Day => 10,
        DateUnit::Hour => 13,
        DateUnit::Minute => 16,
        DateUnit::Second => 19,
    };
    match of {
        DataType::Date => whole[from..10].to_owned(),
        DataType::Timestamp => format!("{}+00:00", &whole[from..]),
        _ => whole[from..].to_owned(),
    }
}

fn truncate(w: &mut SqlWriter<'_>, unit: DateUnit, at: &Expr) -> Result<()> {
    let of = moment_type(at, Some(unit))?;
    w.push("(");
    match unit {
        DateUnit::Year => piece(w, at, 1, 4)?,
        DateUnit::Month => piece(w, at, 1, 7)?,
        DateUnit::Week => {
            w.push("DATE(");
            piece(w, at, 1, 10)?;
            w.push(", 'weekday 0', '-6 days')");
        }
        DateUnit::Day => piece(w, at, 1, 10)?,
        DateUnit::Hour => piece(w, at, 1, 13)?,
        DateUnit::Minute => piece(w, at, 1, 16)?,
        DateUnit::Second => piece(w, at, 1, 19)?,
    }
    w.push(&format!(" || '{}')", zeros(of, unit)));
    Ok(())
}

/// The days are moved and the time stays, or the seconds are moved and what is behind them stays.
fn shift(w: &mut SqlWriter<'_>, unit: DateUnit, at: &Expr, count: &Expr) -> Result<()> {
    moment_type(at, Some(unit))?;
    let (begin, keep) = match unit.is_of_clock() {
        true => ("(STRFTIME('%Y-%m-%d %H:%M:%S', ", 19),
        false => ("(DATE(", 10),
    };
    w.push(begin);
    piece(w, at, 1, keep)?;
    w.push(if unit == DateUnit::Week { ", (" } else { ", " });
    render::grouped(w, count)?;
    w.push(match unit {
        DateUnit::Year => " || ' years', 'floor'",
        DateUnit::Month => " || ' months', 'floor'",
        DateUnit::Week => " * 7) || ' days'",
        DateUnit::Day => " || ' days'",
        DateUnit::Hour => " || ' hours'",
        DateUnit::Minute => " || ' minutes'",
        DateUnit::Second => " || ' seconds'",
    });
    w.push(") || SUBSTR(");
    w.dialect().expr(w, at)?;
    w.push(&format!(", {}))", keep + 1));
    Ok(())
}

/// A cast from one kind of time to another. `false` when it is none.
pub(super) fn cast(w: &mut SqlWriter<'_>, at: &Expr, to: DataType) -> Result<bool> {
    use DataType as D;
    match (at.data_type(), to) {
        (Some(D::DateTime | D::Timestamp), D::Date) => piece(w, at, 1, 10)?,
        (Some(D::DateTime | D::Timestamp), D::Time) => piece(w, at, 12, 15)?,
        (Some(D::Timestamp), D::DateTime) => piece(w, at, 1, 26)?,
        (Some(D::Date), D::DateTime) => behind(w, at, " 00:00:00.000000")?,
        (Some(D::Date), D::Timestamp) => behind(w, at, " 00:00:00.000000+00:00")?,
        (Some(D::DateTime), D::Timestamp) => behind(w, at, "+00:00")?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn behind(w: &mut SqlWriter<'_>, at: &Expr, more: &str) -> Result<()> {
    w.push("(");
    render::grouped(w, at)?;
    w.push(&format!(" || '{more}')"));
    Ok(())
}
