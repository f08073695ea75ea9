//! One replica, to look at.

use super::ConnectionHandle;
use crate::replica::Replicas;
use crate::{Access, Error, Ping, ReplicaState, Result};
use manybase_driver::PoolStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One replica of a connection, to look at.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// use manybase_db::{Db, ReplicaState};
/// let db = Db::builder().connect("erp", "sqlite::memory:").replica("erp", "sqlite::memory:").open().await?;
/// let replica = db.connection("erp")?.replicas().remove(0);
/// assert_eq!((&**replica.name(), replica.state()), ("erp/replica-1", ReplicaState::Unknown));
/// assert_eq!(replica.look().await, ReplicaState::Healthy);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ReplicaHandle {
    replicas: Arc<Replicas>,
    at: usize,
}

impl ReplicaHandle {
    pub(super) fn of(replicas: &Arc<Replicas>) -> Vec<Self> {
        let handle = |at| Self {
            replicas: replicas.clone(),
            at,
        };
        (0..replicas.all().len()).map(handle).collect()
    }

    fn pool(&self) -> &manybase_driver::Pool {
        &self.replicas.all()[self.at].pool
    }

    /// The connection's name and a number: `erp/replica-1`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").replica("erp", "sqlite::memory:").open().await?;
    /// let replica = db.connection("erp")?.replicas().remove(0);
    /// assert_eq!(&**replica.name(), "erp/replica-1");
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> &Arc<str> {
        self.pool().name()
    }

    /// Where it is, without secrets.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").replica("erp", "sqlite::memory:").open().await?;
    /// let replica = db.connection("erp")?.replicas().remove(0);
    /// assert_eq!(replica.address(), "sqlite::memory:");
    /// # Ok(())
    /// # }
    /// ```
    pub fn address(&self) -> String {
        self.pool().driver().address()
    }

    /// What is known of it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").replica("erp", "sqlite::memory:").open().await?;
    /// let replica = db.connection("erp")?.replicas().remove(0);
    /// assert_eq!(replica.state(), manybase_db::ReplicaState::Unknown); // nobody has read from it yet
    /// # Ok(())
    /// # }
    /// ```
    pub fn state(&self) -> ReplicaState {
        self.replicas.all()[self.at].health.state()
    }

    /// How far it was behind the primary when it was last asked, where there is a bound for that.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").replica("erp", "sqlite::memory:").open().await?;
    /// let replica = db.connection("erp")?.replicas().remove(0);
    /// assert_eq!(replica.lag(), None); // there is no bound, so nobody asks
    /// # Ok(())
    /// # }
    /// ```
    pub fn lag(&self) -> Option<Duration> {
        self.replicas.all()[self.at].health.lag()
    }

    /// Why it is down.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").replica("erp", "sqlite::memory:").open().await?;
    /// let replica = db.connection("erp")?.replicas().remove(0);
    /// assert!(replica.error().is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn error(&self) -> Option<Error> {
        self.replicas.all()[self.at].health.error()
    }

    /// How busy its pool is.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").replica("erp", "sqlite::memory:").open().await?;
    /// let replica = db.connection("erp")?.replicas().remove(0);
    /// assert_eq!(replica.status().in_use, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn status(&self) -> PoolStatus {
        self.pool().status()
    }

    /// Asks it now, and the others of the connection too.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").replica("erp", "sqlite::memory:").open().await?;
    /// let replica = db.connection("erp")?.replicas().remove(0);
    /// assert_eq!(replica.look().await, manybase_db::ReplicaState::Healthy);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn look(&self) -> ReplicaState {
        self.replicas.look(true).await;
        self.state()
    }

    /// Takes a connection to it and asks the server for a sign of life.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("erp", "sqlite::memory:").replica("erp", "sqlite::memory:").open().await?;
    /// let replica = db.connection("erp")?.replicas().remove(0);
    /// assert!(replica.ping().await?.server_version.starts_with('3'));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of dialling and of the server.
    pub async fn ping(&self) -> Result<Ping> {
        let mut session = self.pool().acquire(Access::Read).await?;
        let begun = Instant::now();
        session.ping().await?;
        Ok(Ping {
            took: begun.elapsed(),
            server_version: session.server_version()?.to_owned(),
        })
    }
}

impl ConnectionHandle {
    /// Its replicas, in the order of the configuration.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// assert!(db.connection("main")?.replicas().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn replicas(&self) -> Vec<ReplicaHandle> {
        self.replicas.as_ref().map(ReplicaHandle::of).unwrap_or_default()
    }
}

impl std::fmt::Debug for ReplicaHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReplicaHandle")
            .field("name", self.name())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
