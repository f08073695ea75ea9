//! A Rust file as the rules see it: comments and test modules blanked, positions kept.
//!
//! This is a scanner and no parser: enough to tell code from comments and strings, at no compile time.

use std::ops::Range;

use regex_lite::Regex;

pub(super) struct Source {
    pub(super) path: String,
    /// Without comments and test items; strings as they are.
    pub(super) code: String,
    /// The same with the content of strings blanked as well.
    pub(super) bare: String,
    /// Lines, not counting a test module at the end.
    pub(super) lines: usize,
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let (mut code, mut bare) = blank_comments(text);
        let mut lines = text.lines().count();
        for item in test_items(&bare) {
            let is_module = Regex::new(r"\bmod\b").is_ok_and(|module| module.is_match(&bare[item.clone()]));
            if is_module && bare[item.end..].trim().is_empty() {
                lines = text[..item.start].lines().count();
            }
            code = blank(&code, item.clone());
            bare = blank(&bare, item);
        }
        Self {
            path: path.to_owned(),
            code,
            bare,
            lines,
        }
    }

    /// A file that only the tests compile: `#[cfg(test)] mod tests;` beside its module.
    pub(super) fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// `path:line` of every match.
    pub(super) fn places(&self, text: &str, pattern: &Regex) -> Vec<(String, String)> {
        let place = |start| format!("{}:{}", self.path, text[..start].matches('\n').count() + 1);
        pattern
            .find_iter(text)
            .map(|found| (place(found.start()), found.as_str().trim().to_owned()))
            .collect()
    }
}

fn blank(text: &str, range: Range<usize>) -> String {
    let spaces: String = text[range.clone()]
        .bytes()
        .map(|b| if b == b'\n' { '\n' } else { ' ' })
        .collect();
    format!("{}{spaces}{}", &text[..range.start], &text[range.end..])
}

/// Comments become spaces in both results, the content of strings in the second one only.
/// Byte offsets stay the same in all three texts.
fn blank_comments(text: &str) -> (String, String) {
    let (mut code, mut bare) = (
        String::with_capacity(text.len()),
        String::with_capacity(text.len()),
    );
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let (length, kind) = token(rest, text[..at].chars().next_back());
        let piece = &rest[..length];
        match kind {
            Kind::Code => {
                code.push_str(piece);
                bare.push_str(piece);
            }
            Kind::Comment => {
                code.push_str(&blank(piece, 0..length));
                bare.push_str(&blank(piece, 0..length));
            }
            Kind::Text => {
                code.push_str(piece);
                bare.push_str(&blank(piece, 0..length));
            }
        }
        at += length;
    }
    (code, bare)
}

enum Kind {
    Code,
    Comment,
    Text,
}

/// The length in bytes of the next piece, and what it is.
fn token(rest: &str, before: Option<char>) -> (usize, Kind) {
    let inside_a_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        (rest.find('\n').unwrap_or(rest.len()), Kind::Comment)
    } else if rest.starts_with("/*") {
        (block_comment(rest), Kind::Comment)
    } else if let Some(length) = raw_string(rest).filter(|_| !inside_a_word) {
        (length, Kind::Text)
    } else if rest.starts_with('"') {
        (quoted(rest, '"'), Kind::Text)
    } else if rest.starts_with('\'') && is_character(rest) {
        (quoted(rest, '\''), Kind::Text)
    } else {
        (rest.chars().next().map_or(1, char::len_utf8), Kind::Code)
    }
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn raw_string(rest: &str) -> Option<usize> {
    let opening = rest.strip_prefix(['b', 'c']).unwrap_or(rest).strip_prefix('r')?;
    let hashes = opening.len() - opening.trim_start_matches('#').len();
    let content = opening[hashes..].strip_prefix('"')?;
    let closing = format!("\"{}", "#".repeat(hashes));
    let start = rest.len() - content.len();
    Some(
        content
            .find(&closing)
            .map_or(rest.len(), |end| start + end + closing.len()),
    )
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `'a'` and `'\n'` are characters, `'a` is a lifetime.
fn is_character(rest: &str) -> bool {
    let mut after = rest.chars().skip(1);
    matches!(
        (after.next(), after.next()),
        (Some('\\'), _) | (Some(_), Some('\''))
    )
}

/// The byte ranges of items under `#[cfg(test)]`, attribute included.
fn test_items(bare: &str) -> Vec<Range<usize>> {
    let Ok(attribute) = Regex::new(r"#\[cfg\((?:test|all\(test\b[^\]]*)\)\]") else {
        return Vec::new();
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    for start in attribute.find_iter(bare) {
        if found.last().is_some_and(|last| start.start() < last.end) {
            continue;
        }
        found.push(start.start()..end_of_item(bare, start.end()));
    }
    found
}

/// An item ends at its semicolon, or with the brace that closes its body.
fn end_of_item(bare: &str, from: usize) -> usize {
    let (mut braces, mut others) = (0i32, 0i32);
    for (at, c) in bare[from..].char_indices() {
        match c {
            '(' | '[' => others += 1,
            ')' | ']' => others -= 1,
            '{' => braces += 1,
            '}' => {
                braces -= 1;
                if braces <= 0 {
                    return from + at + 1;
                }
            }
            ';' if braces == 0 && others == 0 => return from + at + 1,
            _ => {}
        }
    }
    bare.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_told_from_code() {
        let text = "let a = \"// no\"; // yes\n/* x /* y */ z */ b('\"', 'c'); fn f<'a>() {}\nr#\"\"q\"#; é";
        let source = Source::new("a.rs", text);
        assert!(source.code.contains("\"// no\"") && !source.code.contains("yes"));
        assert!(!source.bare.contains("no") && !source.bare.contains('q'));
        assert!(source.bare.contains("fn f<'a>() {}") && !source.bare.contains('z'));
        assert_eq!((source.code.len(), source.bare.len()), (text.len(), text.len()));
        assert!(source.bare.ends_with("; é"));
    }

    #[test]
    fn test_modules_are_blanked_and_not_counted_at_the_end() {
        let text = "fn a() {}\n#[cfg(test)]\nuse x::{y};\nfn b() {}\n#[cfg(test)]\nmod tests {\n fn c() { \"}\" }\n}\n";
        let source = Source::new("a.rs", text);
        assert_eq!(source.lines, 4);
        assert!(source.bare.contains("fn a") && source.bare.contains("fn b"));
        assert!(!source.bare.contains("fn c") && !source.bare.contains("use x"));
    }

    #[test]
    fn a_test_module_in_the_middle_counts() {
        let source = Source::new("a.rs", "#[cfg(test)]\nmod tests {\n}\nfn a() {}\n");
        assert_eq!(source.lines, 4);
    }

    #[test]
    fn places_carry_the_line() {
        let source = Source::new("a.rs", "\n\nx\n");
        let pattern = Regex::new("x").expect("valid");
        assert_eq!(
            source.places(&source.bare, &pattern),
            [("a.rs:3".to_owned(), "x".to_owned())]
        );
    }
}
