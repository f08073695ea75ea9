//! Functions: forms that give the type and the answer that the other databases give.

use super::{Postgres, full_text, json, moment, parameter};
use crate::dialect::ExprDialect;
use crate::expr::{Aggregate, FullTextSearch, Json};
use crate::schema::{FullTextChange, FullTextIndex};
use crate::{DataType, Dialect, Expr, Function, Rendered, Result, SqlWriter, Value, render};

/// The collation that tells which letters belong together. Where a column has it anyway, the server drops it, so
/// that indexes serve.
pub(super) const FOLDING: &str = " COLLATE \"default\"";

impl ExprDialect for Postgres {
    fn call(&self, w: &mut SqlWriter<'_>, function: &Function, arguments: &[Expr]) -> Result<()> {
        call(w, function, arguments)
    }

    fn aggregate(
        &self,
        w: &mut SqlWriter<'_>,
        function: Aggregate,
        argument: Option<&Expr>,
        distinct: bool,
    ) -> Result<()> {
        aggregate(w, function, argument, distinct)
    }

    fn explain(&self, json: bool) -> Option<&'static str> {
        Some(if json {
            "EXPLAIN (FORMAT JSON) "
        } else {
            "EXPLAIN "
        })
    }

    fn full_text(&self, w: &mut SqlWriter<'_>, search: &FullTextSearch) -> Result<()> {
        full_text::full_text(w, search)
    }

    fn full_text_index(
        &self,
        dialect: &dyn Dialect,
        index: &FullTextIndex,
        change: FullTextChange,
    ) -> Result<Vec<Rendered>> {
        full_text::index(dialect, index, change)
    }

    fn json(&self, w: &mut SqlWriter<'_>, json: &Json) -> Result<()> {
        json::json(w, json)
    }

    /// It passes over NULL by itself.
    fn extreme(&self, w: &mut SqlWriter<'_>, greatest: bool, arguments: &[Expr]) -> Result<()> {
        let mut nullable = arguments
            .iter()
            .filter(|argument| argument.is_nullable())
            .peekable();
        let guarded = nullable.peek().is_some();
        if guarded {
            w.push("CASE WHEN ");
            for (i, argument) in nullable.enumerate() {
                if i > 0 {
                    w.push(" AND ");
                }
                w.dialect().expr(w, &argument.clone().is_not_null())?;
            }
            w.push(" THEN ");
        }
        // The first that is more than a value tells the type of the values.
        let guide = guide(arguments);
        w.push(if greatest { "GREATEST(" } else { "LEAST(" });
        w.comma_separated(arguments, |w, argument| guided(w, argument, guide))?;
        w.push(")");
        if guarded {
            w.push(" END");
        }
        Ok(())
    }

    fn binary_collation(&self) -> &'static str {
        "C"
    }
}

/// The first that is more than a value.
fn guide(arguments: &[Expr]) -> Option<&Expr> {
    arguments
        .iter()
        .find(|argument| !matches!(argument, Expr::Value(_)))
}

/// An argument among others, of which one tells the type.
fn guided(w: &mut SqlWriter<'_>, argument: &Expr, guide: Option<&Expr>) -> Result<()> {
    match argument {
        Expr::Value(_) => parameter::beside(w, argument, guide.unwrap_or(argument)),
        argument => w.dialect().expr(w, argument),
    }
}

fn call(w: &mut SqlWriter<'_>, function: &Function, arguments: &[Expr]) -> Result<()> {
    match (function, arguments) {
        (Function::Round, [number]) => round(w, number, None),
        (Function::Round, [number, digits]) => round(w, number, Some(digits)),
        (Function::Abs, [number @ Expr::Value(_)]) => {
            w.push("ABS(");
            parameter::number(w, number)?;
            w.push(")");
            Ok(())
        }
        (Function::Coalesce | Function::NullIf, [_, _, ..]) => {
            // The first that is more than a value tells the type of the values.
            let guide = guide(arguments);
            w.push(if *function == Function::Coalesce {
                "COALESCE("
            } else {
                "NULLIF("
            });
            w.comma_separated(arguments, |w, argument| guided(w, argument, guide))?;
            w.push(")");
            Ok(())
        }
        // By the database's own rules: collation "C" of our tables knows the letters of ASCII only.
        (Function::Lower | Function::Upper, [text]) => {
            w.push(if *function == Function::Lower {
                "LOWER("
            } else {
                "UPPER("
            });
            render::grouped(w, text)?;
            w.push(FOLDING);
            w.push(")");
            Ok(())
        }
        (Function::Floor | Function::Ceil, [number @ Expr::Value(_)]) => {
            w.push(if *function == Function::Floor {
                "FLOOR("
            } else {
                "CEIL("
            });
            parameter::number(w, number)?;
            w.push(")");
            Ok(())
        }
        (Function::Part(_) | Function::Truncate(_) | Function::Shift(_) | Function::Between(_), _) => {
            moment::call(w, function, arguments)
        }
        // Of a negative number it is an error here.
        (Function::Sqrt, [number]) => {
            w.push("CASE WHEN ");
            double(w, number)?;
            w.push(" >= 0 THEN SQRT(");
            double(w, number)?;
            w.push(") END");
            Ok(())
        }
        (Function::Power, [base, exponent]) => {
            w.push("POWER(");
            double(w, base)?;
            w.push(", ");
            double(w, exponent)?;
            w.push(")");
            Ok(())
        }
        (Function::Year, [at]) => part(w, "YEAR", at),
        (Function::Month, [at]) => part(w, "MONTH", at),
        (Function::Day, [at]) => part(w, "DAY", at),
        _ => render::call(w, function, arguments),
    }
}

