//! `cargo xtask test` on a small workspace of its own: what it counts, what it says, how it exits.

use std::fs;
use std::process::Command;

/// Runs the tests of a crate with this source; exit code and standard output.
fn run(source: &str) -> (Option<i32>, String) {
    let dir = tempfile::tempdir().expect("a directory");
    let root = dir.path();
    fs::create_dir_all(root.join("example/src")).expect("a directory");
    let workspace = "[workspace]\nresolver = \"3\"\nmembers = [\"example\"]\n[workspace.lints]\n";
    fs::write(root.join("Cargo.toml"), workspace).expect("a file");
    let manifest =
        "[package]\nname = \"example\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lints]\nworkspace = true\n";
    fs::write(root.join("example/Cargo.toml"), manifest).expect("a file");
    fs::write(root.join("example/src/lib.rs"), source).expect("a file");
    // Neither servers nor an installation: this test is about counting.
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["test", "--sqlite-only", "--no-install"])
        .current_dir(root)
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("MANYBASE_REQUIRE_SERVERS")
        .output()
        .expect("runs");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

/// Indented, so that an outer `cargo xtask test` does not count the lines of this one.
fn quote(text: &str) -> String {
    text.lines().map(|line| format!("\n    | {line}")).collect()
}

#[test]
fn it_counts_and_lists_what_was_skipped() {
    let (code, text) = run(r#"
        /// ```
        /// assert_eq!(example::one(), 1);
        /// ```
        pub fn one() -> u8 { 1 }

        #[cfg(test)]
        mod tests {
            #[test] fn passes() {}
            #[test] #[ignore] fn ignored() {}
            #[test] fn skips() {
                assert_eq!(std::env::var("MANYBASE_SQLITE_ONLY").as_deref(), Ok("1"));
                assert!(std::env::var_os("MANYBASE_REQUIRE_SERVERS").is_none());
                let log = std::env::var_os("MANYBASE_SKIP_LOG").unwrap();
                let mut log = std::fs::OpenOptions::new().append(true).open(log).unwrap();
                for _ in 0..2 {
                    std::io::Write::write_all(&mut log, b"MySQL 8: MYSQL_URL is not set\n").unwrap();
                }
            }
        }
    "#);
    assert_eq!(code, Some(0), "{}", quote(&text));
    // One from the log, one ignored, and the servers, which were not asked for.
    assert_eq!(
        text.lines().last(),
        Some("3 passed, 0 failed, 3 skipped"),
        "{}",
        quote(&text)
    );
    for part in [
        "tests: 2 passed, 0 failed",
        "doc tests: 1 passed, 0 failed",
        "architecture: passed",
        "\nskipped: MySQL 8: MYSQL_URL is not set\n",
        "\nskipped: everything on PostgreSQL and MariaDB: --sqlite-only was given\n",
        "\ntotal time: ",
    ] {
        assert!(text.contains(part), "`{part}` is missing in:{}", quote(&text));
    }
}

#[test]
fn a_failing_test_is_named() {
    let (code, text) = run("#[test] fn works() {}\n#[test] fn breaks() { panic!() }\n");
    assert_eq!(code, Some(1), "{}", quote(&text));
    assert_eq!(
        text.lines().last(),
        Some("1 passed, 1 failed, 1 skipped"),
        "{}",
        quote(&text)
    );
    assert!(text.contains("\nfailed: breaks\n"), "{}", quote(&text));
}

#[test]
fn a_process_that_dies_is_a_failure() {
    let (code, text) = run("#[test] fn dies() { std::process::abort() }\n");
    assert_eq!(code, Some(1), "{}", quote(&text));
    assert_eq!(
        text.lines().last(),
        Some("0 passed, 1 failed, 1 skipped"),
        "{}",
        quote(&text)
    );
    assert!(text.contains("a test process died"), "{}", quote(&text));
}
