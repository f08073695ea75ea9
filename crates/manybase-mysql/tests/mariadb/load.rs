//! Many rows at once.

use super::{Home, number, refused, run};
use manybase_driver::{BulkRows, BulkTarget, ErrorKind, Statement, Value};
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
    for length in [0, 1, 4_999, 5_000, 5_001, 17_000] {
        let insert = session.bulk_insert(Box::new(rows(numbers(length, 1.0)))).await;
        assert_eq!(insert.expect("inserts").inserted, length as u64);
        assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(length));
        run(&mut session, "DELETE FROM t").await;
    }
    run(&mut session, "INSERT INTO t VALUES (6999, 7), (99, 7)").await;
    // The last row of a single statement, and one behind a statement that has succeeded.
    for length in [100, 7_000] {
        let insert = session.bulk_insert(Box::new(rows(numbers(length, 1.0)))).await;
        refused(insert, ErrorKind::UniqueViolation);
        assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(2));
        assert!(!session.in_transaction());
    }
    // In a transaction a single statement is one too, and what went before it stays.
    session.begin(Default::default()).await.expect("begins");
    run(&mut session, "INSERT INTO t VALUES (-1, 7)").await;
    let insert = session.bulk_insert(Box::new(rows(numbers(100, 1.0)))).await;
    refused(insert, ErrorKind::UniqueViolation);
    session.commit().await.expect("commits");
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(3));
    run(&mut session, "DELETE FROM t WHERE id IN (-1, 99)").await;
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

/// MariaDB gets one statement for thousands of rows, and so few questions.
#[tokio::test]
async fn rows_go_together() {
    let home = home("together").await;
    let mut session = home.session().await;
    let count = "SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'COM_STMT_EXECUTE'";
    let mut asked = Vec::new();
    for length in [10, 5_000] {
        let before = number(&mut session, count).await.expect("a number");
        session
            .bulk_insert(Box::new(rows(numbers(length, 1.0))))
            .await
            .expect("inserts");
        asked.push(number(&mut session, count).await.expect("a number") - before);
        run(&mut session, "DELETE FROM t").await;
    }
    assert_eq!(asked[0], asked[1]);
}

/// Rows that are too large for a packet, of which the server takes each value.
#[tokio::test]
async fn rows_beyond_a_packet() {
    let home = Home::new("beyond");
    let mut session = home.session().await;
    run(
        &mut session,
        "CREATE TABLE t (id INT PRIMARY KEY, a LONGBLOB, b LONGBLOB)",
    )
    .await;
    let limit = number(&mut session, "SELECT @@max_allowed_packet")
        .await
        .expect("a number");
    let long = || Value::Bytes(vec![7; usize::try_from(limit).expect("fits") / 2 + 1_000_000]);
    let row = |id: i64| [id.into(), Value::Bytes(vec![1]), Value::Null];
    let all = |last: i64| {
        let rows = [row(1), row(2), [3.into(), long(), long()], row(last)];
        rows_of(&["id", "a", "b"], rows.into_iter().flatten().collect())
    };
    // All or none here too.
    refused(
        session.bulk_insert(Box::new(all(1))).await,
        ErrorKind::UniqueViolation,
    );
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(0));
    session.bulk_insert(Box::new(all(4))).await.expect("inserts");
    let whole = format!("SELECT COUNT(*) FROM t WHERE id IN (1, 2, 4) OR LENGTH(a) + LENGTH(b) > {limit}");
    assert_eq!(number(&mut session, &whole).await, Some(4));
}

/// All kinds of values, with NULL in between, are the same as those of inserts one by one.
#[tokio::test]
async fn values_that_go_together() {
    const COLUMNS: &[&str] = &[
        "id", "o", "u", "f", "d", "e", "s", "b", "day", "at", "time", "j", "empty",
    ];
    let home = Home::new("kinds");
    let mut session = home.session().await;
    for table in ["t", "other"] {
        let sql = format!(
            "CREATE TABLE {table} (id BIGINT PRIMARY KEY, o BOOLEAN, u BIGINT UNSIGNED, f FLOAT, d DOUBLE, \
             e DECIMAL(20, 4), s TEXT CHARACTER SET utf8mb4, b BLOB, day DATE, at DATETIME(6), time TIME(6), j JSON, \
             empty TEXT)"
        );
        run(&mut session, &sql).await;
    }
    let at = |id: i64| chrono::DateTime::from_timestamp_micros(id * 86_400_123_457).expect("in range");
    // Of `u` some are signed to the protocol, so that those of a part have two types: they go by inserts of many rows.
    for mixed in [false, true] {
        let row = |id: i64| {
            let cells: [Value; 13] = [
                id.into(),
                (id % 2 == 0).into(),
                if mixed && id % 2 == 0 {
                    id.into()
                } else {
                    Value::U64(u64::MAX - id as u64)
                },
                Value::F32(id as f32 / 8.0),
                Value::F64(id as f64 / 7.0),
                Value::Decimal(rust_decimal::Decimal::new(id * 12_345, 4)),
                format!("Łódź 🦀 {}", "x".repeat(id as usize % 300)).into(),
                Value::Bytes((0..id % 256).map(|byte| byte as u8).collect()),
                Value::Date(at(id).date_naive()),
                Value::Timestamp(at(id)),
                Value::Time(at(id).time()),
                Value::Json(serde_json::json!({ "id": id }).into()),
                Value::Null,
            ];
            // One after the other is NULL, also in the first row.
            let null = (id % 12 + 1) as usize;
            let cells = cells.into_iter().enumerate();
            cells.map(move |(at, cell)| if at == null { Value::Null } else { cell })
        };
        let values: Vec<Value> = (0..2_000).flat_map(row).collect();
        let all = rows_of(COLUMNS, values.clone());
        session.bulk_insert(Box::new(all)).await.expect("inserts");
        for row in values.chunks(COLUMNS.len()) {
            let marks = vec!["?"; COLUMNS.len()].join(", ");
            let insert = Statement::write(format!("INSERT INTO other VALUES ({marks})"), row.to_vec());
            session.execute(insert).await.expect("inserts");
        }
        let same = COLUMNS.iter().map(|name| format!("t.{name} <=> other.{name}"));
        let same = same.collect::<Vec<_>>().join(" AND ");
        let sql = format!("SELECT COUNT(*) FROM t JOIN other ON {same}");
        assert_eq!(number(&mut session, &sql).await, Some(2_000), "mixed: {mixed}");
        run(&mut session, "DELETE FROM t").await;
        run(&mut session, "DELETE FROM other").await;
    }
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
