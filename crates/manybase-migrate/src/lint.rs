//! What a plan would do that somebody should think about first.

mod columns;
mod tables;

pub(crate) use columns::is_volatile;

use crate::operation::{Operation, invert};
use crate::schema::{ObjectName, Schema};
use manybase_sql::Dialect;
use manybase_sql::ddl::{Alter, DdlStyle};
use serde::Serialize;
use std::collections::BTreeSet;

/// How bad it may be.
///
/// ```
/// use manybase_migrate::lint::Severity;
/// assert!(Severity::Error > Severity::Warning);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// It may go wrong, or keep others waiting.
    Warning,
    /// Something is lost, or it fails where there are rows.
    Error,
}

/// One thing that was found.
///
/// ```
/// use manybase_migrate::{lint::lint, operation::Operation, schema::{Schema, Table}};
/// let before = Schema::of_tables([Table::new("person").auto_key("id")]);
/// let found = lint(&[Operation::DropTable { table: "person".into() }], &before, manybase_sql::dialect::postgres());
/// assert_eq!(found[0].code, "drop-table");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// By which it can be let pass: one of [`CODES`].
    pub code: &'static str,
    /// How bad it may be.
    pub severity: Severity,
    /// The operation's place in the plan, from 0.
    pub operation: usize,
    /// What it is about.
    pub place: String,
    /// What may happen.
    pub message: String,
    /// What to do instead.
    pub way_out: String,
}

/// All codes, with what they are for.
///
/// ```
/// assert!(manybase_migrate::lint::CODES.iter().any(|(code, _)| *code == "drop-table"));
/// ```
pub const CODES: &[(&str, &str)] = &[
    ("drop-table", "a table goes with its rows"),
    ("drop-column", "a column goes with its values"),
    ("narrowing", "values may not fit the new type"),
    ("type-change", "all rows are written again while others wait"),
    (
        "not-null-without-default",
        "rows that are there have nothing to put in",
    ),
    ("not-null-on-rows", "rows may have NULL"),
    ("volatile-default", "all rows are written while others wait"),
    ("rename", "programs that run know the old name"),
    ("unique-on-rows", "rows may have the same values"),
    ("check-on-rows", "rows may not keep to the check"),
    ("index-locks", "nobody writes while an index is made"),
    ("foreign-key-locks", "nobody writes while rows are looked at"),
    ("primary-key", "the table is written again while others wait"),
    ("table-anew", "a table is copied"),
    ("not-atomic", "a failure half way leaves what was done"),
    ("no-lock-timeout", "who waits for a lock makes all others wait"),
    ("no-way-back", "nothing undoes it"),
    ("way-back-refused", "it can't be taken back while there are rows"),
];

/// What the linter is told besides the plan.
///
/// ```
/// use manybase_migrate::lint::Settings;
/// let settings = Settings::default().allow("rename").lock_timeout();
/// assert!(settings.allowed.contains("rename"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Codes that are let pass.
    pub allowed: BTreeSet<String>,
    /// Whether the migration waits for locks for a bounded time.
    pub has_lock_timeout: bool,
}

impl Settings {
    /// Lets a code pass.
    ///
    /// ```
    /// assert_eq!(manybase_migrate::lint::Settings::default().allow("rename").allowed.len(), 1);
    /// ```
    #[must_use]
    pub fn allow(mut self, code: impl Into<String>) -> Self {
        self.allowed.insert(code.into());
        self
    }

    /// The migration waits for locks for a bounded time.
    ///
    /// ```
    /// assert!(manybase_migrate::lint::Settings::default().lock_timeout().has_lock_timeout);
    /// ```
    #[must_use]
    pub fn lock_timeout(mut self) -> Self {
        self.has_lock_timeout = true;
        self
    }
}

/// What a plan would do to a database that looks like `before`, with a bounded wait for locks.
///
/// ```
/// use manybase_migrate::{lint::lint, schema::Schema};
/// assert!(lint(&[], &Schema::default(), manybase_sql::dialect::sqlite()).is_empty());
/// ```
pub fn lint(operations: &[Operation], before: &Schema, dialect: &dyn Dialect) -> Vec<Finding> {
    lint_with(operations, before, dialect, &Settings::default().lock_timeout())
}

