//! A session with the server, from its login to its end.

mod failure;
mod link;
mod login;
pub(crate) mod message;

pub(crate) use failure::{Failure, ServerError};
pub(crate) use link::{Forgotten, Link};
pub(crate) use login::Refused;
pub(crate) use manybase_driver::wire::Place;

use crate::settings::Settings;
use crate::tls::Connector;
use login::login;
use manybase_driver::wire::Socket;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::CancelToken;
use tokio_postgres::tls::MakeTlsConnect;

/// A socket under TLS.
type Secure = <Connector as MakeTlsConnect<Socket>>::Stream;

type Stream = manybase_driver::wire::Stream<Secure>;

/// How long the connection may go on after its user went, to take leave of the server. A server that hangs must not
/// keep it for ever once nobody waits for it.
const GRACE: Duration = Duration::from_secs(5);

/// How often a statement is cancelled, and how long each time is waited for its end. The request travels beside
/// the connection, so the first may arrive before the statement does.
const CANCEL: (u32, Duration) = (4, Duration::from_millis(500));

pub(crate) struct Wire {
    farewell: Farewell,
    cancel: CancelToken,
    settings: Arc<Settings>,
}

impl Wire {
    /// Dials and logs in. Returns the server's version too.
    pub(crate) async fn open(settings: &Arc<Settings>) -> Result<(Self, String), Refused> {
        let begun = login(&settings.place, &settings.config, &settings.tls).await?;
        let wire = Self {
            farewell: Farewell {
                end: End::new(Link::new(begun.stream)),
                runtime: Handle::current(),
            },
            cancel: begun.cancel,
            settings: settings.clone(),
        };
        Ok((wire, begun.version))
    }

    /// What speaks with the server. Not before [`Wire::cleared`].
    pub(crate) fn link(&mut self) -> &mut Link {
        self.farewell.end.link()
    }

    pub(crate) fn is_closed(&self) -> bool {
        let end = &self.farewell.end;
        // While it is being cleared, somebody else has it.
        if end.clearing.is_some() {
            return false;
        }
        let mut link = end.link.lock().unwrap_or_else(PoisonError::into_inner);
        if !link.has_ended() {
            link.look_around();
        }
        link.has_ended()
    }

    /// The rest of a statement is of no interest. What is there already is passed over at once; what is not is read in the
    /// background: as long as it is not, the server goes on with the statement and keeps its locks.
    pub(crate) fn clear(&mut self) {
        let end = &mut self.farewell.end;
        let link = end.link();
        link.look();
        if link.is_clear() {
            return;
        }
        let mut link = std::mem::replace(link, Link::gone());
        let clearing = self.farewell.runtime.spawn(async move {
            link.clear().await;
            link
        });
        end.clearing = Some(clearing);
    }

    pub(crate) fn is_being_cleared(&self) -> bool {
        self.farewell.end.clearing.is_some()
    }

    /// Waits until nothing is left of the statement before.
    pub(crate) async fn cleared(&mut self) {
        self.farewell.end.cleared().await;
    }

    /// Stops the running statement on the server and closes the connection, in the background.
    pub(crate) fn abandon(self) {
        let Self {
            mut farewell,
            cancel,
            settings,
        } = self;
        let (runtime, mut end) = (farewell.runtime.clone(), farewell.take());
        runtime.spawn(async move {
            let (times, patience) = CANCEL;
            for _ in 0..times {
                let request = login::cancel(&settings.place, &cancel, &settings.tls);
                if let Ok(Err(error)) = timeout(patience, request).await {
                    tracing::debug!(target: "manybase::postgres", %error, "can't cancel");
                }
                if timeout(patience, end.leave()).await.is_ok() {
                    return;
                }
            }
        });
    }

    /// Says goodbye and waits for the end, not for long.
    pub(crate) async fn close(mut self) {
        self.farewell.take().within_grace().await;
    }
}

/// The connection's end. Wherever it is dropped, it takes leave of the server in the background.
struct Farewell {
    end: End,
    /// A connection may be dropped on a thread that knows of no runtime.
    runtime: Handle,
}

struct End {
    /// Locked only by whoever looks whether it has ended, while nobody uses it.
    link: Mutex<Link>,
    /// Reads what is left of a statement that its user has had enough of, and then gives the connection back.
    clearing: Option<JoinHandle<Link>>,
}

impl End {
    fn new(link: Link) -> Self {
        Self {
            link: Mutex::new(link),
            clearing: None,
        }
    }

    fn link(&mut self) -> &mut Link {
        self.link.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    async fn cleared(&mut self) {
        if let Some(clearing) = &mut self.clearing {
            // Where it was cut off, its runtime is gone, and the connection with it.
            if let Ok(link) = clearing.await {
                *self.link() = link;
            }
            self.clearing = None;
        }
    }

    async fn leave(&mut self) {
        self.cleared().await;
        self.link().leave().await;
    }

    async fn within_grace(mut self) {
        if timeout(GRACE, self.leave()).await.is_err() {
            tracing::debug!(target: "manybase::postgres", "the server did not take leave in time");
            if let Some(clearing) = self.clearing {
                clearing.abort();
            }
        }
    }
}

impl Farewell {
    fn take(&mut self) -> End {
        std::mem::replace(&mut self.end, End::new(Link::gone()))
    }
}

impl Drop for Farewell {
    fn drop(&mut self) {
        if self.end.clearing.is_some() || !self.end.link().has_ended() {
            let end = self.take();
            self.runtime.spawn(end.within_grace());
        }
    }
}
