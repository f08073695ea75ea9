//! Cuts SQL text into the few kinds of pieces that matter here. All pieces together are the text.

use crate::dialect::Lexical;
use crate::{Error, Result};

/// What a piece of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword, a name without quotes, a number.
    Word,
    /// A string or a quoted name.
    Quoted,
    /// White space or a comment.
    Space,
    /// `?`
    Question,
    /// `??`
    DoubledQuestion,
    /// `$1`
    Numbered,
    /// `:name`, `@name` and `$name`, where they are placeholders.
    Named,
    /// The begin of `/*! … */`; what is inside follows as pieces of its own.
    ExecutableBegin,
    /// Its end.
    ExecutableEnd,
    /// Any other character.
    Other,
}

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
}

/// An iterator over the pieces; it ends behind the first error.
pub(super) struct Lexer<'t> {
    rest: &'t str,
    rules: Lexical,
    in_executable: bool,
}

fn starts_word(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii()
}

fn goes_on(c: char) -> bool {
    c == '$' || starts_word(c)
}

/// Length of the part whose characters all satisfy a condition.
fn span(text: &str, holds: impl Fn(char) -> bool) -> usize {
    text.find(|c| !holds(c)).unwrap_or(text.len())
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str, rules: Lexical) -> Self {
        Self {
            rest: text,
            rules,
            in_executable: false,
        }
    }

    /// Kind and length of what comes next; the rest is not empty.
    fn measure(&mut self) -> Result<(Kind, usize)> {
        let (rest, rules) = (self.rest, self.rules);
        let first = rest.chars().next().unwrap_or(' ');
        let second = rest[first.len_utf8()..].chars().next();
        Ok(match (first, second) {
            (c, _) if c.is_ascii_whitespace() => (Kind::Space, span(rest, |c| c.is_ascii_whitespace())),
            ('E' | 'e', Some('\'')) if rules.escape_strings => (Kind::Quoted, escape_string(rest)?),
            (c, _) if starts_word(c) => (Kind::Word, span(rest, goes_on)),
            ('\'', _) => (Kind::Quoted, quoted(rest, '\'', rules.backslash_escapes)?),
            ('"', _) => {
                let escapes = rules.double_quoted_strings && rules.backslash_escapes;
                (Kind::Quoted, quoted(rest, '"', escapes)?)
            }
            ('`', _) if rules.backticks => (Kind::Quoted, quoted(rest, '`', false)?),
            ('[', _) if rules.brackets => match rest.find(']') {
                Some(end) => (Kind::Quoted, end + 1),
                None => return Err(unterminated("name", "[")),
            },
            ('-', Some('-')) if !rules.dashes_need_space || ends_dashes(rest) => line_comment(rest, rules),
            ('#', _) if rules.hash_comments => line_comment(rest, rules),
            ('/', Some('*')) => self.block_comment()?,
            ('*', Some('/')) if self.in_executable => {
                self.in_executable = false;
                (Kind::ExecutableEnd, 2)
            }
            ('?', Some('?')) => (Kind::DoubledQuestion, 2),
            ('?', _) => (Kind::Question, 1),
            ('$', Some(c)) if rules.numbered_placeholders && c.is_ascii_digit() => {
                (Kind::Numbered, 1 + span(&rest[1..], |c| c.is_ascii_digit()))
            }
            ('$', _) if rules.dollar_quotes => match dollar_quoted(rest)? {
                Some(length) => (Kind::Quoted, length),
                None => (Kind::Other, 1),
            },
            ('$' | ':' | '@', Some(c)) if rules.named_placeholders && goes_on(c) => {
                (Kind::Named, 1 + span(&rest[1..], goes_on))
            }
            (c, _) => (Kind::Other, c.len_utf8()),
        })
    }

    fn block_comment(&mut self) -> Result<(Kind, usize)> {
        let rest = self.rest;
        // `/*!` on both, `/*M!` on MariaDB alone: what one of them runs is no comment to either.
        if self.rules.executable_comments && (rest.starts_with("/*!") || rest.starts_with("/*M!")) {
            if self.in_executable {
                return Err(Error::Statement(
                    "the SQL text has one /*! … */ inside another".into(),
                ));
            }
            self.in_executable = true;
            let head = rest.find('!').map_or(rest.len(), |at| at + 1);
            return Ok((
                Kind::ExecutableBegin,
                head + span(&rest[head..], |c| c.is_ascii_digit()),
            ));
        }
        let (mut at, mut depth) = (2, 1usize);
        while depth > 0 {
            let end = rest[at..].find("*/");
            let begin = rest[at..].find("/*").filter(|_| self.rules.nested_comments);
            match (begin, end) {
                (Some(begin), Some(end)) if begin < end => {
                    at += begin + 2;
                    depth += 1;
                }
                (_, Some(end)) => {
                    at += end + 2;
                    depth -= 1;
                }
                (_, None) => return Err(unterminated("comment", "/*")),
            }
        }
        Ok((Kind::Space, at))
    }
}

