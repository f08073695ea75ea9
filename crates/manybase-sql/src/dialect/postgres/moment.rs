//! Days and instants. The session's zone must not decide on which day an instant lies.

use super::parameter;
use crate::expr::{DatePart, DateUnit, moment_type};
use crate::{DataType, Expr, Function, Result, SqlWriter, render};

/// A function of a day or an instant.
pub(super) fn call(w: &mut SqlWriter<'_>, function: &Function, arguments: &[Expr]) -> Result<()> {
    match (function, arguments) {
        (Function::Part(which), [at]) => part(w, *which, at),
        (Function::Truncate(unit), [at]) => {
            let of = moment_type(at, Some(*unit))?;
            begin(w, of);
            w.push("DATE_TRUNC('");
            w.push(&unit.name().to_ascii_lowercase());
            w.push("', ");
            local(w, at)?;
            if of == DataType::Date {
                w.push("::timestamp");
            }
            w.push(")");
            end(w, of);
            Ok(())
        }
        (Function::Shift(unit), [at, count]) => {
            let of = moment_type(at, Some(*unit))?;
            begin(w, of);
            w.push("(");
            local(w, at)?;
            w.push(" + MAKE_INTERVAL(");
            w.push(match unit {
                DateUnit::Year => "years => ",
                DateUnit::Month => "months => ",
                DateUnit::Week => "weeks => ",
                DateUnit::Day => "days => ",
                DateUnit::Hour => "hours => ",
                DateUnit::Minute => "mins => ",
                DateUnit::Second => "secs => ",
            });
            match count {
                Expr::Value(value) => w.bind(value.clone()),
                count => render::grouped(w, count)?,
            }
            w.push("::int))");
            end(w, of);
            Ok(())
        }
        (Function::Between(DateUnit::Second), [later, earlier]) => {
            moment_type(later, None)?;
            moment_type(earlier, None)?;
            w.push("TRUNC(EXTRACT(EPOCH FROM (");
            local(w, later)?;
            w.push("::timestamp - ");
            local(w, earlier)?;
            w.push("::timestamp)))::bigint");
            Ok(())
        }
        (Function::Between(_), [later, earlier]) => {
            moment_type(later, None)?;
            moment_type(earlier, None)?;
            w.push("(");
            local(w, later)?;
            w.push("::date - ");
            local(w, earlier)?;
            w.push("::date)::bigint");
            Ok(())
        }
        _ => render::call(w, function, arguments),
    }
}

fn begin(w: &mut SqlWriter<'_>, of: DataType) {
    if of == DataType::Timestamp {
        w.push("(");
    }
}

/// Back to the type it came from.
fn end(w: &mut SqlWriter<'_>, of: DataType) {
    w.push(match of {
        DataType::Timestamp => " AT TIME ZONE 'UTC')",
        DataType::Date => "::date",
        _ => "",
    });
}

/// An instant as day and time in UTC.
fn local(w: &mut SqlWriter<'_>, at: &Expr) -> Result<()> {
    if at.data_type() != Some(DataType::Timestamp) {
        return parameter::alone(w, at);
    }
    w.push("(");
    parameter::alone(w, at)?;
    w.push(" AT TIME ZONE 'UTC')");
    Ok(())
}

fn part(w: &mut SqlWriter<'_>, which: DatePart, at: &Expr) -> Result<()> {
    let (begin, end) = match which {
        DatePart::Quarter => ("EXTRACT(QUARTER FROM ", ")::bigint"),
        DatePart::Week => ("EXTRACT(WEEK FROM ", ")::bigint"),
        DatePart::YearDay => ("EXTRACT(DOY FROM ", ")::bigint"),
        DatePart::Weekday => ("EXTRACT(ISODOW FROM ", ")::bigint"),
        DatePart::Hour => ("EXTRACT(HOUR FROM ", ")::bigint"),
        DatePart::Minute => ("EXTRACT(MINUTE FROM ", ")::bigint"),
        DatePart::Second => ("FLOOR(EXTRACT(SECOND FROM ", "))::bigint"),
    };
    w.push(begin);
    local(w, at)?;
    w.push(end);
    Ok(())
}

/// A cast from or to a kind of time, or of a decimal to text. `false` when it is none.
pub(super) fn cast(w: &mut SqlWriter<'_>, inner: &Expr, to: DataType) -> Result<bool> {
    use DataType as D;
    let Some(from) = inner.data_type() else {
        return Ok(false);
    };
    let (before, behind) = match (from, to) {
        (D::DateTime | D::Timestamp, D::Date) => ("", "::date"),
        (D::DateTime | D::Timestamp, D::Time) => ("", "::time"),
        (D::Timestamp, D::DateTime) | (D::Date, D::DateTime) => ("", "::timestamp"),
        (D::Date | D::DateTime, D::Timestamp) => ("(", "::timestamp AT TIME ZONE 'UTC')"),
        (D::Time, to) if to.is_text() => ("TO_CHAR(", "::interval, 'HH24:MI:SS.US')"),
        (D::DateTime, to) if to.is_text() => ("TO_CHAR(", ", 'YYYY-MM-DD HH24:MI:SS.US')"),
        (D::Timestamp, to) if to.is_text() => ("TO_CHAR(", ", 'YYYY-MM-DD HH24:MI:SS.US+00:00')"),
        (D::Date, to) if to.is_text() => ("TO_CHAR(", "::timestamp, 'YYYY-MM-DD')"),
        // As the others write it, without zeros at the end.
        (from, to) if from.is_decimal() && to.is_text() => ("TRIM_SCALE(", ")::text"),
        // By itself it takes fifteen digits only.
        (D::F64, to) if to.is_decimal() => ("CAST(", "::text AS "),
        _ => return Ok(false),
    };
    w.push(before);
    local(w, inner)?;
    w.push(behind);
    if from == D::F64 {
        w.dialect().cast_type(w, to)?;
        w.push(")");
    }
    Ok(true)
}
