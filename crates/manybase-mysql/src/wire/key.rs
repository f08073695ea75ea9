//! What only the owner of a key can read: RSA, with the padding that the protocol wants.

use super::Failure;

#[cfg(feature = "tls")]
pub(super) fn encrypt(plain: &[u8], pem: &[u8]) -> Result<Vec<u8>, Failure> {
    use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
    use rustls::pki_types::SubjectPublicKeyInfoDer;
    use rustls::pki_types::pem::PemObject;

    let bad = || Failure::Unexpected("a public key that is none");
    let key = SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(|_| bad())?;
    let key = PublicEncryptingKey::from_der(&key).map_err(|_| bad())?;
    let key = OaepPublicEncryptingKey::new(key).map_err(|_| bad())?;
    let mut hidden = vec![0; key.ciphertext_size()];
    let written = key.encrypt(&OAEP_SHA1_MGF1SHA1, plain, &mut hidden, None);
    let length = written.map_err(|_| bad())?.len();
    hidden.truncate(length);
    Ok(hidden)
}

/// The library that could do it comes with TLS.
#[cfg(not(feature = "tls"))]
pub(super) fn encrypt(_: &[u8], _: &[u8]) -> Result<Vec<u8>, Failure> {
    Err(Failure::NoKey)
}
