//! Columns of one table with every type.

use manybase_sql::schema::Table;
use manybase_sql::{DataType, Expr};

pub(crate) const PRICE: DataType = DataType::Decimal {
    precision: Some((10, 2)),
};
pub(crate) const AMOUNT: DataType = DataType::Decimal { precision: None };
pub(crate) const NAME: DataType = DataType::Text { length: None };
pub(crate) const TITLE: DataType = DataType::Text { length: Some(40) };

/// Every type once, by the name of its column.
pub(crate) const ALL: &[(&str, DataType)] = &[
    ("done", DataType::Bool),
    ("small", DataType::I16),
    ("n", DataType::I32),
    ("big", DataType::I64),
    ("u", DataType::U64),
    ("f32", DataType::F32),
    ("f", DataType::F64),
    ("price", PRICE),
    ("amount", AMOUNT),
    ("name", NAME),
    ("title", TITLE),
    ("code", DataType::Char(5)),
    ("data", DataType::Bytes),
    ("day", DataType::Date),
    ("at", DataType::Time),
    ("moment", DataType::DateTime),
    ("instant", DataType::Timestamp),
    ("id", DataType::Uuid),
    ("doc", DataType::Json),
];

/// The column of this name, which may be NULL.
pub(crate) fn c(name: &'static str) -> Expr {
    Expr::typed_column(name, type_of(name), true)
}

/// The column of this name, never NULL.
pub(crate) fn sure(name: &'static str) -> Expr {
    Expr::typed_column(name, type_of(name), false)
}

fn type_of(name: &str) -> DataType {
    ALL.iter().find(|(of, _)| *of == name).unwrap().1
}

/// The table itself.
pub(crate) fn table() -> Table {
    ALL.iter().fold(Table::new("t"), |table, (name, data_type)| {
        table.nullable(*name, *data_type)
    })
}
