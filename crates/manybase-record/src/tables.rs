//! The tables of a query, as types: what closures over its columns get.

mod list;
mod row;

pub use list::{Append, Sources};
pub use row::RowType;

use crate::Model;
use std::marker::PhantomData;

/// One table of a query as a type: a model, a derived table, or either of them on a side of a join that may have no row.
///
/// ```
/// use manybase_record::{Entry, prelude::*};
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
/// let columns = <Person as Entry>::columns("p");
/// let long = columns.name.length().gt(20);
/// ```
pub trait Entry: 'static {
    /// The columns, as closures of queries get them.
    type Columns;
    /// The same table where it may have no row: its columns may all be NULL.
    type Outer: Entry;

    /// The columns under the name that the table goes by in the query.
    fn columns(name: &'static str) -> Self::Columns;
}

impl<M: Model> Entry for M {
    type Columns = M::Columns;
    type Outer = Outer<M>;

    // Of all the columns a condition uses one or two.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn columns(name: &'static str) -> M::Columns {
        M::columns_of(name)
    }
}

/// A table on a side of a join that may have no row: its columns are Options.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String }
/// let query = Order::query().left_join_on(Customer::query(), |o, c| o.customer_id.eq(c.id));
/// let names: Query<_, (i64, Option<String>)> = query.select(|(o, c)| (o.id, c.name));
/// ```
pub struct Outer<E>(PhantomData<fn() -> E>);

impl<M: Model> Entry for Outer<M> {
    type Columns = M::OuterColumns;
    type Outer = Self;

    fn columns(name: &'static str) -> M::OuterColumns {
        M::outer_columns_of(name)
    }
}

/// What a query gives, in the place of a table.
///
/// ```
/// use manybase_record::{Derived, Query, prelude::*};
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
/// let counts = Order::query().group_by(|o| o.customer_id).select(|o| (o.customer_id, count_all()));
/// let busy: Query<Derived<(i64, i64)>, (i64, i64)> = counts.as_table("counts").query().filter(|(_, n)| n.gt(3));
/// ```
pub struct Derived<O>(PhantomData<fn() -> O>);

impl<O: RowType> Entry for Derived<O> {
    type Columns = O::Columns;
    type Outer = Outer<Self>;

    fn columns(name: &'static str) -> O::Columns {
        O::columns(name)
    }
}

impl<O: RowType> Entry for Outer<Derived<O>> {
    type Columns = O::OuterColumns;
    type Outer = Self;

    fn columns(name: &'static str) -> O::OuterColumns {
        O::outer_columns(name)
    }
}

/// Whether the columns of a struct of columns are as the model has them, or may all be NULL.
///
/// ```
/// use manybase_record::{Nullity, Sure, Maybe};
/// let name: <Sure as Nullity>::Of<String> = String::new();
/// let name: <Maybe as Nullity>::Of<String> = None;
/// ```
pub trait Nullity: 'static {
    /// A column's type.
    type Of<T: crate::ColumnType>: crate::ColumnType;
}

/// Columns as the model has them.
///
/// ```
/// let name: <manybase_record::Sure as manybase_record::Nullity>::Of<String> = String::new();
/// ```
#[derive(Debug, Clone, Copy)]
pub enum Sure {}

impl Nullity for Sure {
    type Of<T: crate::ColumnType> = T;
}

/// Columns of a row that may not be there.
///
/// ```
/// let name: <manybase_record::Maybe as manybase_record::Nullity>::Of<String> = None;
/// ```
#[derive(Debug, Clone, Copy)]
pub enum Maybe {}

impl Nullity for Maybe {
    type Of<T: crate::ColumnType> = T::OrNull;
}
