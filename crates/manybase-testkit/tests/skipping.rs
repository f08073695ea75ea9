//! A missing server is said out loud, and is a failure where servers are required.

use std::process::{Command, Output};

use manybase_testkit::{Skipped, live_url, require_server};

const VARIABLE: &str = "MANYBASE_TESTKIT_NO_SUCH_DATABASE_URL";
const CHILD: &str = "MANYBASE_TESTKIT_SKIPPING_CHILD";

/// Not a test of its own unless this program runs it again: a test whose database is missing.
#[test]
fn child() {
    match std::env::var(CHILD).as_deref() {
        Err(_) => return,
        Ok("server") => require_server!(Err::<(), _>(Skipped::new("a server", "it is not installed"))),
        Ok(_) => {}
    }
    let url = require_server!(live_url(VARIABLE));
    panic!("must not go on with {url}");
}

fn run_child(variables: &[(&str, &str)]) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child"])
        .env(CHILD, "1")
        .env_remove("MANYBASE_REQUIRE_SERVERS")
        .env_remove("MANYBASE_SKIP_LOG")
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

#[test]
fn a_skip_passes_but_is_printed_past_the_harness() {
    let output = run_child(&[]);
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success());
    assert!(printed.contains("skipped: "), "{printed}");
    assert!(printed.contains(VARIABLE), "{printed}");
    assert!(printed.contains("[child]"), "{printed}");
}

#[test]
fn a_missing_server_fails_where_servers_are_required() {
    assert!(run_child(&[(CHILD, "server")]).status.success());
    let output = run_child(&[(CHILD, "server"), ("MANYBASE_REQUIRE_SERVERS", "1")]);
    assert!(!output.status.success());
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("it is not installed"), "{printed}");
}

/// No machine has every database: an address that is not given is no failure anywhere.
#[test]
fn an_address_that_is_not_given_never_fails() {
    assert!(run_child(&[("MANYBASE_REQUIRE_SERVERS", "1")]).status.success());
}

#[test]
fn skips_are_logged() {
    let log = tempfile::NamedTempFile::new().unwrap();
    run_child(&[("MANYBASE_SKIP_LOG", log.path().to_str().unwrap())]);
    let text = std::fs::read_to_string(log.path()).unwrap();
    assert!(text.contains(VARIABLE) && text.lines().count() == 1, "{text}");
}

#[test]
fn an_empty_address_is_none() {
    let output = run_child(&[(VARIABLE, " ")]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("skipped: "));
}
