//! What a killed process leaves goes with the next one.

use crate::failing::{child, said, spawn};
use manybase_db::{Db, Result};
use manybase_record::sql;
use std::path::Path;
use std::time::Duration;

async fn wait(file: &Path) -> String {
    for _ in 0..1_500 {
        if let Ok(text) = std::fs::read_to_string(file) {
            return text;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the child has told nothing");
}

fn files(base: &Path) -> Vec<String> {
    let runs = std::fs::read_dir(base.join("runs"))
        .expect("there are runs")
        .flatten();
    let files = runs.flat_map(|run| std::fs::read_dir(run.path()).into_iter().flatten().flatten());
    files
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect()
}

#[tokio::test]
async fn files_and_servers_of_a_killed_process() {
    manybase_testkit::require_server!(manybase_testkit::Postgres::available());
    let base = tempfile::tempdir().expect("a directory");
    let told = base.path().join("told");
    let mut running = spawn(child("waits", base.path()).env("MANYBASE_TEST_TOLD", &told));
    let address = wait(&told).await;
    running.kill().expect("it is ours");
    running.wait().expect("it is ours");
    assert!(
        files(base.path()).iter().any(|name| name.ends_with(".db")),
        "{:?}",
        files(base.path())
    );
    // The server is ended by its reaper.
    let port = address
        .rsplit_once(':')
        .and_then(|(_, rest)| rest.split('/').next()?.parse::<u16>().ok());
    let port = port.unwrap_or_else(|| panic!("an address with a port: {address}"));
    for _ in 0..500 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    // The files are removed by the next process, whatever it tests. Those of one that ended well too.
    let (_, text) = said(&mut child("errs_in_memory", base.path()));
    assert!(text.contains("on purpose"), "{text}");
    assert!(
        !files(base.path()).iter().any(|name| name.ends_with(".db")),
        "{:?}",
        files(base.path())
    );
}

async fn databases(db: &Db, text: &str) -> Result<Vec<String>> {
    let rows = sql(text.to_owned()).reads().rows::<(String,)>().all(db).await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Databases on a server that a variable names.
async fn on_a_server(url: &str, list: &str) -> Result<()> {
    let db = Db::builder().connect("main", url).build()?;
    let base = tempfile::tempdir().expect("a directory");
    let told = base.path().join("told");
    let mut waiting = child("waits_on_a_server", base.path());
    let mut running = spawn(
        waiting
            .env("MANYBASE_IT_URL", url)
            .env("MANYBASE_TEST_TOLD", &told),
    );
    wait(&told).await;
    running.kill().expect("it is ours");
    running.wait().expect("it is ours");
    let left = databases(&db, list).await?;
    assert_eq!(
        left.iter()
            .filter(|name| name.contains("waits_on_a_server"))
            .count(),
        1,
        "{left:?}"
    );
    // The next process drops it, and takes the template that is there.
    let (passed, text) = said(child("waits_on_a_server", base.path()).env("MANYBASE_IT_URL", url));
    assert!(passed, "{text}");
    let now = databases(&db, list).await?;
    let (template, copies): (Vec<_>, Vec<_>) =
        now.iter().partition(|name| !name.contains("waits_on_a_server"));
    assert_eq!(template.len(), 1, "{now:?}");
    assert!(copies.iter().all(|name| !left.contains(name)), "{now:?}");
    // A failing test keeps its database, whose URL does not show the password.
    let (passed, text) = said(child("fails_on_a_server", base.path()).env("MANYBASE_IT_URL", url));
    let password = url
        .split(['/', '@'])
        .nth(2)
        .and_then(|part| part.split_once(':'))
        .map_or("", |(_, password)| password);
    assert!(
        !passed && !password.is_empty() && !text.contains(password),
        "{text}"
    );
    let now = databases(&db, list).await?;
    assert_eq!(
        now.iter()
            .filter(|name| name.contains("fails_on_a_server"))
            .count(),
        1,
        "{now:?}"
    );
    db.close().await
}

#[tokio::test]
async fn databases_on_postgres() -> Result<()> {
    let server = manybase_testkit::require_server!(manybase_testkit::Postgres::start(), Ok(()));
    let own = server.create_database("leftovers_test").expect("a database");
    on_a_server(
        &own.url(),
        "SELECT datname::text FROM pg_database WHERE datname LIKE 'mbt%'",
    )
    .await
}

#[tokio::test]
async fn databases_on_mariadb() -> Result<()> {
    let server = manybase_testkit::require_server!(manybase_testkit::Mariadb::start(), Ok(()));
    let own = server.create_database("leftovers_test").expect("a database");
    on_a_server(
        &own.url(),
        "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'mbt%'",
    )
    .await
}

#[test]
fn a_database_that_is_not_marked_is_refused() {
    let base = tempfile::tempdir().expect("a directory");
    let mut child = child("fails_on_a_server", base.path());
    let (passed, text) = said(child.env("MANYBASE_IT_URL", "postgres://ann:secret@127.0.0.1:1/erp"));
    assert!(
        !passed && text.contains("erp, which is not marked for tests") && !text.contains("secret"),
        "{text}"
    );
    let (_, text) = said(child.env_remove("MANYBASE_IT_URL"));
    assert!(text.contains("the variable MANYBASE_IT_URL is not set"), "{text}");
}
