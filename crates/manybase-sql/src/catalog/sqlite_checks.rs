//! SQLite keeps check constraints in the text of `CREATE TABLE` only.

/// A word, a name or a text in quotes, or a sign; with where it ends.
struct Token<'s> {
    text: &'s str,
    end: usize,
}

fn next(sql: &str, mut at: usize) -> Option<Token<'_>> {
    let rest = |at: usize| sql.get(at..).unwrap_or_default();
    loop {
        let first = rest(at).chars().next()?;
        if first.is_whitespace() {
            at += first.len_utf8();
        } else if rest(at).starts_with("--") {
            at += rest(at).find('\n').unwrap_or(rest(at).len());
        } else if rest(at).starts_with("/*") {
            at += rest(at).find("*/").map_or(rest(at).len(), |end| end + 2);
        } else {
            break;
        }
    }
    let first = rest(at).chars().next()?;
    let length = match first {
        '\'' | '"' | '`' => quoted(rest(at), first),
        '[' => rest(at).find(']').map_or(rest(at).len(), |end| end + 1),
        _ if is_word(first) => rest(at).find(|c| !is_word(c)).unwrap_or(rest(at).len()),
        _ => first.len_utf8(),
    };
    let end = at + length;
    Some(Token {
        text: sql.get(at..end)?,
        end,
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The length of what is in quotes; a quote that is doubled belongs to it.
fn quoted(text: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(end) = text.get(at..).and_then(|rest| rest.find(quote)) {
        at += end + 1;
        if text.get(at..).is_some_and(|rest| rest.starts_with(quote)) {
            at += 1;
        } else {
            return at;
        }
    }
    text.len()
}

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

/// Where the parenthesis that is open is closed.
fn closing(sql: &str, mut at: usize) -> usize {
    let mut depth = 1;
    while let Some(token) = next(sql, at) {
        match token.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return token.end - 1;
        }
        at = token.end;
    }
    sql.len()
}

fn unquoted(name: &str) -> String {
    let inner = |open: char, close: char| {
        name.strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
            .map(|inner| inner.replace(&format!("{close}{close}"), &close.to_string()))
    };
    inner('"', '"')
        .or_else(|| inner('`', '`'))
        .or_else(|| inner('[', ']'))
        .unwrap_or_else(|| name.to_owned())
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
