//! A little of everything that `cargo xtask faults` does, so that neither the harness nor what it watches over falls
//! into disrepair unnoticed. The long runs are for people and for the night.

use std::process::{Command, Stdio};

use manybase_testkit::{Mariadb, Postgres, Skipped, require_server};
use serde_json::Value;

/// What a run has to say: whether it was satisfied, the details and the summary.
struct Run {
    clean: bool,
    detail: Value,
    summary: Value,
}

fn faults(arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_manybase-faults"))
        .args(arguments)
        .arg("--json")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .expect("the harness starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut lines = text
        .lines()
        .rev()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let summary: Value = lines.next().expect("a summary");
    Run {
        clean: output.status.success(),
        detail: lines.next().expect("details"),
        summary,
    }
}

impl Run {
    #[track_caller]
    fn is_clean(&self) {
        assert!(self.clean, "{:#}", self.detail);
        for key in ["torn", "acked_lost", "in_doubt_left"] {
            assert_eq!(self.summary[key], 0, "{:#}", self.detail);
        }
    }
}

#[test]
fn random_kills_tear_nothing() {
    require_server!(Postgres::available());
    require_server!(Mariadb::available());
    let mixes = "pg+mariadb,mariadb+sqlite,pg+sqlite,sqlite+sqlite";
    let run = faults(&["--kills", "20", "--seed", "7", "--mix", mixes]);
    run.is_clean();
    assert!(run.summary["kills"].as_u64() >= Some(20), "{}", run.summary);
    assert!(run.summary["transfers"].as_u64() > Some(20), "{}", run.summary);
}

#[test]
fn torn_transfers_are_seen() {
    require_server!(Postgres::available());
    require_server!(Mariadb::available());
    let run = faults(&["--kills", "12", "--seed", "7", "--mix", "pg+mariadb", "--apart"]);
    assert!(!run.clean);
    assert!(run.summary["torn"].as_u64() > Some(0), "{:#}", run.detail);
}

#[test]
fn a_stop_before_the_decision_tears_nothing() {
    require_server!(Postgres::available());
    require_server!(Mariadb::available());
    let mixes = "pg+mariadb,mariadb+pg,mariadb+sqlite,pg+sqlite,mariadb+mariadb,pg+sqlite+sqlite";
    let run = faults(&["--points", "--mix", mixes, "--point", "decision-before:1:stop"]);
    run.is_clean();
    assert!(run.detail["stops"].as_u64() >= Some(6), "{:#}", run.detail);
}

#[test]
fn a_kill_after_the_decision_loses_nothing() {
    require_server!(Postgres::available());
    require_server!(Mariadb::available());
    let mixes = "pg+mariadb,mariadb+pg,mariadb+sqlite,pg+sqlite,mariadb+mariadb,pg+sqlite+sqlite";
    let run = faults(&["--points", "--mix", mixes, "--point", "finish-before:1:abort"]);
    run.is_clean();
    assert!(run.summary["kills"].as_u64() >= Some(6), "{:#}", run.detail);
}

#[test]
fn a_missing_fence_is_noticed() {
    require_server!(Postgres::available());
    require_server!(Mariadb::available());
    let run = faults(&["--mutants", "--mutant", "no-fence"]);
    assert!(run.clean, "{:#}", run.detail);
    assert_eq!(run.detail["mutants"][0]["caught"], true, "{:#}", run.detail);
}

#[test]
fn files_of_sqlite_agree_after_a_kill_at_a_system_call() {
    let traces = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .status();
    if !traces.is_ok_and(|status| status.success()) {
        let why = "strace can't be used here (Debian: apt-get install strace)";
        return Skipped::new("a kill at each system call", why)
            .optional()
            .report();
    }
    let run = faults(&["--syscalls", "--mix", "sqlite+sqlite", "--step", "7"]);
    run.is_clean();
    assert!(run.summary["kills"].as_u64() > Some(5), "{:#}", run.detail);
}
