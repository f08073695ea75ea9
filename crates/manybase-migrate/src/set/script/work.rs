//! What a statement does, as far as its first words tell.

use crate::schema::words as schema_words;
use manybase_sql::raw::Piece;

/// What kind of work a statement is. It matters when a process dies in the middle of a migration that is not one
/// transaction.
///
/// ```
/// use manybase_migrate::Work;
/// assert_ne!(Work::Rows, Work::Session);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Work {
    /// It changes rows, and takes part in a transaction with the journal: it happens once.
    Rows,
    /// It sets something in the session, and is said again when a session goes on.
    Session,
    /// It changes the structure. Whether it has happened is found out by looking.
    Structure {
        /// It happens wholly or not at all.
        whole: bool,
        /// It can be run again without harm: `IF NOT EXISTS`, `IF EXISTS`, `OR REPLACE`.
        again: bool,
    },
    /// It can be run again without harm.
    Again,
    /// Nothing tells whether it has happened.
    Other,
    /// It begins or ends a transaction, which is not its business.
    Transaction,
}

impl Work {
    pub(super) fn of(piece: &Piece<'_>) -> Self {
        let word = |at: usize| piece.words.get(at).map_or("", String::as_str);
        match word(0) {
            "BEGIN" if word(1) == "NOT" => Self::Other,
            "BEGIN" | "START" | "COMMIT" | "ROLLBACK" | "END" | "SAVEPOINT" | "RELEASE" | "XA" => {
                Self::Transaction
            }
            "PREPARE" if word(1) == "TRANSACTION" => Self::Transaction,
            "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "MERGE" | "WITH" | "SELECT" | "VALUES" => Self::Rows,
            "SET" | "USE" | "RESET" | "PRAGMA" => Self::Session,
            "CREATE" | "ALTER" | "DROP" | "RENAME" | "COMMENT" => Self::Structure {
                whole: !in_parts(piece),
                again: says_again(piece),
            },
            "ANALYZE" | "VACUUM" | "OPTIMIZE" | "REINDEX" | "REFRESH" | "GRANT" | "REVOKE" | "CHECK"
            | "FLUSH" => Self::Again,
            _ => Self::Other,
        }
    }
}

/// Several objects one after another, or a table together with its rows.
fn in_parts(piece: &Piece<'_>) -> bool {
    let word = |at: usize| piece.words.get(at).map_or("", String::as_str);
    match word(0) {
        "DROP" => piece.commas > 0,
        "CREATE" => {
            let table = piece.words.iter().take(4).any(|word| word == "TABLE");
            table && piece.words.iter().any(|word| word == "SELECT")
        }
        _ => false,
    }
}

fn says_again(piece: &Piece<'_>) -> bool {
    let words = &piece.words;
    let has = |wanted: &[&str]| {
        words
            .windows(wanted.len())
            .take(8)
            .any(|window| window.iter().zip(wanted).all(|(word, wanted)| word == wanted))
    };
    let create = words.first().is_some_and(|word| word == "CREATE");
    // A table that is made with rows is there at its first row.
    create && !in_parts(piece) && (has(&["IF", "NOT", "EXISTS"]) || has(&["OR", "REPLACE"]))
        || words.first().is_some_and(|word| word == "DROP") && has(&["IF", "EXISTS"])
}

/// What `ALTER TABLE … DROP` takes away without taking values away.
const HARMLESS: [&str; 12] = [
    "CONSTRAINT",
    "INDEX",
    "KEY",
    "FOREIGN",
    "PRIMARY",
    "CHECK",
    "DEFAULT",
    "NOT",
    "IDENTITY",
    "EXPRESSION",
    "SYSTEM",
    "PERIOD",
];

/// Whether tables, columns or rows are gone after it.
pub(super) fn destroys(piece: &Piece<'_>) -> bool {
    let word = |at: usize| piece.words.get(at).map_or("", String::as_str);
    match word(0) {
        "DELETE" | "TRUNCATE" => true,
        "DROP" => matches!(word(1), "TABLE" | "SCHEMA" | "DATABASE") || word(1) == "MATERIALIZED",
        "ALTER" if word(1) == "TABLE" => piece.words.iter().enumerate().skip(2).any(|(at, said)| {
            said == "DROP"
                && piece
                    .words
                    .get(at + 1)
                    .is_some_and(|next| !HARMLESS.contains(&next.as_str()))
        }),
        _ => false,
    }
}

/// The table that `DROP TABLE` names, without quotes.
pub(super) fn dropped(text: &str) -> Option<String> {
    match words(text).as_slice() {
        [drop, table, name] if is(drop, "DROP") && is(table, "TABLE") => Some(bare(name)),
        _ => None,
    }
}

/// The name that `ALTER TABLE … RENAME TO` gives.
pub(super) fn renamed_to(text: &str) -> Option<String> {
    match words(text).as_slice() {
        [alter, table, _, rename, to, name]
            if is(alter, "ALTER") && is(table, "TABLE") && is(rename, "RENAME") && is(to, "TO") =>
        {
            Some(bare(name))
        }
        _ => None,
    }
}

/// Words behind which an object is named.
const NAMING: [&str; 14] = [
    "TABLE",
    "INDEX",
    "VIEW",
    "SEQUENCE",
    "TRIGGER",
    "ON",
    "TO",
    "REFERENCES",
    "CONSTRAINT",
    "LIKE",
    "OF",
    "PARTITION",
    "INHERITS",
    "INHERIT",
];
/// Words between such a word and the name.
const BETWEEN: [&str; 9] = [
    "IF",
    "NOT",
    "EXISTS",
    "CONCURRENTLY",
    "ONLY",
    "TABLE",
    "COLUMN",
    "INDEX",
    "VIEW",
];

