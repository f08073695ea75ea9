//! What fails, to errors with a way out.

mod connect;
mod state;

pub(crate) use connect::connecting;

use crate::wire::{Failure, ServerError};
use manybase_driver::{Error, ErrorKind, NativeCode};

/// What went wrong in a statement. `why` is what is known about the end of the connection.
pub(crate) fn running(failure: &Failure, why: Option<&str>) -> Error {
    match failure {
        Failure::Server(server) => state::server(server),
        Failure::Bind(bind) => bind.into(),
        Failure::Rows(error) => error.clone(),
        Failure::Mixed => Error::new(ErrorKind::Value, "the values of a column can't be in one list"),
        Failure::TooLong => Error::new(
            ErrorKind::Value,
            "the statement is too large: a message of the protocol has 2 GB at most",
        ),
        Failure::NotBegun => failed_earlier("nothing was run"),
        Failure::Closed => {
            let message = match why {
                Some(why) => format!("the server closed the connection: {why}"),
                None => "the server closed the connection".to_owned(),
            };
            Error::new(ErrorKind::ConnectionLost, message)
        }
        // Nobody knows what the next answer belongs to.
        Failure::Unexpected(what) => Error::new(
            ErrorKind::ConnectionLost,
            format!("the server's answer was not expected: {what}"),
        )
        .with_help("COPY and replication commands can't run as ordinary statements"),
    }
}

/// What `COMMIT` and `PREPARE TRANSACTION` do not say in a failed transaction, and nobody is asked in one that could not begin.
pub(crate) fn failed_earlier(so: &str) -> Error {
    Error::new(
        ErrorKind::Transaction,
        format!("{so}: an earlier statement of the transaction failed"),
    )
    .with_code(NativeCode::SqlState("25P02".into()))
    .with_help("roll the transaction back and run it again")
}

/// Who noticed that a statement which was prepared earlier does not fit what is there now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// A value does not fit the type that the server expected then. Nothing was sent.
    Client,
    /// The server forgot the statement, or its text no longer suits the tables. Nothing was done.
    Server,
}

/// Whether a failure may come from a prepared form that is out of date: its tables are others now.
pub(crate) fn blame(failure: &Failure) -> Option<Blame> {
    match failure {
        Failure::Server(server) if is_out_of_place(server.state()) || is_changed_plan(server) => {
            Some(Blame::Server)
        }
        // Somebody made the server forget it.
        Failure::Server(server) if server.state() == "26000" => Some(Blame::Server),
        Failure::Bind(_) => Some(Blame::Client),
        Failure::Server(_)
        | Failure::Rows(_)
        | Failure::Mixed
        | Failure::TooLong
        | Failure::NotBegun
        | Failure::Closed
        | Failure::Unexpected(_) => None,
    }
}

/// What was prepared once made sense (class 42), its types were there (XX000 says that one is not), and texts were
/// sent for the server to parse as what was expected then.
fn is_out_of_place(state: &str) -> bool {
    state.starts_with("42") || matches!(state, "XX000" | "22P02" | "22P03" | "22007" | "22008")
}

/// "cached plan must not change result type", in whatever language.
fn is_changed_plan(server: &ServerError) -> bool {
    server.state() == "0A000" && server.routine() == Some("RevalidateCachedQuery")
}
