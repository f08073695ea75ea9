//! Migrations from the command line: the whole life, and what is refused.

use crate::support::{Project, Ran, as_one};
use manybase_cli::Cli;
use manybase_db::{Access, Db, Executor, Route};
use manybase_record::{models, prelude::*};
use manybase_testkit::{mariadb, postgres, require_server};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Writes the statements of the migration whose name ends so.
fn fill(project: &Project, connection: &str, words: &str, direction: &str, sql: &str) {
    let line = project.path().join("migrations").join(connection);
    let migration = fs::read_dir(line)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.to_string_lossy().ends_with(words))
        .expect("it was made");
    let file = fs::read_dir(migration)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| is(path, direction))
        .expect("its file");
    fs::write(file, sql).expect("written");
}

fn is(path: &Path, direction: &str) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(direction) && name.ends_with(".sql")
}

/// From the first file to the last and back, on one database.
fn life(url: &str) {
    let project = Project::of(&[("main", url)]);
    let ran = project.run(&["migrate", "status"]).ends_with(0);
    assert!(ran.err.contains("`manybase migrate new` writes one"), "{ran:?}");

    project.run(&["migrate", "new", "Add person"]).ends_with(0);
    let ran = project.run(&["migrate", "up"]).ends_with(2);
    assert!(ran.err.contains("there is no statement in it"), "{ran:?}");
    fill(
        &project,
        "main",
        "add_person",
        "up",
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40));\nINSERT INTO person VALUES (1, 'Ann');\n",
    );
    fill(&project, "main", "add_person", "down", "DROP TABLE person;\n");

    let (code, status) = project.json(&["migrate", "status"]);
    assert_eq!(
        (code, &status["connections"][0]["migrations"][0]["standing"]),
        (1, &"pending".into())
    );
    let ran = project.run(&["migrate", "up", "--dry-run"]).ends_with(0);
    assert!(
        ran.out.contains("CREATE TABLE person") && ran.out.contains("add_person up"),
        "{ran:?}"
    );
    let (_, planned) = project.json(&["migrate", "plan"]);
    assert_eq!(
        planned["planned"][0]["statements"].as_array().map(Vec::len),
        Some(2)
    );

    let ran = project.run(&["migrate", "up", "--locked"]).ends_with(2);
    assert!(ran.err.contains("is not in migrations.sum"), "{ran:?}");
    let ran = project.run(&["migrate", "up"]).ends_with(0);
    assert!(
        ran.out.contains("add_person") && ran.out.contains("applied"),
        "{ran:?}"
    );
    assert!(ran.err.contains("main/migrations.sum was written"), "{ran:?}");
    let ran = project.run(&["migrate", "up", "--locked"]).ends_with(0);
    assert_eq!(ran.out, "all migrations are applied\n");
    project.run(&["migrate", "status"]).ends_with(0);

    // A file that was changed is found, and what to do is said.
    fill(
        &project,
        "main",
        "add_person",
        "up",
        "CREATE TABLE person (id INTEGER PRIMARY KEY);\n",
    );
    let (code, refused) = project.json(&["migrate", "up"]);
    assert_eq!((code, &refused["error"]["kind"]), (2, &"migration".into()));
    assert!(
        refused["error"]["help"]
            .as_str()
            .is_some_and(|help| help.contains("manybase migrate new"))
    );
    let ran = project.run(&["migrate", "repair"]).ends_with(1);
    assert!(
        ran.out.contains("has been changed") && ran.out.contains("--accept"),
        "{ran:?}"
    );
    let ran = project.run(&["migrate", "repair", "--seal"]).ends_with(2);
    assert!(ran.err.contains("--yes"), "{ran:?}");
    project
        .run(&["migrate", "repair", "--seal", "--yes"])
        .ends_with(0);
    project
        .run(&["migrate", "repair", "--accept", "add_person", "--yes"])
        .ends_with(0);
    project.run(&["migrate", "status"]).ends_with(0);

    // What takes something away is asked for.
    project.run(&["migrate", "new", "clean up"]).ends_with(0);
    fill(&project, "main", "clean_up", "up", "DELETE FROM person;\n");
    fill(
        &project,
        "main",
        "clean_up",
        "down",
        "INSERT INTO person VALUES (7, 'x');\n",
    );
    let ran = project.run(&["migrate", "up"]).ends_with(2);
    assert!(
        ran.err.contains("takes something away: DELETE FROM person"),
        "{ran:?}"
    );
    let ran = project.run_on_terminal(&["migrate", "up"], "n\n").ends_with(1);
    assert!(ran.err.contains("Run 1 migration?"), "{ran:?}");
    project.run_on_terminal(&["migrate", "up"], "y\n").ends_with(0);

    let ran = project.run(&["migrate", "down"]).ends_with(2);
    assert!(ran.err.contains("--yes"), "{ran:?}");
    let (code, done) = project.json(&["migrate", "redo", "--yes"]);
    assert_eq!(
        (code, done["connections"][0]["done"].as_array().map(Vec::len)),
        (0, Some(2))
    );
    project
        .run(&["migrate", "down", "--to", "add_person", "--yes"])
        .ends_with(0);
    let ran = project
        .run(&["migrate", "down", "--steps", "5", "--yes"])
        .ends_with(0);
    assert!(ran.out.contains("taken back"), "{ran:?}");
    let (_, status) = project.json(&["migrate", "status"]);
    assert_eq!(status["connections"][0]["migrations"][1]["standing"], "pending");
}

