//! The migrations of a project, as files.

mod draft;
mod line;
mod migration;
mod plan;
mod read;
mod script;
mod sum;

pub use draft::Draft;
pub use line::Line;
pub use migration::Migration;
pub use plan::{Plan, Requirement};
pub use script::{Script, Statement, Work};

pub(crate) use line::write;
pub(crate) use migration::{file_for, hash, upkeep};
pub(crate) use script::{Place, StepBody};

use manybase_db::Result;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// All migrations of a project: a [`Line`] for each connection that has any.
///
/// ```
/// use manybase_migrate::Set;
/// let set = Set::of([
///     ("main/20250101000000_customer/up.sql", "CREATE TABLE customer (id INTEGER PRIMARY KEY)"),
///     ("main/20250101000000_customer/down.sql", "DROP TABLE customer"),
/// ])?;
/// assert_eq!(set.line("main").expect("it has some").migrations()[0].name(), "20250101000000_customer");
/// # Ok::<(), manybase_db::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Set {
    lines: BTreeMap<Arc<str>, Line>,
    directory: Option<PathBuf>,
    sealed: bool,
}

impl Set {
    /// Reads a directory: `<connection>/<time>_<name>/{plan.json, up.<database>.sql, down.<database>.sql}`. One that is
    /// not there has no migrations.
    ///
    /// ```
    /// let set = manybase_migrate::Set::read("no/such/directory")?;
    /// assert!(set.is_empty());
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    ///
    /// # Errors
    /// A file that can't be read, a directory whose name is no migration's, a `plan.json` that makes no sense.
    pub fn read(directory: impl AsRef<Path>) -> Result<Self> {
        let directory = directory.as_ref();
        let mut set = Self::of(read::files(directory)?)?;
        set.directory = Some(directory.to_owned());
        Ok(set)
    }

    /// From paths, as they stand below the directory, and what the files have in them.
    ///
    /// ```
    /// use manybase_migrate::Set;
    /// let odd = Set::of([("main/customer/up.sql", "")]);
    /// assert!(odd.is_err());
    /// ```
    ///
    /// # Errors
    /// As [`Set::read`].
    pub fn of<P: AsRef<str>, T: AsRef<str>>(files: impl IntoIterator<Item = (P, T)>) -> Result<Self> {
        let mut set = Self::default();
        for (connection, files) in read::sort(files)? {
            let line = Line::new(connection.clone(), files)?;
            set.lines.insert(connection, line);
        }
        Ok(set)
    }

    /// What [`include!`](crate::include) has put into the binary. Every migration has to be in `migrations.sum`.
    ///
    /// ```
    /// use manybase_migrate::Set;
    /// static FILES: &[(&str, &str)] = &[("main/20250101000000_a/up.sql", "SELECT 1")];
    /// let set = Set::embedded(FILES)?;
    /// assert!(set.check().is_err()); // nobody has sealed it
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Set::read`].
    pub fn embedded(files: &[(&str, &str)]) -> Result<Self> {
        Ok(Self::of(files.iter().copied())?.locked())
    }

    /// Refuses migrations that are not in `migrations.sum`, also new ones.
    ///
    /// ```
    /// let set = manybase_migrate::Set::of([("main/20250101000000_a/up.sql", "SELECT 1")])?;
    /// assert!(set.check().is_ok() && set.clone().locked().check().is_err());
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    #[must_use]
    pub fn locked(mut self) -> Self {
        self.sealed = true;
        self
    }

    /// Whether there are no migrations at all.
    ///
    /// ```
    /// assert!(manybase_migrate::Set::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.lines.values().all(|line| line.migrations().is_empty())
    }

    /// The migrations of each connection, by its name.
    ///
    /// ```
    /// assert_eq!(manybase_migrate::Set::default().lines().count(), 0);
    /// ```
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.values()
    }

    /// The migrations of one connection, if it has any.
    ///
    /// ```
    /// assert!(manybase_migrate::Set::default().line("main").is_none());
    /// ```
    pub fn line(&self, connection: &str) -> Option<&Line> {
        self.lines.get(connection)
    }

    /// Where it was read from, unless it is in the binary.
    ///
    /// ```
    /// let set = manybase_migrate::Set::read("migrations")?;
    /// assert_eq!(set.directory().unwrap(), std::path::Path::new("migrations"));
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// Whether the files are what `migrations.sum` says, in the right order and with one head for each connection.
    ///
    /// ```
    /// assert!(manybase_migrate::Set::default().check().is_ok());
    /// ```
    ///
    /// # Errors
    /// The first [`crate::Problem`].
    pub fn check(&self) -> Result<()> {
        match self.lines.values().find_map(|line| {
            let problem = line.problems(self.sealed).into_iter().next()?;
            Some((line.connection().clone(), problem))
        }) {
            None => Ok(()),
            Some((connection, problem)) => Err(manybase_db::Error::from(problem).with_connection(connection)),
        }
    }

    /// Where a migration's files are, unless they are in the binary.
    ///
    /// ```
    /// let set = manybase_migrate::Set::read("migrations")?;
    /// let place = set.place("main", "20250101000000_a").unwrap();
    /// assert!(place.starts_with("migrations"));
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn place(&self, connection: &str, migration: &str) -> Option<PathBuf> {
        Some(self.directory.as_deref()?.join(connection).join(migration))
    }

    pub(crate) fn is_sealed(&self) -> bool {
        self.sealed
    }
}
