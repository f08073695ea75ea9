//! A transaction around a closure.

use super::{Transaction, misuse};
use crate::Result;
use crate::lease::Deadline;
use std::future::Future;

/// An `async` closure whose future has a name, so that it can be asked to be `Send`: without this a transaction
/// could not run inside `tokio::spawn`. Every fitting closure is one; nothing else needs to be.
///
/// A function that takes one should return a boxed future and not be an `async fn`: where the closure's type shows
/// in the future's type, rustc may crash in an incremental build (rust-lang/rust#154857).
///
/// ```
/// use manybase_db::AsyncFunc;
///
/// async fn twice<F>(f: F) -> u32
/// where
///     F: for<'a> AsyncFunc<&'a u32, u32>,
/// {
///     f(&21).await * 2
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(twice(async |n| *n).await, 42);
/// # }
/// ```
pub trait AsyncFunc<T, R>: AsyncFnOnce(T) -> R + FnOnce(T) -> <Self as AsyncFunc<T, R>>::Fut {
    /// What the closure returns.
    type Fut: Future<Output = R>;
}

impl<F, T, Fut, R> AsyncFunc<T, R> for F
where
    F: AsyncFnOnce(T) -> R + FnOnce(T) -> Fut,
    Fut: Future<Output = R>,
{
    type Fut = Fut;
}

/// `Ok` commits, `Err` rolls back, and so does a panic or a dropped future, by dropping the transaction.
pub(crate) async fn run<R, F>(tx: Transaction, work: F, deadline: Option<Deadline>) -> Result<R>
where
    F: for<'t> AsyncFunc<&'t Transaction, Result<R>> + Send,
    for<'t> <F as AsyncFunc<&'t Transaction, Result<R>>>::Fut: Send,
    R: Send,
{
    let result = {
        let work = misuse::inside(&tx, work(&tx));
        match deadline {
            None => work.await,
            // The commit is not cut off: its outcome would not be known.
            Some(deadline) => match tokio::time::timeout_at(deadline.at, work).await {
                Ok(result) => result,
                Err(_) => Err(deadline.error()),
            },
        }
    };
    match result {
        Ok(value) => tx.commit().await.map(|()| value),
        Err(error) => {
            if let Err(error) = tx.rollback().await {
                tracing::debug!(target: "manybase::transaction", %error, "could not roll back");
            }
            Err(error)
        }
    }
}
