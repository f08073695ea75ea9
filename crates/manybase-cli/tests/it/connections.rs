//! `ping` and `connections`.

use crate::support::Project;
use manybase_testkit::{mariadb, postgres, require_server};
use serde_json::Value;
use std::fs;

/// A port on which nobody answers.
const NOBODY: &str = "postgres://ann:hunter2@127.0.0.1:1/crm";

#[test]
fn who_is_there() {
    let project = Project::of(&[("erp", "sqlite:erp.db"), ("hr", "sqlite:hr.db?statement_cache=7")]);
    let ran = project.run(&["ping"]).ends_with(0);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ran.out);
    assert!(lines[0].starts_with("CONNECTION  DATABASE"), "{}", ran.out);
    assert!(
        lines[1].starts_with("erp         SQLite 3.") && lines[1].ends_with("  reachable"),
        "{}",
        ran.out
    );
    assert!(
        !ran.out.contains("statement_cache"),
        "a parameter may be a secret"
    );
    assert!(
        !ran.out.contains('\u{1b}') && ran.err.is_empty(),
        "plain where it is no terminal: {ran:?}"
    );

    let ran = project.run(&["ping", "hr"]).ends_with(0);
    assert!(
        ran.out.contains("hr ") && !ran.out.contains("erp "),
        "{}",
        ran.out
    );
    let ran = project.run(&["ping", "--color", "always"]).ends_with(0);
    assert!(ran.out.starts_with("\u{1b}[1mCONNECTION"), "{}", ran.out);
}

