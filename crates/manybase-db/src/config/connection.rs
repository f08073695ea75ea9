//! The configuration of one connection.

use super::guard::{Guard, without_mark};
use super::place::Place;
use crate::replica::{ReplicaPolicy, Replicas};
use crate::{Error, Result, factories};
use manybase_driver::{Address, ConnectOptions, DriverFactory, Pool, PoolOptions, TestBeforeUse};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Where a database is, how many connections there may be, and the limits on them.
///
/// ```
/// use manybase_db::ConnectionConfig;
/// use std::time::Duration;
/// # fn main() -> manybase_db::Result<()> {
/// let config = ConnectionConfig::from_url("postgres://ann:hunter2@localhost/erp")?
///     .max_connections(20)
///     .acquire_timeout(Duration::from_secs(5));
/// assert!(!format!("{config:?}").contains("hunter2"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct ConnectionConfig {
    pub(super) address: Address,
    pub(super) pool: PoolOptions,
    pub(super) connect: ConnectOptions,
    /// Where its replicas are.
    pub(super) replicas: Vec<(Address, Option<Place>)>,
    pub(super) replica_policy: ReplicaPolicy,
    pub(super) max_replica_lag: Option<Duration>,
    /// Where migrations dial.
    pub(super) migrate: Option<Address>,
    /// Where it was read, for messages.
    pub(super) place: Option<Place>,
}

impl ConnectionConfig {
    /// From a URL: `sqlite:file.db`, `sqlite::memory:`, `postgres://user:password@host:port/database`. The settings of
    /// the pool and the time limits may stand in it as parameters, named as in the file.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let config = manybase_db::ConnectionConfig::from_url("sqlite:erp.db?max_connections=4&lock_timeout=2s")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`crate::ErrorKind::Config`] for a text that is no URL, and for a setting that is none. The message does not
    /// show the URL.
    pub fn from_url(url: &str) -> Result<Self> {
        let mut config = Self::from_address(Address::parse(url)?);
        config.take_parameters()?;
        Ok(config)
    }

    /// From the parts of an address.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// use manybase_db::ConnectionConfig;
    /// use manybase_driver::Address;
    /// let mut address = Address::parse("postgres://localhost/erp")?;
    /// address.user = Some("ann".to_owned());
    /// let config = ConnectionConfig::from_address(address);
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_address(address: Address) -> Self {
        Self {
            address,
            pool: PoolOptions::default(),
            connect: ConnectOptions::default(),
            replicas: Vec::new(),
            replica_policy: ReplicaPolicy::default(),
            max_replica_lag: None,
            migrate: None,
            place: None,
        }
    }

