//! Set operations.

use super::{Query, Table};
use crate::{Derived, RowType, Sources};
use manybase_sql::{Body, Cte, SetOp, SourceRows};

/// What the rows of a set operation go by.
const UNITED: &str = "united";

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident => $op:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Both queries give rows of one type. Conditions, order and limit that follow are those of the whole; what the
        /// two had before stays with them.
        ///
        /// ```
        /// use manybase_record::prelude::*;
        /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, city: String }
        /// # #[derive(Model)] struct Supplier { #[model(key, auto)] id: i64, city: String }
        #[doc = concat!("let cities = Customer::query().select(|c| c.city).", stringify!($name), "(Supplier::query().select(|s| s.city));")]
        /// let first = cities.order_by(|city| city.asc()).limit(10);
        /// ```
        pub fn $name<T: Sources>(self, other: Query<T, O>) -> Query<Derived<O>, O> {
            self.put_together(SetOp::$op, other)
        }
    )*};
}

impl<S: Sources, O: RowType> Query<S, O> {
    operations! {
        /// Rows of either query; equal rows come once.
        union => Union;
        /// Rows of both queries, one after the other.
        union_all => UnionAll;
        /// Rows that both queries give; equal rows come once.
        intersect => Intersect;
        /// Rows of this query that the other does not give; equal rows come once.
        except => Except;
    }

    fn put_together<T: Sources>(self, op: SetOp, other: Query<T, O>) -> Query<Derived<O>, O> {
        let mut table: Table<O> = self.clone().as_table(UNITED);
        let (left, mut with) = self.united_body();
        let (right, more) = other.into_body();
        with.extend(more);
        table.with = with;
        table.source.rows = SourceRows::Query(Box::new(left.with(op, right)));
        table.query()
    }

    /// The body, or what is inside of it where it is nothing but a set operation: a chain stays flat.
    fn united_body(self) -> (Body, Vec<Cte>) {
        let select = &self.select;
        let tables = select.tables.as_ref();
        let bare = select.name() == UNITED
            && !self.whole
            && !select.distinct
            && select.filter.is_none()
            && select.group_by.is_empty()
            && select.having.is_none()
            && select.order_by.is_empty()
            && select.limit.is_none()
            && select.offset.is_none()
            && select.lock.is_none()
            && select.limit_per.is_none()
            && select.joins().is_empty()
            && select.items == O::items(UNITED);
        if bare
            && let Some(tables) = tables
            && let Some(SourceRows::Query(body)) = tables.main.as_ref().map(|main| &main.rows)
        {
            return (Body::clone(body), tables.with.clone());
        }
        self.into_body()
    }
}
