//! What closures of a query may return: one, a tuple, or a list.

use crate::{Assignment, Expression};
use manybase_sql::{Expr, OrderBy};

/// One key of an order or several, the first first.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
/// Person::query().order_by(|c| (c.name.asc(), c.id.desc()));
/// ```
pub trait OrderKeys {
    /// Adds the keys.
    fn add_to(self, keys: &mut Vec<OrderBy>);
}

impl OrderKeys for OrderBy {
    fn add_to(self, keys: &mut Vec<OrderBy>) {
        keys.push(self);
    }
}

impl OrderKeys for Vec<OrderBy> {
    fn add_to(self, keys: &mut Vec<OrderBy>) {
        keys.extend(self);
    }
}

/// One expression to group by or several.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, city: String, street: String }
/// Person::query().group_by(|c| (c.city, c.street)).select(|c| (c.city, c.street, count_all()));
/// ```
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
/// # async fn example(db: &manybase_db::Db) -> manybase_driver::Result<()> {
/// Stock::filter(|c| c.id.eq(7)).update(db, |c| (c.qty.set(c.qty - 1), c.note.set("sold"))).await?;
/// # Ok(())
/// # }
/// ```
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

macro_rules! tuples {
    ($(($($name:ident),+))*) => {$(
        impl<$($name: OrderKeys),+> OrderKeys for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, keys: &mut Vec<OrderBy>) {
                let ($($name,)+) = self;
                $($name.add_to(keys);)+
            }
        }

        impl<$($name: GroupKeys),+> GroupKeys for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, keys: &mut Vec<Expr>) {
                let ($($name,)+) = self;
                $($name.add_to(keys);)+
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