    /// Connections that may be open; for a database with a single writer, readers.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let config = manybase_db::ConnectionConfig::from_url("sqlite:erp.db")?.max_connections(4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_connections(mut self, number: usize) -> Self {
        self.pool.max_size = number;
        self
    }

    /// Connections that are kept ready, as far as there may be so many: opened in the background from the first use on,
    /// and not closed for being idle.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let config = manybase_db::ConnectionConfig::from_url("sqlite:erp.db")?.min_idle(2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn min_idle(mut self, number: usize) -> Self {
        self.pool.min_idle = number;
        self
    }

    /// How long to wait for a free connection.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// use std::time::Duration;
    /// let config = manybase_db::ConnectionConfig::from_url("sqlite:erp.db")?.acquire_timeout(Duration::from_secs(5));
    /// # Ok(())
    /// # }
    /// ```
    pub fn acquire_timeout(mut self, limit: Duration) -> Self {
        self.pool.acquire_timeout = limit;
        self
    }

    /// Idle connections are closed after this.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let config = manybase_db::ConnectionConfig::from_url("sqlite:erp.db")?.idle_timeout(None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn idle_timeout(mut self, limit: Option<Duration>) -> Self {
        self.pool.idle_timeout = limit;
        self
    }

    /// Connections are closed after this, once they are idle.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// use std::time::Duration;
    /// let config = manybase_db::ConnectionConfig::from_url("sqlite:erp.db")?.max_lifetime(Some(Duration::from_secs(600)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_lifetime(mut self, limit: Option<Duration>) -> Self {
        self.pool.max_lifetime = limit;
        self
    }

    /// When a connection is pinged before somebody gets it.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// use manybase_driver::TestBeforeUse;
    /// let config = manybase_db::ConnectionConfig::from_url("sqlite:erp.db")?.test_before_use(TestBeforeUse::Always);
    /// # Ok(())
    /// # }
    /// ```
    pub fn test_before_use(mut self, when: TestBeforeUse) -> Self {
        self.pool.test_before_use = when;
        self
    }

    /// For dialling, with the handshake.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// use std::time::Duration;
    /// let config = manybase_db::ConnectionConfig::from_url("sqlite:erp.db")?.connect_timeout(Duration::from_secs(3));
    /// # Ok(())
    /// # }
    /// ```
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect.connect_timeout = limit;
        self
    }

    /// For one statement.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// use std::time::Duration;
    /// let config = manybase_db::ConnectionConfig::from_url("sqlite:erp.db")?.statement_timeout(Some(Duration::from_secs(60)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn statement_timeout(mut self, limit: Option<Duration>) -> Self {
        self.connect.statement_timeout = limit;
        self.pool.statement_timeout = limit;
        self
    }

    /// For waiting on another transaction's lock.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// use std::time::Duration;
    /// let config = manybase_db::ConnectionConfig::from_url("sqlite:erp.db")?.lock_timeout(Some(Duration::from_secs(2)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn lock_timeout(mut self, limit: Option<Duration>) -> Self {
        self.connect.lock_timeout = limit;
        self
    }

    /// A replica, by URL; may be said several times. Reads outside of transactions go to one that answers, all else goes
    /// to this connection itself. The settings are the same for both.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let config = manybase_db::ConnectionConfig::from_url("postgres://db.example/erp")?
    ///     .replica("postgres://replica.example/erp")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`crate::ErrorKind::Config`] for a text that is no URL. The message does not show it.
    pub fn replica(mut self, url: &str) -> Result<Self> {
        self.replicas.push((Address::parse(url)?, None));
        Ok(self)
    }

    /// Which of several replicas is read from.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// use manybase_db::{ConnectionConfig, ReplicaPolicy};
    /// let config = ConnectionConfig::from_url("sqlite:erp.db")?.replica_policy(ReplicaPolicy::LeastInUse);
    /// # Ok(())
    /// # }
    /// ```
    pub fn replica_policy(mut self, policy: ReplicaPolicy) -> Self {
        self.replica_policy = policy;
        self
    }

    /// How far a replica may be behind, where the database tells: PostgreSQL, MariaDB, MySQL. One that is further behind,
    /// or does not know, is not read from.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// use std::time::Duration;
    /// let config = manybase_db::ConnectionConfig::from_url("postgres://db.example/erp")?
    ///     .replica("postgres://replica.example/erp")?
    ///     .max_replica_lag(Some(Duration::from_secs(5)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_replica_lag(mut self, bound: Option<Duration>) -> Self {
        self.max_replica_lag = bound;
        self
    }

    /// Where migrations dial instead, by URL: past a pooler, which would hand one session's locks to another, or as a user
    /// who may change the structure.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let config = manybase_db::ConnectionConfig::from_url("postgres://pooler.example/erp")?
    ///     .migrate_url("postgres://owner@db.example/erp")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`crate::ErrorKind::Config`] for a text that is no URL. The message does not show it.
    pub fn migrate_url(mut self, url: &str) -> Result<Self> {
        self.migrate = Some(Address::parse(url)?);
        Ok(self)
    }

    /// The same database for long work: no limit on a statement, no replicas, and where migrations dial.
    pub(crate) fn apart(&self, database: Option<&str>) -> Self {
        let mut apart = self
            .clone()
            .statement_timeout(None)
            .max_lifetime(None)
            .idle_timeout(None);
        apart.replicas.clear();
        apart.pool.max_size = apart.pool.max_size.max(4);
        apart.pool.min_idle = 0;
        if let Some(address) = apart.migrate.take() {
            apart.address = address;
        }
        if let Some(database) = database {
            apart.address.database = database.to_owned();
        }
        apart
    }

    /// The pool, and those of its replicas. They dial when somebody asks.
    pub(crate) fn pools(
        &self,
        name: &Arc<str>,
        factories: &[Arc<dyn DriverFactory>],
        guard: &Guard,
    ) -> Result<(Pool, Option<Arc<Replicas>>)> {
        let pool = |name: &Arc<str>, address: &Address, place: &Option<Place>| {
            let pool = self.pool(name, address, factories, guard);
            pool.map_err(|error| located(place, error))
        };
        let primary = pool(name, &self.address, &self.place)?;
        if self.replicas.is_empty() {
            return Ok((primary, None));
        }
        let max_lag = self.max_replica_lag;
        let mut pools = Vec::new();
        for (number, (address, place)) in self.replicas.iter().enumerate() {
            let name: Arc<str> = format!("{name}/replica-{}", number + 1).into();
            let replica = pool(&name, address, place)?;
            crate::replica::check(&primary, &replica, max_lag).map_err(|error| located(place, error))?;
            pools.push(replica);
        }
        let replicas = Replicas::new(pools, self.replica_policy, max_lag);
        Ok((primary, Some(replicas)))
    }

    /// A pool that dials when somebody asks.
    fn pool(
        &self,
        name: &Arc<str>,
        address: &Address,
        factories: &[Arc<dyn DriverFactory>],
        guard: &Guard,
    ) -> Result<Pool> {
        if name.is_empty() {
            return Err(Error::config("a connection needs a name"));
        }
        if self.pool.max_size == 0 {
            return Err(Error::config("`max_connections` must be at least 1"));
        }
        if self.pool.min_idle > self.pool.max_size {
            let (min, max) = (self.pool.min_idle, self.pool.max_size);
            let error = Error::config(format!("`min_idle` is {min}, more than `max_connections`, {max}"));
            return Err(error.with_help("raise `max_connections`, or lower `min_idle`"));
        }
        let (marked, address) = without_mark(address)?;
        let driver = factories::open(factories, &address, &self.connect)?;
        guard.check(marked, &address, &*driver)?;
        Ok(Pool::new(name.clone(), driver, self.pool.clone()))
    }
}

