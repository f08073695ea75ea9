//! The program in a process of its own.

use crate::client::{get, post};
use serde_json::json;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use tempfile::TempDir;

/// Ended with the value.
pub(crate) struct Bank {
    pub(crate) at: SocketAddr,
    child: Child,
    urls: [String; 2],
    _directory: Option<TempDir>,
}

fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bank"));
    command
        .env("MANYBASE_CONFIG", env!("CARGO_MANIFEST_DIR"))
        .env("BANK_LISTEN", "127.0.0.1:0")
        .env_remove("MANYBASE_ENV")
        .env_remove("MANYBASE_MODE")
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    command
}

/// A run that comes to its end by itself.
pub(crate) fn run(variables: &[(&str, &str)]) -> Output {
    command(variables).output().expect("runs")
}

impl Bank {
    pub(crate) fn on_files() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let url = |name: &str| {
            format!(
                "sqlite:{}?journal_mode=delete",
                directory.path().join(name).display()
            )
        };
        let mut bank = Self::on(&url("bank.db"), &url("ledger.db"));
        bank._directory = Some(directory);
        bank
    }

    pub(crate) fn on(bank: &str, ledger: &str) -> Self {
        let variables = [("MANYBASE_BANK_URL", bank), ("MANYBASE_LEDGER_URL", ledger)];
        let mut child = command(&variables).stdout(Stdio::piped()).spawn().expect("runs");
        let mut line = String::new();
        let out = child.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let at = line
            .trim()
            .strip_prefix("listening on ")
            .and_then(|at| at.parse().ok());
        Self {
            at: at.unwrap_or_else(|| panic!("it says {line:?}")),
            child,
            urls: [bank.to_owned(), ledger.to_owned()],
            _directory: None,
        }
    }

    /// Another process on the same databases.
    pub(crate) fn again(&self) -> Self {
        let [bank, ledger] = &self.urls;
        Self::on(bank, ledger)
    }

    /// Opens an account.
    pub(crate) fn account(&self, owner: &str, cents: i64) -> i64 {
        let reply = post(self.at, "/accounts", &json!({ "owner": owner, "cents": cents }));
        assert_eq!(reply.status, 201);
        reply.json()["id"].as_i64().expect("an id")
    }

    pub(crate) fn transfer(&self, from: i64, to: i64, cents: i64) -> u16 {
        post(
            self.at,
            "/transfers",
            &json!({ "from": from, "to": to, "cents": cents }),
        )
        .status
    }

    /// What is in the account, and what its entries in the other database come to.
    pub(crate) fn balance(&self, id: i64) -> (i64, i64) {
        let statement = get(self.at, &format!("/accounts/{id}")).json();
        let entries = statement["entries"].as_array().expect("entries");
        let sum = entries
            .iter()
            .map(|entry| entry["cents"].as_i64().expect("cents"))
            .sum();
        (statement["cents"].as_i64().expect("cents"), sum)
    }

    /// As an orchestrator ends it.
    #[cfg(unix)]
    pub(crate) fn terminate(&self) {
        let pid = i32::try_from(self.child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(pid.expect("a process"), rustix::process::Signal::TERM).expect("sent");
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        if let Some(mut rest) = self.child.stdout.take() {
            let _ = rest.read_to_string(&mut String::new());
        }
        self.child.wait().expect("ends")
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
