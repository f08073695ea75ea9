//! Throwaway servers of the test kit.

use super::{FINANCE, HR, INVENTORY};
use crate::failure::{Failure, Result};
use crate::page::Page;
use manybase_testkit::{Database, Mariadb, Postgres, ServerError};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Databases before their servers, because what is dropped first must be told while the server still lives.
pub(super) struct Servers {
    finance: Database,
    inventory: Database,
    _postgres: Postgres,
    _mariadb: Mariadb,
}

impl Servers {
    /// Starts both at once. Starting blocks, so it has threads of its own.
    pub(super) async fn start(page: &mut Page) -> Result<Self> {
        let begun = Instant::now();
        let (postgres, mariadb) = tokio::try_join!(blocking(Postgres::start), blocking(Mariadb::start))?;
        let servers = Self {
            finance: postgres.create_database("finance")?,
            inventory: mariadb.create_database("inventory")?,
            _postgres: postgres,
            _mariadb: mariadb,
        };
        page.took("servers", "two servers started", begun);
        Ok(servers)
    }

    /// Into a directory that nobody else may read: the addresses have passwords. HR is a file beside it.
    pub(super) fn write_config(&self, directory: &Path) -> Result<PathBuf> {
        let path = directory.join("manybase.toml");
        let text = format!(
            "[connections]\n{FINANCE}.url = {:?}\n{HR}.url = \"sqlite:{HR}.db\"\n{INVENTORY}.url = {:?}\n",
            self.finance.url(),
            self.inventory.url()
        );
        let written = std::fs::write(&path, text);
        written.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        Ok(path)
    }
}

async fn blocking<T: Send + 'static>(start: fn() -> Result<T, ServerError>) -> Result<T> {
    match tokio::task::spawn_blocking(start).await {
        Ok(started) => Ok(started?),
        Err(_) => Err(Failure::new("the start of a server panicked")),
    }
}
