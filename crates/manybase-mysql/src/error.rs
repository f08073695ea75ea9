//! From the protocol's and the server's errors to ours.

mod message;
mod server;

use crate::wire::{Failure, ServerError};
use manybase_driver::{Error, ErrorKind, NativeCode};

/// An error of a statement, or of anything else on a connection that was dialled.
pub(crate) fn statement(failure: &Failure) -> Error {
    match failure {
        Failure::Server(refused) => from_server(refused),
        Failure::LocalFile => Error::new(
            ErrorKind::Unsupported,
            "LOAD DATA LOCAL is not available: a server could ask for any file",
        )
        .with_help("insert the rows, or load a file that the server has"),
        // Also after what was not expected: the two sides no longer agree on where an answer begins.
        over => Error::new(ErrorKind::ConnectionLost, told(over)),
    }
}

/// What happened, in words.
fn told(failure: &Failure) -> String {
    match failure {
        Failure::Server(refused) => refused.message.clone(),
        Failure::Closed(Some(why)) => why.clone(),
        Failure::Closed(None) => "the server has closed the connection".to_owned(),
        Failure::Unexpected(what) => format!("the server has sent {what}"),
        Failure::Unreachable(error) => error.to_string(),
        Failure::Tls(error) => format!("TLS: {error}"),
        Failure::NoTls => "the server has no TLS".to_owned(),
        #[cfg(not(feature = "tls"))]
        Failure::NoKey => {
            "the server wants the password under its key, and this program has been built without TLS"
                .to_owned()
        }
        Failure::Login(plugin) => format!("the server wants a login by `{plugin}`, which is not known here"),
        Failure::LocalFile => "the server has asked for a file".to_owned(),
    }
}

fn from_server(refused: &ServerError) -> Error {
    let kind = server::kind(refused);
    let mut error = Error::new(kind, message::without_values(kind, refused))
        .with_code(NativeCode::Both(refused.code.into(), refused.state.clone()));
    if let Some(constraint) = message::constraint(kind, &refused.message) {
        error = error.with_constraint(constraint);
    }
    match server::help(refused, kind) {
        Some(help) => error.with_help(help),
        None => error,
    }
}

/// An error of dialling.
pub(crate) fn connect(failure: &Failure, address: &str) -> Error {
    let help = match failure {
        Failure::Server(refused) => match refused.code {
            1040 | 1203 | 1226 => "lower `max_connections` of this connection, or raise the server's limit",
            1044 | 1045 | 1130 | 1698 => "check user, password and the hosts that the user may come from",
            1049 => "create the database, or check its name in the URL",
            _ => "the server refuses; see its log",
        },
        Failure::Tls(_) => {
            "check `sslmode` and `sslrootcert`, and that the host is named as in its certificate"
        }
        Failure::NoTls => "set TLS up on the server, or write `sslmode=prefer` or `sslmode=disable`",
        #[cfg(not(feature = "tls"))]
        Failure::NoKey => {
            "enable the feature `tls` of manybase, use the server's Unix socket, or let the user log in by \
             `mysql_native_password`"
        }
        Failure::Login(_) => {
            "let the user log in by `mysql_native_password` or `caching_sha2_password`, or use another user"
        }
        Failure::Unreachable(_) | Failure::Closed(_) => "check host and port, and that the server runs",
        Failure::Unexpected(_) | Failure::LocalFile => {
            "check that it is a MySQL, MariaDB or MatrixOne server"
        }
    };
    let known = Error::new(ErrorKind::Connect, format!("{address}: {}", told(failure))).with_help(help);
    match failure {
        Failure::Server(refused) => {
            known.with_code(NativeCode::Both(refused.code.into(), refused.state.clone()))
        }
        _ => known,
    }
}
