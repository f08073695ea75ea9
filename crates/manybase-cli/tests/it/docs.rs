//! Pages and diagrams.

use crate::support::{Project, as_one};
use manybase_cli::Cli;
use manybase_record::{models, prelude::*};
use serde_json::json;
use std::fs;
use std::process::ExitCode;

/// A project with a SQLite file that has these tables.
fn project(script: &str) -> Project {
    let project = Project::of(&[("legacy", "sqlite:legacy.db")]);
    let url = format!("sqlite:{}", project.path().join("legacy.db").display());
    as_one(async {
        use manybase_db::{Access, Db, Executor, Route};
        let db = Db::builder()
            .connect("legacy", url.as_str())
            .open()
            .await
            .expect("opens");
        let mut lease = db.lease(Route::default(), Access::Write).await.expect("a lease");
        lease.script(script.to_owned()).await.expect("made");
        drop(lease);
        db.close().await.expect("closed");
    });
    project
}

const TABLES: &str = "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INT REFERENCES customer);";

#[test]
fn of_live_databases() {
    let project = project(TABLES);
    let ran = project.run(&["docs", "--out", "docs"]).ends_with(0);
    assert_eq!(ran.out, "2 pages and the diagrams in docs: wrote 5 files\n");
    let page = fs::read_to_string(project.path().join("docs/legacy/invoice.md")).expect("a page");
    assert!(page.contains("[customer](../legacy/customer.md)"), "{page}");
    let ran = project.run(&["docs", "--out", "docs", "--check"]).ends_with(0);
    assert_eq!(ran.out, "2 pages and the diagrams in docs: nothing has changed\n");
}

#[test]
fn what_differs_ends_with_1() {
    let project = project(TABLES);
    project.run(&["docs", "--out", "docs", "--quiet"]).ends_with(0);
    let page = project.path().join("docs/legacy/customer.md");
    let text = fs::read_to_string(&page).expect("a page");
    fs::write(&page, text.replace("`name`", "`nam`")).expect("written");
    let ran = project.run(&["docs", "--out", "docs", "--check"]).ends_with(1);
    assert!(
        ran.out.contains("legacy/customer.md") && ran.out.contains("differs"),
        "{ran:?}"
    );
    assert!(
        ran.out.contains("\n- | `nam`") && ran.out.contains("\n+ | `name`"),
        "{ran:?}"
    );
    assert!(ran.out.contains("run the command without --check"), "{ran:?}");
    let (code, document) = project.json(&["docs", "--out", "docs", "--check"]);
    assert_eq!((code, &document["pages"]), (1, &json!(2)));
    assert_eq!(document["changed"][0]["path"], json!("legacy/customer.md"));
    assert_eq!(document["changed"][0]["kind"], json!("differs"));
    assert_eq!(
        fs::read_to_string(&page).expect("a page"),
        text.replace("`name`", "`nam`")
    );
}

#[test]
fn what_can_not_be_written_is_told() {
    let project = project(TABLES);
    fs::write(project.path().join("index.md"), "# Mine\n").expect("written");
    let ran = project.run(&["docs", "--out", "."]).ends_with(2);
    assert!(
        ran.err.contains("was not written by `manybase docs`") && ran.err.contains("--out"),
        "{ran:?}"
    );
    let ran = project
        .run(&["docs", "--out", "docs", "--connection", "legcy"])
        .ends_with(2);
    assert!(ran.err.contains("did you mean \"legacy\"?"), "{ran:?}");
    let empty = Project::of(&[("main", "sqlite::memory:")]);
    let ran = empty.run(&["docs", "--out", "docs"]).ends_with(2);
    assert!(ran.err.contains("there are no tables"), "{ran:?}");
    assert!(!empty.path().join("docs").exists());
}

/// Somebody.
#[derive(Model)]
#[allow(dead_code)]
struct Person {
    #[model(key, auto)]
    id: i64,
}

#[derive(Model)]
#[model(connection = "hr", table = "person")]
#[allow(dead_code)]
struct Employee {
    #[model(key, auto)]
    id: i64,
    person_id: i64,
    person: BelongsTo<Person>,
}

/// As a program of one's own runs it: no database is asked, so none needs to be there.
#[test]
fn of_models() {
    let project = Project::new(
        "default = \"main\"\n[connections.main]\nurl = \"postgres://nobody@localhost:1/none\"\n\
         [connections.hr]\nurl = \"sqlite:none.db\"\n",
    );
    let out = project.path().join("docs");
    let run = |models, rest: &[&str]| {
        let config = project.path().display().to_string();
        let fixed = ["db", "docs", "--quiet", "--config", &config, "--out"].map(str::to_owned);
        let line = fixed
            .into_iter()
            .chain([out.display().to_string()])
            .chain(rest.iter().map(|word| (*word).to_owned()));
        as_one(Cli::new().models(models).run(line.collect::<Vec<_>>()))
    };
    assert_eq!(run(models!(Person, Employee), &[]), ExitCode::SUCCESS);
    let page = fs::read_to_string(out.join("main/Person.md")).expect("a page");
    assert!(
        page.contains("Somebody.") && page.contains("in another database: `hr`"),
        "{page}"
    );
    assert!(!project.path().join("none.db").exists());
    assert_eq!(run(models!(Person, Employee), &["--check"]), ExitCode::SUCCESS);
    assert_eq!(run(models!(Person), &["--check"]), ExitCode::from(1));
    assert_eq!(run(models!(Person, Person), &[]), ExitCode::from(2));
    assert_eq!(run(models!(Person), &["--connection", "hr"]), ExitCode::from(2));
}
