//! Where the three databases are.

#[cfg(feature = "servers")]
mod servers;

use crate::arguments::Arguments;
use crate::failure::{Failure, Result};
use crate::log::Log;
use crate::page::Page;
use crate::tables;
use manybase::driver::Address;
use manybase::{ConnectionConfig, Db, DbBuilder, RecoveryMode};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub(crate) const FINANCE: &str = "finance";
pub(crate) const HR: &str = "hr";
pub(crate) const INVENTORY: &str = "inventory";

/// The databases, and what has to go when the tour is over.
pub(crate) struct Place {
    db: Db,
    leads: Leads,
    log: Log,
    keep: bool,
    /// Databases of the user's own, from which our tables are dropped at the end.
    theirs: bool,
    directory: Option<TempDir>,
    #[cfg(feature = "servers")]
    _servers: Option<servers::Servers>,
}

/// The arguments with which another process comes here.
#[derive(Clone)]
pub(crate) enum Leads {
    Data(PathBuf),
    Config(PathBuf),
}

impl Place {
    pub(crate) async fn open(arguments: &Arguments, page: &mut Page) -> Result<Self> {
        if let Some(path) = &arguments.config {
            // A process that dies can't drop anything, and must not when it fails before.
            return Self::theirs(path, arguments.keep || arguments.crash.is_some()).await;
        }
        if arguments.servers {
            return Self::servers(page).await;
        }
        if let Some(path) = &arguments.data {
            let made = std::fs::create_dir_all(path);
            made.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
            return Self::files(path, None, true).await;
        }
        let directory = directory()?;
        let path = directory.path().to_owned();
        Self::files(&path, Some(directory), arguments.keep).await
    }

    fn new(db: Db, leads: Leads, directory: Option<TempDir>, keep: bool) -> Self {
        let home = match &leads {
            Leads::Data(path) => path.as_path(),
            Leads::Config(path) => path.parent().unwrap_or(Path::new("")),
        };
        Self {
            log: Log::in_directory(home),
            db,
            leads,
            keep,
            theirs: false,
            directory,
            #[cfg(feature = "servers")]
            _servers: None,
        }
    }

    async fn files(path: &Path, directory: Option<TempDir>, keep: bool) -> Result<Self> {
        let path = absolute(path)?;
        let db = [FINANCE, HR, INVENTORY]
            .into_iter()
            .try_fold(builder(), |builder, name| file(builder, name, &path))?;
        Ok(Self::new(db.open().await?, Leads::Data(path), directory, keep))
    }

    async fn theirs(path: &Path, keep: bool) -> Result<Self> {
        let db = builder().config_file(path).open().await?;
        for name in [FINANCE, HR, INVENTORY] {
            db.connection(name)?;
        }
        if !keep {
            // Before there is a place to close: closing drops the tables.
            tables::refuse_existing(&db).await?;
        }
        Ok(Self {
            theirs: true,
            ..Self::new(db, Leads::Config(absolute(path)?), None, keep)
        })
    }

    /// By a file, so that another process finds them too.
    #[cfg(feature = "servers")]
    async fn servers(page: &mut Page) -> Result<Self> {
        let servers = servers::Servers::start(page).await?;
        let directory = directory()?;
        let path = servers.write_config(&absolute(directory.path())?)?;
        // Ours: no variable of the user's may lead elsewhere.
        let db = builder().config_file(&path).variables(|_| None).open().await?;
        Ok(Self {
            _servers: Some(servers),
            ..Self::new(db, Leads::Config(path), Some(directory), false)
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

    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    pub(crate) fn leads(&self) -> &Leads {
        &self.leads
    }

    /// Leaves nothing behind, unless that was asked for.
    pub(crate) async fn close(self, page: &mut Page) -> Result<()> {
        if self.theirs && !self.keep {
            tables::drop_ours(&self.db).await?;
            page.say(
                "\ndropped: our eleven tables (those of the library, manybase_…, stay: others may use them)",
            );
        }
        self.db.close().await?;
        if self.keep
            && let Leads::Data(path) = &self.leads
        {
            let path = path.display().to_string();
            page.say(&format!("\nkept: {path}"));
            page.figure("kept", path);
        }
        match self.directory {
            Some(directory) if self.keep => drop(directory.keep()),
            Some(directory) => directory
                .close()
                .map_err(|error| Failure::new(format!("the temporary directory is still there: {error}")))?,
            None => {}
        }
        Ok(())
    }
}

/// The tour shows what a recovery does, so none may be faster in the background. A program leaves it at the default.
fn builder() -> DbBuilder {
    Db::builder().recovery(RecoveryMode::Off)
}

fn directory() -> Result<TempDir> {
    let made = tempfile::Builder::new().prefix("manybase-erp-").tempdir();
    made.map_err(|error| {
        Failure::new(format!("no temporary directory: {error}"))
            .with_way_out("let TMPDIR name one that can be written")
    })
}

fn absolute(path: &Path) -> Result<PathBuf> {
    path.canonicalize()
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// A SQLite file. Its path goes into the address as it is: in a URL, some characters would mean something else.
fn file(builder: DbBuilder, name: &'static str, directory: &Path) -> Result<DbBuilder> {
    let path = directory.join(format!("{name}.db"));
    let Some(path) = path.to_str() else {
        return Err(Failure::new(format!("the path {} is not UTF-8", path.display())));
    };
    // With a rollback journal, and not the write-ahead log that is the default. A crash in the middle of a commit of
    // several files then leaves a journal that names all of them, and whoever opens one next undoes all of them or
    // none. Logs know nothing of each other: some files would have the transaction and others not, which is why the
    // library refuses one over several files with logs.
    let mut address = Address::parse("sqlite:file.db?journal_mode=delete")?;
    address.database = path.to_owned();
    Ok(builder.connection(name, ConnectionConfig::from_address(address)))
}
