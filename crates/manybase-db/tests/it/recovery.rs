//! The recovery where nothing can be in doubt: SQLite alone. Real branches are in the tests of the facade.

use crate::fake::{Fake, run, run_at, to};
use manybase_db::recovery::Audited;
use manybase_db::{Db, ErrorKind, RecoveryMode, RecoverySettings, Verdict};
use std::time::Duration;
use tempfile::TempDir;

async fn files(directory: &TempDir, recovery: RecoveryMode) -> Db {
    let url = |name: &str| format!("sqlite://{}", directory.path().join(name).display());
    let builder = Db::builder().connect("a", url("a.db")).connect("b", url("b.db"));
    builder
        .default_connection("a")
        .recovery(recovery)
        .open()
        .await
        .unwrap()
}

#[tokio::test]
async fn nothing_is_in_doubt() {
    let directory = tempfile::tempdir().unwrap();
    let db = files(&directory, RecoveryMode::default()).await;
    for tables in [false, true] {
        let report = db
            .recover_with(RecoverySettings::new().prune(true))
            .await
            .unwrap();
        assert!(report.is_clean() && report.committed.is_empty() && report.aborted.is_empty());
        assert_eq!((report.checked, report.pruned), (0, 0));
        assert!(db.in_doubt().await.transactions.is_empty());
        assert!(db.heuristics().await.heuristics.is_empty());
        for connection in db.doctor().await {
            assert_eq!(
                (connection.tables, connection.resource.is_some()),
                (tables, tables)
            );
        }
        for made in db.atomic_setup().await.into_values() {
            made.unwrap();
        }
    }
    db.close().await.unwrap();
}

/// An abort can be written down before anybody has heard of the transaction, and it is final.
#[tokio::test]
async fn a_decision_by_hand() {
    let directory = tempfile::tempdir().unwrap();
    let db = files(&directory, RecoveryMode::Off).await;
    let home = db.atomic_setup().await.remove("b").unwrap().unwrap();
    let gtrid = format!("mb1.{home}.0000000000000.1");
    let error = db
        .resolve_transaction(&gtrid, Verdict::Commit, false)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transaction);
    assert!(
        db.resolve_transaction(&gtrid, Verdict::Abort, false)
            .await
            .unwrap()
            .is_clean()
    );
    let record = db.transaction_record(&gtrid).await.unwrap();
    assert_eq!(
        (record.verdict, record.home.as_deref()),
        (Some(Verdict::Abort), Some("b"))
    );
    assert_eq!(record.audited, Audited::Whole);
    assert!(record.decided.is_some() && record.participants.is_empty());
    db.close().await.unwrap();
}

/// Where no connection can hold a branch, the recovery in the background sends nothing.
#[tokio::test]
async fn the_background_leaves_sqlite_alone() {
    let fake = Fake::default();
    let builder = fake
        .db()
        .connect("a", "fake://sqlite/a")
        .connect("b", "fake://sqlite/b");
    let often = RecoveryMode::Every(Duration::from_millis(10));
    let db = builder
        .default_connection("a")
        .recovery(often)
        .open()
        .await
        .unwrap();
    run(&db, "x").await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(fake.log(), ["a: x"]);
    // A connection that could hold one comes, and is asked.
    db.add("c", "fake://postgres/c").unwrap();
    let asked = async || {
        let log = fake.log();
        log.iter().any(|line| line.starts_with("c: SELECT"))
    };
    for _ in 0..600 {
        if asked().await {
            db.close().await.unwrap();
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody asked");
}

/// A database that is down is asked again after pauses that grow.
#[tokio::test]
async fn what_is_down_does_not_stop_the_rest() {
    let fake = Fake::default();
    let builder = fake
        .db()
        .connect("down", "fake://postgres/down")
        .connect("b", "fake://postgres/b");
    let db = builder
        .recovery(RecoveryMode::Every(Duration::from_millis(10)))
        .open()
        .await
        .unwrap();
    run_at(&db, to("b"), "x").await.unwrap();
    for round in 0..3 {
        fake.wait_for("b: SELECT \"id\" FROM \"manybase_resource\" WHERE \"one\" = $1")
            .await;
        assert!(!fake.log().is_empty(), "round {round}");
    }
    let report = db.recover().await.unwrap();
    assert_eq!(report.unreachable.len(), 1);
    assert_eq!(report.unreachable[0].connection.as_deref(), Some("down"));
    db.close().await.unwrap();
}
