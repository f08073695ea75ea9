//! Short loans: a recovery neither waits long nor keeps anything.

use crate::{Error, ErrorKind, Result};
use manybase_driver::{Access, Pool, Session};
use std::sync::Arc;
use std::time::Duration;

/// For asking a database something, with dialling it.
pub(super) const SHORT: Duration = Duration::from_secs(10);
/// For work that may have to wait for a lock.
pub(super) const LONG: Duration = Duration::from_secs(30);

/// A session, soon or not at all.
pub(super) async fn lend(pool: &Pool, access: Access) -> Result<Session> {
    within(SHORT, pool.name(), pool.acquire(access)).await
}

/// Runs something that a server that hangs must not hold up. Cut off, its session goes with it.
pub(super) async fn within<T>(
    limit: Duration,
    connection: &Arc<str>,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    match tokio::time::timeout(limit, work).await {
        Ok(result) => result.map_err(|error| error.with_connection(connection.clone())),
        Err(_) => Err(
            Error::new(ErrorKind::Timeout, format!("no answer within {limit:.0?}"))
                .with_connection(connection.clone())
                .with_help(
                    "it is tried again by the next recovery; look whether the server hangs or is overloaded",
                ),
        ),
    }
}
