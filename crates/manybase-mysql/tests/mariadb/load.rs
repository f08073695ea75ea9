//! Many rows at once.

use super::{Home, number, refused, run};
use manybase_driver::{BulkRows, BulkTarget, ErrorKind, Value};
use manybase_sql::{ConflictUpdate, ConflictValue, OnConflict, dialect};

fn rows(values: Vec<Value>) -> BulkRows {
    rows_of(&["id", "n"], values)
}

fn rows_of(columns: &[&'static str], values: Vec<Value>) -> BulkRows {
    let target = BulkTarget {
        table: "t".into(),
        columns: columns.iter().map(|name| (*name).into()).collect(),
        on_conflict: None,
        dialect: dialect::mariadb(),
    };
    BulkRows::new(target.into(), values).expect("whole rows")
}

fn numbers(length: i64, last: f64) -> Vec<Value> {
    let each = (0..length).flat_map(|id| [id.into(), Value::F64(if id + 1 == length { last } else { 0.5 })]);
    each.collect()
}

async fn home(name: &str) -> Home {
    let home = Home::new(name);
    run(
        &mut home.session().await,
        "CREATE TABLE t (id INT PRIMARY KEY, n DOUBLE)",
    )
    .await;
    home
}

/// What has no form is found when rows are on their way already.
#[tokio::test]
async fn a_value_far_behind_that_has_no_form() {
    let home = home("far").await;
    let mut session = home.session().await;
    for length in [30, 20_000] {
        refused(
            session.bulk_load(rows(numbers(length, f64::NAN))).await,
            ErrorKind::Value,
        );
        refused(
            session
                .bulk_insert(Box::new(rows(numbers(length, f64::NAN))))
                .await,
            ErrorKind::Value,
        );
        assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(0));
        session.begin(Default::default()).await.expect("begins");
        run(&mut session, "INSERT INTO t VALUES (-1, 0)").await;
        let error = refused(
            session.bulk_load(rows(numbers(length, f64::NAN))).await,
            ErrorKind::Value,
        );
        assert!(error.message().starts_with("column n: "), "{error}");
        // What went before is there, and of the load nothing.
        assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(1));
        session.rollback().await.expect("rolls back");
    }
    assert_eq!(
        session
            .bulk_load(rows(numbers(20_000, 1.0)))
            .await
            .expect("loads")
            .inserted,
        20_000
    );
}

/// Statements of many rows each, made while others are on their way: all of them take effect, or none.
#[tokio::test]
async fn inserts_are_one() {
    let home = home("one").await;
    let mut session = home.session().await;
    for length in [0, 1, 1_249, 1_250, 1_251, 7_000] {
        let insert = session.bulk_insert(Box::new(rows(numbers(length, 1.0)))).await;
        assert_eq!(insert.expect("inserts").inserted, length as u64);
        assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(length));
        run(&mut session, "DELETE FROM t").await;
    }
    run(&mut session, "INSERT INTO t VALUES (6999, 7)").await;
    let insert = session.bulk_insert(Box::new(rows(numbers(7_000, 1.0)))).await;
    refused(insert, ErrorKind::UniqueViolation);
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(1));
    assert!(!session.in_transaction());
    let mut target = rows(Vec::new()).target().clone();
    target.on_conflict = Some(OnConflict {
        update: ConflictUpdate::Set(vec![("n".into(), ConflictValue::Given)]),
        ..OnConflict::new(["id"])
    });
    let all = BulkRows::new(target.into(), numbers(7_000, 1.0)).expect("whole rows");
    session.bulk_insert(Box::new(all)).await.expect("updates one");
    assert_eq!(
        number(&mut session, "SELECT COUNT(*) FROM t WHERE n = 7").await,
        Some(0)
    );
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(7_000));
}

