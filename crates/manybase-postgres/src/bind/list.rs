//! Lists to arrays, for `= ANY($1)`.

use super::BindError;
use crate::kind::{Kind, base};
use bytes::{BufMut, BytesMut};
use manybase_sql::Value;
use tokio_postgres::types::{self, Format, IsNull, Type};

/// What an array is made of.
fn member(ty: &Type) -> Option<&Type> {
    match ty.kind() {
        types::Kind::Array(member) => Some(member),
        _ => None,
    }
}

/// One value that travels as text makes the whole array travel so.
pub(super) fn form(values: &[Value], ty: &Type) -> Format {
    let as_text = |member: &Type| {
        let (member, kind) = (base(member), Kind::of(member));
        let mut forms = values.iter().map(|value| super::form_as(value, kind, member));
        forms.any(|form| matches!(form, Format::Text))
    };
    if member(ty).is_some_and(as_text) {
        Format::Text
    } else {
        Format::Binary
    }
}

pub(super) fn encode(values: &[Value], ty: &Type, out: &mut BytesMut) -> Result<IsNull, BindError> {
    write(values.iter(), form(values, ty), ty, out)?;
    Ok(IsNull::No)
}

/// Writes values as an array of this type, in a form that all of them have.
pub(crate) fn write<'v>(
    values: impl ExactSizeIterator<Item = &'v Value>,
    form: Format,
    ty: &Type,
    out: &mut BytesMut,
) -> Result<(), BindError> {
    let Some(member) = member(ty) else {
        return Err(BindError::range(ty));
    };
    match form {
        Format::Binary => binary(values, member, ty, out),
        Format::Text => literal(values, member, out),
    }
}

/// Dimensions, whether there are NULLs, the members' type, length and lower bound, then each with its size.
fn binary<'v>(
    values: impl ExactSizeIterator<Item = &'v Value>,
    member: &Type,
    ty: &Type,
    out: &mut BytesMut,
) -> Result<(), BindError> {
    let length = i32::try_from(values.len()).map_err(|_| BindError::range(ty))?;
    out.put_i32(i32::from(length > 0));
    let has_nulls = out.len();
    out.put_i32(0);
    out.put_u32(member.oid());
    if length > 0 {
        out.put_i32(length);
        out.put_i32(1);
    }
    let (member, kind) = (base(member), Kind::of(member));
    // Mostly too little, but then it grows a few times and not with every doubling from nothing.
    out.reserve(values.len() * 12);
    for value in values {
        let begin = out.len();
        out.put_i32(-1);
        match super::encode_as(value, kind, member, out)? {
            IsNull::No => {
                let size = out.len() - begin - 4;
                let size = i32::try_from(size).map_err(|_| BindError::range(ty))?;
                out[begin..begin + 4].copy_from_slice(&size.to_be_bytes());
            }
            IsNull::Yes => out[has_nulls + 3] = 1,
        }
    }
    Ok(())
}

/// The array's text form: `{"a","b",NULL}`.
fn literal<'v>(
    values: impl Iterator<Item = &'v Value>,
    member: &Type,
    out: &mut BytesMut,
) -> Result<(), BindError> {
    let (member, kind) = (base(member), Kind::of(member));
    out.put_u8(b'{');
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.put_u8(b',');
        }
        if value.is_null() {
            out.put_slice(b"NULL");
            continue;
        }
        let mut text = BytesMut::new();
        match (value, super::form_as(value, kind, member)) {
            (_, Format::Text) => {
                super::encode_as(value, kind, member, &mut text)?;
            }
            // Beside a floating-point number for `numeric`.
            (Value::I64(number), _) => text.put_slice(number.to_string().as_bytes()),
            (Value::U64(number), _) => text.put_slice(number.to_string().as_bytes()),
            (Value::Decimal(number), _) => text.put_slice(number.to_string().as_bytes()),
            _ => return Err(BindError::wrong_type(value, member)),
        }
        out.put_u8(b'"');
        for byte in text {
            if matches!(byte, b'"' | b'\\') {
                out.put_u8(b'\\');
            }
            out.put_u8(byte);
        }
        out.put_u8(b'"');
    }
    out.put_u8(b'}');
    Ok(())
}
