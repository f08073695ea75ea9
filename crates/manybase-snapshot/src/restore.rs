//! Making a database of a backup.

mod swap;

use crate::cleanup::Temporary;
use crate::manifest::Manifest;
use crate::{compare, files, target};
use manybase_db::Db;
use manybase_driver::backup::{BackupOptions, Backups, Depth, Progress, Reporter, RestoreJob};
use manybase_driver::{Driver, Error, ErrorKind, Result, Secret};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A backup to be restored, to a database that is not there yet.
///
/// The files' checksums are looked at first. Then the database is made under another name where the server can rename
/// it, its row counts and its own checks are looked at, and only then it gets its name. A restore that fails or is dropped
/// removes what it has made.
///
/// ```
/// use manybase_snapshot::{Backup, Restore};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # let directory = tempfile::tempdir().expect("a directory");
/// # let path = |name: &str| directory.path().join(name);
/// # let url = format!("sqlite:{}", path("app.db").display());
/// # let db = manybase_db::Db::builder().connect("app", url).open().await?;
/// # db.connection("app")?.ping().await?;
/// # Backup::of(&db, "app").to(path("monday")).run().await?;
/// let copy = format!("sqlite:{}", path("copy.db").display());
/// let restored = Restore::from(path("monday")).into(&copy).run().await?;
/// println!("{} in {:?}", restored.address, restored.took);
/// let again = Restore::from(path("monday")).into(&copy).run().await;
/// assert_eq!(again.unwrap_err().kind(), manybase_db::ErrorKind::Exists);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing happens until `run`"]
pub struct Restore {
    from: PathBuf,
    to: Option<To>,
    swap: bool,
    options: BackupOptions,
    report: Reporter,
}

#[derive(Clone, Debug)]
enum To {
    Url(Secret),
    Own(Db, String),
    Beside(Db, String, String),
    File(PathBuf),
}

/// What was restored.
///
/// ```
/// fn tell(restored: &manybase_snapshot::Restored) {
///     println!("{}: {} rows", restored.address, restored.manifest.rows());
/// }
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Restored {
    /// Where it is, without secrets.
    pub address: String,
    /// What it is made of.
    pub manifest: Manifest,
    /// The name of the database whose place it has taken; see [`Restore::swap`].
    pub kept: Option<String>,
    /// What earlier restores to this name have left that were interrupted, each with what removes it. One that is at work
    /// now is among them.
    pub left: Vec<String>,
    /// How long it took, in seconds for programs.
    #[serde(serialize_with = "seconds")]
    pub took: Duration,
}

pub(crate) fn seconds<S: serde::Serializer>(took: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(took.as_secs_f64())
}

impl Restore {
    /// From the directory of a backup.
    ///
    /// ```
    /// let restore = manybase_snapshot::Restore::from("backups/monday");
    /// # let _ = restore;
    /// ```
    pub fn from(directory: impl Into<PathBuf>) -> Self {
        Self {
            from: directory.into(),
            to: None,
            swap: false,
            options: BackupOptions::default(),
            report: Reporter::default(),
        }
    }

    /// To the database of a URL, which must not be there.
    ///
    /// ```
    /// let restore = manybase_snapshot::Restore::from("backups/monday").into("sqlite:copy.db");
    /// # let _ = restore;
    /// ```
    #[allow(clippy::should_implement_trait)]
    pub fn into(mut self, url: impl AsRef<str>) -> Self {
        self.to = Some(To::Url(Secret::new(url.as_ref())));
        self
    }

    /// To another database on the server of a connection, with the connection's user and settings. For SQLite it is a
    /// file's path.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("app", "postgres://ann@db.example/app").build();
    /// # let Ok(db) = db else { return Ok(()) };
    /// let restore = manybase_snapshot::Restore::from("backups/monday").beside(&db, "app", "app_monday");
    /// # let _ = restore;
    /// # Ok(())
    /// # }
    /// ```
    pub fn beside(mut self, db: &Db, connection: impl Into<String>, name: impl Into<String>) -> Self {
        self.to = Some(To::Beside(db.clone(), connection.into(), name.into()));
        self
    }

