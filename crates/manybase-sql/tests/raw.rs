//! Properties of raw SQL: what is no placeholder stays as it is, whatever it is made of.

use manybase_sql::{Dialect, Error, RawSql, Value, dialect, raw};
use proptest::prelude::*;

fn dialects() -> [&'static dyn Dialect; 5] {
    [
        dialect::sqlite(),
        dialect::postgres(),
        dialect::mysql(),
        dialect::mariadb(),
        dialect::matrixone(),
    ]
}

/// Any text inside a pair of quotes, with the quote doubled.
fn between(quote: char, backslashes: bool) -> impl Strategy<Value = String> {
    let inside = if backslashes {
        r"[a-z?$1 /*#\-'\x22`\\\n;\[\]é😀]{0,12}"
    } else {
        r"[a-z?$1 /*#\-'\x22`\n;\[\]é😀]{0,12}"
    };
    inside.prop_map(move |text: String| {
        let text = text.replace(quote, &format!("{quote}{quote}"));
        // Where a backslash escapes, it is written twice; elsewhere these are two.
        format!("{quote}{}{quote}", text.replace('\\', r"\\"))
    })
}

/// Pieces that hold no placeholder on any of the dialects.
fn inert() -> impl Strategy<Value = String> {
    prop_oneof![
        r"[a-z_][a-z0-9_$]{0,6}",
        Just("SELECT".to_owned()),
        Just("(1 - 2) * 3 <> .5".to_owned()),
        Just("->> -> = , ;".to_owned()),
        Just("é😀".to_owned()),
        between('\'', true),
        between('"', true),
        "[a-z?$' ]{0,8}".prop_map(|text: String| format!("-- {text}\n")),
        "[a-z?$'\"` ]{0,8}".prop_map(|text: String| format!("/* {text} */")),
    ]
}

/// Pieces that only one family of dialects reads as one.
fn inert_on_postgres() -> impl Strategy<Value = String> {
    prop_oneof![
        inert(),
        "[a-z?' ]{0,8}".prop_map(|text: String| format!("$${text}$$")),
        "[a-z?'$ ]{0,8}".prop_map(|text: String| format!("$x1${text} $x1$")),
        "[a-z? ]{0,8}".prop_map(|text: String| format!(r"E'{text}\'?'")),
        "[a-z?' ]{0,8}".prop_map(|text: String| format!("/* a /* {text} */ ? */")),
        Just("a[1:2]::int[]".to_owned()),
    ]
}

