//! Databases to back up and to restore to, by whatever names them.

use manybase_db::{Db, DbBuilder, RecoveryMode};
use manybase_driver::backup::{BackupCapabilities, Backups};
use manybase_driver::{Driver, Error, ErrorKind, Result};
use std::sync::Arc;

/// What backs a driver's database up.
pub(crate) fn backups(driver: &dyn Driver) -> Result<&dyn Backups> {
    driver.backups().ok_or_else(|| {
        let what = format!("Manybase has no backups of {}", driver.dialect().name());
        Error::new(ErrorKind::Unsupported, what).with_help("use the tools of the database itself")
    })
}

/// What backups of a connection's database are like.
///
/// ```
/// let db = manybase_db::Db::builder().connect("app", "sqlite:app.db").build()?;
/// let can = manybase_snapshot::capabilities(&db, "app")?;
/// assert!(can.online && !can.blocks_writers);
/// # Ok::<(), manybase_db::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::UnknownConnection`]; [`ErrorKind::Unsupported`] for a database that has no backups here.
pub fn capabilities(db: &Db, connection: &str) -> Result<BackupCapabilities> {
    let driver = db.connection(connection)?.driver().clone();
    let found = backups(&*driver).map(Backups::capabilities);
    found.map_err(|error| error.with_connection(connection))
}

/// A driver for a URL, with the drivers that are compiled in.
pub(crate) fn of_url(url: &str) -> Result<Arc<dyn Driver>> {
    let builder: DbBuilder = Db::builder().recovery(RecoveryMode::Off);
    let db = builder.connect("target", url).build()?;
    Ok(db.connection("target")?.driver().clone())
}
