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
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Customer>(&db).await?;
/// # manybase_record::create_table::<Order>(&db).await?;
/// # let order = |total| Order { id: 0, customer_id: 0, total };
/// # Customer { id: 0, orders: HasMany::new([order(50), order(500)]) }.insert(&db).await?;
/// let large = Customer::query().include(|c| c.orders.filter(|o| o.total.gt(100))).one(&db).await?;
/// assert_eq!(large.orders.loaded()?.len(), 1);
/// # Ok(())
/// # }
/// ```
#[must_use = "give it to include"]
pub struct RelQuery<M, F: RelationField>(pub(super) Plan<M, F>);

impl<M: Model, F: RelationField> RelQuery<M, F> {
    pub(super) fn change(mut self, change: impl FnOnce(Query<F::Target>) -> Query<F::Target>) -> Self {
        self.0.query = change(self.0.query);
        self
    }

    /// Only records of the other end for which this holds.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Customer>(&db).await?;
    /// # manybase_record::create_table::<Order>(&db).await?;
    /// # let order = |total| Order { id: 0, customer_id: 0, total };
    /// # Customer { id: 0, orders: HasMany::new([order(50), order(500)]) }.insert(&db).await?;
    /// let query = Customer::query().include(|c| c.orders.filter(|o| o.total.gt(10)).filter(|o| o.total.lt(100)));
    /// assert_eq!(query.one(&db).await?.orders.loaded()?[0].total, 50);
    /// # Ok(())
    /// # }
    /// ```
    pub fn filter<C: IntoCond>(self, condition: impl FnOnce(<F::Target as Model>::Columns) -> C) -> Self {
        self.change(|query| query.filter(condition))
    }

    /// The order of the other end's records.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Customer>(&db).await?;
    /// # manybase_record::create_table::<Order>(&db).await?;
    /// # let order = |total| Order { id: 0, customer_id: 0, total };
    /// # Customer { id: 0, orders: HasMany::new([order(50), order(500)]) }.insert(&db).await?;
    /// let query = Customer::query().include(|c| c.orders.filter(|o| o.id.gt(0)).order_by(|o| o.total.desc()));
    /// assert_eq!(query.one(&db).await?.orders.loaded()?[0].total, 500);
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Customer>(&db).await?;
    /// # manybase_record::create_table::<Order>(&db).await?;
    /// # let order = |total| Order { id: 0, customer_id: 0, total };
    /// # Customer { id: 0, orders: HasMany::new([order(50), order(500)]) }.insert(&db).await?;
    /// let query = Customer::query().include(|c| c.orders.order_by(|o| o.total.asc()).limit(1).offset(1));
    /// assert_eq!(query.one(&db).await?.orders.loaded()?[0].total, 500);
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64, lines: HasMany<Line> }
    /// # #[derive(Model)] struct Line { #[model(key, auto)] id: i64, order_id: i64, article: String }
    /// let query = Customer::query().include(|c| c.orders.filter(|o| o.total.gt(10)).include(|o| o.lines));
    /// # let _ = query.to_sql(manybase_sql::dialect::sqlite())?;
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn include<R: Related<F::Target>>(
        self,
        relation: impl FnOnce(<F::Target as Model>::Columns) -> R,
    ) -> Self {
        self.change(|query| query.include(relation))
    }
}

impl<M: Model, T: Model, J: Model> RelQuery<M, ManyToMany<T, J>> {
    /// Only what is linked by records of the join model for which this holds.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64, name: String }
    /// # #[derive(Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # manybase_record::create_table::<Group>(&db).await?;
    /// # manybase_record::create_table::<Membership>(&db).await?;
    /// # let link = |role: &str| Membership { person_id: 0, group_id: 0, role: role.into() };
    /// # let group = |name: &str| Group { id: 0, name: name.into() };
    /// # Person { id: 0, groups: ManyToMany::new([(group("Chess"), link("admin")), (group("Go"), link("guest"))]) }.insert(&db).await?;
    /// let query = Person::query().include(|p| p.groups.filter(|g| g.id.gt(0)).filter_links(|m| m.role.eq("admin")));
    /// assert_eq!(query.one(&db).await?.groups.loaded()?.get(0).map(|group| &*group.name), Some("Chess"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn filter_links<C: IntoCond>(mut self, condition: impl FnOnce(J::Columns) -> C) -> Self {
        let join = self.0.join.unwrap_or_else(J::query);
        self.0.join = Some(join.filter(condition));
        self
    }
}

/// What can be included in a query of `M`: a relation, with conditions on the other end or without.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Customer>(&db).await?;
/// # manybase_record::create_table::<Order>(&db).await?;
/// # let order = |total| Order { id: 0, customer_id: 0, total };
/// # Customer { id: 0, orders: HasMany::new([order(50), order(500)]) }.insert(&db).await?;
/// let query = Customer::query();
/// // Both can be included: the relation itself, and the relation with conditions.
/// let all = query.clone().include(|c| c.orders);
/// let some = query.include(|c| c.orders.limit(1));
/// assert_eq!(some.one(&db).await?.orders.loaded()?.len(), 1);
/// # let _ = all;
/// # Ok(())
/// # }
/// ```
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
