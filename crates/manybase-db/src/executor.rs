//! What statements are run on.

use crate::{Lease, Unit, WithoutHooks};
use manybase_driver::{Access, BoxFuture, Dialect, Result};
use std::sync::Arc;

/// Where a statement of a model goes.
///
/// The first that is given decides: [`Route::using`], [`Route::bound`], the scope of [`crate::Db::using`], the
/// default connection.
///
/// ```
/// use manybase_db::Route;
/// let route = Route { bound: Some("legacy"), model: Some("Customer"), ..Route::default() };
/// assert_eq!(route.using, None);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Route<'a> {
    /// Said for this one statement: `.using("archive")`, or where the record was loaded from.
    pub using: Option<&'a str>,
    /// The model's own connection.
    pub bound: Option<&'static str>,
    /// The model's name, for messages.
    pub model: Option<&'static str>,
}

impl Route<'_> {
    /// The name that the route itself says, if it does.
    pub(crate) fn named(&self) -> Option<&str> {
        self.using.or(self.bound)
    }
}

/// What statements are run on: [`crate::Db`], [`crate::Scoped`], [`crate::Transaction`].
///
/// ```
/// use manybase_db::{Db, Executor, Route};
/// # fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().connect("main", "sqlite::memory:").build()?;
/// let executor: &dyn Executor = &db;
/// assert_eq!(&*executor.resolve(Route::default())?, "main");
/// assert_eq!(executor.dialect(Route::default())?.name(), "SQLite");
/// # Ok(())
/// # }
/// ```
pub trait Executor: Send + Sync {
    /// The name of the connection that a route leads to.
    ///
    /// # Errors
    /// [`crate::ErrorKind::UnknownConnection`], [`crate::ErrorKind::Config`] when there is no default connection.
    fn resolve(&self, route: Route<'_>) -> Result<Arc<str>>;

    /// The dialect there, as far as it is known without dialling.
    ///
    /// # Errors
    /// As [`Executor::resolve`].
    fn dialect(&self, route: Route<'_>) -> Result<&'static dyn Dialect>;

    /// A connection to run statements on. In a transaction it is the transaction's own: it begins with the first
    /// lease, and one user at a time has it.
    ///
    /// # Errors
    /// As [`Executor::resolve`], and what goes wrong in taking a connection from its pool. In a transaction also
    /// [`crate::ErrorKind::Transaction`], [`crate::ErrorKind::ReadOnly`] and [`crate::ErrorKind::Unsupported`].
    fn lease<'a>(&'a self, route: Route<'a>, access: Access) -> BoxFuture<'a, Result<Lease<'a>>>;

    /// The transaction to do one thing in: the one that this is, or a fresh one.
    fn unit(&self) -> Unit<'_>;

    /// Whether the hooks of models run.
    fn runs_hooks(&self) -> bool {
        true
    }

    /// A view of this on which the hooks of models do not run. Validation does.
    ///
    /// ```
    /// use manybase_db::{Db, Executor};
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = Db::builder().connect("main", "sqlite::memory:").build()?;
    /// assert!(!db.without_hooks().runs_hooks());
    /// # Ok(())
    /// # }
    /// ```
    fn without_hooks(&self) -> WithoutHooks<'_, Self>
    where
        Self: Sized,
    {
        WithoutHooks::of(self)
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<E: Executor + ?Sized> Executor for $pointer {
            fn resolve(&self, route: Route<'_>) -> Result<Arc<str>> {
                (**self).resolve(route)
            }

            fn dialect(&self, route: Route<'_>) -> Result<&'static dyn Dialect> {
                (**self).dialect(route)
            }

            fn lease<'a>(&'a self, route: Route<'a>, access: Access) -> BoxFuture<'a, Result<Lease<'a>>> {
                (**self).lease(route, access)
            }

            fn unit(&self) -> Unit<'_> {
                (**self).unit()
            }

            fn runs_hooks(&self) -> bool {
                (**self).runs_hooks()
            }
        }
    )*};
}

forward!(&E, Arc<E>);
