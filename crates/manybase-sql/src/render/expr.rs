//! Expressions: each node's form in standard SQL. Dialects override single nodes.

use super::{source::column, subquery};
use crate::expr::{Aggregate, BinaryOp, UnaryOp};
use crate::{Error, Expr, Function, LikePattern, ListBind, Result, SqlWriter, Value};

pub(crate) fn expr(w: &mut SqlWriter<'_>, node: &Expr) -> Result<()> {
    let dialect = w.dialect();
    match node {
        Expr::Column(of) => column(w, of),
        Expr::Value(value) => {
            w.bind(value.clone());
            Ok(())
        }
        Expr::Unary(UnaryOp::Not, inner) => {
            w.push("NOT ");
            grouped(w, inner)
        }
        Expr::Unary(UnaryOp::Neg, inner) => {
            w.push("-");
            grouped(w, inner)
        }
        Expr::Comparison(of) => {
            let (column, value) = of.sides();
            dialect.binary(w, &column, of.op(), &value)
        }
        Expr::Binary(sides, op) => match super::collate::comparison(&sides.0, *op, &sides.1) {
            Some((left, right)) => dialect.binary(w, &left, *op, &right),
            None => dialect.binary(w, &sides.0, *op, &sides.1),
        },
        Expr::All(conditions) => all(w, conditions),
        Expr::InList { expr, list, negated } if expr.folds() && !list.is_empty() => {
            in_placeholders(w, expr, list, *negated)
        }
        Expr::InList { expr, list, negated } => dialect.in_list(w, expr, list, *negated),
        Expr::InRows { exprs, rows } => in_rows(w, exprs, rows),
        Expr::Between { expr, low, high } if [expr, low, high].iter().any(|side| side.folds()) => {
            dialect.between(w, &expr.folded(), &low.folded(), &high.folded())
        }
        Expr::Between { expr, low, high } => dialect.between(w, expr, low, high),
        Expr::IsNull { expr, negated } => {
            grouped(w, expr)?;
            w.push(if *negated { " IS NOT NULL" } else { " IS NULL" });
            Ok(())
        }
        Expr::Like {
            expr,
            pattern,
            case_insensitive,
        } => dialect.like(w, expr, pattern, *case_insensitive),
        Expr::Call(function, arguments) => dialect.call(w, function, arguments),
        Expr::Aggregate {
            function,
            argument,
            distinct,
        } => dialect.aggregate(w, *function, argument.as_deref(), *distinct),
        Expr::Case { branches, otherwise } => case(w, branches, otherwise.as_deref(), |w, result| {
            w.dialect().output_expr(w, result)
        }),
        Expr::Cast(inner, to) => super::cast::checked(w, inner, *to),
        Expr::Collate(text, collation) => super::collate::collate(w, text, collation),
        Expr::Rollup(keys) => super::rollup::list(w, keys),
        Expr::Rolled(key) => super::rollup::rolled(w, key),
        Expr::JoinText(join) => dialect.join_text(w, join),
        Expr::Json(json) => dialect.json(w, json),
        Expr::FullText(search) => super::full_text::full_text(w, search),
        Expr::Window(window) => super::window::window(w, window),
        Expr::Literal(number) => {
            w.push(&number.to_string());
            Ok(())
        }
        Expr::Subquery(select) => subquery::scalar(w, select),
        Expr::Exists { select, negated } => subquery::exists(w, select, *negated),
        Expr::InQuery {
            expr,
            select,
            negated,
        } => subquery::in_query(w, expr, select, *negated),
        Expr::Invalid(why) => Err(Error::Statement(why.clone())),
    }
}

/// An operand: in parentheses unless it can't be misread.
pub(crate) fn grouped(w: &mut SqlWriter<'_>, node: &Expr) -> Result<()> {
    let atom = matches!(
        node,
        Expr::Column(_)
            | Expr::Value(_)
            | Expr::Call(..)
            | Expr::Aggregate { .. }
            | Expr::Literal(0..)
            | Expr::Subquery(_)
    );
    if atom {
        return w.dialect().expr(w, node);
    }
    w.push("(");
    w.dialect().expr(w, node)?;
    w.push(")");
    Ok(())
}

