//! Why a server could not be reached.

use super::chain;
use manybase_driver::{Error, ErrorKind, NativeCode};

/// What went wrong in dialling. The address is without secrets.
pub(crate) fn connecting(address: &str, error: &tokio_postgres::Error) -> Error {
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
        "check host and port, and whether the server runs"
    }
}
