//! `tx`: with nothing to do, and after crashes.

use crate::dying::{World, execute};
use crate::support::{PASSWORD, Project};
use manybase_testkit::{mariadb, postgres, require_server};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

/// Whose home no connection leads to.
const NOBODY: &str = "mb1.0000000000000.0000000000000.1";

/// The decision is made, and a branch is not told.
const COMMITTED: &str = "finish-before:1:abort";
/// All is prepared, and nothing decided.
const UNDECIDED: &str = "decision-before:1:abort";

macro_rules! world {
    () => {{
        let (postgres, mariadb) = (require_server!(postgres()), require_server!(mariadb()));
        World::new(&postgres, &mariadb)
    }};
}

/// The only transaction in doubt.
fn in_doubt(project: &Project) -> Value {
    let (code, document) = project.json(&["tx", "list"]);
    let all = document["in_doubt"].as_array().expect("a list");
    assert_eq!((code, all.len()), (1, 1), "{document}");
    all[0].clone()
}

fn in_doubt_nowhere(project: &Project) {
    project.run(&["tx", "list"]).ends_with(0);
}

fn name(transaction: &Value) -> String {
    transaction["transaction"].as_str().expect("a name").to_owned()
}

#[test]
fn nothing_to_do() {
    let project = Project::of(&[("erp", "sqlite:erp.db"), ("hr", "sqlite:hr.db")]);
    let ran = project.run(&["tx", "list"]).ends_with(0);
    assert_eq!(ran.out, "nothing is in doubt\n");
    let ran = project.run(&["tx", "recover"]).ends_with(0);
    assert_eq!(
        (ran.out.as_str(), ran.err.as_str()),
        ("nothing was in doubt\n", "")
    );
    let (code, document) = project.json(&["tx", "recover"]);
    assert_eq!(
        (code, &document["clean"], &document["committed"]),
        (0, &true.into(), &Value::Array(vec![]))
    );

    let ran = project.run(&["tx", "setup", "--connection", "hr"]).ends_with(0);
    assert!(
        ran.out.contains("hr ") && ran.out.contains("ready") && !ran.out.contains("erp"),
        "{}",
        ran.out
    );
    let (code, document) = project.json(&["tx", "setup"]);
    let made = document["connections"].as_array().expect("a list");
    assert!(
        code == 0 && made.len() == 2 && made.iter().all(|one| one["done"] == true),
        "{document}"
    );
    let again = project.json(&["tx", "setup"]).1;
    assert_eq!(again, document, "it leaves alone what is there");

    let (code, document) = project.json(&["tx", "show", NOBODY]);
    assert_eq!(
        (code, &document["verdict"]),
        (1, &Value::Null),
        "the home is not known: {document}"
    );
    assert!(
        document["unreachable"][0]["error"]["help"].is_string(),
        "{document}"
    );
    let home = made[0]["resource"].as_str().expect("an id");
    let unknown = format!("mb1.{home}.0000000000000.1");
    let ran = project.run(&["tx", "show", &unknown]).ends_with(0);
    assert!(ran.out.contains("nothing is known"), "{}", ran.out);
}

#[test]
fn wrong_use() {
    let project = Project::of(&[("erp", "sqlite:erp.db"), ("hr", "sqlite:hr.db")]);
    for arguments in [
        &["tx", "show", "not-one-of-ours"][..],
        &["tx", "recover", "--connection", "epr"],
        &["tx", "recover", "--min-age", "soon"],
        &["tx", "recover", "--every", "1s"],
        &["tx", "setup", "--connection", "epr"],
        &["tx", "resolve", NOBODY],
        &["tx", "resolve", NOBODY, "--commit", "--abort"],
        &["tx"],
    ] {
        let ran = project.run(arguments).ends_with(2);
        assert!(
            !ran.err.is_empty() && ran.out.is_empty(),
            "{arguments:?}: {ran:?}"
        );
    }
    project.run(&["tx", "setup"]).ends_with(0);
    let ran = project.run(&["tx", "resolve", NOBODY, "--abort"]).ends_with(2);
    assert!(
        ran.err.contains("standard input is no terminal") && ran.err.contains("--yes"),
        "{}",
        ran.err
    );
}

