//! Stopping what the server still does for a connection that nobody listens to any more.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

/// Dialling and one statement; a server that takes longer is left alone.
const LIMIT: Duration = Duration::from_secs(10);

/// What to end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    /// The statement, and the session with it, so that its transaction rolls back and its locks go.
    Session,
    /// The statement alone.
    Statement,
}

/// Dials again and ends what the connection of this id does.
pub(crate) async fn stop(opts: Opts, id: u32, target: Target) {
    let work = async {
        let mut conn = Conn::new(opts).await?;
        conn.query_drop(match target {
            Target::Session => format!("KILL {id}"),
            Target::Statement => format!("KILL QUERY {id}"),
        })
        .await?;
        conn.disconnect().await
    };
    match tokio::time::timeout(LIMIT, work).await {
        Ok(Ok(())) => {}
        // It may well have ended by itself (1094).
        Ok(Err(error)) => tracing::debug!(target: "manybase::mysql", id, %error, "not stopped"),
        Err(_) => tracing::debug!(target: "manybase::mysql", id, "not stopped in time"),
    }
}

/// Ends it in the background.
pub(crate) fn stop_later(opts: Opts, id: u32) {
    // Without a runtime nothing can be dialled, and nothing that would need it is going on.
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(stop(opts, id, Target::Session));
    }
}

/// Closes the socket at once.
///
/// A dropped `Conn` that was reading rows would read on in the background to the last of them, and then say goodbye.
/// But it just goes when it was left in the middle of a command: so one is begun, and left.
pub(crate) fn sever(mut conn: Conn) {
    let mut context = Context::from_waker(Waker::noop());
    // Whether it got anywhere does not matter.
    let _ = pin!(conn.ping()).poll(&mut context);
}
