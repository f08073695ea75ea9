//! The least of an HTTP client: what it does not do, no test can blame it for.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// Sends a request and leaves the connection open.
pub(crate) async fn begin(at: SocketAddr, method: &str, path: &str) -> TcpStream {
    send(at, method, path, "", "").await
}

/// With more lines in the head, each with its end, and a body.
pub(crate) async fn send(at: SocketAddr, method: &str, path: &str, head: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(at).await.expect("connects");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{head}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("sends");
    stream
}

/// Waits for the response. `None` when the server hangs up without one.
pub(crate) async fn finish(mut stream: TcpStream) -> Option<Reply> {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some(Reply {
        status: head.split(' ').nth(1)?.parse().ok()?,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

pub(crate) async fn get(at: SocketAddr, path: &str) -> Reply {
    finish(begin(at, "GET", path).await).await.expect("a response")
}

pub(crate) async fn post(at: SocketAddr, path: &str) -> Reply {
    finish(begin(at, "POST", path).await).await.expect("a response")
}
