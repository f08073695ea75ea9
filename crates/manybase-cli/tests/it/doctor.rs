//! `doctor`: what stands in the way of a transaction over several databases.

use crate::support::Project;
use manybase_testkit::{Postgres, mariadb, postgres, require_server};

fn connections(document: &serde_json::Value) -> Vec<(String, bool, bool)> {
    let all = document["connections"].as_array().expect("a list");
    let ready = |one: &serde_json::Value, role: &str| one[role]["ready"] == true;
    all.iter()
        .map(|one| {
            (
                one["name"].as_str().expect("a name").to_owned(),
                ready(one, "as_branch"),
                ready(one, "as_home"),
            )
        })
        .collect()
}

#[test]
fn one_connection_needs_nothing() {
    let project = Project::of(&[("erp", "sqlite:erp.db")]);
    let ran = project.run(&["doctor"]).ends_with(0);
    assert!(
        ran.out
            .ends_with("fine: nothing is in the way of transactions here\n"),
        "{}",
        ran.out
    );
}

#[test]
fn two_that_can_only_be_the_home() {
    let wal = Project::of(&[("erp", "sqlite:erp.db"), ("hr", "sqlite:hr.db")]);
    let ran = wal.run(&["doctor"]).ends_with(1);
    assert!(
        ran.out.contains("erp, hr: each of these can only be the home"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("help: ") && ran.out.contains("journal_mode"),
        "it says what to change: {}",
        ran.out
    );
    let (code, document) = wal.json(&["doctor"]);
    assert_eq!((code, &document["fine"]), (1, &false.into()));
    assert_eq!(
        document["problems"][0]["connections"],
        serde_json::json!(["erp", "hr"])
    );
    assert_eq!(
        connections(&document),
        [("erp".to_owned(), false, true), ("hr".to_owned(), false, true)]
    );
    assert_eq!(
        document["connections"][0]["as_branch"]["obstacles"][0]["hard"],
        true
    );
    // Each for itself is fine.
    wal.run(&["doctor", "--connection", "erp"]).ends_with(0);

    // With rollback journals, SQLite commits several files at once.
    let files = [
        ("erp", "sqlite:erp.db?journal_mode=delete"),
        ("hr", "sqlite:hr.db?journal_mode=delete"),
    ];
    let ran = Project::of(&files).run(&["doctor"]).ends_with(0);
    assert!(
        ran.out
            .ends_with("fine: one transaction can write to all of these\n"),
        "{}",
        ran.out
    );
}

#[test]
fn one_home_among_servers() {
    let (postgres, mariadb) = (require_server!(postgres()), require_server!(mariadb()));
    let (crm, erp) = (
        postgres.create_database("crm").expect("made"),
        mariadb.create_database("erp").expect("made"),
    );
    let project = Project::of(&[
        ("crm", &crm.url()),
        ("erp", &erp.url()),
        ("notes", "sqlite:notes.db"),
    ]);
    let (code, document) = project.json(&["doctor"]);
    assert_eq!((code, &document["fine"]), (0, &true.into()), "{document}");
    assert_eq!(
        connections(&document),
        [
            ("crm".to_owned(), true, true),
            ("erp".to_owned(), true, true),
            ("notes".to_owned(), false, true)
        ]
    );
    assert!(
        document["connections"]
            .as_array()
            .expect("a list")
            .iter()
            .all(|one| one["tables"] == false)
    );
    project.run(&["tx", "setup"]).ends_with(0);
    let (_, document) = project.json(&["doctor"]);
    assert!(
        document["connections"]
            .as_array()
            .expect("a list")
            .iter()
            .all(|one| one["tables"] == true)
    );
    let ran = project.run(&["doctor"]).ends_with(0);
    assert!(
        ran.out.contains("there") && ran.out.contains("notes       branch  SQLite"),
        "{}",
        ran.out
    );
}

#[test]
fn a_server_that_prepares_nothing() {
    require_server!(Postgres::available());
    let server = Postgres::builder()
        .setting("max_prepared_transactions", "0")
        .start()
        .expect("started");
    let crm = server.create_database("crm").expect("made");
    let alone = Project::of(&[("crm", &crm.url()), ("erp", "sqlite:erp.db")]);
    let ran = alone.run(&["doctor"]).ends_with(1);
    assert!(
        ran.out.contains("crm, erp: each of these can only be the home"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("max_prepared_transactions"), "{}", ran.out);

    // Two homes of which none can be taken along by the other, and one that does not answer.
    let project = Project::of(&[
        ("crm", &crm.url()),
        ("gone", "postgres://x:hunter2@127.0.0.1:1/y"),
    ]);
    let (code, document) = project.json(&["doctor"]);
    assert_eq!(
        (code, &document["problems"][0]["connections"][0]),
        (1, &"gone".into()),
        "{document}"
    );
    assert_eq!(
        document["problems"].as_array().map(Vec::len),
        Some(1),
        "{document}"
    );
    assert_eq!(document["connections"][1]["error"]["kind"], "connect");
}

#[test]
fn the_mode_and_who_says_so() {
    let toml = "mode = \"app\"\n[connections.erp]\nurl = \"sqlite:erp.db\"\n\
                [env.test.connections.erp]\nurl = \"sqlite::memory:\"\n[env.dev]\nmode = \"standalone\"\n";
    let project = Project::new(toml);
    let of = |project: &Project, variables: &[(&str, &str)], arguments: &[&'static str]| {
        let run = |arguments: &[&str]| {
            let mut command = project.command(arguments);
            let output = command.envs(variables.iter().copied()).output();
            project.ran(output.expect("it runs")).ends_with(0).out
        };
        let with = |more: &'static str| [arguments, &[more]].concat();
        let document: serde_json::Value = serde_json::from_str(&run(&with("--json"))).expect("JSON");
        let said = |key: &str| document["mode"][key].as_str().expect("a text").to_owned();
        let line = run(&with("--quiet"))
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        assert_eq!(line, format!("mode: {} ({})", said("name"), said("place")));
        (said("name"), said("from"), said("place"))
    };
    let (name, from, place) = of(&project, &[], &["doctor"]);
    assert_eq!((&*name, &*from), ("app", "file"));
    assert!(place.ends_with("manybase.toml:1: mode"), "{place}");
    let (name, from, place) = of(&project, &[("MANYBASE_ENV", "dev")], &["doctor"]);
    assert_eq!((&*name, &*from), ("standalone", "file"));
    assert!(place.ends_with(": env.dev.mode"), "{place}");
    let (name, from, place) = of(&project, &[("MANYBASE_MODE", "test")], &["doctor"]);
    assert_eq!(
        (&*name, &*from, &*place),
        ("test", "variable", "the variable MANYBASE_MODE")
    );

    let silent = Project::new(&toml.replace("mode = \"app\"\n", ""));
    let (name, from, _) = of(&silent, &[], &["doctor"]);
    assert_eq!((&*name, &*from), ("standalone", "nobody"));
    let (name, from, place) = of(&silent, &[("MANYBASE_ENV", "test")], &["doctor"]);
    assert_eq!((&*name, &*from), ("test", "layer"));
    assert_eq!(place, "the variable MANYBASE_ENV, which names [env.test]");
    let (name, _, place) = of(&silent, &[], &["--env", "test", "doctor"]);
    assert_eq!((&*name, &*place), ("test", "[env.test], which was asked for"));
}
