//! From addresses to drivers.

use crate::PostgresDriver;
use manybase_driver::{Address, ConnectOptions, Driver, DriverFactory, Result};
use std::sync::Arc;

/// Makes drivers for `postgres://user:password@host:port/database?parameters`.
///
/// | parameter | meaning |
/// |---|---|
/// | `sslmode` | `disable`; `prefer` (default): TLS if the server has it; `require`: TLS or nothing, without looking at the certificate; `verify-full`: the certificate must be good and name the host |
/// | `sslrootcert` | with `verify-full`: a PEM file with the authorities to trust instead of Mozilla's |
/// | `host` | the directory of a Unix socket, such as `/run/postgresql` |
/// | `application_name` | what `pg_stat_activity` shows; default `manybase` |
/// | `search_path` | the schemas in which tables are looked up |
/// | `connect_timeout` | seconds for dialling, instead of [`ConnectOptions::connect_timeout`] |
///
/// ```
/// use manybase_driver::{Address, ConnectOptions, DriverFactory, ErrorKind};
/// use manybase_postgres::PostgresFactory;
///
/// let address = Address::parse("postgres://ann:secret@db.example/stock?sslmode=prefer")?;
/// let driver = PostgresFactory.open(&address, &ConnectOptions::default())?;
/// assert_eq!(driver.address(), "postgres://ann@db.example/stock");
///
/// let address = Address::parse("postgres://db.example/stock?ssl=on")?;
/// let error = PostgresFactory.open(&address, &ConnectOptions::default()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Config);
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct PostgresFactory;

impl DriverFactory for PostgresFactory {
    fn schemes(&self) -> &'static [&'static str] {
        &["postgres", "postgresql"]
    }

    fn open(&self, address: &Address, options: &ConnectOptions) -> Result<Arc<dyn Driver>> {
        Ok(Arc::new(PostgresDriver::new(address, options)?))
    }
}
