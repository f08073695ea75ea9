//! Applies migrations and takes them back.

mod baseline;
mod change;
mod event;
mod plan;
mod repair;
mod report;
mod requires;
mod resume;
mod rust;
mod site;
mod status;
mod stepwise;
mod survey;
mod transactional;
mod work;

pub(crate) use site::{Ground, route};

pub use event::Event;
pub use plan::Planned;
pub use repair::{Repair, StepVerdict};
pub use report::{ConnectionReport, Done, Report};
pub use status::{Entry, Standing, Status};

use crate::{Line, Problem, Set};
use manybase_db::{AsyncFunc, Db, Error, Result, Transaction};
use rust::StepFn;
use serde::Serialize;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Who is told what happens.
type Listener = dyn Fn(&Event<'_>) + Send + Sync;

/// Which way.
///
/// ```
/// assert_eq!(serde_json::to_string(&manybase_migrate::Direction::Up).unwrap(), "\"up\"");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Applying.
    Up,
    /// Taking back.
    Down,
}

impl Direction {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// How far. A number of steps and a name need a single connection; see [`Migrator::only`].
///
/// ```
/// use manybase_migrate::Target;
/// assert_eq!(Target::default(), Target::All);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// To the end.
    #[default]
    All,
    /// So many migrations.
    Steps(usize),
    /// Up to this one, which is applied; down to this one, which stays. A part of the name is enough.
    To(String),
}

/// Runs the migrations of a [`Set`] on the connections of a `Db`.
///
/// ```
/// use manybase_migrate::{Migrator, Set};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let set = Set::of([
///     ("main/20250101000000_customer/up.sql", "CREATE TABLE customer (id INTEGER PRIMARY KEY)"),
///     ("main/20250101000000_customer/down.sql", "DROP TABLE customer"),
/// ])?;
/// let migrator = Migrator::new(&db, set);
/// assert_eq!(migrator.up().await?.count(), 1);
/// assert_eq!(migrator.up().await?.count(), 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is run until `up` or another of its methods is called"]
pub struct Migrator {
    db: Db,
    set: Arc<Set>,
    only: Vec<Arc<str>>,
    steps: HashMap<(String, Direction), StepFn>,
    lock_timeout: Duration,
    who: String,
    tool: String,
    listener: Option<Arc<Listener>>,
    /// It tries things out.
    alone: bool,
}

impl Migrator {
    /// For these migrations on these connections.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let migrator = manybase_migrate::Migrator::new(&db, manybase_migrate::Set::read("migrations")?);
    /// # let _ = migrator;
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(db: &Db, set: Set) -> Self {
        let who = ["USER", "LOGNAME", "USERNAME"];
        let who = who.iter().find_map(|name| std::env::var(name).ok());
        Self {
            db: db.clone(),
            set: Arc::new(set),
            only: Vec::new(),
            steps: HashMap::new(),
            lock_timeout: Duration::from_secs(60),
            who: who.unwrap_or_default(),
            tool: concat!("manybase ", env!("CARGO_PKG_VERSION")).to_owned(),
            listener: None,
            alone: false,
        }
    }

    /// Only on this connection; may be said several times.
    ///
    /// ```
    /// # fn with(migrator: manybase_migrate::Migrator) -> manybase_migrate::Migrator {
    /// migrator.only("crm")
    /// # }
    /// ```
    pub fn only(mut self, connection: impl Into<Arc<str>>) -> Self {
        self.only.push(connection.into());
        self
    }

    /// The step in Rust of a migration: it runs where `-- manybase: step` stands in its up file, in a transaction with
    /// what the history says of it, so that it happens once. Its statements go to the migration's connection.
    ///
    /// ```
    /// use manybase_migrate::{Migrator, Set};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let sql = "CREATE TABLE rate (a INTEGER);\n-- manybase: step\n";
    /// let set = Set::of([("main/20250101000000_rates/up.sql", sql)])?;
    /// let migrator = Migrator::new(&db, set).step("20250101000000_rates", async |tx| {
    ///     use manybase_db::{Access, Executor, Route};
    ///     let mut lease = tx.lease(Route::default(), Access::Write).await?;
    ///     lease.script("INSERT INTO rate VALUES (7)".to_owned()).await
    /// });
    /// assert_eq!(migrator.up().await?.count(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn step<F>(self, migration: impl Into<String>, work: F) -> Self
    where
        F: for<'t> AsyncFunc<&'t Transaction, Result<()>> + Clone + Send + Sync + 'static,
        for<'t> <F as AsyncFunc<&'t Transaction, Result<()>>>::Fut: Send,
    {
        self.with_step(migration.into(), Direction::Up, rust::step(work))
    }

    /// The step in Rust that takes a migration back; see [`Migrator::step`].
    ///
    /// ```
    /// # fn with(migrator: manybase_migrate::Migrator) -> manybase_migrate::Migrator {
    /// migrator.step_down("20250101000000_rates", async |_tx| Ok(()))
    /// # }
    /// ```
    pub fn step_down<F>(self, migration: impl Into<String>, work: F) -> Self
    where
        F: for<'t> AsyncFunc<&'t Transaction, Result<()>> + Clone + Send + Sync + 'static,
        for<'t> <F as AsyncFunc<&'t Transaction, Result<()>>>::Fut: Send,
    {
        self.with_step(migration.into(), Direction::Down, rust::step(work))
    }

    fn with_step(mut self, migration: String, direction: Direction, step: StepFn) -> Self {
        self.steps.insert((migration, direction), step);
        self
    }

