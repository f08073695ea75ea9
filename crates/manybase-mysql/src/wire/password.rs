//! Proofs that somebody knows a password.

use super::{Failure, key};
use mysql_common::packets::AuthPlugin;
use mysql_common::scramble::{scramble_native, scramble_sha256};

/// Bytes that the server makes up for each login.
pub(super) const NONCE: usize = 20;

/// Asks for the server's public key.
pub(super) const ASK_FOR_KEY: u8 = 2;

/// A kind of login. Those that show the server the password as it is are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of MariaDB, and of MySQL before 8.
    Native,
    /// Of MySQL from 8 on.
    CachingSha2,
}

impl Kind {
    pub(super) fn named(plugin: &[u8]) -> Option<Self> {
        match plugin {
            b"mysql_native_password" => Some(Self::Native),
            b"caching_sha2_password" => Some(Self::CachingSha2),
            _ => None,
        }
    }

    pub(super) fn plugin(self) -> AuthPlugin<'static> {
        match self {
            Self::Native => AuthPlugin::MysqlNativePassword,
            Self::CachingSha2 => AuthPlugin::CachingSha2Password,
        }
    }

    /// What shows that the password is known without showing it. Without a password it is empty.
    pub(super) fn proof(self, secret: Option<&str>, nonce: &[u8]) -> Vec<u8> {
        let secret = secret.unwrap_or_default().as_bytes();
        let proof = match self {
            Self::Native => scramble_native(nonce, secret).map(Vec::from),
            Self::CachingSha2 => scramble_sha256(nonce, secret).map(Vec::from),
        };
        proof.unwrap_or_default()
    }
}

/// The password as the server wants it where nobody else can read it.
pub(super) fn terminated(secret: Option<&str>) -> Vec<u8> {
    let mut plain = secret.unwrap_or_default().as_bytes().to_vec();
    plain.push(0);
    plain
}

/// The password so that only the owner of the key can read it.
pub(super) fn hidden(secret: Option<&str>, nonce: &[u8], pem: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut plain = terminated(secret);
    for (byte, mask) in plain.iter_mut().zip(nonce.iter().cycle()) {
        *byte ^= mask;
    }
    key::encrypt(&plain, pem)
}