#[test]
fn one_that_does_not_answer() {
    let project = Project::of(&[("crm", NOBODY), ("erp", "sqlite:erp.db")]);
    let ran = project.run(&["ping"]).ends_with(1);
    assert!(
        ran.out.contains("unreachable\n") && ran.out.contains(" reachable\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("crm: can't connect: postgres://ann@127.0.0.1:1/crm: "),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("\n  help: "), "{}", ran.out);
    project.run(&["ping", "erp"]).ends_with(0);

    let (code, document) = project.json(&["ping"]);
    assert_eq!(code, 1);
    let [crm, erp] = document["connections"].as_array().expect("a list").as_slice() else {
        panic!("{document}")
    };
    assert_eq!(
        (&crm["name"], &crm["reachable"], &crm["version"]),
        (&"crm".into(), &false.into(), &Value::Null)
    );
    assert_eq!(
        (&crm["error"]["kind"], &crm["error"]["connection"]),
        (&"connect".into(), &"crm".into())
    );
    assert_eq!((&erp["reachable"], &erp["error"]), (&true.into(), &Value::Null));
    assert!(
        erp["round_trip_ms"].as_f64().is_some() && erp["took_ms"].as_f64() >= erp["round_trip_ms"].as_f64()
    );
}

#[test]
fn what_the_configuration_comes_to() {
    let project = Project::new(&format!(
        "default = \"erp\"\n[connections.crm]\nurl = \"{NOBODY}\"\n\
         [connections.erp]\nurl = \"sqlite:erp.db\"\nmax_connections = 3\n\
         [env.test.connections.crm]\nurl = \"sqlite::memory:\"\n"
    ));
    let ran = project.run(&["connections", "--offline"]).ends_with(0);
    assert!(!project.path().join("erp.db").exists(), "nothing was dialled");
    let erp = ran
        .out
        .lines()
        .find(|line| line.starts_with("erp "))
        .expect("there");
    let words: Vec<_> = erp.split_whitespace().collect();
    assert_eq!((words[1], words[2], words[4]), ("yes", "SQLite", "3"), "{erp}");
    assert!(
        ran.out.lines().all(|line| !line.ends_with("reachable")),
        "{}",
        ran.out
    );

    project.run(&["connections"]).ends_with(1);
    let (code, document) = project.json(&["connections", "--env", "test"]);
    assert_eq!((code, &document["default"]), (0, &"erp".into()));
    assert_eq!(document["mode"], "test");
    assert_eq!(document["connections"][0]["product"], "SQLite");
    assert_eq!(document["connections"][1]["max_connections"], 3);
    let by_variable = project
        .command(&["ping"])
        .env("MANYBASE_ENV", "test")
        .output()
        .expect("it runs");
    project.ran(by_variable).ends_with(0);
    let (code, document) = project.json(&["connections", "--offline", "--env", "nowhere"]);
    assert_eq!((code, &document["error"]["kind"]), (2, &"config".into()));
}

#[test]
fn on_servers() {
    let (postgres, mariadb) = (require_server!(postgres()), require_server!(mariadb()));
    let (crm, erp) = (
        postgres.create_database("crm").expect("made"),
        mariadb.create_database("erp").expect("made"),
    );
    let project = Project::of(&[("crm", &crm.url()), ("erp", &erp.url())]);
    let ran = project.run(&["ping", "-v"]).ends_with(0);
    assert!(
        ran.out.contains(" PostgreSQL 1") && ran.out.contains(" MariaDB 1"),
        "{}",
        ran.out
    );
    assert!(
        ran.err.contains("configuration: ") && ran.err.contains("manybase.toml"),
        "{}",
        ran.err
    );
    assert!(
        ran.out.contains(crm.name()) && ran.out.contains("127.0.0.1"),
        "{}",
        ran.out
    );

    // The wrong password is told to nobody either.
    let wrong = crm.url().replace("://manybase:", "://manybase:hunter2");
    let project = Project::of(&[("crm", &wrong)]);
    let ran = project.run(&["ping"]).ends_with(1);
    assert!(ran.out.contains("crm: "), "{}", ran.out);
}

#[test]
fn the_nearest_configuration_upwards() {
    let project = Project::of(&[("erp", "sqlite:erp.db")]);
    let deep = project.path().join("src/deep");
    fs::create_dir_all(&deep).expect("made");
    let output = project
        .command(&["ping"])
        .current_dir(&deep)
        .output()
        .expect("it runs");
    project.ran(output).ends_with(0);
    assert!(
        project.path().join("erp.db").exists(),
        "beside the file that names it"
    );

    let elsewhere = tempfile::tempdir().expect("a directory");
    let from_elsewhere = |arguments: &[&str]| {
        let output = project
            .command(arguments)
            .current_dir(elsewhere.path())
            .output()
            .expect("it runs");
        project.ran(output)
    };
    let path = project.path().to_str().expect("UTF-8");
    from_elsewhere(&["ping", "--config", path]).ends_with(0);
    from_elsewhere(&["--config", &format!("{path}/manybase.toml"), "ping"]).ends_with(0);
}

#[test]
fn replicas_stand_below_their_connection() {
    let project = Project::new(
        "[connections.erp]\nurl = \"sqlite:erp.db\"\nreplicas = [\"sqlite:one.db\", \"sqlite:no/where.db?mode=rw\"]\n",
    );
    let ran = project.run(&["ping"]).ends_with(1);
    let lines: Vec<_> = ran.out.lines().collect();
    assert!(
        lines[1].starts_with("erp ") && lines[1].ends_with("  reachable"),
        "{}",
        ran.out
    );
    assert!(
        lines[2].starts_with("erp/replica-1  SQLite 3.") && lines[2].ends_with("  reachable"),
        "{}",
        ran.out
    );
    assert!(
        lines[3].starts_with("erp/replica-2  SQLite") && lines[3].ends_with("  unreachable"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("\nerp/replica-2: "), "{}", ran.out);
    let (code, document) = project.json(&["ping"]);
    let replicas = &document["connections"][0]["replicas"];
    assert_eq!(
        (code, &replicas[0]["replica"], &replicas[1]["replica"]),
        (1, &"healthy".into(), &"down".into())
    );

    let ran = project.run(&["connections", "--offline"]).ends_with(0);
    assert!(
        ran.out.contains("\nerp/replica-1 ") && ran.out.contains("not asked"),
        "{}",
        ran.out
    );
    let ran = project.run(&["connections"]).ends_with(1);
    assert!(ran.out.contains("erp/replica-2"), "{}", ran.out);
    let ran = project.run(&["doctor"]).ends_with(1);
    assert!(
        ran.out.contains("REPLICA") && ran.out.contains("erp/replica-2"),
        "{}",
        ran.out
    );
    let (code, document) = project.json(&["doctor"]);
    assert_eq!((code, document["fine"].as_bool()), (1, Some(false)));
    assert_eq!(document["replicas"].as_array().map(Vec::len), Some(2));
}
