//! What is known about the session's transaction, and what a text may do to it.
//!
//! What the server says of it behind each answer is not looked at. The connection's own calls tell, and SQL
//! that begins or ends transactions by itself makes it unknown until the next of them.
//!
//! Texts are judged by their first words alone, on the side of caution.

use manybase_driver::TransactionOptions;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// None is open.
    Outside,
    /// One is open for its user, and the server hears of it with the first statement.
    Waiting(TransactionOptions),
    /// One is open for its user that the server could not begin, so that there it is none. Nothing may run in it.
    Refused,
    /// One is open, perhaps failed.
    Inside,
    /// The user's own SQL may have begun or ended one, or an answer is missing.
    Unknown,
}

/// Words that begin statements which begin or end a transaction.
const CONTROL: [&str; 7] = ["begin", "start", "commit", "end", "rollback", "abort", "prepare"];

/// Words that begin statements after which others may mean something else.
const DEFINITION: [&str; 5] = ["create", "alter", "drop", "do", "call"];

/// Words that begin statements which neither define objects that a later statement could need, nor touch
/// transactions.
const PLAIN: [&str; 7] = ["insert", "update", "delete", "select", "with", "values", "merge"];

/// Whether a text may begin or end a transaction. A function's body may look so too.
pub(crate) fn controls(sql: &str) -> bool {
    sql.split(';').any(|statement| begins_with(statement, &CONTROL))
}

/// Whether a text may change tables, types or functions.
pub(crate) fn defines(sql: &str) -> bool {
    sql.split(';')
        .any(|statement| begins_with(statement, &DEFINITION))
}

/// Whether a statement only reads and writes rows.
pub(crate) fn is_plain(sql: &str) -> bool {
    begins_with(sql, &PLAIN)
}

fn begins_with(sql: &str, words: &[&str]) -> bool {
    let sql = skip_comments(sql).trim_start_matches(|c: char| c == '(' || c.is_whitespace());
    let end = sql.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(sql.len());
    words.iter().any(|word| sql[..end].eq_ignore_ascii_case(word))
}

fn skip_comments(sql: &str) -> &str {
    let mut rest = sql.trim_start();
    loop {
        let behind = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n')
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/")
        } else {
            return rest;
        };
        rest = behind.map_or("", |(_, behind)| behind).trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_control_transactions() {
        for sql in [
            "BEGIN",
            " commit;",
            "/* a */ -- b\n Rollback",
            "SELECT 1; start transaction",
            "PREPARE TRANSACTION 'x'",
        ] {
            assert!(controls(sql), "{sql}");
        }
        for sql in [
            "SELECT 'begin'",
            "beginning",
            "CREATE TABLE t (a int)",
            "",
            "-- begin",
            "/* begin",
        ] {
            assert!(!controls(sql), "{sql}");
        }
    }

    #[test]
    fn definitions() {
        assert!(defines("SELECT 1; Create TABLE t (a int)"));
        assert!(!defines("SELECT 'create'"));
    }

    #[test]
    fn plain_statements() {
        assert!(is_plain("insert into t values (1)"));
        assert!(is_plain("/* routed */ WITH x AS (SELECT 1) SELECT * FROM x"));
        assert!(!is_plain("CREATE TABLE t (a int)"));
        assert!(is_plain("( (SELECT 1) UNION SELECT 2)"));
    }
}
