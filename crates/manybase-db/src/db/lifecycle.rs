//! Connections that come and go: tenants, shutdown.

use crate::config::IntoConnectionConfig;
use crate::{Db, Error, ErrorKind, Ping, Result};
use manybase_driver::Pool;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long connections in use are waited for.
const PATIENCE: Duration = Duration::from_secs(10);

impl Db {
    /// Adds a connection at run time, by URL or by [`crate::ConnectionConfig`]. Nothing is dialled.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().open().await?;
    /// db.add("tenant_7", "sqlite::memory:")?;
    /// db.remove("tenant_7").await?;
    /// assert!(db.connections().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a bad URL, a name that is taken, or a database that the [`crate::Mode`] refuses;
    /// [`ErrorKind::Closed`].
    pub fn add(&self, name: impl Into<Arc<str>>, config: impl IntoConnectionConfig) -> Result<()> {
        let name = name.into();
        self.check_not_closed(&name)?;
        let (config, pool, replicas) = config
            .into_connection_config()
            .and_then(|config| {
                let (pool, replicas) = config.pools(&name, &self.0.factories, &self.0.guard)?;
                Ok((config, pool, replicas))
            })
            .map_err(|error| error.with_connection(name.clone()))?;
        let mut registry = self.write();
        // Again, under the lock: whoever closes has looked at the pools under it too.
        self.check_not_closed(&name)?;
        registry.insert(config, pool, replicas)?;
        self.0.background.connections(registry.count());
        Ok(())
    }

    /// Removes a connection. Nobody gets it any more; statements and transactions under way finish, and are
    /// waited for up to 10 s.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("tenant_7", "sqlite::memory:").open().await?;
    /// db.remove("tenant_7").await?;
    /// assert!(db.connection("tenant_7").is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::UnknownConnection`]; [`ErrorKind::Timeout`] when some are still in use after that. It is removed
    /// all the same, and they are closed when they come back.
    pub async fn remove(&self, name: &str) -> Result<()> {
        let pools = self.write().remove(name)?;
        self.coordinator().forget(name);
        pools.iter().for_each(Pool::close);
        drained(&pools, PATIENCE).await
    }

    /// Asks all databases at once for a sign of life.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// for (name, answer) in db.ping().await {
    ///     println!("{name}: {:?}", answer?.took);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn ping(&self) -> BTreeMap<Arc<str>, Result<Ping>> {
        let pools = self.read().pools();
        let pings = pools.into_iter().map(|pool| async move {
            let name = pool.name().clone();
            (name, super::ConnectionHandle::new(pool, None).ping().await)
        });
        futures_util::future::join_all(pings).await.into_iter().collect()
    }

    /// [`Db::close_within`] 10 s.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// db.close().await?;
    /// assert!(db.connection("main")?.ping().await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Db::close_within`].
    pub async fn close(&self) -> Result<()> {
        self.close_within(PATIENCE).await
    }

    /// Closes all connections. Nobody gets one any more ([`ErrorKind::Closed`]); statements and transactions under
    /// way finish, and are waited for up to the limit.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// db.close_within(std::time::Duration::from_secs(1)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`] when some are still in use after the limit. They are closed when they come back.
    pub async fn close_within(&self, limit: Duration) -> Result<()> {
        let pools = {
            let registry = self.write();
            self.0.closed.store(true, Ordering::Release);
            self.0.background.stop();
            registry.all_pools()
        };
        for pool in &pools {
            pool.close();
        }
        drained(&pools, limit).await
    }
}

/// Waits until nobody has a connection of these pools, and all are closed: a program that ends right after it leaves
/// no half-written file behind.
async fn drained(pools: &[Pool], limit: Duration) -> Result<()> {
    let all = async {
        for pool in pools {
            pool.none_open().await;
        }
    };
    if tokio::time::timeout(limit, all).await.is_ok() {
        return Ok(());
    }
    let mut busy: Vec<String> = pools
        .iter()
        .filter_map(|pool| match pool.still_open() {
            0 => None,
            count => Some(format!("{count} of {:?}", &**pool.name())),
        })
        .collect();
    if busy.is_empty() {
        return Ok(());
    }
    busy.sort_unstable();
    let error = Error::new(
        ErrorKind::Timeout,
        format!("connections still in use after {limit:.1?}: {}", busy.join(", ")),
    );
    Err(error.with_help("they are closed when they come back; end transactions before"))
}
