//! Names inside of SQL texts.

/// A piece of a text: a name (without its quotes), or anything else.
enum Piece<'t> {
    Name {
        whole: &'t str,
        name: String,
        quote: Option<char>,
    },
    Other(&'t str),
}

fn pieces(sql: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => quoted(rest, '\''),
            '"' | '`' => quoted(rest, first),
            c if c.is_alphabetic() || c == '_' => rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
                .unwrap_or(rest.len()),
            c if c.is_ascii_digit() => rest
                .find(|c: char| !(c.is_alphanumeric() || c == '.'))
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (whole, behind) = rest.split_at(length.min(rest.len()));
        rest = behind;
        found.push(match first {
            '"' | '`' if whole.len() >= 2 => {
                let double = format!("{first}{first}");
                let name = whole[1..whole.len() - 1].replace(&double, &first.to_string());
                Piece::Name {
                    whole,
                    name,
                    quote: Some(first),
                }
            }
            c if c.is_alphabetic() || c == '_' => Piece::Name {
                whole,
                name: whole.to_owned(),
                quote: None,
            },
            _ => Piece::Other(whole),
        });
    }
    found
}

/// The length of what is in quotes; a quote that is doubled belongs to it.
fn quoted(text: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(end) = text.get(at..).and_then(|rest| rest.find(quote)) {
        at += end + 1;
        match text.get(at..).is_some_and(|rest| rest.starts_with(quote)) {
            true => at += 1,
            false => return at,
        }
    }
    text.len()
}

fn is(name: &str, quote: Option<char>, wanted: &str) -> bool {
    match quote {
        Some(_) => name == wanted,
        None => name.eq_ignore_ascii_case(wanted),
    }
}

/// A name or a word.
pub(crate) struct Word {
    pub(crate) name: String,
    pub(crate) quoted: bool,
    /// It is the schema of the name behind it.
    pub(crate) dotted: bool,
}

/// All names and words in their order.
pub(crate) fn names(sql: &str) -> Vec<Word> {
    let pieces = pieces(sql);
    let dotted = |at: usize| matches!(pieces.get(at + 1), Some(Piece::Other(text)) if text.starts_with('.'));
    let word = |(at, piece): (usize, &Piece<'_>)| match piece {
        Piece::Name { name, quote, .. } => Some(Word {
            name: name.clone(),
            quoted: quote.is_some(),
            dotted: dotted(at),
        }),
        Piece::Other(_) => None,
    };
    pieces.iter().enumerate().filter_map(word).collect()
}

/// Whether a name occurs.
pub(crate) fn mentions(sql: &str, name: &str) -> bool {
    pieces(sql)
        .iter()
        .any(|piece| matches!(piece, Piece::Name { name: found, quote, .. } if is(found, *quote, name)))
}

/// Writes something else in the place of names for which there is something: by their name, and whether it is in quotes.
pub(crate) fn substitute(sql: &str, mut with: impl FnMut(&str, bool) -> Option<String>) -> String {
    let mut write = |piece: &Piece<'_>| match piece {
        Piece::Name { name, quote, whole } => {
            with(name, quote.is_some()).unwrap_or_else(|| (*whole).to_owned())
        }
        Piece::Other(text) => (*text).to_owned(),
    };
    pieces(sql).iter().map(&mut write).collect()
}

/// Writes another name wherever this one stands.
pub(crate) fn rename(sql: &str, from: &str, to: &str) -> String {
    let write = |piece: &Piece<'_>| match piece {
        Piece::Name {
            name,
            quote: Some(quote),
            ..
        } if is(name, Some(*quote), from) => {
            format!("{quote}{}{quote}", to.replace(*quote, &format!("{quote}{quote}")))
        }
        Piece::Name {
            name, quote: None, ..
        } if is(name, None, from) => to.to_owned(),
        Piece::Name { whole, .. } => (*whole).to_owned(),
        Piece::Other(text) => (*text).to_owned(),
    };
    pieces(sql).iter().map(write).collect()
}

/// The text without quotes around names, to compare with another one: a database may put them where they were not.
pub(crate) fn plain(sql: &str) -> String {
    let pieces = pieces(sql);
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Name { name, .. } => name.as_str(),
        Piece::Other(text) => text,
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_outside_of_texts_only() {
        assert!(mentions("age > 18", "age"));
        assert!(mentions("\"age\" > 18 AND `b` = 2", "b"));
        assert!(!mentions("name = 'age'", "age"));
        assert!(!mentions("aged > 1e5", "e5"));
    }

    #[test]
    fn quotes_are_not_compared() {
        assert_eq!(plain("\"a\" > '\"b\"'"), "a > '\"b\"'");
    }

    #[test]
    fn names_are_replaced_in_their_quotes() {
        assert_eq!(
            rename("age > 1 AND \"age\" < 'age' AND Age", "age", "years"),
            "years > 1 AND \"years\" < 'age' AND years"
        );
    }
}
