//! PostgreSQL and MariaDB, started by the program itself or by the test.

use crate::run::Room;
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
