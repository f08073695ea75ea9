//! A sink that wants no more rows for the moment holds the connection's thread back.

use crate::core::Core;
use manybase_driver::{Result, Sink};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

/// How often to look whether the job has been cancelled, which wakes nobody.
const LOOK: Duration = Duration::from_millis(20);

/// Wakes the thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Core {
    /// Waits until the sink has room again. The statement's clock starts anew: what the reader of the rows does in the
    /// meantime is not the statement's time.
    pub(crate) fn pause(&self, sink: &mut dyn Sink) -> Result<()> {
        if self.on_the_spot {
            // The caller's thread is the reader's, and the rows are few.
            return Ok(());
        }
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut task = Context::from_waker(&waker);
        while sink.poll_ready(&mut task).is_pending() {
            thread::park_timeout(LOOK);
            // Fails when the job has been cancelled.
            self.begin_statement()?;
        }
        self.begin_statement()
    }
}
