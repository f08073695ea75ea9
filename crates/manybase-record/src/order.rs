//! What closures of a query may return: one, a tuple, or a list.

use crate::{Assignment, Col, Expression};
use manybase_sql::{Expr, Name, OrderBy};

/// One key of an order or several, the first first.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
/// Person::query().order_by(|c| (c.name.asc(), c.id.desc()));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no order",
    label = "say which way: `.asc()` or `.desc()`",
    note = "an order is one key, a tuple of up to eight, or a Vec: |c| (c.name.asc(), c.id.desc())"
)]
pub trait OrderKeys {
    /// Adds the keys.
    fn add_to(self, add: &mut impl FnMut(OrderBy));
}

impl OrderKeys for OrderBy {
    fn add_to(self, add: &mut impl FnMut(OrderBy)) {
        add(self);
    }
}

impl OrderKeys for Vec<OrderBy> {
    fn add_to(self, add: &mut impl FnMut(OrderBy)) {
        self.into_iter().for_each(add);
    }
}

/// One expression to group by or several.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, city: String, street: String }
/// Person::query().group_by(|c| (c.city, c.street)).select(|c| (c.city, c.street, count_all()));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing to group by",
    label = "give a column, an expression, or a tuple of up to eight"
)]
pub trait GroupKeys {
    /// Adds the expressions.
    fn add_to(self, keys: &mut Vec<Expr>);
}

impl<E: Expression> GroupKeys for E {
    fn add_to(self, keys: &mut Vec<Expr>) {
        keys.push(self.into_expr());
    }
}

/// One new value or several.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Stock { #[model(key, auto)] id: i64, qty: i32, note: String }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
/// # manybase_record::create_table::<Stock>(db).await?;
/// # Stock { id: 7, qty: 2, note: String::new() }.insert(db).await?;
/// Stock::filter(|c| c.id.eq(7)).update(db, |c| (c.qty.set(c.qty - 1), c.note.set("sold"))).await?;
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` sets no column",
    label = "say the new value: `c.column.set(value)`",
    note = "an update takes one new value, a tuple of up to eight, or a Vec: |c| (c.qty.set(c.qty - 1), c.note.set(\"sold\"))"
)]
pub trait Assignments {
    /// Adds the new values.
    fn add_to(self, set: &mut Vec<Assignment>);
}

impl Assignments for Assignment {
    fn add_to(self, set: &mut Vec<Assignment>) {
        set.push(self);
    }
}

impl Assignments for Vec<Assignment> {
    fn add_to(self, set: &mut Vec<Assignment>) {
        set.extend(self);
    }
}

/// One column or several.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Price { #[model(key, auto)] id: i64, article: String, land: String, cents: i64 }
/// # let list: Vec<Price> = Vec::new();
/// Price::upsert_many(list).by(|c| (c.article, c.land)).update(|c| c.cents);
/// ```
pub trait ColumnNames {
    /// Adds the columns' names.
    fn add_to(self, names: &mut Vec<Name>);
}

impl<T> ColumnNames for Col<T> {
    fn add_to(self, names: &mut Vec<Name>) {
        names.push(self.name());
    }
}

impl ColumnNames for Vec<Name> {
    fn add_to(self, names: &mut Vec<Name>) {
        names.extend(self);
    }
}

macro_rules! tuples {
    ($(($($name:ident),+))*) => {$(
        impl<$($name: OrderKeys),+> OrderKeys for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, add: &mut impl FnMut(OrderBy)) {
                let ($($name,)+) = self;
                $($name.add_to(add);)+
            }
        }

        impl<$($name: GroupKeys),+> GroupKeys for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, keys: &mut Vec<Expr>) {
                let ($($name,)+) = self;
                $($name.add_to(keys);)+
            }
        }

        impl<$($name: ColumnNames),+> ColumnNames for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, names: &mut Vec<Name>) {
                let ($($name,)+) = self;
                $($name.add_to(names);)+
            }
        }

        impl<$($name: Assignments),+> Assignments for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, set: &mut Vec<Assignment>) {
                let ($($name,)+) = self;
                $($name.add_to(set);)+
            }
        }
    )*};
}

tuples! {
    (A)
    (A, B)
    (A, B, C)
    (A, B, C, D)
    (A, B, C, D, E)
    (A, B, C, D, E, F)
    (A, B, C, D, E, F, G)
    (A, B, C, D, E, F, G, H)
}