/// As [`grouped`], for an operand whose type nothing around it tells.
pub(crate) fn output_grouped(w: &mut SqlWriter<'_>, node: &Expr) -> Result<()> {
    match node {
        Expr::Value(_) => w.dialect().output_expr(w, node),
        node => grouped(w, node),
    }
}

pub(crate) fn binary(w: &mut SqlWriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Result<()> {
    if matches!(op, BinaryOp::And | BinaryOp::Or) {
        return junction(w, left, op, right);
    }
    w.dialect().operand(w, left, right)?;
    w.push(op.symbol());
    w.dialect().operand(w, right, left)
}

/// A chain of the same junction needs no parentheses, and neither do comparisons inside one.
fn junction(w: &mut SqlWriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Result<()> {
    side(w, left, op)?;
    w.push(op.symbol());
    side(w, right, op)
}

fn all(w: &mut SqlWriter<'_>, conditions: &[Expr]) -> Result<()> {
    if conditions.is_empty() {
        w.push("1 = 1");
    }
    for (i, condition) in conditions.iter().enumerate() {
        if i > 0 {
            w.push(BinaryOp::And.symbol());
        }
        side(w, condition, BinaryOp::And)?;
    }
    Ok(())
}

fn side(w: &mut SqlWriter<'_>, node: &Expr, op: BinaryOp) -> Result<()> {
    let plain = match node {
        Expr::All(_) => op == BinaryOp::And,
        Expr::Binary(_, inner) => inner.is_comparison() || *inner == op,
        Expr::Comparison(_)
        | Expr::IsNull { .. }
        | Expr::InList { .. }
        | Expr::InRows { .. }
        | Expr::Like { .. }
        | Expr::Exists { .. }
        | Expr::InQuery { .. } => true,
        _ => false,
    };
    if plain {
        w.dialect().expr(w, node)
    } else {
        grouped(w, node)
    }
}

pub(crate) fn in_list(w: &mut SqlWriter<'_>, expr: &Expr, list: &[Value], negated: bool) -> Result<()> {
    if list.is_empty() {
        w.push(if negated { "1 = 1" } else { "1 = 0" });
        return Ok(());
    }
    let capability = w.dialect().capability();
    if list.len() >= capability.list_bind_from && capability.list_bind != ListBind::Placeholders {
        return w.dialect().in_long_list(w, expr, list, negated);
    }
    in_placeholders(w, expr, list, negated)
}

pub(crate) fn in_placeholders(
    w: &mut SqlWriter<'_>,
    expr: &Expr,
    list: &[Value],
    negated: bool,
) -> Result<()> {
    grouped(w, expr)?;
    w.push(if negated { " NOT IN (" } else { " IN (" });
    w.comma_separated(list, |w, value| {
        let value = Expr::Value(value.clone());
        // Some databases have to be told of what type a value is.
        match expr.folds() {
            true => w.dialect().expr(w, &value.folded()),
            false => w.dialect().expr(w, &value),
        }
    })?;
    w.push(")");
    Ok(())
}

fn in_rows(w: &mut SqlWriter<'_>, exprs: &[Expr], rows: &[Vec<Value>]) -> Result<()> {
    if rows.iter().any(|row| row.len() != exprs.len()) {
        let what = format!(
            "rows of other lengths than {}, to look for so many expressions in",
            exprs.len()
        );
        return Err(Error::Statement(what));
    }
    if rows.is_empty() {
        w.push("1 = 0");
        return Ok(());
    }
    w.push("(");
    w.comma_separated(exprs, |w, expr| w.dialect().expr(w, expr))?;
    w.push(") IN (");
    if w.dialect().capability().rows_as_values {
        w.push("VALUES ");
    }
    w.comma_separated(rows, |w, row| {
        w.push("(");
        w.comma_separated(row, |w, value| {
            // Nothing beside it tells its type.
            w.dialect().output_expr(w, &Expr::Value(value.clone()))
        })?;
        w.push(")");
        Ok(())
    })?;
    w.push(")");
    Ok(())
}

/// A long list as one JSON text, for databases that can take it apart.
///
/// `None` when the list has a value that JSON can't carry without loss: bytes go as hexadecimal digits, which
/// the dialect turns back, documents not at all.
pub(crate) fn list_as_json(list: &[Value]) -> Option<Value> {
    let mut out = String::from("[");
    for (i, value) in list.iter().enumerate() {
        use std::fmt::Write;
        if i > 0 {
            out.push(',');
        }
        // Writing into a String can't fail.
        let _ = match value {
            Value::Null => write!(out, "null"),
            Value::Bool(v) => write!(out, "{}", i32::from(*v)),
            Value::I64(v) => write!(out, "{v}"),
            Value::U64(v) => write!(out, "{v}"),
            Value::F32(v) if v.is_finite() => write!(out, "{:?}", f64::from(*v)),
            Value::F64(v) if v.is_finite() => write!(out, "{v:?}"),
            Value::Decimal(v) => write!(out, "\"{}\"", v.normalize()),
            // Some databases' JSON functions end a text at NUL.
            Value::Text(v) if !v.contains('\0') => write!(out, "{}", serde_json::Value::from(v.as_str())),
            Value::Bytes(v) => write!(out, "\"{}\"", super::hex(v)),
            Value::Uuid(v) => write!(out, "\"{v}\""),
            _ => return None,
        };
    }
    out.push(']');
    Some(Value::Text(out))
}

pub(crate) fn like(
    w: &mut SqlWriter<'_>,
    expr: &Expr,
    pattern: &LikePattern,
    case_insensitive: bool,
) -> Result<()> {
    if case_insensitive {
        w.push("LOWER(");
        w.dialect().expr(w, expr)?;
        w.push(") LIKE LOWER(");
        w.bind(pattern.to_like().into());
        w.push(") ESCAPE '!'");
        return Ok(());
    }
    grouped(w, expr)?;
    w.push(" LIKE ");
    w.bind(pattern.to_like().into());
    w.push(" ESCAPE '!'");
    Ok(())
}

pub(crate) fn call(w: &mut SqlWriter<'_>, function: &Function, arguments: &[Expr]) -> Result<()> {
    check_arguments(function, arguments.len())?;
    let name = match function {
        Function::Coalesce if arguments.len() == 1 => return grouped(w, &arguments[0]),
        Function::Lower => "LOWER",
        Function::Upper => "UPPER",
        Function::Length => "LENGTH",
        Function::Trim => "TRIM",
        Function::Substring => "SUBSTR",
        Function::Replace => "REPLACE",
        Function::Coalesce => "COALESCE",
        Function::NullIf => "NULLIF",
        Function::Greatest => return w.dialect().extreme(w, true, arguments),
        Function::Least => return w.dialect().extreme(w, false, arguments),
        Function::Floor | Function::Ceil if is_whole(&arguments[0]) => {
            return output_grouped(w, &arguments[0]);
        }
        Function::Floor => "FLOOR",
        Function::Ceil => "CEIL",
        Function::Sqrt => "SQRT",
        Function::Power => "POWER",
        Function::Part(_) | Function::Truncate(_) | Function::Shift(_) | Function::Between(_) => {
            return Err(Error::Unsupported {
                dialect: w.dialect().name(),
                feature: "this function of days and instants",
                way_out: "read the value and calculate in the program",
            });
        }
        Function::Abs => "ABS",
        Function::Round => "ROUND",
        Function::Now => {
            w.push("CURRENT_TIMESTAMP");
            return Ok(());
        }
        Function::Year => return extract(w, "YEAR", arguments),
        Function::Month => return extract(w, "MONTH", arguments),
        Function::Day => return extract(w, "DAY", arguments),
        Function::Named(name) | Function::Returning(name, _) => {
            // Function names can't be quoted on MySQL, so only plain ones are taken.
            let mut chars = name.chars();
            let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
            if !first || !chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.')) {
                return Err(Error::Identifier {
                    name: name.escape_debug().to_string(),
                    reason: "a function's name has letters, digits, dots and underscores only".into(),
                });
            }
            name
        }
    };
    w.push(name);
    w.push("(");
    // Of a function by name nothing is known that tells the type of a value.
    let named = matches!(function, Function::Named(_) | Function::Returning(..));
    w.comma_separated(arguments, |w, argument| match named {
        true => w.dialect().output_expr(w, argument),
        false => w.dialect().expr(w, argument),
    })?;
    w.push(")");
    Ok(())
}

/// Whole already: the function would make another type of it.
fn is_whole(expr: &Expr) -> bool {
    expr.data_type().is_some_and(crate::DataType::is_integer)
}

/// A wrong number of arguments is found here: some databases know further meanings of the name.
fn check_arguments(function: &Function, given: usize) -> Result<()> {
    let takes = match function {
        Function::Now => 0..=0,
        Function::Round => 1..=2,
        Function::NullIf | Function::Power | Function::Shift(_) | Function::Between(_) => 2..=2,
        Function::Substring => 2..=3,
        Function::Replace => 3..=3,
        Function::Coalesce => 1..=usize::MAX,
        Function::Greatest | Function::Least => 2..=usize::MAX,
        Function::Named(_) | Function::Returning(..) => 0..=usize::MAX,
        _ => 1..=1,
    };
    if takes.contains(&given) {
        return Ok(());
    }
    Err(Error::Statement(format!("{function:?} with {given} arguments")))
}

fn extract(w: &mut SqlWriter<'_>, field: &str, arguments: &[Expr]) -> Result<()> {
    w.push("EXTRACT(");
    w.push(field);
    w.push(" FROM ");
    w.comma_separated(arguments, |w, argument| w.dialect().expr(w, argument))?;
    w.push(")");
    Ok(())
}

pub(crate) fn aggregate(
    w: &mut SqlWriter<'_>,
    function: Aggregate,
    argument: Option<&Expr>,
    distinct: bool,
) -> Result<()> {
    let over = w.take_over();
    w.push(match function {
        Aggregate::Count => "COUNT(",
        Aggregate::Sum => "SUM(",
        Aggregate::Avg => "AVG(",
        Aggregate::Min => "MIN(",
        Aggregate::Max => "MAX(",
    });
    if argument.is_none() && (distinct || function != Aggregate::Count) {
        return Err(Error::Statement(
            "only COUNT without DISTINCT can do without an argument".into(),
        ));
    }
    if distinct {
        w.push("DISTINCT ");
    }
    match argument {
        Some(argument) => w.dialect().expr(w, argument)?,
        None => w.push("*"),
    }
    w.push(")");
    w.over(over.as_deref())
}

/// The greatest or least of several values, by a function that gives NULL when one of them is NULL.
pub(crate) fn extreme(w: &mut SqlWriter<'_>, function: &str, arguments: &[Expr]) -> Result<()> {
    w.push(function);
    w.comma_separated(arguments, |w, argument| w.dialect().expr(w, argument))?;
    w.push(")");
    Ok(())
}

/// `CASE`, whose results a dialect may want to write in its own way.
pub(crate) fn case(
    w: &mut SqlWriter<'_>,
    branches: &[(Expr, Expr)],
    otherwise: Option<&Expr>,
    mut output: impl FnMut(&mut SqlWriter<'_>, &Expr) -> Result<()>,
) -> Result<()> {
    if branches.is_empty() {
        return Err(Error::Statement("a CASE without a branch".into()));
    }
    w.push("CASE");
    for (when, then) in branches {
        w.push(" WHEN ");
        w.dialect().expr(w, when)?;
        w.push(" THEN ");
        output(w, then)?;
    }
    if let Some(otherwise) = otherwise {
        w.push(" ELSE ");
        output(w, otherwise)?;
    }
    w.push(" END");
    Ok(())
}
