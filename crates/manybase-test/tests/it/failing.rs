//! A failing test keeps its database, and says where it is.

use manybase_db::{Db, Result};
use manybase_record::sql;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// One of the tests of `child`, in a process of its own, with files of its own.
pub(crate) fn child(test: &str, base: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args([
            "--ignored",
            "--exact",
            &format!("child::{test}"),
            "--test-threads=1",
        ])
        .env("MANYBASE_TEST_DIR", base)
        .env_remove("MANYBASE_TEST_KEEP")
        .env_remove("MANYBASE_TEST_ISOLATION")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Whether it passed, and what it said.
pub(crate) fn said(command: &mut Command) -> (bool, String) {
    let output = command.output().expect("it runs");
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

pub(crate) fn spawn(command: &mut Command) -> Child {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs")
}

/// The URL that it has said for a connection.
fn url(text: &str, connection: &str) -> String {
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix(&format!("{connection}: ")));
    line.unwrap_or_else(|| panic!("no URL of {connection}: {text}"))
        .to_owned()
}

async fn names(url: &str) -> Result<Vec<(String,)>> {
    let db = Db::builder().connect("main", url).build()?;
    let names = sql("SELECT name FROM customer").rows().all(&db).await?;
    db.close().await?;
    Ok(names)
}

#[tokio::test]
async fn a_file_is_kept_with_its_rows() -> Result<()> {
    let base = tempfile::tempdir().expect("a directory");
    for test in ["panics_in_a_file", "errs_in_memory"] {
        let (passed, text) = said(&mut child(test, base.path()));
        assert!(!passed && text.contains("on purpose"), "{text}");
        let url = url(&text, "main");
        assert!(url.contains("/kept/"), "{url}");
        assert_eq!(names(&url).await?, [("Left".to_owned(),)]);
        assert!(
            text.contains(&format!("cargo test -p manybase-test child::{test} -- --exact")),
            "{text}"
        );
    }
    Ok(())
}

#[test]
fn a_test_that_takes_too_long_fails() {
    let base = tempfile::tempdir().expect("a directory");
    let (passed, text) = said(&mut child("never_ends", base.path()));
    assert!(
        !passed && text.contains("the test took longer than 200ms"),
        "{text}"
    );
    assert!(text.contains("#[manybase::test(timeout = "), "{text}");
    let (passed, text) = said(&mut child("should_panic_and_does_not", base.path()));
    assert!(!passed && text.contains("did not panic"), "{text}");
}

#[tokio::test]
async fn a_throwaway_server_stays_when_asked() -> Result<()> {
    manybase_testkit::require_server!(manybase_testkit::Postgres::available(), Ok(()));
    let base = tempfile::tempdir().expect("a directory");
    let (passed, text) = said(&mut child("panics_on_postgres", base.path()));
    assert!(
        !passed && text.contains("app: (gone with its throwaway server; keep it with MANYBASE_TEST_KEEP=1)"),
        "{text}"
    );
    let (_, text) = said(child("panics_on_postgres", base.path()).env("MANYBASE_TEST_KEEP", "3s"));
    let url = url(&text, "app");
    assert_eq!(names(&url).await?, [("Left".to_owned(),)]);
    // It goes by itself.
    for _ in 0..200 {
        if names(&url).await.is_err() {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the server is still there");
}

#[tokio::test]
async fn what_is_rolled_back_can_be_had_in_another_way() {
    manybase_testkit::require_server!(manybase_testkit::Mariadb::available());
    let base = tempfile::tempdir().expect("a directory");
    let (passed, text) = said(&mut child("panics_in_a_transaction", base.path()));
    assert!(
        !passed && text.contains("app: (rolled back; keep it with MANYBASE_TEST_ISOLATION=clone)"),
        "{text}"
    );
    let (_, text) =
        said(child("panics_in_a_transaction", base.path()).env("MANYBASE_TEST_ISOLATION", "clone"));
    assert!(text.contains("MANYBASE_TEST_KEEP=1"), "{text}");
}