/// Rows that migrations lose, and rows that refer to nothing.
fn verified(url: &str) {
    let project = Project::of(&[("main", url)]);
    project.run(&["migrate", "new", "first"]).ends_with(0);
    let first = "CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY);\n
                 CREATE TABLE b (a_id INTEGER, CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id));";
    fill(&project, "main", "first", "up", first);
    fill(&project, "main", "first", "down", "DROP TABLE b; DROP TABLE a;\n");
    project.run(&["migrate", "new", "orphan"]).ends_with(0);
    let orphan = match url.split(':').next() {
        Some("postgres") => {
            "ALTER TABLE b DROP CONSTRAINT b_a; INSERT INTO b VALUES (77);
             ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id) NOT VALID;"
        }
        Some("sqlite") => {
            "-- manybase: no-transaction\n-- manybase: foreign-keys-off\nINSERT INTO b VALUES (77);"
        }
        _ => "-- manybase: foreign-keys-off\nINSERT INTO b VALUES (77);",
    };
    fill(&project, "main", "orphan", "up", orphan);
    fill(&project, "main", "orphan", "down", "-- manybase: irreversible\n");
    project.run(&["migrate", "up"]).ends_with(0);

    let ran = project.run(&["migrate", "verify"]).ends_with(1);
    let expected = "1 row refers to a row of a that is not there: a_id = 77";
    assert!(
        ran.out.contains("finding") && ran.out.contains(expected),
        "{ran:?}"
    );
    let (code, found) = project.json(&["migrate", "verify"]);
    assert_eq!((code, &found["fine"]), (1, &false.into()));
    let of = |found: &serde_json::Value, check: &str| {
        let checks = found["connections"][0]["checks"]
            .as_array()
            .expect("a list")
            .clone();
        checks
            .into_iter()
            .find(|one| one["check"] == check)
            .expect("it is there")
    };
    let live = of(&found, "rows of the database refer to rows");
    assert!(
        live["findings"][0]
            .as_str()
            .is_some_and(|one| one.contains(expected)),
        "{found}"
    );
    let tried = of(&found, "rows come through");
    let text = tried["findings"][0].as_str().unwrap_or_default();
    assert!(text.contains("orphan up leaves rows behind: b (a_id)"), "{found}");
    let (_, found) = project.json(&["migrate", "verify", "--no-live-rows"]);
    assert!(
        of(&found, "rows of the database refer to rows")["skipped"].is_string(),
        "{found}"
    );
}

#[test]
fn sqlite() {
    life("sqlite:app.db");
    verified("sqlite:app.db");
}

#[test]
fn on_postgres() {
    let database = require_server!(postgres().and_then(|server| server.create_database("cli_migrate")));
    life(&database.url());
    let database = require_server!(postgres().and_then(|server| server.create_database("cli_verify")));
    verified(&database.url());
}

#[test]
fn on_mariadb() {
    let database = require_server!(mariadb().and_then(|server| server.create_database("cli_migrate")));
    life(&database.url());
    let database = require_server!(mariadb().and_then(|server| server.create_database("cli_verify")));
    verified(&database.url());
}

fn failed(ran: Ran, wanted: &str) {
    let ran = ran.ends_with(2);
    assert!(ran.err.contains(wanted), "{ran:?}");
}