#[test]
fn what_was_decided_is_finished() {
    let world = world!();
    let project = world.project(&["crm", "erp"]);
    for (order, home, branch) in [(["crm", "erp"], "crm", "erp"), (["erp", "crm"], "erp", "crm")] {
        let before = world.rows(home);
        world.die(&order, COMMITTED);
        let transaction = in_doubt(&project);
        assert_eq!(
            (&transaction["verdict"], &transaction["home"]),
            (&"commit".into(), &home.into())
        );
        assert_eq!(transaction["branches"][0]["connection"], branch, "{transaction}");
        assert_eq!((world.rows(home), world.rows(branch)), (before + 1, before));
        let gtrid = name(&transaction);

        let ran = project.run(&["tx", "list"]).ends_with(1);
        assert!(
            ran.out.contains(&gtrid) && ran.err.contains("`manybase tx recover`"),
            "{ran:?}"
        );
        let ran = project.run(&["tx", "show", &gtrid]).ends_with(1);
        assert!(
            ran.out.contains("decision  commit") && ran.out.contains("help: `manybase tx recover`"),
            "{}",
            ran.out
        );

        let (code, report) = project.json(&["tx", "recover", "--min-age", "0s"]);
        assert_eq!(
            (code, &report["committed"]),
            (0, &vec![gtrid.clone()].into()),
            "{report}"
        );
        assert_eq!((world.rows(home), world.rows(branch)), (before + 1, before + 1));
        project.run(&["tx", "list"]).ends_with(0);
        let (code, record) = project.json(&["tx", "show", &gtrid]);
        assert_eq!(
            (code, &record["verdict"], &record["audited"]),
            (0, &"commit".into(), &"whole".into()),
            "{record}"
        );
        let participants = record["participants"].as_array().expect("a list");
        assert!(
            participants.iter().all(|one| one["in_doubt"] == false),
            "{record}"
        );
    }
}

#[test]
fn what_was_not_decided_is_rolled_back() {
    let world = world!();
    let project = world.project(&["crm", "erp"]);
    world.die(&["crm", "erp"], UNDECIDED);
    let transaction = in_doubt(&project);
    assert_eq!(transaction["verdict"], Value::Null);
    let ran = project.run(&["tx", "show", &name(&transaction)]).ends_with(1);
    assert!(ran.out.contains("decision  none yet"), "{}", ran.out);
    let ran = project.run(&["tx", "recover", "--min-age", "0s"]).ends_with(0);
    assert!(
        ran.out.contains("rolled back") && ran.out.ends_with("1 rolled back\n"),
        "{}",
        ran.out
    );
    assert_eq!((world.rows("crm"), world.rows("erp")), (0, 0));
}

#[test]
fn a_home_that_is_lost() {
    let world = world!();
    let both = world.project(&["crm", "erp"]);
    world.die(&["crm", "erp"], COMMITTED);
    let gtrid = name(&in_doubt(&both));

    // Without the home nobody knows, and nobody guesses.
    let erp = world.project(&["erp"]);
    let (code, document) = erp.json(&["tx", "list"]);
    let one = &document["in_doubt"][0];
    assert_eq!(
        (code, &one["home"], &one["asked"]),
        (1, &Value::Null, &false.into()),
        "{document}"
    );
    assert_eq!(
        one["age_seconds"],
        Value::Null,
        "MariaDB does not tell: {document}"
    );
    let ran = erp.run(&["tx", "list"]).ends_with(1);
    assert_eq!(ran.out.matches("not known").count(), 3, "{}", ran.out);
    let (code, report) = erp.json(&["tx", "recover", "--min-age", "0s"]);
    assert_eq!(
        (code, &report["unreachable"][0]["transaction"]),
        (1, &gtrid.as_str().into()),
        "{report}"
    );
    let ran = erp
        .run(&["tx", "resolve", &gtrid, "--commit", "--yes"])
        .ends_with(1);
    assert!(
        ran.err.contains("outcome unknown") && ran.err.contains("force"),
        "{}",
        ran.err
    );
    assert_eq!(world.rows("erp"), 0);

    let ran = erp
        .run(&["tx", "resolve", &gtrid, "--commit", "--force"])
        .ends_with(2);
    assert!(
        ran.err.contains("--yes") && world.rows("erp") == 0,
        "nobody was there to be asked: {}",
        ran.err
    );
    let ran = erp.run(&["tx", "resolve", &gtrid, "--commit", "--force", "--yes"]);
    assert!(
        ran.out.contains("committed") && ran.out.contains(&gtrid),
        "{ran:?}"
    );
    assert_eq!(world.rows("erp"), 1);
    both.run(&["tx", "recover", "--min-age", "0s"]).ends_with(0);
    both.run(&["tx", "list"]).ends_with(0);
}

