//! `compare`. What differs and what does not is tested where it is compared.

use crate::support::{Project, as_one};
use manybase_db::{Access, Db, Executor, Route};
use manybase_testkit::{mariadb, postgres, require_server};

fn script(url: &str, sql: &str) {
    as_one(async {
        let db = Db::builder().connect("one", url).build().expect("opens");
        let mut lease = db.lease(Route::default(), Access::Write).await.expect("there");
        lease.script(sql.to_owned()).await.expect("runs");
        drop(lease);
        db.close().await.expect("closes");
    });
}

#[test]
fn a_copy_on_another_database() {
    let server = require_server!(postgres());
    let left = server.create_database("cli").expect("made");
    let server = require_server!(mariadb());
    let right = server.create_database("cli").expect("made");
    script(
        &left.url(),
        "CREATE TABLE city (id bigint PRIMARY KEY, name varchar(40) NOT NULL, since timestamptz);
         CREATE TABLE tmp_load (line text);
         CREATE SCHEMA old; CREATE TABLE old.city (id bigint PRIMARY KEY)",
    );
    script(
        &right.url(),
        "CREATE TABLE CITY (ID bigint PRIMARY KEY, NAME varchar(40) COLLATE utf8mb4_nopad_bin NOT NULL, SINCE datetime(6))",
    );
    let project = Project::of(&[("erp", &left.url()), ("copy", &right.url())]);
    let both = ["compare", "--left", "erp", "--right", "copy"];
    let ran = project.run(&both).ends_with(1);
    assert!(
        ran.out
            .contains("not equivalent: 3 differences; 0 tables on both sides"),
        "{}",
        ran.out
    );
    let alike = [&both[..], &["--fold-case", "--ignore", "tmp_*"]].concat();
    let ran = project.run(&alike).ends_with(0);
    assert_eq!(
        ran.out,
        "equivalent; 1 table on both sides (PostgreSQL and MariaDB)\n"
    );

    // What nobody has compared is said, to programs too.
    script(
        &right.url(),
        "CREATE TRIGGER w BEFORE INSERT ON CITY FOR EACH ROW SET NEW.SINCE = NULL",
    );
    let ran = project.run(&alike).ends_with(0);
    assert!(
        ran.out.ends_with("\n  not compared: triggers (0 and 1)\n"),
        "{}",
        ran.out
    );
    let (_, document) = project.json(&alike);
    assert_eq!(document["not_compared"][0]["what"], "triggers");
    assert_eq!(document["not_compared"][0]["right"], 1);

    script(
        &right.url(),
        "ALTER TABLE CITY MODIFY NAME varchar(20) COLLATE utf8mb4_nopad_bin NOT NULL",
    );
    let ran = project.run(&alike).ends_with(1);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(
        lines[..2],
        [
            "TABLE  WHAT       SEEN FROM THE LEFT  ERP                    COPY",
            "city   type name  narrower            character varying(40)  varchar(20)",
        ]
    );
    let (code, document) = project.json(&alike);
    assert_eq!((code, document["equivalent"].as_bool()), (1, Some(false)));
    assert_eq!(document["right"]["product"], "MariaDB");
    let one = &document["differences"][0];
    assert_eq!(
        (one["part"].as_str(), one["verdict"].as_str()),
        (Some("type"), Some("narrower"))
    );

    let old = [&alike[..], &["--left-schema", "old"]].concat();
    let (code, document) = project.json(&old);
    assert_eq!(
        (code, document["differences"].as_array().map(Vec::len)),
        (1, Some(2))
    );
    assert_eq!(document["left"]["schema"], "old");
}

#[test]
fn what_nobody_can_compare() {
    let project = Project::of(&[("a", "sqlite:a.db"), ("b", "sqlite:b.db")]);
    let url = |name: &str| format!("sqlite:{}", project.path().join(name).display());
    for name in ["a.db", "b.db"] {
        script(
            &url(name),
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, at BINTREE)",
        );
    }
    let both = ["compare", "--left", "a", "--right", "b"];
    let ran = project.run(&both).ends_with(0);
    assert!(ran.out.starts_with("equivalent; 1 table "), "{}", ran.out);
    script(
        &url("b.db"),
        "DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, at PLACE)",
    );
    script(
        &url("a.db"),
        "DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, at SITE)",
    );
    let ran = project.run(&both).ends_with(1);
    assert!(
        ran.out.contains("can't be compared") && ran.out.contains("not known: 1 difference"),
        "{}",
        ran.out
    );
    let (code, document) = project.json(&both);
    assert_eq!((code, document["equivalent"].is_null()), (1, true));
    project.run(&["compare", "--left", "a"]).ends_with(2);
    project
        .run(&["compare", "--left", "a", "--right", "c"])
        .ends_with(2);
}