#[test]
fn several_connections() {
    let project = Project::new(
        "default = \"erp\"\n[connections.erp]\nurl = \"sqlite:erp.db\"\n[connections.crm]\nurl = \"sqlite:crm.db\"\n",
    );
    project.run(&["migrate", "new", "city", "-c", "crm"]).ends_with(0);
    fill(&project, "crm", "city", "up", "CREATE TABLE city (id INTEGER);\n");
    let (_, made) = project.json(&["migrate", "plan"]);
    let city = format!(
        "crm/{}",
        made["planned"][0]["migration"].as_str().expect("a name")
    );
    failed(
        project.run(&[
            "migrate",
            "new",
            "person",
            "--requires",
            "crm/20200101000000_nothing",
        ]),
        "there is no migration",
    );
    project
        .run(&["migrate", "new", "person", "--requires", &city])
        .ends_with(0);
    fill(
        &project,
        "erp",
        "person",
        "up",
        "CREATE TABLE person (id INTEGER);\n",
    );
    failed(project.run(&["migrate", "up", "-c", "erp"]), "requires");
    project.run(&["migrate", "new", "more", "-c", "erp"]).ends_with(0);
    fill(
        &project,
        "erp",
        "more",
        "up",
        "CREATE TABLE more (id INTEGER);\nCREATE TABLE more (id INTEGER);\n",
    );

    // What succeeded is said, with what did not.
    let (code, report) = project.json(&["migrate", "up"]);
    assert_eq!(code, 3, "{report}");
    let done = |at: usize| report["connections"][at]["done"].as_array().map(Vec::len);
    assert_eq!((done(0), done(1)), (Some(1), Some(1)), "{report}");
    assert_eq!(
        (&report["connections"][1]["left"], &report["error"]["connection"]),
        (&1.into(), &"erp".into())
    );
    let message = report["error"]["message"].as_str().expect("a message");
    assert!(message.contains("statement 2 (line 2)"), "{message}");

    failed(project.run(&["migrate", "up", "--steps", "1"]), "--connection");
    failed(
        project.run(&["migrate", "up", "-c", "cmr"]),
        "did you mean \"crm\"?",
    );
    failed(
        project.run(&["migrate", "new", "x", "-c", "crm", "-c", "erp"]),
        "for one connection",
    );
}

#[test]
fn a_baseline_adopts_what_is_there() {
    let project = Project::of(&[("main", "sqlite:app.db")]);
    project.run(&["migrate", "new", "first"]).ends_with(0);
    fill(&project, "main", "first", "up", "CREATE TABLE a (b INTEGER);\n");
    let ran = project.run(&["migrate", "baseline", "--dry-run"]).ends_with(0);
    assert!(ran.out.starts_with("main: "), "{ran:?}");
    project.run(&["migrate", "baseline", "--yes"]).ends_with(0);
    let ran = project.run(&["migrate", "up"]).ends_with(0);
    assert_eq!(ran.out, "all migrations are applied\n");
    failed(
        project.run(&["migrate", "baseline", "--yes"]),
        "has had 1 migrations already",
    );
}

mod old {
    use super::*;

    #[derive(Debug, Model)]
    #[model(table = "person")]
    pub(super) struct Person {
        #[model(key, auto)]
        id: i64,
        age: i32,
    }
}

mod new {
    use super::*;

    #[derive(Debug, Model)]
    #[model(table = "person")]
    pub(super) struct Person {
        #[model(key, auto)]
        id: i64,
        years: i32,
    }
}

#[test]
fn generate_needs_the_models_and_never_guesses_a_rename() {
    let project = Project::of(&[("main", "sqlite:app.db")]);
    let ran = project.run(&["migrate", "generate"]).ends_with(2);
    assert!(ran.err.contains("manybase::cli::main"), "{ran:?}");

    let config = project.path().to_string_lossy().into_owned();
    let run = |models, arguments: &[&str]| {
        let line = ["db", "migrate"].iter().chain(arguments).copied();
        let line: Vec<String> = line
            .chain(["--config", &config, "--quiet"])
            .map(str::to_owned)
            .collect();
        as_one(Cli::new().models(models).run(line))
    };
    let code = ExitCode::from;
    assert_eq!(run(models!(old::Person), &["generate", "--check"]), code(1));
    assert_eq!(run(models!(old::Person), &["generate", "first"]), code(0));
    assert_eq!(run(models!(old::Person), &["generate", "--check"]), code(0));
    project.run(&["migrate", "up"]).ends_with(0);
    // Standard input of tests is no terminal.
    let answers: &[&str] = &["generate", "--rename-column", "person.age:years"];
    assert_eq!(
        run(models!(new::Person), &["generate", "second", "--json"]),
        code(2)
    );
    assert_eq!(run(models!(new::Person), answers), code(0));
    project.run(&["migrate", "up"]).ends_with(0);
    assert_eq!(run(models!(new::Person), &["verify"]), code(0));
    assert_eq!(run(models!(old::Person), &["verify"]), code(1));
    let ran = project.run(&["migrate", "verify"]).ends_with(0);
    assert!(ran.out.contains("this program has none"), "{ran:?}");
    project.run(&["migrate", "lint"]).ends_with(0);

    let ran = project
        .run(&["migrate", "squash", "--to", "years", "--dry-run"])
        .ends_with(0);
    assert_eq!(ran.out.lines().count(), 2, "{ran:?}");
    project
        .run(&["migrate", "squash", "--to", "years", "--yes"])
        .ends_with(0);
    let ran = project.run(&["migrate", "up", "--locked"]).ends_with(0);
    assert_eq!(ran.out, "all migrations are applied\n");
}

