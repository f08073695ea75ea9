//! Dialling.

use crate::backup::Backups;
use crate::{Access, Address, Attachment, BoxFuture, Connection, Result};
use manybase_sql::Dialect;
use std::any::Any;
use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Time limits that a driver sets on each of its connections.
///
/// ```
/// use manybase_driver::ConnectOptions;
/// assert!(ConnectOptions::default().statement_timeout.is_some());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectOptions {
    /// For dialling, with the handshake.
    pub connect_timeout: Duration,
    /// For one statement, on the server where it can be set there; `None` for no limit.
    pub statement_timeout: Option<Duration>,
    /// For waiting on another transaction's lock; `None` for the server's own limit.
    pub lock_timeout: Option<Duration>,
}

impl Default for ConnectOptions {
    /// 10 s to dial, 5 min for a statement, 30 s for a lock.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            statement_timeout: Some(Duration::from_secs(300)),
            lock_timeout: Some(Duration::from_secs(30)),
        }
    }
}

/// Dials one database.
///
/// It is [`Any`], so that who wraps drivers finds its own again.
pub trait Driver: Any + Debug + Send + Sync + 'static {
    /// The dialect, as far as it is known before dialling.
    fn dialect(&self) -> &'static dyn Dialect;

    /// Where it dials, without secrets, for messages.
    fn address(&self) -> String;

    /// Dials. A driver whose database has a single writer gives readers a connection that can't write.
    fn connect(&self, access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>>;

    /// Connections that may be open at once, where the database sets the number: 1 for a database in memory,
    /// which lives in its connection. Readers and writers then share it.
    fn exactly(&self) -> Option<usize> {
        None
    }

    /// A file beside the database on which whoever changes its structure holds a lock of the operating system. `None`
    /// where the database has such locks itself, or lives in one process.
    fn lock_file(&self) -> Option<PathBuf> {
        None
    }

    /// How a connection of the same kind can attach this database; see [`Connection::attach`]. `None` where none can.
    fn attachment(&self) -> Option<Attachment> {
        None
    }

    /// What backs the database up; `None` where there is no road to a whole copy.
    fn backups(&self) -> Option<&dyn Backups> {
        None
    }
}

/// Makes drivers from addresses.
///
/// ```
/// use manybase_driver::DriverFactory;
/// fn is_for(factory: &dyn DriverFactory, scheme: &str) -> bool {
///     factory.schemes().contains(&scheme)
/// }
/// ```
pub trait DriverFactory: Debug + Send + Sync + 'static {
    /// The URL schemes that it answers to.
    fn schemes(&self) -> &'static [&'static str];

    /// A driver for an address. Nothing is dialled yet.
    ///
    /// # Errors
    /// An address that lacks something, a parameter that is not known.
    fn open(&self, address: &Address, options: &ConnectOptions) -> Result<Arc<dyn Driver>>;
}
