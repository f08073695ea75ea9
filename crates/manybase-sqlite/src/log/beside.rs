//! A connection beside the one that writes, for moving its log into the file.

use crate::config::{Config, Mode, Place};
use crate::open::flags;
use rusqlite::Connection;
use std::sync::Arc;

/// Opened when there is something to move. Lives on the thread of the connection that it is for, and goes before it, so
/// that that one is the last to close the file.
pub(crate) struct Beside {
    config: Arc<Config>,
    state: State,
}

enum State {
    NotYet,
    Open(Connection),
    /// It can't be opened, and is not tried again.
    Never,
}

impl Beside {
    pub(crate) fn new(config: Arc<Config>) -> Self {
        Self {
            config,
            state: State::NotYet,
        }
    }

    /// Moves what is in the log by now into the file; writing goes on meanwhile. False if it can't be done so.
    pub(crate) fn move_into_file(&mut self) -> bool {
        if matches!(self.state, State::NotYet) {
            self.state = match open(&self.config) {
                Ok(Some(raw)) => State::Open(raw),
                Ok(None) => State::Never,
                Err(error) => {
                    tracing::debug!(target: "manybase::sqlite", %error, "no second connection for the write-ahead log");
                    State::Never
                }
            };
        }
        match &self.state {
            State::Open(raw) => {
                super::run(raw);
                true
            }
            _ => false,
        }
    }
}

/// `None` when there is no log.
fn open(config: &Config) -> rusqlite::Result<Option<Connection>> {
    let Place::File(path) = &config.place else {
        return Ok(None);
    };
    let raw = Connection::open_with_flags(path, flags(Mode::Write))?;
    // It says whether the file is synced before the log may begin anew.
    raw.execute_batch(&format!("PRAGMA synchronous = {}", config.synchronous()))?;
    let mode: String = raw.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    Ok(mode.eq_ignore_ascii_case("wal").then_some(raw))
}
