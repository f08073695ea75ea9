//! Numbers: narrowed where they fit, never rounded.

use super::BindError;
use crate::kind::Kind;
use crate::numeric;
use crate::row::EXACT_IN_DOUBLE;
use bytes::{BufMut, BytesMut};
use manybase_sql::Value;
use rust_decimal::Decimal;
use std::fmt::Write;
use tokio_postgres::types::Type;

const EXACT_IN_SINGLE: u128 = 1 << f32::MANTISSA_DIGITS;

/// A whole number of 64 bits, or of a decimal.
pub(super) fn integer(
    number: i128,
    value: &Value,
    kind: Kind,
    ty: &Type,
    out: &mut BytesMut,
) -> Result<(), BindError> {
    let range = || BindError::range(ty);
    match kind {
        Kind::Int2 => out.put_i16(number.try_into().map_err(|_| range())?),
        Kind::Int4 => out.put_i32(number.try_into().map_err(|_| range())?),
        Kind::Int8 => out.put_i64(number.try_into().map_err(|_| range())?),
        Kind::Oid => out.put_u32(number.try_into().map_err(|_| range())?),
        Kind::Numeric => numeric::write(number, 0, out),
        Kind::Float8 if number.unsigned_abs() <= EXACT_IN_DOUBLE.into() => out.put_f64(number as f64),
        Kind::Float4 if number.unsigned_abs() <= EXACT_IN_SINGLE => out.put_f32(number as f32),
        Kind::Float8 | Kind::Float4 => return Err(BindError::inexact(ty)),
        _ => return Err(BindError::wrong_type(value, ty)),
    }
    Ok(())
}

/// A decimal; into a floating-point type only where that, written out, is the same number again.
pub(super) fn decimal(
    number: Decimal,
    value: &Value,
    kind: Kind,
    ty: &Type,
    out: &mut BytesMut,
) -> Result<(), BindError> {
    let inexact = || BindError::inexact(ty);
    match kind {
        Kind::Numeric => numeric::write(number.mantissa(), number.scale(), out),
        Kind::Float8 => {
            let float: f64 = number.to_string().parse().map_err(|_| inexact())?;
            if !same(number, &float.to_string()) {
                return Err(inexact());
            }
            out.put_f64(float);
        }
        Kind::Float4 => {
            let float: f32 = number.to_string().parse().map_err(|_| inexact())?;
            if !same(number, &float.to_string()) {
                return Err(inexact());
            }
            out.put_f32(float);
        }
        Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Oid => {
            let whole = number.normalize();
            if whole.scale() != 0 {
                return Err(inexact());
            }
            return integer(whole.mantissa(), value, kind, ty, out);
        }
        _ => return Err(BindError::wrong_type(value, ty)),
    }
    Ok(())
}

fn same(number: Decimal, text: &str) -> bool {
    Decimal::from_str_exact(text).is_ok_and(|back| back == number)
}

/// A floating-point number. `numeric` gets it as text, in the shortest form that means the same double.
pub(super) fn float(
    number: f64,
    value: &Value,
    kind: Kind,
    ty: &Type,
    out: &mut BytesMut,
) -> Result<(), BindError> {
    match kind {
        Kind::Float8 => out.put_f64(number),
        Kind::Float4 => {
            let narrow = number as f32;
            if f64::from(narrow) != number && !number.is_nan() {
                return Err(BindError::inexact(ty));
            }
            out.put_f32(narrow);
        }
        Kind::Numeric => shortest(value, out),
        _ => return Err(BindError::wrong_type(value, ty)),
    }
    Ok(())
}

/// Writing into a buffer that grows can't fail.
fn shortest(value: &Value, out: &mut BytesMut) {
    let _ = match value {
        Value::F32(number) => write!(out, "{number}"),
        Value::F64(number) => write!(out, "{number}"),
        _ => Ok(()),
    };
}
