//! `saga`: a log that a program has written, and a tool that knows nothing of the program.

use crate::support::{Project, as_one};
use manybase_db::{Db, RecoveryMode};
use manybase_saga::{Saga, SagaId, Sagas, StepError};
use serde_json::Value;

/// One saga that is through, one that is stuck at `mail`, one that is only started.
fn sagas(project: &Project) -> [SagaId; 3] {
    as_one(async {
        let db = open(project).await;
        let sagas = program(&db).await;
        let done = sagas.start("sum", &1u64).await.expect("started");
        sagas.run(done).await.expect("ran");
        let stuck = sagas.start("welcome", &"hunter2").await.expect("started");
        sagas.run(stuck).await.expect("ran");
        let begun = sagas.start("welcome", &"Ann").await.expect("started");
        db.close().await.expect("closed");
        [done, stuck, begun]
    })
}

async fn open(project: &Project) -> Db {
    let url = format!("sqlite:{}", project.path().join("log.db").display());
    let builder = Db::builder().connect("log", url).recovery(RecoveryMode::Off);
    builder.open().await.expect("opened")
}

async fn program(db: &Db) -> Sagas {
    let sagas = Sagas::new(db, "log");
    sagas
        .register(Saga::<u64>::new("sum", 1).call("add", async |_cx| Ok(())))
        .expect("registered");
    let welcome = Saga::<String>::new("welcome", 3)
        .call("account", async |cx| cx.put("number", &7))
        .pivot()
        .call("mail", async |_cx| Err(StepError::fatal("no such mailbox")))
        .call("note", async |_cx| Ok(()));
    sagas.register(welcome).expect("registered");
    sagas
}

fn project() -> Project {
    Project::of(&[("log", "sqlite:log.db"), ("other", "sqlite:other.db")])
}

fn with_log(arguments: &[&'static str], id: &str) -> Vec<String> {
    let words = ["saga", "--log", "log"].iter().chain(arguments);
    words.map(|word| word.replace("ID", id)).collect()
}

fn run(project: &Project, arguments: &[&'static str], id: SagaId) -> crate::support::Ran {
    let words = with_log(arguments, &id.to_string());
    project.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

fn json(project: &Project, arguments: &[&'static str], id: SagaId) -> (i32, Value) {
    let words = with_log(arguments, &id.to_string());
    project.json(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn listed_and_shown() {
    let project = project();
    let none = project.run(&["saga", "list", "--log", "log"]).ends_with(0);
    assert_eq!(none.out, "there are none in the log on log\n");
    let [done, stuck, begun] = sagas(&project);

    let ran = project.run(&["saga", "list", "--log", "log"]).ends_with(1);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(lines.len(), 4, "{}", ran.out);
    for (line, id, state) in [(1, begun, "running"), (2, stuck, "stuck"), (3, done, "completed")] {
        assert!(
            lines[line].starts_with(&id.to_string()) && lines[line].contains(state),
            "{}",
            ran.out
        );
    }
    assert!(ran.err.contains("`manybase saga show ID`"), "{}", ran.err);

    let (code, document) = project.json(&["saga", "list", "--log", "log", "--state", "stuck"]);
    assert_eq!(
        (code, document["sagas"].as_array().map(Vec::len)),
        (1, Some(1)),
        "{document}"
    );
    assert_eq!(
        (&document["log"], &document["sagas"][0]["step"]),
        (&"log".into(), &"mail".into())
    );
    let (code, document) = project.json(&["saga", "list", "--log", "log", "--name", "sum", "--limit", "5"]);
    assert_eq!(
        (code, &document["sagas"][0]["id"]),
        (0, &done.to_string().into()),
        "{document}"
    );

    let ran = run(&project, &["show", "ID"], stuck).ends_with(1);
    assert!(ran.out.starts_with(&format!("welcome {stuck}\n")), "{}", ran.out);
    assert!(ran.out.contains("last error   no such mailbox"), "{}", ran.out);
    assert!(
        ran.out
            .contains(&format!("\n    manybase saga skip {stuck} mail --reason"))
            && !ran.out.contains("saga abort"),
        "{}",
        ran.out
    );
    let (code, document) = json(&project, &["show", "ID"], stuck);
    assert_eq!(
        (code, &document["state"], &document["steps"][1]["state"]),
        (1, &"stuck".into(), &"pending".into())
    );
    assert!(
        document.get("input").is_none() && document.get("data").is_none(),
        "the users' data: {document}"
    );
    let (code, document) = json(&project, &["show", "ID", "--data"], begun);
    assert_eq!(
        (code, &document["input"], &document["data"]),
        (0, &"Ann".into(), &serde_json::json!({}))
    );
    let ran = run(&project, &["show", "ID", "--data"], begun).ends_with(0);
    assert!(ran.out.contains("input         \"Ann\""), "{}", ran.out);
}

#[test]
fn helped_by_hand() {
    let project = project();
    let [done, stuck, begun] = sagas(&project);
    let ran = run(&project, &["resume", "ID"], stuck).ends_with(0);
    assert!(
        ran.out.contains("running") && ran.err.contains("resumed"),
        "{ran:?}"
    );
    let (code, document) = json(
        &project,
        &["skip", "ID", "mail", "--reason", "told on the phone"],
        stuck,
    );
    assert_eq!(
        (code, &document["steps"][1]["state"]),
        (0, &"skipped".into()),
        "{document}"
    );
    assert_eq!(
        document["steps"][1]["error"],
        "skipped by hand: told on the phone"
    );
    let (code, document) = json(&project, &["abort", "ID", "--reason", "a mistake"], begun);
    assert_eq!(
        (code, &document["cause"]),
        (0, &"aborted by hand: a mistake".into()),
        "{document}"
    );

    // The program goes on with it.
    as_one(async {
        let db = open(&project).await;
        let outcome = program(&db).await.run(stuck).await.expect("ran");
        assert!(outcome.is_completed(), "{outcome:?}");
        db.close().await.expect("closed");
    });
    run(&project, &["show", "ID"], stuck).ends_with(0);

    // What makes no sense.
    for (arguments, id) in [
        (&["resume", "ID"][..], done),
        (&["abort", "ID"], stuck),
        (&["skip", "ID", "nothing", "--reason", "x"], begun),
        (&["show", "ID"], SagaId::new()),
    ] {
        let (code, document) = json(&project, arguments, id);
        assert_eq!(code, 2, "{arguments:?}: {document}");
        assert!(document["error"]["message"].is_string(), "{document}");
    }
    run(&project, &["skip", "ID", "mail"], begun).ends_with(2);
    project.run(&["saga", "show", "7", "--log", "log"]).ends_with(2);
}

#[test]
fn where_the_log_is() {
    let project = project();
    sagas(&project);
    let ran = project.run(&["saga", "list"]).ends_with(2);
    assert!(
        ran.err.contains("name it with --log; there are: log, other"),
        "{}",
        ran.err
    );
    project.run(&["saga", "list", "--log", "lgo"]).ends_with(2);
    project.run(&["saga", "list", "--log", "other"]).ends_with(0);
    let project = Project::of(&[("log", "sqlite:log.db")]);
    sagas(&project);
    project.run(&["saga", "list"]).ends_with(1);
}
