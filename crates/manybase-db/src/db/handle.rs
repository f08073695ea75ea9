//! One connection, to look at.

use crate::replica::Replicas;
use crate::{Access, Error, ErrorKind, Result};
use manybase_driver::{Capability, Dialect, Driver, Pool, PoolOptions, PoolStatus};
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
pub struct ConnectionHandle {
    pool: Pool,
    pub(super) replicas: Option<Arc<Replicas>>,
}

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
    pub(super) fn new(pool: Pool, replicas: Option<Arc<Replicas>>) -> Self {
        Self { pool, replicas }
    }

    /// The name.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let main = db.connection("main")?;
    /// assert_eq!(&**main.name(), "main");
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> &Arc<str> {
        self.pool.name()
    }

    /// The dialect of the server as it was found, or before the first connection as the address says.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let main = db.connection("main")?;
    /// assert_eq!(main.dialect().name(), "SQLite");
    /// # Ok(())
    /// # }
    /// ```
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.pool.dialect()
    }

    /// What the database can do.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let main = db.connection("main")?;
    /// assert!(!main.capabilities().row_locks);
    /// # Ok(())
    /// # }
    /// ```
    pub fn capabilities(&self) -> &'static Capability {
        self.dialect().capability()
    }

    /// Where it is, without secrets.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let main = db.connection("main")?;
    /// assert!(main.address().contains(":memory:"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn address(&self) -> String {
        self.pool.driver().address()
    }

    /// What dials it: for work that is done beside the pool, such as a backup.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite:app.db").build()?;
    /// assert!(db.connection("main")?.driver().address().ends_with("app.db"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn driver(&self) -> &Arc<dyn Driver> {
        self.pool.driver()
    }

    /// The pool's settings.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let main = db.connection("main")?;
    /// assert!(main.pool_options().max_size > 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn pool_options(&self) -> &PoolOptions {
        self.pool.options()
    }

    /// How busy the pool is.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let main = db.connection("main")?;
    /// assert_eq!(main.status().in_use, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn status(&self) -> PoolStatus {
        self.pool.status()
    }

    /// Takes a connection, dials if need be, and asks the server for a sign of life.
    ///
    /// # Errors
    /// Those of dialling and of the server; [`crate::ErrorKind::PoolTimeout`]; [`crate::ErrorKind::Closed`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let main = db.connection("main")?;
    /// println!("{} answers in {:?}", main.name(), main.ping().await?.took);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn ping(&self) -> Result<Ping> {
        let mut session = self.pool.acquire(Access::Read).await?;
        let begun = Instant::now();
        session.ping().await?;
        Ok(Ping {
            took: begun.elapsed(),
            server_version: session.server_version()?.to_owned(),
        })
    }

    /// Whether one transaction on this connection can write to the databases of the others too and commit all of them
    /// at once, although none of them can prepare: SQLite files with rollback journals. It is tried, and nothing is
    /// written.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let directory = tempfile::tempdir().expect("a directory");
    /// # let url = |name| format!("sqlite:{}?journal_mode=delete", directory.path().join(name).display());
    /// let db = manybase_db::Db::builder().connect("erp", url("erp.db")).connect("hr", url("hr.db")).open().await?;
    /// db.connection("erp")?.can_take_along(&[db.connection("hr")?]).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] with the reason and what to change; those of dialling.
    pub async fn can_take_along(&self, others: &[Self]) -> Result<()> {
        let named = |error: Error| error.with_connection(self.name().clone());
        let mut session = self.pool.acquire(Access::Write).await?;
        for other in others {
            let attachment = other.pool.attachment().ok_or_else(|| {
                let what = format!(
                    "the database of {:?} can't be taken along by another one",
                    other.name()
                );
                named(Error::new(ErrorKind::Unsupported, what))
            })?;
            session.attach(format!("mb_{}", other.name()), attachment).await?;
        }
        session.detach_all().await
    }
}
