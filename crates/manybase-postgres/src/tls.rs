//! How connections are encrypted.

use manybase_driver::Result;
use std::path::Path;

pub(crate) use manybase_driver::wire::tls::available;

#[cfg(feature = "tls")]
pub(crate) type Connector = tokio_postgres_rustls::MakeRustlsConnect;

/// Nothing is.
#[cfg(not(feature = "tls"))]
pub(crate) type Connector = tokio_postgres::NoTls;

/// Encrypts, and believes any certificate: `prefer` and `require`, as in libpq.
#[cfg(feature = "tls")]
pub(crate) fn unverified() -> Result<Connector> {
    use std::sync::OnceLock;

    /// Made once: that takes a while.
    static UNVERIFIED: OnceLock<Connector> = OnceLock::new();

    if let Some(made) = UNVERIFIED.get() {
        return Ok(made.clone());
    }
    let made = Connector::new(manybase_driver::wire::tls::unverified()?);
    Ok(UNVERIFIED.get_or_init(|| made).clone())
}

#[cfg(not(feature = "tls"))]
pub(crate) fn unverified() -> Result<Connector> {
    Ok(tokio_postgres::NoTls)
}

/// The certificate must come from an authority of the file, or else of Mozilla's list, and name the host.
#[cfg(feature = "tls")]
pub(crate) fn verified(file: Option<&Path>) -> Result<Connector> {
    manybase_driver::wire::tls::verified(file).map(Connector::new)
}

#[cfg(not(feature = "tls"))]
pub(crate) fn verified(_: Option<&Path>) -> Result<Connector> {
    available().map(|()| tokio_postgres::NoTls)
}
