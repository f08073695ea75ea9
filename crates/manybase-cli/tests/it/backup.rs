//! `manybase backup` and `manybase restore`.

use crate::support::{Project, as_one};
use manybase_db::{Access, Db, Executor, Route};
use manybase_driver::{FirstSink, Statement};
use std::fs;
use std::process::Stdio;

/// A SQLite file with three rows, and a connection to it.
fn project() -> Project {
    let project = Project::of(&[("app", "sqlite:app.db")]);
    run(
        &project,
        "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item (name) VALUES ('a'), ('b'), ('c')",
    );
    project
}

fn run(project: &Project, sql: &str) {
    let url = format!("sqlite:{}", project.path().join("app.db").display());
    as_one(async {
        let db = Db::builder().connect("app", url).build().expect("opens");
        let mut lease = db.lease(Route::default(), Access::Write).await.expect("a lease");
        lease.script(sql.to_owned()).await.expect("runs");
        drop(lease);
        db.close().await.expect("closed");
    });
}

fn rows(project: &Project, file: &str) -> i64 {
    let url = format!("sqlite:{}?mode=rw", project.path().join(file).display());
    as_one(async {
        let db = Db::builder().connect("app", url).build().expect("opens");
        let mut lease = db.lease(Route::default(), Access::Read).await.expect("a lease");
        let sink = FirstSink::new(|row| Ok(row.i64(0)?.unwrap_or_default()));
        let statement = Statement::read("SELECT COUNT(*) FROM item", vec![]);
        let counted = lease.query(statement, sink).await.expect("counted");
        drop(lease);
        db.close().await.expect("closed");
        counted.value.expect("a row")
    })
}

#[test]
fn there_and_back() {
    let project = project();
    let made = project.run(&["backup", "--to", "monday"]).ends_with(0);
    assert!(made.out.contains("1 table, 3 rows"), "{made:?}");
    assert!(made.err.contains("manybase backup verify monday"), "{made:?}");
    run(&project, "DELETE FROM item");
    let tried = project.run(&["backup", "verify", "monday"]).ends_with(0);
    assert!(
        tried.out.contains("1 table and 3 rows are as they were"),
        "{tried:?}"
    );
    let shown = project.run(&["backup", "show", "monday"]).ends_with(0);
    assert!(
        shown.out.contains("backup API") && shown.out.contains("item"),
        "{shown:?}"
    );

    let restored = project
        .run(&["restore", "monday", "--into", "copy.db"])
        .ends_with(0);
    assert!(
        restored.out.contains("copy.db: 1 table and 3 rows restored"),
        "{restored:?}"
    );
    assert_eq!((rows(&project, "copy.db"), rows(&project, "app.db")), (3, 0));
    let again = project
        .run(&["restore", "monday", "--into", "copy.db"])
        .ends_with(2);
    assert!(
        again.err.contains("exists already") && again.err.contains("help: "),
        "{again:?}"
    );
    project.run(&["backup", "--to", "monday"]).ends_with(2);
}

#[test]
fn one_row_is_not_one_rows() {
    let project = project();
    run(&project, "DELETE FROM item WHERE id > 1");
    let made = project.run(&["backup", "--to", "monday"]).ends_with(0);
    assert!(made.out.contains("1 table, 1 row, "), "{made:?}");
    let tried = project.run(&["backup", "verify", "monday"]).ends_with(0);
    assert!(
        tried.out.contains("1 table and 1 row are as they were"),
        "{tried:?}"
    );
    let restored = project
        .run(&["restore", "monday", "--into", "copy.db"])
        .ends_with(0);
    assert!(
        restored.out.contains("1 table and 1 row restored"),
        "{restored:?}"
    );
}

#[test]
fn in_the_place_of_the_live_one() {
    let project = project();
    project.run(&["backup", "--to", "monday"]).ends_with(0);
    run(&project, "DELETE FROM item WHERE id > 1");
    // Without a terminal nobody can be asked, and without a yes nothing happens.
    let asked = project.run(&["restore", "monday", "--swap"]).ends_with(2);
    assert!(asked.err.contains("--yes"), "{asked:?}");
    let refused = project
        .run_on_terminal(&["restore", "monday", "--swap"], "n\n")
        .ends_with(1);
    assert!(
        refused.err.contains("app.db? What is there now is kept"),
        "{refused:?}"
    );
    assert_eq!(rows(&project, "app.db"), 1);

    let swapped = project
        .run_on_terminal(&["restore", "monday", "--swap"], "y\n")
        .ends_with(0);
    let (_, kept) = swapped
        .out
        .split_once("what was there before is now ")
        .expect("told");
    assert_eq!((rows(&project, "app.db"), rows(&project, kept.trim())), (3, 1));

    let (code, swapped) = project.json(&["restore", "monday", "--into", "app.db", "--swap", "--yes"]);
    assert_eq!(code, 0, "{swapped}");
    let kept = swapped["kept"].as_str().expect("a name");
    assert_eq!((rows(&project, "app.db"), rows(&project, kept)), (3, 3));

    // While somebody is connected it is refused, as an error that programs can read too.
    let url = format!("sqlite:{}", project.path().join("app.db").display());
    let db = Db::builder().connect("app", url).build().expect("opens");
    as_one(async {
        db.connection("app")
            .expect("there")
            .ping()
            .await
            .expect("answers");
        let (code, refused) = project.json(&["restore", "monday", "--swap", "--yes"]);
        assert_eq!((code, &refused["error"]["kind"]), (1, &"in_use".into()));
        db.close().await.expect("closed");
    });
    project
        .run(&["restore", "monday", "--yes", "--into", "x.db"])
        .ends_with(2);
    project.run(&["restore", "monday"]).ends_with(2);
}