impl<'t> Iterator for Lexer<'t> {
    type Item = Result<Token<'t>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            let open = std::mem::take(&mut self.in_executable);
            return open.then(|| Err(unterminated("comment", "/*!")));
        }
        match self.measure() {
            Ok((kind, length)) => {
                let (text, rest) = self.rest.split_at(length);
                self.rest = rest;
                Some(Ok(Token { kind, text }))
            }
            Err(error) => {
                self.rest = "";
                self.in_executable = false;
                Some(Err(error))
            }
        }
    }
}

fn unterminated(what: &str, mark: &str) -> Error {
    Error::Statement(format!(
        "the SQL text has a {what} that begins with {mark} and does not end"
    ))
}

fn line_comment(rest: &str, rules: Lexical) -> (Kind, usize) {
    let ends = |c| c == '\n' || c == '\r' && rules.return_ends_comment;
    (Kind::Space, span(rest, |c| !ends(c)))
}

fn ends_dashes(rest: &str) -> bool {
    rest[2..]
        .chars()
        .next()
        .is_none_or(|c| c.is_ascii_whitespace() || c.is_ascii_control())
}

/// Length of what stands between two marks; a doubled mark inside is one character of it.
fn quoted(rest: &str, mark: char, escapes: bool) -> Result<usize> {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && escapes {
            chars.next();
        } else if c == mark && chars.next_if(|(_, next)| *next == mark).is_none() {
            return Ok(at + 1);
        }
    }
    let what = if mark == '\'' { "string" } else { "quoted name" };
    Err(unterminated(what, &mark.to_string()))
}

/// `E'…'`, with the parts that go on in further lines: they keep its escapes.
fn escape_string(rest: &str) -> Result<usize> {
    let mut at = 1 + quoted(&rest[1..], '\'', true)?;
    while let Some(gap) = continues(&rest[at..]) {
        at += gap + quoted(&rest[at + gap..], '\'', true)?;
    }
    Ok(at)
}

/// How far away a string's next part is: behind white space with a line's end in it, and comments of a line.
fn continues(rest: &str) -> Option<usize> {
    let (mut at, mut lines) = (0, 0);
    loop {
        let space = span(&rest[at..], |c| c.is_ascii_whitespace());
        lines += rest[at..at + space].matches(['\n', '\r']).count();
        at += space;
        if !rest[at..].starts_with("--") {
            return (lines > 0 && rest[at..].starts_with('\'')).then_some(at);
        }
        at += span(&rest[at..], |c| !matches!(c, '\n' | '\r'));
    }
}

/// `$tag$…$tag$`; `None` when no tag begins here.
fn dollar_quoted(rest: &str) -> Result<Option<usize>> {
    let name = span(&rest[1..], starts_word);
    if !rest[1 + name..].starts_with('$') {
        return Ok(None);
    }
    let tag = &rest[..name + 2];
    match rest[tag.len()..].find(tag) {
        Some(end) => Ok(Some(end + 2 * tag.len())),
        None => Err(unterminated("string", tag)),
    }
}
