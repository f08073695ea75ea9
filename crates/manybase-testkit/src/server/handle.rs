//! The handle of one live throwaway server: where it is, and what a test can do to it.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::blocking::blocking;
use super::database::Database;
use super::engine::{Access, Engine, USER};
use super::error::ServerError;
use super::home::Home;
use super::{port, process};

/// One real throwaway server: a child process of ours, with a directory and a port of its own.
///
/// [`Postgres`](crate::Postgres) and [`Mariadb`](crate::Mariadb) dereference to it. Every method takes `&self`,
/// so that the server shared by a test process can be used from all its threads; a test that stops, kills or
/// pauses a server starts one of its own. Dropping the handle ends the server and removes its directory.
///
/// ```no_run
/// use manybase_testkit::{Postgres, Server};
///
/// fn address(server: &Server) -> std::net::SocketAddr {
///     server.addr()
/// }
/// let postgres = Postgres::start().unwrap();
/// assert!(address(&postgres).ip().is_loopback());
/// ```
pub struct Server {
    name: String,
    access: Access,
    recipe: Recipe,
    child: Mutex<Option<Child>>,
    started_in: Duration,
    // Last, so that it is dropped last: its reaper removes the directory once the server has ended.
    home: Home,
}

/// How a server's program is called, but for its port and its directory.
pub(crate) struct Recipe {
    pub(crate) engine: Engine,
    /// For people: `PostgreSQL 15.14`.
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) command: CommandLine,
}

/// The command line of a server in a directory, on a port.
pub(crate) type CommandLine = Box<dyn Fn(&Home, u16) -> Command + Send + Sync>;

/// How long a server may take to start; after a crash it has to recover first.
const START: Duration = Duration::from_secs(60);

impl Server {
    /// Starts a server whose data directory is in place.
    pub(crate) fn start(recipe: Recipe, home: Home, begun: Instant) -> Result<Self, ServerError> {
        let mut server = Self {
            name: recipe.name.clone(),
            access: Access {
                engine: recipe.engine,
                port: 0,
                password: recipe.password.clone(),
            },
            recipe,
            child: Mutex::new(None),
            started_in: Duration::ZERO,
            home,
        };
        let mut tries = 5;
        loop {
            server.access.port = port::free();
            let answer = blocking(|| server.launch(&mut server.child()));
            tries -= 1;
            match answer {
                Ok(()) => break,
                // Someone else was faster on this port.
                Err(_) if tries > 0 && server.log().contains("Address already in use") => {
                    let _ = std::fs::remove_file(server.home.log());
                }
                Err(error) => return Err(error),
            }
        }
        server.started_in = begun.elapsed();
        Ok(server)
    }

    /// Its name and version, for people.
    ///
    /// ```no_run
    /// assert!(manybase_testkit::Postgres::start().unwrap().name().starts_with("PostgreSQL 1"));
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The port on `127.0.0.1`; it stays the same over a restart.
    ///
    /// ```no_run
    /// assert!(manybase_testkit::Postgres::start().unwrap().port() >= 1024);
    /// ```
    #[must_use]
    pub fn port(&self) -> u16 {
        self.access.port
    }

