//! What a backup says about itself.

use crate::files;
use chrono::{DateTime, Utc};
use manybase_driver::backup::{BackedUp, TableState};
use manybase_driver::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Component, Path};

/// The format that this library writes.
const FORMAT: u32 = 1;
pub(crate) const NAME: &str = "manifest.json";

/// What a backup is and holds: its `manifest.json`. It has no secrets.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let directory = tempfile::tempdir().expect("a directory");
/// # let path = |name: &str| directory.path().join(name);
/// # let url = format!("sqlite:{}", path("app.db").display());
/// # let db = manybase_db::Db::builder().connect("app", url).open().await?;
/// # db.connection("app")?.ping().await?;
/// # manybase_snapshot::Backup::of(&db, "app").to(path("monday")).run().await?;
/// let manifest = manybase_snapshot::Manifest::read(path("monday"))?;
/// assert_eq!(manifest.connection, "app");
/// assert_eq!(manifest.database.product, "SQLite");
/// assert!(manifest.in_doubt.is_empty() && manifest.gaps.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// The version of this format.
    pub format: u32,
    /// What has made it: `manybase 0.1.0`.
    pub made_by: String,
    /// The connection's name.
    pub connection: String,
    /// Where it led, without secrets.
    pub address: String,
    /// What was backed up, and how.
    pub database: Origin,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When all was copied.
    pub ended: DateTime<Utc>,
    /// The moment that it holds, in the database's own words: a log's position, a snapshot's name.
    pub point: BTreeMap<String, String>,
    /// How far the schema was migrated; `None` where there are no migrations.
    pub migration: Option<MigrationHead>,
    /// What a restore has to know, such as the encoding.
    pub settings: BTreeMap<String, String>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The files, with paths from the backup's directory.
    pub files: Vec<FileEntry>,
    /// Transactions that were prepared and not finished at that moment. What they wrote is not in the backup.
    pub in_doubt: Vec<String>,
    /// What is not in it, or not of the same moment.
    pub gaps: Vec<String>,
}

/// What was backed up, and how.
///
/// ```
/// let origin = manybase_snapshot::Origin {
///     family: "sqlite".into(),
///     product: "SQLite".into(),
///     version: "3.50.0".into(),
///     method: "backup API".into(),
///     tool: None,
/// };
/// assert_eq!(origin.product, "SQLite");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The same for databases that can read each other's files.
    pub family: String,
    /// `SQLite`, `PostgreSQL`, `MariaDB`
    pub product: String,
    /// The server's version.
    pub version: String,
    /// `backup API`, `pg_dump`, …
    pub method: String,
    /// The tool that was used, with its version.
    pub tool: Option<String>,
}

/// How far the schema was migrated.
///
/// ```
/// let head = manybase_snapshot::MigrationHead { last: Some("20260301_items".into()), applied: 7, unfinished: vec![] };
/// assert_eq!(head.applied, 7);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationHead {
    /// The last migration by name.
    pub last: Option<String>,
    /// How many the database has had.
    pub applied: u64,
    /// Those that were under way, or have stopped in their middle.
    pub unfinished: Vec<String>,
}

/// A table of a backup.
///
/// ```
/// let table = manybase_snapshot::Table { schema: None, name: "item".into(), rows: 3, checksum: None };
/// assert_eq!(table.to_string(), "item");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its schema, where the database has several.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Of all rows, in whatever order.
    pub checksum: Option<String>,
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl From<TableState> for Table {
    fn from(table: TableState) -> Self {
        Self {
            schema: table.schema,
            name: table.name,
            rows: table.rows,
            checksum: table.checksum,
        }
    }
}

/// A file of a backup.
///
/// ```
/// let file = manybase_snapshot::FileEntry { path: "data/toc.dat".into(), bytes: 7, sha256: "00".into() };
/// assert_eq!(file.bytes, 7);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// From the backup's directory, with slashes.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

