//! The thread that a connection lives on. It is started for the first work that does not fit the caller's.

use crate::company::Present;
use crate::config::{Config, Place};
use crate::core::Core;
use crate::log::{Beside, Log};
use crate::open::{open, open_on_the_spot};
use crate::watch::Watch;
use manybase_driver::{Access, Error, ErrorKind, Result};
use std::sync::{Arc, Mutex, PoisonError, TryLockError, mpsc};
use std::thread;
use tokio::sync::oneshot;

/// At most 15 characters, so that the system shows all of it.
const NAME: &str = "manybase-sqlite";

type Job = Box<dyn FnOnce(&Link) + Send>;

/// What both sides have of a connection. The lock is free whenever no job runs.
struct Link {
    core: Mutex<Core>,
    watch: Arc<Watch>,
    log: Log,
    config: Arc<Config>,
}

/// The caller's side. Dropping it stops the running job and ends the thread, which closes the file.
pub(crate) struct Worker {
    /// `None` only once it has been let go.
    link: Option<Arc<Link>>,
    thread: Option<Thread>,
}

/// The connection's own.
struct Thread {
    jobs: mpsc::Sender<Job>,
    ended: Option<oneshot::Receiver<()>>,
}

fn lost() -> Error {
    Error::new(
        ErrorKind::ConnectionLost,
        "the thread of this SQLite connection has ended unexpectedly",
    )
}

/// Starts a thread that serves the connection which `link` gives it, until nobody has work for it any more.
fn spawn(link: impl FnOnce() -> Option<Arc<Link>> + Send + 'static) -> std::io::Result<Thread> {
    let (jobs, queue) = mpsc::channel();
    let (end, ended) = oneshot::channel();
    let main = move || {
        if let Some(link) = link() {
            serve(&queue, link);
        }
        drop::<oneshot::Sender<()>>(end);
    };
    thread::Builder::new().name(NAME.to_owned()).spawn(main)?;
    let ended = Some(ended);
    Ok(Thread { jobs, ended })
}

impl Link {
    fn new(core: Core) -> Arc<Self> {
        Arc::new(Self {
            watch: core.watch.clone(),
            log: core.log.clone(),
            config: core.config.clone(),
            core: Mutex::new(core),
        })
    }
}

impl Worker {
    const PRESENT: &str = "it is let go only at its end";

    fn link(&self) -> &Arc<Link> {
        self.link.as_ref().expect(Self::PRESENT)
    }

    /// Opens the file: here if nothing has to be waited for, else on the connection's own thread.
    pub(crate) async fn start(config: Arc<Config>, access: Access) -> Result<Self> {
        if let Some(core) = open_on_the_spot(&config, access) {
            return Ok(Self {
                link: Some(Link::new(core)),
                thread: None,
            });
        }
        let (hand_over, opened) = oneshot::channel();
        let limit = config.connect_timeout;
        let dial = move || {
            let link = open(&config, access).map(Link::new);
            let mine = link.as_ref().ok().cloned();
            // When nobody waits any more, the queue is closed too.
            drop(hand_over.send(link));
            mine
        };
        let thread = spawn(dial)
            .map_err(|error| Error::new(ErrorKind::Connect, format!("no thread for it: {error}")))?;
        let link = match tokio::time::timeout(limit, opened).await {
            Ok(Ok(link)) => link?,
            Ok(Err(_)) => return Err(lost()),
            Err(_) => {
                let message = format!("the file could not be opened within {limit:.1?}");
                return Err(Error::new(ErrorKind::Connect, message));
            }
        };
        Ok(Self {
            link: Some(link),
            thread: Some(thread),
        })
    }

    /// The connection's thread, started if it has none yet.
    fn thread(&mut self) -> Result<&Thread> {
        if self.thread.is_none() {
            let link = self.link().clone();
            let started = spawn(move || Some(link)).map_err(|error| {
                Error::driver(format!("no thread for this SQLite connection: {error}"))
                    .with_help("raise the system's limit of threads, or open fewer connections")
            })?;
            self.thread = Some(started);
        }
        self.thread.as_ref().ok_or_else(lost)
    }

