//! SQLite keeps check constraints in the text of `CREATE TABLE` only.

use super::sqlite_tokens::{closing, next, unquoted};

/// Name and expression of each check.
pub(super) fn find(sql: &str) -> Vec<(Option<String>, String)> {
    let mut found = Vec::new();
    let (mut at, mut before) = (0, [String::new(), String::new()]);
    while let Some(token) = next(sql, at) {
        at = token.end;
        if token.text.eq_ignore_ascii_case("CHECK")
            && let Some(open) = next(sql, at).filter(|open| open.text == "(")
        {
            let end = closing(sql, open.end);
            let named = before[0].eq_ignore_ascii_case("CONSTRAINT");
            let name = named.then(|| unquoted(&before[1]));
            if let Some(expression) = sql.get(open.end..end) {
                found.push((name, expression.trim().to_owned()));
            }
            at = end;
        }
        before = [std::mem::take(&mut before[1]), token.text.to_owned()];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn checks_are_found_and_nothing_else() {
        let sql = "CREATE TABLE t (
            a TEXT CHECK (a IN ('x', ')', 'it''s')), -- CHECK (no)
            \"check\" INT CHECK(\"check\" > (1)), [b (c] INT, /* CHECK (never) */
            CONSTRAINT \"of \"\"b\"\"\" CHECK ([b (c] > 0)
        )";
        let checks = find(sql);
        let checks: Vec<_> = checks
            .iter()
            .map(|(name, text)| (name.as_deref(), text.as_str()))
            .collect();
        assert_eq!(
            checks,
            [
                (None, "a IN ('x', ')', 'it''s')"),
                (None, "\"check\" > (1)"),
                (Some("of \"b\""), "[b (c] > 0"),
            ]
        );
    }

    #[test]
    fn a_text_that_ends_too_soon() {
        assert_eq!(
            find("CREATE TABLE t (a CHECK (a > 'x"),
            [(None, "a > 'x".to_owned())]
        );
    }
}
