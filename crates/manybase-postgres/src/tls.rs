//! How connections are encrypted.

use manybase_driver::Result;
use manybase_driver::wire::tls;
use std::path::Path;
use std::sync::OnceLock;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Made once: that takes a while.
static UNVERIFIED: OnceLock<MakeRustlsConnect> = OnceLock::new();

/// Encrypts, and believes any certificate: `prefer` and `require`, as in libpq.
pub(crate) fn unverified() -> Result<MakeRustlsConnect> {
    if let Some(made) = UNVERIFIED.get() {
        return Ok(made.clone());
    }
    let made = MakeRustlsConnect::new(tls::unverified()?);
    Ok(UNVERIFIED.get_or_init(|| made).clone())
}

/// The certificate must come from an authority of the file, or else of Mozilla's list, and name the host.
pub(crate) fn verified(file: Option<&Path>) -> Result<MakeRustlsConnect> {
    tls::verified(file).map(MakeRustlsConnect::new)
}
