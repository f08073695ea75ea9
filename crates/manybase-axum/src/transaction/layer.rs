//! The layer around handlers that commits or rolls back.

use super::slot::Slot;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use manybase_db::{Db, TransactionSettings};
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_layer::Layer;
use tower_service::Service;

/// Gives each request a transaction, which handlers take with [`crate::Tx`].
///
/// - It begins with the first statement. A request that takes none costs nothing.
/// - After a response with a status that is no error (1xx, 2xx, 3xx) it is **committed before the response is sent**, on
///   all databases that it touched, or on none. If that fails, the client gets an [`crate::Error`] instead of the
///   response.
/// - After a response with 4xx or 5xx, a panic, or a client that goes away in the middle, it is rolled back. A commit that
///   has begun is brought to its end, even if the client goes away.
///
/// ```
/// use axum::{Router, routing::post};
/// use manybase_axum::{TransactionLayer, Tx};
/// use manybase_db::Db;
///
/// async fn transfer(tx: Tx) -> manybase_axum::Result<()> {
///     // account.save(&tx).await?;
///     Ok(())
/// }
/// # fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().connect("bank", "sqlite::memory:").build()?;
/// let app: Router = Router::new().route("/transfers", post(transfer)).layer(TransactionLayer::new(db));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TransactionLayer(Arc<Settings>);

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) db: Db,
    pub(super) transaction: TransactionSettings,
    pub(super) only: Option<Vec<Arc<str>>>,
    commits: fn(StatusCode) -> bool,
}

impl TransactionLayer {
    /// Transactions of this registry, over any of its connections.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let layer = manybase_axum::TransactionLayer::new(db);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(db: Db) -> Self {
        Self(Arc::new(Settings {
            db,
            transaction: TransactionSettings::new(),
            only: None,
            commits: |status| !status.is_client_error() && !status.is_server_error(),
        }))
    }

    /// With other settings. Retries are none of them: a request can't be run twice.
    ///
    /// ```
    /// use manybase_axum::TransactionLayer;
    /// use manybase_db::TransactionSettings;
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let reports = TransactionLayer::new(db).settings(TransactionSettings::new().read_only());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn settings(self, settings: TransactionSettings) -> Self {
        self.with(|layer| layer.transaction = settings)
    }

    /// On these connections and no other; see [`Db::transaction_on`].
    ///
    /// ```
    /// use manybase_axum::TransactionLayer;
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("shop", "sqlite::memory:").build()?;
    /// let layer = TransactionLayer::new(db).only(["shop"]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn only<N: Into<Arc<str>>>(self, connections: impl IntoIterator<Item = N>) -> Self {
        let names = connections.into_iter().map(Into::into).collect();
        self.with(|layer| layer.only = Some(names))
    }

    /// After which status it is committed, instead of all that are no error.
    ///
    /// ```
    /// use axum::http::StatusCode;
    /// use manybase_axum::TransactionLayer;
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("shop", "sqlite::memory:").build()?;
    /// // An answer with 402 leaves its trace too.
    /// let layer = TransactionLayer::new(db).commit_on(|status| status.as_u16() < 400 || status.as_u16() == 402);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn commit_on(self, commits: fn(StatusCode) -> bool) -> Self {
        self.with(|layer| layer.commits = commits)
    }

    #[cfg(test)]
    pub(super) fn into_settings(self) -> Arc<Settings> {
        self.0
    }

    fn with(self, set: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Arc::unwrap_or_clone(self.0);
        set(&mut settings);
        Self(Arc::new(settings))
    }
}

impl<S> Layer<S> for TransactionLayer {
    type Service = TransactionService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TransactionService {
            inner,
            settings: self.0.clone(),
        }
    }
}

/// A service inside a [`TransactionLayer`].
///
/// ```
/// use manybase_axum::{TransactionLayer, TransactionService};
/// use tower_layer::Layer;
/// # fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("shop", "sqlite::memory:").build()?;
/// let service: TransactionService<axum::Router> = TransactionLayer::new(db).layer(axum::Router::new());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TransactionService<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S> Service<Request> for TransactionService<S>
where
    S: Service<Request, Response = Response>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let slot = Slot::new(self.settings.clone());
        request.extensions_mut().insert(slot.clone());
        let handled = self.inner.call(request);
        let commits = self.settings.commits;
        Box::pin(async move {
            // Where this future is dropped or unwinds, the slot goes, and the transaction with it.
            let ends = Ends(slot);
            let response = ends.0.around(handled).await?;
            Ok(match ends.0.end(commits(response.status())).await {
                Ok(()) => response,
                Err(error) => error.into_response(),
            })
        })
    }
}

/// Whoever has kept the request, in a task of its own say, must not keep the transaction.
struct Ends(Slot);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.forget();
    }
}
