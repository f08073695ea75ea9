//! The words of an expression.

/// A part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::compare) enum Token {
    /// A word, or a name without its quotes.
    Word { text: String, quoted: bool },
    /// A text in quotes, as it stands between them.
    Text(String),
    /// A number in one form.
    Number(String),
    /// An operator or a bracket.
    Sign(String),
}

const LONG: [&str; 8] = ["::", "<>", "!=", "<=", ">=", "||", "~~", "->"];

pub(super) fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '\'' => {
                let (text, length) = quoted(rest, '\'');
                (Token::Text(text), length)
            }
            '"' | '`' => {
                let (text, length) = quoted(rest, first);
                (Token::Word { text, quoted: true }, length)
            }
            _ if first.is_alphabetic() || first == '_' => {
                let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
                let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
                let text = rest[..length].to_owned();
                (Token::Word { text, quoted: false }, length)
            }
            _ if first.is_ascii_digit() => {
                let length = rest
                    .find(|c: char| !c.is_ascii_digit() && c != '.')
                    .unwrap_or(rest.len());
                let text = &rest[..length];
                (
                    Token::Number(number(text).unwrap_or_else(|| text.to_owned())),
                    length,
                )
            }
            _ => {
                let long = LONG.iter().find(|long| rest.starts_with(**long));
                let length = long.map_or(first.len_utf8(), |long| long.len());
                (Token::Sign(rest[..length].to_owned()), length)
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// The text, and how long it is with its quotes.
fn quoted(rest: &str, quote: char) -> (String, usize) {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            text.push(c);
        } else if chars.peek().is_some_and(|(_, next)| *next == quote) {
            chars.next();
            text.push(quote);
        } else {
            return (text, at + quote.len_utf8());
        }
    }
    (text, rest.len())
}

/// A decimal number in one form: `01.50` is `1.5`. `None` for anything else.
pub(in crate::compare) fn number(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits.trim_start()),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(match (whole, fraction) {
        ("0", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    })
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_have_one_form() {
        for (text, form) in [
            ("01.50", Some("1.5")),
            ("-0.0", Some("0")),
            ("+7", Some("7")),
            (".5", Some("0.5")),
            ("1e3", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(number(text).as_deref(), form, "{text}");
        }
    }
}
