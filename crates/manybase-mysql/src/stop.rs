//! Stopping what the server still does for a connection that nobody listens to any more.

use crate::wire::{self, Failure, Server};
use std::sync::Arc;
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
pub(crate) async fn stop(server: Arc<Server>, id: u32, target: Target) {
    let work = async {
        let mut link = wire::login(&server).await?.link;
        let how = match target {
            Target::Session => "KILL",
            Target::Statement => "KILL QUERY",
        };
        link.run(&format!("{how} {id}")).await?;
        link.leave().await;
        Ok::<(), Failure>(())
    };
    match tokio::time::timeout(LIMIT, work).await {
        Ok(Ok(())) => {}
        // It may well have ended by itself (1094).
        Ok(Err(failure)) => tracing::debug!(target: "manybase::mysql", id, ?failure, "not stopped"),
        Err(_) => tracing::debug!(target: "manybase::mysql", id, "not stopped in time"),
    }
}

/// Ends it in the background.
pub(crate) fn stop_later(server: Arc<Server>, id: u32) {
    // Without a runtime nothing can be dialled, and nothing that would need it is going on.
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(stop(server, id, Target::Session));
    }
}
