//! How much memory a stream and a bulk load take: each is measured in a process of its own, which is this program once
//! more.
//!
//! `cargo test -p manybase --all-features --test memory -- --ignored --nocapture ten_million` reads and loads ten
//! million rows on each database, and tells the figures.
#![cfg(target_os = "linux")]
// The figures are what it is for.
#![allow(clippy::print_stdout)]

use futures_core::Stream;
use manybase::prelude::*;
use manybase::{Result, sql};
use manybase_testkit::require_server;
use std::pin::Pin;
use std::process::Command;
use std::task::{Context, Poll};
use std::time::Instant;

/// What a whole program may take: Manybase, its drivers, the runtime, and the rows on their way.
const LIMIT_KB: u64 = 50 * 1024;

/// Tells the process for measuring where to go.
const URL: &str = "MANYBASE_MEMORY_URL";
const ROWS: &str = "MANYBASE_MEMORY_ROWS";
/// Begins the line with its figures.
const MARK: &str = "measured ";

#[derive(Debug, Clone, Model)]
#[model(table = "big")]
struct Big {
    #[model(key)]
    id: i64,
    text: String,
    price: f64,
}

#[derive(Debug, Clone, Model)]
#[model(table = "copy")]
struct Copied {
    #[model(key)]
    id: i64,
    #[model(length = 100)]
    text: String,
    price: f64,
}

/// A view of so many rows, which take no place on the disk.
fn view(url: &str, rows: u64) -> String {
    let (from, text, price) = if url.starts_with("postgres") {
        (
            format!("generate_series(1, {rows}) AS n"),
            "'This is the text of row number ' || n",
            "CAST(n AS double precision)",
        )
    } else if url.starts_with("sqlite") {
        (
            format!(
                "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) SELECT n FROM s)"
            ),
            "'This is the text of row number ' || n",
            "CAST(n AS REAL)",
        )
    } else {
        (
            format!("(SELECT seq AS n FROM seq_1_to_{rows}) AS s"),
            "CONCAT('This is the text of row number ', n)",
            "CAST(n AS DOUBLE)",
        )
    };
    let id = if url.starts_with("postgres") {
        "CAST(n AS bigint)"
    } else {
        "n"
    };
    format!("CREATE VIEW big AS SELECT {id} AS id, {text} AS text, {price} AS price FROM {from}")
}

/// The most memory that the process ever had, in kB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let digits = line.expect("a peak").trim().trim_end_matches(" kB");
    digits.parse().expect("a number")
}

/// Records made of the rows of a stream.
struct Copies<S>(S);

impl<S: Stream<Item = Result<Rec<Big>>> + Unpin> Stream for Copies<S> {
    type Item = Result<Copied>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let copied = |row: Rec<Big>| {
            let Big { id, text, price } = row.into_inner();
            Copied { id, text, price }
        };
        Pin::new(&mut self.0)
            .poll_next(task)
            .map(|row| row.map(|row| row.map(copied)))
    }
}

/// The other process. Alone it has nothing to do.
#[tokio::test(flavor = "current_thread")]
#[ignore = "started by the tests that measure"]
async fn measure() {
    let (Ok(url), Ok(rows)) = (std::env::var(URL), std::env::var(ROWS)) else {
        return;
    };
    let rows: u64 = rows.parse().expect("a number");
    let db = Db::builder().connect("main", url).open().await.expect("opens");
    let begun = Instant::now();
    let mut stream = Big::query().stream(&db);
    let (mut seen, mut letters) = (0, 0);
    while let Some(row) = stream.next().await {
        let row = row.expect("a row");
        seen += 1;
        letters += row.text.len() as u64;
    }
    drop(stream);
    assert!(seen == rows && letters > rows * 30);
    let (read, streamed) = (begun.elapsed(), peak());
    // A database with one writer has it here, and the source is a reader.
    let begun = Instant::now();
    let source = Copies(Big::query().stream(&db));
    let loaded = Copied::bulk_load(source).exec(&db).await.expect("loads");
    assert_eq!(loaded.inserted, rows);
    let (wrote, at_last) = (begun.elapsed(), peak());
    println!(
        "{MARK}{streamed} {at_last} {} {}",
        read.as_millis(),
        wrote.as_millis()
    );
}

async fn measured(name: &str, url: String, rows: u64) {
    let db = Db::builder()
        .connect("main", url.clone())
        .open()
        .await
        .expect("opens");
    sql(view(&url, rows)).execute(&db).await.expect("a view");
    manybase::create_table::<Copied>(&db).await.expect("a table");
    db.close().await.expect("closes");
    let this = std::env::current_exe().expect("a program");
    let output = Command::new(this)
        .args(["--exact", "measure", "--ignored", "--nocapture"])
        .env(URL, &url)
        .env(ROWS, rows.to_string())
        .output()
        .expect("starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let figures = text.split_once(MARK).map(|(_, figures)| figures.lines().next());
    let figures = figures.flatten().unwrap_or_default().split(' ');
    let figures = Vec::from_iter(figures.map(|one| one.parse::<u64>().expect("a number")));
    let [streamed, at_last, read, wrote] = figures[..] else {
        panic!("no figures in {text}");
    };
    let per_second = |millis: u64| rows * 1_000 / millis.max(1);
    println!(
        "{name}: {rows} rows: peak {:.1} MB reading ({} rows/s), {:.1} MB with loading ({} rows/s)",
        streamed as f64 / 1024.0,
        per_second(read),
        at_last as f64 / 1024.0,
        per_second(wrote),
    );
    assert!(
        at_last < LIMIT_KB,
        "{name}: {streamed} kB reading, {at_last} kB loading"
    );
}

async fn on_sqlite(rows: u64) {
    let home = tempfile::tempdir().expect("a directory");
    let url = format!("sqlite:{}", home.path().join("memory.db").display());
    measured("SQLite", url, rows).await;
}

async fn on_postgres(rows: u64) {
    let database =
        require_server!(manybase_testkit::postgres().and_then(|server| server.create_database("memory")));
    measured("PostgreSQL", database.url(), rows).await;
}

async fn on_mariadb(rows: u64) {
    let database =
        require_server!(manybase_testkit::mariadb().and_then(|server| server.create_database("memory")));
    measured("MariaDB", database.url(), rows).await;
}

const SOME: u64 = 300_000;

#[tokio::test]
async fn sqlite() {
    on_sqlite(SOME).await;
}

#[tokio::test]
async fn postgres() {
    on_postgres(SOME).await;
}

#[tokio::test]
async fn mariadb() {
    on_mariadb(SOME).await;
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn ten_million() {
    const ROWS: u64 = 10_000_000;
    on_sqlite(ROWS).await;
    on_postgres(ROWS).await;
    on_mariadb(ROWS).await;
}
