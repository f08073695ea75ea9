//! `manybase migrate generate`

use super::hints::{Answers, ask};
use super::options::Which;
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::output::Mark;
use crate::status::Status;
use clap::Args;
use manybase_db::{Error, Executor, Route};
use manybase_migrate::Generated;
use manybase_migrate::diff::DiffError;
use manybase_migrate::schema::Schema;
use serde::Serialize;

/// Write the migration that makes the tables what the models say
///
/// The migrations are replayed in a scratch database, and the models compared with what comes of it; the live database is
/// compared too, and a difference is told. What may be a rename is asked, or refused where nobody can be asked. It needs
/// the models: run it with the small program of your project that has them.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "cargo run --bin db -- migrate generate \"add city\"";
    "cargo run --bin db -- migrate generate --dry-run";
    "cargo run --bin db -- migrate generate --check    for CI: ends with 1 when something is to be written";
    "cargo run --bin db -- migrate generate --rename-column person.age:years";
    "cargo run --bin db -- migrate generate --fill staff.grade=0    for rows that are there";
    "cargo run --bin db -- migrate generate --cast staff.code='code::integer'"
))]
pub(crate) struct Generate {
    /// What it does, in a few words [default: its first operation]
    #[arg(value_name = "WORDS")]
    words: Option<String>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    answers: Answers,
    /// Print the statements, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write nothing, and end with 1 when there is something to write
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    connection: &'a str,
    /// The new one's name; null when there is none.
    migration: Option<String>,
    operations: Vec<String>,
    findings: &'a [manybase_migrate::lint::Finding],
    drift: &'a [String],
    notes: &'a [String],
    up: &'a str,
    down: &'a str,
}

impl Generate {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let models: Vec<_> = cx.models("migrate generate")?.iter().collect();
        let db = cx.db().await?;
        let connection = self.which.one(&db)?;
        let migrator = self.which.migrator(cx).await?;
        let default = Executor::resolve(&db, Route::default())
            .map_or_else(|_| connection.clone(), |name| name.to_string());
        let hints = self
            .answers
            .hints(&Schema::of_models(&models, &connection, &default)?)?;
        let mut wanted = manybase_migrate::Generate::for_connection(connection.as_str()).hints(hints);
        let generated = loop {
            let progress = cx.out.progress("comparing models, migrations and the database");
            let found = migrator.generate(&models, &wanted).await;
            drop(progress);
            match found {
                Ok(generated) => break generated,
                Err(DiffError::Ambiguous(candidates)) => {
                    wanted.hints = ask(wanted.hints, &candidates, cx.out.is_json())?;
                }
                Err(error) => return Err(Failure::from(Error::from(error))),
            }
        };
        let migration = match generated.operations.is_empty() || self.dry_run || self.check {
            true => None,
            false => Some(generated.write(migrator.set(), &self.words(&generated))?),
        };
        self.print(cx, &generated, migration.as_deref());
        let open = self.check && !generated.operations.is_empty();
        cx.out.document(&Document {
            connection: &connection,
            migration,
            operations: generated.operations.iter().map(ToString::to_string).collect(),
            findings: &generated.findings,
            drift: &generated.drift,
            notes: &generated.notes,
            up: &generated.up,
            down: &generated.down,
        });
        Ok(Status::act_if(open))
    }

    fn words(&self, generated: &Generated) -> String {
        let first = generated.operations.first().map(ToString::to_string);
        let words = self.words.clone().or(first).unwrap_or_default();
        words.chars().take(60).collect()
    }

    fn print(&self, cx: &mut Context<'_>, generated: &Generated, migration: Option<&str>) {
        for drift in &generated.drift {
            cx.out.note(&format!(
                "{}: the database differs from its migrations: {drift}",
                generated.connection
            ));
        }
        for note in &generated.notes {
            cx.out.note(&format!("{}: {note}", generated.connection));
        }
        if generated.operations.is_empty() {
            cx.out.line(&format!(
                "{}: the migrations make what the models say",
                generated.connection
            ));
            return;
        }
        if self.dry_run {
            cx.out.title("-- up");
            cx.out.line(generated.up.trim_end());
            cx.out.title("-- down");
            cx.out.line(generated.down.trim_end());
        } else {
            for operation in &generated.operations {
                cx.out.line(&operation.to_string());
            }
        }
        for finding in &generated.findings {
            let heading = cx.out.heading(Mark::Warn, finding.code);
            cx.out
                .line(&format!("{heading}: {}: {}", finding.place, finding.message));
            cx.out.help(&finding.way_out);
        }
        if let Some(migration) = migration {
            cx.out.note(&format!(
                "wrote {}/{migration}: read it, then `manybase migrate up`",
                generated.connection
            ));
        }
    }
}
