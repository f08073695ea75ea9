//! Types of parameters. PostgreSQL decides them before it sees a value, from what stands beside the placeholder,
//! and a value of another type then can't be sent. Where the guess would be wrong, or there is nothing to guess
//! from, the type is written behind the placeholder.

use crate::{DataType, Expr, Result, SqlWriter, Value, render};

/// A parameter with its type beside it.
pub(super) fn typed(w: &mut SqlWriter<'_>, value: &Value) -> Result<()> {
    typed_or(w, value, "")
}

/// The same, with a type for NULL, which has none of its own.
pub(super) fn typed_or(w: &mut SqlWriter<'_>, value: &Value, null: &str) -> Result<()> {
    w.bind(value.clone());
    let name = match value.data_type() {
        Some(data_type) => w.dialect().type_name(data_type)?,
        None => null.into(),
    };
    if !name.is_empty() {
        w.push("::");
        w.push(&name);
    }
    Ok(())
}

/// An operand whose type nothing else tells.
pub(super) fn alone(w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
    match expr {
        Expr::Value(value) => typed_or(w, value, "text"),
        expr => render::grouped(w, expr),
    }
}

/// A number whose type nothing else tells.
pub(super) fn number(w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
    match expr {
        Expr::Value(value) => typed_or(w, value, "numeric"),
        expr => render::grouped(w, expr),
    }
}

/// An operand that takes its type from what is beside it, where that is right.
pub(super) fn beside(w: &mut SqlWriter<'_>, expr: &Expr, beside: &Expr) -> Result<()> {
    match expr {
        Expr::Value(value) if needs_type(value, beside) => typed(w, value),
        expr => render::grouped(w, expr),
    }
}

/// The suffix of an array of values to look for in.
pub(super) fn array_type(w: &SqlWriter<'_>, expr: &Expr, list: &[Value]) -> Result<String> {
    if !list.iter().any(|value| needs_type(value, expr)) {
        return Ok(String::new());
    }
    let types = list.iter().filter_map(Value::data_type);
    let rank = |of: &DataType| match of {
        of if of.is_float() => 4,
        of if of.is_decimal() => 3,
        DataType::U64 => 2,
        _ => 1,
    };
    match types.max_by_key(rank) {
        Some(widest) => Ok(format!("::{}[]", w.dialect().type_name(widest)?)),
        None => Ok(String::new()),
    }
}

/// Whether a value beside an expression would be taken for a type that can't hold it.
fn needs_type(value: &Value, beside: &Expr) -> bool {
    let Some(own) = value.data_type() else {
        return false;
    };
    if matches!(beside, Expr::Value(_)) {
        return true;
    }
    let Some(there) = beside.data_type() else {
        return false;
    };
    if !own.is_numeric() || !there.is_numeric() {
        return false;
    }
    !match (there, value) {
        (DataType::I16, Value::I64(v)) => i16::try_from(*v).is_ok(),
        (DataType::I32, Value::I64(v)) => i32::try_from(*v).is_ok(),
        (DataType::I64, Value::I64(_)) => true,
        (DataType::U64, Value::I64(_) | Value::U64(_)) => true,
        (DataType::Decimal { .. }, Value::Decimal(_)) => true,
        (DataType::F32, Value::F32(_)) => true,
        (DataType::F64, Value::F32(_) | Value::F64(_)) => true,
        _ => false,
    }
}
