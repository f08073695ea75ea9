use super::*;
use crate::tls::Tls;
use crate::wire::{Begun, Failure, Server, login};
use manybase_driver::Secret;
use manybase_driver::wire::Place;
use mysql_common::constants::{CapabilityFlags, StatusFlags};
use mysql_common::packets::HandshakePacket;
use mysql_common::proto::MySerialize;
use mysql_common::scramble::{scramble_native, scramble_sha256};
use std::collections::BTreeMap;
use tokio::net::{TcpListener, TcpStream};

pub(super) const NONCE: &[u8; 20] = b"abcdefghijklmnopqrst";
pub(super) const SECRET: &str = "open sesame";

/// What a server says at the beginning.
pub(super) fn greeting(plugin: &str, tls: bool) -> Vec<u8> {
    let mut can = CapabilityFlags::all();
    can.set(CapabilityFlags::CLIENT_SSL, tls);
    let (first, second) = NONCE.split_first_chunk::<8>().unwrap();
    let greeting = HandshakePacket::new(
        10,
        "8.4.0".as_bytes(),
        77,
        *first,
        Some([second, &[0]].concat()),
        can,
        45,
        StatusFlags::SERVER_STATUS_AUTOCOMMIT,
        Some(plugin.as_bytes()),
    );
    let mut body = Vec::new();
    greeting.serialize(&mut body);
    body
}

/// Logs in at a server that behaves so.
pub(super) async fn at<F: Future<Output = ()>>(
    mode: &str,
    serve: impl FnOnce(TcpStream) -> F,
) -> Result<Begun, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let params = BTreeMap::from([("sslmode".to_owned(), mode.to_owned())]);
    let server = Server {
        place: Place::Tcp {
            host: "127.0.0.1".to_owned(),
            port: listener.local_addr().unwrap().port(),
        },
        tls: Tls::of(&params, false).unwrap(),
        user: Some("ann".to_owned()),
        password: Some(Secret::new(SECRET)),
        database: Some("stock".to_owned()),
    };
    let serve = async { serve(listener.accept().await.unwrap().0).await };
    tokio::join!(login(&server), serve).0
}

/// The proof in the answer to a greeting.
pub(super) async fn proof(stream: &mut TcpStream) -> Vec<u8> {
    let (number, body) = hear(stream).await;
    assert_eq!(number, 1);
    let rest = body[32..].strip_prefix(b"ann\0").unwrap();
    let (length, rest) = rest.split_first().unwrap();
    let (proof, rest) = rest.split_at((*length).into());
    assert!(rest.starts_with(b"stock\0"));
    proof.to_vec()
}

#[tokio::test]
async fn a_password_that_the_server_remembers() {
    let begun = at("disable", async |mut stream| {
        say(&mut stream, 0, &greeting("caching_sha2_password", true)).await;
        let expected = scramble_sha256(NONCE, SECRET.as_bytes()).unwrap();
        assert_eq!(proof(&mut stream).await, expected);
        say(&mut stream, 2, &[1, 3]).await;
        say(&mut stream, 3, OK).await;
    });
    let begun = begun.await.map_err(|failure| format!("{failure:?}"));
    let begun = begun.expect("is let in");
    assert_eq!(
        (begun.id, begun.numbers, begun.is_encrypted),
        (77, (8, 4, 0), false)
    );
}

#[tokio::test]
async fn another_kind_of_login() {
    let begun = at("disable", async |mut stream| {
        say(&mut stream, 0, &greeting("caching_sha2_password", false)).await;
        proof(&mut stream).await;
        say(
            &mut stream,
            2,
            b"\xFEmysql_native_password\0tsrqponmlkjihgfedcba\0",
        )
        .await;
        let expected = scramble_native(b"tsrqponmlkjihgfedcba", SECRET.as_bytes()).unwrap();
        assert_eq!(hear(&mut stream).await, (3, expected.to_vec()));
        say(&mut stream, 4, OK).await;
    });
    assert!(begun.await.is_ok());
}

/// The password as it is goes to nobody, nor does a proof that is easily undone.
#[tokio::test]
async fn kinds_of_login_that_are_refused() {
    for asked in [&b"\xFEmysql_clear_password\0"[..], b"\xFEdialog\0x", b"\xFE"] {
        let begun = at("prefer", async |mut stream| {
            say(&mut stream, 0, &greeting("mysql_native_password", false)).await;
            proof(&mut stream).await;
            say(&mut stream, 2, asked).await;
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).await.unwrap();
            assert!(rest.is_empty());
        });
        let failure = begun.await.map(drop).unwrap_err();
        assert!(matches!(failure, Failure::Login(_)), "{failure:?}");
        let error = crate::error::connect(&failure, "mysql://h/d");
        assert!(error.message().contains("login by") && error.help().is_some());
    }
}

#[tokio::test]
async fn a_server_that_is_full_says_so_before_the_login() {
    let begun = at("prefer", async |mut stream| {
        say(&mut stream, 0, b"\xFF\x10\x04Too many connections").await;
    });
    match begun.await.map(drop) {
        Err(Failure::Server(error)) => {
            assert_eq!((error.code, &*error.message), (1040, "Too many connections"))
        }
        other => panic!("{other:?}"),
    }
}

/// What was said in the clear must not count as said under TLS, and without TLS nothing of the login goes out.
#[cfg(feature = "tls")]
#[tokio::test]
async fn nobody_gets_in_between() {
    let begun = at("prefer", async |mut stream| {
        let greeting = packet(0, &greeting("mysql_native_password", true));
        stream
            .write_all(&[greeting, packet(2, OK)].concat())
            .await
            .unwrap();
        let (number, request) = hear(&mut stream).await;
        assert_eq!((number, request.len()), (1, 32));
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        assert!(rest.is_empty());
    });
    assert!(matches!(begun.await.map(drop), Err(Failure::Unexpected(_))));
    // Who cuts the connection does not get the login without TLS.
    let begun = at("prefer", async |mut stream| {
        say(&mut stream, 0, &greeting("mysql_native_password", true)).await;
        hear(&mut stream).await;
    });
    assert!(matches!(begun.await.map(drop), Err(Failure::Closed(_))));
    let begun = at("require", async |mut stream| {
        say(&mut stream, 0, &greeting("mysql_native_password", false)).await;
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert!(rest.is_empty());
    });
    assert!(matches!(begun.await.map(drop), Err(Failure::NoTls)));
}

/// What is no MySQL server.
#[tokio::test]
async fn another_kind_of_server() {
    for said in [&b"SSH-2.0-OpenSSH_9.9\r\n"[..], b"\x03\0\0\0\x0a8\0"] {
        let begun = at("prefer", async |mut stream| {
            stream.write_all(said).await.unwrap();
        });
        let failure = begun.await.map(drop).unwrap_err();
        let error = crate::error::connect(&failure, "mysql://h/d");
        assert!(error.help().is_some(), "{failure:?}");
    }
}
