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
    let source = std::error::Error::source(error);
    if let Some(bind) = source.and_then(|source| source.downcast_ref::<BindError>()) {
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

/// Whether a prepared statement is of no more use: its table changed, or the server was told to forget it.
/// Nothing has been run then.
pub(crate) fn is_stale(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        Some(server) => {
            server.code() == &SqlState::INVALID_SQL_STATEMENT_NAME || is_changed_plan(server)
        }
        None => false,
    }
}

/// "cached plan must not change result type", in whatever language.
fn is_changed_plan(server: &DbError) -> bool {
    server.code() == &SqlState::FEATURE_NOT_SUPPORTED && server.routine() == Some("RevalidateCachedQuery")
}
