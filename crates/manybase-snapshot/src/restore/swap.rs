//! A database in the place of another one, which is kept under another name.

use super::{Restore, Steps, To};
use crate::target;
use manybase_db::Db;
use manybase_driver::backup::Depth;
use manybase_driver::{Driver, Error, Result};
use std::sync::Arc;

impl Restore {
    /// In the place of the database that is there, if there is one. It is restored and compared with the backup first, all
    /// rows of it; then the two change their names, and the old one is kept: its name is [`Restored::kept`].
    ///
    /// Whenever it is interrupted, a whole database is under the name, the old one or the new one. What was written to the
    /// old one since the backup is in the old one only.
    ///
    /// - SQLite, PostgreSQL: nobody may be connected to it, this program neither; else it is
    ///   [`ErrorKind::InUse`](manybase_driver::ErrorKind::InUse), and nothing has changed. PostgreSQL's new database gets
    ///   owner, grants and settings of the old one.
    /// - MariaDB, MySQL: the tables change places in one statement, while others are connected. Views, triggers, routines
    ///   and events can't be moved: a database that has some is
    ///   [`ErrorKind::Unsupported`](manybase_driver::ErrorKind::Unsupported).
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
    /// db.close().await?; // nobody may be connected, this program neither
    /// let restored = Restore::from(path("monday")).into_file(path("app.db")).swap().run().await?;
    /// assert!(restored.kept.is_some_and(|kept| kept.contains("app.db.before-")));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [`Restored::kept`]: super::Restored::kept
    pub fn swap(mut self) -> Self {
        self.swap = true;
        self
    }

    /// In the place of a connection's own database; see [`swap`](Restore::swap).
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("app", "sqlite:app.db").build()?;
    /// let restore = manybase_snapshot::Restore::from("backups/monday").in_place_of(&db, "app");
    /// # let _ = restore;
    /// # Ok(())
    /// # }
    /// ```
    pub fn in_place_of(mut self, db: &Db, connection: impl Into<String>) -> Self {
        self.to = Some(To::Own(db.clone(), connection.into()));
        self.swap()
    }
}

/// Makes it, compares it, and swaps it with the one that is there, whose new name is returned.
pub(super) async fn run(steps: &Steps<'_>, live: Arc<dyn Driver>) -> Result<String> {
    let backups = target::backups(&*live)?;
    backups.swappable().await?;
    let unique = crate::unique();
    let stamp = chrono::Utc::now().format("%Y%m%d_%H%M%S_%3f").to_string();
    let kept = backups.kept(&stamp)?;
    let made = steps.make(backups.aside(&unique)?, Depth::Content).await?;
    let report = steps.report.clone();
    // In a task of its own: who goes away now must not have it removed while it gets its name.
    let swapped = tokio::spawn(async move {
        let swapped = match target::backups(&*live) {
            Ok(backups) => backups.swap(&unique, &stamp, &report).await,
            Err(error) => Err(error),
        };
        match swapped {
            Ok(()) => {
                made.keep();
                Ok(())
            }
            // It may be either of them, and then nothing may be removed.
            Err(error) if error.is_connection_lost() => {
                made.keep();
                Err(error.with_help("whether they were swapped is not known, and a whole one is there: look, then do it again"))
            }
            Err(error) => {
                made.remove().await?;
                Err(error)
            }
        }
    });
    let ended = swapped.await;
    ended.map_err(|error| Error::driver(format!("the task of a restore has ended: {error}")))??;
    Ok(kept)
}
