//! Passwords as PostgreSQL stores them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// PostgreSQL's own default is 4096, which costs an unoptimized client 70 ms per connection. The server goes by the
/// number stored with the password, so few rounds exercise the same exchange.
const ITERATIONS: u32 = 8;

/// The SCRAM-SHA-256 verifier of an ASCII password, for `ALTER ROLE ... PASSWORD` (RFC 5802, section 3).
pub(crate) fn verifier(password: &str) -> String {
    let salt = *uuid::Uuid::new_v4().as_bytes();
    let salted = salted(password.as_bytes(), &salt);
    let stored = Sha256::digest(hmac(&salted, b"Client Key"));
    let server = hmac(&salted, b"Server Key");
    let [salt, stored, server] =
        [&salt[..], &stored[..], &server[..]].map(|bytes| BASE64_STANDARD.encode(bytes));
    format!("SCRAM-SHA-256${ITERATIONS}:{salt}${stored}:{server}")
}

/// PBKDF2 with one block.
fn salted(password: &[u8], salt: &[u8]) -> [u8; 32] {
    let mut block = hmac(password, &[salt, &[0, 0, 0, 1]].concat());
    let mut result = block;
    for _ in 1..ITERATIONS {
        block = hmac(password, &block);
        for (sum, byte) in result.iter_mut().zip(block) {
            *sum ^= byte;
        }
    }
    result
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    // A key of any length is fine for HMAC, so this can't fail.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}
