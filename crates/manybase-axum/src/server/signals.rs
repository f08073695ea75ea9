//! The signals that stop a server.

use manybase_db::{Error, Result};

fn deaf(error: std::io::Error) -> Error {
    Error::config(format!("signals can't be listened to: {error}"))
        .with_help("stop the server with `Server::stopper` and `Server::without_signals`")
        .with_source(error)
}

#[cfg(unix)]
pub(super) struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(super) fn new() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(deaf)?,
            interrupt: signal(SignalKind::interrupt()).map_err(deaf)?,
        })
    }

    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(windows)]
pub(super) struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    pub(super) fn new() -> Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self).map_err(deaf)
    }

    pub(super) async fn next(&mut self) {
        let _ = self.0.recv().await;
    }
}
