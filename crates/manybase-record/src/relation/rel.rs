//! A relation as closures of queries get it.

use super::load::Include;
use super::query::{Plan, RelQuery, Related};
use super::{Link, ManyToMany, OnDelete, RelationField};
use crate::{IntoCond, Model, OrderKeys};
use manybase_sql::schema;

/// A relation of model `M` through a field of type `F`: a constant.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
/// use manybase_record::Rel;
/// let orders: Rel<Customer, HasMany<Order>> = Customer::COLUMNS.orders;
/// assert_eq!(orders.link().foreign_key, ["customer_id"]);
/// # Ok::<(), manybase_driver::Error>(())
/// ```
pub struct Rel<M, F> {
    link: fn() -> Link,
    slot: fn(&mut M) -> &mut F,
    /// The name that this end's table goes by in the query.
    table: &'static str,
    on_delete: Option<OnDelete>,
    /// What the foreign key does, where there is to be one.
    foreign_key: Option<schema::OnDelete>,
}

impl<M, F> Clone for Rel<M, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, F> Copy for Rel<M, F> {}

impl<M, F> Rel<M, F> {
    /// A relation; the derive macro calls it.
    ///
    /// ```
    /// use manybase_record::{Link, Rel, prelude::*};
    /// #[derive(Model)]
    /// struct Customer {
    ///     #[model(key, auto)]
    ///     id: i64,
    ///     orders: HasMany<Order>,
    /// }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// let orders: Rel<Customer, HasMany<Order>> =
    ///     Rel::new(|| Link::new("orders", [Order::COLUMNS.customer_id.name()]), |customer: &mut Customer| &mut customer.orders);
    /// assert_eq!(orders.link().field, "orders");
    /// ```
    pub const fn new(link: fn() -> Link, slot: fn(&mut M) -> &mut F) -> Self {
        Self {
            link,
            slot,
            table: "",
            on_delete: None,
            foreign_key: Some(schema::OnDelete::Restrict),
        }
    }

    /// What the foreign key does when the row that it points to goes, or that there is to be none; the derive macro
    /// calls it.
    ///
    /// ```
    /// use manybase_record::{Link, Rel, prelude::*};
    /// #[derive(Model)]
    /// struct Customer {
    ///     #[model(key, auto)]
    ///     id: i64,
    ///     orders: HasMany<Order>,
    /// }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// let orders: Rel<Customer, HasMany<Order>> =
    ///     Rel::new(|| Link::new("orders", [Order::COLUMNS.customer_id.name()]), |customer: &mut Customer| &mut customer.orders).foreign_key(None);
    /// assert_eq!(orders.link().field, "orders");
    /// ```
    #[must_use]
    pub const fn foreign_key(mut self, on_delete: Option<schema::OnDelete>) -> Self {
        self.foreign_key = on_delete;
        self
    }

    pub(crate) fn foreign_key_rule(self) -> Option<schema::OnDelete> {
        self.foreign_key
    }

    /// The same of what goes by this name in a query; the derive macro calls it.
    ///
    /// ```
    /// use manybase_record::{Link, Rel, prelude::*};
    /// #[derive(Model)]
    /// struct Customer {
    ///     #[model(key, auto)]
    ///     id: i64,
    ///     orders: HasMany<Order>,
    /// }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// let orders: Rel<Customer, HasMany<Order>> =
    ///     Rel::new(|| Link::new("orders", [Order::COLUMNS.customer_id.name()]), |customer: &mut Customer| &mut customer.orders).of("c");
    /// Customer::query().include(|_| orders);
    /// ```
    #[must_use]
    pub const fn of(mut self, table: &'static str) -> Self {
        self.table = table;
        self
    }

    /// The name that this end's table goes by in the query.
    pub(super) fn table(self) -> &'static str
    where
        M: Model,
    {
        match self.table {
            "" => &M::meta().table.name,
            table => table,
        }
    }