    /// The address, for a [`TcpProxy`](crate::TcpProxy) for example.
    ///
    /// ```no_run
    /// use manybase_testkit::{Mariadb, TcpProxy};
    /// let server = Mariadb::start().unwrap();
    /// let proxy = TcpProxy::start(server.addr()).unwrap();
    /// ```
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        port::loopback(self.access.port)
    }

    /// The user of the URLs. It may do anything on the server.
    ///
    /// ```no_run
    /// assert_eq!(manybase_testkit::Postgres::start().unwrap().user(), "manybase");
    /// ```
    #[must_use]
    pub fn user(&self) -> &'static str {
        USER
    }

    /// The user's password, made for this server alone.
    ///
    /// ```no_run
    /// assert_eq!(manybase_testkit::Postgres::start().unwrap().password().len(), 32);
    /// ```
    #[must_use]
    pub fn password(&self) -> &str {
        &self.access.password
    }

    /// The URL of a database on this server.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Mariadb::start().unwrap();
    /// assert!(server.url("mysql").starts_with("mysql://manybase:"));
    /// ```
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.access.url(database)
    }

    /// The URL of the database that is always there: `postgres`, or `mysql`.
    ///
    /// ```no_run
    /// assert!(manybase_testkit::Postgres::start().unwrap().system_url().ends_with("/postgres"));
    /// ```
    #[must_use]
    pub fn system_url(&self) -> String {
        self.access.url(self.access.engine.system_database())
    }

    /// Makes a database with a unique name, dropped with its handle. Blocks for some milliseconds.
    ///
    /// # Errors
    /// When the server is down, or does not answer in time.
    ///
    /// ```no_run
    /// let server = manybase_testkit::postgres().unwrap();
    /// let database = server.create_database("orders").unwrap();
    /// println!("{}", database.name());
    /// ```
    pub fn create_database(&self, prefix: &str) -> Result<Database, ServerError> {
        Database::create(self.access.clone(), prefix)
    }

    /// Has the server stay for so long after the end of this process, for who wants to look at a database then. Only for
    /// a server that is shared by the process's tests: one that is dropped ends.
    ///
    /// # Errors
    /// When the server's reaper can't be told.
    ///
    /// ```no_run
    /// let server = manybase_testkit::postgres().unwrap();
    /// server.leave(std::time::Duration::from_secs(3600)).unwrap();
    /// ```
    pub fn leave(&self, time: Duration) -> Result<(), ServerError> {
        self.home
            .linger(time)
            .map_err(ServerError::io("tell the reaper to wait"))
    }

    /// The directory the server lives in, removed with it.
    ///
    /// ```no_run
    /// assert!(manybase_testkit::Postgres::start().unwrap().dir().join("data").is_dir());
    /// ```
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.home.dir()
    }

    /// Everything the server has written to its log.
    ///
    /// ```no_run
    /// assert!(manybase_testkit::Mariadb::start().unwrap().log().contains("ready for connections"));
    /// ```
    #[must_use]
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.home.log()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// How long the start took, the copy of the template included.
    ///
    /// ```no_run
    /// assert!(manybase_testkit::Postgres::start().unwrap().started_in().as_secs() < 10);
    /// ```
    #[must_use]
    pub fn started_in(&self) -> Duration {
        self.started_in
    }

    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    pub(crate) fn set_password(&mut self, password: String, begun: Instant) {
        self.access.password = password;
        self.started_in = begun.elapsed();
    }

    /// The child process. A panic in another thread does not keep us from ending it.
    pub(crate) fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the process and waits until it takes connections.
    pub(crate) fn launch(&self, child: &mut Option<Child>) -> Result<(), ServerError> {
        let old_log = self.log().len();
        let engine = self.access.engine;
        let command = (self.recipe.command)(&self.home, self.access.port);
        let running = child.insert(self.home.launch(&command)?);
        let pid = running.id();
        let deadline = Instant::now() + START;
        loop {
            let ended = running
                .try_wait()
                .map_err(ServerError::io("wait for the server"))?;
            let log = self.log();
            let new_log = log.get(old_log..).unwrap_or_default();
            let reason = match ended {
                Some(status) => status.to_string(),
                None if engine.is_ready(&self.home, pid, new_log) => return Ok(()),
                None if Instant::now() >= deadline => format!("not ready after {START:?}"),
                None => {
                    std::thread::sleep(Duration::from_millis(5));
                    continue;
                }
            };
            let error = self.not_started(&format!("{reason}\n{new_log}"));
            let _ = process::kill(running);
            *child = None;
            return Err(error);
        }
    }

    fn not_started(&self, reason: &str) -> ServerError {
        ServerError::NotStarted {
            server: self.name.clone(),
            reason: reason.to_owned(),
        }
    }

    /// Has the running server end in its own way, and kills it where it does not in time.
    pub(crate) fn end(
        &self,
        child: &mut Option<Child>,
        how: Signal,
        patience: Duration,
    ) -> std::io::Result<()> {
        let Some(mut running) = child.take() else {
            return Ok(());
        };
        if running.try_wait()?.is_none() {
            process::signal(running.id(), how)?;
            // A paused server would never see it.
            process::resume(running.id())?;
            if !process::wait(&mut running, patience)? {
                process::kill(&mut running)?;
            }
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut child = self.child();
        let at_once = self.access.engine.immediate_shutdown().0;
        // Where this fails, the reaper is next.
        let _ = self.end(&mut child, at_once, Duration::from_secs(3));
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the password.
        f.debug_struct("Server")
            .field("name", &self.name)
            .field("addr", &self.addr())
            .field("dir", &self.dir())
            .finish_non_exhaustive()
    }
}
