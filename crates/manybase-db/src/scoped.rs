//! A view of the registry for which another connection is the default.

use crate::db::Reads;
use crate::{Db, Executor, Lease, Result, Route, Unit};
use manybase_driver::{Access, BoxFuture, Dialect};
use std::sync::Arc;

/// A view of a [`Db`] in which models without a connection of their own run on a given one. Cheap to clone.
///
/// ```
/// use manybase_db::{Db, Executor, Route};
/// # fn main() -> manybase_db::Result<()> {
/// let db = Db::builder()
///     .connect("main", "sqlite::memory:")
///     .connect("reports", "sqlite::memory:")
///     .build()?;
/// let reports = db.using("reports");
/// assert_eq!(&*reports.resolve(Route::default())?, "reports");
/// let bound = Route { bound: Some("main"), ..Route::default() };
/// assert_eq!(&*reports.resolve(bound)?, "main");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Scoped {
    db: Db,
    name: Arc<str>,
}

impl Scoped {
    pub(crate) fn new(db: Db, name: Arc<str>) -> Self {
        Self { db, name }
    }

    /// The connection's name.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder()
    ///     .connect("main", "sqlite::memory:")
    ///     .connect("reports", "sqlite::memory:")
    ///     .build()?;
    /// assert_eq!(&**db.using("reports").name(), "reports");
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The registry behind it.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder()
    ///     .connect("main", "sqlite::memory:")
    ///     .connect("reports", "sqlite::memory:")
    ///     .build()?;
    /// assert_eq!(db.using("reports").db().connections().len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn db(&self) -> &Db {
        &self.db
    }
}

impl Executor for Scoped {
    fn resolve(&self, route: Route<'_>) -> Result<Arc<str>> {
        self.db
            .pick(route, Some(&self.name))
            .map(|pool| pool.name().clone())
    }

    fn dialect(&self, route: Route<'_>) -> Result<&'static dyn Dialect> {
        self.db.pick(route, Some(&self.name)).map(|pool| pool.dialect())
    }

    fn lease<'a>(&'a self, route: Route<'a>, access: Access) -> BoxFuture<'a, Result<Lease<'a>>> {
        Box::pin(self.db.lease_in(route, Some(&self.name), access, Reads::Anywhere))
    }

    fn unit(&self) -> Unit<'_> {
        Unit::own(self.new_transaction())
    }
}
