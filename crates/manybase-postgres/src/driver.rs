//! Dialling one database.

use crate::connection::PostgresConnection;
use crate::error;
use crate::settings::Settings;
use crate::wire::Wire;
use manybase_driver::backup::Backups;
use manybase_driver::{
    Access, Address, BoxFuture, ConnectOptions, Connection, Dialect, Driver, Error, ErrorKind, Result,
};
use std::fmt;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Dials one PostgreSQL database.
///
/// ```no_run
/// # async fn example() -> manybase_driver::Result<()> {
/// use manybase_driver::{Access, Address, ConnectOptions, Driver};
/// use manybase_postgres::PostgresDriver;
///
/// let address = Address::parse("postgres://ann:secret@db.example/stock")?;
/// let driver = PostgresDriver::new(&address, &ConnectOptions::default())?;
/// let connection = driver.connect(Access::Write).await?;
/// println!("PostgreSQL {}", connection.server_version());
/// # Ok(())
/// # }
/// ```
pub struct PostgresDriver {
    address: String,
    parts: Address,
    options: ConnectOptions,
    settings: Arc<Settings>,
    /// Held while its database is being made.
    pub(crate) making: Arc<Mutex<()>>,
}

impl PostgresDriver {
    /// A driver for an address; see [`crate::PostgresFactory`] for its parameters. Nothing is dialled yet.
    ///
    /// ```
    /// # use manybase_driver::{Address, ConnectOptions, Driver};
    /// let address = Address::parse("postgres://db.example/stock")?;
    /// let driver = manybase_postgres::PostgresDriver::new(&address, &ConnectOptions::default())?;
    /// assert_eq!(driver.dialect().name(), "PostgreSQL");
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    ///
    /// # Errors
    /// A parameter that is not known or wrong, a certificate file that can't be read.
    pub fn new(address: &Address, options: &ConnectOptions) -> Result<Self> {
        Ok(Self {
            address: address.to_string(),
            parts: address.clone(),
            options: options.clone(),
            settings: Arc::new(Settings::new(address, options)?),
            making: Arc::default(),
        })
    }

    /// What was given, with its secrets.
    pub(crate) fn parts(&self) -> &Address {
        &self.parts
    }

    pub(crate) fn options(&self) -> &ConnectOptions {
        &self.options
    }

    async fn dial(&self) -> Result<Box<dyn Connection>> {
        let limit = self.settings.connect_timeout;
        let Ok(dialled) = tokio::time::timeout(limit, Wire::open(&self.settings)).await else {
            let message = format!("{}: no answer within {limit:.1?}", self.address);
            return Err(Error::new(ErrorKind::Connect, message)
                .with_help("check host and port, and whether the server runs"));
        };
        let (wire, version) = dialled.map_err(|error| error::connecting(&self.address, &error))?;
        Ok(Box::new(PostgresConnection::new(wire, version)))
    }
}

impl Driver for PostgresDriver {
    fn dialect(&self) -> &'static dyn Dialect {
        manybase_sql::dialect::postgres()
    }

    fn address(&self) -> String {
        self.address.clone()
    }

    fn connect(&self, _: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(self.dial())
    }

    fn backups(&self) -> Option<&dyn Backups> {
        Some(self)
    }
}

/// The address alone: the settings hold the password.
impl fmt::Debug for PostgresDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresDriver").field(&self.address).finish()
    }
}
