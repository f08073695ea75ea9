//! Several tables, one after another.

use super::Entry;

/// The tables of a query as a type: one, or a tuple of up to six. Closures of a query of several get a tuple of their
/// columns.
///
/// ```
/// use manybase_record::{Query, prelude::*};
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String }
/// let query: Query<(Order, Customer), Rec<Order>> =
///     Order::query().join_on(Customer::query(), |o, c| o.customer_id.eq(c.id)).filter(|(_, c)| c.name.ne("Ann"));
/// ```
pub trait Sources: 'static {
    /// The first table, whose records the query gives unless it selects something else.
    type Main: Entry;
    /// What closures get.
    type Columns;
    /// The names that the tables go by.
    type Names: Copy + Send + Sync;

    /// The columns.
    fn columns(names: Self::Names) -> Self::Columns;
}

impl<E: Entry> Sources for E {
    type Main = E;
    type Columns = E::Columns;
    type Names = &'static str;

    // Of all the columns a condition uses one or two.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn columns(name: &'static str) -> E::Columns {
        <E as Entry>::columns(name)
    }
}

/// Tables to which one more can be joined.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String }
/// use manybase_record::Append;
/// fn grows<S: Append<Customer, Out = (Order, Customer)>>() {}
/// grows::<Order>();
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "no further table can be joined to `{Self}`",
    label = "a query joins up to six tables",
    note = "make a part of it a table of its own: `.select(|..| ..).as_table(\"name\")`"
)]
pub trait Append<J: Entry>: Sources {
    /// These and one more.
    type Out: Sources<Main = Self::Main>;
    /// The same where the tables before it may have no row.
    type Outer: Sources<Names = <Self::Out as Sources>::Names>;

    /// The names, with that of the one more.
    fn append(names: Self::Names, name: &'static str) -> <Self::Out as Sources>::Names;
}

impl<E: Entry, J: Entry> Append<J> for E {
    type Out = (E, J);
    type Outer = (E::Outer, J);

    fn append(first: &'static str, name: &'static str) -> [&'static str; 2] {
        [first, name]
    }
}

macro_rules! tuples {
    ($($count:literal $($name:ident $at:literal),+;)*) => {$(
        impl<$($name: Entry),+> Sources for ($($name,)+) {
            type Main = A;
            type Columns = ($($name::Columns,)+);
            type Names = [&'static str; $count];

            fn columns(names: Self::Names) -> Self::Columns {
                ($(<$name as Entry>::columns(names[$at]),)+)
            }
        }
    )*};
}

tuples! {
    2 A 0, B 1;
    3 A 0, B 1, C 2;
    4 A 0, B 1, C 2, D 3;
    5 A 0, B 1, C 2, D 3, E 4;
    6 A 0, B 1, C 2, D 3, E 4, F 5;
}

macro_rules! append {
    ($($count:literal $($name:ident $at:literal),+;)*) => {$(
        impl<$($name: Entry,)+ J: Entry> Append<J> for ($($name,)+) {
            type Out = ($($name,)+ J);
            type Outer = ($($name::Outer,)+ J);

            fn append(names: Self::Names, name: &'static str) -> [&'static str; $count] {
                [$(names[$at],)+ name]
            }
        }
    )*};
}

append! {
    3 A 0, B 1;
    4 A 0, B 1, C 2;
    5 A 0, B 1, C 2, D 3;
    6 A 0, B 1, C 2, D 3, E 4;
}
