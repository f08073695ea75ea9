//! Long lists, as the dialect renders them.

use super::{Home, run};
use manybase_driver::{Access, Session, Statement, Value};
use manybase_sql::{DataType, Expr, Select, dialect};
use rust_decimal::Decimal;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How many rows of `t` have the column's value in the list.
async fn found(session: &mut Session, column: &'static str, of: DataType, list: Vec<Value>) -> u64 {
    let rendered = Select::from("t")
        .column("id")
        .filter(Expr::typed_column(column, of, true).in_list(list))
        .render(dialect::mariadb())
        .expect("renders");
    let statement = Statement::rendered(rendered, Access::Read);
    let sink = manybase_driver::CountSink::default();
    session.query(statement, sink).await.expect("runs").0
}

/// Makes the nth value.
type Nth = fn(i64) -> Value;

const MANY: i64 = 100_000;

#[tokio::test]
async fn a_hundred_thousand_values_of_each_kind() {
    let home = Home::new("lists");
    let mut session = home.session().await;
    run(
        &mut session,
        "CREATE TABLE t (id BIGINT PRIMARY KEY, bin VARCHAR(40) COLLATE utf8mb4_nopad_bin UNIQUE, \
         uni VARCHAR(40) COLLATE utf8mb4_unicode_ci UNIQUE, latin VARCHAR(40) CHARACTER SET latin1 UNIQUE, \
         old VARCHAR(40) CHARACTER SET utf8mb3 UNIQUE, \
         u CHAR(36) CHARACTER SET ascii COLLATE ascii_bin UNIQUE, native UUID UNIQUE, b VARBINARY(40) UNIQUE, \
         d DECIMAL(57, 28) UNIQUE)",
    )
    .await;
    run(
        &mut session,
        "INSERT INTO t SELECT seq, CONCAT('Näme ', seq), CONCAT('Näme ', seq), CONCAT('Näme ', seq), \
         CONCAT('Näme ', seq), CONCAT('00000000-0000-0000-0000-', LPAD(seq, 12, '0')), \
         CONCAT('00000000-0000-0000-0000-', LPAD(seq, 12, '0')), UNHEX(LPAD(HEX(seq), 16, '0')), seq / 8 \
         FROM seq_1_to_150000",
    )
    .await;
    let text = DataType::Text { length: None };
    let names: Nth = |n| format!("Näme {n}").into();
    let uuids: Nth = |n| {
        Uuid::parse_str(&format!("00000000-0000-0000-0000-{n:012}"))
            .expect("one")
            .into()
    };
    let bytes: Nth = |n| n.to_be_bytes().to_vec().into();
    let decimals: Nth = |n| (Decimal::from(n) / Decimal::from(8)).into();
    let cases: [(&'static str, DataType, Nth); 9] = [
        ("id", DataType::I64, |n| n.into()),
        ("bin", text, names),
        ("uni", text, names),
        ("latin", text, names),
        ("old", text, names),
        ("u", DataType::Uuid, uuids),
        ("native", DataType::Uuid, uuids),
        ("b", DataType::Bytes, bytes),
        ("d", DataType::Decimal { precision: None }, decimals),
    ];
    for (column, of, value) in cases {
        // Half of them are there; a short list and a long one say the same.
        for many in [500, MANY] {
            let list: Vec<Value> = (150_001 - many / 2..=150_000 + many / 2).map(value).collect();
            let begun = Instant::now();
            assert_eq!(
                found(&mut session, column, of, list).await,
                (many / 2) as u64,
                "{column} {many}"
            );
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{column} {many} took {:?}",
                begun.elapsed()
            );
        }
    }
}

/// A long list compares as a short one does: under the column's own collation.
#[tokio::test]
async fn collations_decide_for_long_lists_too() {
    let home = Home::new("collations");
    let mut session = home.session().await;
    run(
        &mut session,
        "CREATE TABLE t (id BIGINT PRIMARY KEY, bin VARCHAR(40) COLLATE utf8mb4_nopad_bin, \
         uni VARCHAR(40) COLLATE utf8mb4_unicode_ci)",
    )
    .await;
    run(
        &mut session,
        "INSERT INTO t VALUES (1, 'quote\" \\\\ 😀', 'Ärger'), (2, NULL, NULL)",
    )
    .await;
    let text = DataType::Text { length: None };
    for filler in [0, 2_000] {
        for (column, value, expected) in [
            ("bin", "quote\" \\ 😀", 1),
            ("bin", "Quote\" \\ 😀", 0),
            ("bin", "quote\" \\ 😀 ", 0),
            ("uni", "ÄRGER", 1),
            ("uni", "anger", 0),
        ] {
            let mut list: Vec<Value> = (0..filler).map(|n| format!("filler {n}").into()).collect();
            list.push(value.into());
            list.push(Value::Null);
            assert_eq!(
                found(&mut session, column, text, list).await,
                expected,
                "{column} {value} {filler}"
            );
        }
    }
}
