//! What differs between the servers once they are installed: signals, readiness, URLs, administration.

use std::path::Path;

use rustix::process::Signal;

use super::blocking::blocking;
use super::error::ServerError;
use super::home::Home;
use super::{mariadb, postgres};

/// The kind of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Postgres,
    Mariadb,
}

/// What it takes to reach a server as its administrator.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) engine: Engine,
    pub(crate) port: u16,
    pub(crate) password: String,
}

/// The user every throwaway server knows; it may do anything.
pub(crate) const USER: &str = "manybase";

impl Engine {
    /// What the server takes as: roll back what is open, write everything, end.
    pub(crate) fn fast_shutdown(self) -> Signal {
        match self {
            Self::Postgres => Signal::INT,
            Self::Mariadb => Signal::TERM,
        }
    }

    /// What ends it at once without leaving anything outside its directory, and the name the reaper knows it by.
    ///
    /// PostgreSQL has to remove its System V memory segment itself; MariaDB has nothing of the kind.
    pub(crate) fn immediate_shutdown(self) -> (Signal, &'static str) {
        match self {
            Self::Postgres => (Signal::QUIT, "QUIT"),
            Self::Mariadb => (Signal::KILL, "KILL"),
        }
    }

    /// Whether the server itself says that it takes connections. Only files of its own directory are asked: on
    /// the port, a stranger might answer.
    pub(crate) fn is_ready(self, home: &Home, pid: u32, new_log: &str) -> bool {
        match self {
            Self::Postgres => is_ready(&home.data().join("postmaster.pid"), pid),
            Self::Mariadb => new_log.contains("ready for connections"),
        }
    }

    /// The database that is always there.
    pub(crate) fn system_database(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mariadb => "mysql",
        }
    }
}

/// Line 1 of `postmaster.pid` is the process's id (a crash leaves its predecessor's file), line 8 its state.
fn is_ready(path: &Path, pid: u32) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut lines = text.lines().map(str::trim);
    lines.next() == Some(pid.to_string().as_str()) && lines.nth(6) == Some("ready")
}

impl Access {
    pub(crate) fn url(&self, database: &str) -> String {
        let scheme = match self.engine {
            Engine::Postgres => "postgres",
            Engine::Mariadb => "mysql",
        };
        let Self { port, password, .. } = self;
        format!("{scheme}://{USER}:{password}@127.0.0.1:{port}/{database}")
    }

    pub(crate) fn create_database(&self, name: &str) -> Result<(), ServerError> {
        blocking(|| match self.engine {
            Engine::Postgres => postgres::admin::create_database(self, name),
            Engine::Mariadb => mariadb::admin::create_database(self, name),
        })
    }

    pub(crate) fn drop_database(&self, name: &str) -> Result<(), ServerError> {
        blocking(|| match self.engine {
            Engine::Postgres => postgres::admin::drop_database(self, name),
            Engine::Mariadb => mariadb::admin::drop_database(self, name),
        })
    }
}
