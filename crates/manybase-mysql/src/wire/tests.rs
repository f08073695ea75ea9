//! The protocol against a stand-in for the server that is at the other end of a socket.

mod garbage;
mod key;
mod login;
mod packets;

use super::{Link, Stream};
use manybase_driver::wire::Socket;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::UnixStream;

/// An `OK_Packet` that says nothing.
pub(crate) const OK: &[u8] = &[0, 0, 0, 2, 0, 0, 0];

/// A link, and the server at its other end.
pub(crate) fn link() -> (Link, UnixStream) {
    let (here, there) = UnixStream::pair().unwrap();
    let mut link = Link::new(Stream::Plain(Socket::Unix(here)));
    link.ends_with_ok = true;
    (link, there)
}

/// A packet with its head.
fn packet(number: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    [&length[..3], &[number], body].concat()
}

pub(crate) async fn say(to: &mut (impl AsyncWrite + Unpin), number: u8, body: &[u8]) {
    to.write_all(&packet(number, body)).await.unwrap();
}

/// The number and the body of a packet.
pub(crate) async fn hear(from: &mut (impl AsyncRead + Unpin)) -> (u8, Vec<u8>) {
    let mut head = [0; 4];
    from.read_exact(&mut head).await.unwrap();
    let [a, b, c, number] = head;
    let mut body = vec![0; u32::from_le_bytes([a, b, c, 0]) as usize];
    from.read_exact(&mut body).await.unwrap();
    (number, body)
}
