//! The least of an HTTP client.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

pub(crate) struct Reply {
    pub(crate) status: u16,
    body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// Sends a request, and leaves the connection to the caller.
pub(crate) fn begin(
    at: SocketAddr,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(at)?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: bank\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    Ok(stream)
}

/// `None` when there is nobody, or no response.
pub(crate) fn send(at: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> Option<Reply> {
    let mut stream = begin(at, method, path, body).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some(Reply {
        status: head.split(' ').nth(1)?.parse().ok()?,
        body: body.to_owned(),
    })
}

pub(crate) fn get(at: SocketAddr, path: &str) -> Reply {
    send(at, "GET", path, None).expect("a response")
}

pub(crate) fn post(at: SocketAddr, path: &str, body: &Value) -> Reply {
    send(at, "POST", path, Some(body)).expect("a response")
}
