//! The hooks of one model as a table of functions, so that what calls them is not compiled for models that have none.

use super::set_wise::{self, SetWise};
use super::single::{self, Changed};
use super::{HookContext, Hooks, Operation};
use crate::{Model, Query, Rec, Upsert};
use manybase_db::Executor;
use manybase_driver::{BoxFuture, Result};

type Insert<M> = fn(M, &dyn Executor) -> BoxFuture<'_, Result<Rec<M>>>;
type InsertMany<M> = fn(Vec<M>, &dyn Executor) -> BoxFuture<'_, Result<u64>>;
type Update<M> = for<'a> fn(&'a mut Rec<M>, Changed, &'a dyn Executor) -> BoxFuture<'a, Result<bool>>;
type Remove<M> = fn(Rec<M>, Option<usize>, &dyn Executor) -> BoxFuture<'_, Result<()>>;
type OfQuery<M> = fn(Query<M>, SetWise, &dyn Executor) -> BoxFuture<'_, Result<u64>>;
type OfUpsert<M> = fn(Upsert<M>, &dyn Executor) -> BoxFuture<'_, Result<u64>>;
type BeforeLoad = fn(&dyn Executor) -> BoxFuture<'_, Result<()>>;
type AfterLoad<M> = for<'a> fn(&'a mut [Rec<M>], &'a dyn Executor) -> BoxFuture<'a, Result<()>>;

/// The hooks of a model, for the derive macro.
#[doc(hidden)]
pub struct HookTable<M: Model> {
    pub(crate) insert: Insert<M>,
    pub(crate) insert_many: InsertMany<M>,
    pub(crate) update: Update<M>,
    pub(crate) remove: Remove<M>,
    pub(crate) set_wise: OfQuery<M>,
    pub(crate) upsert: OfUpsert<M>,
    pub(crate) upsert_one: Insert<M>,
    pub(crate) before_load: BeforeLoad,
    pub(crate) after_load: AfterLoad<M>,
}

impl<M: Hooks> HookTable<M> {
    const OF: Self = Self {
        insert: single::insert,
        insert_many: set_wise::insert_many,
        update: single::update,
        remove: single::remove,
        set_wise: set_wise::change,
        upsert: set_wise::upsert,
        upsert_one: set_wise::upsert_one,
        before_load: before_load::<M>,
        after_load,
    };

    /// The model's hooks.
    #[doc(hidden)]
    pub const fn of() -> &'static Self {
        &Self::OF
    }
}

fn before_load<M: Hooks>(on: &dyn Executor) -> BoxFuture<'_, Result<()>> {
    Box::pin(async move {
        let cx = HookContext::outside(on, Operation::Load, false);
        M::before_load(&cx)
            .await
            .map_err(|error| single::named::<M>(error, on))
    })
}

fn after_load<'a, M: Hooks>(records: &'a mut [Rec<M>], on: &'a dyn Executor) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let cx = HookContext::outside(on, Operation::Load, false);
        for record in records {
            record
                .inner_mut()
                .after_load(&cx)
                .await
                .map_err(|error| single::named::<M>(error, on))?;
        }
        Ok(())
    })
}
