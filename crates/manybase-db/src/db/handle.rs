//! One connection, to look at.

use crate::{Access, Result};
use manybase_driver::{Capability, Dialect, Pool, PoolOptions, PoolStatus};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One named connection of a [`crate::Db`], to look at. It stays what it was when the connection is removed.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let main = db.connection("main")?;
/// assert_eq!(&**main.name(), "main");
/// assert!(main.capabilities().savepoints);
/// assert_eq!(main.status().in_use, 0);
/// let ping = main.ping().await?;
/// println!("{} {} in {:?}", main.dialect().name(), ping.server_version, ping.took);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ConnectionHandle(Pool);

/// A sign of life.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let ping = db.connection("main")?.ping().await?;
/// assert!(ping.server_version.starts_with('3'));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ping {
    /// One round trip, without dialling and waiting for a free connection.
    pub took: Duration,
    /// The server's version, as it says itself.
    pub server_version: String,
}

impl ConnectionHandle {
    pub(super) fn new(pool: Pool) -> Self {
        Self(pool)
    }

    /// The name.
    pub fn name(&self) -> &Arc<str> {
        self.0.name()
    }

    /// The dialect of the server as it was found, or before the first connection as the address says.
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.0.dialect()
    }

    /// What the database can do.
    pub fn capabilities(&self) -> &'static Capability {
        self.dialect().capability()
    }

    /// Where it is, without secrets.
    pub fn address(&self) -> String {
        self.0.driver().address()
    }

    /// The pool's settings.
    pub fn pool_options(&self) -> &PoolOptions {
        self.0.options()
    }

    /// How busy the pool is.
    pub fn status(&self) -> PoolStatus {
        self.0.status()
    }

    /// Takes a connection, dials if need be, and asks the server for a sign of life.
    ///
    /// # Errors
    /// Those of dialling and of the server; [`crate::ErrorKind::PoolTimeout`]; [`crate::ErrorKind::Closed`].
    pub async fn ping(&self) -> Result<Ping> {
        let mut session = self.0.acquire(Access::Read).await?;
        let begun = Instant::now();
        session.ping().await?;
        Ok(Ping {
            took: begun.elapsed(),
            server_version: session.server_version()?.to_owned(),
        })
    }
}
