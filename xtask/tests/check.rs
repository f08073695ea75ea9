//! `cargo xtask check` on a small workspace of its own, with violations planted.

use std::fs;
use std::path::Path;
use std::process::Command;

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().expect("a parent")).expect("a directory");
    fs::write(file, text).expect("a file");
}

fn manifest(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [lints]\nworkspace = true\n\n[dependencies]\n{dependencies}"
    )
}

/// Two floors that keep the rules.
fn workspace() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let root = dir.path();
    write(
        root,
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n[workspace.lints]\n",
    );
    write(
        root,
        "crates/manybase-sql/Cargo.toml",
        &manifest("manybase-sql", ""),
    );
    write(root, "crates/manybase-sql/src/lib.rs", "//! Floor 1\n");
    let below = "manybase-sql = { path = \"../manybase-sql\" }\n";
    write(
        root,
        "crates/manybase-driver/Cargo.toml",
        &manifest("manybase-driver", below),
    );
    write(root, "crates/manybase-driver/src/lib.rs", "//! Floor 2\n");
    dir
}

/// Exit code and both outputs.
fn check(root: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("check")
        .current_dir(root)
        .output()
        .expect("runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn a_clean_workspace_passes() {
    let dir = workspace();
    let (code, text) = check(dir.path());
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("2 crates, no violation"), "{text}");
}

#[test]
fn a_wrong_dependency_fails() {
    let dir = workspace();
    let above = "manybase-db = { path = \"../manybase-db\" }\n";
    write(
        dir.path(),
        "crates/manybase-db/Cargo.toml",
        &manifest("manybase-db", ""),
    );
    write(dir.path(), "crates/manybase-db/src/lib.rs", "//! Floor 4\n");
    write(
        dir.path(),
        "crates/manybase-sql/Cargo.toml",
        &manifest("manybase-sql", above),
    );
    let (code, text) = check(dir.path());
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("manybase-sql -> manybase-db"), "{text}");
    assert!(
        text.contains("floor 1 uses floor 4") && text.contains("way out"),
        "{text}"
    );
    assert!(text.contains("1 violation of the architecture"), "{text}");
}

#[test]
fn every_rule_reaches_the_command() {
    let dir = workspace();
    let root = dir.path();
    let long = "pub fn a() {}\n".repeat(451);
    write(root, "crates/manybase-sql/src/long.rs", &long);
    write(
        root,
        "crates/manybase-sql/src/a/mod.rs",
        "fn a() { b.unwrap(); c.is_mysql() }\n",
    );
    write(root, "notes.md", &format!("see /{}/me\n", "home"));
    write(
        root,
        "crates/manybase-new/Cargo.toml",
        "[package]\nname = \"manybase-new\"\nversion = \"0.1.0\"\n",
    );
    write(root, "crates/manybase-new/src/lib.rs", "");
    let (code, text) = check(root);
    assert_eq!(code, Some(1), "{text}");
    for part in [
        "long.rs: 451 lines",
        "a/mod.rs: no `mod.rs`",
        "a/mod.rs:1: `.unwrap()`",
        "a/mod.rs:1: `is_mysql(`",
        "notes.md:1: an absolute path",
        "manybase-new: this crate has no floor",
        "manybase-new/Cargo.toml: this crate is not under the lints",
        "7 violations",
    ] {
        assert!(text.contains(part), "`{part}` is missing in:\n{text}");
    }
}

#[test]
fn outside_of_a_workspace_it_says_so() {
    let dir = tempfile::tempdir().expect("a directory");
    let (code, text) = check(dir.path());
    assert_eq!(code, Some(1));
    assert!(text.contains("Cargo.toml"), "{text}");
}
