//! `manybase saga`

mod abort;
mod list;
mod resume;
mod show;
mod skip;
mod view;

use crate::arguments::examples;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::status::Status;
use clap::{Args, Subcommand};
use manybase_db::{ErrorKind, Executor, Route};
use manybase_saga::Sagas;

/// Look after sagas: long-running work in steps
///
/// A saga that gets stuck waits for somebody: find out why, then have it go on. No code of the project is run here; its
/// own programs go on with the saga.
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = examples!(
        "manybase saga list --state stuck";
        "manybase saga show 01997f3e-5a52-7c31-9d0b-6f1c2a7be913";
        "manybase saga resume 01997f3e-5a52-7c31-9d0b-6f1c2a7be913"
    )
)]
pub(crate) struct Saga {
    /// The connection with the log of the sagas [default: the default connection]
    #[arg(long, global = true, value_name = "CONNECTION")]
    log: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::List),
    Show(show::Show),
    Resume(resume::Resume),
    Skip(skip::Skip),
    Abort(abort::Abort),
}

/// Where the log is.
pub(super) struct Log {
    connection: String,
    sagas: Sagas,
}

impl Saga {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let log = log(cx, self.log).await?;
        match self.command {
            Command::List(command) => command.run(cx, &log).await,
            Command::Show(command) => command.run(cx, &log).await,
            Command::Resume(command) => command.run(cx, &log).await,
            Command::Skip(command) => command.run(cx, &log).await,
            Command::Abort(command) => command.run(cx, &log).await,
        }
    }
}

async fn log(cx: &mut Context<'_>, named: Option<String>) -> Result<Log> {
    let db = cx.db().await?;
    let connection = match named {
        Some(name) => {
            db.connection(&name)?;
            name
        }
        None => match Executor::resolve(&db, Route::default()) {
            Ok(name) => name.to_string(),
            Err(error) if error.kind() == ErrorKind::Config => {
                let names: Vec<_> = db.connections().iter().map(|name| name.to_string()).collect();
                return Err(Failure::usage(
                    "there are several connections, and none is the default: which one has the log of the sagas?",
                    format!("name it with --log; there are: {}", names.join(", ")),
                ));
            }
            Err(error) => return Err(error.into()),
        },
    };
    Ok(Log {
        sagas: Sagas::new(&db, connection.as_str()),
        connection,
    })
}
