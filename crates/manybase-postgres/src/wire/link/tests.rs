use super::*;
use manybase_driver::wire::Socket;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// A link, and the server at its other end.
fn link() -> (Link, UnixStream) {
    let (here, there) = UnixStream::pair().unwrap();
    (Link::new(Stream::Plain(Socket::Unix(here))), there)
}

#[tokio::test]
async fn messages_come_in_pieces() {
    let (mut link, mut server) = link();
    let bytes = b"D\0\0\0\x06abS\0\0\0\x04N\0\0\0\x05\0D\0\0\0\x04Z\0\0\0\x05I";
    link.query("SELECT 1").unwrap();
    let say = async {
        for byte in bytes {
            server.write_all(&[*byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let hear = async {
        let mut heard = Vec::new();
        for _ in 0..3 {
            let message = link.next().await.unwrap();
            heard.push((message.tag, link.body(&message).to_vec()));
        }
        heard
    };
    let ((), heard) = tokio::join!(say, hear);
    assert_eq!(
        heard,
        [(b'D', b"ab".to_vec()), (b'D', vec![]), (b'Z', b"I".to_vec())]
    );
    assert!(link.is_clear());
    drop(server);
    assert!(matches!(link.next().await, Err(Failure::Closed)));
}

/// Both have more to say than there is room for on the way, and the server listens only after having said it.
#[tokio::test]
async fn nobody_waits_for_the_other() {
    const MUCH: usize = 4 << 20;
    let (mut link, server) = link();
    link.query(&"x".repeat(MUCH)).unwrap();
    let (mut from, mut to) = server.into_split();
    let server = tokio::spawn(async move {
        let length = u32::try_from(MUCH + 4).unwrap();
        to.write_all(&[&b"D"[..], &length.to_be_bytes()].concat())
            .await
            .unwrap();
        to.write_all(&vec![7; MUCH]).await.unwrap();
        let mut asked = vec![0; MUCH + 6];
        from.read_exact(&mut asked).await.unwrap();
        (to, from, asked)
    });
    let message = link.next().await.unwrap();
    assert_eq!((message.tag, link.body(&message).len()), (b'D', MUCH));
    let (_to, _from, asked) = server.await.unwrap();
    assert!(asked.starts_with(b"Q\0\x40\0\x05x") && asked.ends_with(b"x\0"));
}

#[tokio::test]
async fn nonsense_ends_it() {
    let (mut link, mut server) = link();
    server.write_all(b"D\0\0\0\x03").await.unwrap();
    assert!(matches!(link.next().await, Err(Failure::Unexpected(_))));
    assert!(link.has_ended());
}

#[tokio::test]
async fn a_goodbye_while_nobody_uses_it_is_noticed() {
    let (mut link, mut server) = link();
    link.look_around();
    assert!(!link.has_ended());
    server.write_all(b"N\0\0\0\x0bMhello\0S\0\0\0\x04").await.unwrap();
    while link.pump.unread().is_empty() {
        tokio::task::yield_now().await;
        link.pump.look();
    }
    link.look_around();
    assert!(!link.has_ended());
    server.write_all(b"E\0\0\0\x12SFATAL\0Mends\0\0").await.unwrap();
    while !link.has_ended() {
        tokio::task::yield_now().await;
        link.look_around();
    }
    assert_eq!(link.why(), Some("ends"));
}

#[tokio::test]
async fn an_error_is_told_even_when_the_connection_ends_with_it() {
    let (mut link, mut server) = link();
    link.query("SELECT 1").unwrap();
    server.write_all(b"E\0\0\0\x12SFATAL\0Mends\0\0").await.unwrap();
    drop(server);
    let message = link.next().await.unwrap();
    let failure = link.refused(&message).await;
    assert!(matches!(failure, Failure::Server(error) if error.is_fatal() && error.message() == "ends"));
    assert!(link.has_ended());
}

#[tokio::test]
async fn all_of_a_first_run_goes_at_once() {
    let (mut link, mut server) = link();
    let none: (
        &[manybase_sql::Value],
        &[(crate::kind::Kind, tokio_postgres::types::Type)],
    ) = (&[], &[]);
    link.prepare_and_run("SELECT 1", &none).unwrap();
    link.flush().await;
    let mut asked = [0; 256];
    let length = server.read(&mut asked).await.unwrap();
    let (mut tags, mut rest) = (Vec::new(), &asked[..length]);
    while let [tag, a, b, c, d, ..] = *rest {
        tags.push(tag);
        rest = &rest[1 + u32::from_be_bytes([a, b, c, d]) as usize..];
    }
    assert_eq!(tags, *b"PDBES");
}
