//! Where the three databases are.

#[cfg(feature = "servers")]
mod servers;

use crate::arguments::Arguments;
use crate::failure::{Failure, Result};
use crate::page::Page;
use crate::tables;
use manybase::driver::Address;
use manybase::{ConnectionConfig, Db, DbBuilder};
use std::path::Path;
use tempfile::TempDir;

pub(crate) const FINANCE: &str = "finance";
pub(crate) const HR: &str = "hr";
pub(crate) const INVENTORY: &str = "inventory";

/// The databases, and what has to go when the tour is over.
pub(crate) struct Place {
    db: Db,
    keep: bool,
    /// Databases of the user's own, from which our tables are dropped at the end.
    theirs: bool,
    directory: Option<TempDir>,
    #[cfg(feature = "servers")]
    _servers: Option<servers::Servers>,
}

impl Place {
    pub(crate) async fn open(arguments: &Arguments, page: &mut Page) -> Result<Self> {
        if let Some(path) = &arguments.config {
            return Self::theirs(path, arguments.keep).await;
        }
        if arguments.servers {
            return Self::servers(page).await;
        }
        let directory = directory()?;
        let db = [FINANCE, HR, INVENTORY]
            .into_iter()
            .try_fold(Db::builder(), |builder, name| {
                file(builder, name, directory.path())
            })?;
        Ok(Self::new(db.open().await?, arguments.keep, Some(directory)))
    }

    fn new(db: Db, keep: bool, directory: Option<TempDir>) -> Self {
        Self {
            db,
            keep,
            theirs: false,
            directory,
            #[cfg(feature = "servers")]
            _servers: None,
        }
    }

    async fn theirs(path: &Path, keep: bool) -> Result<Self> {
        let db = Db::open(path).await?;
        for name in [FINANCE, HR, INVENTORY] {
            db.connection(name)?;
        }
        // Before there is a place to close: closing drops the tables.
        tables::refuse_existing(&db).await?;
        Ok(Self {
            theirs: true,
            ..Self::new(db, keep, None)
        })
    }

    #[cfg(feature = "servers")]
    async fn servers(page: &mut Page) -> Result<Self> {
        let servers = servers::Servers::start(page).await?;
        let directory = directory()?;
        let builder = Db::builder()
            .connect(FINANCE, servers.finance.url())
            .connect(INVENTORY, servers.inventory.url());
        let db = file(builder, HR, directory.path())?.open().await?;
        Ok(Self {
            _servers: Some(servers),
            ..Self::new(db, false, Some(directory))
        })
    }

    #[cfg(not(feature = "servers"))]
    async fn servers(_page: &mut Page) -> Result<Self> {
        Err(Failure::new("this build has no PostgreSQL and MariaDB in it")
            .with_way_out("cargo run -p erp --features servers -- --servers"))
    }

    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    /// Leaves nothing behind, unless that was asked for.
    pub(crate) async fn close(self, page: &mut Page) -> Result<()> {
        if self.theirs && !self.keep {
            tables::drop_ours(&self.db).await?;
        }
        self.db.close().await?;
        let Some(directory) = self.directory else {
            return Ok(());
        };
        if self.keep {
            let path = directory.keep().display().to_string();
            page.say(&format!("\nkept: {path}"));
            page.figure("kept", path);
            return Ok(());
        }
        directory
            .close()
            .map_err(|error| Failure::new(format!("the temporary directory is still there: {error}")))
    }
}

fn directory() -> Result<TempDir> {
    let made = tempfile::Builder::new().prefix("manybase-erp-").tempdir();
    made.map_err(|error| {
        Failure::new(format!("no temporary directory: {error}"))
            .with_way_out("let TMPDIR name one that can be written")
    })
}

/// A SQLite file. Its path goes into the address as it is: in a URL, some characters would mean something else.
fn file(builder: DbBuilder, name: &'static str, directory: &Path) -> Result<DbBuilder> {
    let path = directory.join(format!("{name}.db"));
    let Some(path) = path.to_str() else {
        return Err(Failure::new(format!("the path {} is not UTF-8", path.display())));
    };
    let mut address = Address::parse("sqlite:file.db")?;
    address.database = path.to_owned();
    Ok(builder.connection(name, ConnectionConfig::from_address(address)))
}