    /// To a file, for the backup of one.
    ///
    /// ```
    /// let restore = manybase_snapshot::Restore::from("backups/monday").into_file("copy.db");
    /// # let _ = restore;
    /// ```
    pub fn into_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.to = Some(To::File(path.into()));
        self
    }

    /// All objects belong to the user who restores, and grants are left out: for a server that does not have the roles
    /// of the one that was backed up.
    ///
    /// ```
    /// let restore = manybase_snapshot::Restore::from("backups/monday").no_owner();
    /// # let _ = restore;
    /// ```
    pub fn no_owner(mut self) -> Self {
        self.options.no_owner = true;
        self
    }

    /// So many tables at once, where the tool can.
    ///
    /// ```
    /// let restore = manybase_snapshot::Restore::from("backups/monday").jobs(4);
    /// # let _ = restore;
    /// ```
    pub fn jobs(mut self, number: usize) -> Self {
        self.options.jobs = number;
        self
    }

    /// The directory that has the database's tools.
    ///
    /// ```
    /// let restore = manybase_snapshot::Restore::from("backups/monday").tools("/opt/postgresql/17/bin");
    /// # let _ = restore;
    /// ```
    pub fn tools(mut self, directory: impl Into<PathBuf>) -> Self {
        self.options.tools = Some(directory.into());
        self
    }

    /// Somebody to tell how far it is. It is called often, from any thread.
    ///
    /// ```
    /// let restore = manybase_snapshot::Restore::from("backups/monday").progress(|progress| println!("{}", progress.done));
    /// # let _ = restore;
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
    /// let error = manybase_snapshot::Restore::from("not there").into("sqlite:copy.db").run().await.unwrap_err();
    /// assert_eq!(error.kind(), manybase_db::ErrorKind::Backup);
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] for a database that is there; [`ErrorKind::InUse`] for a [`swap`](Restore::swap) while others
    /// are connected; [`ErrorKind::Backup`] for one that is damaged, or that does not
    /// hold what it says; [`ErrorKind::Unsupported`] for another product or an older server, and for a tool that is
    /// missing; those of the database.
    pub async fn run(self) -> Result<Restored> {
        let begun = Instant::now();
        let manifest = Manifest::read(&self.from)?;
        let driver = match &self.to {
            Some(To::Url(url)) => target::of_url(url.expose())?,
            Some(To::Own(db, connection)) => db.connection(connection)?.driver().clone(),
            Some(To::Beside(db, connection, name)) => {
                let named = |error: Error| error.with_connection(connection.as_str());
                let driver = db.connection(connection)?.driver().clone();
                target::backups(&*driver)
                    .and_then(|backups| backups.sibling(name))
                    .map_err(named)?
            }
            Some(To::File(path)) => {
                let name = path.to_str().filter(|_| manifest.is_file()).ok_or_else(|| {
                    let what = format!("{} can't become the file {}", self.from.display(), path.display());
                    Error::config(what).with_help(
                        "say `.beside(&db, connection, name)` for the backup of a server's database",
                    )
                })?;
                target::backups(&*target::of_url(&manifest.address)?)?.sibling(name)?
            }
            None => {
                let what = "the restore has no place to go to";
                return Err(Error::config(what)
                    .with_help("say `.into(url)`, `.into_file(path)`, `.beside(&db, connection, name)` or `.in_place_of(&db, connection)`"));
            }
        };
        let backups = target::backups(&*driver)?;
        let steps = Steps {
            from: &self.from,
            manifest: &manifest,
            options: &self.options,
            report: &self.report,
        };
        steps.before(backups).await?;
        let there = backups.exists().await?;
        if there && !self.swap {
            let what = format!("{} is there, and nothing is restored over it", driver.address());
            return Err(Error::new(ErrorKind::Exists, what).with_help(
                "restore to another name and look at it, or say that it takes the place of this one (`swap`, --swap)",
            ));
        }
        let kept = match there {
            true => Some(swap::run(&steps, driver.clone()).await?),
            false => {
                let unique = crate::unique();
                let made = steps.make(backups.staging(&unique)?, Depth::Rows).await?;
                if let Err(error) = backups.settle(&unique).await {
                    made.remove().await?;
                    return Err(error);
                }
                made.keep();
                None
            }
        };
        Ok(Restored {
            address: driver.address(),
            left: backups.left().await?,
            kept,
            manifest,
            took: begun.elapsed(),
        })
    }
}

/// What a restore and a verification have in common.
pub(crate) struct Steps<'a> {
    pub(crate) from: &'a Path,
    pub(crate) manifest: &'a Manifest,
    pub(crate) options: &'a BackupOptions,
    pub(crate) report: &'a Reporter,
}

impl Steps<'_> {
    /// What can be known before anything is made.
    pub(crate) async fn before(&self, backups: &dyn Backups) -> Result<()> {
        backups.ready_to_restore(self.options)?;
        let origin = &self.manifest.database;
        if let Some(why) = backups.refuses(&origin.family, &origin.version).await? {
            let what = format!(
                "{} is a backup of {} {}: {why}",
                self.from.display(),
                origin.product,
                origin.version
            );
            return Err(Error::new(ErrorKind::Unsupported, what)
                .with_help("restore it on a server of that product, of that version or a newer one"));
        }
        files::check(self.from.to_owned(), self.manifest, self.report.clone()).await
    }

    /// Makes the database of a driver and looks whether it is right. It is gone again when it is not.
    pub(crate) async fn make(&self, driver: Arc<dyn Driver>, depth: Depth) -> Result<Temporary> {
        let made = Temporary::new(driver.clone());
        let done = async {
            let backups = target::backups(&*driver)?;
            let directory = self.from.join("data");
            let job = RestoreJob {
                directory: &directory,
                bytes: self.manifest.bytes(),
                settings: &self.manifest.settings,
                options: self.options,
                report: self.report,
            };
            backups.restore(job).await?;
            compare::check(backups, self.manifest, depth, self.options, self.report).await
        };
        match done.await {
            Ok(()) => Ok(made),
            Err(error) => {
                if let Err(left) = made.remove().await {
                    let address = driver.address();
                    tracing::warn!(target: "manybase::snapshot", %address, %left, "a temporary database is left behind");
                }
                Err(error)
            }
        }
    }
}
