//! The transaction around one call: the caller's, or one of its own.

use crate::{Executor, Lease, Result, Route, Transaction};
use manybase_driver::{Access, BoxFuture, Dialect, Error};
use std::sync::Arc;

/// The transaction to do one thing in: the caller's open one, or a fresh one for that thing alone. From
/// [`Executor::unit`].
///
/// ```
/// use manybase_db::{Db, Executor};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let unit = db.unit();
/// let result = async { unit.transaction().unit().end(Ok(42)).await }.await;
/// assert_eq!(unit.end(result).await?, 42); // committed here, and not before
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a transaction of its own is rolled back without `end`"]
pub struct Unit<'a>(Held<'a>);

// It stands on the stack of one call.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
enum Held<'a> {
    Open(&'a Transaction),
    Own(Transaction),
}

impl<'a> Unit<'a> {
    pub(crate) fn open(tx: &'a Transaction) -> Self {
        Self(Held::Open(tx))
    }

    pub(crate) fn own(tx: Transaction) -> Self {
        Self(Held::Own(tx))
    }

    /// The transaction.
    ///
    /// ```
    /// # use manybase_db::{Db, Executor, Route};
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = Db::builder().connect("main", "sqlite::memory:").build()?;
    /// assert_eq!(&*db.unit().transaction().resolve(Route::default())?, "main");
    /// # Ok(())
    /// # }
    /// ```
    pub fn transaction(&self) -> &Transaction {
        match &self.0 {
            Held::Open(tx) => tx,
            Held::Own(tx) => tx,
        }
    }

    /// Whether it is the caller's, which goes on after [`Unit::end`].
    ///
    /// ```
    /// # use manybase_db::{Db, Executor};
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = Db::builder().connect("main", "sqlite::memory:").build()?;
    /// assert!(!db.unit().is_open());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_open(&self) -> bool {
        matches!(self.0, Held::Open(_))
    }

    /// Commits a transaction of its own after `Ok` and rolls it back after `Err`; the caller's goes on.
    ///
    /// ```
    /// # use manybase_db::{Db, Executor};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// assert_eq!(db.unit().end(Ok(1)).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The one that it is given; those of [`Transaction::commit`].
    pub async fn end<T>(self, result: Result<T>) -> Result<T> {
        match (self.0, result) {
            (Held::Open(_), result) => result,
            (Held::Own(tx), Ok(value)) => tx.commit().await.map(|()| value),
            (Held::Own(tx), Err(error)) => {
                if let Err(error) = tx.rollback().await {
                    tracing::debug!(target: "manybase::transaction", %error, "could not roll back");
                }
                Err(error)
            }
        }
    }
}

impl Transaction {
    /// Says that what was done in it makes no sense any more: as after a statement that the database has refused,
    /// further statements and the commit are errors, and it can only be rolled back. In a nested transaction it
    /// concerns that one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// use manybase_db::{Db, Error, ErrorKind};
    /// let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let tx = db.begin().await?;
    /// tx.fail(&Error::new(ErrorKind::NotFound, "half of the order is missing"));
    /// assert_eq!(tx.commit().await.unwrap_err().kind(), ErrorKind::Transaction);
    /// # Ok(())
    /// # }
    /// ```
    pub fn fail(&self, error: &Error) {
        self.shared().levels.fail(self.level().0, self.level().1, error);
    }
}

/// A view of an executor on which no hooks run. From [`Executor::without_hooks`].
///
/// ```
/// use manybase_db::{Db, Executor};
/// # fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().connect("main", "sqlite::memory:").build()?;
/// assert!(db.runs_hooks());
/// assert!(!db.without_hooks().runs_hooks());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct WithoutHooks<'a, E: ?Sized>(&'a E);

impl<'a, E: Executor + ?Sized> WithoutHooks<'a, E> {
    /// A view of this one.
    ///
    /// ```
    /// # use manybase_db::{Db, Executor, WithoutHooks};
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let on: &dyn Executor = &db;
    /// assert!(!WithoutHooks::of(on).runs_hooks());
    /// # Ok(())
    /// # }
    /// ```
    pub fn of(on: &'a E) -> Self {
        Self(on)
    }
}

impl<E: Executor + ?Sized> Executor for WithoutHooks<'_, E> {
    fn resolve(&self, route: Route<'_>) -> Result<Arc<str>> {
        self.0.resolve(route)
    }

    fn dialect(&self, route: Route<'_>) -> Result<&'static dyn Dialect> {
        self.0.dialect(route)
    }

    fn lease<'l>(&'l self, route: Route<'l>, access: Access) -> BoxFuture<'l, Result<Lease<'l>>> {
        self.0.lease(route, access)
    }

    fn unit(&self) -> Unit<'_> {
        self.0.unit()
    }

    fn runs_hooks(&self) -> bool {
        false
    }
}
