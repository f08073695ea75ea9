//! Values to what the server expects in their places.
//!
//! The server tells the type of each placeholder when it prepares the statement. A value is encoded as that type
//! where nothing is lost; else it is an error that names the types and never the value.

mod error;
pub(crate) mod list;
mod number;

pub(crate) use error::BindError;

use crate::kind::Kind;
use crate::temporal;
use bytes::{BufMut, BytesMut};
use manybase_sql::Value;
use tokio_postgres::types::{Format, IsNull, Type};

/// Whether a value travels in the type's binary form, or as text that the server parses: for a text in the place
/// of a date, an address, a range, or whatever the server has. The kind is the type's, and the type no domain.
pub(crate) fn form_as(value: &Value, kind: Kind, ty: &Type) -> Format {
    match (value, kind) {
        (Value::Text(_), Kind::Text) => Format::Binary,
        (Value::Text(_), _) | (Value::F32(_) | Value::F64(_), Kind::Numeric) => Format::Text,
        (Value::List(list), Kind::Array) => list::form(list, ty),
        _ => Format::Binary,
    }
}

/// Writes a value in the form that [`form_as`] tells.
pub(crate) fn encode_as(
    value: &Value,
    kind: Kind,
    ty: &Type,
    out: &mut BytesMut,
) -> Result<IsNull, BindError> {
    let refused = || BindError::wrong_type(value, ty);
    match (value, kind) {
        (Value::Null, _) => return Ok(IsNull::Yes),
        (Value::List(values), Kind::Array) => return list::encode(values, ty, out),
        (Value::Bool(bool), Kind::Bool) => out.put_u8(u8::from(*bool)),
        (Value::I64(number), _) => number::integer((*number).into(), value, kind, ty, out)?,
        (Value::U64(number), _) => number::integer((*number).into(), value, kind, ty, out)?,
        (Value::Decimal(number), _) => number::decimal(*number, value, kind, ty, out)?,
        (Value::F32(number), _) => number::float(f64::from(*number), value, kind, ty, out)?,
        (Value::F64(number), _) => number::float(*number, value, kind, ty, out)?,
        (Value::Text(text), _) => self::text(text, value, kind, ty, out)?,
        (Value::Bytes(bytes), Kind::Bytea) => out.put_slice(bytes),
        (Value::Date(day), Kind::Date) => {
            out.put_i32(temporal::date_number(*day).ok_or_else(|| BindError::range(ty))?);
        }
        (Value::Time(time), Kind::Time) => {
            out.put_i64(temporal::time_number(*time).ok_or_else(|| BindError::range(ty))?);
        }
        (Value::DateTime(at), Kind::Timestamp) => {
            out.put_i64(temporal::date_time_number(*at).ok_or_else(|| BindError::range(ty))?);
        }
        (Value::Timestamp(at), Kind::Timestamptz | Kind::Timestamp) => {
            let number = temporal::date_time_number(at.naive_utc());
            out.put_i64(number.ok_or_else(|| BindError::range(ty))?);
        }
        (Value::Uuid(uuid), Kind::Uuid) => out.put_slice(uuid.as_bytes()),
        (Value::Uuid(uuid), Kind::Text) => {
            out.put_slice(
                uuid.hyphenated()
                    .encode_lower(&mut uuid::Uuid::encode_buffer())
                    .as_bytes(),
            );
        }
        (Value::Json(json), Kind::Json | Kind::Jsonb | Kind::Text) => {
            if kind == Kind::Jsonb {
                out.put_u8(1);
            }
            serde_json::to_writer(out.writer(), json.as_ref()).map_err(|_| refused())?;
        }
        _ => return Err(refused()),
    }
    Ok(IsNull::No)
}

fn text(text: &str, value: &Value, kind: Kind, ty: &Type, out: &mut BytesMut) -> Result<(), BindError> {
    match kind {
        // These have a value kind of their own: a text there is a mistake, and every database should say so.
        Kind::Bool
        | Kind::Int2
        | Kind::Int4
        | Kind::Int8
        | Kind::Oid
        | Kind::Float4
        | Kind::Float8
        | Kind::Numeric
        | Kind::Bytea => Err(BindError::wrong_type(value, ty)),
        _ if text.contains('\0') => Err(BindError::nul()),
        _ => {
            out.put_slice(text.as_bytes());
            Ok(())
        }
    }
}
