//! What it costs to begin anew, for each isolation, with 40 tables and 80 indexes. It prints, and asserts nothing about
//! time: `cargo test -p manybase-test --all-features cost -- --ignored --nocapture`.

#![allow(clippy::print_stdout)]

use manybase_db::Db;
use manybase_test::Isolation;
use manybase_test::derive::Spec;
use std::fmt::Write;
use std::time::{Duration, Instant};

const TABLES: usize = 40;
const RUNS: u32 = 30;

fn schema() -> String {
    let mut text = String::new();
    for at in 0..TABLES {
        let columns = "(id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, qty INTEGER, note VARCHAR(80))";
        writeln!(text, "CREATE TABLE t{at} {columns};").expect("a text takes it");
        for column in ["name", "qty"] {
            writeln!(text, "CREATE INDEX t{at}_{column} ON t{at} ({column});").expect("a text takes it");
        }
    }
    text
}

#[test]
#[ignore = "measures"]
fn cost() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("schema.sql"), schema()).expect("a file");
    let manifest: &'static str = Box::leak(directory.path().display().to_string().into_boxed_str());
    let all: [(&'static [(&'static str, &'static str)], Isolation); 7] = [
        (&[("app", "sqlite")], Isolation::Memory),
        (&[("app", "sqlite")], Isolation::File),
        (&[("app", "sqlite")], Isolation::Tx),
        (&[("app", "postgres")], Isolation::Tx),
        (&[("app", "postgres")], Isolation::Clone),
        (&[("app", "mariadb")], Isolation::Tx),
        (&[("app", "mariadb")], Isolation::Clone),
    ];
    for (connections, isolation) in all {
        let spec = Spec {
            name: "it::cost",
            package: "manybase-test",
            manifest,
            place: (file!(), line!()),
            connections,
            default: None,
            isolation,
            models: Vec::new(),
            migrations: Default::default(),
            schema: &[("", "schema.sql")],
            fixtures: &[],
            setup: None,
            timeout: Duration::from_secs(60),
            threads: 1,
            should_panic: false,
        };
        let once = || {
            let begun = Instant::now();
            manybase_test::derive::run(&spec, async |db: Db| {
                let insert = "INSERT INTO t0 (id, name) VALUES (1, 'a')";
                let done = manybase_record::sql(insert).execute(&db).await.expect("works");
                assert_eq!(done.affected, 1);
            });
            begun.elapsed()
        };
        let first = once();
        let mut times: Vec<Duration> = (0..RUNS).map(|_| once()).collect();
        times.sort_unstable();
        let kind = connections[0].1;
        let median = times[times.len() / 2];
        println!(
            "{kind:<9} {:<7} median {median:>10.2?}, first with server and template {first:>10.2?}",
            isolation.to_string()
        );
    }
}
