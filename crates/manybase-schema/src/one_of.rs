//! Check constraints that list the values of a column.

/// A part of an expression, as far as it matters here.
#[derive(Debug, PartialEq)]
enum Token {
    /// A word or a name, without its quotes.
    Word(String),
    /// A text.
    Text(String),
    /// An operator or a number.
    Sign(String),
}

/// The column and its values, if an expression says that it is one of a list of texts (or NULL), and nothing else. It
/// reads the ways in which the databases write that.
///
/// ```
/// use manybase_schema::one_of;
/// let (column, values) = one_of("grade IN ('A', 'B')").expect("a list");
/// assert_eq!((column.as_str(), values.join(" ").as_str()), ("grade", "A B"));
/// assert!(one_of("((grade)::text = ANY (ARRAY['A'::text, 'B'::text]))").is_some());
/// assert_eq!(one_of("grade IN ('A', 'B') AND len > 1"), None);
/// assert_eq!(one_of("grade NOT IN ('A', 'B')"), None);
/// ```
pub fn one_of(expression: &str) -> Option<(String, Vec<String>)> {
    let tokens = without_casts(tokens(expression)?);
    let mut tokens = tokens.into_iter().peekable();
    let mut column: Option<String> = None;
    let mut values = Vec::new();
    loop {
        let Some(Token::Word(name)) = tokens.next() else {
            return None;
        };
        if column.get_or_insert_with(|| name.clone()) != &name {
            return None;
        }
        match tokens.next()? {
            Token::Word(word) if is(&word, "IS") => match tokens.next()? {
                Token::Word(word) if is(&word, "NULL") => {}
                _ => return None,
            },
            Token::Word(word) if is(&word, "IN") => take_texts(&mut tokens, &mut values)?,
            Token::Sign(sign) if sign == "=" => {
                let any = tokens.next_if(|token| matches!(token, Token::Word(word) if is(word, "ANY")));
                let array = tokens.next_if(|token| matches!(token, Token::Word(word) if is(word, "ARRAY")));
                match (any, array) {
                    (Some(_), Some(_)) => take_texts(&mut tokens, &mut values)?,
                    (None, None) => match tokens.next()? {
                        Token::Text(text) => values.push(text),
                        _ => return None,
                    },
                    _ => return None,
                }
            }
            _ => return None,
        }
        match tokens.next() {
            None => break,
            Some(Token::Word(word)) if is(&word, "OR") => {}
            Some(_) => return None,
        }
    }
    let mut seen = std::collections::HashSet::new();
    values.retain(|value| seen.insert(value.clone()));
    let column = column.filter(|_| !values.is_empty())?;
    Some((column, values))
}

fn is(word: &str, keyword: &str) -> bool {
    word.eq_ignore_ascii_case(keyword)
}

fn take_texts(
    tokens: &mut std::iter::Peekable<impl Iterator<Item = Token>>,
    values: &mut Vec<String>,
) -> Option<()> {
    let before = values.len();
    while let Some(Token::Text(text)) = tokens.next_if(|token| matches!(token, Token::Text(_))) {
        values.push(text);
    }
    (values.len() > before).then_some(())
}

/// Parentheses, brackets and commas are left out: in what is taken here they change nothing.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => tokens.push(Token::Text(quoted(&mut chars, '\'', true)?)),
            '"' | '`' => tokens.push(Token::Word(quoted(&mut chars, c, false)?)),
            // An array, or a name as SQL Server writes it.
            '[' if chars.peek().is_some_and(|c| c.is_alphabetic())
                && !matches!(tokens.last(), Some(Token::Word(word)) if is(word, "ARRAY")) =>
            {
                tokens.push(Token::Word(quoted(&mut chars, ']', false)?));
            }
            '(' | ')' | '[' | ']' | ',' => {}
            c if c.is_whitespace() => {}
            ':' if chars.peek() == Some(&':') => {
                chars.next();
                tokens.push(Token::Sign("::".into()));
            }
            c if c.is_alphabetic() || c == '_' => {
                let mut word = String::from(c);
                while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == '$') {
                    word.push(c);
                }
                tokens.push(Token::Word(word));
            }
            c => tokens.push(Token::Sign(c.into())),
        }
    }
    Some(tokens)
}

fn quoted(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    quote: char,
    escapes: bool,
) -> Option<String> {
    let mut text = String::new();
    loop {
        match chars.next()? {
            c if c == quote && chars.peek() == Some(&quote) => {
                chars.next();
                text.push(quote);
            }
            c if c == quote => return Some(text),
            // As MariaDB shows a quote. What other escapes mean differs, so they are not read.
            '\\' if escapes => match chars.next()? {
                '\'' => text.push('\''),
                _ => return None,
            },
            c => text.push(c),
        }
    }
}

/// `'a'::character varying`, and MySQL's `_utf8mb4'a'`.
fn without_casts(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept: Vec<Token> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            Token::Sign(sign) if sign == "::" => {
                let first = tokens.next();
                if matches!(&first, Some(Token::Word(word)) if is(word, "character")) {
                    tokens.next_if(|token| matches!(token, Token::Word(word) if is(word, "varying")));
                }
            }
            Token::Word(word) if word.starts_with('_') && matches!(tokens.peek(), Some(Token::Text(_))) => {}
            token => kept.push(token),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::one_of;

    fn values(expression: &str) -> Option<(String, String)> {
        one_of(expression).map(|(column, values)| (column, values.join("|")))
    }

    #[test]
    fn as_the_databases_write_it() {
        for expression in [
            "\"st\" IN ('A', 'it''s')",
            "`st` in ('A','it\\'s')",
            "(((st)::text = ANY ((ARRAY['A'::character varying, 'it''s'::character varying])::text[])))",
            "(st = ANY (ARRAY['A'::bpchar, 'it''s'::bpchar]))",
            "st IS NULL OR st IN ('A', 'it''s')",
            "st = 'A' OR st = 'it''s'",
            "(`st` in (_utf8mb4'A',_utf8mb4'it''s'))",
            "[st] IN ('A', 'it''s', 'A')",
        ] {
            assert_eq!(
                values(expression),
                Some(("st".into(), "A|it's".into())),
                "{expression}"
            );
        }
    }

    #[test]
    fn what_says_more_or_less() {
        for expression in [
            "st NOT IN ('A')",
            "NOT st IN ('A')",
            "st IN ('A') AND other = 'B'",
            "st IN ('A') OR other IN ('B')",
            "st <> 'A'",
            "st IN (1, 2)",
            "length(st) = 3",
            "upper(st) IN ('A')",
            "st IS NULL",
            "st = 'A' || 'B'",
            "st IN ('a\\nb')",
            "st IN ('A",
            "",
        ] {
            assert_eq!(values(expression), None, "{expression}");
        }
    }
}
