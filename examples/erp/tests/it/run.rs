//! One run of the program.

use manybase::serde_json::{self, Value};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A directory for everything that a run may leave behind.
pub(crate) struct Room(pub(crate) TempDir);

pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("a temporary directory"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_erp"));
        command
            .args(arguments)
            .env("TMPDIR", self.path())
            .env_remove("MANYBASE_ENV");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(arguments).output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Run {
            code: status.code(),
            signal: status.signal(),
            out: text(stdout),
            err: text(stderr),
        }
    }

    /// What lies in the directory. The companions of a SQLite file are gone when the program has closed its databases.
    pub(crate) fn left(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).expect("the directory");
        let mut left: Vec<_> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        left.sort();
        left
    }
}

impl Run {
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{}", self.out);
        self
    }

    /// By `--crash`: nothing ends it but SIGKILL, and nothing went wrong before.
    #[track_caller]
    pub(crate) fn dies(self) -> Self {
        assert_eq!((self.signal, self.err.as_str()), (Some(9), ""), "{}", self.out);
        self
    }

    #[track_caller]
    pub(crate) fn fails_with(self, parts: &[&str]) -> Self {
        assert_eq!(self.code, Some(1), "{}\n{}", self.out, self.err);
        for part in parts {
            assert!(self.err.contains(part), "{part:?} is missing: {}", self.err);
        }
        self
    }

    /// The JSON object, and nothing around it.
    #[track_caller]
    pub(crate) fn figures(&self) -> Value {
        serde_json::from_str(&self.out).expect("one JSON object")
    }

    /// The figures that are the same wherever the databases are.
    #[track_caller]
    pub(crate) fn answers(&self) -> Value {
        let mut figures = self.figures();
        let object = figures.as_object_mut().expect("an object");
        object.remove("milliseconds").expect("the times");
        object.remove("databases").expect("the databases");
        figures
    }
}
