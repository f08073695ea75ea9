//! Passwords that the server wants under its key.

use super::login::{at, greeting, proof};
use super::*;

#[cfg(feature = "tls")]
mod with_tls {
    use super::super::login::{NONCE, SECRET};
    use super::*;
    use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
    use aws_lc_rs::rsa::{KeySize, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};

    /// Over the network and without TLS it goes under the server's key.
    #[tokio::test]
    async fn a_password_that_the_server_asks_for() {
        let key = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
        let public: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
        let text = base64(public.as_ref());
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n");
        let begun = at("disable", async |mut stream| {
            say(&mut stream, 0, &greeting("caching_sha2_password", false)).await;
            proof(&mut stream).await;
            say(&mut stream, 2, &[1, 4]).await;
            assert_eq!(hear(&mut stream).await, (3, vec![2]));
            say(&mut stream, 4, &[&[1], pem.as_bytes()].concat()).await;
            let (number, hidden) = hear(&mut stream).await;
            assert_eq!(number, 5);
            let key = OaepPrivateDecryptingKey::new(key).unwrap();
            let mut plain = vec![0; key.min_output_size()];
            let plain = key
                .decrypt(&OAEP_SHA1_MGF1SHA1, &hidden, &mut plain, None)
                .unwrap();
            let masked = plain.iter().zip(NONCE.iter().cycle());
            let told: Vec<u8> = masked.map(|(byte, mask)| byte ^ mask).collect();
            assert_eq!(told, [SECRET.as_bytes(), &[0]].concat());
            say(&mut stream, 6, OK).await;
        });
        assert!(begun.await.is_ok());
    }

    fn base64(bytes: &[u8]) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digits = bytes.chunks(3).flat_map(|chunk| {
            let bits = chunk
                .iter()
                .chain([&0, &0])
                .take(3)
                .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
            let digit = move |at: u32| char::from(DIGITS[(bits >> (18 - 6 * at)) as usize & 63]);
            (0..4).map(move |at| {
                if at as usize <= chunk.len() {
                    digit(at)
                } else {
                    '='
                }
            })
        });
        digits.collect()
    }
}

#[tokio::test]
async fn a_key_that_is_none() {
    let begun = at("disable", async |mut stream| {
        say(&mut stream, 0, &greeting("caching_sha2_password", false)).await;
        proof(&mut stream).await;
        say(&mut stream, 2, &[1, 4]).await;
        hear(&mut stream).await;
        say(&mut stream, 4, b"\x01no key").await;
    });
    let failure = begun.await.map(drop).unwrap_err();
    let error = crate::error::connect(&failure, "mysql://h/d").to_string();
    // Without a library that could use it any is as good.
    let part = match cfg!(feature = "tls") {
        true => "a public key that is none",
        false => "the feature `tls`",
    };
    assert!(error.contains(part), "{error}");
}
