//! From addresses to drivers.

use crate::SqliteDriver;
use crate::config::Config;
use manybase_driver::{Address, ConnectOptions, Driver, DriverFactory, Result};
use std::sync::Arc;

/// Makes SQLite drivers: `sqlite:relative.db`, `sqlite:///absolute.db`, `sqlite::memory:`.
///
/// Parameters behind the question mark:
///
/// | name | values | default |
/// |---|---|---|
/// | `mode` | `ro`, `rw`, `rwc` (creates the file) | `rwc` |
/// | `journal_mode` | `wal`, `delete`, `truncate`, `persist`, `memory`, `off` | `wal` |
/// | `synchronous` | `off`, `normal`, `full`, `extra` | `normal` with WAL, else `full` |
/// | `foreign_keys` | `on`, `off` | `on` |
/// | `busy_timeout` | milliseconds to wait for a lock | the lock timeout of the connection |
/// | `cache_size` | pages, or KiB when negative | SQLite's |
/// | `mmap_size` | bytes | SQLite's |
/// | `temp_store` | `default`, `file`, `memory` | SQLite's |
/// | `wal_autocheckpoint` | pages of the log after which it is moved into the file while writing goes on; from four times as many on, writes wait for it; `0` never moves it | SQLite's |
/// | `statement_cache` | prepared statements kept per connection | 256 |
///
/// ```
/// use manybase_driver::{Address, ConnectOptions, DriverFactory, ErrorKind};
/// use manybase_sqlite::SqliteFactory;
///
/// let open = |url| SqliteFactory.open(&Address::parse(url)?, &ConnectOptions::default());
/// assert_eq!(open("sqlite::memory:")?.exactly(), Some(1));
/// assert_eq!(open("sqlite:erp.db?mode=x").unwrap_err().kind(), ErrorKind::Config);
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct SqliteFactory;

impl DriverFactory for SqliteFactory {
    fn schemes(&self) -> &'static [&'static str] {
        &["sqlite"]
    }

    fn open(&self, address: &Address, options: &ConnectOptions) -> Result<Arc<dyn Driver>> {
        Ok(Arc::new(SqliteDriver::new(Config::new(address, options)?)))
    }
}
