//! The words of SQLite's own statements.

/// A word, a name or a text in quotes, or a sign; with where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'s> {
    pub(super) text: &'s str,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The token at or behind this place.
pub(super) fn next(sql: &str, mut at: usize) -> Option<Token<'_>> {
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
        start: at,
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

/// Where the parenthesis that is open is closed.
pub(super) fn closing(sql: &str, mut at: usize) -> usize {
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

/// A name without its quotes.
pub(super) fn unquoted(name: &str) -> String {
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

/// All of them.
pub(super) fn all(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(token) = next(sql, at) {
        at = token.end;
        tokens.push(token);
    }
    tokens
}

/// Parted at the commas that stand in no parenthesis.
pub(super) fn parts<'t, 's>(tokens: &'t [Token<'s>]) -> Vec<&'t [Token<'s>]> {
    let mut depth = 0_usize;
    let commas = move |token: &Token<'s>| {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.text == ","
    };
    tokens.split(commas).collect()
}

/// The text of some tokens, as it is written.
pub(super) fn text<'s>(sql: &'s str, tokens: &[Token<'s>]) -> &'s str {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => sql.get(first.start..last.end).unwrap_or_default(),
        _ => "",
    }
}

/// What the parenthesis at this place holds, and what comes behind it.
pub(super) fn inside<'t, 's>(tokens: &'t [Token<'s>]) -> Option<(&'t [Token<'s>], &'t [Token<'s>])> {
    let (first, rest) = tokens.split_first()?;
    let mut depth = usize::from(first.text == "(");
    if depth == 0 {
        return None;
    }
    for (at, token) in rest.iter().enumerate() {
        match token.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&rest[..at], &rest[at + 1..]));
        }
    }
    None
}

/// Whether a token is this keyword.
pub(super) fn is(token: Option<&Token<'_>>, word: &str) -> bool {
    token.is_some_and(|token| token.text.eq_ignore_ascii_case(word))
}
