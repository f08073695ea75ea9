//! One pool for all drivers: readers apart from writers where the database has a single writer, a poison flag (see
//! [`Session`]), idle and lifetime limits, a test before use, errors that name the connection.

mod manager;
mod options;
mod places;
mod polite;
mod session;
mod tend;

pub use options::{PoolOptions, TestBeforeUse};
pub use session::Session;

use crate::{Access, Attachment, Driver, Error, ErrorKind, Result};
use manager::Manager;
use manybase_sql::Dialect;
use places::{Places, Refusal, Taken};
use polite::Census;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// The connections of one database. Clones share them.
///
/// ```no_run
/// # async fn example(driver: std::sync::Arc<dyn manybase_driver::Driver>) -> manybase_driver::Result<()> {
/// use manybase_driver::{Access, Pool, PoolOptions, Statement};
///
/// let pool = Pool::new("erp", driver, PoolOptions::default());
/// let mut session = pool.acquire(Access::Write).await?;
/// session.execute(Statement::write("DELETE FROM t", vec![])).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

/// How many connections there are beyond the options', at most.
const ASIDE: usize = 2;

struct Shared {
    name: Arc<str>,
    driver: Arc<dyn Driver>,
    options: PoolOptions,
    /// How long the client waits for the end of a call.
    deadline: Option<Duration>,
    writers: Arc<Places>,
    /// Only where the database has a single writer.
    readers: Option<Arc<Places>>,
    /// A few beyond the others, for [`Pool::acquire_aside`]. `None` where there is a single writer.
    aside: Option<OnceLock<Arc<Places>>>,
    /// What the server turned out to be.
    dialect: OnceLock<&'static dyn Dialect>,
    census: Arc<Census>,
}

/// How busy a pool is.
///
/// ```
/// let status = manybase_driver::PoolStatus::default();
/// assert_eq!(status.in_use, 0);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// Connections that may be open.
    pub max: usize,
    /// Connections that are open.
    pub open: usize,
    /// Connections that somebody has.
    pub in_use: usize,
    /// Tasks that wait for one.
    pub waiting: usize,
}

impl Pool {
    /// A pool that dials when somebody asks, and closes what is idle for too long.
    pub fn new(name: impl Into<Arc<str>>, driver: Arc<dyn Driver>, mut options: PoolOptions) -> Self {
        let name = name.into();
        let fixed = driver.exactly();
        if let Some(size) = fixed {
            // A database that lives in its connection must not lose it to a limit.
            options.max_size = size;
            options.min_idle = 0;
            options.idle_timeout = None;
            options.max_lifetime = None;
        }
        let single_writer = fixed.is_none() && driver.dialect().capability().single_writer;
        let census = Arc::new(Census::default());
        let places = |access, size, min_idle| {
            let manager = Manager::new(name.clone(), driver.clone(), access, &options, census.clone());
            Places::new(manager, size, min_idle)
        };
        let (writers, readers) = match single_writer {
            true => (
                places(Access::Write, 1, 0),
                Some(places(Access::Read, options.max_size, options.min_idle)),
            ),
            false => (places(Access::Write, options.max_size, options.min_idle), None),
        };
        let aside = (!single_writer && fixed.is_none()).then(OnceLock::new);
        let shared = Arc::new(Shared {
            deadline: options.deadline(),
            name,
            driver,
            options,
            writers,
            readers,
            aside,
            dialect: OnceLock::new(),
            census,
        });
        Self(shared)
    }

    /// The connection's name.
    pub fn name(&self) -> &Arc<str> {
        &self.0.name
    }

    /// The driver.
    pub fn driver(&self) -> &Arc<dyn Driver> {
        &self.0.driver
    }

    /// How a connection of the same kind can attach this database; see [`Session::attach`].
    pub fn attachment(&self) -> Option<Attachment> {
        self.0.driver.attachment()
    }

    /// The options in force.
    pub fn options(&self) -> &PoolOptions {
        &self.0.options
    }