fn inert_on_mysql() -> impl Strategy<Value = String> {
    prop_oneof![
        inert(),
        between('`', false),
        "[a-z? ]{0,8}".prop_map(|text: String| format!(r"'{text}\'?\\'")),
        "[a-z? ]{0,8}".prop_map(|text: String| format!(r#""{text}\"?'""#)),
        "[a-z?'\" ]{0,8}".prop_map(|text: String| format!("# {text}\n")),
        Just("@a".to_owned()),
    ]
}

fn inert_on_sqlite() -> impl Strategy<Value = String> {
    prop_oneof![
        inert(),
        between('`', false),
        "[a-z?'\"` ]{0,8}".prop_map(|text: String| format!("[{text}]")),
        r"[a-z? ]{0,8}".prop_map(|text: String| format!(r"'{text}\'")),
    ]
}

/// `None` stands for a placeholder.
fn pieces<S: Strategy<Value = String>>(inert: S) -> impl Strategy<Value = Vec<Option<String>>> {
    prop::collection::vec(prop_oneof![3 => inert.prop_map(Some), 1 => Just(None)], 0..12)
}

fn joined(pieces: &[Option<String>], mut placeholder: impl FnMut() -> String) -> String {
    let parts: Vec<String> = pieces
        .iter()
        .map(|piece| piece.clone().unwrap_or_else(&mut placeholder))
        .collect();
    parts.join(" ")
}

fn check(pieces: &[Option<String>], dialect: &dyn Dialect) -> Result<(), TestCaseError> {
    let count = pieces.iter().filter(|piece| piece.is_none()).count();
    let written = joined(pieces, || "?".into());
    let mut n = 0;
    let expected = joined(pieces, || {
        n += 1;
        let mut out = String::new();
        dialect.placeholder(&mut out, n);
        out
    });
    let rendered = raw::translate(&written, count, dialect);
    prop_assert_eq!(
        rendered.as_deref(),
        Ok(expected.as_str()),
        "{}: {}",
        dialect.name(),
        written
    );
    let wrong = raw::translate(&written, count + 1, dialect);
    prop_assert_eq!(
        wrong,
        Err(Error::Placeholders {
            expected: count,
            given: count + 1
        })
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_dialect(pieces in pieces(inert())) {
        for dialect in dialects() {
            check(&pieces, dialect)?;
        }
    }

    #[test]
    fn postgres(pieces in pieces(inert_on_postgres())) {
        check(&pieces, dialect::postgres())?;
    }

    #[test]
    fn mysql(pieces in pieces(inert_on_mysql())) {
        for dialect in [dialect::mysql(), dialect::mariadb(), dialect::matrixone()] {
            check(&pieces, dialect)?;
        }
    }

    #[test]
    fn sqlite(pieces in pieces(inert_on_sqlite())) {
        check(&pieces, dialect::sqlite())?;
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), binds in 0..3usize) {
        for dialect in dialects() {
            let _ = raw::translate(&text, binds, dialect);
            let _ = raw::is_read_only(&text, dialect);
        }
    }

    #[test]
    fn no_nearly_valid_text_makes_it_panic(text in r#"([?$'"`\[\]/*#!\-\\\n:@E1a; é😀]|\$\$|/\*|\*/|--|/\*!){0,24}"#) {
        for dialect in dialects() {
            let _ = raw::translate(&text, 0, dialect);
            let _ = raw::is_read_only(&text, dialect);
        }
    }

    #[test]
    fn text_without_marks_stays(text in r"[a-z0-9 =<>(),.;+%é😀\n]{0,40}") {
        for dialect in dialects() {
            let rendered = raw::translate(&text, 0, dialect);
            prop_assert_eq!(rendered.as_deref(), Ok(text.as_str()));
        }
    }
}

fn statement_error(sql: &str, dialect: &dyn Dialect) -> String {
    match raw::translate(sql, 0, dialect) {
        Err(Error::Statement(what)) => what,
        other => panic!("{sql} on {}: {other:?}", dialect.name()),
    }
}

#[test]
fn numbers_must_leave_no_gap() {
    let pg = dialect::postgres();
    assert_eq!(
        raw::translate("SELECT $2, $1, $2", 2, pg).unwrap(),
        "SELECT $2, $1, $2"
    );
    assert!(statement_error("SELECT $1, $3", pg).contains("$3 but not $2"));
    assert!(statement_error("SELECT $0", pg).contains("$0"));
    assert!(statement_error("SELECT $99999999999999999999999", pg).contains("$9999"));
    assert!(statement_error("SELECT $1, ?", pg).contains("both"));
    // Part of a name there.
    assert_eq!(raw::translate("SELECT a$1", 0, pg).unwrap(), "SELECT a$1");
}

#[test]
fn operators_with_question_marks() {
    let pg = dialect::postgres();
    for (written, expected) in [
        ("doc ?? ?", "doc ? $1"),
        ("doc ???", "doc ?$1"),
        ("doc ??| ?", "doc ?| $1"),
        ("doc @?? ?", "doc @? $1"),
    ] {
        assert_eq!(raw::translate(written, 1, pg).unwrap(), expected);
    }
    assert!(statement_error("doc ?? 'a'", dialect::sqlite()).contains("SQLite"));
}

#[test]
fn placeholders_stay_apart_from_words() {
    let pg = dialect::postgres();
    assert_eq!(raw::translate("a=?AND b=?", 2, pg).unwrap(), "a=$1 AND b=$2");
    assert_eq!(raw::translate("LIMIT?", 1, pg).unwrap(), "LIMIT $1");
    assert_eq!(
        raw::translate("a=?AND b=?", 2, dialect::mysql()).unwrap(),
        "a=? AND b=?"
    );
    for dialect in dialects() {
        assert!(statement_error("SELECT ?1", dialect).contains("?1"));
    }
}

#[test]
fn escape_strings_go_on_in_the_next_line() {
    let pg = dialect::postgres();
    let sql = "SELECT E'a'\n 'b\\'?' , ?";
    assert_eq!(raw::translate(sql, 1, pg).unwrap(), "SELECT E'a'\n 'b\\'?' , $1");
    // Not so in the same line, nor for plain strings.
    assert!(statement_error("SELECT E'a' 'b\\'?'", pg).contains("does not end"));
    assert!(statement_error("SELECT 'a'\n 'b\\'?'", pg).contains("does not end"));
}

#[test]
fn values_beyond_the_limit() {
    let text = vec!["?"; 70_000].join(",");
    let raw = RawSql::new(text).bind_all(vec![1i64; 70_000]);
    for dialect in dialects() {
        assert!(matches!(
            raw.render(dialect),
            Err(Error::TooManyParameters { .. })
        ));
    }
    assert_eq!(RawSql::new("?").bind(Value::Null).binds, [Value::Null]);
}

#[test]
fn read_only() {
    for dialect in dialects() {
        for sql in [
            "SELECT 1",
            "  -- why\n select * from t where a = 'INSERT'",
            "/* c */ (SELECT 1) UNION (SELECT 2);",
            "SELECT 1; -- that is all",
            "VALUES (1), (2)",
            "SHOW ALL",
            "EXPLAIN SELECT 1",
            "WITH x AS (SELECT 1) SELECT * FROM x",
            "SELECT a FROM t FETCH NEXT 10 ROWS ONLY",
            "SELECT updated_at, deleted FROM t",
        ] {
            assert!(raw::is_read_only(sql, dialect), "{} {sql}", dialect.name());
        }
        for sql in [
            "",
            ";",
            "-- nothing",
            "'SELECT'",
            "INSERT INTO t VALUES (1)",
            "SELECT 1 INTO t2",
            "SELECT * FROM t FOR UPDATE",
            "SELECT * FROM t FOR NO KEY UPDATE",
            "SELECT * FROM t FOR SHARE",
            "SELECT * FROM t LOCK IN SHARE MODE",
            "SELECT 1; DELETE FROM t",
            "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
            "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x",
            "EXPLAIN ANALYZE SELECT 1",
            "EXPLAIN (ANALYZE) DELETE FROM t",
            "SELECT nextval('s')",
            "SELECT \"nextval\"('s')",
            "SELECT NEXT VALUE FOR s",
            "SELECT pg_advisory_lock(1)",
            "SELECT @a := 1",
            "PRAGMA user_version = 3",
            "SELECT 'no end",
            "ANALYZE",
            "SET x = 1",
            "CALL p()",
            "MERGE INTO t USING s ON a = b WHEN MATCHED THEN DELETE",
        ] {
            assert!(!raw::is_read_only(sql, dialect), "{} {sql}", dialect.name());
        }
    }
    assert!(!raw::is_read_only(
        "SELECT 1 /*!50000 INTO @a */",
        dialect::mysql()
    ));
    assert!(!raw::is_read_only("SELECT 1 --\rINTO t", dialect::postgres()));
    assert!(!raw::is_read_only("SELECT 1 --0 INTO t", dialect::mysql()));
}
