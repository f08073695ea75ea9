//! The extractor.

use super::slot::Slot;
use crate::Error;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use manybase_db::{Executor, Lease, Result, Route, Transaction, Unit};
use manybase_driver::{Access, BoxFuture, Dialect};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The transaction of the request, from the [`crate::TransactionLayer`] around the handler. All that take it, extractors
/// too, share one.
///
/// It is what statements are run on, as a [`Transaction`] is: `order.insert(&tx)`, `tx.transaction(..)` for a part that may
/// fail. The layer commits it or rolls it back after the handler, which has to let it go by then: who moves it into a task
/// or a streaming body gets an error instead of a commit.
///
/// ```
/// use axum::extract::Path;
/// use manybase_axum::{Error, Tx};
///
/// async fn show(tx: Tx, Path(id): Path<i64>) -> manybase_axum::Result<String> {
///     // let order = Order::find(id, &tx).await?;
///     Err(Error::not_found(format!("there is no order {id}")))
/// }
/// # let _: axum::Router = axum::Router::new().route("/{id}", axum::routing::get(show));
/// ```
pub struct Tx(Arc<Transaction>);

impl<S: Send + Sync> FromRequestParts<S> for Tx {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let Some(slot) = parts.extensions.get::<Slot>().cloned() else {
            let error =
                manybase_db::Error::config("a handler takes `Tx`, and there is no layer that commits it");
            return Err(error
                .with_help("add `.layer(TransactionLayer::new(db))` to the router, behind its routes")
                .into());
        };
        slot.transaction().await.map(Self)
    }
}

impl Deref for Tx {
    type Target = Transaction;

    fn deref(&self) -> &Transaction {
        &self.0
    }
}

impl Executor for Tx {
    fn resolve(&self, route: Route<'_>) -> Result<Arc<str>> {
        self.0.resolve(route)
    }

    fn dialect(&self, route: Route<'_>) -> Result<&'static dyn Dialect> {
        Executor::dialect(&*self.0, route)
    }

    fn lease<'a>(&'a self, route: Route<'a>, access: Access) -> BoxFuture<'a, Result<Lease<'a>>> {
        self.0.lease(route, access)
    }

    fn unit(&self) -> Unit<'_> {
        self.0.unit()
    }

    fn runs_hooks(&self) -> bool {
        self.0.runs_hooks()
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tx").field(&self.0).finish()
    }
}
