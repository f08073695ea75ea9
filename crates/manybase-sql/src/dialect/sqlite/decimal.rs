//! Decimals, which SQLite does not have: text, with functions and a collation of the driver's.

use super::COLLATE;
use crate::expr::BinaryOp;
use crate::{DataType, Expr, Result, SqlWriter, Value, render};
use rust_decimal::Decimal;

pub(super) fn is_decimal(expr: &Expr) -> bool {
    expr.data_type().is_some_and(DataType::is_decimal)
}

pub(super) fn is_float(expr: &Expr) -> bool {
    expr.data_type().is_some_and(DataType::is_float)
}

/// A whole number as the decimal that it is among decimals; any other value as it is.
pub(super) fn among_decimals(value: &Value) -> Value {
    match value {
        Value::I64(v) => Value::Decimal(Decimal::from(*v)),
        Value::U64(v) => Value::Decimal(Decimal::from(*v)),
        value => value.clone(),
    }
}

/// Whatever it is, as normalised text.
pub(super) fn decimal(w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
    match expr {
        Expr::Value(value) => {
            w.bind(among_decimals(value));
            Ok(())
        }
        expr if is_decimal(expr) => render::grouped(w, expr),
        expr => {
            w.push("CAST(");
            w.dialect().expr(w, expr)?;
            w.push(" AS TEXT)");
            Ok(())
        }
    }
}

/// A decimal as a floating-point number: what the other databases make of it beside one.
pub(super) fn real(w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
    if !is_decimal(expr) {
        return render::grouped(w, expr);
    }
    w.push("CAST(");
    w.dialect().expr(w, expr)?;
    w.push(" AS REAL)");
    Ok(())
}

/// An operator with a decimal on one side at least.
pub(super) fn binary(w: &mut SqlWriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Result<()> {
    let counts = op.is_arithmetic() || op.is_comparison();
    if counts && (is_float(left) || is_float(right)) {
        if op == BinaryOp::Rem {
            return remainder(w, left, right);
        }
        real(w, left)?;
        w.push(op.symbol());
        return real(w, right);
    }
    let calculate = match op {
        BinaryOp::Add => "MB_ADD",
        BinaryOp::Sub => "MB_SUB",
        BinaryOp::Mul => "MB_MUL",
        BinaryOp::Div => "MB_DIV",
        BinaryOp::Rem => "MB_REM",
        op if op.is_comparison() => {
            decimal(w, left)?;
            w.push(op.symbol());
            decimal(w, right)?;
            // Normalised text is equal when the numbers are, so that an index can serve.
            if !matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
                w.push(COLLATE);
            }
            return Ok(());
        }
        _ => return render::binary(w, left, op, right),
    };
    super::function(w, calculate, [left, right])
}

/// `%` makes whole numbers of both sides here, so what is left over is calculated.
pub(super) fn remainder(w: &mut SqlWriter<'_>, left: &Expr, right: &Expr) -> Result<()> {
    real(w, left)?;
    w.push(" - ");
    real(w, right)?;
    w.push(" * CAST(");
    real(w, left)?;
    w.push(" / ");
    real(w, right)?;
    w.push(" AS INTEGER)");
    Ok(())
}

/// `BETWEEN` with a decimal in it.
pub(super) fn between(w: &mut SqlWriter<'_>, expr: &Expr, low: &Expr, high: &Expr) -> Result<()> {
    if is_float(expr) || is_float(low) || is_float(high) {
        real(w, expr)?;
        w.push(" BETWEEN ");
        real(w, low)?;
        w.push(" AND ");
        return real(w, high);
    }
    w.push("(");
    decimal(w, expr)?;
    w.push(COLLATE);
    w.push(") BETWEEN ");
    decimal(w, low)?;
    w.push(" AND ");
    decimal(w, high)
}
