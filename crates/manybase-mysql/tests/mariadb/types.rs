//! Cells: every type of MariaDB, read in every way that its own suite can't know.

use super::{Home, one, refused, rows, run};
use manybase_driver::{CellError, CountSink, ErrorKind, Row, Statement};

/// What every getter makes of a cell: those that take it, by name.
fn takers(row: &dyn Row, cell: usize) -> Vec<&'static str> {
    fn check<T>(taken: &mut Vec<&'static str>, name: &'static str, cell: manybase_driver::Cell<T>) {
        if cell.is_ok() {
            taken.push(name);
        }
    }
    let mut taken = Vec::new();
    check(&mut taken, "bool", row.bool(cell));
    check(&mut taken, "i64", row.i64(cell));
    check(&mut taken, "u64", row.u64(cell));
    check(&mut taken, "f64", row.f64(cell));
    check(&mut taken, "decimal", row.decimal(cell));
    check(&mut taken, "str", row.str(cell));
    check(&mut taken, "bytes", row.bytes(cell));
    check(&mut taken, "date", row.date(cell));
    check(&mut taken, "time", row.time(cell));
    check(&mut taken, "date_time", row.date_time(cell));
    check(&mut taken, "timestamp", row.timestamp(cell));
    check(&mut taken, "uuid", row.uuid(cell));
    check(&mut taken, "json", row.json(cell));
    taken
}

/// A column's type, a value in it, and the getters that take it.
const CELLS: &[(&str, &str, &[&str])] = &[
    ("TINYINT(1)", "1", &["bool", "i64", "u64", "f64", "decimal"]),
    ("TINYINT", "-128", &["i64", "f64", "decimal"]),
    ("TINYINT UNSIGNED", "255", &["i64", "u64", "f64", "decimal"]),
    ("SMALLINT", "-32768", &["i64", "f64", "decimal"]),
    (
        "MEDIUMINT UNSIGNED",
        "16777215",
        &["i64", "u64", "f64", "decimal"],
    ),
    ("INT", "-2147483648", &["i64", "f64", "decimal"]),
    ("INT UNSIGNED", "4294967295", &["i64", "u64", "f64", "decimal"]),
    ("BIGINT", "-9223372036854775808", &["i64", "decimal"]),
    ("BIGINT UNSIGNED", "18446744073709551615", &["u64", "decimal"]),
    ("YEAR", "2024", &["i64", "u64", "f64", "decimal"]),
    (
        "BIT(1)",
        "b'1'",
        &["bool", "i64", "u64", "f64", "decimal", "bytes"],
    ),
    (
        "BIT(64)",
        "b'1000000000000000000000000000000000000000000000000000000000000001'",
        &["u64", "decimal", "bytes"],
    ),
    ("FLOAT", "1.5", &["f64"]),
    ("DOUBLE", "1.7976931348623157e308", &["f64"]),
    ("DECIMAL(10, 2)", "1.50", &["decimal"]),
    ("DECIMAL(65, 0)", "12", &["i64", "u64", "decimal"]),
    ("DECIMAL(65, 0)", "99999999999999999999999999999999999", &[]),
    ("CHAR(5)", "'ab'", &["str", "json"]),
    ("VARCHAR(5)", "'ä😀'", &["str", "json"]),
    (
        "VARCHAR(36)",
        "'123e4567-e89b-12d3-a456-426614174000'",
        &["str", "uuid", "json"],
    ),
    ("TINYTEXT", "'a'", &["str", "json"]),
    ("LONGTEXT", "''", &["str", "json"]),
    ("VARCHAR(5) CHARACTER SET latin1", "'ä'", &["str", "json"]),
    ("ENUM('a', 'b')", "'b'", &["str", "json"]),
    ("SET('a', 'b')", "'a,b'", &["str", "json"]),
    ("JSON", "'{\"a\": [1]}'", &["str", "json"]),
    (
        "UUID",
        "'123e4567-e89b-12d3-a456-426614174000'",
        &["str", "uuid", "json"],
    ),
    ("INET6", "'::1'", &["str", "json"]),
    (
        "BINARY(16)",
        "UNHEX('123e4567e89b12d3a456426614174000')",
        &["bytes", "uuid"],
    ),
    ("VARBINARY(5)", "x'00FF'", &["bytes"]),
    ("LONGBLOB", "x''", &["bytes"]),
    ("DATE", "'0001-01-01'", &["date"]),
    ("TIME(6)", "'23:59:59.999999'", &["time"]),
    ("TIME", "'24:00:00'", &[]),
    ("TIME", "'-00:00:01'", &[]),
    ("TIME", "'838:59:59'", &[]),
    (
        "DATETIME(6)",
        "'9999-12-31 23:59:59.999999'",
        &["date_time", "timestamp"],
    ),
    ("DATETIME", "'0001-01-01 00:00:00'", &["date_time", "timestamp"]),
    (
        "TIMESTAMP(6)",
        "'2038-01-19 03:14:07.999999'",
        &["date_time", "timestamp"],
    ),
    ("POINT", "POINT(1, 2)", &["bytes"]),
];

