//! Projects in temporary directories, and the program run in them.

use rustix::fs::{Mode, OFlags, open};
use rustix::io::write;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::Value;
use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// In addresses of these tests; nobody may ever see it.
pub(crate) const PASSWORD: &str = "hunter2";

/// A directory with a `manybase.toml`.
pub(crate) struct Project {
    directory: TempDir,
    secrets: Vec<String>,
}

/// What the program has said, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    pub(crate) fn new(configuration: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join("manybase.toml"), configuration).expect("written");
        Self {
            directory,
            secrets: vec![PASSWORD.to_owned()],
        }
    }

    /// Connections by name and URL. Their passwords are secrets.
    pub(crate) fn of(connections: &[(&str, &str)]) -> Self {
        let line = |(name, url): &(&str, &str)| format!("[connections.{name}]\nurl = \"{url}\"\n");
        let mut project = Self::new(&connections.iter().map(line).collect::<String>());
        for (_, url) in connections {
            let credentials = url.split_once("://").and_then(|(_, rest)| rest.split_once('@'));
            if let Some((_, password)) = credentials.and_then(|(credentials, _)| credentials.split_once(':'))
            {
                project.secrets.push(password.to_owned());
            }
        }
        project
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_manybase"));
        command
            .current_dir(self.path())
            .args(arguments)
            .stdin(Stdio::null());
        for variable in [
            "MANYBASE_ENV",
            "COLUMNS",
            "NO_COLOR",
            "CLICOLOR",
            "CLICOLOR_FORCE",
        ] {
            command.env_remove(variable);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().expect("it runs");
        self.ran(output)
    }

    /// With standard input on a terminal, on which somebody types.
    pub(crate) fn run_on_terminal(&self, arguments: &[&str], typed: &str) -> Ran {
        let (keyboard, terminal) = terminal();
        write(&keyboard, typed.as_bytes()).expect("typed");
        let output = self.command(arguments).stdin(terminal).output().expect("it runs");
        self.ran(output)
    }

    /// As programs call it: one document, and nothing beside it.
    pub(crate) fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let ran = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.err, "", "{arguments:?}: nothing but the document");
        let document = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out));
        (ran.code, document)
    }

    pub(crate) fn ran(&self, output: Output) -> Ran {
        let ran = Ran {
            code: output.status.code().expect("it ended by itself"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        };
        for secret in &self.secrets {
            assert!(
                !ran.out.contains(secret) && !ran.err.contains(secret),
                "it tells a secret: {ran:?}"
            );
        }
        ran
    }
}

/// Both ends of a new terminal.
fn terminal() -> (OwnedFd, OwnedFd) {
    let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&keyboard).expect("granted");
    unlockpt(&keyboard).expect("unlocked");
    let name = ptsname(&keyboard, Vec::new()).expect("a name");
    let terminal = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("opened");
    (keyboard, terminal)
}

/// On a runtime of its own.
pub(crate) fn as_one<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

impl Ran {
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}
