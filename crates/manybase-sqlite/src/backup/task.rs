//! Work on a thread of its own, which a dropped future stops.

use manybase_driver::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// The work looks at its sign every few milliseconds, so this is for a disk that has died.
const PATIENCE: Duration = Duration::from_secs(2);

/// A sign that nobody wants it any more.
pub(super) type Stop = Arc<AtomicBool>;

/// Stops the work and waits for its end, so that who removes its files is the last to touch them.
struct Guard {
    stop: Stop,
    ended: Receiver<()>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.ended.recv_timeout(PATIENCE);
    }
}

/// Runs it.
pub(super) async fn run<T: Send + 'static>(
    work: impl FnOnce(&Stop) -> Result<T> + Send + 'static,
) -> Result<T> {
    let stop = Stop::default();
    let (end, ended) = mpsc::channel();
    let guard = Guard {
        stop: stop.clone(),
        ended,
    };
    let done = tokio::task::spawn_blocking(move || {
        // Its end is told when this is dropped, also in a panic; a job that never began drops it too.
        let _end = end;
        work(&stop)
    })
    .await;
    drop(guard);
    done.map_err(|error| Error::driver(format!("the thread of a backup has ended: {error}")))?
}

/// Whether to stop.
pub(super) fn stopped(stop: &Stop) -> bool {
    stop.load(Ordering::Relaxed)
}
