//! Dialling: opening the file.

use crate::config::{Config, Place};
use crate::connection::SqliteConnection;
use crate::worker::Worker;
use manybase_driver::backup::Backups;
use manybase_driver::{Access, Attachment, BoxFuture, Connection, Dialect, Driver, Result};
use manybase_sql::dialect;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Opens connections to one SQLite database. Made by [`crate::SqliteFactory`].
///
/// ```
/// use manybase_driver::{Address, ConnectOptions, DriverFactory};
/// let address = Address::parse("sqlite:///srv/erp.db")?;
/// let driver = manybase_sqlite::SqliteFactory.open(&address, &ConnectOptions::default())?;
/// assert_eq!(driver.address(), "sqlite:/srv/erp.db");
/// # Ok::<(), manybase_driver::Error>(())
/// ```
pub struct SqliteDriver(Arc<Config>);

impl SqliteDriver {
    pub(crate) fn new(config: Config) -> Self {
        Self(Arc::new(config))
    }

    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.0
    }
}

impl Driver for SqliteDriver {
    fn dialect(&self) -> &'static dyn Dialect {
        dialect::sqlite()
    }

    fn address(&self) -> String {
        format!("sqlite:{}", self.0.place)
    }

    fn connect(&self, access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async move {
            let worker = Worker::start(self.0.clone(), access).await?;
            Ok(Box::new(SqliteConnection::new(worker)) as Box<dyn Connection>)
        })
    }

    fn exactly(&self) -> Option<usize> {
        matches!(self.0.place, Place::Memory).then_some(1)
    }

    fn lock_file(&self) -> Option<PathBuf> {
        match &self.0.place {
            Place::Memory => None,
            Place::File(path) => {
                let mut path = path.clone().into_os_string();
                path.push("-migrate");
                Some(path.into())
            }
        }
    }

    fn attachment(&self) -> Option<Attachment> {
        Some(Attachment::new(
            "sqlite",
            self.0.place.to_string(),
            self.0.clone(),
        ))
    }

    fn backups(&self) -> Option<&dyn Backups> {
        Some(self)
    }
}

impl fmt::Debug for SqliteDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqliteDriver({})", self.0.place)
    }
}