#[test]
fn for_programs() {
    let project = project();
    let (code, made) = project.json(&["backup", "-c", "app", "--compact"]);
    assert_eq!((code, &made["database"]["method"]), (0, &"VACUUM INTO".into()));
    let path = made["path"].as_str().expect("a path").to_owned();
    assert!(path.starts_with("backups/app-20"), "{path}");
    assert_eq!(made["tables"][0]["rows"], 3);
    let (code, tried) = project.json(&["backup", "verify", &path]);
    assert_eq!((code, &tried["verified"]), (0, &true.into()));
    let (_, listed) = project.json(&["backup", "list"]);
    assert_eq!(listed["backups"][0]["path"], path.as_str());
    assert_eq!(listed["backups"][0]["manifest"]["connection"], "app");
    let (code, restored) = project.json(&["restore", &path, "--into", "copy.db"]);
    assert_eq!((code, &restored["rows"]), (0, &3.into()));
    let (code, failed) = project.json(&["backup", "--connection", "ap"]);
    assert_eq!(
        (code, &failed["error"]["kind"]),
        (2, &"unknown_connection".into())
    );
}

#[test]
fn damage_and_leftovers_are_told() {
    let project = project();
    project.run(&["backup", "--to", "backups/one"]).ends_with(0);
    fs::create_dir(project.path().join("backups/.two.partial-0123456789ab")).expect("made");
    let listed = project.run(&["backup", "list"]).ends_with(0);
    assert!(
        listed.err.contains(".two.partial-0123456789ab was interrupted"),
        "{listed:?}"
    );
    assert!(!listed.out.contains("two"), "{listed:?}");

    let file = project.path().join("backups/one/data/database.sqlite");
    let mut bytes = fs::read(&file).expect("readable");
    bytes[100] ^= 1;
    fs::write(&file, bytes).expect("written");
    let tried = project.run(&["backup", "verify", "backups/one"]).ends_with(1);
    assert!(
        tried.err.contains("bad backup") && tried.err.contains("data/database.sqlite"),
        "{tried:?}"
    );
    let restored = project
        .run(&["restore", "backups/one", "--into", "copy.db"])
        .ends_with(1);
    assert!(restored.err.contains("checksum"), "{restored:?}");
    assert!(!project.path().join("copy.db").exists());

    fs::write(project.path().join("backups/one/manifest.json"), "{}").expect("written");
    let listed = project.run(&["backup", "list"]).ends_with(1);
    assert!(listed.out.contains("damaged"), "{listed:?}");
    project.run(&["backup", "verify", "backups"]).ends_with(1);
}

#[test]
fn where_nothing_is_yet() {
    let project = Project::of(&[("a", "sqlite:a.db"), ("b", "sqlite:b.db")]);
    let listed = project.run(&["backup", "list"]).ends_with(0);
    assert_eq!(listed.out, "there are none yet\n");
    let (code, listed) = project.json(&["backup", "list"]);
    assert_eq!((code, listed["backups"].as_array().map(Vec::len)), (0, Some(0)));
    project.run(&["backup", "list", "elsewhere"]).ends_with(1);
    // The way out is one on this command line.
    let which = project.run(&["backup"]).ends_with(2);
    assert!(
        which.err.contains("--connection")
            && which.err.contains("\"a\", \"b\"")
            && !which.err.contains(".using"),
        "{which:?}"
    );
}

#[test]
fn interrupted_by_hand() {
    let project = project();
    run(
        &project,
        "INSERT INTO item (name) WITH RECURSIVE n (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 300000) SELECT hex(a) FROM n",
    );
    let mut command = project.command(&["backup", "--to", "backups/one"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let begun = || fs::read_dir(project.path().join("backups")).is_ok_and(|mut found| found.next().is_some());
    while !begun() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let id = rustix::process::Pid::from_raw(child.id().cast_signed()).expect("an id");
    rustix::process::kill_process(id, rustix::process::Signal::INT).expect("told");
    let ran = project.ran(child.wait_with_output().expect("ended"));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("cancelled"), "{ran:?}");
    let left = fs::read_dir(project.path().join("backups"))
        .expect("there")
        .count();
    assert_eq!(left, 0, "nothing is left");
}
