//! Waiting without a runtime.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Runs something that takes a while on a thread that may be one of a runtime's. The runtime's other threads may be
/// asleep, and then nobody hears what its tasks wait for: a server that waits for one of these (as PostgreSQL's
/// `DROP DATABASE` does for whoever is about to log in) would never answer.
pub(crate) fn blocking<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::blocking;
    use std::sync::mpsc;
    use std::time::Duration;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn the_runtime_goes_on() {
        let (say, hear) = mpsc::channel();
        let waits = tokio::spawn(async move {
            tokio::spawn(async move { say.send(()) });
            blocking(|| hear.recv_timeout(Duration::from_secs(20)))
        });
        assert_eq!(waits.await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn or_stands_where_there_is_one_thread() {
        assert_eq!(blocking(|| 1), 1);
    }
}
