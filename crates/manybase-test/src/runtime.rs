//! The runtime in which databases are made and dropped. It lives as long as the process, apart from those of the tests.

use std::future::Future;
use std::sync::OnceLock;
use tokio::runtime::{Builder, Runtime};

/// Runs it to its end. Not from inside another runtime.
pub(crate) fn block_on<F: Future>(work: F) -> F::Output {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("manybase-test")
            .enable_all()
            .build()
            .expect("a runtime with one thread can be made, or no test can run")
    });
    runtime.block_on(work)
}
