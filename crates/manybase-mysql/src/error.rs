//! From the driver's and the server's errors to ours.

mod message;
mod server;

use crate::tls;
use manybase_driver::{Error, ErrorKind, NativeCode};
use mysql_async::{DriverError, IoError, ServerError};

/// An error of a statement, or of anything else on a connection that was dialled.
pub(crate) fn statement(error: &mysql_async::Error) -> Error {
    use mysql_async::Error as E;
    match error {
        E::Server(refused) => from_server(refused),
        E::Io(IoError::Io(error)) => Error::new(ErrorKind::ConnectionLost, error.to_string()),
        E::Driver(DriverError::ConnectionClosed) => {
            Error::new(ErrorKind::ConnectionLost, "the server has closed it")
        }
        E::Driver(DriverError::LocalInfile(_)) => Error::new(
            ErrorKind::Unsupported,
            "LOAD DATA LOCAL is not available: a server could ask for any file",
        )
        .with_help("insert the rows, or load a file that the server has"),
        // After these the two sides no longer agree on where an answer begins.
        E::Driver(DriverError::PacketOutOfOrder | DriverError::UnexpectedPacket { .. }) => Error::new(
            ErrorKind::ConnectionLost,
            "the server has sent an unexpected packet",
        ),
        error => Error::driver(error.to_string()),
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
pub(crate) fn connect(error: &mysql_async::Error, address: &str) -> Error {
    use mysql_async::Error as E;
    let (why, help) = match error {
        E::Server(refused) => {
            let help = match refused.code {
                1040 | 1203 | 1226 => {
                    "lower `max_connections` of this connection, or raise the server's limit"
                }
                1044 | 1045 | 1130 | 1698 => "check user, password and the hosts that the user may come from",
                1049 => "create the database, or check its name in the URL",
                _ => "the server refuses; see its log",
            };
            (refused.message.clone(), help)
        }
        E::Io(error) if tls::failed(error) => (
            format!("TLS: {error}"),
            "check `sslmode` and `sslrootcert`, and that the host is named as in its certificate",
        ),
        E::Driver(DriverError::NoClientSslFlagFromServer) => (
            "the server has no TLS".to_owned(),
            "set TLS up on the server, or write `sslmode=prefer` or `sslmode=disable`",
        ),
        E::Io(error) => (error.to_string(), "check host and port, and that the server runs"),
        error => (
            error.to_string(),
            "check that it is a MySQL, MariaDB or MatrixOne server",
        ),
    };
    let known = Error::new(ErrorKind::Connect, format!("{address}: {why}")).with_help(help);
    match error {
        E::Server(refused) => known.with_code(NativeCode::Both(refused.code.into(), refused.state.clone())),
        _ => known,
    }
}
