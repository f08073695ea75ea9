//! A database that has its tables already.

use super::report::{ConnectionReport, Done, Report};
use super::site::{Ground, Site};
use super::work::Work;
use super::{Direction, Migrator, Target};
use crate::history::{History, State};
use crate::{Line, Problem};
use manybase_db::{Error, Result};

impl Migrator {
    /// Has the history say that migrations were applied, without running them: for a database that came to its tables in
    /// another way. Refused when its history is not empty.
    ///
    /// ```
    /// use manybase_migrate::{Migrator, Set, Target};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let set = Set::of([("main/20250101000000_a/up.sql", "CREATE TABLE a (b INTEGER)")])?;
    /// let migrator = Migrator::new(&db, set);
    /// assert_eq!(migrator.baseline(&Target::All).await?.count(), 1);
    /// assert_eq!(migrator.up().await?.count(), 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Problem::NotEmpty`], and as [`Migrator::up`].
    pub async fn baseline(&self, target: &Target) -> Result<Report> {
        let lines = self.checked_lines()?;
        self.check_target(target, &lines)?;
        let mut report = Report::default();
        for line in lines {
            let ground = Ground::of(self, line.connection())?;
            let done = self.baseline_of(&ground, line, target).await;
            ground.close().await;
            let done = done.map_err(|error| error.with_connection(line.connection().clone()))?;
            report.connections.push(ConnectionReport {
                connection: line.connection().to_string(),
                left: line.migrations().len() - done.len(),
                done,
            });
        }
        Ok(report)
    }

    async fn baseline_of(&self, ground: &Ground, line: &Line, target: &Target) -> Result<Vec<Done>> {
        let (site, lock) = Site::enter(self, ground, line).await?;
        let marked = self.mark(&site, target).await;
        site.leave(lock).await;
        marked
    }

    async fn mark(&self, site: &Site<'_>, target: &Target) -> Result<Vec<Done>> {
        let applied = site.rows.len();
        if applied > 0 {
            return Err(Error::from(Problem::NotEmpty { applied }));
        }
        let queue = site.survey().queue(site.line, Direction::Up, target)?;
        let mut done = Vec::new();
        let mut lease = site.ground.lease().await?;
        lease.begin_nested().await?;
        for migration in queue {
            let mut row = Work::row_without_run(self, migration, site.dialect);
            row.state = State::Applied;
            History::insert(&mut lease, &row).await?;
            done.push(Done {
                migration: migration.name().to_owned(),
                direction: Direction::Up,
                millis: 0,
            });
        }
        lease.commit_nested().await?;
        Ok(done)
    }
}