    /// What happens at the other end when a record is deleted.
    ///
    /// ```
    /// use manybase_record::{Link, OnDelete, Rel, prelude::*};
    /// #[derive(Model)]
    /// struct Customer {
    ///     #[model(key, auto)]
    ///     id: i64,
    ///     orders: HasMany<Order>,
    /// }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// let orders: Rel<Customer, HasMany<Order>> =
    ///     Rel::new(|| Link::new("orders", [Order::COLUMNS.customer_id.name()]), |customer: &mut Customer| &mut customer.orders).on_delete(OnDelete::Cascade);
    /// assert_eq!(orders.link().field, "orders");
    /// ```
    #[must_use]
    pub const fn on_delete(mut self, what: OnDelete) -> Self {
        self.on_delete = Some(what);
        self
    }

    pub(crate) fn deleted(self) -> Option<OnDelete> {
        self.on_delete
    }

    /// How its ends find each other.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// assert_eq!(Customer::COLUMNS.orders.link().foreign_key, ["customer_id"]);
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn link(self) -> Link {
        (self.link)()
    }

    pub(crate) fn slot(self, record: &mut M) -> &mut F {
        (self.slot)(record)
    }
}

impl<M: Model, F: RelationField> Rel<M, F> {
    pub(super) fn query(self) -> RelQuery<M, F> {
        RelQuery(Plan::new(self))
    }

    /// Only records of the other end for which this holds.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// Customer::query().include(|c| c.orders.filter(|o| o.total.gt(100)).order_by(|o| o.total.desc()));
    /// ```
    pub fn filter<C: IntoCond>(
        self,
        condition: impl FnOnce(<F::Target as Model>::Columns) -> C,
    ) -> RelQuery<M, F> {
        self.query().filter(condition)
    }

    /// The order of the other end's records.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// Customer::query().include(|c| c.orders.order_by(|o| o.total.desc()));
    /// ```
    pub fn order_by<K: OrderKeys>(
        self,
        keys: impl FnOnce(<F::Target as Model>::Columns) -> K,
    ) -> RelQuery<M, F> {
        self.query().order_by(keys)
    }

    /// At most so many records of the other end **for each** record of this one, as [`RelQuery::limit`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// Customer::query().include(|c| c.orders.limit(3));
    /// ```
    pub fn limit(self, records: u64) -> RelQuery<M, F> {
        self.query().limit(records)
    }

    /// Passes over so many records of the other end **for each** record of this one, as [`RelQuery::offset`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// Customer::query().include(|c| c.orders.offset(1).limit(1));
    /// ```
    pub fn offset(self, records: u64) -> RelQuery<M, F> {
        self.query().offset(records)
    }

    /// Loads a relation of the other end's records too.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, lines: HasMany<Line> }
    /// # #[derive(Model)] struct Line { #[model(key, auto)] id: i64, order_id: i64 }
    /// Customer::query().include(|c| c.orders.include(|o| o.lines));
    /// ```
    pub fn include<R: Related<F::Target>>(
        self,
        relation: impl FnOnce(<F::Target as Model>::Columns) -> R,
    ) -> RelQuery<M, F> {
        self.query().include(relation)
    }
}

impl<M: Model, T: Model, J: Model> Rel<M, ManyToMany<T, J>> {
    /// Only what is linked by records of the join model for which this holds.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64 }
    /// # #[derive(Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// Person::query().include(|p| p.groups.filter_links(|m| m.role.eq("admin")));
    /// ```
    pub fn filter_links<C: IntoCond>(
        self,
        condition: impl FnOnce(J::Columns) -> C,
    ) -> RelQuery<M, ManyToMany<T, J>> {
        self.query().filter_links(condition)
    }
}

impl<M: Model, F: RelationField> Related<M> for Rel<M, F> {
    fn into_include(self) -> Include<M> {
        self.query().into_include()
    }
}
