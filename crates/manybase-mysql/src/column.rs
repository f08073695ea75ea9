//! What a column of a result holds, told once per result instead of once per cell.

use crate::wire::{Failure, Fields};
use manybase_driver::Columns;
use mysql_common::constants::{ColumnFlags, ColumnType};

/// The character set of what is no text.
const BINARY: u16 = 63;

/// What the server says of a column, beside its name.
struct Said {
    ty: ColumnType,
    flags: u16,
    charset: u16,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Unsigned,
    Bit,
    Float,
    Double,
    Decimal,
    Text,
    Json,
    Bytes,
    Date,
    DateTime,
    Time,
    Null,
}

impl Kind {
    fn of(said: &Said) -> Self {
        use ColumnType as T;
        match said.ty {
            T::MYSQL_TYPE_TINY
            | T::MYSQL_TYPE_SHORT
            | T::MYSQL_TYPE_INT24
            | T::MYSQL_TYPE_LONG
            | T::MYSQL_TYPE_LONGLONG
            | T::MYSQL_TYPE_YEAR => match said.flags & ColumnFlags::UNSIGNED_FLAG.bits() {
                0 => Self::Int,
                _ => Self::Unsigned,
            },
            T::MYSQL_TYPE_BIT => Self::Bit,
            T::MYSQL_TYPE_FLOAT => Self::Float,
            T::MYSQL_TYPE_DOUBLE => Self::Double,
            T::MYSQL_TYPE_DECIMAL | T::MYSQL_TYPE_NEWDECIMAL => Self::Decimal,
            T::MYSQL_TYPE_JSON => Self::Json,
            T::MYSQL_TYPE_DATE | T::MYSQL_TYPE_NEWDATE => Self::Date,
            T::MYSQL_TYPE_DATETIME
            | T::MYSQL_TYPE_DATETIME2
            | T::MYSQL_TYPE_TIMESTAMP
            | T::MYSQL_TYPE_TIMESTAMP2 => Self::DateTime,
            T::MYSQL_TYPE_TIME | T::MYSQL_TYPE_TIME2 => Self::Time,
            T::MYSQL_TYPE_NULL => Self::Null,
            T::MYSQL_TYPE_GEOMETRY | T::MYSQL_TYPE_VECTOR => Self::Bytes,
            _ if said.charset == BINARY => Self::Bytes,
            _ => Self::Text,
        }
    }

    /// Its name for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Int => "an integer",
            Self::Unsigned => "an unsigned integer",
            Self::Bit => "BIT",
            Self::Float => "FLOAT",
            Self::Double => "DOUBLE",
            Self::Decimal => "DECIMAL",
            Self::Text => "text",
            Self::Json => "JSON",
            Self::Bytes => "bytes",
            Self::Date => "DATE",
            Self::DateTime => "DATETIME or TIMESTAMP",
            Self::Time => "TIME",
            Self::Null => "NULL without a type",
        }
    }
}

/// A column of a result.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) kind: Kind,
    /// Bytes of a value in the binary protocol; 0 where they differ, and are told with each.
    pub(crate) width: u8,
    /// Where its name ends among the names.
    end: usize,
}

/// The columns of one result.
#[derive(Debug, Default)]
pub(crate) struct ResultColumns {
    columns: Vec<Column>,
    names: String,
}

impl ResultColumns {
    pub(crate) fn with_capacity(count: usize) -> Self {
        Self {
            // A server may say any number.
            columns: Vec::with_capacity(count.min(1 << 12)),
            names: String::with_capacity(count.min(1 << 12) * 12),
        }
    }

    /// Reads the packet that defines the next one.
    pub(crate) fn read(&mut self, packet: &[u8]) -> Result<(), Failure> {
        let mut fields = Fields(packet);
        // Catalog, schema, table and original table.
        for _ in 0..4 {
            fields.text()?;
        }
        // Names come in the session's character set, which is UTF-8.
        let name = std::str::from_utf8(fields.text()?).unwrap_or_default();
        let _original = fields.text()?;
        let _length_of_the_rest = fields.u8()?;
        let charset = fields.u16()?;
        let _display_width = fields.u32()?;
        let ty = ColumnType::try_from(fields.u8()?);
        let said = Said {
            ty: ty.map_err(|_| Failure::Unexpected("a column of an unknown type"))?,
            charset,
            flags: fields.u16()?,
        };
        self.names.push_str(name);
        self.columns.push(Column {
            kind: Kind::of(&said),
            width: width(said.ty),
            end: self.names.len(),
        });
        Ok(())
    }

    pub(crate) fn all(&self) -> &[Column] {
        &self.columns
    }
}

/// Bytes of a value in the binary protocol, where they are always as many.
fn width(ty: ColumnType) -> u8 {
    use ColumnType as T;
    match ty {
        T::MYSQL_TYPE_TINY => 1,
        T::MYSQL_TYPE_SHORT | T::MYSQL_TYPE_YEAR => 2,
        T::MYSQL_TYPE_INT24 | T::MYSQL_TYPE_LONG | T::MYSQL_TYPE_FLOAT => 4,
        T::MYSQL_TYPE_LONGLONG | T::MYSQL_TYPE_DOUBLE => 8,
        _ => 0,
    }
}

impl Columns for ResultColumns {
    fn len(&self) -> usize {
        self.columns.len()
    }

    fn name(&self, index: usize) -> &str {
        let Some(column) = self.columns.get(index) else {
            return "";
        };
        let before = index.checked_sub(1).and_then(|before| self.columns.get(before));
        &self.names[before.map_or(0, |before| before.end)..column.end]
    }
}