    /// Runs work on the connection's thread. Dropping the future stops it.
    pub(crate) async fn hop<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Core) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let number = self.link().watch.issue();
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |link| {
            if let Some(result) = link.run(number, work) {
                // The lock is free again, so that the caller's next read can run on the spot.
                drop(reply.send(result));
            }
        });
        self.thread()?.jobs.send(job).map_err(|_| lost())?;
        let mut guard = CancelOnDrop {
            watch: &self.link().watch,
            job: Some(number),
        };
        let result = answer.await;
        guard.job = None;
        result.map_err(|_| lost())?
    }

    /// Runs work on the caller's thread, if the connection is idle and the work `fits` there. `None` when it does not,
    /// or has turned out not to: then nothing has happened.
    pub(crate) fn on_the_spot<T>(
        &mut self,
        fits: impl FnOnce(&Core) -> bool,
        work: impl FnOnce(&mut Core) -> Result<T>,
    ) -> Option<Result<T>> {
        let link = self.link();
        let mut core = match link.core.try_lock() {
            Ok(core) => core,
            Err(TryLockError::WouldBlock) => return None,
            Err(TryLockError::Poisoned(_)) => return Some(Err(lost())),
        };
        if link.log.is_overfull() || !fits(&core) {
            return None;
        }
        link.watch.start_on_the_spot();
        core.on_the_spot = true;
        let result = work(&mut core);
        core.on_the_spot = false;
        let gave_up = link.watch.finish();
        drop(core);
        if link.log.is_to_tell() {
            // The thread looks after the log whenever it has had a job. If there is none, the next hop says so.
            if let Ok(thread) = self.thread() {
                drop(thread.jobs.send(Box::new(|_| {})));
            }
        }
        match result {
            Err(_) if gave_up => None,
            result => Some(result),
        }
    }

    /// Runs work on the caller's thread where it fits, else on the connection's own.
    pub(crate) async fn near<T: Send + 'static>(
        &mut self,
        fits: impl FnOnce(&Core) -> bool,
        work: impl Fn(&mut Core) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        turn().await;
        match self.on_the_spot(fits, &work) {
            Some(result) => result,
            None => self.hop(work).await,
        }
    }

    /// Whether a panic has ended it.
    pub(crate) fn is_lost(&self) -> bool {
        self.link().core.is_poisoned()
    }

    /// Closes the file and waits until that is done.
    pub(crate) async fn close(mut self) {
        self.let_go();
        // Its queue ends here, and the thread with it.
        let ended = self.thread.take().and_then(|thread| thread.ended);
        if let Some(ended) = ended {
            // The thread never sends; it drops its end when all is closed.
            drop(ended.await);
        }
    }

    /// Gives up its side of the link, so that the thread is the one to close the file: whoever is the last to close it moves
    /// the log into it, and waits for the disk. Without a thread it is closed here if it is sure not to be the last.
    fn let_go(&mut self) {
        let Some(link) = self.link.take() else { return };
        link.watch.cancel_all();
        if self.thread.is_some() || matches!(link.config.place, Place::Memory) {
            return;
        }
        if let Some(link) = link.close_in_company() {
            // If there can be no thread, it is closed here.
            self.thread = spawn(move || Some(link)).ok();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.let_go();
    }
}

impl Link {
    /// `None` when the job was cancelled before it began.
    fn run<T>(&self, number: u64, work: impl FnOnce(&mut Core) -> Result<T>) -> Option<Result<T>> {
        let Ok(mut core) = self.core.lock() else {
            return Some(Err(lost()));
        };
        if !self.watch.start(number) {
            return None;
        }
        let result = work(&mut core);
        self.watch.finish();
        Some(result)
    }

    /// Between two jobs: moves the write-ahead log into the file once it has grown long.
    fn tidy(&self, beside: &mut Beside) {
        if !self.log.take_due() || !self.log.is_overfull() && beside.move_into_file() {
            return;
        }
        let Ok(core) = self.core.lock() else { return };
        if self.watch.start(self.watch.issue()) {
            self.log.move_into_file(&core.raw);
            self.watch.finish();
        }
    }

    /// Closes the file where the caller is, if others have it open and stay. Else the link comes back.
    fn close_in_company(self: Arc<Self>) -> Option<Arc<Self>> {
        let Ok(_alone) = CLOSING.try_lock() else {
            return Some(self);
        };
        let short = self.core.try_lock().is_ok_and(|core| {
            let company = core.present.as_ref().is_some_and(Present::has_company);
            // What has to be rolled back may be long.
            company && core.raw.is_autocommit()
        });
        if !short {
            return Some(self);
        }
        // While nobody else closes one.
        drop(self);
        None
    }
}

/// What runs on the caller's thread never waits, so that a task which runs one statement after another would not let
/// others have a turn. From time to time it has to.
pub(crate) async fn turn() {
    tokio::task::coop::consume_budget().await;
}

fn serve(queue: &mpsc::Receiver<Job>, link: Arc<Link>) {
    let mut beside = Beside::new(link.config.clone());
    while let Ok(job) = queue.recv() {
        job(&link);
        link.tidy(&mut beside);
    }
    // Of two connections that close a file at the same moment, each finds the other still there, and neither
    // moves the write-ahead log into the file.
    let _alone = CLOSING.lock().unwrap_or_else(PoisonError::into_inner);
    drop(beside);
    drop(link);
}

/// Held while a file is closed.
static CLOSING: Mutex<()> = Mutex::new(());

struct CancelOnDrop<'w> {
    watch: &'w Watch,
    job: Option<u64>,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        if let Some(job) = self.job {
            self.watch.cancel(job);
        }
    }
}