#[test]
fn the_decision_stands() {
    let world = world!();
    let project = world.project(&["crm", "erp"]);
    world.die(&["crm", "erp"], COMMITTED);
    let gtrid = name(&in_doubt(&project));
    let (code, document) = project.json(&["tx", "resolve", &gtrid, "--abort", "--yes"]);
    assert_eq!(
        (code, &document["error"]["kind"]),
        (2, &"transaction".into()),
        "{document}"
    );
    assert_eq!(document["error"]["transaction"], gtrid.as_str());
    let (code, document) = project.json(&["tx", "resolve", &gtrid, "--commit", "--yes"]);
    assert_eq!(
        (code, &document["committed"]),
        (0, &vec![gtrid].into()),
        "{document}"
    );
    assert_eq!((world.rows("crm"), world.rows("erp")), (1, 1));
}

#[test]
fn what_is_torn_by_hand() {
    let world = world!();
    let project = world.project(&["crm", "erp"]);
    world.die(&["erp", "crm"], COMMITTED);
    let transaction = in_doubt(&project);
    let gtrid = name(&transaction);
    let branch = transaction["branches"][0]["branch"].as_str().expect("a name");
    world.execute("crm", &format!("ROLLBACK PREPARED '{gtrid}:{branch}'"));
    project.run(&["tx", "list"]).ends_with(0);

    let (code, report) = project.json(&["tx", "recover", "--min-age", "0s"]);
    assert_eq!(
        (code, &report["torn"][0]["transaction"]),
        (1, &gtrid.as_str().into()),
        "{report}"
    );
    assert_eq!(
        (&report["torn"][0]["kind"], &report["torn"][0]["connection"]),
        (&"missing".into(), &"crm".into())
    );
    let ran = project.run(&["tx", "list"]).ends_with(1);
    assert!(
        ran.out.contains("committed, but rolled back here") && ran.out.contains(&gtrid),
        "{}",
        ran.out
    );
    let ran = project.run(&["tx", "show", &gtrid]).ends_with(1);
    assert!(
        ran.out.contains("crm") && ran.out.contains("committed, but rolled back here"),
        "{}",
        ran.out
    );

    // Seen, and put right by hand.
    project
        .run(&["tx", "resolve", &gtrid, "--commit", "--force", "--yes"])
        .ends_with(0);
    project.run(&["tx", "list"]).ends_with(0);
}

#[test]
fn one_that_does_not_answer() {
    let world = world!();
    world.die(&["crm", "erp"], UNDECIDED);
    let project = world.project(&["crm", "erp"]);
    let file = project.path().join("manybase.toml");
    let with = std::fs::read_to_string(&file).expect("read")
        + "[connections.hr]\nurl = \"postgres://x:hunter2@127.0.0.1:1/y\"\n";
    std::fs::write(&file, with).expect("written");
    let ran = project.run(&["tx", "list"]).ends_with(1);
    assert!(
        ran.out.contains("mb1.") && ran.out.contains("hr: can't connect"),
        "{}",
        ran.out
    );
    // The rest is recovered all the same.
    let (code, report) = project.json(&["tx", "recover", "--min-age", "0s"]);
    assert_eq!(
        (code, &report["clean"], &report["unreachable"][0]["connection"]),
        (1, &false.into(), &"hr".into())
    );
    assert_eq!(report["aborted"].as_array().map(Vec::len), Some(1), "{report}");
    let ran = project.run(&["tx", "setup"]).ends_with(1);
    assert!(
        ran.out.contains("failed") && ran.out.contains("ready"),
        "{}",
        ran.out
    );
}