mod plain {
    use super::*;

    #[derive(Debug, Model)]
    pub(super) struct Staff {
        #[model(key, auto)]
        id: i64,
        #[model(length = 10)]
        code: String,
        grade: Option<i32>,
    }
}

mod stricter {
    use super::*;

    #[derive(Debug, Model)]
    pub(super) struct Staff {
        #[model(key, auto)]
        id: i64,
        code: i32,
        grade: i32,
        since: chrono::NaiveDate,
    }
}

/// What rows that are there get, and what their values become.
fn filled(url: &str, cast: Option<&str>) {
    let project = Project::of(&[("main", url)]);
    let config = project.path().to_string_lossy().into_owned();
    let run = |models, arguments: &[&str]| {
        let line = ["db", "migrate"].iter().chain(arguments).copied();
        let line: Vec<String> = line
            .chain(["--config", &config, "--quiet"])
            .map(str::to_owned)
            .collect();
        as_one(Cli::new().models(models).run(line))
    };
    let code = ExitCode::from;
    assert_eq!(run(models!(plain::Staff), &["generate", "first"]), code(0));
    project.run(&["migrate", "new", "rows"]).ends_with(0);
    fill(
        &project,
        "main",
        "rows",
        "up",
        "INSERT INTO staff (code, grade) VALUES ('17', 3), ('18', NULL);\n",
    );
    fill(&project, "main", "rows", "down", "DELETE FROM staff;\n");
    project.run(&["migrate", "up"]).ends_with(0);

    // A text becomes a number only in a way that is said.
    assert_eq!(run(models!(stricter::Staff), &["generate", "--dry-run"]), code(3));
    for wrong in [
        "--fill=staff.grade=many",
        "--fill=staff.grde=1",
        "--fill=grade",
        "--cast=staff.cod=1",
    ] {
        let said = cast.unwrap_or("code");
        let cast = format!("--cast=staff.code={said}");
        assert_eq!(
            run(models!(stricter::Staff), &["generate", "--dry-run", &cast, wrong]),
            code(2),
            "{wrong}"
        );
    }
    let Some(cast) = cast else {
        // A typed refusal that names what is lacking.
        assert_eq!(
            run(
                models!(stricter::Staff),
                &["generate", "--dry-run", "--cast=staff.code=code + 0"]
            ),
            code(3)
        );
        return;
    };
    let cast = format!("--cast=staff.code={cast}");
    let answers = [
        "generate",
        "second",
        "--json",
        &cast,
        "--fill=staff.grade=0",
        "--fill",
        "staff.since=2020-01-31",
    ];
    assert_eq!(run(models!(stricter::Staff), &answers), code(0));
    project.run(&["migrate", "up", "--yes"]).ends_with(0);
    project.run(&["migrate", "new", "look"]).ends_with(0);
    // It fails if a value is not what it should be.
    fill(
        &project,
        "main",
        "look",
        "up",
        "CREATE TABLE look (n INTEGER NOT NULL CHECK (n = 2));
         INSERT INTO look SELECT COUNT(*) FROM staff WHERE since = '2020-01-31' AND (code = 17 AND grade = 3 OR code = 18 AND grade = 0);\n",
    );
    project.run(&["migrate", "up"]).ends_with(0);
}

#[test]
fn fills_and_casts() {
    filled("sqlite:app.db", Some("CAST(code AS INTEGER)"));
    let database = require_server!(postgres().and_then(|server| server.create_database("cli_fill")));
    filled(&database.url(), Some("code::integer"));
    let database = require_server!(mariadb().and_then(|server| server.create_database("cli_fill")));
    filled(&database.url(), None);
}

