//! Dialling.

use crate::connection::MysqlConnection;
use crate::tls::Tls;
use crate::{error, factory, settings, tls};
use manybase_driver::backup::Backups;
use manybase_driver::{
    Access, Address, BoxFuture, ConnectOptions, Connection, Driver, Error, ErrorKind, Result,
};
use manybase_sql::Dialect;
use manybase_sql::dialect::{Flavor, MySql};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, DriverError, Opts, OptsBuilder};
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
    opts: OptsBuilder,
    tls: Tls,
    options: ConnectOptions,
    parts: Address,
    /// Whose restore it is, for a database that is being made.
    pub(crate) staged: Option<String>,
    /// Held while its database is being made.
    pub(crate) making: Arc<Mutex<()>>,
    /// With `sslmode=prefer`: the server has no TLS, so the next dial need not ask again.
    plain: AtomicBool,
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
        let (opts, tls) = factory::options(address, port)?;
        Ok(Self {
            address: address.to_string(),
            dialect,
            opts,
            tls,
            options: options.clone(),
            parts: address.clone(),
            staged: None,
            making: Arc::default(),
            plain: AtomicBool::new(false),
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
        match &self.tls {
            Tls::Off => false,
            Tls::Require(_) => true,
            Tls::Prefer(_) => self.encrypted.load(Ordering::Relaxed),
        }
    }

    async fn dial(&self) -> Result<MysqlConnection> {
        let (mut conn, opts) = self
            .reach()
            .await
            .map_err(|error| error::connect(&error, &self.address))?;
        let known = |error: mysql_async::Error| error::connect(&error, &self.address);
        let (version, largest_packet) = conn
            .query_first::<(String, u64), _>("SELECT VERSION(), @@max_allowed_packet")
            .await
            .map_err(known)?
            .unwrap_or_default();
        let flavor = flavor_of(&version);
        let settings = settings::statements(flavor, &self.options);
        settings::apply(&mut conn, flavor, &settings)
            .await
            .map_err(known)?;
        let limit = usize::try_from(largest_packet).unwrap_or(usize::MAX);
        Ok(MysqlConnection::new(conn, opts, flavor, version, settings, limit))
    }

    /// A connection as encrypted as it should be, and the options with which it was made.
    async fn reach(&self) -> mysql_async::Result<(Conn, Opts)> {
        let plain = || Opts::from(self.opts.clone());
        let secure = |ssl: &mysql_async::SslOpts| Opts::from(self.opts.clone().ssl_opts(ssl.clone()));
        let opts = match &self.tls {
            Tls::Off => plain(),
            Tls::Require(ssl) => secure(ssl),
            Tls::Prefer(_) if self.plain.load(Ordering::Relaxed) => plain(),
            Tls::Prefer(ssl) => {
                let opts = secure(ssl);
                match Conn::new(opts.clone()).await {
                    Ok(conn) => {
                        self.encrypted.store(true, Ordering::Relaxed);
                        return Ok((conn, opts));
                    }
                    Err(mysql_async::Error::Driver(DriverError::NoClientSslFlagFromServer)) => {
                        self.plain.store(true, Ordering::Relaxed);
                        plain()
                    }
                    // A server whose TLS is too old for us.
                    Err(mysql_async::Error::Io(error)) if tls::failed(&error) => plain(),
                    Err(error) => return Err(error),
                }
            }
        };
        Ok((Conn::new(opts.clone()).await?, opts))
    }
}

/// Which database it is that says so.
pub(crate) fn flavor_of(version: &str) -> Flavor {
    let found = MySql::of_version(version);
    [Flavor::MariaDb, Flavor::MatrixOne]
        .into_iter()
        .find(|flavor| MySql { flavor: *flavor }.name() == found.name())
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
