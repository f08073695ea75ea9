//! `inspect` and `models`. What the models look like on each database is tested where they are compiled.

use crate::support::{Project, as_one};
use manybase_db::{Access, Db, Executor, Route};
use manybase_testkit::{mariadb, postgres, require_server};
use std::fs;

const TABLES: &str = "CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL,
        FOREIGN KEY (customer_id) REFERENCES customers (id));
    CREATE TABLE log (line TEXT, level VARCHAR(5) CHECK (level IN ('info', 'error')));
    CREATE VIEW names AS SELECT name FROM customers";

fn script(url: &str, sql: &str) {
    as_one(async {
        let db = Db::builder().connect("legacy", url).build().expect("opens");
        let mut lease = db.lease(Route::default(), Access::Write).await.expect("there");
        lease.script(sql.to_owned()).await.expect("runs");
        drop(lease);
        db.close().await.expect("closes");
    });
}

/// A project with the tables in a file.
fn project() -> Project {
    let project = Project::of(&[("legacy", "sqlite:legacy.db")]);
    script(
        &format!("sqlite:{}", project.path().join("legacy.db").display()),
        TABLES,
    );
    project
}

#[test]
fn what_is_there() {
    let project = project();
    let ran = project.run(&["inspect"]).ends_with(0);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(lines.len(), 5, "{}", ran.out);
    assert_eq!(
        lines[4], "orders     table        2  id   customers",
        "{}",
        ran.out
    );
    assert!(lines[3].starts_with("names      view "), "{}", ran.out);

    let ran = project
        .run(&["inspect", "orders", "--connection", "legacy"])
        .ends_with(0);
    assert!(ran.out.contains("customer_id  INTEGER"), "{}", ran.out);
    assert!(
        ran.out
            .contains("(customer_id) to customers (id), on update no action"),
        "{}",
        ran.out
    );

    let (code, document) = project.json(&["inspect", "customers"]);
    assert_eq!((code, document["product"].as_str()), (0, Some("SQLite")));
    let tables = document["tables"].as_array().expect("a list");
    assert_eq!(tables.len(), 1);
    assert_eq!(tables[0]["columns"][1]["kind"], "text(40)");
    assert_eq!(tables[0]["primary_key"]["columns"][0], "id");

    script(
        &format!("sqlite:{}", project.path().join("legacy.db").display()),
        "CREATE TRIGGER \"watch\" AFTER UPDATE OF name ON customers WHEN NEW.id > 1 BEGIN SELECT 1; END;
         CREATE TABLE manybase_books (id INTEGER PRIMARY KEY)",
    );
    let ran = project.run(&["inspect", "customers"]).ends_with(0);
    assert!(
        ran.out
            .contains("watch  after update of name, for each row when NEW.id > 1"),
        "{}",
        ran.out
    );
    let ran = project.run(&["inspect", "names"]).ends_with(0);
    assert!(
        ran.out.ends_with("Query\n  SELECT name FROM customers\n"),
        "{}",
        ran.out
    );
    let tables = |arguments: &[&str]| {
        let (code, document) = project.json(&[&["inspect"], arguments].concat());
        assert_eq!(code, 0);
        let tables = document["tables"].as_array().expect("a list").clone();
        let names = tables
            .iter()
            .map(|table| table["name"].as_str().unwrap_or_default().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(
        tables(&["--without-own"]),
        ["customers", "log", "names", "orders"]
    );
    assert_eq!(
        tables(&["--table", "*s", "--except", "names"]),
        ["customers", "manybase_books", "orders"]
    );
    project.run(&["inspect", "orders", "--table", "o*"]).ends_with(2);

    let ran = project.run(&["inspect", "order"]).ends_with(2);
    assert!(ran.err.contains("there is no table or view \"order\""), "{ran:?}");
    project.run(&["inspect", "--connection", "legaci"]).ends_with(2);
}

#[test]
fn the_servers_tell_the_same() {
    let tables = |url: &str| {
        script(url, TABLES);
        let (code, document) = Project::of(&[("legacy", url)]).json(&["inspect"]);
        assert_eq!(code, 0);
        let tables = document["tables"].as_array().expect("a list").clone();
        let told = |table: &serde_json::Value| {
            let key = &table["foreign_keys"][0];
            format!(
                "{} {} {} {} {}",
                table["name"],
                table["kind"],
                table["columns"][0]["kind"],
                key["columns"],
                key["referenced_table"]
            )
        };
        tables.iter().map(told).collect::<Vec<_>>()
    };
    let expected = [
        r#""customers" "table" "integer(32)" null null"#,
        r#""log" "table" "text" null null"#,
        r#""names" "view" "text(40)" null null"#,
        r#""orders" "table" "integer(32)" ["customer_id"] "customers""#,
    ];
    let server = require_server!(postgres());
    let database = server.create_database("cli").expect("made");
    assert_eq!(tables(&database.url()), expected);
    let server = require_server!(mariadb());
    let database = server.create_database("cli").expect("made");
    assert_eq!(tables(&database.url()), expected);
}

#[test]
fn to_the_terminal() {
    let project = project();
    let ran = project.run(&["models", "--table", "c*"]).ends_with(0);
    assert!(
        ran.out.starts_with("//! Written by `manybase models`"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("pub struct Customer {") && !ran.out.contains("Order"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("connection = \"legacy\""), "{}", ran.out);
    let ran = project
        .run(&["models", "--unbound", "--except", "orders"])
        .ends_with(0);
    assert!(!ran.out.contains("connection ="), "{}", ran.out);
    for there in [
        "#[model(table = \"log\", keyless)]",
        "#[model(table = \"names\", readonly, keyless)]",
        "#[db(unknown)]\n    Unknown(String),",
    ] {
        assert!(ran.out.contains(there), "{}", ran.out);
    }
    let ran = project.run(&["models", "--unknown", "none"]).ends_with(0);
    assert!(
        ran.out.contains("enum LogLevel") && !ran.out.contains("Unknown"),
        "{}",
        ran.out
    );
    project.run(&["models", "--unknown", "some"]).ends_with(2);
    project.run(&["models", "--table", "nothing"]).ends_with(2);

    let (code, document) = project.json(&["models"]);
    assert_eq!((code, document["models"].as_u64()), (0, Some(4)));
    assert_eq!(document["database"]["tables"].as_array().map(Vec::len), Some(4));
}

#[test]
fn into_files_that_are_brought_up_to_date() {
    let project = project();
    let file = |name: &str| project.path().join("src").join(name);
    let out = ["models", "--out", "src/models"];
    let check = ["models", "--out", "src/models", "--check"];
    project.run(&check).ends_with(1);
    assert!(!file("models.rs").exists(), "a check writes nothing");
    let ran = project.run(&out).ends_with(0);
    assert!(
        ran.out
            .contains("wrote models.rs, customers.rs, log.rs, names.rs, orders.rs"),
        "{}",
        ran.out
    );
    let shown = fs::read_to_string(file("models.rs")).expect("written");
    assert!(
        shown.ends_with(
            "mod customers;\nmod log;\nmod names;\nmod orders;\n\n\
             pub use customers::*;\npub use log::*;\npub use names::*;\npub use orders::*;\n"
        ),
        "{shown}"
    );
    let order = fs::read_to_string(file("models/orders.rs")).expect("written");
    assert!(order.contains("use super::Customer;\n"), "{order}");
    project.run(&check).ends_with(0);
    let ran = project.run(&out).ends_with(0);
    assert!(ran.out.contains("nothing has changed"), "{}", ran.out);

    // A table goes; and with it its file, but not one that somebody wrote.
    fs::write(file("models/mine.rs"), "// mine\n").expect("written");
    script(
        &format!("sqlite:{}", project.path().join("legacy.db").display()),
        "DROP TABLE orders",
    );
    let (code, document) = project.json(&check);
    let changed = document["changed"].to_string();
    assert_eq!(
        (code, changed.as_str()),
        (1, r#"["models.rs","customers.rs","orders.rs"]"#)
    );
    project.run(&out).ends_with(0);
    assert!(!file("models/orders.rs").exists() && file("models/mine.rs").exists());

    let ran = project
        .run(&["models", "--out", "src/models/mine.rs"])
        .ends_with(2);
    assert!(ran.err.contains("was not written by this command"), "{ran:?}");
    assert_eq!(
        fs::read_to_string(file("models/mine.rs")).expect("read"),
        "// mine\n"
    );
    project.run(&["models", "--out", "x.rs", "--stdout"]).ends_with(2);
    project.run(&["models", "--check"]).ends_with(2);
}
