//! Units of several statements on one lease.

use super::{Lease, Savepoints, next_tag};
use crate::{Access, Error, ErrorKind, Result};
use manybase_driver::TransactionOptions;

impl Lease<'_> {
    /// Begins a unit of several statements: a transaction if none is open, else a savepoint. A unit that is
    /// neither committed nor rolled back is rolled back after the lease.
    ///
    /// Where the database lacks savepoints, a unit in a transaction that is rolled back fails the transaction.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// # use manybase_driver::{CountSink, Statement};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.script("CREATE TABLE t (a INTEGER)".to_owned()).await?;
    /// lease.begin_nested().await?;
    /// lease.execute(Statement::write("INSERT INTO t VALUES (1)", vec![])).await?;
    /// lease.commit_nested().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Lease::query`].
    pub async fn begin_nested(&mut self) -> Result<()> {
        let options = TransactionOptions {
            isolation: None,
            read_only: self.access == Access::Read,
        };
        let begun = match self.held.check() {
            Ok(()) => self.held.open(next_tag(), options, Savepoints::OrNone).await,
            Err(error) => Err(error),
        };
        begun.map_err(|error| self.named(error))?;
        self.units += 1;
        Ok(())
    }

    /// Ends the innermost unit and keeps its work.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// # use manybase_driver::{CountSink, Statement};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.begin_nested().await?;
    /// lease.commit_nested().await?;
    /// assert!(lease.commit_nested().await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Lease::query`]; [`ErrorKind::Transaction`] when a statement of the unit has failed, after which the
    /// unit is rolled back, or when this lease has no open unit.
    pub async fn commit_nested(&mut self) -> Result<()> {
        self.close_unit()?;
        let kept = self.held.keep().await;
        kept.map_err(|error| self.named(error))
    }

    /// Ends the innermost unit and undoes its work.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # use manybase_db::{Access, Db, Executor, Route};
    /// # use manybase_driver::{CountSink, Statement};
    /// # let db = Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let mut lease = db.lease(Route::default(), Access::Write).await?;
    /// lease.begin_nested().await?;
    /// lease.rollback_nested().await?;
    /// assert!(!lease.in_transaction());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Lease::query`]; [`ErrorKind::Transaction`] when this lease has no open unit.
    pub async fn rollback_nested(&mut self) -> Result<()> {
        self.close_unit()?;
        let undone = self.held.undo().await;
        undone.map_err(|error| self.named(error))
    }

    fn close_unit(&mut self) -> Result<()> {
        match self.units.checked_sub(1) {
            Some(units) => {
                self.units = units;
                Ok(())
            }
            None => Err(self.named(Error::new(
                ErrorKind::Transaction,
                "no unit is open on this lease: `begin_nested` comes first",
            ))),
        }
    }
}