/// What is wrong, with where it was read.
fn located(place: &Option<Place>, error: Error) -> Error {
    match place {
        Some(place) => place.wrap(error),
        None => error,
    }
}

/// No user, password or parameter.
impl fmt::Debug for ConnectionConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionConfig")
            .field("address", &self.address)
            .field("pool", &self.pool)
            .field("connect", &self.connect)
            .finish_non_exhaustive()
    }
}

/// What a connection can be given by: a URL, or a [`ConnectionConfig`].
///
/// ```
/// use manybase_db::IntoConnectionConfig;
/// assert!("sqlite::memory:".into_connection_config().is_ok());
/// assert!("no url".into_connection_config().is_err());
/// ```
pub trait IntoConnectionConfig {
    /// The configuration.
    ///
    /// # Errors
    /// A text that is no URL.
    fn into_connection_config(self) -> Result<ConnectionConfig>;
}

impl IntoConnectionConfig for ConnectionConfig {
    fn into_connection_config(self) -> Result<ConnectionConfig> {
        Ok(self)
    }
}

impl IntoConnectionConfig for &str {
    fn into_connection_config(self) -> Result<ConnectionConfig> {
        ConnectionConfig::from_url(self)
    }
}

impl IntoConnectionConfig for String {
    fn into_connection_config(self) -> Result<ConnectionConfig> {
        ConnectionConfig::from_url(&self)
    }
}

impl IntoConnectionConfig for &String {
    fn into_connection_config(self) -> Result<ConnectionConfig> {
        ConnectionConfig::from_url(self)
    }
}
