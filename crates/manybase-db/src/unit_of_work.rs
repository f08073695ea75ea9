//! Executors that say where reads go, for connections that have replicas.

use crate::db::Reads;
use crate::{AsyncFunc, Db, Executor, Lease, Result, Route, Scoped, Transaction, Unit};
use manybase_driver::{Access, BoxFuture, Dialect};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A view of a [`Db`] in which all reads go to the primaries. Cheap to clone.
///
/// ```
/// use manybase_db::{Db, Executor, Route};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().connect("erp", "sqlite::memory:").replica("erp", "sqlite::memory:").open().await?;
/// let primary = db.primary();
/// let lease = primary.lease(Route::default(), manybase_db::Access::Read).await?;
/// assert_eq!(&**lease.connection(), "erp");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Primary(Place);

/// A view of a [`Db`] that reads what it has written: after a write, or a transaction, its reads on that connection go to
/// the primary. For one request or one job; clones belong to the same one.
///
/// ```
/// use manybase_db::{Access, Db, Executor, Route};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().connect("erp", "sqlite::memory:").replica("erp", "sqlite::memory:").open().await?;
/// let work = db.unit_of_work();
/// let read = work.lease(Route::default(), Access::Read).await?;
/// assert_eq!(&**read.connection(), "erp/replica-1");
/// drop(read);
/// drop(work.lease(Route::default(), Access::Write).await?);
/// let read = work.lease(Route::default(), Access::Read).await?;
/// assert_eq!(&**read.connection(), "erp");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct UnitOfWork {
    place: Place,
    wrote: Arc<Mutex<Wrote>>,
}

/// The registry, and the connection of models that are bound to none.
#[derive(Clone, Debug)]
struct Place {
    db: Db,
    scope: Option<Arc<str>>,
}

/// On which connections.
#[derive(Debug, Default)]
struct Wrote {
    everywhere: bool,
    on: BTreeSet<Arc<str>>,
}

impl Db {
    /// A view in which all reads go to the primaries, for what must not be old.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let fresh = db.primary();
    /// # let _ = fresh;
    /// # Ok(())
    /// # }
    /// ```
    pub fn primary(&self) -> Primary {
        Primary(Place {
            db: self.clone(),
            scope: None,
        })
    }

    /// A view that reads what it has written, for one request or one job.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let work = db.unit_of_work();
    /// # let _ = work;
    /// # Ok(())
    /// # }
    /// ```
    pub fn unit_of_work(&self) -> UnitOfWork {
        UnitOfWork::new(self.clone(), None)
    }
}

impl Scoped {
    /// As [`Db::primary`], for models without a connection of their own on this view's connection.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let fresh = db.using("main").primary();
    /// # let _ = fresh;
    /// # Ok(())
    /// # }
    /// ```
    pub fn primary(&self) -> Primary {
        Primary(Place {
            db: self.db().clone(),
            scope: Some(self.name().clone()),
        })
    }

    /// As [`Db::unit_of_work`], for models without a connection of their own on this view's connection.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let work = db.using("main").unit_of_work();
    /// # let _ = work;
    /// # Ok(())
    /// # }
    /// ```
    pub fn unit_of_work(&self) -> UnitOfWork {
        UnitOfWork::new(self.db().clone(), Some(self.name().clone()))
    }
}

impl UnitOfWork {
    fn new(db: Db, scope: Option<Arc<str>>) -> Self {
        Self {
            place: Place { db, scope },
            wrote: Arc::default(),
        }
    }

    /// Runs a closure inside a transaction, as [`Db::transaction`] does. After it, all reads of this unit of work go to
    /// the primaries.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let work = db.unit_of_work();
    /// work.transaction(async |_tx| Ok(())).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Db::transaction`].
    pub fn transaction<'a, R, F>(&'a self, work: F) -> BoxFuture<'a, Result<R>>
    where
        F: for<'t> AsyncFunc<&'t Transaction, Result<R>> + Send + 'a,
        for<'t> <F as AsyncFunc<&'t Transaction, Result<R>>>::Fut: Send,
        R: Send + 'a,
    {
        self.wrote().everywhere = true;
        match &self.place.scope {
            None => self.place.db.transaction(work),
            Some(scope) => {
                let scoped = self.place.db.using(scope.clone());
                Box::pin(async move { scoped.transaction(work).await })
            }
        }
    }

    /// Nothing is left half done between its fields.
    fn wrote(&self) -> MutexGuard<'_, Wrote> {
        self.wrote.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    fn unit(&self) -> Unit<'static> {
        Unit::own(match &self.scope {
            None => self.db.new_transaction(),
            Some(scope) => self.db.using(scope.clone()).new_transaction(),
        })
    }

    fn resolve(&self, route: Route<'_>) -> Result<Arc<str>> {
        let pool = self.db.pick(route, self.scope.as_deref())?;
        Ok(pool.name().clone())
    }

    fn dialect(&self, route: Route<'_>) -> Result<&'static dyn Dialect> {
        self.db
            .pick(route, self.scope.as_deref())
            .map(|pool| pool.dialect())
    }

    fn lease<'a>(
        &'a self,
        route: Route<'a>,
        access: Access,
        reads: Reads,
    ) -> BoxFuture<'a, Result<Lease<'a>>> {
        Box::pin(self.db.lease_in(route, self.scope.as_deref(), access, reads))
    }
}

impl Executor for Primary {
    fn resolve(&self, route: Route<'_>) -> Result<Arc<str>> {
        self.0.resolve(route)
    }

    fn dialect(&self, route: Route<'_>) -> Result<&'static dyn Dialect> {
        self.0.dialect(route)
    }

    fn lease<'a>(&'a self, route: Route<'a>, access: Access) -> BoxFuture<'a, Result<Lease<'a>>> {
        self.0.lease(route, access, Reads::Primary)
    }

    fn unit(&self) -> Unit<'_> {
        self.0.unit()
    }
}

impl Executor for UnitOfWork {
    fn resolve(&self, route: Route<'_>) -> Result<Arc<str>> {
        self.place.resolve(route)
    }

    fn dialect(&self, route: Route<'_>) -> Result<&'static dyn Dialect> {
        self.place.dialect(route)
    }

    fn lease<'a>(&'a self, route: Route<'a>, access: Access) -> BoxFuture<'a, Result<Lease<'a>>> {
        Box::pin(async move {
            let name = self.place.resolve(route)?;
            let reads = {
                let mut wrote = self.wrote();
                if access == Access::Write {
                    wrote.on.insert(name.clone());
                }
                match wrote.everywhere || wrote.on.contains(&name) {
                    true => Reads::Primary,
                    false => Reads::Anywhere,
                }
            };
            self.place.lease(route, access, reads).await
        })
    }

    fn unit(&self) -> Unit<'_> {
        // Which connections it will write is not known yet.
        self.wrote().everywhere = true;
        self.place.unit()
    }
}
