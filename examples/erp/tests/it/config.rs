//! Databases of the user's own.

use crate::run::Room;
use manybase::prelude::*;
use std::path::PathBuf;

const SAMPLE: &str = include_str!("../../manybase.toml");

fn written(room: &Room, text: &str) -> String {
    let path: PathBuf = room.path().join("manybase.toml");
    std::fs::write(&path, text).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn the_sample_works_and_its_tables_go() {
    let room = Room::new();
    let path = written(&room, SAMPLE);
    for _ in 0..2 {
        let run = room
            .run(&["--json", "--rows", "50", "--config", &path])
            .succeeds();
        assert_eq!(run.figures()["invoices"], 51);
    }
    assert_eq!(
        room.left(),
        ["finance.db", "hr.db", "inventory.db", "manybase.toml"]
    );
}

#[test]
fn a_layer_goes_over_the_base() {
    let room = Room::new();
    let path = written(&room, SAMPLE);
    let mut command = room.command(&["--json", "--rows", "50", "--config", &path]);
    assert!(
        command
            .env("MANYBASE_ENV", "staging")
            .output()
            .expect("it runs")
            .status
            .success()
    );
    assert_eq!(
        room.left(),
        ["hr.db", "inventory.db", "manybase.toml", "staging-finance.db"]
    );
}

#[tokio::test]
async fn tables_that_are_there_are_left_alone() -> manybase::Result<()> {
    let room = Room::new();
    let path = written(&room, SAMPLE);
    room.run(&["--rows", "50", "--config", &path, "--keep"])
        .succeeds();
    for _ in 0..2 {
        let parts = [
            "connection \"finance\" has a table CUST_MASTER already",
            "way out: ",
        ];
        room.run(&["--rows", "50", "--config", &path]).fails_with(&parts);
    }
    let db = Db::open(&path).await?;
    let invoices: i64 = sql("SELECT COUNT(*) FROM erp_invoice")
        .using("finance")
        .scalar(&db)
        .await?;
    assert_eq!(invoices, 51);
    db.close().await
}

#[test]
fn mistakes_are_named_with_the_way_out() {
    let room = Room::new();
    room.run(&["--config", "nowhere.toml"])
        .fails_with(&["error: ", "nowhere.toml"]);

    let path = written(&room, &SAMPLE.replace("[connections.hr]", "[connections.rh]"));
    room.run(&["--config", &path])
        .fails_with(&["no connection \"hr\"", "way out: did you mean"]);

    let path = written(&room, &SAMPLE.replace("max_lifetime", "max_lifetme"));
    room.run(&["--config", &path]).fails_with(&[
        "max_lifetme",
        "connection \"inventory\"",
        "way out: did you mean",
    ]);

    let path = written(
        &room,
        &SAMPLE.replace("sqlite:hr.db", "sqlite:no/such/directory/hr.db"),
    );
    room.run(&["--config", &path]).fails_with(&["connection \"hr\""]);
}
