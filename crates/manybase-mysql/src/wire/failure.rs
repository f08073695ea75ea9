//! What can go wrong with a request, or with the login.

use std::io;

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server says so.
    Server(Box<ServerError>),
    /// The server has asked for a file that nobody has offered.
    LocalFile,
    /// The connection ended.
    Closed(Option<String>),
    /// An answer that does not belong there. Nobody knows what the next one belongs to.
    Unexpected(&'static str),
    /// Nobody answers there.
    Unreachable(io::Error),
    /// TLS could not be agreed on.
    Tls(io::Error),
    /// The server has no TLS.
    NoTls,
    /// The server wants the password under its key, and there is nothing here that could do that.
    #[cfg(not(feature = "tls"))]
    NoKey,
    /// The server wants another kind of login.
    Login(String),
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerError {
    pub(crate) code: u16,
    pub(crate) state: String,
    pub(crate) message: String,
}

impl ServerError {
    /// Of the body of an `ERR_Packet`. Before the login it has no SQLSTATE.
    pub(super) fn parse(body: &[u8]) -> Self {
        let (code, text) = match body {
            [_, low, high, text @ ..] => (u16::from_le_bytes([*low, *high]), text),
            _ => (0, &[][..]),
        };
        let (state, message) = match text {
            [b'#', rest @ ..] => rest.split_at_checked(5).unwrap_or((rest, &[])),
            text => (&b"HY000"[..], text),
        };
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code,
            state: text(state),
            message: text(message),
        }
    }
}

impl Failure {
    /// Whether the connection does not survive it.
    pub(crate) fn is_fatal(&self) -> bool {
        !matches!(self, Self::Server(_) | Self::LocalFile)
    }

    /// The number of the server's error.
    pub(crate) fn code(&self) -> Option<u16> {
        match self {
            Self::Server(error) => Some(error.code),
            _ => None,
        }
    }
}
