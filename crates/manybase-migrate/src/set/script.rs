//! What one file of a migration runs, step by step.

mod work;

pub use work::Work;

use super::hash;
use crate::Problem;
use manybase_db::Result;
use manybase_sql::{Dialect, raw};

/// What one file of a migration says: directives in comments, statements, and the place of a step in Rust.
///
/// ```
/// use manybase_migrate::Set;
/// let sql = "-- manybase: no-transaction\nCREATE INDEX CONCURRENTLY a ON b (c);\n-- manybase: step\n";
/// let set = Set::of([("main/20250101000000_a/up.postgres.sql", sql)])?;
/// let script = set.line("main").unwrap().migrations()[0].up(manybase_sql::dialect::postgres())?;
/// assert!(!script.transaction && script.has_step());
/// # Ok::<(), manybase_db::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Script {
    /// It may run in one transaction, where the database can: there is no `-- manybase: no-transaction`.
    pub transaction: bool,
    /// Foreign keys are not checked meanwhile, but at the end: `-- manybase: foreign-keys-off`.
    pub foreign_keys_off: bool,
    /// `-- manybase: irreversible`, in a down file.
    pub irreversible: bool,
    /// Tables that are meant to have fewer rows afterwards: `-- manybase: loses-rows TABLE, …`.
    pub loses_rows: Vec<String>,
    pub(crate) steps: Vec<Place>,
}

/// A step and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    /// In the file, from 1.
    pub(crate) line: usize,
    pub(crate) hash: String,
    /// Conditions under which it does not begin.
    pub(crate) refusals: Vec<Guard>,
    pub(crate) body: StepBody,
}

/// `-- manybase: refuse-if <condition> -- <why>`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Guard {
    pub(crate) line: usize,
    pub(crate) condition: String,
    pub(crate) why: String,
}

impl Guard {
    fn read(line: usize, text: &str) -> Option<Self> {
        let (condition, why) = text.rsplit_once(" -- ").unwrap_or((text, ""));
        let (condition, why) = (condition.trim(), why.trim());
        (!condition.is_empty()).then(|| Self {
            line,
            condition: condition.to_owned(),
            why: if why.is_empty() { condition } else { why }.to_owned(),
        })
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StepBody {
    Sql(Statement),
    /// The step in Rust.
    Rust,
}

/// One statement.
///
/// ```
/// use manybase_migrate::{Set, Work};
/// let set = Set::of([("main/20250101000000_a/up.sql", "DROP TABLE a")])?;
/// let script = set.line("main").unwrap().migrations()[0].up(manybase_sql::dialect::sqlite())?;
/// let statement = script.statements().next().expect("it has one");
/// assert!(statement.destroys && matches!(statement.work, Work::Structure { .. }));
/// # Ok::<(), manybase_db::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Statement {
    /// Its text.
    pub text: String,
    /// What kind of work it is.
    pub work: Work,
    /// It takes away tables, columns or rows.
    pub destroys: bool,
}

impl Statement {
    /// The objects whose rows of the catalog it may change, in lower case; `None` where nobody can tell.
    pub(crate) fn about(&self) -> Option<Vec<String>> {
        work::about(&self.text)
    }
}

const DIRECTIVES: &str =
    "there are: no-transaction, foreign-keys-off, irreversible, loses-rows TABLE, refuse-if, step";

impl Script {
    pub(super) fn read(migration: &str, file: &str, text: &str, dialect: &dyn Dialect) -> Result<Self> {
        let wrong = |what: String| Problem::File {
            migration: migration.to_owned(),
            file: file.to_owned(),
            what,
        };
        let pieces = raw::split(text, dialect).map_err(|error| wrong(error.to_string()))?;
        let mut script = Self {
            transaction: true,
            foreign_keys_off: false,
            irreversible: false,
            loses_rows: Vec::new(),
            steps: Vec::new(),
        };
        let mut refusals = Vec::new();
        for piece in pieces {
            for note in &piece.notes {
                match directive(note) {
                    None => {}
                    Some("no-transaction") => script.transaction = false,
                    Some("foreign-keys-off") => script.foreign_keys_off = true,
                    Some("irreversible") => script.irreversible = true,
                    Some("step") if script.has_step() => {
                        return Err(
                            wrong("a second `-- manybase: step`: a migration has one".to_owned()).into(),
                        );
                    }
                    Some("step") => script.steps.push(Place {
                        line: piece.line,
                        hash: hash(["step in Rust"]),
                        refusals: std::mem::take(&mut refusals),
                        body: StepBody::Rust,
                    }),
                    Some(other) if other.split_whitespace().next() == Some("refuse-if") => {
                        let guard = Guard::read(piece.line, other.trim_start_matches("refuse-if"));
                        refusals.push(guard.ok_or_else(|| {
                            wrong(format!("line {}: `refuse-if` needs a condition", piece.line))
                        })?);
                    }
                    Some(other) => match tables_of(other) {
                        Some(tables) => script.loses_rows.extend(tables),
                        None => {
                            let what =
                                format!("line {}: unknown directive {other:?}; {DIRECTIVES}", piece.line);
                            return Err(wrong(what).into());
                        }
                    },
                }
            }
            if piece.text.is_empty() {
                continue;
            }
            let work = Work::of(&piece);
            if work == Work::Transaction {
                let what = format!(
                    "line {}: a migration begins and ends its transaction by itself; leave {} out, and write \
                     `-- manybase: no-transaction` where there must be none",
                    piece.line, piece.words[0]
                );
                return Err(wrong(what).into());
            }
            script.steps.push(Place {
                line: piece.line,
                hash: hash([piece.text]),
                refusals: std::mem::take(&mut refusals),
                body: StepBody::Sql(Statement {
                    destroys: work::destroys(&piece),
                    text: piece.text.to_owned(),
                    work,
                }),
            });
        }
        if let Some(guard) = refusals.first() {
            let what = format!(
                "line {}: `refuse-if` stands before the statement that it keeps from running, and there is none",
                guard.line
            );
            return Err(wrong(what).into());
        }
        script.forgive_rebuilds();
        Ok(script)
    }

