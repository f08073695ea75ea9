//! `manybase tx`: transactions over several databases.

mod list;
mod recover;
mod resolve;
mod setup;
mod show;
mod view;

use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::{Args, Subcommand};

/// Look after transactions over several databases
///
/// A process that dies in the middle of a commit leaves branches in doubt: prepared, holding their locks, and waiting
/// to be told how it ends. The databases know how it ends; these commands ask them and finish the branches.
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = examples!(
        "manybase tx list                  what is in doubt";
        "manybase tx recover               finish it";
        "manybase tx recover --watch       keep at it";
        "manybase tx show mb1.4tq0c2m8k1x7e.9z3vw5b6n2d8a.17"
    )
)]
pub(crate) struct Tx {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Setup(setup::Setup),
    List(list::List),
    Show(show::Show),
    Recover(recover::Recover),
    Resolve(resolve::Resolve),
}

impl Tx {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        match self.command {
            Command::Setup(command) => command.run(cx).await,
            Command::List(command) => command.run(cx).await,
            Command::Show(command) => command.run(cx).await,
            Command::Recover(command) => command.run(cx).await,
            Command::Resolve(command) => command.run(cx).await,
        }
    }
}
