//! What a column of a result holds, told once per result instead of once per cell.

use manybase_driver::Columns;
use mysql_async::Column;
use mysql_async::consts::{ColumnFlags, ColumnType};
use std::sync::Arc;

/// The character set of what is no text.
const BINARY: u16 = 63;

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
    pub(crate) fn of(column: &Column) -> Self {
        use ColumnType as T;
        match column.column_type() {
            T::MYSQL_TYPE_TINY
            | T::MYSQL_TYPE_SHORT
            | T::MYSQL_TYPE_INT24
            | T::MYSQL_TYPE_LONG
            | T::MYSQL_TYPE_LONGLONG
            | T::MYSQL_TYPE_YEAR => match column.flags().contains(ColumnFlags::UNSIGNED_FLAG) {
                true => Self::Unsigned,
                false => Self::Int,
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
            _ if column.character_set() == BINARY => Self::Bytes,
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

/// The columns of one result.
#[derive(Debug, Default)]
pub(crate) struct ResultColumns {
    columns: Arc<[Column]>,
    pub(crate) kinds: Vec<Kind>,
}

impl ResultColumns {
    pub(crate) fn new(columns: Arc<[Column]>) -> Self {
        let kinds = columns.iter().map(Kind::of).collect();
        Self { columns, kinds }
    }
}

impl Columns for ResultColumns {
    fn len(&self) -> usize {
        self.columns.len()
    }

    fn name(&self, index: usize) -> &str {
        // Names come in the session's character set, which is UTF-8.
        self.columns
            .get(index)
            .and_then(|column| std::str::from_utf8(column.name_ref()).ok())
            .unwrap_or_default()
    }
}
