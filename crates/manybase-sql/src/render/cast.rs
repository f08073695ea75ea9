//! `CAST`, and which casts give the same answer everywhere.

use crate::expr::BinaryOp;
use crate::{DataType, Error, Expr, Result, SqlWriter, Value};

/// A cast, unless databases differ in what comes out of it.
pub(crate) fn checked(w: &mut SqlWriter<'_>, inner: &Expr, to: DataType) -> Result<()> {
    let Some(from) = inner.data_type() else {
        return w.dialect().cast(w, inner, to);
    };
    if let Some(why) = refused(from, to) {
        return Err(Error::Statement(format!(
            "a cast of {} to {}: {why}",
            name(from),
            name(to)
        )));
    }
    if from == DataType::Bool && to.is_text() {
        let case = Expr::Case {
            branches: vec![
                (inner.clone(), Expr::from("true")),
                (inner.clone().not(), Expr::from("false")),
            ],
            otherwise: None,
        };
        return w.dialect().expr(w, &case);
    }
    w.dialect().cast(w, inner, to)
}

/// Why a cast is none that all databases do alike.
fn refused(from: DataType, to: DataType) -> Option<&'static str> {
    use DataType as D;
    const PARSE: &str = "databases read a text in different ways, and some take what is none for zero; read the text and \
                         parse it in the program";
    const WRITE: &str = "databases write it in different ways; read the value and write it in the program";
    const NONE: &str = "there is no such conversion that all databases know";
    let moment = |of: D| matches!(of, D::Date | D::Time | D::DateTime | D::Timestamp);
    if std::mem::discriminant(&from) == std::mem::discriminant(&to) || from.is_text() && to.is_text() {
        return None;
    }
    match (from, to) {
        (_, D::F32) => Some("not every database rounds to single precision; cast to f64"),
        (D::Bool, to) if to.is_numeric() || to.is_text() => None,
        (from, D::Bool) if from.is_numeric() => None,
        (D::F32, D::Decimal { .. }) => Some(WRITE),
        (from, to) if from.is_numeric() && to.is_numeric() => None,
        (from, to) if from.is_float() && to.is_text() => Some(WRITE),
        (from, to) if from.is_numeric() && to.is_text() => None,
        (from, _) if from.is_text() => Some(PARSE),
        (D::Date, D::Time) | (D::Time, D::Date | D::DateTime | D::Timestamp) => {
            Some("a day has no time, and a time no day")
        }
        (from, to) if moment(from) && moment(to) => None,
        (from, to) if (moment(from) || from == D::Uuid) && to.is_text() => None,
        (D::Bytes | D::Json, to) if to.is_text() => Some(WRITE),
        _ => Some(NONE),
    }
}

fn name(of: DataType) -> &'static str {
    match of {
        DataType::Bool => "a truth value",
        of if of.is_integer() => "a whole number",
        of if of.is_float() => "a floating-point number",
        of if of.is_decimal() => "a decimal",
        of if of.is_text() => "a text",
        DataType::Bytes => "bytes",
        DataType::Date => "a day",
        DataType::Time => "a time",
        DataType::DateTime => "a day with a time",
        DataType::Timestamp => "an instant",
        DataType::Uuid => "a UUID",
        DataType::Json => "a document",
        _ => "this type",
    }
}

pub(crate) fn cast(w: &mut SqlWriter<'_>, inner: &Expr, to: DataType) -> Result<()> {
    // Not every database knows the cast, and none has another idea of the truth of a number.
    if to == DataType::Bool && inner.data_type().is_some_and(DataType::is_numeric) {
        return w
            .dialect()
            .binary(w, inner, BinaryOp::Ne, &Expr::Value(Value::I64(0)));
    }
    w.push("CAST(");
    w.dialect().expr(w, inner)?;
    w.push(" AS ");
    w.dialect().cast_type(w, to)?;
    w.push(")");
    Ok(())
}