#[tokio::test]
async fn each_type_is_taken_by_its_getters_alone() {
    let home = Home::new("types");
    let mut session = home.session().await;
    for (column, value, expected) in CELLS {
        run(&mut session, &format!("CREATE OR REPLACE TABLE t (v {column})")).await;
        run(&mut session, &format!("INSERT INTO t VALUES ({value})")).await;
        let found = one(&mut session, "SELECT v FROM t", |row| Ok(takers(row, 0))).await;
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        let mut found = found.expect("read");
        found.sort_unstable();
        assert_eq!(found, expected, "{column} {value}");
        run(&mut session, "UPDATE t SET v = NULL").await;
        let found = one(&mut session, "SELECT v FROM t", |row| {
            assert!(row.is_null(0));
            Ok(takers(row, 0).len())
        });
        assert_eq!(found.await.expect("read"), 13, "{column}: NULL is for everyone");
    }
}

#[tokio::test]
async fn zero_dates_are_errors_and_not_null() {
    let home = Home::new("zero");
    let mut session = home.session().await;
    run(&mut session, "CREATE TABLE t (d DATE, at DATETIME, ts TIMESTAMP)").await;
    refused(
        session
            .execute(Statement::write(
                "INSERT INTO t (d) VALUES ('0000-00-00')",
                vec![],
            ))
            .await,
        ErrorKind::Value,
    );
    run(&mut session, "SET sql_mode = ''").await;
    for zero in [
        "'0000-00-00', '0000-00-00', '0000-00-00'",
        "'2024-00-10', '2024-05-00 01:02:03', 0",
    ] {
        run(&mut session, "DELETE FROM t").await;
        run(&mut session, &format!("INSERT INTO t VALUES ({zero})")).await;
        let found = one(&mut session, "SELECT * FROM t", |row| {
            assert!((0..3).all(|cell| !row.is_null(cell)));
            Ok([
                row.date(0).expect_err("zero"),
                row.date_time(1).expect_err("zero"),
                row.timestamp(2).expect_err("zero"),
            ])
        });
        for error in found.await.expect("read") {
            assert!(matches!(*error, CellError::Format { .. }), "{error}");
        }
    }
}

#[tokio::test]
async fn odd_texts_come_back_as_they_went() {
    let home = Home::new("texts");
    let mut session = home.session().await;
    let create = "CREATE TABLE t (id INT PRIMARY KEY, `a``b \"'? Größe` LONGTEXT, b LONGBLOB, l VARCHAR(9) CHARACTER SET latin1)";
    run(&mut session, create).await;
    let text = "quote ' \" ` back \\ nul \0 emoji 😀 ctrl-z \x1a newline \r\n :name ? % _";
    let bytes: Vec<u8> = (0..=255).collect();
    let insert = Statement::write(
        "INSERT INTO t VALUES (?, ?, ?, ?)",
        vec![1i64.into(), text.into(), bytes.clone().into(), "ä".into()],
    );
    session.execute(insert).await.expect("inserts");
    let found = rows(
        &mut session,
        "SELECT `a``b \"'? Größe`, b FROM t WHERE `a``b \"'? Größe` = ? AND b = ? AND l = ?",
        vec![text.into(), bytes.clone().into(), "ä".into()],
        |row| Ok((row.str(0)?.map(str::to_owned), row.bytes(1)?.map(<[u8]>::to_vec))),
    );
    let expected = [(Some(text.to_owned()), Some(bytes))];
    assert_eq!(found.await.expect("read"), expected);
    // What the column's character set lacks is refused, not replaced.
    let insert = Statement::write("INSERT INTO t (id, l) VALUES (2, ?)", vec!["日本".into()]);
    let error = refused(session.execute(insert).await, ErrorKind::Value);
    assert!(!error.to_string().contains("\\x"), "{error}");
}

#[tokio::test]
async fn a_like_pattern_fits_columns_of_any_character_set() {
    let home = Home::new("like");
    let mut session = home.session().await;
    run(
        &mut session,
        "CREATE TABLE t (l VARCHAR(9) CHARACTER SET latin1, u VARCHAR(9) COLLATE utf8mb4_unicode_ci, \
         a VARCHAR(9) CHARACTER SET ascii, n VARCHAR(9) COLLATE utf8mb4_nopad_bin)",
    )
    .await;
    run(&mut session, "INSERT INTO t VALUES ('Äb', 'Äb', 'Ab', 'Äb')").await;
    for (column, pattern, matches) in [
        ("l", "Ä%", 1),
        ("l", "ä%", 0),
        ("u", "Ä%", 1),
        ("u", "ä%", 0),
        ("a", "A%", 1),
        ("a", "日%", 0),
        ("n", "Ä!%", 0),
    ] {
        let sql = format!("SELECT 1 FROM t WHERE {column} LIKE ? COLLATE utf8mb4_bin ESCAPE '!'");
        let found = session.query(Statement::read(sql, vec![pattern.into()]), CountSink::default());
        assert_eq!(found.await.expect("runs").0, matches, "{column} {pattern}");
    }
}
