//! What a query gives back when it is not whole records.

use crate::{Cells, Col, ColumnType, Ex, Expression};
use manybase_driver::Result;
use manybase_sql::SelectItem;

/// A column, an expression, or a tuple of up to twelve.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
/// let pairs = Person::query().select(|c| (c.id, c.name.upper()));
/// let names = Person::query().select(|c| c.name);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be selected",
    label = "give a column, an expression, or a tuple of up to twelve"
)]
pub trait Selection {
    /// What a row becomes.
    type Row: Send + 'static;
    /// How many columns it has.
    const WIDTH: usize;

    /// Adds the columns.
    fn items(self, items: &mut Vec<SelectItem>);

    /// Reads a row.
    ///
    /// # Errors
    /// A cell that does not fit.
    fn decode(cells: &mut Cells<'_>) -> Result<Self::Row>;
}

macro_rules! single {
    ($($on:ident),*) => {$(
        impl<T: ColumnType> Selection for $on<T> {
            type Row = T;
            const WIDTH: usize = 1;

            fn items(self, items: &mut Vec<SelectItem>) {
                items.push(SelectItem { expr: self.into_expr(), alias: None });
            }

            fn decode(cells: &mut Cells<'_>) -> Result<T> {
                cells.take()
            }
        }
    )*};
}

single! { Col, Ex }

macro_rules! tuples {
    ($($count:literal ($($name:ident),+);)*) => {$(
        impl<$($name: Expression),+> Selection for ($($name,)+) {
            type Row = ($($name::Type,)+);
            const WIDTH: usize = $count;

            #[allow(non_snake_case)]
            fn items(self, items: &mut Vec<SelectItem>) {
                let ($($name,)+) = self;
                $(items.push(SelectItem { expr: $name.into_expr(), alias: None });)+
            }

            fn decode(cells: &mut Cells<'_>) -> Result<Self::Row> {
                Ok(($(cells.take::<$name::Type>()?,)+))
            }
        }

        impl<$($name: ColumnType),+> crate::FromRow for ($($name,)+) {
            fn columns() -> Option<Vec<manybase_sql::Name>> {
                None
            }

            fn from_row(cells: &mut Cells<'_>) -> Result<Self> {
                Ok(($(cells.take::<$name>()?,)+))
            }
        }
    )*};
}

tuples! {
    1 (A);
    2 (A, B);
    3 (A, B, C);
    4 (A, B, C, D);
    5 (A, B, C, D, E);
    6 (A, B, C, D, E, F);
    7 (A, B, C, D, E, F, G);
    8 (A, B, C, D, E, F, G, H);
    9 (A, B, C, D, E, F, G, H, I);
    10 (A, B, C, D, E, F, G, H, I, J);
    11 (A, B, C, D, E, F, G, H, I, J, K);
    12 (A, B, C, D, E, F, G, H, I, J, K, L);
}
