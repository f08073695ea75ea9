//! Making a backup.

use crate::manifest::{Around, Manifest};
use crate::partial::Partial;
use crate::{files, migration, target};
use chrono::Utc;
use manybase_db::Db;
use manybase_driver::backup::{BackupJob, BackupOptions, Progress, Reporter};
use manybase_driver::{Error, ErrorKind, Result};
use std::path::PathBuf;

/// A backup to be made of one connection's database.
///
/// Others read and write meanwhile, and it holds one moment. Dropping its future ends it, with the child processes that
/// it has started, and removes what it has written.
///
/// ```
/// use manybase_snapshot::Backup;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let directory = tempfile::tempdir().expect("a directory");
/// # let path = |name: &str| directory.path().join(name);
/// # let url = format!("sqlite:{}", path("app.db").display());
/// # let db = manybase_db::Db::builder().connect("app", url).open().await?;
/// # db.connection("app")?.ping().await?;
/// let manifest = Backup::of(&db, "app")
///     .to(path("backups/monday"))
///     .progress(|progress| println!("{:?} {}", progress.step, progress.done))
///     .run()
///     .await?;
/// println!("{} tables, {} bytes", manifest.tables.len(), manifest.bytes());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing happens until `run`"]
pub struct Backup {
    db: Db,
    connection: String,
    to: Option<PathBuf>,
    options: BackupOptions,
    report: Reporter,
}

impl Backup {
    /// Of the database of a connection.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("app", "sqlite:app.db").build()?;
    /// let backup = manybase_snapshot::Backup::of(&db, "app");
    /// # let _ = backup;
    /// # Ok(())
    /// # }
    /// ```
    pub fn of(db: &Db, connection: impl Into<String>) -> Self {
        Self {
            db: db.clone(),
            connection: connection.into(),
            to: None,
            options: BackupOptions::default(),
            report: Reporter::default(),
        }
    }

    /// The directory that it becomes. It must not be there; those above it are made.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("app", "sqlite:app.db").build()?;
    /// let backup = manybase_snapshot::Backup::of(&db, "app").to("backups/monday");
    /// # let _ = backup;
    /// # Ok(())
    /// # }
    /// ```
    pub fn to(mut self, directory: impl Into<PathBuf>) -> Self {
        self.to = Some(directory.into());
        self
    }

    /// Without the room that deleted rows have left, where the database can do that.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("app", "sqlite:app.db").build()?;
    /// let backup = manybase_snapshot::Backup::of(&db, "app").compact();
    /// # let _ = backup;
    /// # Ok(())
    /// # }
    /// ```
    pub fn compact(mut self) -> Self {
        self.options.compact = true;
        self
    }

    /// So many tables at once, where the tool can.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("app", "sqlite:app.db").build()?;
    /// let backup = manybase_snapshot::Backup::of(&db, "app").jobs(4);
    /// # let _ = backup;
    /// # Ok(())
    /// # }
    /// ```
    pub fn jobs(mut self, number: usize) -> Self {
        self.options.jobs = number;
        self
    }

    /// The directory that has the database's tools, instead of those that are found by themselves.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("app", "sqlite:app.db").build()?;
    /// let backup = manybase_snapshot::Backup::of(&db, "app").tools("/opt/postgresql/17/bin");
    /// # let _ = backup;
    /// # Ok(())
    /// # }
    /// ```
    pub fn tools(mut self, directory: impl Into<PathBuf>) -> Self {
        self.options.tools = Some(directory.into());
        self
    }

    /// Somebody to tell how far it is. It is called often, from any thread.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("app", "sqlite:app.db").build()?;
    /// let backup = manybase_snapshot::Backup::of(&db, "app").progress(|progress| println!("{}", progress.done));
    /// # let _ = backup;
    /// # Ok(())
    /// # }
    /// ```
    pub fn progress(mut self, told: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.report = Reporter::new(told);
        self
    }

    /// Makes it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("app", "sqlite::memory:").open().await?;
    /// let error = manybase_snapshot::Backup::of(&db, "app").to("monday").run().await.unwrap_err();
    /// assert_eq!(error.kind(), manybase_db::ErrorKind::Unsupported); // it is in memory
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] when the directory is there; [`ErrorKind::Unsupported`] for a database that can't be backed
    /// up, and for a tool that is missing, with what to install; those of the database and of the disk.
    pub async fn run(self) -> Result<Manifest> {
        let connection = self.connection.clone();
        let made = self.make().await;
        made.map_err(|error| error.with_connection(connection))
    }

    async fn make(self) -> Result<Manifest> {
        let driver = self.db.connection(&self.connection)?.driver().clone();
        let backups = target::backups(&*driver)?;
        let Some(to) = self.to else {
            return Err(Error::config("the backup has no place to go to").with_help("say `.to(directory)`"));
        };
        if self.options.compact && !backups.capabilities().compacts {
            let what = format!(
                "a backup of {} has no free room to leave out",
                driver.dialect().name()
            );
            return Err(Error::new(ErrorKind::Unsupported, what).with_help("leave `compact` out"));
        }
        backups.ready(&self.options)?;
        let partial = Partial::make(&to)?;
        let before = migration::head(&*driver).await?;
        let started = Utc::now();
        let data = partial.data();
        let job = BackupJob {
            directory: &data,
            options: &self.options,
            report: &self.report,
        };
        let mut done = backups.back_up(job).await?;
        let ended = Utc::now();
        let after = migration::head(&*driver).await?;
        if before != after {
            done.gaps
                .push("migrations ran meanwhile: which of them it holds is not known".to_owned());
        }
        let files = files::seal(partial.path().to_owned(), self.report.clone()).await?;
        let around = Around {
            connection: self.connection,
            address: driver.address(),
            started,
            ended,
            migration: before.filter(|before| after.as_ref() == Some(before)),
            files,
        };
        let manifest = Manifest::new(done, around);
        files::write(partial.path(), &manifest)?;
        partial.finish()?;
        Ok(manifest)
    }
}
