//! What can be wrong with migrations, each with the way out.

use manybase_db::{Error, ErrorKind};
use serde::Serialize;
use std::fmt;

/// Why migrations are refused. It is the source of an error of [`ErrorKind::Migration`].
///
/// ```
/// use manybase_migrate::Problem;
/// let problem = Problem::Missing { migration: "20250101000000_customer".into() };
/// let error = manybase_db::Error::from(problem.clone());
/// assert_eq!(Problem::of(&error), Some(&problem));
/// assert!(error.help().unwrap().contains("--forget"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Problem {
    /// Its files are no longer those that `migrations.sum` was written for.
    Changed {
        /// Its name.
        migration: String,
    },
    /// It is not in `migrations.sum`, and stands before one that is.
    Inserted {
        /// Its name.
        migration: String,
        /// The first behind it that is there.
        before: String,
    },
    /// It is in `migrations.sum`, and its files are gone.
    Removed {
        /// Its name.
        migration: String,
    },
    /// It is not in `migrations.sum`, where it has to be.
    Unsealed {
        /// Its name.
        migration: String,
    },
    /// `migrations.sum` itself can't be read.
    Sum {
        /// The line, from 1.
        line: usize,
    },
    /// Two lines of work have come together, and nothing joins them.
    Heads {
        /// The last of each.
        heads: Vec<String>,
    },
    /// It names a parent that is not there, or stands behind it.
    Parent {
        /// Its name.
        migration: String,
        /// The parent.
        parent: String,
    },
    /// The database has had it with other statements.
    Edited {
        /// Its name.
        migration: String,
    },
    /// The database has had it, and its files are not here.
    Missing {
        /// Its name.
        migration: String,
    },
    /// It was begun and is not finished.
    Unfinished {
        /// Its name.
        migration: String,
        /// Whether it was being taken back.
        reverting: bool,
        /// Statements that are done.
        done: usize,
    },
    /// A statement was running when its process died, and whether it has happened can't be found out.
    Unsure {
        /// Its name.
        migration: String,
        /// Which of its statements, from 1.
        step: usize,
        /// Where it stands in the file.
        line: usize,
    },
    /// Statements that are done have been changed in the file.
    DoneEdited {
        /// Its name.
        migration: String,
        /// Which of its statements, from 1.
        step: usize,
    },
    /// It needs one on another connection first.
    Requires {
        /// Its name.
        migration: String,
        /// The other connection.
        connection: String,
        /// The migration there.
        required: String,
    },
    /// One on another connection that is applied requires it.
    Needed {
        /// Its name.
        migration: String,
        /// The other connection.
        connection: String,
        /// The migration there.
        by: String,
    },
    /// It stands for several, of which the database has had some.
    HalfSquashed {
        /// Its name.
        migration: String,
        /// One that the database has not had.
        lacking: String,
    },
    /// It has no statements for this database.
    NoFile {
        /// Its name.
        migration: String,
        /// The file that is lacking.
        file: String,
    },
    /// It can't be taken back.
    Irreversible {
        /// Its name.
        migration: String,
    },
    /// It has a step in Rust, which is not here.
    NoStep {
        /// Its name.
        migration: String,
        /// `up` or `down`.
        direction: &'static str,
    },
    /// A step in Rust is given for a migration that has no place for it.
    StrayStep {
        /// Its name.
        migration: String,
        /// `up` or `down`.
        direction: &'static str,
    },
    /// A file that makes no sense.
    File {
        /// The migration.
        migration: String,
        /// The file.
        file: String,
        /// What is wrong, and where.
        what: String,
    },
    /// There is no migration of this name.
    Unknown {
        /// The name that was given.
        migration: String,
    },
    /// Rows whose reference leads nowhere, which led somewhere before.
    ForeignKeys {
        /// Its name.
        migration: String,
        /// Tables with such rows.
        tables: Vec<String>,
    },
    /// The database has had migrations already.
    NotEmpty {
        /// How many.
        applied: usize,
    },
    /// A statement was running when its process died, and somebody else has changed the structure since.
    Meanwhile {
        /// Its name.
        migration: String,
        /// From 1.
        step: usize,
        /// Where it stands in its file.
        line: usize,
    },
    /// Rows are in the way of what is to be run.
    Refused {
        /// Its name.
        migration: String,
        /// `up` or `down`.
        direction: &'static str,
        /// Where its file says so.
        line: usize,
        /// What is in the way.
        why: String,
    },
    /// The lock was lost while migrations ran.
    LockLost,
}