/// As [`lint`], with settings.
///
/// ```
/// use manybase_migrate::{lint::{lint_with, Settings}, operation::Operation, schema::{Schema, Table}};
/// let before = Schema::of_tables([Table::new("person").auto_key("id")]);
/// let drop = [Operation::DropTable { table: "person".into() }];
/// let settings = Settings::default().allow("drop-table").lock_timeout();
/// assert!(lint_with(&drop, &before, manybase_sql::dialect::postgres(), &settings).is_empty());
/// ```
pub fn lint_with(
    operations: &[Operation],
    before: &Schema,
    dialect: &dyn Dialect,
    settings: &Settings,
) -> Vec<Finding> {
    let Some(ddl) = dialect.ddl() else {
        return Vec::new();
    };
    let mut linter = Linter {
        style: ddl.style(),
        before,
        state: before.clone(),
        made: BTreeSet::new(),
        found: Vec::new(),
        at: 0,
    };
    for (at, operation) in operations.iter().enumerate() {
        linter.at = at;
        if let Operation::CreateTable { table } = operation {
            linter.made.insert(table.name.clone());
        }
        linter.tables(operation);
        linter.columns(operation, dialect);
        if linter.state.apply(operation).is_err() {
            // The plan does not fit; rendering says so.
            break;
        }
    }
    linter.plan(operations, dialect, settings);
    linter
        .found
        .retain(|finding| !settings.allowed.contains(finding.code));
    linter.found
}

struct Linter<'l> {
    style: &'l DdlStyle,
    before: &'l Schema,
    /// As it is when an operation's turn comes.
    state: Schema,
    /// Tables of the plan's own.
    made: BTreeSet<ObjectName>,
    found: Vec<Finding>,
    at: usize,
}

impl Linter<'_> {
    fn say(
        &mut self,
        code: &'static str,
        severity: Severity,
        place: impl ToString,
        message: &str,
        way_out: &str,
    ) {
        self.found.push(Finding {
            code,
            severity,
            operation: self.at,
            place: place.to_string(),
            message: message.to_owned(),
            way_out: way_out.to_owned(),
        });
    }

    /// Whether there may be rows: the plan has not made the table itself.
    fn has_rows(&self, table: &ObjectName) -> bool {
        self.state.table(table).is_some() && !self.made.contains(table)
    }

    /// What the way back will not be able to do.
    fn way_back(&mut self, operations: &[Operation], dialect: &dyn Dialect) {
        let Ok(back) = invert(operations, self.before) else {
            return;
        };
        let back: Vec<Operation> = back.into_iter().map(|inverse| inverse.operation).collect();
        let refusals = crate::ddl::refusals(&back, &self.state, dialect).unwrap_or_default();
        for refusal in refusals.into_iter().filter(|refusal| refusal.lost) {
            self.say(
                "way-back-refused",
                Severity::Warning,
                refusal.why,
                "nothing is changed then: the way back is refused as long as there are such rows",
                "keep what it takes away until nobody will want it back, or write in the down file where its values come \
                 from",
            );
        }
    }

    /// What is wrong with the plan as a whole.
    fn plan(&mut self, operations: &[Operation], dialect: &dyn Dialect, settings: &Settings) {
        let changes = |operation: &&Operation| {
            let old = |table: &ObjectName| self.before.table(table).is_some();
            !matches!(operation, Operation::CreateTable { .. }) && operation.table().is_some_and(old)
        };
        let first = operations.iter().position(|operation| changes(&operation));
        let Some(first) = first else { return };
        self.at = first;
        let place = operations[first].to_string();
        if self.style.alter != Alter::Anew && !settings.has_lock_timeout {
            self.say(
                "no-lock-timeout",
                Severity::Warning,
                &place,
                "while it waits for its lock, everybody else who comes to the table waits behind it",
                "set a lock timeout for migrations, and try again when it strikes",
            );
        }
        self.way_back(operations, dialect);
        self.at = first;
        let Ok(script) = crate::ddl::render(operations, self.before, dialect) else {
            return;
        };
        if script.steps.iter().any(|step| !step.transactional) && script.steps.len() > 1 {
            self.say(
                "not-atomic",
                Severity::Info,
                &place,
                "each of its statements is committed by itself: after a failure it goes on at the one that failed",
                "make migrations small",
            );
        }
        if script.foreign_keys_off && self.style.alter == Alter::Anew {
            self.say(
                "table-anew",
                Severity::Info,
                &place,
                "a table is made anew and its rows are copied; nobody writes to the database meanwhile",
                "nothing, unless the table is very large",
            );
        }
    }
}
