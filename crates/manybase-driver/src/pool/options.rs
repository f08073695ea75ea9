//! Settings of a pool.

use std::time::Duration;

/// When a connection is tried with a ping before somebody gets it.
///
/// ```
/// use manybase_driver::{PoolOptions, TestBeforeUse};
/// assert!(matches!(PoolOptions::default().test_before_use, TestBeforeUse::IdleFor(_)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestBeforeUse {
    /// Each time: one round trip more.
    Always,
    /// When nobody used it for so long.
    IdleFor(Duration),
    /// Never: a connection that died in the meantime fails the first statement.
    Never,
}

/// Settings of a pool.
///
/// ```
/// use manybase_driver::PoolOptions;
/// let options = PoolOptions { max_size: 4, ..PoolOptions::default() };
/// assert_eq!(options.max_size, 4);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolOptions {
    /// Connections that may be open; for a database with a single writer, readers.
    pub max_size: usize,
    /// Connections that are kept ready, as far as there may be so many: opened in the background from the first use on,
    /// and not closed for being idle.
    pub min_idle: usize,
    /// How long to wait for one.
    pub acquire_timeout: Duration,
    /// Idle connections are closed after this.
    pub idle_timeout: Option<Duration>,
    /// Connections are closed after this, once they are idle.
    pub max_lifetime: Option<Duration>,
    /// When to ping first.
    pub test_before_use: TestBeforeUse,
    /// The server's time limit for one statement. The pool gives up a little later on a server that does not
    /// answer at all.
    pub statement_timeout: Option<Duration>,
}

impl Default for PoolOptions {
    /// 10 connections, none of them kept ready, 30 s to get one, closed after 10 min idle or 30 min, pinged after 5 s idle, 5 min for a
    /// statement.
    fn default() -> Self {
        Self {
            max_size: 10,
            min_idle: 0,
            acquire_timeout: Duration::from_secs(30),
            idle_timeout: Some(Duration::from_secs(600)),
            max_lifetime: Some(Duration::from_secs(1_800)),
            test_before_use: TestBeforeUse::IdleFor(Duration::from_secs(5)),
            statement_timeout: crate::ConnectOptions::default().statement_timeout,
        }
    }
}

impl PoolOptions {
    /// When the client gives up: a server that lives answers before, with an error that says more.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.statement_timeout.map(|limit| {
            limit
                + limit
                    .mul_f32(0.1)
                    .clamp(Duration::from_millis(250), Duration::from_secs(5))
        })
    }
}