    /// The server's dialect as it was found, or before the first connection as the driver expects it.
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.0
            .dialect
            .get()
            .copied()
            .unwrap_or_else(|| self.0.driver.dialect())
    }

    /// Takes a connection, dials if none is free and the pool is not full, else waits.
    ///
    /// # Errors
    /// [`ErrorKind::PoolTimeout`] after the acquire timeout, [`ErrorKind::Connect`] when dialling fails,
    /// [`ErrorKind::Closed`] after [`Pool::close`].
    pub async fn acquire(&self, access: Access) -> Result<Session> {
        match (&self.0.readers, access) {
            (Some(readers), Access::Read) => self.take_from(readers).await,
            _ => self.take_from(&self.0.writers).await,
        }
    }

    /// Takes a connection for writing that is not one of [`PoolOptions::max_size`], for a short statement on behalf
    /// of somebody who holds one of these: if all of them did and waited for another, nobody would ever get it.
    /// There are two such, opened when they are needed. Where there is a single writer it is that one.
    ///
    /// # Errors
    /// As [`Pool::acquire`].
    pub async fn acquire_aside(&self) -> Result<Session> {
        self.take_from(self.aside()).await
    }

    /// The few are made when they are needed, because most pools never need them.
    fn aside(&self) -> &Arc<Places> {
        let shared = &*self.0;
        let Some(aside) = &shared.aside else {
            return &shared.writers;
        };
        let aside = aside.get_or_init(|| {
            let (name, driver) = (shared.name.clone(), shared.driver.clone());
            let manager = Manager::new(
                name,
                driver,
                Access::Write,
                &shared.options,
                shared.census.clone(),
            );
            Places::new(manager, ASIDE, 0)
        });
        if self.is_closed() {
            // Whoever closed the pool may have looked before they were there.
            aside.close();
        }
        aside
    }

    async fn take_from(&self, places: &Arc<Places>) -> Result<Session> {
        match places.take_now() {
            Some(taken) => Ok(self.session(taken)),
            // On the heap, so that whoever need not wait carries nothing of it.
            None => Box::pin(self.wait_for(places)).await,
        }
    }

    async fn wait_for(&self, places: &Arc<Places>) -> Result<Session> {
        let begun = Instant::now();
        match places.take(self.0.options.acquire_timeout).await {
            Ok(taken) => {
                tend::tend(places, &self.0.options);
                Ok(self.session(taken))
            }
            Err(refusal) => Err(self.refused(refusal, places, begun.elapsed())),
        }
    }

    fn session(&self, taken: Taken) -> Session {
        let shared = &self.0;
        shared.dialect.get_or_init(|| taken.slot().connection.dialect());
        Session::new(shared.name.clone(), taken, shared.deadline)
    }

    fn refused(&self, refusal: Refusal, places: &Places, waited: Duration) -> Error {
        let error = match refusal {
            Refusal::Dial(error) => error,
            Refusal::Closed => Error::new(ErrorKind::Closed, "the connection has been closed"),
            Refusal::Wait => Error::new(
                ErrorKind::PoolTimeout,
                format!(
                    "all {} connections were in use for {waited:.1?}",
                    places.count().max
                ),
            )
            .with_help(
                "shorten transactions, or raise `max_connections` or `acquire_timeout` of this connection",
            ),
        };
        error.with_connection(self.0.name.clone())
    }

    /// How busy it is, readers and writers together.
    pub fn status(&self) -> PoolStatus {
        let mut sum = PoolStatus::default();
        for places in std::iter::once(&self.0.writers).chain(&self.0.readers) {
            let count = places.count();
            sum.max += count.max;
            sum.open += count.open;
            sum.in_use += count.open - count.idle;
            sum.waiting += count.waiting;
        }
        sum
    }

    /// Connections that have not been closed yet, those that are being closed in the background included.
    pub fn still_open(&self) -> usize {
        self.0.census.count()
    }

    /// Waits until there is no such connection; after [`Pool::close`] that they have all been closed.
    ///
    /// ```no_run
    /// # async fn example(pool: manybase_driver::Pool) {
    /// pool.close();
    /// pool.none_open().await;
    /// assert_eq!(pool.still_open(), 0);
    /// # }
    /// ```
    pub async fn none_open(&self) {
        self.0.census.none().await;
    }

    /// Closes what is idle now and the rest when it comes back. Whoever waits gets [`ErrorKind::Closed`].
    pub fn close(&self) {
        let all = std::iter::once(&self.0.writers)
            .chain(&self.0.readers)
            .chain(self.0.aside.as_ref().and_then(OnceLock::get));
        all.for_each(|places| places.close());
    }

    /// Whether [`Pool::close`] has been called.
    pub fn is_closed(&self) -> bool {
        self.0.writers.is_closed()
    }
}

/// Name and address, no secret.
impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("name", &self.0.name)
            .field("address", &self.0.driver.address())
            .field("status", &self.status())
            .finish()
    }
}
