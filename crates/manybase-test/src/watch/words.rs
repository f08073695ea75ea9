//! Texts that would end the transaction around a test, judged by their first words.

use manybase_driver::{Error, ErrorKind, Result};
use manybase_sql::Dialect;

/// They begin or end a transaction.
const CONTROL: [&str; 6] = ["begin", "start", "commit", "end", "rollback", "abort"];
/// On a database without transactional DDL they commit what is open.
const DEFINITION: [&str; 7] = ["create", "alter", "drop", "truncate", "rename", "grant", "revoke"];

/// Refuses a text that would end it.
pub(super) fn check(sql: &str, dialect: &dyn Dialect) -> Result<()> {
    let commits = !dialect.capability().transactional_ddl;
    for statement in sql.split(';') {
        let mut words = words(statement);
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let is = |list: &[&str]| list.iter().any(|word| first.eq_ignore_ascii_case(word));
        if is(&CONTROL) && !sql.contains('$') && !second.eq_ignore_ascii_case("to") {
            return Err(refused(format!("`{first}` in SQL of one's own")));
        }
        if commits && is(&DEFINITION) && !second.eq_ignore_ascii_case("temporary") {
            return Err(refused(format!(
                "`{first} {second}`, which commits on {}",
                dialect.name()
            )));
        }
    }
    Ok(())
}

fn words(sql: &str) -> impl Iterator<Item = &str> {
    skip_comments(sql)
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
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

fn refused(what: String) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("{what} would end the transaction around the test"),
    )
    .with_help("give the test a database of its own: #[manybase::test(isolation = \"clone\")]")
}

#[cfg(test)]
mod tests {
    use super::check;
    use manybase_sql::dialect;

    #[test]
    fn what_ends_it_is_refused() {
        for sql in [
            "COMMIT",
            " begin;",
            "-- x\nrollback",
            "INSERT INTO t VALUES (1); commit",
        ] {
            assert!(check(sql, dialect::postgres()).is_err(), "{sql}");
        }
        for sql in [
            "SELECT 1",
            "ROLLBACK TO SAVEPOINT a",
            "UPDATE t SET commit = 1",
            "",
        ] {
            assert!(check(sql, dialect::postgres()).is_ok(), "{sql}");
        }
    }

    #[test]
    fn definitions_are_refused_where_they_commit() {
        let create = "/* a */ CREATE TABLE t (a INT)";
        assert!(check(create, dialect::postgres()).is_ok());
        let text = check(create, dialect::mysql()).unwrap_err().to_string();
        assert!(
            text.contains("CREATE TABLE") && text.contains("isolation = \"clone\""),
            "{text}"
        );
        assert!(check("CREATE TEMPORARY TABLE t (a INT)", dialect::mysql()).is_ok());
    }
}
