//! Async closures as steps.

use crate::context::Core;
use crate::{Cx, Data, StepResult};
use manybase_db::{AsyncFunc, Transaction};
use manybase_driver::BoxFuture;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::sync::Arc;

/// An `async` closure with two parameters whose future has a name, so that it can be asked to be `Send`. Every fitting
/// closure is one; nothing else needs to be. For one parameter there is [`AsyncFunc`].
///
/// ```
/// use manybase_saga::StepFunc;
///
/// async fn sum<F>(f: F) -> u32
/// where
///     F: for<'a> StepFunc<&'a u32, &'a u32, u32>,
/// {
///     f(&40, &2).await
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(sum(async |a, b| *a + *b).await, 42);
/// # }
/// ```
pub trait StepFunc<A, B, R>:
    AsyncFnOnce(A, B) -> R + FnOnce(A, B) -> <Self as StepFunc<A, B, R>>::Fut
{
    /// What the closure returns.
    type Fut: Future<Output = R>;
}

impl<F, A, B, Fut, R> StepFunc<A, B, R> for F
where
    F: AsyncFnOnce(A, B) -> R + FnOnce(A, B) -> Fut,
    Fut: Future<Output = R>,
{
    type Fut = Fut;
}

/// A step in a transaction, whatever the saga's input is.
pub(crate) type OnFn =
    Arc<dyn for<'t> Fn(Core, &'t Transaction) -> BoxFuture<'t, StepResult<Data>> + Send + Sync>;

/// A call, whatever the saga's input is.
pub(crate) type CallFn = Arc<dyn Fn(Core) -> BoxFuture<'static, StepResult<Data>> + Send + Sync>;

/// Each attempt works with a clone of the closure, so that it may not change what is around it.
pub(crate) fn on<I, F>(work: F) -> OnFn
where
    I: DeserializeOwned + Send + Sync + 'static,
    F: for<'c, 't> StepFunc<&'c mut Cx<I>, &'t Transaction, StepResult> + Clone + Send + Sync + 'static,
    for<'c, 't> <F as StepFunc<&'c mut Cx<I>, &'t Transaction, StepResult>>::Fut: Send,
{
    Arc::new(move |core, tx| {
        let work = work.clone();
        Box::pin(async move {
            let mut cx = Cx::<I>::new(core)?;
            work(&mut cx, tx).await?;
            Ok(cx.into_puts())
        })
    })
}

pub(crate) fn call<I, F>(work: F) -> CallFn
where
    I: DeserializeOwned + Send + Sync + 'static,
    F: for<'t> AsyncFunc<&'t mut Cx<I>, StepResult> + Clone + Send + Sync + 'static,
    for<'t> <F as AsyncFunc<&'t mut Cx<I>, StepResult>>::Fut: Send,
{
    Arc::new(move |core| {
        let work = work.clone();
        Box::pin(async move {
            let mut cx = Cx::<I>::new(core)?;
            work(&mut cx).await?;
            Ok(cx.into_puts())
        })
    })
}
