//! Steps in Rust.

use manybase_db::{AsyncFunc, Result, Transaction};
use manybase_driver::BoxFuture;
use std::sync::Arc;

/// A step in a transaction.
pub(crate) type StepFn = Arc<dyn for<'t> Fn(&'t Transaction) -> BoxFuture<'t, Result<()>> + Send + Sync>;

pub(crate) fn step<F>(work: F) -> StepFn
where
    F: for<'t> AsyncFunc<&'t Transaction, Result<()>> + Clone + Send + Sync + 'static,
    for<'t> <F as AsyncFunc<&'t Transaction, Result<()>>>::Fut: Send,
{
    Arc::new(move |tx| {
        let work = work.clone();
        Box::pin(async move { work(tx).await })
    })
}
