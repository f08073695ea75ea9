//! Whatever a server says, there is an answer or an error.

use super::*;
use crate::column::ResultColumns;
use crate::row::Protocol;
use crate::tls::Tls;
use crate::wire::{Server, login};
use manybase_driver::wire::Place;
use manybase_driver::{Columns, Secret};
use proptest::prelude::*;
use tokio::net::UnixListener;

/// Packets in order, from this number on, of which some make sense.
fn packets(first: u8) -> impl Strategy<Value = Vec<u8>> {
    let body = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        Just(OK.to_vec()),
        Just(vec![1]),
        Just(vec![2, 0]),
        Just(vec![0xFE, 0, 0, 2, 0, 0, 0]),
        Just(b"\xFF\x10\x04#HY000no".to_vec()),
        Just(b"\xFEcaching_sha2_password\0abcdefghijklmnopqrst\0".to_vec()),
        Just(b"\xFEmysql_native_password".to_vec()),
        Just(vec![1, 4]),
        Just(b"\x03def\0\0\0\x01n\0\x0c\x2d\0\xff\xff\xff\0\xfd\0\0\0\0\0".to_vec()),
        Just(b"\x00\x01\0\0\0\x01\0\x01\0\0\0\0".to_vec()),
    ];
    proptest::collection::vec(body, 0..8).prop_map(move |bodies| {
        let numbered = bodies.iter().zip(first..);
        numbered.flat_map(|(body, number)| packet(number, body)).collect()
    })
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

proptest! {
    #[test]
    fn answers(said in prop_oneof![packets(1), proptest::collection::vec(any::<u8>(), 0..200)], ends_with_ok: bool) {
        runtime().block_on(async {
            for way in 0..3 {
                let (mut link, mut server) = link();
                link.ends_with_ok = ends_with_ok;
                let talk = async {
                    match way {
                        0 => drop(link.texts("SELECT 1").await),
                        1 => {
                            link.prepare("SELECT 1");
                            let Ok(prepared) = link.prepared().await else { return };
                            link.execute(prepared.id, &[], false);
                            let _ = link.answer(Some(&prepared.columns)).await;
                            let _ = link.finish().await;
                        }
                        _ => drop(link.ping().await),
                    }
                };
                let say = async {
                    let _ = server.write_all(&said).await;
                    server.shutdown().await
                };
                let _ = tokio::join!(talk, say);
            }
        });
    }

    #[test]
    fn rows(body in proptest::collection::vec(any::<u8>(), 0..60), defined in packets(1)) {
        let mut columns = ResultColumns::default();
        for part in defined.chunks(24) {
            let before = columns.len();
            let read = columns.read(part).is_ok();
            prop_assert_eq!(columns.len(), before + usize::from(read));
        }
        for at in 0..=columns.len() {
            let _ = columns.name(at);
        }
        let mut spans = Vec::new();
        for protocol in [Protocol::Text, Protocol::Binary] {
            if protocol.spans(&body, columns.all(), &mut spans).is_ok() {
                prop_assert_eq!(spans.len(), columns.len());
                prop_assert!(spans.iter().all(|(_, end)| *end as usize <= body.len()));
            }
        }
    }

    #[test]
    fn logins(said in proptest::collection::vec(any::<u8>(), 0..120), framed: bool) {
        let said = if framed { packet(0, &[&[10], &said[..]].concat()) } else { said };
        prop_assert!(!lets_in(&said));
    }

    #[test]
    fn logins_that_have_begun(
        kind in proptest::sample::select(vec!["mysql_native_password", "caching_sha2_password", "x", ""]),
        said in packets(2),
    ) {
        let greeting = packet(0, &super::login::greeting(kind, false));
        // It may be let in.
        lets_in(&[greeting, said].concat());
    }
}

/// Whether somebody who asks with a password is let in by what is said.
fn lets_in(said: &[u8]) -> bool {
    let path = std::env::temp_dir().join(format!("manybase-garbage-{}", uuid::Uuid::new_v4().simple()));
    let begun = runtime().block_on(async {
        let listener = UnixListener::bind(&path).unwrap();
        let server = Server {
            place: Place::Unix(path.clone()),
            tls: Tls::Off,
            user: Some("ann".to_owned()),
            password: Some(Secret::new("open sesame")),
            database: None,
        };
        let say = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.write_all(said).await;
            let _ = stream.shutdown().await;
        };
        tokio::join!(login(&server), say).0
    });
    std::fs::remove_file(path).unwrap();
    begun.is_ok()
}