impl Problem {
    /// The problem behind an error, if it is one of these.
    ///
    /// ```
    /// use manybase_db::{Error, ErrorKind};
    /// assert!(manybase_migrate::Problem::of(&Error::new(ErrorKind::Timeout, "late")).is_none());
    /// ```
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }

    /// The way out.
    ///
    /// ```
    /// use manybase_migrate::Problem;
    /// assert!(Problem::LockLost.help().contains("migrate_url"));
    /// ```
    pub fn help(&self) -> String {
        match self {
            Self::Changed { migration } => format!(
                "bring the files back as they were and write a new migration (`manybase migrate new`); if no database \
                 has had {migration} yet, `manybase migrate repair --seal` takes the files as they are"
            ),
            Self::Inserted { migration, .. } => format!(
                "give {migration} a later time by renaming its directory, or, if it came with a merge and is meant to \
                 be there, `manybase migrate repair --seal`"
            ),
            Self::Removed { .. } => {
                "bring its directory back from version control; to be rid of it for good, \
                 `manybase migrate repair --seal`"
                    .to_owned()
            }
            Self::Unsealed { .. } => {
                "`manybase migrate up` without --locked, or `manybase migrate repair --seal`, \
                 writes it into migrations.sum: commit that file too"
                    .to_owned()
            }
            Self::Sum { .. } => {
                "after a merge with conflicts, `manybase migrate repair --seal` writes it anew".to_owned()
            }
            Self::Heads { heads } => format!(
                "look whether {} get along, then join them: `manybase migrate new --merge`",
                heads.join(" and ")
            ),
            Self::Parent { .. } => {
                "correct `parents` in its plan.json, or bring the parent's directory back".to_owned()
            }
            Self::Edited { migration } => format!(
                "bring the files back as they were and write a new migration; if the change is of no consequence, \
                 `manybase migrate repair --accept {migration}`"
            ),
            Self::Missing { migration } => format!(
                "bring its directory back from version control, or use the version of the program that has it; if it \
                 is gone for good, `manybase migrate repair --forget {migration}`"
            ),
            Self::Unfinished { reverting: false, .. } => {
                "`manybase migrate up` goes on where it stopped".to_owned()
            }
            Self::Unfinished { reverting: true, .. } => {
                "`manybase migrate down` goes on where it stopped".to_owned()
            }
            Self::Unsure { .. } | Self::Meanwhile { .. } => {
                "look at the database; then `manybase migrate repair --step done` if the statement \
                 has happened, or `manybase migrate repair --step again` to have it run again"
                    .to_owned()
            }
            Self::DoneEdited { .. } => {
                "bring those statements back as they were; the ones behind them may be changed".to_owned()
            }
            Self::Requires { connection, .. } => {
                format!(
                    "`manybase migrate up --connection {connection}` first, or run `up` for both together"
                )
            }
            Self::Needed { connection, .. } => {
                format!("`manybase migrate down --connection {connection}` first")
            }
            Self::HalfSquashed { .. } => {
                "apply the rest with the files as they were before the squash, then run this again".to_owned()
            }
            Self::NoFile { file, .. } => format!("write {file}, or up.sql for all databases alike"),
            Self::Irreversible { .. } => {
                "write its down file, or restore a backup; going forward with a new migration is often better"
                    .to_owned()
            }
            Self::NoStep { migration, direction } => format!(
                "run the migrations with the program that has it: `.step{}(\"{migration}\", async |tx| …)`",
                if *direction == "up" { "" } else { "_down" }
            ),
            Self::StrayStep { .. } => {
                "write the line `-- manybase: step` into its file, where the step is to run".to_owned()
            }
            Self::File { .. } => "correct the file".to_owned(),
            Self::Unknown { .. } => {
                "`manybase migrate status` lists them; a part of the name is enough".to_owned()
            }
            Self::ForeignKeys { .. } => {
                "nothing was changed; look at the statements that copy rows or remove tables".to_owned()
            }
            Self::NotEmpty { .. } => {
                "a baseline is for a database without migrations; `manybase migrate status` shows what it has"
                    .to_owned()
            }
            Self::Refused { direction, line, .. } => format!(
                "nothing was changed; see to the rows that line {line} of its {direction} file looks for, or write there \
                 what becomes of them; a new migration that goes forward is often better"
            ),
            Self::LockLost => {
                "nothing more was run; a pooler that hands sessions around loses locks: give the \
                 connection a `migrate_url` that goes past it, then run this again"
                    .to_owned()
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { migration } => {
                write!(f, "{migration} has been changed since migrations.sum was written")
            }
            Self::Inserted { migration, before } => write!(
                f,
                "{migration} is not in migrations.sum, and stands before {before}, which is"
            ),
            Self::Removed { migration } => {
                write!(f, "{migration} is in migrations.sum, and its files are gone")
            }
            Self::Unsealed { migration } => write!(f, "{migration} is not in migrations.sum"),
            Self::Sum { line } => write!(f, "migrations.sum can't be read: line {line}"),
            Self::Heads { heads } => write!(f, "there are {} heads: {}", heads.len(), heads.join(", ")),
            Self::Parent { migration, parent } => {
                write!(
                    f,
                    "{migration} names {parent} as its parent, which does not stand before it"
                )
            }
            Self::Edited { migration } => {
                write!(
                    f,
                    "the database has had {migration} with other statements than its files have now"
                )
            }
            Self::Missing { migration } => {
                write!(f, "the database has had {migration}, whose files are not here")
            }
            Self::Unfinished {
                migration,
                reverting,
                done,
            } => write!(
                f,
                "{migration} {}, and {done} of its statements are done",
                if *reverting {
                    "was being taken back"
                } else {
                    "was begun"
                }
            ),
            Self::Unsure {
                migration,
                step,
                line,
            } => write!(
                f,
                "statement {step} of {migration} (line {line}) was running when its process died, and nothing tells \
                 whether it has happened"
            ),
            Self::Meanwhile {
                migration,
                step,
                line,
            } => write!(
                f,
                "statement {step} of {migration} (line {line}) was running when its process died, and the structure has \
                 changed elsewhere since, so that nothing tells whether it has happened"
            ),
            Self::DoneEdited { migration, step } => write!(
                f,
                "{migration} was begun, and statement {step}, which is done, is another one in the file now"
            ),
            Self::Requires {
                migration,
                connection,
                required,
            } => write!(
                f,
                "{migration} requires {required} on {connection:?}, which is not applied"
            ),
            Self::Needed {
                migration,
                connection,
                by,
            } => write!(
                f,
                "{migration} is required by {by} on {connection:?}, which is applied"
            ),
            Self::HalfSquashed { migration, lacking } => write!(
                f,
                "{migration} stands for several migrations, of which the database has had some and not {lacking}"
            ),
            Self::NoFile { migration, file } => write!(f, "{migration} has no {file}"),
            Self::Irreversible { migration } => {
                write!(f, "{migration} can't be taken back: it has no down file")
            }
            Self::NoStep { migration, direction } => {
                write!(
                    f,
                    "{migration} has a step in Rust for {direction}, which this program does not have"
                )
            }
            Self::StrayStep { migration, direction } => write!(
                f,
                "a step in Rust is given for {migration}, whose {direction} file has no place for it"
            ),
            Self::File {
                migration,
                file,
                what,
            } => write!(f, "{migration}/{file}: {what}"),
            Self::Unknown { migration } => write!(f, "there is no migration {migration:?}"),
            Self::ForeignKeys { migration, tables } => write!(
                f,
                "{migration} would leave rows whose reference leads nowhere, in {}",
                tables.join(", ")
            ),
            Self::NotEmpty { applied } => write!(f, "the database has had {applied} migrations already"),
            Self::Refused {
                migration,
                direction,
                why,
                ..
            } => {
                write!(
                    f,
                    "{migration} {direction} is refused because of rows that are there: {why}"
                )
            }
            Self::LockLost => f.write_str("the lock of migrations was lost while they ran"),
        }
    }
}

impl std::error::Error for Problem {}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::new(ErrorKind::Migration, problem.to_string())
            .with_help(problem.help())
            .with_source(problem)
    }
}
