//! One migration.

use super::{Plan, Script};
use crate::Problem;
use manybase_db::Result;
use manybase_sql::Dialect;
use manybase_sql::upkeep::Upkeep;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// One migration: its files, and what they say.
///
/// ```
/// use manybase_migrate::Set;
/// let set = Set::of([("main/20250101000000_a/up.sqlite.sql", "CREATE TABLE a (b)")])?;
/// let migration = &set.line("main").expect("there is one").migrations()[0];
/// assert_eq!(migration.slug(), "a");
/// let script = migration.up(manybase_sql::dialect::sqlite())?;
/// assert_eq!(script.statements().count(), 1);
/// # Ok::<(), manybase_db::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Migration {
    name: String,
    plan: Plan,
    /// By name, with the line ends of Unix.
    files: BTreeMap<String, String>,
}

impl Migration {
    pub(super) fn new(name: String, files: BTreeMap<String, String>) -> Result<Self> {
        let plan = match files.get("plan.json") {
            None => Plan::default(),
            Some(text) => serde_json::from_str(text).map_err(|error| Problem::File {
                migration: name.clone(),
                file: "plan.json".to_owned(),
                what: error.to_string(),
            })?,
        };
        Ok(Self { name, plan, files })
    }

    /// Its name: time and words.
    ///
    /// ```
    /// # let set = manybase_migrate::Set::of([("main/20250101000000_a/up.sql", "")])?;
    /// assert_eq!(set.line("main").unwrap().migrations()[0].name(), "20250101000000_a");
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The words of its name.
    ///
    /// ```
    /// # let set = manybase_migrate::Set::of([("main/20250101000000_add_city/up.sql", "")])?;
    /// assert_eq!(set.line("main").unwrap().migrations()[0].slug(), "add_city");
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn slug(&self) -> &str {
        self.name.split_once('_').map_or("", |(_, slug)| slug)
    }

    /// What `plan.json` says.
    ///
    /// ```
    /// # let set = manybase_migrate::Set::of([("main/20250101000000_a/up.sql", "")])?;
    /// assert_eq!(set.line("main").unwrap().migrations()[0].plan().parents, None);
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What it runs on a database.
    ///
    /// ```
    /// use manybase_sql::dialect;
    /// # let set = manybase_migrate::Set::of([("main/20250101000000_a/up.postgres.sql", "SELECT 1")])?;
    /// let migration = &set.line("main").unwrap().migrations()[0];
    /// assert!(migration.up(dialect::postgres()).is_ok() && migration.up(dialect::sqlite()).is_err());
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Problem::NoFile`], [`Problem::File`].
    pub fn up(&self, dialect: &dyn Dialect) -> Result<Script> {
        match self.text("up", dialect) {
            Some((file, text)) => Script::read(&self.name, file, text, dialect),
            None => Err(Problem::NoFile {
                migration: self.name.clone(),
                file: file_for("up", dialect),
            }
            .into()),
        }
    }

    /// What takes it back on a database; `None` where nothing does.
    ///
    /// ```
    /// use manybase_sql::dialect;
    /// # let set = manybase_migrate::Set::of([("main/20250101000000_a/up.sql", "SELECT 1")])?;
    /// assert_eq!(set.line("main").unwrap().migrations()[0].down(dialect::sqlite())?, None);
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Problem::File`].
    pub fn down(&self, dialect: &dyn Dialect) -> Result<Option<Script>> {
        let Some((file, text)) = self.text("down", dialect) else {
            return Ok(None);
        };
        let script = Script::read(&self.name, file, text, dialect)?;
        Ok((!script.irreversible).then_some(script))
    }

    /// Its files, by name.
    /// The file that is applied on a database of this dialect, if there is one.
    ///
    /// ```
    /// use manybase_migrate::Set;
    /// let set = Set::of([("main/20250101000000_a/up.postgres.sql", "SELECT 1")])?;
    /// let migration = &set.line("main").unwrap().migrations()[0];
    /// assert_eq!(migration.up_file(manybase_sql::dialect::postgres()), Some("up.postgres.sql"));
    /// assert_eq!(migration.up_file(manybase_sql::dialect::sqlite()), None);
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn up_file(&self, dialect: &dyn Dialect) -> Option<&str> {
        self.text("up", dialect).map(|(file, _)| file)
    }

    pub(crate) fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// What the history keeps: of the statements for this database, up and down.
    pub(crate) fn checksum(&self, dialect: &dyn Dialect) -> String {
        let text = |direction| self.text(direction, dialect).map_or("", |(_, text)| text);
        hash([text("up"), text("down")])
    }

    /// Of all its files.
    pub(super) fn digest(&self) -> String {
        hash(
            self.files
                .iter()
                .flat_map(|(file, text)| [file.as_str(), text.as_str()]),
        )
    }

    fn text(&self, direction: &str, dialect: &dyn Dialect) -> Option<(&str, &str)> {
        let named = files_of(dialect)
            .iter()
            .map(|name| format!("{direction}.{name}.sql"));
        named
            .chain([format!("{direction}.sql")])
            .find_map(|file| self.files.get_key_value(&file))
            .map(|(file, text)| (file.as_str(), text.as_str()))
    }
}

fn files_of(dialect: &dyn Dialect) -> &'static [&'static str] {
    dialect.catalog().map_or(&[], |catalog| catalog.upkeep().files)
}

/// What is known of changing this database.
pub(crate) fn upkeep(dialect: &dyn Dialect) -> &'static Upkeep {
    dialect
        .catalog()
        .map_or(&Upkeep::NONE, |catalog| catalog.upkeep())
}

/// The most fitting name.
pub(crate) fn file_for(direction: &str, dialect: &dyn Dialect) -> String {
    match files_of(dialect).first() {
        Some(name) => format!("{direction}.{name}.sql"),
        None => format!("{direction}.sql"),
    }
}

/// SHA-256 of texts, each with its length, so that no two lists have one hash.
pub(crate) fn hash<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let mut written = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a string does not fail.
        let _ = write!(written, "{byte:02x}");
    }
    written
}
