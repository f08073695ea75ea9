//! What somebody should think about before migrations are applied.

use crate::lint::{Finding, Severity, lint};
use crate::replay::dialect_of;
use crate::schema::Schema;
use crate::{Migrator, Standing};
use manybase_db::Result;
use serde::Serialize;

/// What was found in one migration.
///
/// ```
/// # fn look(linted: &manybase_migrate::Linted) {
/// println!("{}: {}", linted.migration, linted.findings.len());
/// # }
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Linted {
    /// The connection.
    pub connection: String,
    /// The migration.
    pub migration: String,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Migrator {
    /// Looks at migrations that are to be applied, or with `all` at every one: at the operations of their plans, and at the
    /// statements of those that have none.
    ///
    /// ```
    /// use manybase_migrate::{Migrator, Set};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let set = Set::of([("main/20250101000000_a/up.sql", "DROP TABLE a")])?;
    /// let linted = Migrator::new(&db, set).lint(false).await?;
    /// assert_eq!(linted[0].findings[0].code, "statement-takes-away");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the databases, and of files that make no sense.
    pub async fn lint(&self, all: bool) -> Result<Vec<Linted>> {
        let mut linted = Vec::new();
        for line in self.lines()? {
            let connection = line.connection();
            let dialect = dialect_of(self.db(), connection).await?;
            let status = self.clone().only(connection.clone()).status().await?;
            let is_open = |name: &str| {
                let mut entries = status.iter().flat_map(|status| &status.migrations);
                entries.any(|entry| entry.name == name && entry.standing != Standing::Applied)
            };
            let mut before = Schema::default();
            for migration in line.migrations() {
                let operations = &migration.plan().operations;
                let mut findings = Vec::new();
                if all || is_open(migration.name()) {
                    findings = lint(operations, &before, dialect);
                    if operations.is_empty() {
                        let script = migration.up(dialect)?;
                        let takes = script
                            .statements()
                            .enumerate()
                            .filter(|(_, statement)| statement.destroys);
                        findings.extend(takes.map(|(at, statement)| Finding {
                            code: "statement-takes-away",
                            severity: Severity::Warning,
                            operation: at,
                            place: statement.text.lines().next().unwrap_or_default().to_owned(),
                            message: "it takes away tables, columns or rows".to_owned(),
                            way_out: "have nothing use them any more before, and a backup".to_owned(),
                        }));
                    }
                }
                for operation in operations {
                    // On a table that a statement has made: nothing is known of it.
                    let _ = before.apply(operation);
                }
                if !findings.is_empty() {
                    linted.push(Linted {
                        connection: connection.to_string(),
                        migration: migration.name().to_owned(),
                        findings,
                    });
                }
            }
        }
        Ok(linted)
    }
}
