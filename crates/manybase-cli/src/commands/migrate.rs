//! `manybase migrate`: the structure of databases, step by step.

mod baseline;
mod change;
mod down;
mod generate;
mod hints;
mod lint;
mod new;
mod options;
mod plan;
mod redo;
mod repair;
mod run;
mod squash;
mod status;
mod up;
mod verify;

use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::{Args, Subcommand};

/// Change the structure of databases, step by step and back
///
/// Migrations are SQL files that can be read, reviewed and run by anybody:
/// migrations/<connection>/<time>_<name>/up.<database>.sql. Each database keeps the history of its own. One runner works
/// at a time, others wait. No command ever empties a database.
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = examples!(
        "manybase migrate new \"add city\"         files to write a migration into";
        "manybase migrate generate               files for what has changed in the models";
        "manybase migrate plan                   what would be run";
        "manybase migrate up                     run it";
        "manybase migrate status                 what each database has had";
        "manybase migrate down --connection crm  take the last one back"
    )
)]
pub(crate) struct Migrate {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::New),
    Generate(generate::Generate),
    Up(up::Up),
    Down(down::Down),
    Redo(redo::Redo),
    Status(status::StatusOf),
    Plan(plan::Plan),
    Lint(lint::Lint),
    Verify(verify::Verify),
    Baseline(baseline::Baseline),
    Squash(squash::Squash),
    Repair(repair::Repair),
}

impl Migrate {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        match self.command {
            Command::New(command) => command.run(cx).await,
            Command::Generate(command) => command.run(cx).await,
            Command::Lint(command) => command.run(cx).await,
            Command::Verify(command) => command.run(cx).await,
            Command::Squash(command) => command.run(cx).await,
            Command::Up(command) => command.run(cx).await,
            Command::Down(command) => command.run(cx).await,
            Command::Redo(command) => command.run(cx).await,
            Command::Status(command) => command.run(cx).await,
            Command::Plan(command) => command.run(cx).await,
            Command::Baseline(command) => command.run(cx).await,
            Command::Repair(command) => command.run(cx).await,
        }
    }
}
