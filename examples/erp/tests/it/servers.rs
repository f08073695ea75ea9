//! PostgreSQL and MariaDB, started by the program itself or by the test.

use crate::run::Room;
use manybase::serde_json::Value;
use manybase_testkit::{Mariadb, Postgres, mariadb, postgres, require_server};
use std::net::{SocketAddr, TcpStream};

/// `postgres://user@127.0.0.1:1234/name` as an address to dial.
fn socket(address: &str) -> SocketAddr {
    let (_, behind) = address.split_once('@').expect("a user");
    let (socket, _) = behind.split_once('/').expect("a database");
    socket.parse().expect("host and port")
}

#[test]
fn servers_give_the_answers_that_files_give_and_end_with_it() {
    require_server!(Postgres::available());
    require_server!(Mariadb::available());
    let room = Room::new();
    let run = room.run(&["--json", "--servers"]).succeeds();
    let figures = run.figures();
    for (name, dialect) in [
        ("finance", "PostgreSQL"),
        ("hr", "SQLite"),
        ("inventory", "MariaDB"),
    ] {
        assert_eq!(figures["databases"][name]["dialect"], dialect);
    }
    for name in ["finance", "inventory"] {
        let address = figures["databases"][name]["address"].as_str().expect("text");
        assert!(!address.contains(":manybase:"), "{address}");
        assert!(
            TcpStream::connect(socket(address)).is_err(),
            "{name} still answers"
        );
    }
    assert_eq!(run.answers(), room.run(&["--json"]).succeeds().answers());
    assert_eq!(room.left(), [""; 0]);
}

#[test]
fn servers_by_address() {
    let finance = require_server!(postgres())
        .create_database("finance")
        .expect("a database");
    let inventory = require_server!(mariadb())
        .create_database("inventory")
        .expect("a database");
    let room = Room::new();
    let path = room.path().join("manybase.toml");
    let text = format!(
        "[connections]\nfinance.url = {:?}\nhr.url = \"${{ERP_HR_URL}}\"\ninventory.url = {:?}\n",
        finance.url(),
        inventory.url()
    );
    std::fs::write(&path, text).expect("written");
    let path = path.to_str().expect("UTF-8");
    // HR shares PostgreSQL's database with finance here. Twice, because the tables must have gone.
    for _ in 0..2 {
        let mut command = room.command(&["--json", "--rows", "200", "--config", path]);
        let output = command
            .env("ERP_HR_URL", finance.url())
            .output()
            .expect("it runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!shown.contains(require_server!(postgres()).password()));
    }
    room.run(&["--config", path])
        .fails_with(&["ERP_HR_URL is not set", "way out: set it"]);
}

#[test]
fn a_child_dies_and_its_parent_recovers() {
    require_server!(Postgres::available());
    require_server!(Mariadb::available());
    let room = Room::new();
    for after in [0, 60, 200] {
        let after = format!("--crash={after}");
        let figures = room
            .run(&["--json", "--servers", "--rows", "60", &after])
            .succeeds()
            .figures();
        assert_eq!(figures["crash"]["signal"], 9);
        assert!(figures["crash"]["acknowledged"].as_u64() > Some(0), "{figures}");
        balances(&figures);
        assert_eq!(figures["invoices"], 61);
        assert_eq!(room.left(), [""; 0]);
    }
}

#[track_caller]
fn balances(figures: &Value) {
    let number = |figure: &Value| figure.as_u64().unwrap_or_else(|| panic!("no number: {figures}"));
    let recovered = &figures["recovered"];
    assert_eq!(figures["balanced"], true);
    // The branches that were in doubt have come to an end, one way or the other.
    let ended = number(&recovered["committed"]) + number(&recovered["rolled_back"]);
    assert!(ended <= number(&recovered["in_doubt"]), "{figures}");
    assert!(
        number(&figures["transfers"]) > number(&figures["acknowledged"]),
        "the tour has sold one more: {figures}"
    );
}

/// All three on servers, so that several sales are in the middle of their commits at once.
#[test]
fn a_death_on_servers_of_ones_own() {
    let finance = require_server!(postgres())
        .create_database("finance")
        .expect("a database");
    let hr = require_server!(postgres())
        .create_database("hr")
        .expect("a database");
    let inventory = require_server!(mariadb())
        .create_database("inventory")
        .expect("a database");
    let room = Room::new();
    let path = room.path().join("erp.toml");
    let text = format!(
        "[connections]\nfinance.url = {:?}\nhr.url = {:?}\ninventory.url = {:?}\n",
        finance.url(),
        hr.url(),
        inventory.url()
    );
    std::fs::write(&path, text).expect("written");
    let path = path.to_str().expect("UTF-8");
    let mut in_doubt = 0;
    for after in ["--crash=0", "--crash=40", "--crash", "--crash=90", "--crash=150"] {
        let arguments = ["--json", "--rows", "60", "--config", path, "--keep", after];
        let killed = room.run(&arguments).dies().figures();
        assert_eq!(killed["crash"]["config"], path);
        let next = room.run(&["--json", "--config", path, "--keep"]).succeeds();
        let figures = next.figures();
        balances(&figures);
        in_doubt += figures["recovered"]["in_doubt"].as_u64().unwrap_or_default();
        assert!(!next.out.contains(require_server!(postgres()).password()));
    }
    assert!(in_doubt > 0, "five deaths, and never in the middle of a commit");
    // Without --keep, what is there is somebody else's.
    room.run(&["--config", path])
        .fails_with(&["has a table CUST_MASTER already", "--keep"]);
    assert_eq!(room.left(), ["acknowledged.log", "erp.toml"]);
}
