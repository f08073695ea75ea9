//! The proxy's thread: it accepts, forwards and carries out orders.

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::SyncSender;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::forgery::Forgery;
use super::loss::{Loss, Side};
use super::traffic::{Conversation, Traffic};

/// What a test wants.
#[derive(Clone, Copy, Debug)]
pub(super) enum Command {
    BlackHole,
    Cut,
    Refuse,
    Restore,
}

/// A command, and where to say that it has been carried out.
pub(super) struct Order {
    pub(super) command: Command,
    pub(super) done: SyncSender<io::Result<()>>,
}

/// What is done to the traffic, and noted of it.
#[derive(Clone)]
pub(super) struct Tricks {
    pub(super) loss: Loss,
    pub(super) forgery: Forgery,
    pub(super) traffic: Traffic,
}

/// Runs until the handle is dropped.
pub(super) async fn serve(
    listener: std::net::TcpListener,
    addr: SocketAddr,
    upstream: SocketAddr,
    tricks: Tricks,
    mut orders: mpsc::UnboundedReceiver<Order>,
) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    // `None` while connections are refused.
    let mut listener = Some(listener);
    // Whether data may pass.
    let (gate, _) = watch::channel(true);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            order = orders.recv() => {
                let Some(Order { command, done }) = order else { break };
                let result = match command {
                    Command::BlackHole => {
                        gate.send_replace(false);
                        Ok(())
                    }
                    Command::Cut => {
                        connections.shutdown().await;
                        Ok(())
                    }
                    Command::Refuse => {
                        listener = None;
                        connections.shutdown().await;
                        Ok(())
                    }
                    Command::Restore => {
                        gate.send_replace(true);
                        listen(&mut listener, addr).await
                    }
                };
                let _ = done.send(result);
            }
            accepted = accept(listener.as_ref()) => {
                if let Ok(client) = accepted {
                    let with = (tricks.clone(), tricks.traffic.begin());
                    connections.spawn(connect(client, upstream, gate.subscribe(), with));
                }
            }
            // Otherwise finished connections would be kept until the end.
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn listen(listener: &mut Option<TcpListener>, addr: SocketAddr) -> io::Result<()> {
    if listener.is_none() {
        *listener = Some(TcpListener::bind(addr).await?);
    }
    Ok(())
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => Ok(listener.accept().await?.0),
        None => std::future::pending().await,
    }
}

/// Forwards one connection, both ways, until both sides have closed it or one is lost.
async fn connect(
    mut client: TcpStream,
    upstream: SocketAddr,
    gate: watch::Receiver<bool>,
    with: (Tricks, Conversation),
) -> io::Result<()> {
    client.set_nodelay(true)?;
    pass(&mut gate.clone()).await;
    let mut server = TcpStream::connect(upstream).await?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    tokio::try_join!(
        forward(from_client, to_server, gate.clone(), &with, Side::Request),
        forward(from_server, to_client, gate, &with, Side::Reply),
    )?;
    Ok(())
}

async fn forward(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut gate: watch::Receiver<bool>,
    (tricks, conversation): &(Tricks, Conversation),
    side: Side,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut buffer).await?;
        pass(&mut gate).await;
        if read == 0 {
            return to.shutdown().await;
        }
        if tricks.loss.takes(side) {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        if side == Side::Request {
            tricks.forgery.apply(&mut buffer[..read]);
        }
        conversation.note(side);
        to.write_all(&buffer[..read]).await?;
    }
}

/// Waits until data may pass.
async fn pass(gate: &mut watch::Receiver<bool>) {
    if gate.wait_for(|open| *open).await.is_err() {
        // The proxy itself is gone: this task is about to be dropped.
        std::future::pending::<()>().await;
    }
}
