//! Dialling.

use crate::connection::MysqlConnection;
use crate::known::Known;
use crate::settings::Setup;
use crate::tls::Tls;
use crate::wire::{self, Failure, Server};
use crate::{error, factory};
use manybase_driver::backup::Backups;
use manybase_driver::{
    Access, Address, BoxFuture, ConnectOptions, Connection, Driver, Error, ErrorKind, Result,
};
use manybase_sql::Dialect;
use manybase_sql::dialect::{Flavor, MySql};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Mutex;

/// Dials one MySQL, MariaDB or MatrixOne server.
///
/// ```no_run
/// # async fn example() -> manybase_driver::Result<()> {
/// use manybase_driver::{Access, Address, ConnectOptions, Driver};
/// use manybase_mysql::MysqlDriver;
///
/// let address = Address::parse("mysql://ann:secret@db.example/stock")?;
/// let driver = MysqlDriver::new(&address, &ConnectOptions::default())?;
/// let connection = driver.connect(Access::Write).await?;
/// println!("{} {}", connection.dialect().name(), connection.server_version());
/// # Ok(())
/// # }
/// ```
pub struct MysqlDriver {
    /// Without secrets.
    address: String,
    dialect: &'static dyn Dialect,
    server: Arc<Server>,
    known: Known,
    options: ConnectOptions,
    parts: Address,
    /// Whose restore it is, for a database that is being made.
    pub(crate) staged: Option<String>,
    /// Held while its database is being made.
    pub(crate) making: Arc<Mutex<()>>,
    /// With `sslmode=prefer`: the last connection is encrypted.
    pub(crate) encrypted: Arc<AtomicBool>,
}

impl MysqlDriver {
    /// A driver for an address. Nothing is dialled yet.
    ///
    /// ```
    /// use manybase_driver::{Address, ConnectOptions, ErrorKind};
    /// use manybase_mysql::MysqlDriver;
    ///
    /// let address = Address::parse("mysql://ann@db.example/stock?charset=latin1")?;
    /// let error = MysqlDriver::new(&address, &ConnectOptions::default()).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Config);
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Config`]: another scheme, an unknown parameter, a file that can't be read.
    pub fn new(address: &Address, options: &ConnectOptions) -> Result<Self> {
        let (dialect, port) = factory::of_scheme(&address.scheme)?;
        let server = Arc::new(factory::server(address, port)?);
        Ok(Self {
            address: address.to_string(),
            dialect,
            server,
            known: Known::of(factory::place(address, port)),
            options: options.clone(),
            parts: address.clone(),
            staged: None,
            making: Arc::default(),
            encrypted: Arc::default(),
        })
    }

    /// What was given, with its secrets.
    pub(crate) fn parts(&self) -> &Address {
        &self.parts
    }

    pub(crate) fn options(&self) -> &ConnectOptions {
        &self.options
    }

    /// Whether its connections are encrypted, as far as is known from those that it has dialled.
    pub(crate) fn is_encrypted(&self) -> bool {
        match &self.server.tls {
            Tls::Off => false,
            Tls::Require(_) => true,
            Tls::Prefer(_) => self.encrypted.load(Ordering::Relaxed),
        }
    }

    async fn dial(&self) -> Result<MysqlConnection> {
        let known = |failure: Failure| error::connect(&failure, &self.address);
        let mut begun = wire::login(&self.server).await.map_err(known)?;
        self.encrypted.store(begun.is_encrypted, Ordering::Relaxed);
        let expected = self
            .known
            .flavor()
            .unwrap_or_else(|| flavor_named(self.dialect.name()));
        let setup = Setup::run(&mut begun, &self.known, expected, &self.options)
            .await
            .map_err(known)?;
        Ok(MysqlConnection::new(begun, self.server.clone(), setup))
    }
}

/// Which database it is that says so.
pub(crate) fn flavor_of(version: &str) -> Flavor {
    flavor_named(MySql::of_version(version).name())
}

fn flavor_named(name: &str) -> Flavor {
    [Flavor::MariaDb, Flavor::MatrixOne]
        .into_iter()
        .find(|flavor| MySql { flavor: *flavor }.name() == name)
        .unwrap_or(Flavor::MySql)
}

impl Driver for MysqlDriver {
    fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    fn address(&self) -> String {
        self.address.clone()
    }

    fn backups(&self) -> Option<&dyn Backups> {
        Some(self)
    }

    fn connect(&self, _access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async move {
            let limit = self.options.connect_timeout;
            match tokio::time::timeout(limit, self.dial()).await {
                Ok(dialled) => Ok(Box::new(dialled?) as Box<dyn Connection>),
                Err(_) => Err(Error::new(
                    ErrorKind::Connect,
                    format!("{}: no answer within {limit:.1?}", self.address),
                )
                .with_help("check host, port and firewall, or raise `connect_timeout` of this connection")),
            }
        })
    }
}

/// Without secrets.
impl fmt::Debug for MysqlDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MysqlDriver")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
