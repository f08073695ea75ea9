//! Days and instants.

use crate::expr::{DatePart, DateUnit, moment_type};
use crate::{DataType, Expr, Function, Result, SqlWriter, render};

/// A function of a day or an instant.
pub(super) fn call(w: &mut SqlWriter<'_>, function: &Function, arguments: &[Expr]) -> Result<()> {
    match (function, arguments) {
        (Function::Part(which), [at]) => {
            let (begin, end) = match which {
                DatePart::Quarter => ("QUARTER(", ")"),
                DatePart::Week => ("WEEK(", ", 3)"),
                DatePart::YearDay => ("DAYOFYEAR(", ")"),
                DatePart::Weekday => ("(WEEKDAY(", ") + 1)"),
                DatePart::Hour => ("HOUR(", ")"),
                DatePart::Minute => ("MINUTE(", ")"),
                DatePart::Second => ("SECOND(", ")"),
            };
            w.push(begin);
            moment(w, at)?;
            w.push(end);
            Ok(())
        }
        (Function::Truncate(unit), [at]) => truncate(w, *unit, at),
        (Function::Shift(unit), [at, count]) => {
            moment_type(at, Some(*unit))?;
            w.push("DATE_ADD(");
            moment(w, at)?;
            w.push(", INTERVAL ");
            render::grouped(w, count)?;
            w.push(" ");
            w.push(unit.name());
            w.push(")");
            Ok(())
        }
        (Function::Between(DateUnit::Second), [later, earlier]) => {
            moment_type(later, None)?;
            moment_type(earlier, None)?;
            w.push("TIMESTAMPDIFF(SECOND, ");
            moment(w, earlier)?;
            w.push(", ");
            moment(w, later)?;
            w.push(")");
            Ok(())
        }
        (Function::Between(_), [later, earlier]) => {
            moment_type(later, None)?;
            moment_type(earlier, None)?;
            w.push("DATEDIFF(");
            moment(w, later)?;
            w.push(", ");
            moment(w, earlier)?;
            w.push(")");
            Ok(())
        }
        _ => render::call(w, function, arguments),
    }
}

/// A value says what it is, or the result would be text.
fn moment(w: &mut SqlWriter<'_>, at: &Expr) -> Result<()> {
    match (at, at.data_type()) {
        (Expr::Value(_), Some(of)) => render::cast(w, at, of),
        _ => w.dialect().expr(w, at),
    }
}

fn truncate(w: &mut SqlWriter<'_>, unit: DateUnit, at: &Expr) -> Result<()> {
    let of = moment_type(at, Some(unit))?;
    let format = match unit {
        DateUnit::Year => "%Y-01-01",
        DateUnit::Month => "%Y-%m-01",
        DateUnit::Week | DateUnit::Day => "%Y-%m-%d",
        DateUnit::Hour => "%Y-%m-%d %H:00:00",
        DateUnit::Minute => "%Y-%m-%d %H:%i:00",
        DateUnit::Second => "%Y-%m-%d %H:%i:%s",
    };
    w.push("CAST(");
    match unit {
        DateUnit::Week => {
            w.push("DATE_SUB(DATE(");
            moment(w, at)?;
            w.push("), INTERVAL WEEKDAY(");
            moment(w, at)?;
            w.push(") DAY)");
        }
        _ => {
            w.push("DATE_FORMAT(");
            moment(w, at)?;
            w.push(&format!(", '{format}')"));
        }
    }
    w.push(" AS ");
    w.dialect().cast_type(w, of)?;
    w.push(")");
    Ok(())
}

/// A cast of a time or a decimal to text, or of a floating-point number to a decimal. `false` when it is none.
pub(super) fn cast(w: &mut SqlWriter<'_>, inner: &Expr, to: DataType) -> Result<bool> {
    use DataType as D;
    let Some(from) = inner.data_type() else {
        return Ok(false);
    };
    let (before, behind) = match (from, to) {
        (D::Time, to) if to.is_text() => ("CAST(CAST(", " AS TIME(6)) AS CHAR)"),
        (D::DateTime, to) if to.is_text() => ("CAST(CAST(", " AS DATETIME(6)) AS CHAR)"),
        (D::Timestamp, to) if to.is_text() => ("CONCAT(CAST(", " AS DATETIME(6)), '+00:00')"),
        // As the others write it, without zeros at the end.
        (from, to) if from.is_decimal() && to.is_text() => (
            "TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(CAST(",
            " AS DECIMAL(65, 28)) AS CHAR)))",
        ),
        (D::F64, to) if to.is_decimal() => ("CAST(CAST(", " AS CHAR) AS "),
        _ => return Ok(false),
    };
    w.push(before);
    w.dialect().expr(w, inner)?;
    w.push(behind);
    if from == D::F64 {
        w.dialect().cast_type(w, to)?;
        w.push(")");
    }
    Ok(true)
}
