//! A live server's directory, and the reaper that ends the server and removes it whatever happens to us.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::account::Account;
use super::error::ServerError;
use super::place;

const REAPER: &str = include_str!("reaper.sh");
const LAUNCH: &str = include_str!("launch.sh");

/// The directory of one live server. Dropping it, or dying, has the reaper end the server and remove it.
#[derive(Debug)]
pub(crate) struct Home {
    dir: PathBuf,
    account: Account,
    reaper: Child,
    /// The end of the reaper's pipe that closes when we let go or die. It closes on `exec`, so no other process
    /// that we start can keep it open.
    leash: Option<ChildStdin>,
    /// The reaper waits before it ends the server.
    lingers: AtomicBool,
}

impl Home {
    /// Makes the directory, under a reaper from its first moment on: the reaper itself makes it.
    pub(crate) fn make(account: &Account, durable: bool, end_signal: &str) -> Result<Self, ServerError> {
        let name = format!("manybase-{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
        let dir = place::live_base(account, durable)?.join(name);
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", REAPER, "manybase-reaper"])
            .arg(&dir)
            .arg(end_signal)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut reaper = account
            .take_on(&mut command)
            .spawn()
            .map_err(ServerError::io("start the reaper, /bin/sh"))?;
        let mut ready = String::new();
        if let Some(answer) = reaper.stdout.take() {
            let _ = BufReader::new(answer).read_line(&mut ready);
        }
        let leash = reaper.stdin.take();
        let home = Self {
            dir,
            account: account.clone(),
            reaper,
            leash,
            lingers: AtomicBool::new(false),
        };
        if ready.trim_end() != "ready" {
            let error = std::io::Error::other("the reaper could not make it");
            return Err(ServerError::path("make", &home.dir)(error));
        }
        Ok(home)
    }

    /// Has the reaper wait for so long before it does its work.
    pub(crate) fn linger(&self, time: Duration) -> std::io::Result<()> {
        let Some(mut leash) = self.leash.as_ref() else {
            return Ok(());
        };
        leash.write_all(format!("linger {}\n", time.as_secs()).as_bytes())?;
        self.lingers.store(true, Ordering::Relaxed);
        Ok(())
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// The file the server's output goes to.
    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    /// Starts the server's program in the data directory, as our direct child and in its own process group, its
    /// output added to the log.
    pub(crate) fn launch(&self, program: &Command) -> Result<Child, ServerError> {
        let log = File::options()
            .append(true)
            .create(true)
            .open(self.log())
            .map_err(ServerError::path("open", &self.log()))?;
        let errors = log.try_clone().map_err(ServerError::path("open", &self.log()))?;
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", LAUNCH, "manybase-launch"])
            .arg(self.dir.join("process"))
            .arg(program.get_program())
            .args(program.get_args())
            .process_group(0)
            .current_dir(self.data())
            // Nobody's PGDATA, PGHOST or MYSQL_HOME may reach it.
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", &self.dir)
            .env("TZ", "UTC")
            .env("LANG", "C.UTF-8")
            .envs(program.get_envs().filter_map(|(k, v)| Some((k, v?))))
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        self.account
            .take_on(&mut command)
            .spawn()
            .map_err(ServerError::io(format!("start {:?}", program.get_program())))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        drop(self.leash.take());
        if !self.lingers.load(Ordering::Relaxed) {
            let _ = self.reaper.wait();
        }
    }
}
