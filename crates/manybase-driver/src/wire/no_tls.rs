//! In the place of TLS where the crate's feature `tls` is off: nothing can be encrypted, and whoever wants that is told.

use super::Socket;
use crate::{Error, Result};
use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How to encrypt. There is none.
///
/// ```
/// assert_eq!(size_of::<Option<manybase_driver::wire::tls::Config>>(), 0);
/// ```
#[derive(Debug, Clone, Copy)]
pub enum Config {}

/// A socket under TLS. There is none.
///
/// ```
/// assert_eq!(size_of::<Option<manybase_driver::wire::tls::Secure>>(), 0);
/// ```
#[derive(Debug)]
pub struct Secure(Infallible);

fn missing() -> Error {
    Error::config("an encrypted connection is asked for, and this program has been built without TLS")
        .with_help("enable the feature `tls` of manybase, or write `sslmode=disable`")
}

/// Whether there is TLS in this program.
///
/// ```
/// assert!(manybase_driver::wire::tls::available().is_err());
/// ```
///
/// # Errors
/// [`ErrorKind::Config`](crate::ErrorKind::Config): there is not.
pub fn available() -> Result<()> {
    Err(missing())
}

/// As [`available`].
///
/// ```
/// assert!(manybase_driver::wire::tls::unverified().is_err());
/// ```
///
/// # Errors
/// As [`available`].
pub fn unverified() -> Result<Config> {
    Err(missing())
}

/// As [`available`].
///
/// ```
/// assert!(manybase_driver::wire::tls::verified(None).is_err());
/// ```
///
/// # Errors
/// As [`available`].
pub fn verified(_: Option<&Path>) -> Result<Config> {
    Err(missing())
}

/// Nobody has a [`Config`] to call it with.
///
/// # Errors
/// None.
#[expect(clippy::unused_async, reason = "as with TLS")]
pub async fn encrypt(config: &Arc<Config>, _: &str, _: Socket) -> io::Result<Secure> {
    match **config {}
}

/// No error is one of TLS.
///
/// ```
/// assert!(!manybase_driver::wire::tls::disagree(&std::io::ErrorKind::Other.into()));
/// ```
pub fn disagree(_: &io::Error) -> bool {
    false
}

impl AsyncRead for Secure {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.0 {}
    }
}

impl AsyncWrite for Secure {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        match self.0 {}
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.0 {}
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.0 {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_for_it_is_told() {
        for error in [available().err(), unverified().err(), verified(None).err()] {
            let error = error.map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains("without TLS"), "{error}");
        }
    }
}
