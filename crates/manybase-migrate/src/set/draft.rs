//! A new migration's files.

use super::migration::file_for;
use super::{Line, Plan, Requirement, Set};
use crate::Problem;
use chrono::{DateTime, NaiveDateTime, Utc};
use manybase_db::{Error, Result};
use manybase_sql::Dialect;

/// A migration to be written.
///
/// ```
/// use manybase_migrate::{Draft, Set};
/// let directory = tempfile::tempdir().expect("a directory");
/// let set = Set::read(directory.path())?;
/// let made = Draft::new("main", "Add city").write(&set, manybase_sql::dialect::sqlite())?;
/// assert!(made.ends_with("_add_city"));
/// let set = Set::read(directory.path())?;
/// assert_eq!(set.line("main").unwrap().migrations()[0].slug(), "add_city");
/// # Ok::<(), manybase_db::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is written until `write`"]
pub struct Draft {
    connection: String,
    words: String,
    merge: bool,
    step: bool,
    /// One file for all databases alike.
    plain: bool,
    requires: Vec<Requirement>,
    up: Option<String>,
    down: Option<String>,
    plan: Plan,
    at: DateTime<Utc>,
}

impl Draft {
    /// For a connection, with a few words that say what it does.
    ///
    /// ```
    /// let draft = manybase_migrate::Draft::new("main", "add city");
    /// # let _ = draft;
    /// ```
    pub fn new(connection: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            connection: connection.into(),
            words: words.into(),
            merge: false,
            step: false,
            plain: false,
            requires: Vec::new(),
            up: None,
            down: None,
            plan: Plan::default(),
            at: Utc::now(),
        }
    }

    /// It joins lines of work that have come together.
    ///
    /// ```
    /// let draft = manybase_migrate::Draft::new("main", "join").merge();
    /// # let _ = draft;
    /// ```
    pub fn merge(mut self) -> Self {
        self.merge = true;
        self
    }

    /// It has a step in Rust.
    ///
    /// ```
    /// let draft = manybase_migrate::Draft::new("main", "fill city").step();
    /// # let _ = draft;
    /// ```
    pub fn step(mut self) -> Self {
        self.step = true;
        self
    }

    /// Its files are for all databases alike: `up.sql` and `down.sql`.
    ///
    /// ```
    /// let draft = manybase_migrate::Draft::new("main", "add city").plain();
    /// # let _ = draft;
    /// ```
    pub fn plain(mut self) -> Self {
        self.plain = true;
        self
    }

    /// It needs a migration of another connection first.
    ///
    /// ```
    /// let draft = manybase_migrate::Draft::new("main", "add city").requires("crm/20250101000000_a".parse().unwrap());
    /// # let _ = draft;
    /// ```
    pub fn requires(mut self, requirement: Requirement) -> Self {
        self.requires.push(requirement);
        self
    }

    /// What its files have in them, instead of a place to write.
    ///
    /// ```
    /// let draft = manybase_migrate::Draft::new("main", "a").sql("CREATE TABLE a (b INTEGER);\n", "DROP TABLE a;\n");
    /// # let _ = draft;
    /// ```
    pub fn sql(mut self, up: impl Into<String>, down: impl Into<String>) -> Self {
        self.up = Some(up.into());
        self.down = Some(down.into());
        self
    }

    /// What `plan.json` says besides the parents.
    ///
    /// ```
    /// let draft = manybase_migrate::Draft::new("main", "a").plan(manybase_migrate::Plan::default());
    /// # let _ = draft;
    /// ```
    pub fn plan(mut self, plan: Plan) -> Self {
        self.plan = plan;
        self
    }

    /// Writes its directory into that of the set, behind all others, and gives its path.
    ///
    /// ```
    /// let draft = manybase_migrate::Draft::new("main", "a");
    /// // Not of a set that is in the binary:
    /// assert!(draft.write(&manybase_migrate::Set::default(), manybase_sql::dialect::sqlite()).is_err());
    /// ```
    ///
    /// # Errors
    /// Words that make no name; two heads, unless it joins them; a set that is in no directory; what goes wrong in
    /// writing.
    pub fn write(self, set: &Set, dialect: &dyn Dialect) -> Result<String> {
        let named = |error: Error| error.with_connection(self.connection.as_str());
        let Some(directory) = set.directory() else {
            return Err(Error::config(
                "these migrations are in the program, and not in a directory",
            ));
        };
        let slug = slug(&self.words);
        if slug.is_empty() || slug.len() > 100 {
            return Err(
                Error::config(format!("{:?} makes no name for a migration", self.words))
                    .with_help("say in a few words of ASCII letters what it does, such as \"add city\""),
            );
        }
        let line = set.line(&self.connection);
        let heads: Vec<String> = line
            .map(|line| line.heads().into_iter().map(str::to_owned).collect())
            .unwrap_or_default();
        match (self.merge, heads.len()) {
            (true, 0 | 1) => {
                return Err(
                    named(Error::config("there is nothing to join: there is one head"))
                        .with_help("leave --merge out"),
                );
            }
            (false, 2..) => return Err(named(Problem::Heads { heads }.into())),
            _ => {}
        }
        let name = format!("{}_{slug}", self.time(line));
        let place = directory.join(&self.connection).join(&name);
        let plan = Plan {
            parents: (!heads.is_empty()).then_some(heads),
            requires: self.requires.clone(),
            ..self.plan.clone()
        };
        let plan = serde_json::to_string_pretty(&plan)
            .map_err(|error| Error::config(format!("plan.json can't be written: {error}")))?;
        let write = |file: String, text: &str| super::line::write(&place.join(file), text);
        write("plan.json".to_owned(), &format!("{plan}\n"))?;
        let file = |direction: &str| match self.plain {
            true => format!("{direction}.sql"),
            false => file_for(direction, dialect),
        };
        write(file("up"), self.up.as_deref().unwrap_or(&self.empty(true)))?;
        write(file("down"), self.down.as_deref().unwrap_or(&self.empty(false)))?;
        Ok(name)
    }

    /// Later than all others.
    fn time(&self, line: Option<&Line>) -> String {
        const FORM: &str = "%Y%m%d%H%M%S";
        let last = line.and_then(|line| line.migrations().last());
        let last = last
            .and_then(|last| last.name().split_once('_'))
            .map(|(time, _)| time);
        let now = self.at.format(FORM).to_string();
        match last {
            Some(last) if last >= now.as_str() => {
                let next = NaiveDateTime::parse_from_str(last, FORM)
                    .ok()
                    .and_then(|last| last.checked_add_signed(chrono::TimeDelta::seconds(1)));
                next.map_or(now, |next| next.format(FORM).to_string())
            }
            _ => now,
        }
    }

    fn empty(&self, up: bool) -> String {
        let what = if up { "what it does" } else { "what takes it back" };
        let mut text = match (self.merge, up) {
            (true, _) => {
                "-- Joins the migrations that plan.json names as its parents; nothing has to be run.\n"
                    .to_owned()
            }
            (false, _) => format!("-- Write {what}, each statement with a semicolon at its end.\n"),
        };
        if self.step {
            text.push_str("-- manybase: step\n");
        }
        text
    }
}

/// Lower case, with underscores between the words.
fn slug(words: &str) -> String {
    let parts = words
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("_").to_ascii_lowercase()
}