/// Ended with the test, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_keeps_at_it() {
    let world = world!();
    let project = world.project(&["crm", "erp"]);
    let often = ["--every", "100ms", "--min-age", "0s", "--json"];
    let mut command = project.command(&[&["tx", "recover", "--watch"][..], &often].concat());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = Running(child.expect("it runs"));
    let mut lines = BufReader::new(child.0.stdout.take().expect("piped")).lines();
    let mut next = || -> Value {
        let line = lines.next().expect("a round").expect("UTF-8");
        serde_json::from_str(&line).expect("a document in a line")
    };
    assert_eq!(next()["clean"], true);
    // What has not been decided is rolled back, even if it is found before its owner is dead.
    world.die(&["crm", "erp"], UNDECIDED);
    let done = (0..1_000).any(|_| next()["aborted"] != Value::Array(vec![]));
    assert!(done, "a thousand rounds, and nobody has seen it");
    assert_eq!((world.rows("crm"), world.rows("erp")), (0, 0));
    in_doubt_nowhere(&project);
    let pid = i32::try_from(child.0.id())
        .ok()
        .and_then(Pid::from_raw)
        .expect("an id");
    kill_process(pid, Signal::INT).expect("told");
    // What it still says is read, so that it is not kept from ending.
    while lines.next().is_some() {}
    assert_eq!(child.0.wait().expect("it ends").code(), Some(0));
}

#[test]
fn somebody_is_asked() {
    let world = world!();
    let project = world.project(&["crm", "erp"]);
    world.die(&["crm", "erp"], UNDECIDED);
    let gtrid = name(&in_doubt(&project));
    let ran = project
        .run_on_terminal(&["tx", "resolve", &gtrid, "--abort"], "n\n")
        .ends_with(1);
    assert!(
        ran.err.contains("Roll back what is in doubt on erp? [y/N] "),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("declined: nothing was done") && ran.out.contains(&gtrid),
        "{ran:?}"
    );
    in_doubt(&project);
    let ran = project
        .run_on_terminal(&["tx", "resolve", &gtrid, "--abort"], "y\n")
        .ends_with(0);
    assert!(ran.out.ends_with("1 rolled back\n"), "{}", ran.out);
    assert_eq!((world.rows("crm"), world.rows("erp")), (0, 0));
}

#[test]
fn one_who_may_not() {
    let server = require_server!(postgres());
    let crm = server.create_database("crm").expect("made");
    // A user of the whole server, so the name is that of the database, which is nobody else's.
    let user = crm.name();
    let owner = Project::of(&[("crm", &crm.url())]);
    execute(
        &crm.url(),
        &format!("CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}'"),
    );
    let url = crm.url();
    let (_, place) = url.split_once('@').expect("an address");
    let guest = Project::of(&[("crm", &format!("postgres://{user}:{PASSWORD}@{place}"))]);
    let ran = guest.run(&["tx", "setup"]).ends_with(3);
    assert!(
        ran.out.contains("crm: permission denied: ") && ran.out.contains("  help: "),
        "{}",
        ran.out
    );
    let (code, document) = guest.json(&["tx", "setup"]);
    let error = &document["connections"][0]["error"];
    assert_eq!(
        (code, &error["kind"], &error["sqlstate"]),
        (3, &"permission_denied".into(), &"42501".into())
    );
    owner.run(&["tx", "setup"]).ends_with(0);
    execute(&crm.url(), &format!("DROP ROLE {user}"));
}
