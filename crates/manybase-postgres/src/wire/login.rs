//! Login: TLS, authentication and the session's first settings, which `tokio-postgres` does. It is lent the socket for that
//! time.
#![cfg_attr(
    not(feature = "tls"),
    expect(clippy::clone_on_copy, reason = "what connects with TLS is more than nothing")
)]

use super::{Secure, Stream};
use crate::tls::Connector;
use manybase_driver::wire::{Place, Socket};
use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres::{CancelToken, Config};

/// Why nobody was let in.
pub(crate) enum Refused {
    /// Nobody answers there.
    Unreachable(io::Error),
    /// Somebody does, and the login failed.
    Login(tokio_postgres::Error),
}

/// A session that has just begun.
pub(super) struct Begun {
    pub(super) stream: Stream,
    pub(super) version: String,
    pub(super) cancel: CancelToken,
}

pub(super) async fn login(place: &Place, config: &Config, tls: &Connector) -> Result<Begun, Refused> {
    let plain = Lent::new(place.dial().await.map_err(Refused::Unreachable)?);
    let secure = Lent::empty();
    let connect = Connect {
        tls: tls.clone(),
        host: place.name().to_owned(),
        secure: secure.clone(),
    };
    let login = config.connect_raw(plain.clone(), connect);
    let (client, connection) = login.await.map_err(Refused::Login)?;
    let version = connection.parameter("server_version").unwrap_or("unknown");
    // The socket is in one of the two.
    let stream = match (secure.take(), plain.take()) {
        (Some(secure), _) => Stream::Secure(Box::new(secure)),
        (None, Some(plain)) => Stream::Plain(plain),
        (None, None) => return Err(Refused::Unreachable(taken())),
    };
    Ok(Begun {
        stream,
        version: version.to_owned(),
        cancel: client.cancel_token(),
    })
}

/// Asks the server, beside the session, to stop what the session runs.
pub(super) async fn cancel(
    place: &Place,
    token: &CancelToken,
    tls: &Connector,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let socket = place.dial().await?;
    let tls = MakeTlsConnect::<Socket>::make_tls_connect(&mut tls.clone(), place.name())?;
    Ok(token.cancel_query_raw(socket, tls).await?)
}

/// A stream that is lent out, and can be taken back.
struct Lent<S>(Arc<Mutex<Option<S>>>);

impl<S> Clone for Lent<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> Lent<S> {
    fn new(stream: S) -> Self {
        Self(Arc::new(Mutex::new(Some(stream))))
    }

    fn empty() -> Self {
        Self(Arc::default())
    }

    fn lock(&self) -> MutexGuard<'_, Option<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<S> {
        self.lock().take()
    }
}

fn taken() -> io::Error {
    io::Error::other("the stream was taken back")
}

impl<S: AsyncRead + Unpin> AsyncRead for Lent<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut *self.lock() {
            Some(stream) => Pin::new(stream).poll_read(cx, into),
            None => Poll::Ready(Err(taken())),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lent<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        match &mut *self.lock() {
            Some(stream) => Pin::new(stream).poll_write(cx, from),
            None => Poll::Ready(Err(taken())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self.lock() {
            Some(stream) => Pin::new(stream).poll_flush(cx),
            None => Poll::Ready(Err(taken())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self.lock() {
            Some(stream) => Pin::new(stream).poll_shutdown(cx),
            None => Poll::Ready(Err(taken())),
        }
    }
}

impl TlsStream for Lent<Secure> {
    fn channel_binding(&self) -> ChannelBinding {
        match &*self.lock() {
            Some(stream) => stream.channel_binding(),
            None => ChannelBinding::none(),
        }
    }
}

/// Brings the lent socket under TLS, and lends that.
struct Connect {
    tls: Connector,
    host: String,
    secure: Lent<Secure>,
}

impl TlsConnect<Lent<Socket>> for Connect {
    type Stream = Lent<Secure>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Lent<Secure>, Self::Error>> + Send>>;

    fn connect(mut self, plain: Lent<Socket>) -> Self::Future {
        Box::pin(async move {
            let socket = plain.take().ok_or_else(taken)?;
            let tls = MakeTlsConnect::<Socket>::make_tls_connect(&mut self.tls, &self.host)?;
            *self.secure.lock() = Some(tls.connect(socket).await?);
            Ok(self.secure)
        })
    }
}
