//! A `Db` of its own for long work on one connection.

use super::Db;
use super::registry::Registry;
use crate::recovery::RecoveryMode;
use crate::{Error, ErrorKind, Result};

impl Db {
    /// A `Db` with this one connection, under the same name and apart from this `Db`'s pool, for work such as migrations:
    /// its statements have no time limit, and it dials the connection's `migrate_url` where that is given. Close it when
    /// the work is done.
    ///
    /// `None` for a database that lives in its connection, as one in memory does: there is only one way to it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let directory = tempfile::tempdir().expect("a directory");
    /// # let url = format!("sqlite:{}", directory.path().join("erp.db").display());
    /// let db = manybase_db::Db::builder().connect("erp", url).connect("hr", "sqlite::memory:").open().await?;
    /// let apart = db.apart("erp")?.expect("a file can be opened again");
    /// assert_eq!(apart.connections(), ["erp".into()]);
    /// apart.close().await?;
    /// assert!(db.apart("hr")?.is_none());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::UnknownConnection`], [`ErrorKind::Closed`].
    pub fn apart(&self, name: &str) -> Result<Option<Self>> {
        self.apart_in(name, None)
    }

    /// As [`Db::apart`], but in another database of the same server.
    ///
    /// ```no_run
    /// # async fn example(db: manybase_db::Db) -> manybase_db::Result<()> {
    /// let beside = db.beside("erp", "erp_scratch")?.expect("a server has several");
    /// beside.close().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Db::apart`].
    pub fn beside(&self, name: &str, database: &str) -> Result<Option<Self>> {
        self.apart_in(name, Some(database))
    }

    fn apart_in(&self, name: &str, database: Option<&str>) -> Result<Option<Self>> {
        let registry = self.read();
        let pool = registry.named(name)?;
        let name = pool.name().clone();
        self.check_not_closed(&name)?;
        if pool.driver().exactly().is_some() {
            return Ok(None);
        }
        let Some(config) = registry.config(&name) else {
            let error = Error::new(ErrorKind::Config, "it is not known how the connection was made");
            return Err(error.with_connection(name));
        };
        let config = config.apart(database);
        let (pool, replicas) = config
            .pools(&name, &self.0.factories, &self.0.guard)
            .map_err(|error| error.with_connection(name.clone()))?;
        let registry = Registry::new([(Box::new(config), pool, replicas)], Some(name));
        Ok(Some(Self::new(
            registry,
            self.0.factories.clone(),
            RecoveryMode::Off,
            self.0.guard.clone(),
        )))
    }
}
