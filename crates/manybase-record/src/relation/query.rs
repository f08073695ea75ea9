//! What may be asked of the other end.

use super::keys::Page;
use super::load::Include;
use super::{ManyToMany, Rel, RelationField};
use crate::{IntoCond, Model, OrderKeys, Query};
use std::sync::Arc;

/// How a relation is loaded.
#[doc(hidden)]
pub struct Plan<M, F: RelationField> {
    pub(super) rel: Rel<M, F>,
    pub(super) query: Query<F::Target>,
    /// Conditions on the join model, if it has one.
    pub(super) join: Option<Query<F::Holder>>,
    pub(super) page: Page,
}

impl<M, F: RelationField> Plan<M, F> {
    pub(super) fn new(rel: Rel<M, F>) -> Self {
        Self {
            rel,
            query: F::Target::query(),
            join: None,
            page: Page::default(),
        }
    }
}

/// A relation with conditions on the other end.
#[must_use = "give it to include"]
pub struct RelQuery<M, F: RelationField>(pub(super) Plan<M, F>);

impl<M: Model, F: RelationField> RelQuery<M, F> {
    pub(super) fn change(mut self, change: impl FnOnce(Query<F::Target>) -> Query<F::Target>) -> Self {
        self.0.query = change(self.0.query);
        self
    }

    /// Only records of the other end for which this holds.
    pub fn filter<C: IntoCond>(self, condition: impl FnOnce(<F::Target as Model>::Columns) -> C) -> Self {
        self.change(|query| query.filter(condition))
    }

    /// The order of the other end's records.
    pub fn order_by<K: OrderKeys>(self, keys: impl FnOnce(<F::Target as Model>::Columns) -> K) -> Self {
        self.change(|query| query.order_by(keys))
    }

    /// At most so many records of the other end **for each** record of this one. Records that the order leaves equal,
    /// or all when there is none, come by key.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// Customer::query().include(|c| c.orders.order_by(|o| o.total.desc()).limit(3));
    /// ```
    pub fn limit(mut self, records: u64) -> Self {
        self.0.page.limit = Some(records);
        self
    }

    /// Passes over so many records of the other end **for each** record of this one.
    pub fn offset(mut self, records: u64) -> Self {
        self.0.page.offset = Some(records);
        self
    }

    /// Loads the other end from this connection instead of its model's own.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// Customer::query().include(|c| c.orders.filter(|o| o.total.gt(0)).using("archive"));
    /// ```
    pub fn using(self, connection: impl Into<Arc<str>>) -> Self {
        self.change(|query| query.using(connection))
    }

    /// Loads a relation of the other end's records too.
    pub fn include<R: Related<F::Target>>(
        self,
        relation: impl FnOnce(<F::Target as Model>::Columns) -> R,
    ) -> Self {
        self.change(|query| query.include(relation))
    }
}

impl<M: Model, T: Model, J: Model> RelQuery<M, ManyToMany<T, J>> {
    /// Only what is linked by records of the join model for which this holds.
    pub fn filter_links<C: IntoCond>(mut self, condition: impl FnOnce(J::Columns) -> C) -> Self {
        let join = self.0.join.unwrap_or_else(J::query);
        self.0.join = Some(join.filter(condition));
        self
    }
}

/// What can be included in a query of `M`: a relation, with conditions on the other end or without.
pub trait Related<M: Model> {
    /// What loads it.
    #[doc(hidden)]
    fn into_include(self) -> Include<M>;
}

impl<M: Model, F: RelationField> Related<M> for RelQuery<M, F> {
    fn into_include(self) -> Include<M> {
        let plan = Arc::new(self.0);
        Include::new(move |parents, on, using| F::load(plan.clone(), parents, on, using))
    }
}
