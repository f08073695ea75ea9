//! The registry of named connections.

mod apart;
mod builder;
mod handle;
mod lifecycle;
mod observed;
mod open;
mod recovery;
mod registry;
mod replica;
mod transactions;

pub use builder::DbBuilder;
pub use handle::{ConnectionHandle, Ping};
pub use observed::AtEnd;
pub(crate) use observed::EndWatch;
pub use replica::ReplicaHandle;

use crate::atomic::Coordinator;
use crate::config::Guard;
use crate::recovery::{Background, RecoveryMode};
use crate::replica::{Replicas, Standby};
use crate::transaction::misuse;
use crate::{Error, ErrorKind, Executor, Lease, Result, Route, Scoped, Unit};
use manybase_driver::{Access, BoxFuture, Dialect, DriverFactory, Pool};
use registry::Registry;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The named connections of a program. Cheap to clone; clones share everything.
///
/// ```
/// use manybase_db::{Db, Executor, Route};
/// use manybase_driver::{Access, Statement};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let mut lease = db.lease(Route::default(), Access::Write).await?;
/// lease.execute(Statement::write("CREATE TABLE t (a INTEGER)", vec![]).once()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    registry: RwLock<Registry>,
    factories: Vec<Arc<dyn DriverFactory>>,
    closed: AtomicBool,
    coordinator: Arc<Coordinator>,
    background: Background,
    guard: Guard,
}

impl Db {
    /// A registry made in code.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// assert_eq!(db.connections().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> DbBuilder {
        DbBuilder::default()
    }

    fn new(
        registry: Registry,
        factories: Vec<Arc<dyn DriverFactory>>,
        recovery: RecoveryMode,
        guard: Guard,
    ) -> Self {
        let background = Background::new(recovery);
        background.connections(registry.count());
        Self(Arc::new(Inner {
            registry: RwLock::new(registry),
            factories,
            closed: AtomicBool::new(false),
            coordinator: Arc::new(Coordinator::new()),
            background,
            guard,
        }))
    }

    /// The names, in order.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder()
    ///     .connect("hr", "sqlite::memory:")
    ///     .connect("erp", "sqlite::memory:")
    ///     .build()?;
    /// assert_eq!(db.connections(), ["erp".into(), "hr".into()]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn connections(&self) -> Vec<Arc<str>> {
        self.read().names()
    }

    /// One connection, to look at.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// assert_eq!(db.connection("main")?.dialect().name(), "SQLite");
    /// assert!(db.connection("mian").is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::UnknownConnection`]
    pub fn connection(&self, name: &str) -> Result<ConnectionHandle> {
        let registry = self.read();
        let pool = registry.named(name)?.clone();
        Ok(ConnectionHandle::new(pool, registry.replicas(name)))
    }

    /// A view in which models without a connection of their own run on this one. A name that is not known is
    /// an error at the first use.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// assert_eq!(&**db.using("replica").name(), "replica");
    /// # Ok(())
    /// # }
    /// ```
    pub fn using(&self, name: impl Into<Arc<str>>) -> Scoped {
        Scoped::new(self.clone(), name.into())
    }

    /// The pool that a route leads to.
    pub(crate) fn pick(&self, route: Route<'_>, scope: Option<&str>) -> Result<Pool> {
        self.read().pick(route, scope).cloned()
    }

    fn pick_with_replicas(
        &self,
        route: Route<'_>,
        scope: Option<&str>,
    ) -> Result<(Pool, Option<Arc<Replicas>>)> {
        let registry = self.read();
        let pool = registry.pick(route, scope)?;
        Ok((pool.clone(), registry.replicas(pool.name())))
    }

    pub(crate) async fn lease_in<'a>(
        &self,
        route: Route<'a>,
        scope: Option<&str>,
        access: Access,
        reads: Reads,
    ) -> Result<Lease<'a>> {
        let lease = async {
            let (pool, replicas) = self.pick_with_replicas(route, scope)?;
            self.check_open(pool.name())?;
            misuse::check(self, pool.name())?;
            if let (Some(replicas), Access::Read, Reads::Anywhere) = (&replicas, access, reads) {
                // Boxed, so that those without replicas have no room for it.
                let (session, standby) = Box::pin(Standby::session(replicas, &pool)).await?;
                return Ok(Lease::of_replica(session, standby, route.model));
            }
            let session = pool.acquire(access).await?;
            Ok(Lease::of_pool(&pool, session, route.model, access))
        };
        lease.await.map_err(|error| with_model(error, route.model))
    }

    /// What is known of transactions over several databases.
    pub(crate) fn coordinator(&self) -> &Arc<Coordinator> {
        &self.0.coordinator
    }

    /// Another one whenever connections have come or gone.
    pub(crate) fn generation(&self) -> u64 {
        self.read().generation()
    }

    pub(crate) fn pools(&self) -> Vec<Pool> {
        self.read().pools()
    }

    /// Also the sign that somebody is about to work there.
    pub(crate) fn check_open(&self, name: &Arc<str>) -> Result<()> {
        self.check_not_closed(name)?;
        self.at_work();
        Ok(())
    }

    fn check_not_closed(&self, name: &Arc<str>) -> Result<()> {
        if self.0.closed.load(Ordering::Acquire) {
            let error = Error::new(ErrorKind::Closed, "the Db has been closed");
            return Err(error.with_connection(name.clone()));
        }
        Ok(())
    }

    /// Whether both are clones of one.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn read(&self) -> RwLockReadGuard<'_, Registry> {
        self.0.registry.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Registry> {
        self.0.registry.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where reads may go, on a connection that has replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// To a replica too.
    Anywhere,
    /// To the primary alone.
    Primary,
}

/// Adds the model's name, where there is a model.
pub(crate) fn with_model(error: Error, model: Option<&'static str>) -> Error {
    match model {
        Some(model) => error.with_model(model),
        None => error,
    }
}

impl Executor for Db {
    fn resolve(&self, route: Route<'_>) -> Result<Arc<str>> {
        self.pick(route, None).map(|pool| pool.name().clone())
    }

    fn dialect(&self, route: Route<'_>) -> Result<&'static dyn Dialect> {
        self.pick(route, None).map(|pool| pool.dialect())
    }

    fn lease<'a>(&'a self, route: Route<'a>, access: Access) -> BoxFuture<'a, Result<Lease<'a>>> {
        Box::pin(self.lease_in(route, None, access, Reads::Anywhere))
    }

    fn unit(&self) -> Unit<'_> {
        Unit::own(self.new_transaction())
    }
}

/// The mode and the names.
impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db")
            .field("mode", &self.0.guard.mode)
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}
