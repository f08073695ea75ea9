//! The client, and the task that moves its bytes.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Client, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long the task may go on after its client went, to take leave of the server.
const GRACE: Duration = Duration::from_secs(5);

/// How often a statement is cancelled, and how long each time is waited for its end. The request travels beside
/// the connection, so the first may arrive before the statement does.
const CANCEL: (u32, Duration) = (4, Duration::from_millis(500));

pub(crate) struct Wire {
    pub(crate) client: Client,
    /// Why the connection broke, once it has.
    why: Arc<OnceLock<String>>,
    task: JoinHandle<()>,
    tls: MakeRustlsConnect,
    /// Nothing is sent: its end tells the task that the client went.
    _farewell: oneshot::Sender<Infallible>,
    /// A connection may be abandoned on a thread that knows of no runtime.
    runtime: Handle,
}

impl Wire {
    pub(crate) fn start<T>(client: Client, connection: Connection<Socket, T>, tls: MakeRustlsConnect) -> Self
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (farewell, gone) = oneshot::channel();
        let why = Arc::new(OnceLock::new());
        let runtime = Handle::current();
        let task = runtime.spawn(drive(connection, gone, why.clone()));
        Self {
            client,
            why,
            task,
            tls,
            _farewell: farewell,
            runtime,
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed() || self.task.is_finished()
    }

    /// Why the connection broke, where it is known.
    pub(crate) fn why(&self) -> Option<&str> {
        self.why.get().map(String::as_str)
    }

    /// Stops the running statement on the server and closes the connection, in the background.
    pub(crate) fn abandon(self) {
        let Self {
            client,
            mut task,
            tls,
            _farewell: farewell,
            runtime,
            ..
        } = self;
        let token = client.cancel_token();
        // Without its client and after the running statement, the connection says goodbye.
        drop(client);
        runtime.spawn(async move {
            let (times, patience) = CANCEL;
            for _ in 0..times {
                let cancel = token.cancel_query(tls.clone());
                if let Ok(Err(error)) = timeout(patience, cancel).await {
                    tracing::debug!(target: "manybase::postgres", error = %crate::error::chain(&error), "can't cancel");
                }
                if timeout(patience, &mut task).await.is_ok() {
                    return;
                }
            }
            drop(farewell);
        });
    }

    /// Says goodbye and waits for the end, not for long.
    pub(crate) async fn close(self) {
        let Self { client, task, .. } = self;
        drop(client);
        let _ = timeout(GRACE, task).await;
    }
}

/// Moves bytes until the connection ends. A server that hangs must not keep the task for ever once nobody waits
/// for it.
async fn drive<T>(
    mut connection: Connection<Socket, T>,
    gone: oneshot::Receiver<Infallible>,
    why: Arc<OnceLock<String>>,
) where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut talk = pin!(talk(&mut connection, &why));
    tokio::select! {
        biased;
        () = &mut talk => return,
        _ = gone => {}
    }
    if timeout(GRACE, talk).await.is_err() {
        tracing::debug!(target: "manybase::postgres", "the server did not take leave in time");
    }
}

async fn talk<T>(connection: &mut Connection<Socket, T>, why: &OnceLock<String>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
        match message {
            Ok(AsyncMessage::Notice(notice)) => {
                tracing::debug!(
                    target: "manybase::postgres",
                    severity = notice.severity(),
                    "{}",
                    notice.message()
                );
            }
            Ok(_) => {}
            Err(error) => {
                let error = crate::error::chain(&error);
                tracing::debug!(target: "manybase::postgres", error, "the connection broke");
                let _ = why.set(error);
                return;
            }
        }
    }
}
