//! What goes wrong before a database is asked, and what is said about it.

use crate::support::Project;
use std::process::Stdio;

#[test]
fn an_unknown_connection() {
    let project = Project::of(&[("erp", "sqlite:erp.db"), ("crm", "sqlite:crm.db")]);
    let ran = project.run(&["ping", "epr"]).ends_with(2);
    assert_eq!(
        ran.err,
        "error: unknown connection: there is no connection \"epr\"\n\
         help: did you mean \"erp\"? there are: \"crm\", \"erp\"\n"
    );
    assert_eq!(ran.out, "");
    let (code, document) = project.json(&["ping", "epr"]);
    assert_eq!(code, 2);
    assert_eq!(document["error"]["kind"], "unknown_connection");
    assert_eq!(
        document["error"]["help"],
        "did you mean \"erp\"? there are: \"crm\", \"erp\""
    );
}

#[test]
fn no_configuration() {
    let project = Project::of(&[]);
    std::fs::remove_file(project.path().join("manybase.toml")).expect("removed");
    let ran = project.run(&["ping"]).ends_with(2);
    assert!(
        ran.err
            .starts_with("error: configuration error: there is no manybase.toml in "),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("    [connections.main]\n    url = "),
        "it says what to write: {}",
        ran.err
    );
    let ran = project.run(&["ping", "--config", "nowhere.toml"]).ends_with(2);
    assert!(ran.err.contains("there is no file nowhere.toml"), "{}", ran.err);
    let (code, document) = project.json(&["ping"]);
    assert_eq!((code, &document["error"]["kind"]), (2, &"config".into()));
}

#[test]
fn a_wrong_configuration() {
    for (text, says) in [
        ("[connections.erp]\nurl = \"postgres//hunter2@x\"\n", "bad URL"),
        (
            "[connections.erp]\nurl = \"postgers://ann:hunter2@x/y\"\n",
            "did you mean \"postgres\"?",
        ),
        ("[connections.erp]\npassword = \"hunter2\n", "manybase.toml:2"),
        (
            "[connections.erp]\nurl = \"${MANYBASE_CLI_IS_NOT_SET}\"\n",
            "is not set",
        ),
        (
            "[conections.erp]\nurl = \"sqlite:x\"\n",
            "did you mean \"connections\"?",
        ),
        ("", "has no connections"),
    ] {
        let project = Project::new(text);
        let ran = project.run(&["ping"]).ends_with(2);
        assert!(
            ran.err.starts_with("error: ") && ran.err.contains(says),
            "{says}: {}",
            ran.err
        );
        assert_eq!(ran.out, "");
    }
}

#[test]
fn a_command_line_that_makes_no_sense() {
    let project = Project::of(&[("erp", "sqlite:erp.db")]);
    let ran = project.run(&["pign"]).ends_with(2);
    assert!(
        ran.err.contains("a similar subcommand exists: 'ping'"),
        "{}",
        ran.err
    );
    for (wrong, right) in [
        (&["tx", "recoverr"], "'recover'"),
        (&["migrate", "stauts"], "'status'"),
        (&["docs", "--ouT=x"], "'--out'"),
    ] {
        let ran = project.run(wrong).ends_with(2);
        assert!(ran.err.contains(right), "{wrong:?}: {}", ran.err);
    }
    project.run(&["ping", "-q", "-v"]).ends_with(2);
    let (code, document) = project.json(&["ping", "--offlin"]);
    assert_eq!((code, &document["error"]["kind"]), (2, &"usage".into()));
    assert!(
        document["error"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("'--offlin'")),
        "{document}"
    );
}

#[test]
fn a_reader_that_has_seen_enough() {
    let project = Project::of(&[("erp", "sqlite:erp.db")]);
    let mut child = project
        .command(&["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let ran = project.ran(child.wait_with_output().expect("it ends"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "no panic and no complaint");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let project = Project::of(&[("erp", "sqlite:erp.db")]);
    for arguments in [&["completions", "bash"][..], &["ping"], &["ping", "--json"]] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("there");
        let output = project.command(arguments).stdout(full).output().expect("it runs");
        let ran = project.ran(output).ends_with(1);
        assert_eq!(
            ran.err.matches("can't write to standard output").count(),
            1,
            "{ran:?}"
        );
    }
}
