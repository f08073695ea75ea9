//! Serving until somebody says stop, and an end in order.

mod phases;
mod signals;

pub use phases::Stopper;

pub(crate) use phases::Phases;

use crate::Health;
use axum::Router;
use axum::middleware::from_fn_with_state;
use manybase_db::{Db, Error, ErrorKind, Result};
use signals::Signals;
use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// How long connections whose requests were cut off may take to say so.
const GOODBYE: Duration = Duration::from_secs(1);

/// Serves an application until SIGTERM or Ctrl-C, then stops in order: see [`Server`], whose settings it leaves as they
/// are.
///
/// ```no_run
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let db = manybase_db::Db::from_env(manybase_db::Mode::App).await?;
/// let app = axum::Router::new();
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
/// manybase_axum::serve(listener, app, db).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As [`Server::serve`].
pub async fn serve(listener: TcpListener, app: Router, db: Db) -> Result<()> {
    Server::new(db).serve(listener, app).await
}

/// Serves an application until somebody says stop, and then
///
/// 1. is no longer ready ([`Health`]), and goes on serving for as long as [`Server::linger`] says, so that a load balancer
///    notices,
/// 2. takes no more connections, and answers what runs, for up to 30 s ([`Server::drain_within`]),
/// 3. cuts off what still runs: it gets 503, and its transaction is rolled back,
/// 4. closes the connections to the databases.
///
/// It is stopped by SIGTERM, by Ctrl-C, or with [`Server::stopper`]. A second signal goes on to the next step at once.
///
/// ```no_run
/// use manybase_axum::Server;
/// use std::time::Duration;
///
/// # async fn example(db: manybase_db::Db) -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::new(db).linger(Duration::from_secs(5)).drain_within(Duration::from_secs(20));
/// let app = axum::Router::new().merge(server.health().routes());
/// let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await?;
/// server.serve(listener, app).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "it does nothing until `serve`"]
pub struct Server {
    db: Db,
    drain: Duration,
    linger: Duration,
    signals: bool,
    phases: Arc<Phases>,
}

impl Server {
    /// A server whose requests work on this registry.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").build()?;
    /// let server = manybase_axum::Server::new(db);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(db: Db) -> Self {
        Self {
            db,
            drain: Duration::from_secs(30),
            linger: Duration::ZERO,
            signals: true,
            phases: Arc::default(),
        }
    }

    /// How long requests that run may take to come to their end.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").build()?;
    /// let server = manybase_axum::Server::new(db).drain_within(std::time::Duration::from_secs(10));
    /// # Ok(())
    /// # }
    /// ```
    pub fn drain_within(mut self, limit: Duration) -> Self {
        self.drain = limit;
        self
    }

    /// How long to go on serving, no longer ready, before connections are refused. Not at all by default.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").build()?;
    /// let server = manybase_axum::Server::new(db).linger(std::time::Duration::from_secs(5));
    /// # Ok(())
    /// # }
    /// ```
    pub fn linger(mut self, time: Duration) -> Self {
        self.linger = time;
        self
    }

    /// Listens to no signals: it is stopped with [`Server::stopper`] alone.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").build()?;
    /// let server = manybase_axum::Server::new(db).without_signals();
    /// # Ok(())
    /// # }
    /// ```
    pub fn without_signals(mut self) -> Self {
        self.signals = false;
        self
    }

    /// The health of its databases, which is told to be over as soon as it stops.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").build()?;
    /// let server = manybase_axum::Server::new(db);
    /// let health = server.health();
    /// assert_eq!(health.check().await.status, "ready");
    /// server.stopper().stop();
    /// assert_eq!(health.check().await.status, "stopping");
    /// # Ok(())
    /// # }
    /// ```
    pub fn health(&self) -> Health {
        Health::of_server(self.db.clone(), self.phases.clone())
    }

    /// A handle that stops it, as a signal does.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").build()?;
    /// let server = manybase_axum::Server::new(db);
    /// let stopper = server.stopper();
    /// stopper.stop();
    /// # Ok(())
    /// # }
    /// ```
    pub fn stopper(&self) -> Stopper {
        Stopper::new(self.phases.clone())
    }

    /// Serves, and stops in order.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").build()?;
    /// let server = manybase_axum::Server::new(db);
    /// let stopper = server.stopper();
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    /// let serving = tokio::spawn(server.serve(listener, axum::Router::new()));
    /// stopper.stop();
    /// serving.await??;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`] when requests were cut off, or connections to databases did not come back in time;
    /// [`ErrorKind::Config`] when signals can't be listened to.
    pub async fn serve(self, listener: TcpListener, app: Router) -> Result<()> {
        let mut signals = self.signals.then(Signals::new).transpose()?;
        let app = app.layer(from_fn_with_state(self.phases.clone(), phases::until_cut_off));
        let (refuse, refused) = oneshot::channel::<()>();
        let serving = axum::serve(listener, app).with_graceful_shutdown(async {
            let _ = refused.await;
        });
        let mut serving = pin!(serving.into_future());
        let asked = async {
            tokio::select! {
                () = signal(&mut signals) => {}
                () = self.phases.stopping() => {}
            }
        };
        // It does not end by itself.
        first(&mut serving, asked).await;
        self.phases.stop();
        tracing::info!(target: "manybase::axum", "stopping");
        first(&mut serving, within(self.linger, &mut signals)).await;
        let _ = refuse.send(());
        if !first(&mut serving, within(self.drain, &mut signals)).await {
            self.phases.cut_off();
            let _ = tokio::time::timeout(GOODBYE, &mut serving).await;
        }
        let closed = self.db.close().await;
        match self.phases.count() {
            0 => closed,
            count => {
                let what = format!("requests that still ran when the server stopped were cut off: {count}");
                Err(Error::new(ErrorKind::Timeout, what).with_help(
                    "they got 503 and were rolled back; `drain_within` sets how long they may take",
                ))
            }
        }
    }
}

/// Whether serving came to its end before the other.
async fn first<T>(serving: &mut (impl Future<Output = T> + Unpin), other: impl Future<Output = ()>) -> bool {
    tokio::select! {
        _ = serving => true,
        () = other => false,
    }
}

/// A time, cut short by a signal.
async fn within(time: Duration, signals: &mut Option<Signals>) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = signal(signals) => {}
    }
}

async fn signal(signals: &mut Option<Signals>) {
    match signals {
        Some(signals) => signals.next().await,
        None => std::future::pending().await,
    }
}
