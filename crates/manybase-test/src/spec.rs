//! What the attribute of a test says.

use crate::migrations::Migrations;
use manybase_db::Db;
use manybase_driver::{BoxFuture, Result};
use manybase_record::{Model, ModelMeta, create_table};
use std::time::Duration;

/// What one test has of its own, so that others do not see what it does.
///
/// ```
/// use manybase_test::Isolation;
/// assert_eq!("clone".parse(), Ok(Isolation::Clone));
/// assert_eq!(Isolation::Clone.to_string(), "clone");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Isolation {
    /// What fits: for one connection `memory` on SQLite and `tx` on a server; for several `clone`.
    #[default]
    Auto,
    /// A database in memory, with one connection: SQLite.
    Memory,
    /// A file, with a writer and readers: SQLite.
    File,
    /// A transaction around the test on a database that tests share. What is a transaction in the test is a savepoint.
    Tx,
    /// A copy of the template.
    Clone,
}

/// The names in attributes and in `MANYBASE_TEST_ISOLATION`.
const NAMES: [(&str, Isolation); 5] = [
    ("auto", Isolation::Auto),
    ("memory", Isolation::Memory),
    ("file", Isolation::File),
    ("tx", Isolation::Tx),
    ("clone", Isolation::Clone),
];

impl std::str::FromStr for Isolation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(name, _)| *name == text);
        found
            .map(|(_, isolation)| *isolation)
            .ok_or_else(|| format!("{text:?} is no isolation: auto, memory, file, tx or clone"))
    }
}

impl std::fmt::Display for Isolation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let found = NAMES.iter().find(|(_, isolation)| isolation == self);
        f.write_str(found.map_or("auto", |(name, _)| name))
    }
}

/// A model of a test: what makes its table, and what is known of it.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct ModelEntry {
    pub(crate) meta: fn() -> &'static ModelMeta,
    pub(crate) create: for<'a> fn(&'a Db) -> BoxFuture<'a, Result<()>>,
    pub(crate) read: for<'a> fn(&'a Db) -> BoxFuture<'a, Result<()>>,
}

impl ModelEntry {
    /// For this model.
    #[doc(hidden)]
    pub fn of<M: Model>() -> Self {
        Self {
            meta: M::meta,
            create: |db| Box::pin(create_table::<M>(db)),
            read: |db| Box::pin(async move { M::query().all(db).await.map(drop) }),
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a test has done in its template, after the fixtures.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Setup {
    /// The function's path, for messages.
    pub name: &'static str,
    /// Calls it.
    pub run: for<'a> fn(&'a Db) -> BoxFuture<'a, Result<(), Failure>>,
}

/// What the attribute says, and where.
#[doc(hidden)]
pub struct Spec {
    /// Module and function.
    pub name: &'static str,
    /// The crate.
    pub package: &'static str,
    /// Its directory.
    pub manifest: &'static str,
    /// File and line of the test.
    pub place: (&'static str, u32),
    /// Names, and kinds or variables.
    pub connections: &'static [(&'static str, &'static str)],
    /// The default connection.
    pub default: Option<&'static str>,
    /// As it was said.
    pub isolation: Isolation,
    /// Whose tables are made.
    pub models: Vec<ModelEntry>,
    /// What makes tables in their place.
    pub migrations: Migrations,
    /// Files with SQL, and their connections; no name means the default one.
    pub schema: &'static [(&'static str, &'static str)],
    /// Files with rows.
    pub fixtures: &'static [&'static str],
    /// The rest.
    pub setup: Option<Setup>,
    /// How long it may take.
    pub timeout: Duration,
    /// Threads of the runtime; 1 is the test's own.
    pub threads: usize,
    /// It passes when it panics.
    pub should_panic: bool,
}