    /// How long to wait while somebody else runs migrations; 60 s when nothing is said.
    ///
    /// ```
    /// # fn with(migrator: manybase_migrate::Migrator) -> manybase_migrate::Migrator {
    /// migrator.lock_timeout(std::time::Duration::from_secs(5))
    /// # }
    /// ```
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.lock_timeout = limit;
        self
    }

    /// Who the history says it was, instead of the user of the operating system.
    ///
    /// ```
    /// # fn with(migrator: manybase_migrate::Migrator) -> manybase_migrate::Migrator {
    /// migrator.who("deployment 17")
    /// # }
    /// ```
    pub fn who(mut self, who: impl Into<String>) -> Self {
        self.who = who.into();
        self
    }

    /// Is told what happens while it happens.
    ///
    /// ```
    /// # fn with(migrator: manybase_migrate::Migrator) -> manybase_migrate::Migrator {
    /// migrator.on_event(|event| println!("{event}"))
    /// # }
    /// ```
    pub fn on_event(mut self, listener: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// The same migrations of one connection, on another database, told to nobody.
    pub(crate) fn alone_on(&self, db: &Db, connection: &Arc<str>) -> Self {
        Self {
            db: db.clone(),
            only: vec![connection.clone()],
            listener: None,
            alone: true,
            ..self.clone()
        }
    }

    /// Other migrations in the place of these.
    pub(crate) fn with_set(self, set: Set) -> Self {
        Self {
            set: Arc::new(set),
            ..self
        }
    }

    /// Whether what is required of other connections is left out of account: in a scratch database they are not there.
    pub(crate) fn is_alone(&self) -> bool {
        self.alone
    }

    /// The migrations.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let migrator = manybase_migrate::Migrator::new(&db, manybase_migrate::Set::default());
    /// assert!(migrator.set().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn set(&self) -> &Set {
        &self.set
    }

    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) fn tell(&self, event: &Event<'_>) {
        if let Some(listener) = &self.listener {
            listener(event);
        }
    }

    /// The lines that this is about, those of connections that are not known being an error.
    pub(crate) fn lines(&self) -> Result<Vec<&Line>> {
        for name in &self.only {
            self.db.connection(name)?;
        }
        let lines = self.set.lines().filter(|line| {
            let chosen = self.only.is_empty() || self.only.contains(line.connection());
            chosen && !line.migrations().is_empty()
        });
        lines
            .map(|line| self.db.connection(line.connection()).map(|_| line))
            .collect()
    }

    /// Writes `migrations.sum` of each chosen connection for the files as they are. The lines that have changed.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// let migrator = manybase_migrate::Migrator::new(&db, manybase_migrate::Set::read("migrations")?);
    /// assert!(migrator.seal()?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A set that was not read from a directory; a file that can't be written.
    pub fn seal(&self) -> Result<Vec<Arc<str>>> {
        let Some(directory) = self.set.directory() else {
            let error = Error::config("these migrations are in the program, and not in a directory");
            return Err(error.with_help("seal them where they are: `manybase migrate repair --seal`"));
        };
        let mut changed = Vec::new();
        for line in self.lines()? {
            if !line.is_sealed() {
                line.seal(directory)
                    .map_err(|error| error.with_connection(line.connection().clone()))?;
                changed.push(line.connection().clone());
            }
        }
        Ok(changed)
    }

    /// A target that is for one connection needs one.
    pub(crate) fn check_target(&self, target: &Target, lines: &[&Line]) -> Result<()> {
        if *target == Target::All || lines.len() < 2 {
            return Ok(());
        }
        let names: Vec<_> = lines.iter().map(|line| &**line.connection()).collect();
        Err(Error::config(format!(
            "how far to go is for one connection, and there are migrations for {}",
            names.join(", ")
        ))
        .with_help("name one with --connection"))
    }

    /// Steps in Rust that no file has a place for.
    pub(crate) fn stray(&self, line: &Line, dialect: &dyn manybase_sql::Dialect) -> Result<()> {
        for (migration, direction) in self.steps.keys() {
            let Some(found) = line.migrations().iter().find(|found| found.name() == migration) else {
                if self.set.lines().any(|line| line.find(migration).is_ok()) {
                    continue;
                }
                return Err(Problem::Unknown {
                    migration: migration.clone(),
                }
                .into());
            };
            let script = match direction {
                Direction::Up => Some(found.up(dialect)?),
                Direction::Down => found.down(dialect)?,
            };
            if !script.is_some_and(|script| script.has_step()) {
                return Err(Problem::StrayStep {
                    migration: migration.clone(),
                    direction: direction.word(),
                }
                .into());
            }
        }
        Ok(())
    }
}

/// What it is for.
impl fmt::Debug for Migrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migrator")
            .field("only", &self.only)
            .field("lock_timeout", &self.lock_timeout)
            .finish_non_exhaustive()
    }
}

/// `db.migrate(set)`.
///
/// ```
/// use manybase_migrate::{Migrate, Set};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// let set = Set::of([("main/20250101000000_a/up.sql", "CREATE TABLE a (b INTEGER)")])?;
/// assert_eq!(db.migrate(set).up().await?.count(), 1);
/// # Ok(())
/// # }
/// ```
pub trait Migrate {
    /// A [`Migrator`] for these migrations.
    fn migrate(&self, set: Set) -> Migrator;
}

impl Migrate for Db {
    fn migrate(&self, set: Set) -> Migrator {
        Migrator::new(self, set)
    }
}
