//! Dialling.

use crate::connection::MysqlConnection;
use crate::known::Known;
use crate::settings::Setup;
use crate::tls::Tls;
use crate::{error, factory, tls};
use manybase_driver::backup::Backups;
use manybase_driver::{
    Access, Address, BoxFuture, ConnectOptions, Connection, Driver, Error, ErrorKind, Result,
};
use manybase_sql::Dialect;
use manybase_sql::dialect::{Flavor, MySql};
use mysql_async::{Conn, DriverError, Opts};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
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
    way: Way,
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

/// How a server is reached. The options are made once: what they know of certificates is read in when they are first
/// used.
enum Way {
    Plain(Opts),
    Secure(Opts),
    Prefer { secure: Opts, plain: Opts },
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
        let secure = |ssl| Opts::from(opts.clone().ssl_opts(ssl));
        let way = match tls {
            Tls::Off => Way::Plain(opts.into()),
            Tls::Require(ssl) => Way::Secure(secure(ssl)),
            Tls::Prefer(ssl) => Way::Prefer {
                secure: secure(ssl),
                plain: opts.into(),
            },
        };
        Ok(Self {
            address: address.to_string(),
            dialect,
            way,
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
        match &self.way {
            Way::Plain(_) => false,
            Way::Secure(_) => true,
            Way::Prefer { .. } => self.encrypted.load(Ordering::Relaxed),
        }
    }

    async fn dial(&self) -> Result<MysqlConnection> {
        let (mut conn, opts) = self
            .reach()
            .await
            .map_err(|error| error::connect(&error, &self.address))?;
        let known = |error: mysql_async::Error| error::connect(&error, &self.address);
        let expected = self
            .known
            .flavor()
            .unwrap_or_else(|| flavor_named(self.dialect.name()));
        let setup = Setup::run(&mut conn, &self.known, expected, &self.options)
            .await
            .map_err(known)?;
        Ok(MysqlConnection::new(conn, opts, setup))
    }

    /// A connection as encrypted as it should be, and the options with which it was made.
    async fn reach(&self) -> mysql_async::Result<(Conn, Opts)> {
        let (secure, plain) = match &self.way {
            Way::Plain(opts) | Way::Secure(opts) => {
                return Ok((Conn::new(opts.clone()).await?, opts.clone()));
            }
            Way::Prefer { secure, plain } => (secure, plain),
        };
        if self.known.is_plain(Instant::now()) {
            match Conn::new(plain.clone()).await {
                // It may insist on TLS by now.
                Err(mysql_async::Error::Server(_)) => self.known.forget_plain(),
                reached => return Ok((reached?, plain.clone())),
            }
        }
        match Conn::new(secure.clone()).await {
            Ok(conn) => {
                self.encrypted.store(true, Ordering::Relaxed);
                return Ok((conn, secure.clone()));
            }
            Err(mysql_async::Error::Driver(DriverError::NoClientSslFlagFromServer)) => {
                self.known.note_plain(Instant::now());
            }
            // A server whose TLS is too old for us.
            Err(mysql_async::Error::Io(error)) if tls::failed(&error) => {}
            Err(error) => return Err(error),
        }
        Ok((Conn::new(plain.clone()).await?, plain.clone()))
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
