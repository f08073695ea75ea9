//! Backups by `mariadb-dump` or `mysqldump`, in one transaction.
//!
//! No session of ours can see the tool's moment, so row counts and checksums are taken from what it writes, as it passes
//! by ([`reader`]). A restored database is compared by dumping it once more.

mod admin;
mod dump;
mod options;
mod packed;
mod reader;
mod restore;
mod swap;
mod tools;

use crate::MysqlDriver;
use admin::{Admin, MARK};
use manybase_driver::backup::{
    BackedUp, BackupCapabilities, BackupJob, BackupMethod, BackupOptions, Backups, Depth, Reporter,
    RestoreJob, TableState,
};
use manybase_driver::{Address, BoxFuture, ConnectOptions, Driver, Error, ErrorKind, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Letters that a database's name can have.
const LONGEST_NAME: usize = 64;

impl MysqlDriver {
    /// A driver for another database of the same server, or for none, without a limit for statements.
    fn other(&self, database: &str) -> Result<MysqlDriver> {
        let address = Address {
            database: database.to_owned(),
            ..self.parts().clone()
        };
        let options = ConnectOptions {
            statement_timeout: None,
            ..self.options().clone()
        };
        let mut driver = MysqlDriver::new(&address, &options)?;
        driver.encrypted = self.encrypted.clone();
        Ok(driver)
    }

    fn database(&self) -> Result<&str> {
        match self.parts().database.as_str() {
            "" => Err(
                Error::config("the address names no database, and a backup is of one")
                    .with_help("write scheme://user:password@host:port/database"),
            ),
            name => Ok(name),
        }
    }

    fn named(&self, name: &str, unique: Option<&str>) -> Result<Arc<dyn Driver>> {
        let length = name.chars().count();
        if length == 0 || length > LONGEST_NAME || name.contains(['\0', '/']) || name.ends_with(' ') {
            let what = format!("{name:?} can't be a database's name: it needs 1 to {LONGEST_NAME} letters");
            return Err(Error::new(ErrorKind::Identifier, what));
        }
        let mut driver = self.other(name)?;
        driver.staged = unique.map(str::to_owned);
        Ok(Arc::new(driver))
    }
}

impl Backups for MysqlDriver {
    fn capabilities(&self) -> BackupCapabilities {
        let mut can = BackupCapabilities::new(BackupMethod::Tool);
        can.tools = self.flavor().tools();
        can
    }

    fn ready(&self, options: &BackupOptions) -> Result<()> {
        self.flavor().dump(options).map(drop)
    }

    fn ready_to_restore(&self, options: &BackupOptions) -> Result<()> {
        self.ready(options)?;
        self.flavor().client(options).map(drop)
    }

    fn back_up<'a>(&'a self, job: BackupJob<'a>) -> BoxFuture<'a, Result<BackedUp>> {
        Box::pin(dump::back_up(self, job))
    }

    fn sibling(&self, name: &str) -> Result<Arc<dyn Driver>> {
        self.named(name, None)
    }

    fn scratch(&self, unique: &str) -> Result<Arc<dyn Driver>> {
        self.named(&format!("manybase_verify_{unique}"), Some(unique))
    }

    /// It has its name from the beginning, because the server can't rename a database. A table in it says that it is not
    /// ready.
    fn staging(&self, unique: &str) -> Result<Arc<dyn Driver>> {
        self.named(self.database()?, Some(unique))
    }

    fn settle<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let mut admin = Admin::dial(self).await?;
            admin.unmark(self.database()?).await
        })
    }

    fn swappable(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { Admin::dial(self).await?.swappable(self.database()?).await })
    }

    /// Its tables are moved when it is ready, so that it has a name of its own until then.
    fn aside(&self, unique: &str) -> Result<Arc<dyn Driver>> {
        self.named(&swap::aside(self.database()?, unique), Some(unique))
    }

    fn kept(&self, stamp: &str) -> Result<String> {
        Ok(swap::with_end(self.database()?, &format!("_before_{stamp}")))
    }

    fn swap<'a>(
        &'a self,
        unique: &'a str,
        stamp: &'a str,
        report: &'a Reporter,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let (live, kept) = (self.database()?, self.kept(stamp)?);
            let mut admin = Admin::dial(self).await?;
            admin.swap(live, &swap::aside(live, unique), &kept, report).await
        })
    }

    fn left(&self) -> BoxFuture<'_, Result<Vec<String>>> {
        Box::pin(async move { Admin::dial(self).await?.left(self.database()?).await })
    }

    fn exists(&self) -> BoxFuture<'_, Result<bool>> {
        Box::pin(async move { Admin::dial(self).await?.has(self.database()?).await })
    }

    fn refuses<'a>(&'a self, family: &'a str, version: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(async move {
            let here = Admin::dial(self).await?;
            if family != here.flavor.family() {
                return Ok(Some(format!("{} can't read all of it", here.flavor.product())));
            }
            let older = tools::numbers(&here.version) < tools::numbers(version);
            Ok(older.then(|| format!("the server is {}, which is older", here.version)))
        })
    }

    fn restore<'a>(&'a self, job: RestoreJob<'a>) -> BoxFuture<'a, Result<()>> {
        Box::pin(restore::restore(self, job))
    }

    fn look<'a>(
        &'a self,
        depth: Depth,
        options: &'a BackupOptions,
        report: &'a Reporter,
    ) -> BoxFuture<'a, Result<Vec<TableState>>> {
        Box::pin(async move {
            let mut tables = match depth {
                Depth::Rows => Admin::dial(self).await?.count(self.database()?, report).await?,
                Depth::Content => dump::again(self, options, report).await?,
            };
            tables.retain(|table| table.name != MARK);
            Ok(tables)
        })
    }

    fn check<'a>(&'a self, _: &'a BTreeMap<String, String>) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move { Admin::dial(self).await?.broken_views(self.database()?).await })
    }

    fn discard(&self) -> BoxFuture<'static, Result<()>> {
        let found = self.database().map(str::to_owned);
        let (driver, unique) = (self.other(""), self.staged.clone());
        let making = self.making.clone();
        Box::pin(async move {
            // A database that is still being made would be there a moment later.
            let _made = making.lock().await;
            match unique {
                Some(unique) => Admin::dial(&driver?).await?.remove(&found?, &unique).await,
                None => Ok(()),
            }
        })
    }
}
