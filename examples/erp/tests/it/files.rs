//! Three SQLite files.

use crate::run::Room;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn the_first_command_shows_the_tour_and_leaves_nothing() {
    let room = Room::new();
    let run = room.run(&[]).succeeds();
    for part in [
        "Three named connections",
        "CUST_MASTER",
        "rows inserted in",
        "Filtered queries",
        "Aggregates",
        "A customer profile from three databases",
        "Relations across databases",
        "invoice R-NEW-1",
        "rolled back: an invoice of",
        "One transaction, three databases",
        "sold to customer 1001",
        "undone everywhere: there are no ",
        "recovery: 0 in doubt",
        "stale record",
        "A report in SQL",
        "PostgreSQL",
        "Pools",
        "done in",
    ] {
        assert!(run.out.contains(part), "{part:?} is missing:\n{}", run.out);
    }
    assert_eq!(room.left(), [""; 0]);
}

#[test]
fn json_has_the_figures_and_each_run_the_same() {
    let room = Room::new();
    let run = room.run(&["--json", "--rows", "100"]).succeeds();
    let figures = run.figures();
    assert_eq!(figures["databases"]["hr"]["dialect"], "SQLite");
    assert_eq!(figures["invoices"], 101);
    assert_eq!(figures["sale"]["pieces"], 3);
    assert_eq!(figures["sale"]["in_doubt"], 0);
    assert_eq!(
        (&figures["transfers"], &figures["balanced"]),
        (&1.into(), &true.into())
    );
    assert_eq!(figures["connections_in_use"], 0);
    assert!(
        figures["milliseconds"]["total"]
            .as_f64()
            .is_some_and(|took| took > 0.0)
    );
    assert_eq!(
        run.answers(),
        room.run(&["--json", "--rows", "100"]).succeeds().answers()
    );
    assert_eq!(room.left(), [""; 0]);
}

#[test]
fn kept_files_are_where_it_says() {
    let room = Room::new();
    let run = room.run(&["--keep", "--rows", "10"]).succeeds();
    let kept = run
        .out
        .lines()
        .find_map(|line| line.strip_prefix("kept: "))
        .expect("the path");
    for name in ["finance.db", "hr.db", "inventory.db"] {
        assert!(std::path::Path::new(kept).join(name).is_file(), "{name}");
    }
    assert_eq!(room.left().len(), 1);
}

#[test]
fn an_interrupt_leaves_nothing() {
    let room = Room::new();
    let mut child = room
        .command(&["--rows", "100000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let begun = lines
        .by_ref()
        .any(|line| line.unwrap().contains("tables created"));
    assert!(begun);
    assert_eq!(room.left().len(), 1);
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    // What it still prints must find a reader.
    assert!(!lines.any(|line| line.unwrap().contains("done in")));
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(room.left(), [""; 0]);
}

#[test]
fn help_and_wrong_arguments() {
    let room = Room::new();
    let help = room.run(&["--help"]).succeeds();
    assert!(
        help.out.contains("--servers") && help.out.contains("--config <FILE>"),
        "{}",
        help.out
    );
    for wrong in [
        &["--rows", "0"][..],
        &["--rows", "many"],
        &["--tables"],
        &["--servers", "--keep"],
        &["--servers", "--data", "here"],
        &["--config", "manybase.toml", "--data", "here"],
        &["--crash=soon"],
    ] {
        let run = room.run(wrong);
        assert_eq!(run.code, Some(2), "{wrong:?}");
        assert!(run.err.contains("error:") && run.out.is_empty(), "{}", run.err);
    }
}

#[cfg(not(feature = "servers"))]
#[test]
fn servers_that_are_not_compiled_in() {
    Room::new().run(&["--servers"]).fails_with(&[
        "error: this build",
        "way out: cargo run -p erp --features servers",
    ]);
}
