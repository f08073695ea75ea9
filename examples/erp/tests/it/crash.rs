//! A process that dies in the middle of its sales, and the next one on the same SQLite files.

use crate::run::{Room, Run};
use manybase::prelude::*;
use manybase::serde_json::Value;
use std::path::{Path, PathBuf};

const LOG: &str = "acknowledged.log";

fn number(figure: &Value) -> u64 {
    figure.as_u64().unwrap_or_else(|| panic!("no number: {figure}"))
}

fn crash(room: &Room, data: &Path, after: u32) -> Run {
    let data = data.to_str().expect("UTF-8");
    let after = format!("--crash={after}");
    room.run(&["--json", "--rows", "40", "--data", data, &after])
}

fn go_on(room: &Room, data: &Path) -> Run {
    room.run(&["--json", "--data", data.to_str().expect("UTF-8")])
}

fn lines(data: &Path) -> u64 {
    std::fs::read_to_string(data.join(LOG))
        .expect("the log")
        .lines()
        .count() as u64
}

/// SQLite's own way of finding the files again.
async fn open(data: &Path) -> Db {
    let url = |name: &str| format!("sqlite:{}?journal_mode=delete", data.join(name).display());
    Db::builder()
        .connect("finance", url("finance.db"))
        .connect("hr", url("hr.db"))
        .open()
        .await
        .expect("the files")
}

#[test]
fn each_death_leaves_whole_sales_only() {
    let room = Room::new();
    let data = room.path().join("it's data");
    let mut acknowledged = 0;
    for after in [0, 20, 90, 7, 250] {
        let killed = crash(&room, &data, after).dies().figures();
        // From the second time on it has looked at the books itself before it went on.
        if acknowledged > 0 {
            assert_eq!(killed["balanced"], true);
            assert_eq!(killed["acknowledged"], acknowledged);
        }
        assert!(number(&killed["crash"]["acknowledged"]) > 0, "{killed}");
        assert_eq!(killed["crash"]["data"], data.to_str().expect("UTF-8"));
        acknowledged = lines(&data);
    }
    for start in 1..=2 {
        let figures = go_on(&room, &data).succeeds().figures();
        assert_eq!(figures["balanced"], true);
        assert_eq!(figures["acknowledged"], acknowledged);
        assert_eq!(figures["recovered"]["in_doubt"], 0);
        // Those that were committed and not acknowledged before the process died, and one of each tour.
        let unheard = number(&figures["transfers"]) - acknowledged - start;
        assert!(unheard <= 5 * 8, "{figures}");
        assert_eq!(figures["invoices"], 40 + start);
        assert_eq!(figures.get("rows"), None);
    }
    assert_eq!(room.left(), ["it's data"]);
}

#[test]
fn a_death_without_a_directory_says_where_the_data_is() {
    let room = Room::new();
    let killed = room.run(&["--rows", "40", "--crash=50"]).dies();
    assert!(
        killed.out.contains("this process kills itself now, by SIGKILL"),
        "{}",
        killed.out
    );
    let way = killed
        .out
        .lines()
        .find_map(|line| line.strip_prefix("go on with: cargo run -p erp"));
    let (_, data) = way.and_then(|way| way.split_once("--data ")).expect("the way on");
    let next = room.run(&["--data", data]).succeeds();
    for part in [
        "What the last start has left",
        "recovery: 0 in doubt",
        "the books balance: ",
        "done in",
    ] {
        assert!(next.out.contains(part), "{part:?} is missing:\n{}", next.out);
    }
    assert!(!next.out.contains("Tables and rows"));
    assert!(next.out.contains(&format!("kept: {data}")), "{}", next.out);
}

#[tokio::test]
async fn books_that_do_not_balance_are_told() -> manybase::Result<()> {
    let room = Room::new();
    let data = room.path().join("data");
    crash(&room, &data, 30).dies();
    go_on(&room, &data).succeeds();

    // A sale that nobody has made.
    let log = data.join(LOG);
    let told = std::fs::read_to_string(&log).expect("the log");
    let lost = Uuid::now_v7().to_string();
    std::fs::write(&log, format!("{told}{lost}\n")).expect("written");
    go_on(&room, &data).fails_with(&["the books do not balance: acknowledged, and nowhere", &lost]);
    std::fs::write(&log, told).expect("written");
    go_on(&room, &data).succeeds();

    // Money from nowhere.
    let db = open(&data).await;
    let gift = sql("UPDATE erp_account SET balance = MB_ADD(balance, '5') WHERE customer_number = 1001");
    assert_eq!(gift.using("finance").execute(&db).await?.affected, 1);
    go_on(&room, &data).fails_with(&["the books do not balance: there is "]);
    let back = sql("UPDATE erp_account SET balance = MB_SUB(balance, '5') WHERE customer_number = 1001");
    back.using("finance").execute(&db).await?;
    go_on(&room, &data).succeeds();

    // A sale that is in two of three databases.
    let sales = sql("DELETE FROM erp_commission WHERE sale IN (SELECT MIN(sale) FROM erp_commission)");
    assert_eq!(sales.using("hr").execute(&db).await?.affected, 1);
    db.close().await?;
    go_on(&room, &data).fails_with(&["the books do not balance: ", "hr does not know 1 of "]);
    Ok(())
}

#[test]
fn data_that_is_not_complete_is_refused() {
    let room = Room::new();
    let data: PathBuf = room.path().join("data");
    crash(&room, &data, 0).dies();
    std::fs::remove_file(data.join("hr.db")).expect("removed");
    go_on(&room, &data).fails_with(&["the data is not complete", "way out: delete the files"]);
    assert_eq!(
        room.run(&["--data", "/dev/null/here"]).code,
        Some(1),
        "no directory"
    );
}