/// Of decimals it would calculate decimals.
fn double(w: &mut SqlWriter<'_>, number: &Expr) -> Result<()> {
    render::cast(w, number, DataType::F64)
}

/// `EXTRACT` gives NUMERIC by itself.
fn part(w: &mut SqlWriter<'_>, field: &str, at: &Expr) -> Result<()> {
    w.push("EXTRACT(");
    w.push(field);
    w.push(" FROM ");
    parameter::alone(w, at)?;
    // The session's zone must not decide in which year an instant lies.
    if at.data_type() == Some(DataType::Timestamp) {
        w.push(" AT TIME ZONE 'UTC'");
    }
    w.push(")::bigint");
    Ok(())
}

/// Two-argument ROUND takes NUMERIC only, and one-argument ROUND makes floating point of whole numbers.
fn round(w: &mut SqlWriter<'_>, number: &Expr, digits: Option<&Expr>) -> Result<()> {
    let of = number.data_type();
    if digits.is_none() && of.is_some_and(DataType::is_integer) {
        return parameter::number(w, number);
    }
    w.push("ROUND(");
    parameter::number(w, number)?;
    if let Some(digits) = digits {
        w.push("::numeric, ");
        match digits {
            Expr::Value(value) => w.bind(value.clone()),
            digits => render::grouped(w, digits)?,
        }
        w.push("::int");
    }
    w.push(")");
    if let (Some(of), Some(_)) = (of, digits)
        && !of.is_decimal()
    {
        w.push("::");
        w.push(&w.dialect().type_name(of)?);
    }
    Ok(())
}

fn aggregate(
    w: &mut SqlWriter<'_>,
    function: Aggregate,
    argument: Option<&Expr>,
    distinct: bool,
) -> Result<()> {
    let Some(argument) = argument else {
        return render::aggregate(w, function, argument, distinct);
    };
    let of = argument.data_type();
    let (name, inside, behind) = match (function, of) {
        (Aggregate::Min, Some(DataType::Bool)) => ("BOOL_AND(", "", ""),
        (Aggregate::Max, Some(DataType::Bool)) => ("BOOL_OR(", "", ""),
        (Aggregate::Min, Some(DataType::Uuid)) => ("MIN(", "::text", "::uuid"),
        (Aggregate::Max, Some(DataType::Uuid)) => ("MAX(", "::text", "::uuid"),
        (Aggregate::Min, _) => ("MIN(", "", ""),
        (Aggregate::Max, _) => ("MAX(", "", ""),
        (Aggregate::Count, _) => ("COUNT(", "", ""),
        // Whole numbers give NUMERIC, whose quotients have digits behind the point.
        (Aggregate::Sum, Some(DataType::U64)) => ("SUM(", "", "::numeric(20)"),
        (Aggregate::Sum, Some(of)) if of.is_integer() => ("SUM(", "", "::bigint"),
        (Aggregate::Sum, Some(DataType::F32)) => ("SUM(", "::double precision", ""),
        (Aggregate::Avg, Some(of)) if of.is_integer() => ("AVG(", "", "::double precision"),
        (Aggregate::Sum, _) => ("SUM(", "", ""),
        (Aggregate::Avg, _) => ("AVG(", "", ""),
    };
    let over = w.take_over();
    w.push(name);
    if distinct {
        w.push("DISTINCT ");
    }
    match argument {
        Expr::Value(value @ Value::Null) if matches!(function, Aggregate::Sum | Aggregate::Avg) => {
            parameter::typed_or(w, value, "numeric")?;
        }
        Expr::Value(value) => parameter::typed_or(w, value, "text")?,
        argument if inside.is_empty() => w.dialect().expr(w, argument)?,
        argument => render::grouped(w, argument)?,
    }
    w.push(inside);
    w.push(")");
    w.over(over.as_deref())?;
    w.push(behind);
    Ok(())
}

pub(super) fn cast(w: &mut SqlWriter<'_>, inner: &Expr, to: DataType) -> Result<()> {
    if moment::cast(w, inner, to)? {
        return Ok(());
    }
    let from = inner.data_type();
    let boolean = from == Some(DataType::Bool) && to.is_numeric() && to != DataType::I32;
    if to == DataType::Bool && from.is_some_and(DataType::is_numeric) {
        return render::cast(w, inner, to);
    }
    w.push("CAST(");
    match inner {
        // Otherwise the parameter is taken for the type that it is to become.
        Expr::Value(value) if from.is_some_and(|from| from != to) => parameter::typed(w, value)?,
        inner if boolean => render::grouped(w, inner)?,
        inner => w.dialect().expr(w, inner)?,
    }
    // A boolean becomes INTEGER and nothing else.
    w.push(if boolean { "::integer AS " } else { " AS " });
    w.dialect().cast_type(w, to)?;
    w.push(")");
    Ok(())
}
