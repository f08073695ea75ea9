//! `manybase migrate baseline`

use super::options::{HowFar, Which};
use super::run;
use crate::arguments::examples;
use crate::confirm::confirm;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::output::count;
use crate::status::Status;
use clap::Args;
use manybase_migrate::{Direction, Target};
use serde::Serialize;

/// Have it on record that migrations were applied, without running them
///
/// For a database that came to its tables in another way. Refused when its history is not empty. With --write the first
/// migration is written from what the database has, so that the same can be made elsewhere; it is tried in a scratch
/// database before.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase migrate baseline --connection legacy";
    "manybase migrate baseline --connection legacy --to first_release";
    "manybase migrate baseline --connection legacy --write    a first migration from the live database"
))]
pub(crate) struct Baseline {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    far: HowFar,
    /// Write the first migration, from what the database has
    #[arg(long, conflicts_with_all = ["steps", "to"])]
    write: bool,
    /// What the migration that is written is called
    #[arg(long, value_name = "WORDS", requires = "write", default_value = "baseline")]
    name: String,
    /// Write it without what a migration can't have, such as triggers that call functions
    #[arg(long, requires = "write")]
    leave_out: bool,
    /// Only say which, or print what would be written
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

#[derive(Serialize)]
struct Written<'a> {
    connection: &'a str,
    /// The new one's name; null when nothing was written.
    migration: Option<String>,
    operations: Vec<String>,
    left_out: &'a [String],
    up: &'a str,
    down: &'a str,
}

impl Baseline {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        if self.write {
            return self.write(cx).await;
        }
        let migrator = self.which.migrator(cx).await?;
        let target = self.far.target(Target::All);
        let planned = migrator.plan(Direction::Up, &target).await?;
        if self.dry_run {
            for one in &planned {
                cx.out.line(&format!("{}: {}", one.connection, one.migration));
            }
            let names: Vec<_> = planned.iter().map(|one| &one.migration).collect();
            cx.out.document(&serde_json::json!({ "planned": names }));
            return Ok(Status::Fine);
        }
        if !self.yes && !planned.is_empty() {
            let what = count(planned.len(), "migration", "migrations");
            confirm(&format!("Have {what} down as applied, without running them?"))?;
        }
        let report = migrator.baseline(&target).await?;
        run::tell(cx, &report, Vec::new(), "there are no migrations")
    }

    /// From the database to the files, and both agree.
    async fn write(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db().await?;
        let connection = self.which.one(&db)?;
        let set = self.which.set(cx)?;
        let migrator = self.which.migrator_of(cx, set).await?;
        let progress = cx
            .out
            .progress("reading the database, and making the same in a scratch one");
        let adopted = migrator.adopt(&connection).await;
        drop(progress);
        let adopted = adopted?;
        if adopted.operations.is_empty() {
            return Err(Failure::usage(
                format!("{connection} has no tables"),
                "`manybase migrate new` or `migrate generate` writes the first migration",
            ));
        }
        if !adopted.left_out.is_empty() && !self.leave_out {
            return Err(Failure::usage(
                format!("a migration can't have: {}", adopted.left_out.join("; ")),
                "write it without them with --leave-out, and add them to the file; it names them at its top",
            ));
        }
        for one in &adopted.left_out {
            cx.out.note(&format!("{connection}: not in the migration: {one}"));
        }
        let mut document = Written {
            connection: &connection,
            migration: None,
            operations: adopted.operations.iter().map(ToString::to_string).collect(),
            left_out: &adopted.left_out,
            up: &adopted.up,
            down: &adopted.down,
        };
        if self.dry_run {
            cx.out.title("-- up");
            cx.out.line(adopted.up.trim_end());
            cx.out.title("-- down");
            cx.out.line(adopted.down.trim_end());
            cx.out.document(&document);
            return Ok(Status::Fine);
        }
        if !self.yes {
            let what = count(adopted.operations.len(), "operation", "operations");
            confirm(&format!(
                "Write a migration of {what}, and have it down as applied?"
            ))?;
        }
        let name = adopted.write(migrator.set(), &self.name)?;
        let set = self.which.set(cx)?;
        let migrator = self.which.migrator_of(cx, set).await?.only(connection.as_str());
        migrator.baseline(&Target::All).await?;
        migrator.seal()?;
        for operation in &document.operations {
            cx.out.line(operation);
        }
        cx.out.note(&format!(
            "wrote {connection}/{name} and {connection}/migrations.sum, and {connection} has it down as applied: commit them"
        ));
        document.migration = Some(name);
        cx.out.document(&document);
        Ok(Status::Fine)
    }
}
