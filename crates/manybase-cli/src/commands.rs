//! The commands, one file each.

pub(crate) mod backup;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod connections;
pub(crate) mod docs;
pub(crate) mod doctor;
pub(crate) mod inspect;
pub(crate) mod migrate;
pub(crate) mod models;
pub(crate) mod ping;
pub(crate) mod restore;
pub(crate) mod saga;
pub(crate) mod tx;

use crate::arguments::Command;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;

/// Runs one. An error ends it; what it has found out is in the status.
pub(crate) async fn run(command: Command, cx: &mut Context<'_>) -> Result<Status> {
    match command {
        Command::Ping(command) => command.run(cx).await,
        Command::Connections(command) => command.run(cx).await,
        Command::Doctor(command) => command.run(cx).await,
        Command::Inspect(command) => command.run(cx).await,
        Command::Compare(command) => command.run(cx).await,
        Command::Models(command) => command.run(cx).await,
        Command::Docs(command) => command.run(cx).await,
        Command::Backup(command) => command.run(cx).await,
        Command::Restore(command) => command.run(cx).await,
        Command::Migrate(command) => command.run(cx).await,
        Command::Tx(command) => command.run(cx).await,
        Command::Saga(command) => command.run(cx).await,
        Command::Completions(command) => command.run(cx),
    }
}
