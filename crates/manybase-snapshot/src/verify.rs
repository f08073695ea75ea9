//! Trying a backup.

use crate::claim::Claim;
use crate::manifest::Manifest;
use crate::restore::{Steps, seconds};
use crate::target;
use manybase_db::Db;
use manybase_driver::backup::{BackupOptions, Depth, Progress, Reporter};
use manybase_driver::{Error, Result};
use serde::Serialize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A backup to be tried: it is really restored, into a database that is there for a short time, and every table's rows
/// are compared with those of the moment of the backup.
///
/// ```
/// use manybase_snapshot::{Backup, Verify};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let directory = tempfile::tempdir().expect("a directory");
/// # let path = |name: &str| directory.path().join(name);
/// # let url = format!("sqlite:{}", path("app.db").display());
/// # let db = manybase_db::Db::builder().connect("app", url).open().await?;
/// # db.connection("app")?.ping().await?;
/// # Backup::of(&db, "app").to(path("monday")).run().await?;
/// let verified = Verify::of(path("monday")).run().await?;
/// println!("{} tables in {:?}", verified.manifest.tables.len(), verified.took);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing happens until `run`"]
pub struct Verify {
    from: PathBuf,
    on: Option<(Db, String)>,
    options: BackupOptions,
    report: Reporter,
}

/// A backup that was tried and is good.
///
/// ```
/// fn tell(verified: &manybase_snapshot::Verified) {
///     println!("{} rows are there", verified.manifest.rows());
/// }
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Verified {
    /// What it is.
    pub manifest: Manifest,
    /// How long it took, in seconds for programs.
    #[serde(serialize_with = "seconds")]
    pub took: Duration,
}

impl Verify {
    /// Of the backup in a directory.
    ///
    /// ```
    /// let verify = manybase_snapshot::Verify::of("backups/monday");
    /// # let _ = verify;
    /// ```
    pub fn of(directory: impl Into<PathBuf>) -> Self {
        Self {
            from: directory.into(),
            on: None,
            options: BackupOptions::default(),
            report: Reporter::default(),
        }
    }

    /// On the server of this connection, with its user, who has to be allowed to make databases. For a file nothing need
    /// be said: it is tried in a temporary one.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("app", "sqlite:app.db").build()?;
    /// let verify = manybase_snapshot::Verify::of("backups/monday").on(&db, "app");
    /// # let _ = verify;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on(mut self, db: &Db, connection: impl Into<String>) -> Self {
        self.on = Some((db.clone(), connection.into()));
        self
    }

    /// All objects belong to the user who tries it; see [`crate::Restore::no_owner`].
    ///
    /// ```
    /// let verify = manybase_snapshot::Verify::of("backups/monday").no_owner();
    /// # let _ = verify;
    /// ```
    pub fn no_owner(mut self) -> Self {
        self.options.no_owner = true;
        self
    }

    /// The directory that has the database's tools.
    ///
    /// ```
    /// let verify = manybase_snapshot::Verify::of("backups/monday").tools("/opt/postgresql/17/bin");
    /// # let _ = verify;
    /// ```
    pub fn tools(mut self, directory: impl Into<PathBuf>) -> Self {
        self.options.tools = Some(directory.into());
        self
    }

    /// Somebody to tell how far it is. It is called often, from any thread.
    ///
    /// ```
    /// let verify = manybase_snapshot::Verify::of("backups/monday").progress(|progress| println!("{}", progress.done));
    /// # let _ = verify;
    /// ```
    pub fn progress(mut self, told: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.report = Reporter::new(told);
        self
    }

    /// Does it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let error = manybase_snapshot::Verify::of("not there").run().await.unwrap_err();
    /// assert_eq!(error.kind(), manybase_db::ErrorKind::Backup);
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Backup`](manybase_driver::ErrorKind::Backup) for a backup that is damaged, or that does not hold what it says; else as
    /// [`crate::Restore::run`].
    pub async fn run(self) -> Result<Verified> {
        let begun = Instant::now();
        let manifest = Manifest::read(&self.from)?;
        let driver = match &self.on {
            Some((db, connection)) => db.connection(connection)?.driver().clone(),
            // For a file it is enough to know what kind it is.
            None => target::of_url(&manifest.address)?,
        };
        let backups = target::backups(&*driver)?;
        let steps = Steps {
            from: &self.from,
            manifest: &manifest,
            options: &self.options,
            report: &self.report,
        };
        let named = |error: Error| match &self.on {
            Some((_, connection)) => error.with_connection(connection.as_str()),
            None => error,
        };
        steps.before(backups).await.map_err(named)?;
        let claim = match &self.on {
            Some((db, connection)) => Some(Claim::take(db, connection, backups).await.map_err(named)?),
            None => None,
        };
        let unique = (claim.as_ref()).map_or_else(crate::unique, |claim| claim.unique().to_owned());
        let tried = async {
            let scratch = backups.scratch(&unique)?;
            steps.make(scratch, Depth::Content).await?.remove().await
        };
        let tried = tried.await;
        if let Some(claim) = claim {
            claim.release().await;
        }
        tried.map_err(named)?;
        Ok(Verified {
            manifest,
            took: begun.elapsed(),
        })
    }
}