    /// The statements, in order.
    ///
    /// ```
    /// # let set = manybase_migrate::Set::of([("main/20250101000000_a/up.sql", "SELECT 1; SELECT 2")])?;
    /// # let script = set.line("main").unwrap().migrations()[0].up(manybase_sql::dialect::sqlite())?;
    /// assert_eq!(script.statements().count(), 2);
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.steps.iter().filter_map(|step| match &step.body {
            StepBody::Sql(statement) => Some(statement),
            StepBody::Rust => None,
        })
    }

    /// Whether a step in Rust has its place here.
    ///
    /// ```
    /// # let set = manybase_migrate::Set::of([("main/20250101000000_a/up.sql", "SELECT 1")])?;
    /// # let script = set.line("main").unwrap().migrations()[0].up(manybase_sql::dialect::sqlite())?;
    /// assert!(!script.has_step());
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn has_step(&self) -> bool {
        self.steps.iter().any(|step| step.body == StepBody::Rust)
    }

    /// A table that is dropped so that its successor gets its name loses nothing.
    fn forgive_rebuilds(&mut self) {
        let renamed: Vec<String> = self
            .statements()
            .filter_map(|statement| work::renamed_to(&statement.text))
            .collect();
        for step in &mut self.steps {
            if let StepBody::Sql(statement) = &mut step.body
                && let Some(dropped) = work::dropped(&statement.text)
                && renamed.contains(&dropped)
            {
                statement.destroys = false;
            }
        }
    }
}

/// The tables of `loses-rows a, b`; at least one.
fn tables_of(directive: &str) -> Option<impl Iterator<Item = String>> {
    let tables = directive.strip_prefix("loses-rows ")?.trim();
    let names = tables.split(',').map(|name| name.trim().to_owned());
    (!tables.is_empty()).then_some(names)
}

/// What a comment tells this tool.
fn directive(note: &str) -> Option<&str> {
    note.trim_start_matches("--")
        .trim_start()
        .strip_prefix("manybase:")
        .map(str::trim)
}
