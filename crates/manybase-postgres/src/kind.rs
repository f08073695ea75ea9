//! The types that a cell or a parameter can have, as far as they matter here.

use tokio_postgres::types::{self, Type};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Numeric,
    /// Every type whose binary form is its text.
    Text,
    /// The one-byte `"char"` of the system catalogues.
    Char,
    Bytea,
    Date,
    Time,
    Timestamp,
    Timestamptz,
    Uuid,
    Json,
    Jsonb,
    Array,
    Other,
}

impl Kind {
    /// The kind of a type; a domain has its base's.
    pub(crate) fn of(ty: &Type) -> Self {
        match *base(ty) {
            Type::BOOL => Self::Bool,
            Type::INT2 => Self::Int2,
            Type::INT4 => Self::Int4,
            Type::INT8 => Self::Int8,
            Type::OID => Self::Oid,
            Type::FLOAT4 => Self::Float4,
            Type::FLOAT8 => Self::Float8,
            Type::NUMERIC => Self::Numeric,
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::XML => Self::Text,
            Type::CHAR => Self::Char,
            Type::BYTEA => Self::Bytea,
            Type::DATE => Self::Date,
            Type::TIME => Self::Time,
            Type::TIMESTAMP => Self::Timestamp,
            Type::TIMESTAMPTZ => Self::Timestamptz,
            Type::UUID => Self::Uuid,
            Type::JSON => Self::Json,
            Type::JSONB => Self::Jsonb,
            ref other => match other.kind() {
                types::Kind::Enum(_) => Self::Text,
                types::Kind::Array(_) => Self::Array,
                // An extension: its number differs from database to database.
                types::Kind::Simple if other.name() == "citext" => Self::Text,
                _ => Self::Other,
            },
        }
    }
}

/// What a domain is made of; any other type is its own base.
pub(crate) fn base(mut ty: &Type) -> &Type {
    while let types::Kind::Domain(inner) = ty.kind() {
        ty = inner;
    }
    ty
}

/// A type's name as SQL writes it.
pub(crate) fn sql_name(ty: &Type) -> String {
    match *ty {
        Type::BOOL => "boolean".into(),
        Type::INT2 => "smallint".into(),
        Type::INT4 => "integer".into(),
        Type::INT8 => "bigint".into(),
        Type::FLOAT4 => "real".into(),
        Type::FLOAT8 => "double precision".into(),
        ref other => match other.kind() {
            types::Kind::Array(inner) => format!("{}[]", sql_name(inner)),
            _ => other.name().to_owned(),
        },
    }
}
