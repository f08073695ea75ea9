use super::*;
use crate::dialect;

fn texts<'t>(sql: &'t str, dialect: &dyn Dialect) -> Vec<&'t str> {
    split(sql, dialect)
        .expect("it splits")
        .into_iter()
        .map(|piece| piece.text)
        .collect()
}

#[test]
fn semicolons_in_strings_names_and_comments_end_nothing() {
    let sql = "INSERT INTO a VALUES ('x;''y;'); -- one; two\n/* three; */ DELETE FROM \"b;c\"\n;;\n";
    assert_eq!(
        texts(sql, dialect::sqlite()),
        ["INSERT INTO a VALUES ('x;''y;')", "DELETE FROM \"b;c\""]
    );
    let dollars =
        "CREATE FUNCTION f() RETURNS int AS $body$ BEGIN RETURN 1; END; $body$ LANGUAGE plpgsql;\nSELECT 1;";
    assert_eq!(texts(dollars, dialect::postgres()).len(), 2);
    assert_eq!(texts("SELECT 'a\\';b'; SELECT 2", dialect::mariadb()).len(), 2);
    assert_eq!(texts("SELECT `a;b`; # x;y\nSELECT 2", dialect::mysql()).len(), 2);
}

#[test]
fn lines_words_and_notes() {
    let sql = "\n-- manybase: no-transaction\n-- why\nCREATE  TABLE t (a INT, b INT);\r\n\r\nDROP TABLE a, b;\n-- end\n";
    let pieces = split(sql, dialect::mysql()).expect("it splits");
    assert_eq!(pieces.len(), 3);
    assert_eq!(pieces[0].notes, ["-- manybase: no-transaction", "-- why"]);
    assert_eq!((pieces[0].line, pieces[0].commas), (4, 0));
    assert_eq!(pieces[0].words, ["CREATE", "TABLE", "T"]);
    assert_eq!((pieces[1].line, pieces[1].commas), (6, 1));
    assert_eq!(
        (pieces[2].text, pieces[2].notes.as_slice()),
        ("", ["-- end"].as_slice())
    );
    assert!(split("  \n ", dialect::sqlite()).expect("empty").is_empty());
}

#[test]
fn bodies_of_triggers_and_routines_are_one_statement() {
    let sqlite = "CREATE TEMP TRIGGER t AFTER UPDATE OF a ON b WHEN new.a > 1 BEGIN
        UPDATE c SET x = CASE WHEN new.a = 1 THEN 2 ELSE 3 END; DELETE FROM d; END;
        SELECT 1;";
    assert_eq!(texts(sqlite, dialect::sqlite()).len(), 2);
    for body in [
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN IF new.x THEN SET new.y = 1; ELSE SET new.y = IF(1, 2, 3); END IF; END",
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF new.x IS NULL THEN SET new.x = 1; END IF",
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET new.x = CASE WHEN 1 THEN 2 END",
        "CREATE OR REPLACE DEFINER=`u`@`h` PROCEDURE p(IN n INT) BEGIN DECLARE i INT; l: WHILE i < n DO SET i = i + 1; \
         IF i > 3 THEN LEAVE l; END IF; END WHILE l; REPEAT SET i = 1; UNTIL i END REPEAT; END",
        "CREATE PROCEDURE p() BEGIN CASE x WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE; DROP TABLE IF EXISTS t; END",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; DELETE FROM b; END",
        "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END",
        "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1",
    ] {
        let sql = format!("{body};\nSELECT 1;");
        assert_eq!(texts(&sql, dialect::mariadb()), [body, "SELECT 1"]);
    }
    let atomic = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a > 1 THEN 1 END; END; SELECT 1";
    assert_eq!(texts(atomic, dialect::postgres()).len(), 2);
}

#[test]
fn a_block_of_the_session_is_not_taken_for_a_body() {
    // A transaction's BEGIN ends with its semicolon.
    assert_eq!(texts("BEGIN; SELECT 1; COMMIT;", dialect::postgres()).len(), 3);
    assert_eq!(
        texts("DROP TRIGGER a; DROP TRIGGER b", dialect::sqlite()).len(),
        2
    );
}

#[test]
fn what_does_not_end_is_told_with_its_line() {
    let error = split("SELECT 1;\n\nSELECT 'x", dialect::sqlite()).expect_err("open");
    assert!(error.to_string().contains("line 3"), "{error}");
    let error = split(
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;",
        dialect::sqlite(),
    )
    .expect_err("open");
    assert!(error.to_string().contains("BEGIN without its END"), "{error}");
    let error = split("DELIMITER //\nSELECT 1 //", dialect::mysql()).expect_err("a client's");
    assert!(error.to_string().contains("leave it out"), "{error}");
}