/// Bytes come as they are where all texts are UTF-8, and as digits where they are not.
#[tokio::test]
async fn texts_and_bytes_beside_each_other() {
    let home = Home::new("bytes");
    let mut session = home.session().await;
    let all: Vec<u8> = (0..=255).collect();
    let text = "Łódź \\ \t\n\r\0 'x' 🦀";
    for charset in ["utf8mb4", "utf8mb3", "latin1", "ucs2"] {
        let sql = format!("CREATE TABLE t (id INT PRIMARY KEY, s TEXT, b BLOB) CHARACTER SET {charset}");
        run(&mut session, &sql).await;
        let load = |text: &str| {
            let each = (0..30_i64).flat_map(|id| [id.into(), text.into(), Value::Bytes(all.clone())]);
            rows_of(&["id", "s", "b"], each.collect())
        };
        // What these can't hold is refused, and nothing is bent.
        let held = match charset {
            "utf8mb4" => text.to_owned(),
            "utf8mb3" | "ucs2" => text.replace('🦀', "c"),
            _ => "é ü \\ \t\n\r\0".to_owned(),
        };
        if held != text {
            refused(session.bulk_load(load(text)).await, ErrorKind::Value);
            assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(0));
        }
        session.bulk_load(load(&held)).await.expect("loads");
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
        let same = format!(
            "SELECT COUNT(*) FROM t WHERE HEX(b) = '{}' AND HEX(CONVERT(s USING utf8mb4)) = '{}'",
            hex(&all),
            hex(held.as_bytes())
        );
        assert_eq!(number(&mut session, &same).await, Some(30), "{charset}");
        run(&mut session, "DROP TABLE t").await;
    }
}

/// In a transaction a table stays as it is, so that it is looked at once; but not if another one hides it by then.
#[tokio::test]
async fn a_table_that_another_hides() {
    let home = Home::new("hides");
    let mut session = home.session().await;
    let create =
        |what: &str, charset: &str| format!("CREATE {what} t (n TEXT, b BLOB) CHARACTER SET {charset}");
    run(&mut session, &create("TABLE", "utf8mb4")).await;
    let all = || {
        let each = (0..30).flat_map(|_| [Value::from("é"), Value::Bytes(vec![0xE9])]);
        rows_of(&["n", "b"], each.collect())
    };
    let held = |text: &str| format!("SELECT COUNT(*) FROM t WHERE HEX(n) = '{text}' AND HEX(b) = 'E9'");
    session.begin(Default::default()).await.expect("begins");
    for loads in 1..=2 {
        session.bulk_load(all()).await.expect("loads");
        assert_eq!(number(&mut session, &held("C3A9")).await, Some(30 * loads));
        session
            .bulk_load(rows_of(&["n"], vec![Value::Null]))
            .await
            .expect("loads");
    }
    session.bulk_load(all()).await.expect("loads");
    session.bulk_load(all()).await.expect("loads");
    run(&mut session, &create("TEMPORARY TABLE", "latin1")).await;
    session.bulk_load(all()).await.expect("loads");
    session.bulk_load(all()).await.expect("loads");
    assert_eq!(number(&mut session, &held("E9")).await, Some(60));
    session.commit().await.expect("commits");
    run(&mut session, "DROP TEMPORARY TABLE t").await;
    assert_eq!(number(&mut session, &held("C3A9")).await, Some(120));
}

/// A transaction of its own keeps the table as it is only until the load is done.
#[tokio::test]
async fn a_table_that_changes_between_two_loads() {
    let home = Home::new("changes");
    let (mut session, mut other) = (home.session().await, home.session().await);
    run(
        &mut session,
        "CREATE TABLE t (n TEXT, b BLOB) CHARACTER SET utf8mb4",
    )
    .await;
    let all = || {
        let each = (0..30).flat_map(|_| [Value::from("é"), Value::Bytes(vec![0xE9])]);
        rows_of(&["n", "b"], each.collect())
    };
    session.bulk_load(all()).await.expect("loads");
    run(&mut other, "ALTER TABLE t MODIFY n TEXT CHARACTER SET latin1").await;
    session.bulk_load(all()).await.expect("loads");
    let held = "SELECT COUNT(*) FROM t WHERE HEX(n) = 'E9' AND HEX(b) = 'E9'";
    assert_eq!(number(&mut session, held).await, Some(60));
}
