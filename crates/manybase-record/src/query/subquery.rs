//! Queries inside conditions.

use super::Query;
use crate::{ColumnType, Cond, Ex, Sources};
use manybase_sql::{Expr, Select};

/// Whether a query gives rows. It may name columns of the query around it.
///
/// A model that both of them read needs an [`crate::Alias`] in one.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String }
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
/// let good = Customer::filter(|c| exists(Order::filter(|o| o.customer_id.eq(c.id) & o.total.gt(100))));
/// assert_eq!(
///     good.to_sql(manybase_sql::dialect::postgres())?.sql,
///     r#"SELECT "id", "name" FROM "customer" WHERE EXISTS (SELECT 1 FROM "order" WHERE "order"."customer_id" = "customer"."id" AND "order"."total" > $1)"#
/// );
/// # Ok::<(), manybase_driver::Error>(())
/// ```
pub fn exists<S: Sources, O>(query: Query<S, O>) -> Cond {
    Ex::new(node(query, false))
}

/// Whether a query gives no rows; see [`exists()`].
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String }
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
/// let idle = Customer::filter(|c| not_exists(Order::filter(|o| o.customer_id.eq(c.id))));
/// ```
pub fn not_exists<S: Sources, O>(query: Query<S, O>) -> Cond {
    Ex::new(node(query, true))
}

fn node<S: Sources, O>(query: Query<S, O>, negated: bool) -> Expr {
    let mut select = query.into_select();
    if select.limit.is_none() && select.offset.is_none() {
        select.order_by.clear();
    }
    // Aggregates without groups give one row, of however many.
    let made = select.distinct
        || !select.group_by.is_empty()
        || select.items.iter().any(|item| item.expr.is_aggregate());
    if !made {
        select.items.clear();
    }
    Expr::Exists {
        select: Box::new(select),
        negated,
    }
}

impl<S: Sources, T: ColumnType> Query<S, T> {
    /// The value that the query gives, as an expression of another query, whose columns it may name. It is NULL when
    /// there is no row. The query must give one row at most: it selects an aggregate without groups, is by key, or has
    /// `limit(1)`.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Employee { #[model(key, auto)] id: i64, name: String, city: String, salary: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Employee>(&db).await?;
    /// # for (name, city, salary) in [("Ann", "Rome", 5), ("Bob", "Rome", 7), ("Cid", "Oslo", 1)] {
    /// #     Employee { id: 0, name: name.into(), city: city.into(), salary }.insert(&db).await?;
    /// # }
    /// let other = Employee::alias("other");
    /// let names = Employee::filter(|e| {
    ///     let largest = other.filter(|o| o.city.eq(e.city)).select(|o| o.salary.max());
    ///     e.salary.nullable().lt(largest.scalar())
    /// });
    /// assert_eq!(names.select(|e| e.name).all(&db).await?, ["Ann"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn scalar(self) -> Ex<T::OrNull> {
        let by_key = self.key.is_some();
        let mut select = self.into_select();
        if by_key {
            select.limit = Some(1);
        }
        Ex::new(Expr::Subquery(Box::new(select)))
    }

    /// For `IN`.
    pub(crate) fn list(self) -> Select {
        let mut select = self.into_select();
        if select.limit.is_none() && select.offset.is_none() {
            select.order_by.clear();
        }
        select
    }
}