/// The objects that a statement is about, in lower case; `None` where more may change than what it names.
pub(super) fn about(text: &str) -> Option<Vec<String>> {
    let names = schema_words::names(text);
    let is = |at: usize, words: &[&str]| {
        names
            .get(at)
            .is_some_and(|one| !one.quoted && words.iter().any(|word| one.name.eq_ignore_ascii_case(word)))
    };
    let kinds = ["TABLE", "INDEX", "VIEW", "SEQUENCE", "TRIGGER"];
    let kind = (1..6.min(names.len())).find(|at| is(*at, &kinds));
    if kind.is_none()
        || (0..names.len()).any(|at| is(at, &["CASCADE"]) && !is(at.wrapping_sub(1), &["DELETE", "UPDATE"]))
    {
        return None;
    }
    // What is renamed stands anywhere in a list.
    let all = is(0, &["RENAME"]);
    let mut found = Vec::new();
    for at in 0..names.len() {
        let mut next = at + 1;
        if !all && !is(at, &NAMING) {
            continue;
        }
        while is(next, &BETWEEN) {
            next += 1;
        }
        if names.get(next).is_some_and(|word| word.dotted) {
            next += 1;
        }
        found.extend(names.get(next).map(|word| word.name.to_lowercase()));
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}

fn words(text: &str) -> Vec<&str> {
    // A name with a space in it is not found, and then the statement counts as what it looks like.
    text.split_whitespace().take(7).collect()
}

fn is(word: &str, wanted: &str) -> bool {
    word.eq_ignore_ascii_case(wanted)
}

fn bare(name: &str) -> String {
    name.trim_matches(['"', '`', '[', ']', ';']).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use manybase_sql::{dialect, raw};

    fn work(sql: &str) -> Work {
        Work::of(&raw::split(sql, dialect::mariadb()).expect("it splits")[0])
    }

    fn takes_away(sql: &str) -> bool {
        destroys(&raw::split(sql, dialect::mariadb()).expect("it splits")[0])
    }

    #[test]
    fn kinds() {
        let structure = |whole, again| Work::Structure { whole, again };
        for (sql, expected) in [
            ("insert into a values (1)", Work::Rows),
            ("WITH b AS (SELECT 1) INSERT INTO a SELECT * FROM b", Work::Rows),
            ("SET foreign_key_checks = 0", Work::Session),
            ("CREATE TABLE a (b INT)", structure(true, false)),
            ("CREATE TABLE IF NOT EXISTS a (b INT)", structure(true, true)),
            (
                "CREATE TABLE IF NOT EXISTS a AS SELECT 1",
                structure(false, false),
            ),
            ("CREATE OR REPLACE VIEW a AS SELECT 1", structure(true, true)),
            ("CREATE VIEW a AS SELECT 1", structure(true, false)),
            ("DROP TABLE a, b", structure(false, false)),
            ("DROP TABLE IF EXISTS a, b", structure(false, true)),
            ("ALTER TABLE a ADD b INT, ADD c INT", structure(true, false)),
            ("ANALYZE TABLE a", Work::Again),
            ("CALL p()", Work::Other),
            ("TRUNCATE a", Work::Other),
            ("BEGIN", Work::Transaction),
            ("BEGIN NOT ATOMIC SELECT 1; END", Work::Other),
        ] {
            assert_eq!(work(sql), expected, "{sql}");
        }
    }

    #[test]
    fn what_a_statement_is_about() {
        let has = |sql: &str, name: &str| about(sql).expect("it is known").contains(&name.to_owned());
        for (sql, name) in [
            ("ALTER TABLE person ADD city INT", "person"),
            ("alter table only app.\"Person\" add city int", "person"),
            ("CREATE UNIQUE INDEX CONCURRENTLY a ON person (b)", "person"),
            ("CREATE TABLE IF NOT EXISTS `my table` (a INT)", "my table"),
            ("RENAME TABLE a TO b, c TO d", "c"),
            ("ALTER TABLE a RENAME TO b", "b"),
            ("DROP INDEX a ON b", "b"),
        ] {
            assert!(has(sql, name), "{sql}: {:?}", about(sql));
        }
        assert!(!has("ALTER TABLE person ADD city INT, ADD name INT", "name"));
        assert!(!has("CREATE TABLE a.b (c INT)", "c") && !has("CREATE TABLE a.b (c INT)", "a"));
        for sql in [
            "CREATE EXTENSION a",
            "DROP VIEW a CASCADE",
            "CREATE FUNCTION a() RETURNS INT RETURN 1",
        ] {
            assert_eq!(about(sql), None, "{sql}");
        }
        assert!(about("ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c (d) ON DELETE CASCADE").is_some());
    }

    #[test]
    fn what_takes_away() {
        for sql in [
            "DROP TABLE a",
            "ALTER TABLE a DROP b",
            "ALTER TABLE a ADD c INT, DROP COLUMN b",
            "DELETE FROM a",
        ] {
            assert!(takes_away(sql), "{sql}");
        }
        for sql in [
            "DROP INDEX a ON b",
            "ALTER TABLE a DROP CONSTRAINT b",
            "ALTER TABLE a ALTER b DROP DEFAULT",
            "DROP VIEW a",
        ] {
            assert!(!takes_away(sql), "{sql}");
        }
        assert_eq!(dropped("DROP TABLE \"Person\"").as_deref(), Some("person"));
        assert_eq!(
            renamed_to("ALTER TABLE \"mb_person\" RENAME TO \"Person\"").as_deref(),
            Some("person")
        );
    }
}
