//! Up, down, and down and up again.

use super::report::{ConnectionReport, Done, Report};
use super::site::{Ground, Site};
use super::work::Work;
use super::{Direction, Migrator, Target};
use crate::history::{History, State};
use crate::lock::Lock;
use crate::{Line, Migration};
use manybase_db::{Error, Result};
use std::collections::VecDeque;

/// What to do once everybody is there.
enum Job<'t> {
    Up(&'t Target),
    Down(&'t Target),
    Redo(usize),
}

impl Migrator {
    /// Applies all that is to be applied.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let set = manybase_migrate::Set::of([("main/20250101000000_a/up.sql", "CREATE TABLE a (b INTEGER)")])?;
    /// let report = manybase_migrate::Migrator::new(&db, set).up().await?;
    /// assert_eq!(report.connections[0].done[0].migration, "20250101000000_a");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`manybase_db::ErrorKind::Migration`] with a [`Problem`](crate::Problem); [`manybase_db::ErrorKind::LockTimeout`] when somebody
    /// else runs migrations for too long; those of the databases, with the statement's place. What was finished before it
    /// stays: [`Migrator::up_to`] tells.
    pub async fn up(&self) -> Result<Report> {
        self.up_to(&Target::All).await.into_result()
    }

    /// Applies as far as the target, and says what was done also when it ended with an error.
    ///
    /// ```
    /// use manybase_migrate::{Migrator, Set, Target};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let set = Set::of([
    ///     ("main/20250101000000_a/up.sql", "CREATE TABLE a (b INTEGER)"),
    ///     ("main/20250102000000_b/up.sql", "CREATE TABLE b (c INTEGR NOT)"),
    /// ])?;
    /// let report = Migrator::new(&db, set).up_to(&Target::All).await;
    /// assert_eq!((report.count(), report.connections[0].left), (1, 1));
    /// assert!(report.error.unwrap().to_string().contains("20250102000000_b up: statement 1 (line 1)"));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn up_to(&self, target: &Target) -> Report {
        self.run(Job::Up(target)).await
    }

    /// Takes back as far as the target: with [`Target::All`] everything. Only with down files.
    ///
    /// ```
    /// use manybase_migrate::{Migrator, Set, Target};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let set = Set::of([
    /// #     ("main/20250101000000_a/up.sql", "CREATE TABLE a (b INTEGER)"),
    /// #     ("main/20250101000000_a/down.sql", "DROP TABLE a"),
    /// # ])?;
    /// let migrator = Migrator::new(&db, set);
    /// migrator.up().await?;
    /// assert_eq!(migrator.down_to(&Target::Steps(1)).await.into_result()?.count(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn down_to(&self, target: &Target) -> Report {
        self.run(Job::Down(target)).await
    }

    /// Takes the last migrations back and applies them again.
    ///
    /// ```
    /// use manybase_migrate::{Migrator, Set};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # let set = Set::of([
    /// #     ("main/20250101000000_a/up.sql", "CREATE TABLE a (b INTEGER)"),
    /// #     ("main/20250101000000_a/down.sql", "DROP TABLE a"),
    /// # ])?;
    /// let migrator = Migrator::new(&db, set);
    /// migrator.up().await?;
    /// assert_eq!(migrator.redo(1).await.into_result()?.count(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn redo(&self, steps: usize) -> Report {
        self.run(Job::Redo(steps)).await
    }

    async fn run(&self, job: Job<'_>) -> Report {
        let mut report = Report::default();
        if let Err(error) = self.try_run(job, &mut report).await {
            report.error = Some(error);
        }
        report
    }

    async fn try_run(&self, job: Job<'_>, report: &mut Report) -> Result<()> {
        let lines = self.checked_lines()?;
        let one = Target::Steps(1);
        self.check_target(
            match &job {
                Job::Up(target) | Job::Down(target) => target,
                Job::Redo(_) => &one,
            },
            &lines,
        )?;
        // In the order of their names, so that two runners never wait for each other.
        let grounds: Vec<Ground> = lines
            .iter()
            .map(|line| Ground::of(self, line.connection()))
            .collect::<Result<_>>()?;
        let done = self.on(&grounds, &lines, job, report).await;
        for ground in grounds {
            ground.close().await;
        }
        done
    }

    /// The lines of the chosen connections, without a problem in their files.
    pub(crate) fn checked_lines(&self) -> Result<Vec<&Line>> {
        let lines = self.lines()?;
        for line in &lines {
            if let Some(problem) = line
                .problems(self.set().is_sealed() && !self.is_alone())
                .into_iter()
                .next()
            {
                return Err(Error::from(problem).with_connection(line.connection().clone()));
            }
        }
        Ok(lines)
    }

    async fn on(&self, grounds: &[Ground], lines: &[&Line], job: Job<'_>, report: &mut Report) -> Result<()> {
        let (mut sites, mut locks) = (Vec::new(), Vec::new());
        let mut entered = Ok(());
        for (ground, line) in grounds.iter().zip(lines) {
            match Site::enter(self, ground, line).await {
                Ok((site, lock)) => {
                    sites.push(site);
                    locks.push(lock);
                }
                Err(error) => {
                    entered = Err(error);
                    break;
                }
            }
            report.connections.push(ConnectionReport {
                connection: ground.connection.to_string(),
                done: Vec::new(),
                left: 0,
            });
        }
        let done = match entered {
            Err(error) => Err(error),
            Ok(()) => {
                // On the heap: it is long, and the same for all.
                let run = Box::pin(async {
                    match job {
                        Job::Up(target) => self.ups(&mut sites, &mut locks, target, report).await,
                        Job::Down(target) => self.downs(&mut sites, &mut locks, target, report).await,
                        Job::Redo(steps) => {
                            let back = Target::Steps(steps);
                            self.downs(&mut sites, &mut locks, &back, report).await?;
                            self.ups(&mut sites, &mut locks, &back, report).await
                        }
                    }
                });
                run.await
            }
        };
        for (site, report) in sites.iter_mut().zip(&mut report.connections) {
            // What it was when the error came is good enough.
            let _ = site.reread().await;
            report.left = site.survey().pending.len();
        }
        for (site, lock) in sites.into_iter().zip(locks) {
            site.leave(lock).await;
        }
        done
    }

    async fn ups(
        &self,
        sites: &mut [Site<'_>],
        locks: &mut [Lock<'_>],
        target: &Target,
        report: &mut Report,
    ) -> Result<()> {
        for site in sites.iter_mut() {
            site.reread().await?;
            self.fold(site).await?;
        }
        let mut queues = Vec::new();
        for site in sites.iter() {
            let named = |error: Error| error.with_connection(site.ground.connection.clone());
            let mut survey = site.survey();
            if let Some(problem) = survey.in_the_way(Direction::Up) {
                return Err(named(problem.into()));
            }
            self.stray(site.line, site.dialect).map_err(named)?;
            let queue = VecDeque::from(survey.queue(site.line, Direction::Up, target)?);
            // What can't run is found before anything does.
            for migration in &queue {
                Work::new(self, site, migration, Direction::Up)?;
            }
            queues.push(queue);
        }
        while let Some(at) = self.next(sites, &queues).await? {
            let Some(migration) = queues[at].pop_front() else {
                break;
            };
            locks[at].check().await?;
            self.one(
                &mut sites[at],
                migration,
                Direction::Up,
                &mut report.connections[at],
            )
            .await?;
        }
        Ok(())
    }

    /// The site whose next migration can run: the earliest of them.
    async fn next(&self, sites: &[Site<'_>], queues: &[VecDeque<&Migration>]) -> Result<Option<usize>> {
        let mut heads: Vec<_> = queues
            .iter()
            .enumerate()
            .filter_map(|(at, queue)| Some((queue.front()?.name(), at)))
            .collect();
        heads.sort_unstable();
        let mut blocked = None;
        for (_, at) in heads {
            let Some(migration) = queues[at].front() else {
                continue;
            };
            match self.lacks(sites, migration).await? {
                None => return Ok(Some(at)),
                Some(problem) => {
                    let error = Error::from(problem).with_connection(sites[at].ground.connection.clone());
                    blocked.get_or_insert(error);
                }
            }
        }
        blocked.map_or(Ok(None), Err)
    }

    async fn downs(
        &self,
        sites: &mut [Site<'_>],
        locks: &mut [Lock<'_>],
        target: &Target,
        report: &mut Report,
    ) -> Result<()> {
        let mut queues = Vec::new();
        for site in sites.iter() {
            let named = |error: Error| error.with_connection(site.ground.connection.clone());
            let mut survey = site.survey();
            if let Some(problem) = survey.in_the_way(Direction::Down) {
                return Err(named(problem.into()));
            }
            let queue = VecDeque::from(survey.queue(site.line, Direction::Down, target)?);
            for migration in &queue {
                Work::new(self, site, migration, Direction::Down)?;
            }
            queues.push(queue);
        }
        loop {
            // The latest first, whatever its connection: who requires another is later.
            let heads = queues.iter().enumerate();
            let heads = heads.filter_map(|(at, queue)| Some((queue.front()?.name(), at)));
            let Some((_, at)) = heads.max() else {
                return Ok(());
            };
            let Some(migration) = queues[at].pop_front() else {
                return Ok(());
            };
            if let Some(problem) = self.needed(sites, &sites[at], migration).await? {
                return Err(Error::from(problem).with_connection(sites[at].ground.connection.clone()));
            }
            locks[at].check().await?;
            self.one(
                &mut sites[at],
                migration,
                Direction::Down,
                &mut report.connections[at],
            )
            .await?;
        }
    }

    async fn one<'l>(
        &self,
        site: &mut Site<'l>,
        migration: &'l Migration,
        direction: Direction,
        report: &mut ConnectionReport,
    ) -> Result<()> {
        let mut work = Work::new(self, site, migration, direction)?;
        let ran = work.run().await;
        let ran = ran.map_err(|error| error.with_connection(site.ground.connection.clone()))?;
        if ran {
            report.done.push(Done {
                migration: migration.name().to_owned(),
                direction,
                millis: work.millis(),
            });
        }
        let row = work.row(State::Applied);
        match direction {
            Direction::Up => site.rows.insert(row.name.clone(), row),
            Direction::Down => site.rows.remove(&row.name),
        };
        Ok(())
    }

    /// Has the history say the one name for the several that it stands for.
    async fn fold(&self, site: &mut Site<'_>) -> Result<()> {
        for migration in site.survey().folds {
            let work = Work::new(self, site, migration, Direction::Up)?;
            let mut lease = site.ground.lease().await?;
            lease.begin_nested().await?;
            for name in &migration.plan().replaces {
                History::delete(&mut lease, name).await?;
            }
            History::insert(&mut lease, &work.row(State::Applied)).await?;
            lease.commit_nested().await?;
        }
        site.reread().await
    }
}
