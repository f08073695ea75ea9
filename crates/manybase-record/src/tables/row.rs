//! Rows of a query that stand in the place of a table.

use crate::{Cells, ColumnType, Ex, Model, Rec};
use manybase_driver::Result;
use manybase_sql::expr::ColumnRef;
use manybase_sql::{Expr, Name, SelectItem};

/// What a query must give so that it can stand in the place of a table: whole records, a value, or a tuple of up to
/// twelve.
///
/// ```
/// use manybase_record::RowType;
/// assert_eq!(<(i64, String) as RowType>::names(), ["c1", "c2"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "a query that gives `{Self}` can't stand in the place of a table",
    label = "its columns have no types here",
    note = "select a column, an expression or a tuple: `.select(|c| (c.id, c.name))`"
)]
pub trait RowType: Sized + Send + 'static {
    /// The columns, as closures get them.
    type Columns;
    /// The columns where there may be no row.
    type OuterColumns;

    /// The columns, under a table's name.
    fn columns(table: &'static str) -> Self::Columns;
    /// The columns, where there may be no row.
    fn outer_columns(table: &'static str) -> Self::OuterColumns;
    /// The columns' names.
    fn names() -> Vec<Name>;
    /// All columns, to be selected.
    #[doc(hidden)]
    fn items(table: &'static str) -> Vec<SelectItem>;
    /// Reads a row.
    ///
    /// # Errors
    /// A cell that does not fit.
    fn read(cells: &mut Cells<'_>) -> Result<Self>;
}

fn column<T: ColumnType>(table: &'static str, name: &'static str) -> Expr {
    Expr::Column(ColumnRef {
        table: Some(table.into()),
        name: name.into(),
        data_type: Some(T::DATA_TYPE),
        nullable: T::NULLABLE,
    })
}

fn item(expr: Expr) -> SelectItem {
    SelectItem { expr, alias: None }
}

impl<M: Model> RowType for Rec<M> {
    type Columns = M::Columns;
    type OuterColumns = M::OuterColumns;

    fn columns(table: &'static str) -> M::Columns {
        M::columns_of(table)
    }

    fn outer_columns(table: &'static str) -> M::OuterColumns {
        M::outer_columns_of(table)
    }

    fn names() -> Vec<Name> {
        M::meta()
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect()
    }

    fn items(table: &'static str) -> Vec<SelectItem> {
        let meta = M::meta();
        (0..meta.columns.len())
            .map(|at| item(meta.expr(at).of_table(table)))
            .collect()
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        Self::decode(cells)
    }
}

impl<T: ColumnType> RowType for T {
    type Columns = Ex<T>;
    type OuterColumns = Ex<T::OrNull>;

    fn columns(table: &'static str) -> Ex<T> {
        Ex::new(column::<T>(table, "c1"))
    }

    fn outer_columns(table: &'static str) -> Ex<T::OrNull> {
        Ex::new(column::<T::OrNull>(table, "c1"))
    }

    fn names() -> Vec<Name> {
        vec!["c1".into()]
    }

    fn items(table: &'static str) -> Vec<SelectItem> {
        vec![item(column::<T>(table, "c1"))]
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        cells.take()
    }
}

macro_rules! tuples {
    ($(($($name:ident $text:literal),+))*) => {$(
        impl<$($name: ColumnType),+> RowType for ($($name,)+) {
            type Columns = ($(Ex<$name>,)+);
            type OuterColumns = ($(Ex<$name::OrNull>,)+);

            fn columns(table: &'static str) -> Self::Columns {
                ($(Ex::new(column::<$name>(table, $text)),)+)
            }

            fn outer_columns(table: &'static str) -> Self::OuterColumns {
                ($(Ex::new(column::<$name::OrNull>(table, $text)),)+)
            }

            fn names() -> Vec<Name> {
                vec![$($text.into()),+]
            }

            fn items(table: &'static str) -> Vec<SelectItem> {
                vec![$(item(column::<$name>(table, $text))),+]
            }

            fn read(cells: &mut Cells<'_>) -> Result<Self> {
                Ok(($(cells.take::<$name>()?,)+))
            }
        }
    )*};
}

tuples! {
    (A "c1")
    (A "c1", B "c2")
    (A "c1", B "c2", C "c3")
    (A "c1", B "c2", C "c3", D "c4")
    (A "c1", B "c2", C "c3", D "c4", E "c5")
    (A "c1", B "c2", C "c3", D "c4", E "c5", F "c6")
    (A "c1", B "c2", C "c3", D "c4", E "c5", F "c6", G "c7")
    (A "c1", B "c2", C "c3", D "c4", E "c5", F "c6", G "c7", H "c8")
    (A "c1", B "c2", C "c3", D "c4", E "c5", F "c6", G "c7", H "c8", I "c9")
    (A "c1", B "c2", C "c3", D "c4", E "c5", F "c6", G "c7", H "c8", I "c9", J "c10")
    (A "c1", B "c2", C "c3", D "c4", E "c5", F "c6", G "c7", H "c8", I "c9", J "c10", K "c11")
    (A "c1", B "c2", C "c3", D "c4", E "c5", F "c6", G "c7", H "c8", I "c9", J "c10", K "c11", L "c12")
}
