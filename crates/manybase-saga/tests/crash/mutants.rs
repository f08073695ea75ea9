//! Known mistakes, made on purpose: tests that do not notice them prove nothing.

use std::process::{Command, Stdio};

/// Runs a test of this program with a mistake, and says whether it passes.
fn passes(test: &str, mutant: &str) -> bool {
    let status = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact"])
        .env("MANYBASE_MUTANT", mutant)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.unwrap().success()
}

#[test]
fn without_a_mistake_it_passes() {
    assert!(passes("stop::late_on_sqlite", "saga-no-mistake"));
}

#[test]
fn a_late_action_that_nobody_refuses_is_noticed() {
    assert!(!passes("stop::late_on_sqlite", "saga-no-null"));
    assert!(!passes("stop::late_on_sqlite", "saga-no-barrier"));
}

#[test]
fn a_zombie_that_writes_to_the_log_is_noticed() {
    assert!(!passes("stop::late_on_sqlite", "saga-no-fence"));
}
