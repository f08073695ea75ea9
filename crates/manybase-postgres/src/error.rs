//! The client's errors to ours.

mod connect;
mod state;

pub(crate) use connect::connecting;

use crate::bind::BindError;
use manybase_driver::{Error, ErrorKind};
use tokio_postgres::error::{DbError, SqlState};

/// What went wrong in a statement. `why` is what is known about the end of the connection.
pub(crate) fn running(error: &tokio_postgres::Error, why: Option<&str>) -> Error {
    if let Some(server) = error.as_db_error() {
        return state::server(server);
    }
    if let Some(bind) = bind_error(error) {
        return bind.into();
    }
    if error.is_closed() {
        let message = match why {
            Some(why) => format!("the server closed the connection: {why}"),
            None => "the server closed the connection".to_owned(),
        };
        return Error::new(ErrorKind::ConnectionLost, message);
    }
    let message = chain(error);
    // The client has no other way to tell its kinds apart.
    if message.starts_with("error encoding") {
        return Error::new(ErrorKind::Value, format!("the statement is too large: {message}"));
    }
    // An answer that the client did not expect: nobody knows what the next one belongs to.
    Error::new(ErrorKind::ConnectionLost, message)
        .with_help("COPY and replication commands can't run as ordinary statements")
}

/// An error with those behind it, in one line, without the server's DETAIL.
pub(crate) fn chain(error: &tokio_postgres::Error) -> String {
    if let Some(server) = error.as_db_error() {
        return server.message().to_owned();
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        let more = error.to_string();
        // An io::Error repeats what is inside it.
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = error.source();
    }
    text
}

/// Who noticed that a statement which was prepared earlier does not fit what is there now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// A value does not fit the type that the server expected then. Nothing was sent.
    Client,
    /// The server forgot the statement, or its text no longer suits the tables. Nothing was done.
    Server,
}

/// Whether an error may come from a prepared form that is out of date: its tables are others now.
pub(crate) fn blame(error: &tokio_postgres::Error) -> Option<Blame> {
    match error.as_db_error() {
        Some(server) if is_out_of_place(server.code().code()) || is_changed_plan(server) => {
            Some(Blame::Server)
        }
        Some(_) => is_forgotten(error).then_some(Blame::Server),
        None => bind_error(error).map(|_| Blame::Client),
    }
}

/// What was prepared once made sense (class 42), its types were there (XX000 says that one is not), and texts were
/// sent for the server to parse as what was expected then.
fn is_out_of_place(state: &str) -> bool {
    state.starts_with("42") || matches!(state, "XX000" | "22P02" | "22P03" | "22007" | "22008")
}

/// Whether the server does not know a prepared statement: somebody made it forget.
pub(crate) fn is_forgotten(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::INVALID_SQL_STATEMENT_NAME)
}

fn bind_error(error: &tokio_postgres::Error) -> Option<&BindError> {
    std::error::Error::source(error)?.downcast_ref()
}

/// "cached plan must not change result type", in whatever language.
fn is_changed_plan(server: &DbError) -> bool {
    server.code() == &SqlState::FEATURE_NOT_SUPPORTED && server.routine() == Some("RevalidateCachedQuery")
}
