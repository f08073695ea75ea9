//! What carries the bytes: TCP or a Unix socket, plain or under TLS.

use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::net::{TcpStream, lookup_host};

/// After so long without a byte the network asks whether the peer is there. Else a dead one that never says so would be
/// noticed after two hours.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// Where a server listens.
///
/// ```
/// use manybase_driver::wire::Place;
/// let place = Place::Tcp { host: "db.example".into(), port: 5432 };
/// assert_eq!(place.name(), "db.example");
/// ```
#[derive(Debug, Clone)]
pub enum Place {
    /// By host, which may have several addresses, and port.
    Tcp {
        /// Its name or its address.
        host: String,
        /// Its port.
        port: u16,
    },
    /// The path of a Unix socket.
    Unix(PathBuf),
}

impl Place {
    /// What the certificate has to name.
    pub fn name(&self) -> &str {
        match self {
            Self::Tcp { host, .. } => host,
            Self::Unix(_) => "",
        }
    }

    /// Dials it: of several addresses the first that answers.
    ///
    /// # Errors
    /// Nobody answers at any of its addresses, or it has none.
    pub async fn dial(&self) -> io::Result<Socket> {
        match self {
            Self::Tcp { host, port } => {
                let mut failed = None;
                for address in lookup_host((host.as_str(), *port)).await? {
                    match TcpStream::connect(address).await {
                        Ok(stream) => return Socket::tcp(stream),
                        Err(error) => failed = Some(error),
                    }
                }
                Err(failed.unwrap_or_else(|| io::Error::other("the host has no address")))
            }
            #[cfg(unix)]
            Self::Unix(path) => UnixStream::connect(path).await.map(Socket::Unix),
            #[cfg(not(unix))]
            Self::Unix(_) => Err(io::Error::other("there are no Unix sockets on this system")),
        }
    }
}

/// What [`Place::dial`] has reached.
///
/// ```
/// use manybase_driver::wire::{Place, Socket};
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let server = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let place = Place::Tcp { host: "localhost".into(), port: server.local_addr()?.port() };
/// assert!(matches!(place.dial().await?, Socket::Tcp(_)));
/// # std::io::Result::Ok(()) })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub enum Socket {
    /// Over the network.
    Tcp(TcpStream),
    /// On this machine.
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    fn tcp(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE))?;
        Ok(Self::Tcp(stream))
    }
}

/// A socket, or what a library for TLS has made of it.
///
/// ```
/// use manybase_driver::wire::{Place, Stream};
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let server = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let place = Place::Tcp { host: "127.0.0.1".into(), port: server.local_addr()?.port() };
/// let stream: Stream<tokio::io::Empty> = Stream::Plain(place.dial().await?);
/// assert!(matches!(stream, Stream::Plain(_)));
/// # std::io::Result::Ok(()) })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub enum Stream<S> {
    /// As it is.
    Plain(Socket),
    /// Under TLS.
    Secure(Box<S>),
}

macro_rules! each {
    ($value:expr, $inner:ident => $do:expr) => {
        match $value.get_mut() {
            Self::Tcp($inner) => $do,
            #[cfg(unix)]
            Self::Unix($inner) => $do,
        }
    };
}

impl AsyncRead for Socket {
    #[inline]
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        each!(self, socket => Pin::new(socket).poll_read(cx, into))
    }
}

impl AsyncWrite for Socket {
    #[inline]
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        each!(self, socket => Pin::new(socket).poll_write(cx, from))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, socket => Pin::new(socket).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, socket => Pin::new(socket).poll_shutdown(cx))
    }
}

macro_rules! either {
    ($value:expr, $inner:ident => $do:expr) => {
        match $value.get_mut() {
            Self::Plain($inner) => $do,
            Self::Secure(boxed) => {
                let $inner = &mut **boxed;
                $do
            }
        }
    };
}

impl<S: AsyncRead + Unpin> AsyncRead for Stream<S> {
    #[inline]
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => Pin::new(stream).poll_read(cx, into))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    #[inline]
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        either!(self, stream => Pin::new(stream).poll_write(cx, from))
    }

    #[inline]
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}
