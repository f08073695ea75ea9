//! Throwaway servers of the test kit.

use crate::failure::{Failure, Result};
use crate::page::Page;
use manybase_testkit::{Database, Mariadb, Postgres, ServerError};
use std::time::Instant;

/// Databases before their servers, because what is dropped first must be told while the server still lives.
pub(crate) struct Servers {
    pub(crate) finance: Database,
    pub(crate) inventory: Database,
    _postgres: Postgres,
    _mariadb: Mariadb,
}

impl Servers {
    /// Starts both at once. Starting blocks, so it has threads of its own.
    pub(crate) async fn start(page: &mut Page) -> Result<Self> {
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
}

async fn blocking<T: Send + 'static>(start: fn() -> Result<T, ServerError>) -> Result<T> {
    match tokio::task::spawn_blocking(start).await {
        Ok(started) => Ok(started?),
        Err(_) => Err(Failure::new("the start of a server panicked")),
    }
}
