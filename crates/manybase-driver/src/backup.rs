//! Copies of a whole database, made by the best road that the database has of its own, and databases made of them.
//!
//! ```text
//!   back_up ──► files in a directory + what they hold      (BackedUp: tables, row counts, checksums, where in time)
//!                  │
//!   staging ──► restore ──► look, check ──► settle         (the new database appears under its name at the end)
//!                                  ├──────► swap           (or takes the place of the one that was there)
//!                                  └──────► discard        (or not at all)
//! ```
//!
//! What a driver MUST keep to:
//!
//! - What [`Backups::back_up`] writes is **one moment** of the database, and the row counts and checksums are those of
//!   that moment. What is not in it, or not of that moment, is named in [`BackedUp::gaps`].
//! - Nothing is ever restored over a database that is there: [`Backups::restore`] makes a new one or fails with
//!   [`ErrorKind::Exists`](crate::ErrorKind::Exists).
//! - A future that is dropped ends what it has started, child processes too, before it is gone.
//! - No secret on a command line, in an error, in a file of the backup.

mod progress;
mod sum;
mod text;
mod tool;

pub use progress::{Progress, Reporter, Step};
pub use sum::RowSums;
pub use text::{quoted_list, text_rows};
pub use tool::{Tool, find_tool, tool_version};

use crate::{BoxFuture, Driver, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a backup is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BackupMethod {
    /// The database's pages, as they are.
    Pages,
    /// Statements and rows, by the database's own tool.
    Tool,
}

/// What a driver's backups are like.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BackupCapabilities {
    /// How it is made.
    pub method: BackupMethod,
    /// Readers go on meanwhile.
    pub online: bool,
    /// Writers wait meanwhile.
    pub blocks_writers: bool,
    /// It can be made smaller than the database, without the room that deleted rows have left.
    pub compacts: bool,
    /// The database is a file, without a server that knows who may do what.
    pub in_a_file: bool,
    /// Programs that have to be installed.
    pub tools: &'static [&'static str],
}

impl BackupCapabilities {
    /// Online, not blocking, not compacting, without tools.
    pub fn new(method: BackupMethod) -> Self {
        Self {
            method,
            online: true,
            blocks_writers: false,
            compacts: false,
            in_a_file: false,
            tools: &[],
        }
    }
}

/// What the user can say about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackupOptions {
    /// Leave out the room that deleted rows have left.
    pub compact: bool,
    /// So many at once, where the tool can; 0 leaves it to the driver.
    pub jobs: usize,
    /// The directory that has the tools, instead of those found by themselves.
    pub tools: Option<PathBuf>,
    /// When restoring: objects belong to the user who restores, and grants are left out.
    pub no_owner: bool,
}

/// What a backup is made with.
#[derive(Debug, Clone, Copy)]
pub struct BackupJob<'a> {
    /// An empty directory of its own.
    pub directory: &'a Path,
    /// What the user has said.
    pub options: &'a BackupOptions,
    /// Who wants to know how far it is.
    pub report: &'a Reporter,
}

/// What a backup is restored with.
#[derive(Debug, Clone, Copy)]
pub struct RestoreJob<'a> {
    /// The directory that [`Backups::back_up`] has filled.
    pub directory: &'a Path,
    /// The bytes in it, for progress.
    pub bytes: u64,
    /// [`BackedUp::settings`] of that time.
    pub settings: &'a BTreeMap<String, String>,
    /// What the user has said.
    pub options: &'a BackupOptions,
    /// Who wants to know how far it is.
    pub report: &'a Reporter,
}

/// A table, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableState {
    /// Its schema, where the database has several.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Of all rows in any order; `None` where only the rows were counted.
    pub checksum: Option<String>,
}

/// What a backup holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackedUp {
    /// Where else its files can be restored: the same for databases that can read each other's. `sqlite`, `postgres`, …
    pub family: String,
    /// `SQLite`, `MariaDB`, …
    pub product: String,
    /// The server's version, as it says itself.
    pub version: String,
    /// `backup API`, `pg_dump`, …
    pub method: String,
    /// The tool and its version.
    pub tool: Option<String>,
    /// Where in time it is, in the database's own words: a log's position, a snapshot's name.
    pub point: BTreeMap<String, String>,
    /// What [`Backups::restore`] has to know besides the files, such as the encoding.
    pub settings: BTreeMap<String, String>,
    /// The tables, with row counts and checksums.
    pub tables: Vec<TableState>,
    /// Transactions that were prepared and not finished: what they did is not in it.
    pub in_doubt: Vec<String>,
    /// What is not in it, or not of the same moment.
    pub gaps: Vec<String>,
}

