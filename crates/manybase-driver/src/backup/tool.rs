//! The databases' own tools, as child processes.

use crate::{Error, ErrorKind, Result, Secret};
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// So much of what a tool has said is kept.
const KEPT: usize = 40;
/// How long a tool may take to end its own child processes.
const GRACE: Duration = Duration::from_secs(1);
const GLANCE: Duration = Duration::from_millis(5);

/// The program of a name: in the directory that the user has named, else in the first of these that has it, else
/// wherever the system looks for programs.
///
/// ```
/// use manybase_driver::backup::find_tool;
/// assert!(find_tool("sh", None, &[]).is_some());
/// assert!(find_tool("sh", Some("/nowhere".as_ref()), &[]).is_none());
/// ```
pub fn find_tool(name: &str, named: Option<&Path>, places: &[PathBuf]) -> Option<PathBuf> {
    let is_there = |directory: &Path| Some(directory.join(name)).filter(|path| path.is_file());
    if let Some(directory) = named {
        return is_there(directory);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    places
        .iter()
        .find_map(|place| is_there(place))
        .or_else(|| std::env::split_paths(&path).find_map(|place| is_there(&place)))
}

/// What a program says to `--version`, in one line.
///
/// # Errors
/// It can't be started.
pub async fn tool_version(path: &Path) -> Result<String> {
    let output = Command::new(path)
        .arg("--version")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| cannot_start(path, &error))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

fn cannot_start(path: &Path, error: &std::io::Error) -> Error {
    let what = format!("{} can't be started: {error}", path.display());
    Error::new(ErrorKind::Unsupported, what)
}

/// A tool that runs. When it is dropped, it is told to end, and so its own child processes, and waited for: what it
/// writes is removed next, and it must not write any more then.
#[derive(Debug)]
pub struct Tool {
    name: String,
    child: Child,
    secret: Option<Secret>,
    said: VecDeque<String>,
}

impl Tool {
    /// Starts it. The secret is never shown, should the tool say it.
    ///
    /// # Errors
    /// It can't be started.
    pub fn start(mut command: Command, secret: Option<Secret>) -> Result<Self> {
        let path = PathBuf::from(command.as_std().get_program());
        let name = path
            .file_name()
            .unwrap_or(OsStr::new("tool"))
            .to_string_lossy()
            .into_owned();
        command
            .env("LC_ALL", "C")
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let child = command.spawn().map_err(|error| cannot_start(&path, &error))?;
        Ok(Self {
            name,
            child,
            secret,
            said: VecDeque::new(),
        })
    }

    /// What it writes.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// What it reads.
    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Waits for its end, and gives back what it has warned of.
    ///
    /// # Errors
    /// What it has complained about, without values of the user's.
    pub async fn end(mut self) -> Result<Vec<String>> {
        if let Some(stderr) = self.child.stderr.take() {
            self.listen(stderr).await;
        }
        let status = self.child.wait().await;
        let status = status.map_err(|error| Error::driver(format!("{}: {error}", self.name)))?;
        match status.success() {
            true => Ok(self.warnings()),
            false => Err(self.failure(&status.to_string())),
        }
    }

    async fn listen(&mut self, stderr: ChildStderr) {
        let mut stderr = BufReader::new(stderr);
        let mut bytes = Vec::new();
        // When it can't be read, the exit code still tells.
        while stderr
            .read_until(b'\n', &mut bytes)
            .await
            .is_ok_and(|read| read > 0)
        {
            let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            bytes.clear();
            let shows_data = ["DETAIL:", "CONTEXT:", "Command was:", "detail:"];
            if shows_data.iter().any(|word| line.contains(word)) {
                continue;
            }
            if self.said.len() == KEPT {
                self.said.pop_front();
            }
            self.said.push_back(line);
        }
    }

    fn clean(&self, line: &str) -> String {
        let line = line.strip_prefix(&format!("{}: ", self.name)).unwrap_or(line);
        let line = line.strip_prefix("error: ").unwrap_or(line);
        match &self.secret {
            Some(secret) if !secret.expose().is_empty() => line.replace(secret.expose(), "***"),
            _ => line.to_owned(),
        }
    }

    fn warnings(&self) -> Vec<String> {
        let lines = self
            .said
            .iter()
            .filter(|line| line.to_ascii_lowercase().contains("warning:"));
        lines
            .map(|line| format!("{}: {}", self.name, self.clean(line)))
            .collect()
    }

    fn failure(&self, status: &str) -> Error {
        let complains = |line: &&String| line.to_ascii_lowercase().contains("error");
        let line = self.said.iter().find(complains).or(self.said.back());
        let what = match line {
            Some(line) => format!("{}: {}", self.name, self.clean(line)),
            None => format!("{} failed without a word ({status})", self.name),
        };
        let lower = what.to_ascii_lowercase();
        let (kind, help) = if lower.contains("permission denied") || lower.contains("access denied") {
            (
                ErrorKind::PermissionDenied,
                "the connection's user has to be allowed to read, or to make, all of it",
            )
        } else if lower.contains("role \"") && (lower.contains("does not exist") || lower.contains("must be"))
        {
            (
                ErrorKind::Database,
                "have the role made and the user be a member of it, or leave owners and grants out (`no_owner`, --no-owner)",
            )
        } else {
            (
                ErrorKind::Database,
                "see what it says; the server's log may say more",
            )
        };
        Error::new(kind, what).with_help(help)
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        // Only as long as nobody has waited for it, its id can't be another process's.
        let Some(id) = self.child.id() else { return };
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        terminate(id);
        let begun = Instant::now();
        while begun.elapsed() < GRACE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(GLANCE);
        }
        // It does not listen.
        let _ = self.child.start_kill();
        std::thread::sleep(GLANCE);
    }
}

#[cfg(unix)]
fn terminate(id: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    if let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // It may just have ended.
        let _ = kill_process(id, Signal::TERM);
    }
}

#[cfg(not(unix))]
fn terminate(_: u32) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", script])
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }

    #[tokio::test]
    async fn complaints_are_told_without_secrets_and_data() {
        let script = "echo 'sh: warning: odd' >&2; echo 'DETAIL: hunter2 row' >&2; echo 'sh: error: for hunter2' >&2; exit 3";
        let tool = Tool::start(sh(script), Some(Secret::new("hunter2"))).expect("starts");
        let error = tool.end().await.expect_err("fails");
        assert_eq!(error.message(), "sh: for ***");
        let tool = Tool::start(sh("echo 'sh: warning: odd' >&2; echo more >&2"), None).expect("starts");
        assert_eq!(tool.end().await.expect("good"), ["sh: warning: odd"]);
        let tool = Tool::start(sh("exit 1"), None).expect("starts");
        assert!(
            tool.end()
                .await
                .expect_err("fails")
                .message()
                .contains("without a word")
        );
    }

    #[tokio::test]
    async fn a_dropped_tool_is_ended() {
        let tool = Tool::start(sh("trap '' TERM; sleep 60 & wait"), None).expect("starts");
        let id = tool.child.id().expect("runs");
        drop(tool);
        let tool = Tool::start(sh("exec sleep 60"), None).expect("starts");
        let other = tool.child.id().expect("runs");
        let begun = Instant::now();
        drop(tool);
        assert!(begun.elapsed() < GRACE);
        for id in [id, other] {
            let state = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            assert!(state.is_empty() || state.contains(") Z "), "{state}");
        }
    }
}
