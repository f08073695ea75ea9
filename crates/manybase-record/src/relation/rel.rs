//! A relation as closures of queries get it, with what may be asked of the other end.

use super::RelationField;
use super::load::{Include, load};
use crate::{IntoCond, Model, OrderKeys, Query};
use manybase_sql::Name;

/// The columns at the two ends that hold the same value.
#[derive(Debug, Clone)]
pub struct Link {
    /// The field's name, for messages.
    pub field: &'static str,
    /// The column that points to the other end's key.
    pub foreign_key: Name,
}

/// A relation of model `M` through a field of type `F`: a constant.
pub struct Rel<M, F> {
    link: fn() -> Link,
    slot: fn(&mut M) -> &mut F,
}

impl<M, F> Clone for Rel<M, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, F> Copy for Rel<M, F> {}

impl<M, F> Rel<M, F> {
    /// A relation; the derive macro calls it.
    pub const fn new(link: fn() -> Link, slot: fn(&mut M) -> &mut F) -> Self {
        Self { link, slot }
    }
}

impl<M: Model, F: RelationField> Rel<M, F> {
    fn query(self) -> RelQuery<M, F> {
        RelQuery {
            rel: self,
            query: Query::new(),
        }
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
    pub fn order_by<K: OrderKeys>(
        self,
        keys: impl FnOnce(<F::Target as Model>::Columns) -> K,
    ) -> RelQuery<M, F> {
        self.query().order_by(keys)
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

/// A relation with conditions on the other end.
#[must_use = "give it to include"]
pub struct RelQuery<M, F: RelationField> {
    rel: Rel<M, F>,
    query: Query<F::Target>,
}

impl<M: Model, F: RelationField> RelQuery<M, F> {
    /// Only records of the other end for which this holds.
    pub fn filter<C: IntoCond>(mut self, condition: impl FnOnce(<F::Target as Model>::Columns) -> C) -> Self {
        self.query = self.query.filter(condition);
        self
    }

    /// The order of the other end's records.
    pub fn order_by<K: OrderKeys>(mut self, keys: impl FnOnce(<F::Target as Model>::Columns) -> K) -> Self {
        self.query = self.query.order_by(keys);
        self
    }

    /// Loads a relation of the other end's records too.
    pub fn include<R: Related<F::Target>>(
        mut self,
        relation: impl FnOnce(<F::Target as Model>::Columns) -> R,
    ) -> Self {
        self.query = self.query.include(relation);
        self
    }
}

/// What can be included in a query of `M`: a relation, with conditions on the other end or without.
pub trait Related<M: Model> {
    /// What loads it.
    #[doc(hidden)]
    fn into_include(self) -> Include<M>;
}

impl<M: Model, F: RelationField> Related<M> for Rel<M, F> {
    fn into_include(self) -> Include<M> {
        self.query().into_include()
    }
}

impl<M: Model, F: RelationField> Related<M> for RelQuery<M, F> {
    fn into_include(self) -> Include<M> {
        let (link, slot, query) = ((self.rel.link)(), self.rel.slot, self.query);
        Include::new(move |parents, on| {
            let (link, query) = (link.clone(), query.clone());
            Box::pin(load::<M, F>(parents, on, link, slot, query))
        })
    }
}