/// From a live database to files, and what can't be in them.
fn adopted(url: &str, own: Option<&str>) {
    let project = Project::of(&[("main", url)]);
    let script = |sql: &str| {
        let url = match url.strip_prefix("sqlite:") {
            Some(file) => format!("sqlite:{}", project.path().join(file).display()),
            None => url.to_owned(),
        };
        as_one(async {
            let db = Db::builder().connect("main", url).open().await.expect("opens");
            let mut lease = db.lease(Route::default(), Access::Write).await.expect("there");
            lease.script(sql.to_owned()).await.expect("runs");
        });
    };
    failed(
        project.run(&["migrate", "baseline", "--write", "--yes"]),
        "main has no tables",
    );
    script(
        "CREATE TABLE person (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(40)); INSERT INTO person VALUES (1, 'Ann');",
    );
    let ran = project
        .run(&["migrate", "baseline", "--write", "--dry-run"])
        .ends_with(0);
    assert!(
        ran.out.contains("-- up") && ran.out.contains("CREATE TABLE"),
        "{ran:?}"
    );
    assert!(!project.path().join("migrations").exists(), "nothing is written");
    failed(project.run(&["migrate", "baseline", "--write"]), "--yes");
    let mut arguments = vec!["migrate", "baseline", "--write", "--name", "first", "--yes"];
    if let Some(own) = own {
        script(own);
        failed(project.run(&arguments), "trigger keep on person, which calls");
        arguments.push("--leave-out");
    }
    let (code, written) = project.json(&arguments);
    assert_eq!(
        (code, &written["operations"][0]),
        (0, &"create table person".into()),
        "{written}"
    );
    assert_eq!(
        written["left_out"].as_array().map(Vec::len),
        Some(usize::from(own.is_some()))
    );
    assert!(
        written["migration"]
            .as_str()
            .is_some_and(|name| name.ends_with("_first"))
    );
    let ran = project.run(&["migrate", "up", "--locked"]).ends_with(0);
    assert_eq!(ran.out, "all migrations are applied\n");
    project.run(&["migrate", "verify"]).ends_with(0);
    failed(
        project.run(&["migrate", "baseline", "--write", "--yes"]),
        "there are 1 migrations for it already",
    );
}

#[test]
fn a_baseline_is_written_from_a_live_database() {
    adopted("sqlite:app.db", None);
    let database = require_server!(postgres().and_then(|server| server.create_database("cli_adopt")));
    let trigger = "CREATE FUNCTION same() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
                   CREATE TRIGGER keep BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION same();";
    adopted(&database.url(), Some(trigger));
    let database = require_server!(mariadb().and_then(|server| server.create_database("cli_adopt")));
    adopted(&database.url(), None);
}

#[test]
fn a_squash_keeps_statements_on_rows() {
    let project = Project::of(&[("main", "sqlite:app.db")]);
    for (name, sql) in [
        ("first", "CREATE TABLE a (id INTEGER);\n"),
        ("second", "ALTER TABLE a ADD b INTEGER;\n"),
        ("third", "UPDATE a SET b = 1;\n"),
    ] {
        project.run(&["migrate", "new", name]).ends_with(0);
        fill(&project, "main", name, "up", sql);
        fill(&project, "main", name, "down", "-- manybase: irreversible\n");
    }
    project.run(&["migrate", "up"]).ends_with(0);
    let (live, early) = (project.path().join("app.db"), project.path().join("early.db"));
    std::fs::copy(&live, &early).expect("copied");
    let ran = project
        .run(&["migrate", "squash", "--to", "third", "--yes"])
        .ends_with(2);
    assert!(
        ran.err.contains("UPDATE a SET b = 1") && ran.err.contains("--joined"),
        "{ran:?}"
    );
    project
        .run(&["migrate", "squash", "--to", "second", "--name", "start", "--yes"])
        .ends_with(0);
    let ran = project.run(&["migrate", "up"]).ends_with(0);
    assert_eq!(ran.out, "all migrations are applied\n");
    let (code, squashed) = project.json(&["migrate", "squash", "--to", "third", "--joined", "--yes"]);
    assert_eq!(
        (code, squashed["replaces"].as_array().map(Vec::len)),
        (0, Some(2))
    );
    project.run(&["migrate", "up", "--locked"]).ends_with(0);
    // One that has not heard of the first squash, and one that has none of them.
    std::fs::copy(&early, &live).expect("copied");
    let ran = project.run(&["migrate", "up", "--locked"]).ends_with(0);
    assert_eq!(ran.out, "all migrations are applied\n");
    std::fs::remove_file(&live).expect("removed");
    project.run(&["migrate", "up", "--locked"]).ends_with(0);
    let (_, status) = project.json(&["migrate", "status"]);
    assert_eq!(
        status["connections"][0]["migrations"].as_array().map(Vec::len),
        Some(1)
    );
}
