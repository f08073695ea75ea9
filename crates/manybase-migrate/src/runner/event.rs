//! What happens while it happens.

use super::Direction;
use std::fmt;
use std::time::Duration;

/// Something that a [`crate::Migrator`] has to say.
///
/// ```
/// let event = manybase_migrate::Event::Waiting { connection: "erp" };
/// assert_eq!(event.to_string(), "erp: somebody else runs migrations; waiting");
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'e> {
    /// Somebody else runs migrations on this connection, and is waited for.
    Waiting {
        /// The connection.
        connection: &'e str,
    },
    /// A migration begins, or goes on.
    Begin {
        /// The connection.
        connection: &'e str,
        /// The migration.
        migration: &'e str,
        /// Which way.
        direction: Direction,
        /// How many steps it has.
        steps: usize,
    },
    /// A step of it begins.
    Step {
        /// The connection.
        connection: &'e str,
        /// The migration.
        migration: &'e str,
        /// Which step, from 1.
        step: usize,
        /// How many there are.
        steps: usize,
        /// The statement, or nothing for a step in Rust.
        sql: Option<&'e str>,
    },
    /// A step was found to have happened before its process died, or not to have.
    Found {
        /// The connection.
        connection: &'e str,
        /// The migration.
        migration: &'e str,
        /// Which step, from 1.
        step: usize,
        /// Whether it has happened.
        happened: bool,
    },
    /// `verify` begins to look at something.
    Checking {
        /// The connection.
        connection: &'e str,
        /// What it looks at.
        what: &'e str,
    },
    /// A migration is finished.
    Done {
        /// The connection.
        connection: &'e str,
        /// The migration.
        migration: &'e str,
        /// Which way.
        direction: Direction,
        /// How long it took.
        took: Duration,
    },
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { connection } => write!(f, "{connection}: somebody else runs migrations; waiting"),
            Self::Begin {
                connection,
                migration,
                direction,
                steps,
            } => write!(
                f,
                "{connection}: {migration} {} ({steps} steps)",
                direction.word()
            ),
            Self::Step {
                connection,
                migration,
                step,
                steps,
                ..
            } => write!(f, "{connection}: {migration}: step {step} of {steps}"),
            Self::Found {
                connection,
                migration,
                step,
                happened,
            } => write!(
                f,
                "{connection}: {migration}: step {step} {} when its process died",
                if *happened {
                    "had happened"
                } else {
                    "had not happened"
                }
            ),
            Self::Checking { connection, what } => write!(f, "{connection}: {what}"),
            Self::Done {
                connection,
                migration,
                took,
                ..
            } => write!(f, "{connection}: {migration} done in {took:.1?}"),
        }
    }
}
