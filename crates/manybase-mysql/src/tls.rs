//! `sslmode` and `sslrootcert`.

use manybase_driver::{Error, Result};
use mysql_async::{IoError, SslOpts};
use std::collections::BTreeMap;

/// How a connection is encrypted.
#[derive(Debug, Clone)]
pub(crate) enum Tls {
    /// Not at all.
    Off,
    /// Where the server can; `mysql_async` knows only yes and no, so the driver dials again without.
    Prefer(SslOpts),
    /// Or there is no connection.
    Require(SslOpts),
}

impl Tls {
    /// Reads the parameters of an address. `local` tells that it is a Unix socket, which is not encrypted.
    pub(crate) fn of(params: &BTreeMap<String, String>, local: bool) -> Result<Self> {
        let mode = params.get("sslmode").map_or("prefer", String::as_str);
        let roots = params.get("sslrootcert").map(String::as_str).map(read_roots);
        let roots = roots.transpose()?;
        if local {
            return match mode {
                "disable" | "prefer" => Ok(Self::Off),
                "require" | "verify-full" => Err(Error::config(format!(
                    "`sslmode={mode}` and `socket` exclude each other: a Unix socket is not encrypted"
                ))),
                mode => Err(unknown(mode)),
            };
        }
        let anyone = || SslOpts::default().with_danger_accept_invalid_certs(true);
        let tls = match (mode, roots) {
            ("verify-full", None) => Self::Require(SslOpts::default()),
            ("verify-full", Some(roots)) => Self::Require(
                SslOpts::default()
                    .with_disable_built_in_roots(true)
                    .with_root_certs(vec![roots.into()]),
            ),
            // mysql_async can't check the authority without the name.
            ("disable" | "prefer" | "require", Some(_)) => {
                return Err(Error::config(format!(
                    "with `sslmode={mode}` no certificate is checked, so `sslrootcert` has no use; write \
                     `sslmode=verify-full`"
                )));
            }
            ("disable", None) => return Ok(Self::Off),
            ("prefer", None) => Self::Prefer(anyone()),
            ("require", None) => Self::Require(anyone()),
            (mode, _) => return Err(unknown(mode)),
        };
        install_provider();
        Ok(tls)
    }
}

fn unknown(mode: &str) -> Error {
    Error::config(format!(
        "`sslmode` is `{mode}`; it can be `disable`, `prefer`, `require` or `verify-full`"
    ))
}

fn read_roots(path: &str) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| Error::config(format!("can't read `sslrootcert` ({path}): {error}")))
}

/// Without it, rustls panics in a program that has two providers compiled in.
fn install_provider() {
    // Whoever was first may have chosen another one; that is fine.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Whether TLS could not be agreed on; `mysql_async` hides that in an input/output error.
pub(crate) fn failed(error: &IoError) -> bool {
    match error {
        IoError::Tls(_) => true,
        IoError::Io(error) => error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()),
    }
}
