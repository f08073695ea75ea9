//! Functions, and the driver's own where SQLite's give another answer than other databases.

use super::decimal::{decimal, is_decimal, is_float, real};
use super::{COLLATE, Sqlite, full_text, function, json, moment};
use crate::dialect::ExprDialect;
use crate::expr::{Aggregate, FullTextSearch, Json};
use crate::schema::{FullTextChange, FullTextIndex};
use crate::{DataType, Dialect, Error, Expr, Function, Rendered, Result, SqlWriter, Value, render};
use rust_decimal::Decimal;

impl ExprDialect for Sqlite {
    fn call(&self, w: &mut SqlWriter<'_>, name: &Function, arguments: &[Expr]) -> Result<()> {
        call(w, name, arguments)
    }

    fn aggregate(
        &self,
        w: &mut SqlWriter<'_>,
        which: Aggregate,
        argument: Option<&Expr>,
        distinct: bool,
    ) -> Result<()> {
        aggregate(w, which, argument, distinct)
    }

    fn explain(&self, json: bool) -> Option<&'static str> {
        (!json).then_some("EXPLAIN QUERY PLAN ")
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

    /// The functions of many rows are these for several arguments.
    fn extreme(&self, w: &mut SqlWriter<'_>, greatest: bool, arguments: &[Expr]) -> Result<()> {
        let name = if greatest { "MAX(" } else { "MIN(" };
        let decimals = arguments.iter().any(is_decimal);
        if !decimals {
            return render::extreme(w, name, arguments);
        }
        let floats = arguments.iter().any(is_float);
        w.push(name);
        w.comma_separated(arguments, |w, argument| {
            if floats {
                return real(w, argument);
            }
            decimal(w, argument)?;
            w.push(COLLATE);
            Ok(())
        })?;
        w.push(")");
        Ok(())
    }
}

fn call(w: &mut SqlWriter<'_>, name: &Function, arguments: &[Expr]) -> Result<()> {
    let decimals = arguments.iter().any(is_decimal);
    match (name, arguments) {
        (Function::Lower, [_]) => function(w, "MB_LOWER", arguments),
        (Function::Upper, [_]) => function(w, "MB_UPPER", arguments),
        (Function::Abs, [_]) if decimals => function(w, "MB_ABS", arguments),
        (Function::Round, [number, digits @ ..]) if digits.len() < 2 => round(w, number, digits.first()),
        (Function::Coalesce | Function::NullIf, [_, _, ..]) if decimals => {
            w.push(if *name == Function::Coalesce {
                "COALESCE("
            } else {
                "NULLIF("
            });
            w.comma_separated(arguments, decimal)?;
            w.push(")");
            Ok(())
        }
        (Function::Now, []) => {
            // To the millisecond, in the form of six digits that the driver writes.
            w.push("STRFTIME('%Y-%m-%d %H:%M:%f000+00:00', 'now')");
            Ok(())
        }
        (Function::Year, [at]) => part(w, "%Y", (1, 4), at),
        (Function::Month, [at]) => part(w, "%m", (6, 2), at),
        (Function::Day, [at]) => part(w, "%d", (9, 2), at),
        (Function::Floor, [number]) if !is_whole(number) => function(w, "MB_FLOOR", [number]),
        (Function::Sqrt, [number]) => function(w, "MB_SQRT", [number]),
        (Function::Power, [base, exponent]) => function(w, "MB_POWER", [base, exponent]),
        (Function::Ceil, [number]) if !is_whole(number) => function(w, "MB_CEIL", [number]),
        (
            Function::Part(_) | Function::Truncate(_) | Function::Shift(_) | Function::Between(_),
            arguments,
        ) => moment::call(w, name, arguments),
        (name, arguments) => render::call(w, name, arguments),
    }
}

fn round(w: &mut SqlWriter<'_>, number: &Expr, digits: Option<&Expr>) -> Result<()> {
    let of = number.data_type();
    if of.is_some_and(DataType::is_decimal) {
        return function(w, "MB_ROUND", [number].into_iter().chain(digits));
    }
    let to_tens = match digits {
        Some(Expr::Value(Value::I64(digits))) => *digits < 0,
        _ => false,
    };
    // It would take the number of digits for zero without a word.
    if to_tens {
        return Err(Error::Unsupported {
            dialect: w.dialect().name(),
            feature: "rounding to tens, with a negative number of digits",
            way_out: "divide, round and multiply",
        });
    }
    if of.is_some_and(DataType::is_integer) {
        // Whole already; ROUND would make a floating-point number of it.
        return render::grouped(w, number);
    }
    function(w, "ROUND", [number].into_iter().chain(digits))
}

fn is_whole(expr: &Expr) -> bool {
    expr.data_type().is_some_and(DataType::is_integer)
}

/// What is known to be in the form that the driver writes is cut: the functions would round to milliseconds first.
fn part(w: &mut SqlWriter<'_>, format: &str, (from, count): (u8, u8), at: &Expr) -> Result<()> {
    if matches!(
        at.data_type(),
        Some(DataType::Date | DataType::DateTime | DataType::Timestamp)
    ) {
        return moment::number(w, at, from, count);
    }
    w.push("CAST(STRFTIME('");
    w.push(format);
    w.push("', ");
    w.dialect().expr(w, at)?;
    w.push(") AS INTEGER)");
    Ok(())
}

fn aggregate(w: &mut SqlWriter<'_>, which: Aggregate, argument: Option<&Expr>, distinct: bool) -> Result<()> {
    let Some(argument) = argument.filter(|argument| is_decimal(argument)) else {
        return render::aggregate(w, which, argument, distinct);
    };
    let over = w.take_over();
    w.push(match which {
        Aggregate::Count => "COUNT(",
        Aggregate::Sum => "MB_SUM(",
        Aggregate::Avg => "MB_AVG(",
        Aggregate::Min => "MIN(",
        Aggregate::Max => "MAX(",
    });
    if distinct {
        w.push("DISTINCT ");
    }
    w.dialect().expr(w, argument)?;
    if matches!(which, Aggregate::Min | Aggregate::Max) {
        w.push(COLLATE);
    }
    w.push(")");
    w.over(over.as_deref())
}

pub(super) fn cast(w: &mut SqlWriter<'_>, expr: &Expr, to: DataType) -> Result<()> {
    if moment::cast(w, expr, to)? {
        return Ok(());
    }
    match to {
        // Through text, which is how decimals are kept.
        DataType::Decimal { precision } => {
            let zero = Expr::Value(Value::Decimal(Decimal::ZERO));
            let Some((_, scale)) = precision else {
                return function(w, "MB_ADD", [expr, &zero]);
            };
            w.push("MB_ROUND(");
            function(w, "MB_ADD", [expr, &zero])?;
            w.push(", ");
            w.push(&scale.to_string());
            w.push(")");
            Ok(())
        }
        // It would cut off where others round.
        to if to.is_integer() && (is_decimal(expr) || is_float(expr)) => {
            w.push("CAST(");
            round(w, expr, None)?;
            w.push(" AS INTEGER)");
            Ok(())
        }
        to => render::cast(w, expr, to),
    }
}
