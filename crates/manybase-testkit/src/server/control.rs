//! What fault tests do to a server: stop, kill, pause, resume, restart.

use std::process::Child;
use std::time::Duration;

use super::blocking::blocking;
use super::error::ServerError;
use super::handle::Server;
use super::process;

/// How long a server may take to shut down in order.
const SHUTDOWN: Duration = Duration::from_secs(30);

impl Server {
    /// Shuts the server down in order: open transactions are rolled back, sessions ended. Nothing if it is down.
    ///
    /// # Errors
    /// When the process can't be signalled.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Postgres::start().unwrap();
    /// server.stop().unwrap();
    /// assert!(!server.is_running());
    /// ```
    pub fn stop(&self) -> Result<(), ServerError> {
        self.shut_down(&mut self.child())
            .map_err(ServerError::io("stop the server"))
    }

    /// Kills all the server's processes with SIGKILL, as a crash would. Nothing if it is down.
    ///
    /// What was committed is there after [`restart`](Self::restart), even without
    /// [`durable`](crate::PostgresBuilder::durable): the operating system lives on and has it.
    ///
    /// # Errors
    /// When the process can't be signalled.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Mariadb::start().unwrap();
    /// server.kill_9().unwrap();
    /// server.restart().unwrap();
    /// ```
    pub fn kill_9(&self) -> Result<(), ServerError> {
        match self.child().take() {
            None => Ok(()),
            Some(mut running) => process::kill(&mut running).map_err(ServerError::io("kill the server")),
        }
    }

    /// Stops all the server's processes where they are (SIGSTOP): connections stay open and nothing answers.
    ///
    /// # Errors
    /// When the server is down, or can't be signalled.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Postgres::start().unwrap();
    /// server.pause().unwrap();
    /// // ... a query times out here ...
    /// server.resume().unwrap();
    /// ```
    pub fn pause(&self) -> Result<(), ServerError> {
        let pid = self.running_pid("pause the server")?;
        process::pause(pid)
            .map(drop)
            .map_err(ServerError::io("pause the server"))
    }

    /// Lets a paused server go on (SIGCONT).
    ///
    /// # Errors
    /// When the server is down, or can't be signalled.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Postgres::start().unwrap();
    /// server.pause().unwrap();
    /// server.resume().unwrap();
    /// ```
    pub fn resume(&self) -> Result<(), ServerError> {
        let pid = self.running_pid("resume the server")?;
        process::resume(pid).map_err(ServerError::io("resume the server"))
    }

    /// Starts the server again on the same port and data, after shutting it down in order if it runs.
    ///
    /// # Errors
    /// When it does not start; the error holds the end of its log.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Postgres::start().unwrap();
    /// let port = server.port();
    /// server.restart().unwrap();
    /// assert_eq!(server.port(), port);
    /// ```
    pub fn restart(&self) -> Result<(), ServerError> {
        let mut child = self.child();
        self.shut_down(&mut child)
            .map_err(ServerError::io("stop the server"))?;
        blocking(|| self.launch(&mut child))
    }

    /// Whether the server's process lives; a paused one does.
    ///
    /// ```no_run
    /// assert!(manybase_testkit::Mariadb::start().unwrap().is_running());
    /// ```
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.pid().is_some()
    }

    /// The id of the server's main process, or `None` if it is down.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Postgres::start().unwrap();
    /// assert!(server.pid().is_some());
    /// ```
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        let mut child = self.child();
        let running = child.as_mut()?;
        match running.try_wait() {
            Ok(None) => Some(running.id()),
            _ => None,
        }
    }

    fn shut_down(&self, child: &mut Option<Child>) -> std::io::Result<()> {
        let in_order = self.access().engine.fast_shutdown();
        blocking(|| self.end(child, in_order, SHUTDOWN))
    }

    fn running_pid(&self, doing: &str) -> Result<u32, ServerError> {
        self.pid()
            .ok_or_else(|| ServerError::io(doing.to_owned())(std::io::Error::other("it is not running")))
    }
}
