//! `sslmode` and `sslrootcert`.

use manybase_driver::wire::tls;
use manybase_driver::{Error, Result};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// How a connection is encrypted.
#[derive(Debug, Clone)]
pub(crate) enum Tls {
    /// Not at all.
    Off,
    /// Where the server can. One that says at the beginning that it can't, or fails at it, is dialled again without.
    Prefer(Arc<tls::Config>),
    /// Or there is no connection.
    Require(Arc<tls::Config>),
}

impl Tls {
    /// Reads the parameters of an address. `local` tells that it is a Unix socket, which is not encrypted.
    pub(crate) fn of(params: &BTreeMap<String, String>, local: bool) -> Result<Self> {
        let mode = params.get("sslmode").map_or("prefer", String::as_str);
        let roots = params.get("sslrootcert").map(Path::new);
        if local {
            return match mode {
                "disable" | "prefer" => Ok(Self::Off),
                "require" | "verify-full" => Err(Error::config(format!(
                    "`sslmode={mode}` and `socket` exclude each other: a Unix socket is not encrypted"
                ))),
                mode => Err(unknown(mode)),
            };
        }
        let verified = |roots| tls::verified(roots).map(Arc::new);
        let tls = match (mode, roots) {
            ("verify-full", roots) => Self::Require(verified(roots)?),
            ("disable" | "prefer" | "require", Some(_)) => {
                return Err(Error::config(format!(
                    "with `sslmode={mode}` no certificate is checked, so `sslrootcert` has no use; write \
                     `sslmode=verify-full`"
                )));
            }
            ("disable", None) => return Ok(Self::Off),
            ("prefer", None) if tls::available().is_err() => Self::Off,
            ("prefer", None) => Self::Prefer(unverified()?),
            ("require", None) => Self::Require(unverified()?),
            (mode, _) => return Err(unknown(mode)),
        };
        Ok(tls)
    }
}

fn unknown(mode: &str) -> Error {
    Error::config(format!(
        "`sslmode` is `{mode}`; it can be `disable`, `prefer`, `require` or `verify-full`"
    ))
}

/// Made once: that takes a while.
fn unverified() -> Result<Arc<tls::Config>> {
    static MADE: OnceLock<Arc<tls::Config>> = OnceLock::new();
    if let Some(made) = MADE.get() {
        return Ok(made.clone());
    }
    let made = Arc::new(tls::unverified()?);
    Ok(MADE.get_or_init(|| made).clone())
}
