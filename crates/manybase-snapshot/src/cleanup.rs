//! What was made for a while, and goes again, also when nobody waits for it.

use manybase_driver::{Driver, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Removals under way that nobody waits for.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
/// A server that takes longer does not answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A database that goes unless it is kept.
pub(crate) struct Temporary {
    driver: Arc<dyn Driver>,
    kept: bool,
}

impl Temporary {
    pub(crate) fn new(driver: Arc<dyn Driver>) -> Self {
        Self { driver, kept: false }
    }

    pub(crate) fn keep(mut self) {
        self.kept = true;
    }

    /// Removes it now.
    pub(crate) async fn remove(mut self) -> Result<()> {
        let removed = match self.driver.backups() {
            Some(backups) => backups.discard().await,
            None => Ok(()),
        };
        self.kept = true;
        removed
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let Some(backups) = self.driver.backups().filter(|_| !self.kept) else {
            return;
        };
        let (discard, address) = (backups.discard(), self.driver.address());
        // Without a runtime nothing can be dialled, and nothing that would need it is going on.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        UNDER_WAY.fetch_add(1, Ordering::SeqCst);
        let count = Count;
        runtime.spawn(async move {
            let _count = count;
            if let Err(error) = discard.await {
                tracing::warn!(target: "manybase::snapshot", %address, %error, "a temporary database is left behind");
            }
        });
    }
}

/// One less when it is dropped, also by a runtime that ends.
struct Count;

impl Drop for Count {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits until temporary databases are gone whose future was dropped: for a program that is about to end. It takes ten
/// seconds at most.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// manybase_snapshot::settled().await;
/// # }
/// ```
pub async fn settled() {
    let begun = Instant::now();
    while UNDER_WAY.load(Ordering::SeqCst) > 0 && begun.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
