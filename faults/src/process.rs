//! The processes that are killed, stopped and let go on.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, getpid, kill_process, set_parent_process_death_signal};

use crate::Result;

/// For a process of the harness's: whatever ends the harness ends it too, also where it is stopped.
pub(crate) fn end_with_parent() -> Result<()> {
    Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
}

/// For a process of the harness's: waits to be let go on.
pub(crate) fn stop_myself() -> Result<()> {
    Ok(kill_process(getpid(), Signal::STOP)?)
}

/// A child, reaped in any case.
pub(crate) struct Process {
    child: Child,
    /// What it wrote to its standard error.
    errors: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Runs,
    Stopped,
    Ended(ExitStatus),
}

impl Process {
    /// Starts this program again, in another role.
    pub(crate) fn start(arguments: &[String], variables: &[(&str, &str)], errors: &Path) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(arguments);
        Self::spawn(command, variables, errors)
    }

    pub(crate) fn spawn(mut command: Command, variables: &[(&str, &str)], errors: &Path) -> Result<Self> {
        command
            .env_remove("MANYBASE_FAULT")
            .env_remove("MANYBASE_FAULT_LOG")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(errors)?);
        Ok(Self {
            child: command.spawn()?,
            errors: errors.to_owned(),
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether a tracer has all its threads.
    pub(crate) fn is_traced(&self) -> bool {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.id()));
        let mut tasks = tasks.into_iter().flatten().flatten();
        tasks.all(|task| {
            let status = std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
            status
                .lines()
                .any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"))
        })
    }

    pub(crate) fn state(&mut self) -> Result<State> {
        if let Some(status) = self.child.try_wait()? {
            return Ok(State::Ended(status));
        }
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap_or_default();
        // The program's name is in brackets and may hold anything.
        let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
        Ok(if state == Some('T') {
            State::Stopped
        } else {
            State::Runs
        })
    }

    /// Waits until it no longer runs, at most this long.
    pub(crate) async fn rest(&mut self, patience: Duration) -> Result<State> {
        let deadline = Instant::now() + patience;
        loop {
            let state = self.state()?;
            if state != State::Runs || Instant::now() >= deadline {
                return Ok(state);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// SIGKILL. Whether it was alive.
    pub(crate) fn kill(&mut self) -> Result<bool> {
        if matches!(self.state()?, State::Ended(_)) {
            return Ok(false);
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(true)
    }

    pub(crate) fn stop(&mut self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    pub(crate) fn go_on(&mut self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&mut self, signal: Signal) -> Result<()> {
        // Not reaped, so the id is still its own.
        if self.child.try_wait()?.is_none() {
            let pid = i32::try_from(self.id()).ok().and_then(Pid::from_raw);
            kill_process(pid.ok_or("a process without an id")?, signal)?;
        }
        Ok(())
    }

    pub(crate) fn errors(&self) -> String {
        crate::file::tail(&self.errors, 12)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}
