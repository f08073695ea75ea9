//! The migrations of one connection, in order.

use super::read::{Files, SUM};
use super::{Migration, hash, sum};
use crate::Problem;
use manybase_db::{Error, Result};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// The migrations of one connection, in the order in which they are applied.
///
/// ```
/// use manybase_migrate::Set;
/// let set = Set::of([
///     ("main/20250102000000_b/up.sql", "SELECT 2"),
///     ("main/20250101000000_a/up.sql", "SELECT 1"),
/// ])?;
/// let line = set.line("main").expect("it has some");
/// let names: Vec<_> = line.migrations().iter().map(|migration| migration.slug()).collect();
/// assert_eq!(names, ["a", "b"]);
/// # Ok::<(), manybase_db::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Line {
    connection: Arc<str>,
    migrations: Vec<Migration>,
    sum: Option<String>,
}

impl Line {
    pub(super) fn new(connection: Arc<str>, files: Files) -> Result<Self> {
        let migrations = files
            .migrations
            .into_iter()
            .map(|(name, files)| Migration::new(name, files))
            .collect::<Result<Vec<_>>>()
            .map_err(|error| error.with_connection(connection.clone()))?;
        Ok(Self {
            connection,
            migrations,
            sum: files.sum,
        })
    }

    /// The connection.
    ///
    /// ```
    /// # let set = manybase_migrate::Set::of([("main/20250101000000_a/up.sql", "")])?;
    /// assert_eq!(&**set.line("main").unwrap().connection(), "main");
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn connection(&self) -> &Arc<str> {
        &self.connection
    }

    /// The migrations.
    ///
    /// ```
    /// # let set = manybase_migrate::Set::of([("main/20250101000000_a/up.sql", "")])?;
    /// assert_eq!(set.line("main").unwrap().migrations().len(), 1);
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn migrations(&self) -> &[Migration] {
        &self.migrations
    }

    /// A hash of all its files: the same where the same is run, wherever they lie.
    ///
    /// ```
    /// use manybase_migrate::Set;
    /// let digest = |sql: &str| Set::of([("main/20250101000000_a/up.sql", sql)]).map(|set| set.line("main").unwrap().digest());
    /// assert_eq!(digest("SELECT 1")?, digest("SELECT 1")?);
    /// assert_ne!(digest("SELECT 1")?, digest("SELECT 2")?);
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn digest(&self) -> String {
        let migrations = (self.migrations.iter()).flat_map(|one| [one.name().to_owned(), one.digest()]);
        let texts: Vec<String> = migrations.chain(self.sum.clone()).collect();
        hash(texts.iter().map(String::as_str))
    }

    /// The one of this name, or the only one that has it in its name.
    ///
    /// ```
    /// # let set = manybase_migrate::Set::of([("main/20250101000000_add_city/up.sql", "")])?;
    /// assert!(set.line("main").unwrap().find("city").is_ok());
    /// assert!(set.line("main").unwrap().find("street").is_err());
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Problem::Unknown`], also when several have it.
    pub fn find(&self, name: &str) -> Result<&Migration> {
        if let Some(exact) = self.migrations.iter().find(|migration| migration.name() == name) {
            return Ok(exact);
        }
        let mut like = self
            .migrations
            .iter()
            .filter(|migration| migration.name().contains(name));
        match (like.next(), like.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(Error::from(Problem::Unknown {
                migration: name.to_owned(),
            })
            .with_connection(self.connection.clone())),
        }
    }

    /// Those that no other names as its parent: one, unless lines of work have come together.
    ///
    /// ```
    /// let set = manybase_migrate::Set::of([
    ///     ("main/20250101000000_a/up.sql", ""),
    ///     ("main/20250102000000_b/up.sql", ""),
    ///     ("main/20250103000000_c/up.sql", ""),
    ///     ("main/20250103000000_c/plan.json", r#"{"parents": ["20250101000000_a"]}"#),
    /// ])?;
    /// assert_eq!(set.line("main").unwrap().heads(), ["20250102000000_b", "20250103000000_c"]);
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn heads(&self) -> Vec<&str> {
        let mut named = HashSet::new();
        // Who names one that another stands for, names that other.
        let stands_for: HashMap<&str, &str> = (self.migrations.iter())
            .flat_map(|one| one.plan().replaces.iter().map(|name| (name.as_str(), one.name())))
            .collect();
        for (at, migration) in self.migrations.iter().enumerate() {
            match &migration.plan().parents {
                Some(parents) => named.extend(
                    parents
                        .iter()
                        .map(|parent| stands_for.get(parent.as_str()).copied().unwrap_or(parent)),
                ),
                None => named.extend(at.checked_sub(1).map(|before| self.migrations[before].name())),
            }
        }
        let heads = self.migrations.iter().map(Migration::name);
        heads.filter(|name| !named.contains(name)).collect()
    }

    /// All that is wrong with the files. With `sealed`, every migration has to be in `migrations.sum`.
    ///
    /// ```
    /// # let set = manybase_migrate::Set::of([("main/20250101000000_a/up.sql", "")])?;
    /// assert_eq!(set.line("main").unwrap().problems(true).len(), 1);
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn problems(&self, sealed: bool) -> Vec<Problem> {
        let mut problems = sum::compare(self.sum.as_deref(), &self.migrations, sealed);
        let mut before = HashMap::new();
        for (at, migration) in self.migrations.iter().enumerate() {
            let replaced = migration.plan().replaces.iter().map(|name| (name.as_str(), at));
            before.extend(replaced);
            for parent in migration.plan().parents.iter().flatten() {
                if !before.contains_key(parent.as_str()) {
                    problems.push(Problem::Parent {
                        migration: migration.name().to_owned(),
                        parent: parent.clone(),
                    });
                }
            }
            before.insert(migration.name(), at);
        }
        let heads = self.heads();
        if heads.len() > 1 {
            problems.push(Problem::Heads {
                heads: heads.into_iter().map(str::to_owned).collect(),
            });
        }
        problems
    }

    /// Whether `migrations.sum` is what it would be if it were written now.
    pub(crate) fn is_sealed(&self) -> bool {
        self.sum.as_deref() == Some(sum::write(&self.migrations).as_str())
    }

    /// Writes `migrations.sum` for the files as they are.
    pub(crate) fn seal(&self, directory: &Path) -> Result<()> {
        write(
            &directory.join(&*self.connection).join(SUM),
            &sum::write(&self.migrations),
        )
    }
}

/// Writes a file so that it is there wholly or not at all.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let written = || {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        let mut aside = path.as_os_str().to_owned();
        aside.push(".new");
        std::fs::write(&aside, text)?;
        std::fs::rename(&aside, path)
    };
    written().map_err(|error| Error::config(format!("{} can't be written: {error}", path.display())))
}
