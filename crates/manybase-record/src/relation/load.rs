//! Loads the other end for many records at once.

use super::fetch::fetch;
use super::keys::Keys;
use super::query::Plan;
use super::slot::Direct;
use crate::{Model, Query, Rec};
use manybase_db::Executor;
use manybase_driver::{BoxFuture, Error, Result};
use std::ops::Deref;
use std::sync::Arc;

type Load<M> = dyn for<'a> Fn(&'a mut [Rec<M>], &'a dyn Executor, Option<&'a Arc<str>>) -> BoxFuture<'a, Result<()>>
    + Send
    + Sync;

/// Loads a relation of `M`, whatever is at the other end.
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
/// let customer = Customer::query().include(|c| c.orders).one(&db).await?;
/// assert_eq!(customer.orders.loaded()?.len(), 2);
/// # Ok(())
/// # }
/// ```
pub struct Include<M>(Arc<Load<M>>);

impl<M> Clone for Include<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M: Model> Include<M> {
    pub(super) fn new<F>(load: F) -> Self
    where
        F: for<'a> Fn(&'a mut [Rec<M>], &'a dyn Executor, Option<&'a Arc<str>>) -> BoxFuture<'a, Result<()>>
            + Send
            + Sync
            + 'static,
    {
        Self(Arc::new(load))
    }

    /// `using` is the connection that was said for the records themselves.
    pub(crate) fn load<'a>(
        &'a self,
        parents: &'a mut [Rec<M>],
        on: &'a dyn Executor,
        using: Option<&'a Arc<str>>,
    ) -> BoxFuture<'a, Result<()>> {
        (self.0)(parents, on, using)
    }
}

/// Where the records of `M` come from a connection that was said, those of a model of the same connection do too.
pub(super) fn beside<M: Model, T: Model>(query: Query<T>, using: Option<&Arc<str>>) -> Query<T> {
    match using {
        Some(using) if M::meta().connection == T::meta().connection => query.using_unless_said(using),
        _ => query,
    }
}

/// The other end of a relation without a join model.
pub(super) async fn load<M: Model, F: Direct>(
    plan: &Plan<M, F>,
    parents: &mut [Rec<M>],
    on: &dyn Executor,
    using: Option<&Arc<str>>,
) -> Result<()> {
    let link = plan.rel.link();
    let named = |error: Error| error.with_model(M::meta().name);
    let ends = link.ends::<M, F::Target>(F::HERE).map_err(named)?;
    let mut keys = Keys::of(parents.iter().map(Deref::deref), &ends).map_err(named)?;
    let query = beside::<M, F::Target>(plan.query.clone(), using);
    let fetched = fetch(&mut keys, &ends, query, plan.page, on).await?;
    let mut found = fetched.found.into_lists(keys.len());
    if fetched.uncut {
        found.iter_mut().for_each(|children| plan.page.cut(children));
    }
    // Parents with the same key share what is found.
    let found: Vec<_> = found.into_iter().map(Arc::new).collect();
    let none = Arc::new(Vec::new());
    for (parent, place) in parents.iter_mut().zip(&keys.of) {
        let children = place.map_or(&none, |place| &found[place]);
        plan.rel
            .slot(parent.inner_mut())
            .fill(children.clone(), link.field)?;
    }
    Ok(())
}
