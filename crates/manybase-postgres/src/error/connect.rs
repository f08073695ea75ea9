//! Why a server could not be reached.

use crate::wire::Refused;
use manybase_driver::{Error, ErrorKind, NativeCode};

const UNREACHABLE: &str = "check host and port, and whether the server runs";

/// What went wrong in dialling. The address is without secrets.
pub(crate) fn connecting(address: &str, refused: &Refused) -> Error {
    let error = match refused {
        Refused::Unreachable(error) => {
            let message = format!("{address}: can't connect: {error}");
            return Error::new(ErrorKind::Connect, message).with_help(UNREACHABLE);
        }
        Refused::Login(error) => error,
    };
    let refused = Error::new(ErrorKind::Connect, format!("{address}: {}", chain(error)));
    let Some(server) = error.as_db_error() else {
        return refused.with_help(client_help(&chain(error)));
    };
    let state = server.code().code();
    let refused = refused.with_code(NativeCode::SqlState(state.to_owned()));
    match server.hint().or_else(|| server_help(state)) {
        Some(help) => refused.with_help(help),
        None => refused,
    }
}

fn server_help(state: &str) -> Option<&'static str> {
    Some(match state {
        "28P01" => "check user and password of this connection",
        "28000" => "check user, database and TLS of this connection against the server's pg_hba.conf",
        "3D000" => "create the database, or correct its name",
        "53300" => "lower `max_connections` of the pools, or raise the server's",
        "57P03" => "the server is starting or stopping: try again",
        // Also a `search_path` or another setting that the server does not take.
        state if state.starts_with("22") || state.starts_with("42") => "check the address's parameters",
        _ => return None,
    })
}

/// The client tells these apart by nothing but their text.
fn client_help(message: &str) -> &'static str {
    if message.contains("password missing") {
        "the server wants a password: add one to this connection"
    } else if message.contains("does not support TLS") {
        "the server has no TLS: write `sslmode=prefer`, or set its TLS up"
    } else if message.contains("TLS handshake") {
        "check the server's certificate and its name, or give the authority with `sslrootcert`"
    } else {
        UNREACHABLE
    }
}

/// An error with those behind it, in one line, without the server's DETAIL.
fn chain(error: &tokio_postgres::Error) -> String {
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
