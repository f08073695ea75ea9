//! A connection that says goodbye before it goes, and a count of those that have not gone yet.

use super::manager::within;
use crate::Connection;
use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use tokio::sync::Notify;

/// How many connections of a pool there are, those that are being closed included.
#[derive(Default)]
pub(super) struct Census {
    count: AtomicUsize,
    /// The last one is gone.
    none: Notify,
}

impl Census {
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Waits until there is none.
    pub(super) async fn none(&self) {
        loop {
            let mut none = pin!(self.none.notified());
            // Before looking, so that one that goes in between is not missed.
            none.as_mut().enable();
            if self.count() == 0 {
                return;
            }
            none.await;
        }
    }
}

/// Counts as long as it lives.
struct Counted(Arc<Census>);

impl Drop for Counted {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.none.notify_waiters();
        }
    }
}

/// Wherever the pool drops it (idle for too long, too old, closed), it is closed: at once, or in the background.
pub(super) struct Polite {
    /// `None` only while it is being dropped.
    inner: Option<(Box<dyn Connection>, Counted)>,
}

const PRESENT: &str = "it is taken out only by value";

impl Polite {
    pub(super) fn new(connection: Box<dyn Connection>, census: &Arc<Census>) -> Self {
        census.count.fetch_add(1, Ordering::AcqRel);
        Self {
            inner: Some((connection, Counted(census.clone()))),
        }
    }

    /// The connection, for one that has no use for a goodbye.
    pub(super) fn into_inner(mut self) -> Box<dyn Connection> {
        self.inner.take().expect(PRESENT).0
    }
}

impl Deref for Polite {
    type Target = dyn Connection;

    fn deref(&self) -> &Self::Target {
        &*self.inner.as_ref().expect(PRESENT).0
    }
}

impl DerefMut for Polite {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut *self.inner.as_mut().expect(PRESENT).0
    }
}

impl Drop for Polite {
    fn drop(&mut self) {
        let Some((connection, counted)) = self.inner.take() else {
            return;
        };
        if connection.is_closed() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let mut closing = Box::pin(async move {
                if let Err(error) = within(connection.close()).await {
                    tracing::debug!(target: "manybase::pool", %error, "closed without a goodbye");
                }
                drop(counted);
            });
            // Some have nothing to wait for, and need no task for it. The task polls again, so that no wakeup is lost.
            if closing
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
            {
                runtime.spawn(closing);
            }
        }
    }
}
