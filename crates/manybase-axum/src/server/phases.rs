//! How far the end of a server has come.

use crate::Error;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Serving,
    Stopping,
    CutOff,
}

#[derive(Debug)]
pub(crate) struct Phases {
    now: watch::Sender<Phase>,
    /// Requests that were cut off.
    count: AtomicUsize,
}

impl Default for Phases {
    fn default() -> Self {
        Self {
            now: watch::Sender::new(Phase::Serving),
            count: AtomicUsize::new(0),
        }
    }
}

impl Phases {
    pub(super) fn stop(&self) {
        self.reach(Phase::Stopping);
    }

    pub(super) fn cut_off(&self) {
        self.reach(Phase::CutOff);
    }

    /// Never backwards.
    fn reach(&self, phase: Phase) {
        self.now.send_if_modified(|now| {
            let further = *now < phase;
            *now = phase.max(*now);
            further
        });
    }

    pub(crate) fn is_stopping(&self) -> bool {
        *self.now.borrow() > Phase::Serving
    }

    pub(super) async fn stopping(&self) {
        self.reached(Phase::Stopping).await;
    }

    async fn reached(&self, phase: Phase) {
        // The sender lives as long as this.
        let _ = self.now.subscribe().wait_for(|now| *now >= phase).await;
    }

    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }
}

/// Runs a request until it comes to its end or is cut off. Dropped, its transaction is rolled back.
pub(super) async fn until_cut_off(
    State(phases): State<Arc<Phases>>,
    request: Request,
    next: Next,
) -> Response {
    tokio::select! {
        biased;
        response = next.run(request) => response,
        () = phases.reached(Phase::CutOff) => {
            phases.count.fetch_add(1, Ordering::Relaxed);
            let what = "the server stops";
            Error::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", what).into_response()
        }
    }
}

/// Stops a [`crate::Server`]. Clones stop the same one.
///
/// ```
/// # fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").build()?;
/// let stopper = manybase_axum::Server::new(db).stopper();
/// stopper.clone().stop();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Stopper(Arc<Phases>);

impl Stopper {
    pub(super) fn new(phases: Arc<Phases>) -> Self {
        Self(phases)
    }

    /// As SIGTERM does. Again, it changes nothing.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").build()?;
    /// manybase_axum::Server::new(db).stopper().stop();
    /// # Ok(())
    /// # }
    /// ```
    pub fn stop(&self) {
        self.0.stop();
    }
}
