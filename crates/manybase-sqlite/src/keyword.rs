//! The little that must be known about a statement's text.

/// Without what SQLite skips at the start: space, comments, semicolons.
pub(crate) fn start(sql: &str) -> &str {
    let mut rest = sql;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ';' || c == '\u{feff}');
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else {
            return rest;
        };
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn is(word: &str, any: &[&str]) -> bool {
    any.iter().any(|one| word.eq_ignore_ascii_case(one))
}

/// Whether it is an INSERT, also behind a WITH.
pub(crate) fn inserts(sql: &str) -> bool {
    let sql = start(sql);
    let end = sql.bytes().position(|byte| !is_word(byte)).unwrap_or(sql.len());
    let (first, rest) = sql.split_at(end);
    is(first, &["INSERT", "REPLACE"]) || is(first, &["WITH"]) && inserts_behind(rest)
}

/// The first verb outside parentheses, strings, names and comments.
fn inserts_behind(mut sql: &str) -> bool {
    let mut depth = 0_usize;
    while let Some(first) = sql.bytes().next() {
        let after = |text: &str| sql.find(text).map_or(sql.len(), |at| at + text.len());
        let skip = match first {
            b'-' if sql.starts_with("--") => after("\n"),
            b'/' if sql.starts_with("/*") => after("*/"),
            // A doubled quote reads as two strings in a row, which comes to the same.
            b'\'' | b'"' | b'`' | b'[' => {
                let close = if first == b'[' { b']' } else { first };
                let inner = sql.bytes().skip(1).position(|byte| byte == close);
                inner.map_or(sql.len(), |at| at + 2)
            }
            b'(' => {
                depth += 1;
                1
            }
            b')' => {
                depth = depth.saturating_sub(1);
                1
            }
            byte if is_word(byte) => {
                let end = sql.bytes().position(|byte| !is_word(byte)).unwrap_or(sql.len());
                let word = &sql[..end];
                if depth == 0
                    && is(
                        word,
                        &["INSERT", "REPLACE", "UPDATE", "DELETE", "SELECT", "VALUES"],
                    )
                {
                    return is(word, &["INSERT", "REPLACE"]);
                }
                end
            }
            _ => 1,
        };
        sql = &sql[skip..];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inserts_are_told_apart() {
        for yes in [
            "INSERT INTO t VALUES (1)",
            " -- a\n /* b */ replace into t values (1)",
            "WITH a(x) AS (SELECT ')' AS \"SELECT\" /* select */), b AS (DELETE) INSERT INTO t SELECT * FROM a",
        ] {
            assert!(inserts(yes), "{yes}");
        }
        for no in [
            "SELECT 1",
            "UPDATE insert_log SET a = 1",
            "WITH a AS (INSERT) SELECT 'é' FROM a",
            "WITH",
            "INSERTED",
            "",
        ] {
            assert!(!inserts(no), "{no}");
        }
    }

    #[test]
    fn nothing_is_nothing() {
        assert!(["", " ;; -- x", "/* x"].iter().all(|sql| start(sql).is_empty()));
        assert_eq!(start("-- x\nSELECT 1"), "SELECT 1");
    }
}