/// What is known only to who makes a backup.
pub(crate) struct Around {
    pub(crate) connection: String,
    pub(crate) address: String,
    pub(crate) started: DateTime<Utc>,
    pub(crate) ended: DateTime<Utc>,
    pub(crate) migration: Option<MigrationHead>,
    pub(crate) files: Vec<FileEntry>,
}

impl Manifest {
    pub(crate) fn new(done: BackedUp, around: Around) -> Self {
        Self {
            format: FORMAT,
            made_by: concat!("manybase ", env!("CARGO_PKG_VERSION")).to_owned(),
            connection: around.connection,
            address: around.address,
            database: Origin {
                family: done.family,
                product: done.product,
                version: done.version,
                method: done.method,
                tool: done.tool,
            },
            started: around.started,
            ended: around.ended,
            point: done.point,
            migration: around.migration,
            settings: done.settings,
            tables: done.tables.into_iter().map(Table::from).collect(),
            files: around.files,
            in_doubt: done.in_doubt,
            gaps: done.gaps,
        }
    }

    /// Reads the manifest of a backup. Only the manifest's own checksum is looked at; the files are left alone.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().expect("a directory");
    /// let error = manybase_snapshot::Manifest::read(directory.path()).unwrap_err();
    /// assert_eq!(error.kind(), manybase_db::ErrorKind::Backup);
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Backup`]: no backup, a damaged manifest, or one that a newer version has written.
    pub fn read(directory: impl AsRef<Path>) -> Result<Self> {
        let directory = directory.as_ref();
        let path = directory.join(NAME);
        let text = std::fs::read(&path).map_err(|error| {
            let what = format!(
                "{} is no backup: {NAME} can't be read: {error}",
                directory.display()
            );
            bad(what).with_help("name the directory of a backup; one that was interrupted has none")
        })?;
        let damaged = |why: String| bad(format!("{} is damaged: {why}", path.display()));
        files::check_manifest(directory, &text).map_err(damaged)?;
        let format: Format = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        if format.format != FORMAT {
            let what = format!(
                "{} has format {}, and this version reads {FORMAT}",
                path.display(),
                format.format
            );
            return Err(bad(what).with_help("use the version of manybase that has made it, or a newer one"));
        }
        let manifest: Self = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        match manifest.files.iter().find(|file| !is_inside(&file.path)) {
            Some(file) => Err(damaged(format!("{:?} leads out of the backup", file.path))),
            None => Ok(manifest),
        }
    }

    /// Whether the database is a file, so that it can be restored and tried without any connection.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().expect("a directory");
    /// let is_file = manybase_snapshot::Manifest::read(directory.path()).map(|manifest| manifest.is_file());
    /// assert!(is_file.is_err()); // there is no backup here
    /// ```
    pub fn is_file(&self) -> bool {
        let driver = crate::target::of_url(&self.address).ok();
        let can = driver
            .as_ref()
            .and_then(|driver| Some(driver.backups()?.capabilities()));
        can.is_some_and(|can| can.in_a_file)
    }

    /// The rows of all tables.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().expect("a directory");
    /// if let Ok(manifest) = manybase_snapshot::Manifest::read(directory.path()) {
    ///     println!("{} rows, {} bytes", manifest.rows(), manifest.bytes());
    /// }
    /// ```
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// The length of all files.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().expect("a directory");
    /// let bytes = manybase_snapshot::Manifest::read(directory.path()).map(|manifest| manifest.bytes());
    /// assert!(bytes.is_err()); // there is no backup here
    /// ```
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// A manifest from a stranger must not have us read other files.
fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

pub(crate) fn bad(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::Backup, what)
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn paths_stay_inside() {
        assert!(is_inside("data/toc.dat"));
        for path in ["", "/etc/passwd", "../x", "data/../../x", "."] {
            assert!(!is_inside(path), "{path}");
        }
    }
}