/// How closely to look at tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Count the rows.
    Rows,
    /// Read them all, for their checksums.
    Content,
}

/// What a [`Driver`] can do that backs its database up. See the [module's page](self).
pub trait Backups: Send + Sync {
    /// What its backups are like.
    fn capabilities(&self) -> BackupCapabilities;

    /// What has to be there before anything is begun, such as a tool. Nothing is dialled.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), with what to install.
    fn ready(&self, options: &BackupOptions) -> Result<()>;

    /// The same for [`Backups::restore`].
    ///
    /// # Errors
    /// As [`Backups::ready`].
    fn ready_to_restore(&self, options: &BackupOptions) -> Result<()>;

    /// Writes a backup into an empty directory.
    fn back_up<'a>(&'a self, job: BackupJob<'a>) -> BoxFuture<'a, Result<BackedUp>>;

    /// A driver for another database of this server, or for another file.
    ///
    /// # Errors
    /// A name that no database can have.
    fn sibling(&self, name: &str) -> Result<Arc<dyn Driver>>;

    /// A driver for a database that is there for a short time, to try a backup in.
    ///
    /// # Errors
    /// As [`Backups::sibling`].
    fn scratch(&self, unique: &str) -> Result<Arc<dyn Driver>>;

    /// A driver for where this database is restored and checked before it gets its name.
    ///
    /// # Errors
    /// As [`Backups::sibling`].
    fn staging(&self, unique: &str) -> Result<Arc<dyn Driver>>;

    /// What was restored at [`Backups::staging`] gets this database's name, unless there is one of that name by now.
    fn settle<'a>(&'a self, unique: &'a str) -> BoxFuture<'a, Result<()>>;

    /// Why this database can't be swapped now, or never can: asked before anything is made.
    ///
    /// It fails with [`ErrorKind::InUse`](crate::ErrorKind::InUse) where others are connected and must not be, and with
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where the server can't do it for what is in this database.
    fn swappable(&self) -> BoxFuture<'_, Result<()>>;

    /// A driver for where a database is restored and checked that is to take the place of this one.
    ///
    /// # Errors
    /// As [`Backups::sibling`].
    fn aside(&self, unique: &str) -> Result<Arc<dyn Driver>>;

    /// The name that this database has after [`Backups::swap`].
    ///
    /// # Errors
    /// As [`Backups::sibling`].
    fn kept(&self, stamp: &str) -> Result<String>;

    /// What was restored at [`Backups::aside`] gets this database's name, and this one becomes [`Backups::kept`]. Whoever
    /// looks meanwhile, or after a crash at any point, finds a whole database under the name: the one or the other.
    fn swap<'a>(&'a self, unique: &'a str, stamp: &'a str, report: &'a Reporter)
    -> BoxFuture<'a, Result<()>>;

    /// What restores to this name that were interrupted have left, or are at work on: each with what removes it.
    fn left(&self) -> BoxFuture<'_, Result<Vec<String>>>;

    /// Whether this driver's database is there.
    fn exists(&self) -> BoxFuture<'_, Result<bool>>;

    /// Why files of a backup can't be restored here: another product, or an older server than the one that they are
    /// from.
    fn refuses<'a>(&'a self, family: &'a str, version: &'a str) -> BoxFuture<'a, Result<Option<String>>>;

    /// Makes this driver's database of a backup's files.
    fn restore<'a>(&'a self, job: RestoreJob<'a>) -> BoxFuture<'a, Result<()>>;

    /// The tables as they are now.
    fn look<'a>(
        &'a self,
        depth: Depth,
        options: &'a BackupOptions,
        report: &'a Reporter,
    ) -> BoxFuture<'a, Result<Vec<TableState>>>;

    /// What is wrong with a database that was just restored, as the database itself finds it.
    fn check<'a>(&'a self, settings: &'a BTreeMap<String, String>) -> BoxFuture<'a, Result<Vec<String>>>;

    /// Removes this driver's database. Only for what [`Backups::restore`] has made.
    fn discard(&self) -> BoxFuture<'static, Result<()>>;
}
