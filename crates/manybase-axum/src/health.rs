//! Is the process alive, do the databases answer.

use crate::server::Phases;
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::join_all;
use manybase_db::{Db, Error, ErrorKind, Ping, ReplicaHandle};
use serde::Serialize;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// What an orchestrator or a load balancer asks: [`Health::routes`].
///
/// ```
/// use axum::Router;
/// use manybase_axum::Health;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").open().await?;
/// let app: Router = Router::new().merge(Health::new(db.clone()).routes());
///
/// let readiness = Health::new(db).check().await;
/// assert!(readiness.is_ready());
/// assert_eq!(readiness.connections["erp"].status, "up");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Health {
    db: Db,
    within: Duration,
    only: Option<Vec<Arc<str>>>,
    phases: Option<Arc<Phases>>,
}

/// Whether requests may come.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").open().await?;
/// let readiness = manybase_axum::Health::new(db).check().await;
/// assert_eq!(readiness.status, "ready");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Readiness {
    /// `ready`, `not ready`, or `stopping`.
    pub status: &'static str,
    /// Each connection by its name.
    pub connections: BTreeMap<String, ConnectionHealth>,
}

/// Whether one database answers.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").open().await?;
/// let erp = &manybase_axum::Health::new(db).check().await.connections["erp"];
/// assert!(erp.reason.is_none() && erp.replicas.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ConnectionHealth {
    /// `up` or `down`.
    pub status: &'static str,
    /// How long one round trip took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<f64>,
    /// Why it is down: the kind of the error. The rest of it is logged and not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its replicas. One that is down is not read from, and does not make the connection unready.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub replicas: BTreeMap<String, ConnectionHealth>,
}

impl Health {
    /// Of all connections, each of which has 2 s to answer.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").build()?;
    /// let health = manybase_axum::Health::new(db);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(db: Db) -> Self {
        Self {
            db,
            within: Duration::from_secs(2),
            only: None,
            phases: None,
        }
    }

    pub(crate) fn of_server(db: Db, phases: Arc<Phases>) -> Self {
        Self {
            phases: Some(phases),
            ..Self::new(db)
        }
    }

    /// How long a database has to answer, with the wait for a free connection.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").build()?;
    /// let health = manybase_axum::Health::new(db).within(std::time::Duration::from_millis(500));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.within = limit;
        self
    }

    /// Looks at these connections and no other: those without which nothing works.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").build()?;
    /// let health = manybase_axum::Health::new(db).only(["erp"]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn only<N: Into<Arc<str>>>(mut self, connections: impl IntoIterator<Item = N>) -> Self {
        self.only = Some(connections.into_iter().map(Into::into).collect());
        self
    }

    /// `GET /health/live`: 200 as long as the process answers. `GET /health/ready`: 200 when every database answers, else
    /// 503; the body is a [`Readiness`].
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").build()?;
    /// let app: axum::Router = axum::Router::new().merge(manybase_axum::Health::new(db).routes());
    /// # Ok(())
    /// # }
    /// ```
    pub fn routes<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        let ready = move || async move { self.check().await };
        Router::new()
            .route(
                "/health/live",
                get(|| async { json(StatusCode::OK, &Live { status: "live" }) }),
            )
            .route("/health/ready", get(ready))
    }

    /// Asks all databases at once.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").open().await?;
    /// assert!(manybase_axum::Health::new(db).check().await.is_ready());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn check(&self) -> Readiness {
        if self.phases.as_ref().is_some_and(|phases| phases.is_stopping()) {
            return Readiness {
                status: "stopping",
                connections: BTreeMap::new(),
            };
        }
        let names = self.only.clone().unwrap_or_else(|| self.db.connections());
        let looks = names.into_iter().map(|name| async move {
            let health = self.look(&name).await;
            (name.to_string(), health)
        });
        let connections: BTreeMap<_, _> = join_all(looks).await.into_iter().collect();
        let up = connections.values().all(|health| health.status == UP);
        Readiness {
            status: if up { READY } else { "not ready" },
            connections,
        }
    }

    async fn look(&self, name: &str) -> ConnectionHealth {
        let handle = match self.db.connection(name) {
            Ok(handle) => handle,
            Err(error) => return down(name, &error),
        };
        let replicas = handle.replicas();
        let replicas = join_all(replicas.iter().map(|replica: &ReplicaHandle| async move {
            let health = self.ask(replica.name(), replica.ping()).await;
            (replica.name().to_string(), health)
        }));
        let (primary, replicas) = tokio::join!(self.ask(name, handle.ping()), replicas);
        ConnectionHealth {
            replicas: replicas.into_iter().collect(),
            ..primary
        }
    }

    async fn ask(
        &self,
        name: &str,
        ping: impl Future<Output = manybase_db::Result<Ping>>,
    ) -> ConnectionHealth {
        match tokio::time::timeout(self.within, ping).await {
            Ok(Ok(ping)) => ConnectionHealth {
                status: UP,
                took_ms: Some((ping.took.as_secs_f64() * 1e6).round() / 1e3),
                reason: None,
                replicas: BTreeMap::new(),
            },
            Ok(Err(error)) => down(name, &error),
            Err(_) => {
                let what = format!("no answer within {:?}", self.within);
                down(name, &Error::new(ErrorKind::Timeout, what))
            }
        }
    }
}

const UP: &str = "up";
const READY: &str = "ready";

fn down(name: &str, error: &Error) -> ConnectionHealth {
    tracing::warn!(target: "manybase::axum", connection = name, %error, "a database does not answer");
    ConnectionHealth {
        status: "down",
        took_ms: None,
        reason: Some(error.kind().to_string()),
        replicas: BTreeMap::new(),
    }
}

#[derive(Serialize)]
struct Live {
    status: &'static str,
}

impl Readiness {
    /// Whether every database answers.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").open().await?;
    /// db.close().await?;
    /// assert!(!manybase_axum::Health::new(db).check().await.is_ready());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_ready(&self) -> bool {
        self.status == READY
    }
}

impl IntoResponse for Readiness {
    fn into_response(self) -> Response {
        let status = match self.is_ready() {
            true => StatusCode::OK,
            false => StatusCode::SERVICE_UNAVAILABLE,
        };
        json(status, &self)
    }
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    // Text and finite numbers alone: there is nothing that could fail.
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
